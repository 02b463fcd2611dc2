//! REST over the socket: headers, limits, and the virtual clock.

use std::time::Duration;

use crate::harness::{Simulator, hours};

#[test]
fn headers_and_statuses_are_the_exchanges() {
    let simulator = Simulator::generated("1");
    let reply = simulator.get("/api/v3/ping");
    assert_eq!((reply.status, reply.body.as_str()), (200, "{}"));
    assert!(reply.head.contains("x-mbx-used-weight-1m: "), "{}", reply.head);
    assert!(reply.head.contains("content-type: application/json;charset=utf-8"), "{}", reply.head);
    let reply = simulator.get("/api/v3/klines?symbol=BTCUSDT&interval=7h");
    assert_eq!((reply.status, reply.body.as_str()), (400, r#"{"code":-1120,"msg":"Invalid interval."}"#));
    assert_eq!(simulator.get("/api/v3/order").status, 404);
    let micro = simulator.try_request("GET", "/api/v3/time", "X-MBX-TIME-UNIT: microsecond\r\n").unwrap();
    assert!(
        micro.body.contains("000}") && micro.body.len() == r#"{"serverTime":1709251200000000}"#.len(),
        "{}",
        micro.body
    );
    assert_eq!(simulator.get("/ws/btcusdt@kline_1m").status, 426);
}

#[test]
fn weight_runs_out_in_a_minute() {
    let simulator = Simulator::generated("1");
    // A minute lets 75 of weight 80 through, and bans after a few refusals more: wherever the end of a
    // minute splits these, one of the two has all of that.
    let replies: Vec<_> = (0..171).map(|_| simulator.get("/api/v3/ticker/24hr")).collect();
    let refused = replies.iter().find(|reply| reply.status == 429).expect("a minute's weight is 6000");
    assert!(refused.body.contains("-1003") && refused.head.contains("retry-after: "), "{refused:?}");
    let banned = replies.iter().find(|reply| reply.status == 418);
    assert!(banned.is_some_and(|reply| reply.body.contains("IP banned until")), "who goes on is banned");
    assert_eq!(simulator.get("/simulator/status").status, 200);
}

#[test]
fn time_runs_at_speed_and_the_last_candle_is_the_open_one() {
    let simulator = Simulator::generated("3600");
    let time = || simulator.json("/api/v3/time")["serverTime"].as_i64().unwrap();
    let before = time();
    std::thread::sleep(Duration::from_millis(200));
    let rows = simulator.json("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2");
    let after = time();
    assert!((600_000..10_000_000).contains(&(after - before)), "{}", after - before);
    let closes_at = rows[1][6].as_i64().unwrap();
    assert!((before..after + 60_000).contains(&closes_at));
    assert_eq!(rows[0][6].as_i64().unwrap() + 60_000, closes_at);
}

#[test]
fn the_clock_stops_where_the_file_ends() {
    let (_folder, path) = hours(4);
    let file = ["--candles", &path, "--symbol", "BTC/USDT", "--timeframe", "1h", "--speed", "100000"];
    let simulator = Simulator::serve(&file);
    let mut stream = simulator.stream("/ws/btcusdt@kline_1h");
    assert_eq!(stream.next_close()["t"], 1_704_067_200_000_i64 + 2 * 3_600_000);
    assert_eq!(stream.next_close()["h"], "113.00000000");
    let status = simulator.json("/simulator/status");
    // A moment after the last close, for clients that do not ask for a candle before it has settled.
    let end = 1_704_067_200_000_i64 + 4 * 3_600_000 + 5_000;
    assert_eq!((&status["ended"], &status["now"], &status["end"]), (&true.into(), &end.into(), &end.into()));
    assert_eq!(simulator.json("/api/v3/time")["serverTime"], end);
}
