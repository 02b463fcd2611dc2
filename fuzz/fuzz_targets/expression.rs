//! One expression, in a file that is good otherwise.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
    let file = |rule: &str| format!("name: t\ntimeframe: 1h\nlet:\n  x: \"{quoted}\"\nlong:\n  enter: {rule}\n");
    fuzz::load_and_run(&file("x > 0"));
    fuzz::load_and_run(&file("x"));
});
