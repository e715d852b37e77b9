//! See `switchboard_fuzz::targets::markup`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| switchboard_fuzz::targets::markup::check(data));
