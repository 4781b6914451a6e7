//! Hands what libFuzzer makes to [`checks::long::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::long::check(bytes));
