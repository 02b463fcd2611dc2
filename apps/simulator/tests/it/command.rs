//! Arguments, files, ports and signals.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Simulator, finish, hours};

#[track_caller]
fn refused(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = finish(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    assert!(output.stdout.is_empty());
}

#[test]
fn bad_usage_and_bad_files_give_one_clear_error() {
    let (_folder, path) = hours(3);
    let file = ["serve", "--port", "0", "--symbol", "BTC/USDT", "--candles", &path, "--timeframe"];
    let with = |more: &[&'static str]| -> Vec<&str> { file.iter().copied().chain(more.iter().copied()).collect() };
    refused(&["serve"], 2, &["--candles"]);
    refused(&with(&["4h"]), 1, &[&path, "line 2", "not on the 4h grid"]);
    refused(&with(&["1h", "--start", "2024-02-01"]), 1, &["2024-01-01T00:00:00Z to 2024-01-01T03:00:00Z"]);
    refused(&["serve", "--candles", "absent.csv", "--symbol", "A/B", "--timeframe", "1h"], 1, &["absent.csv"]);
    refused(&["serve", "--generate", "--timeframe", "1w"], 1, &["one day at most"]);
    refused(&["serve", "--generate", "--symbol", "BTC/USDT:USDT"], 1, &["spot"]);
}

#[test]
fn a_port_in_use_is_one_clear_error() {
    let first = Simulator::generated("1");
    let port = first.address.rsplit(':').next().unwrap();
    refused(&["serve", "--generate", "--port", port], 1, &["cannot listen on 127.0.0.1:", port, "--port"]);
}

#[test]
fn signals_end_it_at_once() {
    for name in ["TERM", "INT"] {
        let mut simulator = Simulator::generated("60");
        let _stream = simulator.stream("/ws/btcusdt@kline_1m");
        let begun = Instant::now();
        let id = simulator.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
        assert_eq!(simulator.child.wait().unwrap().code(), Some(0), "SIG{name}");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn completions_and_help_are_there() {
    assert!(String::from_utf8_lossy(&finish(&["completions", "bash"]).stdout).contains("--candles"));
    let help = finish(&["serve", "--help"]);
    let help = String::from_utf8_lossy(&help.stdout);
    assert!(["Examples:", "silence?seconds=", "/simulator/status"].iter().all(|part| help.contains(part)));
}
