//! Hands what libFuzzer makes to [`checks::masks::check`].

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::masks::check(bytes));
