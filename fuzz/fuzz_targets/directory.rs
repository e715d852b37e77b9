//! See `switchboard_fuzz::targets::directory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| switchboard_fuzz::targets::directory::check(data));
