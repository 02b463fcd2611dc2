//! A whole strategy file: it is refused with mistakes that point into it, or it runs.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| fuzz::load_and_run(source));
