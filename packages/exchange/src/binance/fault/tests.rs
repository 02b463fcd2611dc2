//! Tests of judging replies.

use super::*;

const NOW: i64 = 1_700_000_000_000;

fn reply(status: u16, body: &str) -> Reply {
    let content_type = if body.starts_with('<') { "text/html" } else { "application/json;charset=UTF-8" };
    Reply { status, content_type: Some(content_type.to_owned()), body: body.into(), ..Reply::default() }
}

fn code(status: u16, code: i64) -> Reply {
    reply(status, &format!(r#"{{"code":{code},"msg":"words"}}"#))
}

/// The error as its variant's name, and until when silence is due, in seconds from now.
fn verdict(reply: &Reply) -> (String, Option<i64>) {
    let error = of("binance", reply, "http://x/y", NOW).expect("an error");
    let name = format!("{error:?}").split([' ', '(']).next().unwrap().to_owned();
    (name, error.silent_until_ms().map(|until_ms| (until_ms - NOW) / 1_000))
}

#[track_caller]
fn check(reply: &Reply, variant: &str, silence_s: Option<i64>) {
    assert_eq!(verdict(reply), (variant.to_owned(), silence_s));
}

#[test]
fn status_and_code_decide() {
    check(&code(400, -1121), "Refused", None);
    check(&code(400, -1102), "Refused", None);
    check(&code(400, -1003), "RateLimited", Some(60));
    check(&code(503, -1008), "ServerFault", None);
    check(&code(400, -1007), "ServerFault", None);
    check(&code(400, -1001), "ServerFault", None);
    check(&reply(500, ""), "ServerFault", None);
    check(&reply(502, "<html>"), "ServerFault", None);
    check(&reply(403, "<html>"), "Blocked", Some(300));
    check(&reply(451, "{}"), "Region", None);
    check(&reply(404, "<html>"), "BadReply", None);
    check(&reply(302, ""), "BadReply", None);
    check(&reply(204, ""), "BadReply", None);
    check(&reply(200, "<html>"), "BadReply", None);
    assert!(of("binance", &reply(200, "{}"), "", NOW).is_none());
    assert!(of("binance", &Reply { content_type: None, ..reply(200, "{}") }, "", NOW).is_none());
}

#[test]
fn a_refusal_counts_with_status_200_too() {
    check(&code(200, -1003), "RateLimited", Some(60));
    check(&code(200, -1121), "Refused", None);
    check(&code(200, -1001), "ServerFault", None);
    assert!(of("binance", &code(200, 0), "", NOW).is_none());
    let long = format!(r#"{{"code":-1,"msg":"{}"}}"#, "x".repeat(LONGEST_REFUSAL_BYTES));
    assert!(of("binance", &reply(200, &long), "", NOW).is_none());
}

#[test]
fn silence_lasts_as_long_as_the_exchange_says() {
    let after = |status, seconds| Reply { retry_after_s: Some(seconds), ..code(status, -1003) };
    check(&code(429, -1003), "RateLimited", Some(60));
    check(&reply(429, "<html>"), "RateLimited", Some(60));
    check(&after(429, 7), "RateLimited", Some(7));
    check(&after(429, 0), "RateLimited", Some(1));
    check(&Reply { retry_after_s: Some(0), ..reply(403, "<html>") }, "Blocked", Some(1));
    check(&after(429, u64::MAX), "RateLimited", Some(7 * 86_400));
    check(&after(418, 600), "Banned", Some(600));
    check(&after(418, 0), "Banned", Some(10));
    check(&after(418, u64::MAX), "Banned", Some(7 * 86_400));
    check(&code(418, -1003), "Banned", Some(120));
    check(&reply(418, "<html>"), "Banned", Some(120));
}

#[test]
fn a_ban_ends_at_the_later_of_header_and_text() {
    let banned = |seconds: i64, retry_after_s| {
        let until = NOW + seconds * 1_000;
        let text = format!(r#"{{"code":-1003,"msg":"Way too much; IP banned until {until}. Please use streams."}}"#);
        Reply { retry_after_s, ..reply(418, &text) }
    };
    check(&banned(500, None), "Banned", Some(500));
    check(&banned(500, Some(90)), "Banned", Some(500));
    check(&banned(500, Some(900)), "Banned", Some(900));
    check(&banned(-500, None), "Banned", Some(10));
    check(&banned(-500, Some(0)), "Banned", Some(10));
    check(&banned(-500, Some(90)), "Banned", Some(90));
    check(&banned(30 * 86_400, None), "Banned", Some(7 * 86_400));
}

#[test]
fn the_culprit_is_named() {
    let symbol = "FOO/BAR".parse().unwrap();
    let error = |number| of("binance", &code(400, number), "u", NOW).unwrap();
    let blamed = |number| blame(error(number), "binance", &symbol, Timeframe::S1).to_string();
    assert!(blamed(-1121).starts_with("binance has no symbol FOO/BAR; expected"));
    assert!(blamed(-1100).starts_with("binance has no symbol FOO/BAR; expected"));
    assert_eq!(blamed(-1120), "binance has no 1s candles");
    assert_eq!(blamed(-1102), "binance refuses the request u: words (code -1102)");
}

#[test]
fn a_quoted_body_is_short_and_on_one_line() {
    assert_eq!(beginning(b"<html>\n<p>"), "<html> <p>");
    assert_eq!(beginning("é".repeat(1_000).as_bytes()).chars().count(), QUOTED_CHARS);
    assert_eq!(beginning(&[0xff, b'a']), "\u{fffd}a");
}
