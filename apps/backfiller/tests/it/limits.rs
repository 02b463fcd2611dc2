//! Limits that processes keep together: what one is told, the next one knows.

use std::time::Duration;

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
