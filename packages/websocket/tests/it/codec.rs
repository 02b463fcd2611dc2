//! Every frame that Binance documents, and frames captured from it, are understood.

use market::{Candle, Symbol, Ticker, Timeframe};
use testkit::{read_text, shared};
use websocket::{Codec, Message, Watch, binance::Binance};

const RECEIVED_MS: i64 = 1_700_000_000_123;

fn codec(ohlcv: &[(&str, &str)], tickers: &[&str]) -> Binance {
    let symbol = |text: &str| -> Symbol { text.parse().unwrap() };
    let ohlcv = ohlcv.iter().map(|(text, timeframe)| (symbol(text), timeframe.parse().unwrap())).collect();
    let watch = Watch { ohlcv, tickers: tickers.iter().map(|text| symbol(text)).collect() };
    Binance::new(&watch, None).unwrap()
}

const KLINE: &str = r#"{"e":"kline","E":1672515782136,"s":"BNBBTC",
 "k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,
      "o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,
      "x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}"#;

const BOOK_TICKER: &str =
    r#"{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}"#;

fn bnb() -> Binance {
    codec(&[("BNB/BTC", "1m"), ("BNB/BTC", "1h")], &["BNB/USDT"])
}

fn candle() -> Message {
    let candle = Candle {
        open_time_ms: 1_672_515_780_000,
        open: 0.0020,
        high: 0.0025,
        low: 0.0015,
        close: 0.0020,
        volume: 1_000.0,
    };
    Message::Candle {
        symbol: "BNB/BTC".parse().unwrap(),
        timeframe: Timeframe::M1,
        candle,
        closed: false,
        event_time_ms: 1_672_515_782_136,
    }
}

fn ticker(time_ms: i64) -> Message {
    let ticker = Ticker { time_ms, bid: 25.3519, bid_size: 31.21, ask: 25.3652, ask_size: 40.66, last: None };
    Message::Ticker { symbol: "BNB/USDT".parse().unwrap(), ticker }
}

#[track_caller]
fn check(frame: &str, expected: Message) {
    assert_eq!(bnb().decode(frame, RECEIVED_MS), [expected], "{frame}");
}

