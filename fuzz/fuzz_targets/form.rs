//! See `switchboard_fuzz::targets::form`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| switchboard_fuzz::targets::form::check(data));
