//! Faults on command do what they say, and end when they say.

use std::time::{Duration, Instant};

use crate::harness::Simulator;

const KLINES: &str = "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=10";

#[test]
fn disconnect_cuts_every_stream() {
    let simulator = Simulator::generated("60");
    let mut streams = [simulator.stream("/ws/btcusdt@kline_1m"), simulator.stream("/ws")];
    streams[0].next();
    simulator.command("disconnect");
    for stream in &mut streams {
        while stream.try_next().is_ok() {}
        assert!(stream.try_next().is_err());
    }
    assert_eq!(simulator.stream("/ws/btcusdt@kline_1m").next()["e"], "kline");
    let begun = Instant::now();
    while simulator.json("/simulator/status")["connections"] != 0 {
        assert!(begun.elapsed() < Duration::from_secs(5), "a stream that was left is still counted");
    }
}

#[test]
fn silence_says_nothing_but_stays_open() {
    let simulator = Simulator::generated("600");
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m");
    let before_ms = stream.next()["E"].as_i64().unwrap();
    let begun = Instant::now();
    simulator.command("silence?seconds=2");
    stream.ping("still there?");
    // What was on its way comes, then nothing until the silence is over.
    stream.wait_at_most(Duration::from_millis(400));
    while stream.try_next().is_ok() {}
    stream.wait_at_most(Duration::from_secs(10));
    let after_ms = stream.next()["E"].as_i64().unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(after_ms > before_ms + 2 * 600_000, "what happened meanwhile is lost: {before_ms} {after_ms}");
}

#[test]
fn refuse_cuts_requests_and_upgrades_without_an_answer() {
    let simulator = Simulator::generated("1");
    simulator.command("refuse?seconds=3");
    assert!(simulator.try_request("GET", "/api/v3/time", "").is_err());
    assert!(simulator.try_stream("/ws").is_none());
    assert_eq!(simulator.get("/simulator/status").status, 200);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(simulator.get("/api/v3/time").status, 200);
    assert!(simulator.try_stream("/ws").is_some());
}

#[test]
fn fail_answers_the_next_matching_requests() {
    let simulator = Simulator::generated("1");
    simulator.command("fail?status=429&count=2&retry_after=7&route=klines");
    assert_eq!(simulator.get("/api/v3/time").status, 200);
    for _ in 0..2 {
        let reply = simulator.get(KLINES);
        assert!(reply.status == 429 && reply.head.contains("retry-after: 7") && reply.body.contains("-1003"));
    }
    assert_eq!(simulator.get(KLINES).status, 200);
    simulator.command("fail?status=403");
    let reply = simulator.get(KLINES);
    assert!(reply.status == 403 && reply.body.starts_with("<html>"), "{reply:?}");
    simulator.command("fail?status=504");
    assert!(simulator.get(KLINES).body.contains("-1007"));
}

#[test]
fn stall_answers_late() {
    let simulator = Simulator::generated("1");
    let stall = Duration::from_secs(3);
    simulator.command("stall?seconds=3&count=1");
    let begun = Instant::now();
    assert_eq!(simulator.get(KLINES).status, 200);
    assert!(begun.elapsed() >= stall);
    let begun = Instant::now();
    assert_eq!(simulator.get(KLINES).status, 200);
    assert!(begun.elapsed() < stall, "one request only");
}

#[test]
fn short_pages_lack_a_row() {
    let simulator = Simulator::generated("1");
    let rows = || simulator.json(KLINES).as_array().unwrap().len();
    assert_eq!(rows(), 10);
    simulator.command("short_pages?percent=100");
    assert_eq!(rows(), 9);
    simulator.command("short_pages?percent=0");
    assert_eq!(rows(), 10);
}

#[test]
fn dropped_closes_do_not_come() {
    let simulator = Simulator::generated("600");
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m");
    let mut next_open = || stream.next_close()["t"].as_i64().unwrap();
    let first = next_open();
    assert_eq!(next_open(), first + 60_000);
    simulator.command("drop_closes?count=3");
    let mut opens = vec![first + 60_000];
    while opens.len() < 2 || opens[opens.len() - 1] - opens[opens.len() - 2] == 60_000 {
        opens.push(next_open());
        assert!(opens.len() < 50, "no close was dropped");
    }
    assert_eq!(opens[opens.len() - 1] - opens[opens.len() - 2], 4 * 60_000);
    assert_eq!(next_open(), opens[opens.len() - 1] + 60_000);
}

#[test]
fn swapped_volumes_stand_in_each_others_place() {
    let simulator = Simulator::generated("600");
    simulator.command("swap_volumes?seconds=60");
    let close = simulator.stream("/ws/btcusdt@kline_1m").next_close();
    let rows = simulator.json(&format!("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1&startTime={}", close["t"]));
    for (streamed, asked) in [("v", 7), ("q", 5), ("V", 10), ("Q", 9)] {
        assert_eq!(close[streamed], rows[0][asked], "{streamed} of {close}");
    }
}

#[test]
fn stale_klines_stand_still() {
    let simulator = Simulator::generated("600");
    simulator.command("stale?seconds=60");
    let newest = || simulator.json(KLINES).as_array().unwrap().last().unwrap().clone();
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m");
    let (before, close) = (newest(), (0..5).map(|_| stream.next_close()).last().unwrap());
    assert_eq!(newest(), before);
    assert!(close["t"].as_i64() > before[0].as_i64());
    simulator.command("stale?seconds=0");
    assert!(newest()[0].as_i64() >= close["t"].as_i64());
}

#[test]
fn commands_that_make_no_sense_are_refused() {
    let simulator = Simulator::generated("1");
    for command in [
        "explode",
        "silence",
        "silence?seconds=-1",
        "swap_volumes",
        "stale",
        "fail?status=200",
        "short_pages?percent=101",
        "stall?seconds=x",
    ] {
        let reply = simulator.try_request("POST", &format!("/simulator/{command}"), "").unwrap();
        assert!(reply.status == 400 && reply.body.contains("error"), "{command}: {reply:?}");
    }
    assert_eq!(simulator.get(KLINES).status, 200);
}