#[test]
fn frames_mean_what_is_documented() {
    // The documented candle opens below its low, which a candle cannot do; a real one is made of it.
    let kline = KLINE.replace(r#""o":"0.0010""#, r#""o":"0.0020""#);
    let impossible = "BNB/BTC 1m candle of 1672515780000: low 0.0015 is above open or close";
    check(KLINE, Message::Impossible(impossible.to_owned()));
    check(&kline, candle());
    check(&format!(r#"{{"stream":"bnbbtc@kline_1m","data":{kline}}}"#), candle());
    check(&kline.replacen('{', r#"{"new":{"deep":[1]},"#, 1), candle());
    check(&kline.replace("BNBBTC", "BNBETH"), Message::Unknown);
    check(&kline.replace(r#""1m""#, r#""2m""#), Message::Unknown);
    check(BOOK_TICKER, ticker(RECEIVED_MS));
    check(&format!(r#"{{"stream":"bnbusdt@bookTicker","data":{BOOK_TICKER}}}"#), ticker(RECEIVED_MS));
    check(&BOOK_TICKER.replacen('{', r#"{"e":"bookTicker","E":5,"#, 1), ticker(5));
    check(&BOOK_TICKER.replace("BNB", "BTC"), Message::Unknown);
    check(r#"{"e":"serverShutdown","E":1}"#, Message::ServerShutdown);
    check(r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}"#, Message::ServerShutdown);
    check(r#"{"result":null,"id":"1"}"#, Message::Subscribed);
    check(r#"{"result":["bnbbtc@kline_1m"],"id":3}"#, Message::Unknown);
    check(r#"{"code":3,"msg":"Invalid JSON","id":null}"#, Message::SubscribeRefused("Invalid JSON (code 3)".into()));
    check("17", Message::Unknown);
    assert_eq!(bnb().decode(&format!("[{kline},{BOOK_TICKER}]"), RECEIVED_MS), [candle(), ticker(RECEIVED_MS)]);
}

#[test]
fn numbers_that_are_none_are_dropped() {
    let kline = KLINE.replace("0.0010", "0.0020");
    for (from, to) in [("0.0025", "NaN"), ("0.0025", "inf"), ("1672515780000", "1672515780001"), ("\"1000", "\"-1")] {
        let messages = bnb().decode(&kline.replace(from, to), RECEIVED_MS);
        assert!(matches!(messages[..], [Message::Impossible(_)]), "{to}: {messages:?}");
    }
    for (from, to) in [("25.3519", "-25.3519"), ("25.3519", "NaN "), ("31.21", "-31.21"), ("25.36520000", "0")] {
        let messages = bnb().decode(&BOOK_TICKER.replace(from, to), RECEIVED_MS);
        assert!(matches!(messages[..], [Message::Impossible(_) | Message::Unreadable(_)]), "{to}: {messages:?}");
    }
}

#[track_caller]
fn check_time(open_ms: i64, event_ms: i64, closed: bool, fault: Option<&str>) {
    let frame = KLINE.replace("0.0010", "0.0020").replace("1672515780000", &open_ms.to_string());
    let frame = frame.replace("1672515782136", &event_ms.to_string());
    let frame = frame.replace(r#""x":false"#, &format!(r#""x":{closed}"#));
    match (&bnb().decode(&frame, RECEIVED_MS)[..], fault) {
        ([Message::Candle { closed: told, .. }], None) => assert_eq!(*told, closed),
        ([Message::Impossible(text)], Some(fault)) => assert!(text.contains(fault), "{text}"),
        (messages, _) => panic!("{messages:?}"),
    }
}

#[test]
fn candles_at_times_that_cannot_be_are_dropped() {
    const OPEN: i64 = 1_672_515_780_000;
    const CLOSE: i64 = OPEN + 60_000;
    let ages = Some("it opens before 2009 or after 2099");
    check_time(1_230_768_000_000, 1_230_768_000_000, false, None);
    check_time(1_230_767_940_000, OPEN, false, ages);
    check_time(0, OPEN, true, ages);
    check_time(-60_000, OPEN, false, ages);
    check_time(4_102_444_800_000, 4_102_444_800_000, false, ages);
    check_time(OPEN, OPEN - 1_000, false, None);
    check_time(OPEN, OPEN - 1_001, false, Some("it opens after the event"));
    check_time(OPEN, i64::MIN, false, Some("it opens after the event"));
    check_time(OPEN, i64::MAX, true, None);
    check_time(OPEN, CLOSE, true, None);
    check_time(OPEN, CLOSE - 1_000, true, None);
    check_time(OPEN, CLOSE - 1_001, true, Some("it is told closed before its close"));
    check_time(OPEN, OPEN, true, Some("it is told closed before its close"));
    check_time(OPEN, CLOSE + 60_000, false, None);
}

/// Frames cut short or altered anywhere never panic, and never become another candle's numbers.
#[test]
fn broken_frames_never_panic() {
    let codec = bnb();
    let mut rng = fastrand::Rng::with_seed(1);
    for text in [KLINE, BOOK_TICKER] {
        for cut in 0..text.len() {
            assert!(matches!(codec.decode(&text[..cut], 0)[..], [Message::Unreadable(_)]));
        }
        for _ in 0..5_000 {
            let mut bytes = text.as_bytes().to_vec();
            let at = rng.usize(..bytes.len());
            bytes[at] = rng.u8(32..127);
            let _ = codec.decode(&String::from_utf8(bytes).unwrap(), 0);
        }
    }
}

/// The documented examples are stripped of their prices: they are candles and tickers all the same.
#[test]
fn documented_frames_are_recognised() {
    let Some(folder) = shared("payloads/binance/spot/websocket_streams/api") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let messages = bnb().decode(&read_text(&path), 0);
        let watched = ["kline", "kline_offset", "book_ticker"].contains(&name.as_str());
        for message in &messages {
            match message {
                Message::Unknown => assert!(!watched, "{name}"),
                Message::Unreadable(why) => assert!(watched && why.contains("missing field"), "{name}: {why}"),
                other => panic!("{name}: {other:?}"),
            }
        }
        seen += 1;
    }
    assert!(seen >= 15);
}

/// How many of each kind a capture holds: candles, tickers, others.
fn count(codec: &Binance, frames: impl Iterator<Item = String>) -> (usize, usize, usize) {
    let (mut candles, mut tickers, mut others) = (0, 0, 0);
    for frame in frames {
        for message in codec.decode(&frame, 1) {
            match message {
                Message::Candle { .. } => candles += 1,
                Message::Ticker { .. } => tickers += 1,
                Message::Unknown => others += 1,
                wrong => panic!("{wrong:?}: {frame}"),
            }
        }
    }
    (candles, tickers, others)
}

fn lines(file: &str) -> Option<Vec<String>> {
    let text = read_text(&shared(&format!("payloads/binance/live/{file}"))?);
    Some(text.lines().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect())
}

#[test]
fn captured_streams_are_read_to_the_last_frame() {
    let codec = codec(&[("BTC/USDT", "1m")], &["BTC/USDT"]);
    if let Some(frames) = lines("spot_first3000.txt.gz") {
        assert_eq!(frames.len(), 3_000);
        let expected = |kind: &str| frames.iter().filter(|frame| frame.contains(kind)).count();
        let tickers = expected("@bookTicker");
        assert_eq!(count(&codec, frames.iter().cloned()), (0, tickers, 3_000 - tickers));
    }
}

fn bodies(file: &str) -> Option<Vec<String>> {
    let text = read_text(&shared(&format!("payloads/binance/live/{file}"))?);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    Some(rows.iter().map(|row| row["body"].to_string()).collect())
}

#[test]
fn captured_candles_and_tickers_are_read() {
    let codec = codec(&[("NKN/USDT", "1m"), ("LRC/BTC", "1m")], &["NKN/USDT"]);
    if let Some(frames) = bodies("BINANCE.ws.1.0__kline_1m.json") {
        assert_eq!(count(&codec, frames.into_iter()), (2, 0, 0));
    }
    if let Some(frames) = bodies("BINANCE.ws.1.0__bookTicker.json") {
        assert_eq!(count(&codec, frames.into_iter()), (0, 3, 0));
    }
}
