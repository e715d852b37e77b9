//! See `switchboard_fuzz::targets::signature`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| switchboard_fuzz::targets::signature::check(data));
