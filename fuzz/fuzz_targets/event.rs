//! See `switchboard_fuzz::targets::event`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| switchboard_fuzz::targets::event::check(data));
