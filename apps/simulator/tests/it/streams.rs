//! Streams: every close once and in order, the same numbers as over REST and in the file.

use std::time::Duration;

use market::Candle;
use serde_json::{Value, json};

use crate::harness::{Simulator, Stream, candle_of_event, candle_of_row};

/// Reads until `count` candles of the shortest timeframe have closed; gives what closed, by stream.
fn closes(stream: &mut Stream, intervals: [&str; 3], count: usize) -> [Vec<Candle>; 3] {
    let mut closes = [Vec::new(), Vec::new(), Vec::new()];
    while closes[0].len() < count {
        let k = stream.next_close();
        let index = intervals.iter().position(|&interval| k["i"] == interval).unwrap();
        closes[index].push(candle_of_event(&k));
    }
    closes
}

/// All candles over REST from the first of `like` on, as many as there are in it.
fn klines(simulator: &Simulator, interval: &str, like: &[Candle]) -> Vec<Candle> {
    let mut candles: Vec<Candle> = Vec::new();
    while candles.len() < like.len() {
        let start_ms = candles.last().map_or(like[0].open_time_ms, |candle| candle.open_time_ms + 1);
        let path = format!("/api/v3/klines?symbol=BTCUSDT&interval={interval}&limit=1000&startTime={start_ms}");
        let rows = simulator.json(&path);
        candles.extend(rows.as_array().unwrap().iter().map(candle_of_row));
    }
    candles.truncate(like.len());
    candles
}

#[test]
fn two_thousand_closes_equal_the_file_bit_for_bit() {
    let name = "binance_BTCUSDT_15m";
    let Some((file, path)) = testkit::shared_candles(name).zip(testkit::shared(&format!("candles/{name}.csv.gz")))
    else {
        return;
    };
    let path = path.to_str().unwrap();
    let simulator =
        Simulator::serve(&["--candles", path, "--symbol", "BTC/USDT", "--timeframe", "15m", "--speed", "1000000"]);
    let intervals = ["15m", "30m", "1h"];
    let mut stream = simulator.stream("/stream/ws/btcusdt@kline_15m/btcusdt@kline_1h/btcusdt@kline_30m");
    let closed = closes(&mut stream, intervals, 2_000);
    let first = file.index_at_or_after(closed[0][0].open_time_ms);
    assert_eq!(closed[0], file.iter().skip(first).take(2_000).collect::<Vec<_>>());
    assert!(closed[1].len() >= 999 && closed[2].len() >= 499);
    for (interval, closed) in intervals.iter().zip(&closed) {
        assert_eq!(&klines(&simulator, interval, closed), closed, "{interval}");
    }
}

#[test]
fn a_slow_client_loses_no_close() {
    let simulator = Simulator::generated("150000");
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m/btcusdt@kline_5m/btcusdt@kline_1M");
    std::thread::sleep(Duration::from_millis(1_500));
    let closed = closes(&mut stream, ["1m", "5m", "1M"], 3_000);
    assert_eq!(klines(&simulator, "1m", &closed[0]), closed[0]);
    assert_eq!(klines(&simulator, "5m", &closed[1]), closed[1]);
}

#[test]
fn a_closed_candle_is_closed_over_rest_too() {
    let simulator = Simulator::generated("6000");
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m");
    for _ in 0..20 {
        let k = stream.next_close();
        let time = simulator.json("/api/v3/time")["serverTime"].as_i64().unwrap();
        assert!(time > k["T"].as_i64().unwrap());
        let path = format!("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1&startTime={}", k["t"]);
        let row = &simulator.json(&path)[0];
        let same = [
            ("t", 0),
            ("o", 1),
            ("h", 2),
            ("l", 3),
            ("c", 4),
            ("v", 5),
            ("T", 6),
            ("q", 7),
            ("n", 8),
            ("V", 9),
            ("Q", 10),
        ];
        same.iter().for_each(|&(key, column)| assert_eq!(k[key], row[column], "{key}"));
    }
}

#[test]
fn a_candle_opens_touches_its_extremes_and_closes() {
    let simulator = Simulator::generated("300");
    let mut stream = simulator.stream("/ws/btcusdt@kline_1m");
    stream.next_close();
    for _ in 0..5 {
        let mut seen = vec![stream.next()["k"].clone()];
        while seen.last().unwrap()["x"] == false {
            seen.push(stream.next()["k"].clone());
        }
        let (opening, last) = (candle_of_event(&seen[0]), candle_of_event(seen.last().unwrap()));
        let open = last.open;
        assert_eq!(opening, Candle { high: open, low: open, close: open, volume: 0.0, ..last });
        assert!(seen.len() >= 4, "{} updates", seen.len());
        let prices: Vec<f64> = seen.iter().map(|k| candle_of_event(k).close).collect();
        assert!(prices.contains(&last.high) && prices.contains(&last.low), "{prices:?} {last:?}");
        assert!(seen.iter().all(|k| k["t"] == seen[0]["t"]));
    }
}

