//! Limits that processes keep together: what one is told, the next one knows.

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::{Desk, stderr};
use crate::venue::Venue;

fn args<'a>(url: &'a str, since: &'a str) -> Vec<&'a str> {
    let target = ["fetch", "--exchange", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m"];
    [&target[..], &["--since", since, "--base-url", url]].concat()
}

#[test]
fn a_ban_outlives_the_process_that_was_banned() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    desk.json(&args(&venue.url, "1h"));
    assert_eq!(desk.json(&["status"])["limits"][0]["silence"], json!(null));
    venue.refuse(418, 3_600);
    venue.requests();
    let banned = desk.run(&args(&venue.url, "2h"));
    assert_eq!((banned.status.code(), venue.requests()), (Some(1), 1));
    venue.refuse(200, 0);
    let restarted = desk.run(&args(&venue.url, "2h"));
    assert!(stderr(&restarted).contains("binance has banned this address until"), "{}", stderr(&restarted));
    assert_eq!((restarted.status.code(), venue.requests()), (Some(1), 0));
    let limits = &desk.json(&["status"])["limits"][0];
    assert_eq!((&limits["silence"], &limits["address"]), (&json!("banned"), &json!(venue.url)));
    let text = String::from_utf8(desk.run(&["status"]).stdout).unwrap();
    assert!(text.contains("limits of this minute") && text.contains("banned until"), "{text}");
}

/// The first process is banned, with one request or none, and those after it send nothing.
#[track_caller]
fn check_remembered(desk: &Desk, venue: &Venue, args: &[&str]) {
    venue.refuse(418, 3_600);
    venue.requests();
    for requests in [1, 0, 0] {
        let banned = desk.run(args);
        let told = format!("{}{}", stderr(&banned), String::from_utf8_lossy(&banned.stdout));
        assert!(told.contains("binance has banned this address until"), "{args:?}: {told}");
        assert_eq!((banned.status.code(), venue.requests()), (Some(1), requests), "{args:?}");
    }
    assert_eq!(desk.json(&["status"])["limits"][0]["silence"], json!("banned"));
}

#[test]
fn a_ban_is_remembered_from_the_very_first_answer_on() {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    check_remembered(&desk, &venue, &args(&venue.url, "1h"));

    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let entry = "exchange: binance, symbols: BTC/USDT, timeframes: 1m, since: 1h";
    desk.write("backfill.yaml", &format!("series: {{ {entry}, base_url: {} }}\n", venue.url));
    check_remembered(&desk, &venue, &["run", "--config", "backfill.yaml"]);
}

#[test]
fn repair_and_verify_keep_to_the_same_limits() {
    for command in ["repair", "verify"] {
        let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
        desk.import("1m", &desk.write("a.csv", "1735689600000,1,2,0.5,1,9\n1735689720000,1,2,0.5,1,9\n"));
        check_remembered(&desk, &venue, &[command, "--exchange", "binance", "--base-url", &venue.url]);
    }
}

/// Wants silence of a command for a moment, which waits and says so once.
#[track_caller]
fn check_told_once(args: impl Fn(&Desk, &str) -> Vec<String>) {
    let (desk, venue) = (Desk::new(), Venue::open(&[], Duration::ZERO));
    let args = args(&desk, &venue.url);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    venue.refuse(429, 2);
    let child = desk.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while venue.requests() == 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "nothing is asked");
        thread::sleep(Duration::from_millis(5));
    }
    venue.refuse(200, 0);
    let output = child.wait_with_output().unwrap();
    let told = stderr(&output);
    assert_eq!((output.status.code(), told.matches("waiting: ").count()), (Some(0), 1), "{told}");
    assert!(told.contains("waiting: binance limits our requests until 20"), "{told}");
}

#[test]
fn who_waits_because_the_exchange_wants_silence_says_so_once() {
    check_told_once(|_, url| args(url, "1h").into_iter().map(str::to_owned).collect());
    check_told_once(|desk, url| {
        let entry = "exchange: binance, symbols: [ BTC/USDT, ETH/USDT, LTC/USDT ], timeframes: 1m, since: 1h";
        desk.write("backfill.yaml", &format!("series: {{ {entry}, base_url: {url} }}\n"));
        ["run", "--config", "backfill.yaml"].map(str::to_owned).into()
    });
}
