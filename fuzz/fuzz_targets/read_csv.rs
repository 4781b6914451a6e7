//! Hands what libFuzzer makes to [`checks::readers::check`], and measures memory.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::measured(&checks::readers::CSV, bytes));