#[test]
fn combined_streams_come_wrapped() {
    let simulator = Simulator::generated("600");
    let mut stream =
        simulator.stream("/stream?streams=btcusdt@kline_1m/btcusdt@bookTicker/btcusdt@miniTicker/btcusdt@ticker");
    let mut seen = std::collections::BTreeMap::new();
    while seen.len() < 4 {
        let event = stream.next();
        seen.insert(event["stream"].as_str().unwrap().to_owned(), event["data"].clone());
    }
    let book = &seen["btcusdt@bookTicker"];
    assert!(book.get("e").is_none() && book.get("E").is_none() && book["s"] == "BTCUSDT");
    let price = |key: &str| book[key].as_str().unwrap().parse::<f64>().unwrap();
    assert!(price("b") < price("a"));
    assert_eq!(seen["btcusdt@miniTicker"]["e"], "24hrMiniTicker");
    assert_eq!(seen["btcusdt@ticker"]["e"], "24hrTicker");
    assert_eq!(seen["btcusdt@kline_1m"]["e"], "kline");
}

#[track_caller]
fn control(stream: &mut Stream, message: &str, reply: &Value) {
    let got = stream.ask(message);
    let same = reply.as_object().unwrap().iter().all(|(key, value)| &got[key] == value);
    assert!(same, "{message}: {got}");
}

#[test]
fn messages_subscribe_and_unsubscribe() {
    let simulator = Simulator::generated("600");
    let mut stream = simulator.stream("/ws/0");
    let s = &mut stream;
    control(s, r#"{"method":"LIST_SUBSCRIPTIONS","id":1}"#, &json!({"result": [], "id": 1}));
    control(
        s,
        r#"{"method":"SUBSCRIBE","params":["btcusdt@kline_1m","ethusdt@nothing"],"id":"a-1"}"#,
        &json!({"result": null, "id": "a-1"}),
    );
    assert_eq!(s.next()["e"], "kline");
    control(
        s,
        r#"{"method":"LIST_SUBSCRIPTIONS","id":null}"#,
        &json!({"result": ["btcusdt@kline_1m", "ethusdt@nothing"], "id": null}),
    );
    control(s, r#"{"method":"GET_PROPERTY","params":["combined"],"id":2}"#, &json!({"result": false, "id": 2}));
    control(s, r#"{"method":"SET_PROPERTY","params":["combined",true],"id":3}"#, &json!({"result": null, "id": 3}));
    assert_eq!(s.next()["stream"], "btcusdt@kline_1m");
    control(s, r#"{"method":"SET_PROPERTY","params":["combined",1],"id":4}"#, &json!({"code": 1, "id": 4}));
    control(s, r#"{"method":"GET_PROPERTY","params":["colour"],"id":5}"#, &json!({"code": 0, "id": 5}));
    control(s, r#"{"method":"SHOUT","params":[],"id":6}"#, &json!({"code": 2, "id": 6}));
    control(s, r#"{"params":[],"id":7}"#, &json!({"code": 2, "id": 7}));
    control(s, r#"{"method":"SUBSCRIBE","params":[1],"id":8}"#, &json!({"code": 2, "id": 8}));
    control(s, r#"{"method":"SUBSCRIBE","params":[],"id":1.5}"#, &json!({"code": 2}));
    control(s, "{", &json!({"code": 3}));
    control(s, r#"{"method":"UNSUBSCRIBE","params":["btcusdt@kline_1m"],"id":9}"#, &json!({"result": null, "id": 9}));
    control(s, r#"{"method":"LIST_SUBSCRIPTIONS","id":10}"#, &json!({"result": ["ethusdt@nothing"], "id": 10}));
    s.wait_at_most(Duration::from_millis(300));
    assert!(s.try_next().is_err(), "nothing comes from a stream that is not known");
}

#[test]
fn pings_of_clients_are_answered() {
    let simulator = Simulator::generated("1");
    assert_eq!(simulator.stream("/ws").ping("hello").into_data().as_ref(), b"hello");
}
