//! Ranges that are read in several pieces: what comes of them is what comes of one.

use market::{Candle, Timeframe};
use serde_json::Value;

use super::{Desk, waves};

const MINUTE_MS: i64 = 60_000;
/// More than two pieces.
const COUNT: i64 = 140_000;
/// Pieces of 65,536 candles are counted from here: the range begins a day after the stored candles.
const FROM: usize = 1_440;
/// Candles that are missing, across the end of the first piece and right behind that of the second.
const HOLES: [std::ops::Range<usize>; 2] = [FROM + 65_530..FROM + 65_545, FROM + 131_072..FROM + 131_073];

const CROSS: &str = "name: cross
timeframe: 1m
params:
  slow: { default: 90, range: [90, 90] }
let:
  quick: ema(close, 12)
  calm: sma(close, slow)
long:
  enter: crossover(quick, calm) and close > ema(close, 5) @ 1h
  exit: crossunder(quick, calm)
protect:
  stop: 3%
  take: 4%
";

fn desk() -> Desk {
    let desk = Desk::new();
    let hours: Vec<Candle> = waves(COUNT).collect();
    let first_ms = hours[0].open_time_ms;
    let minutes: Vec<Candle> = hours
        .iter()
        .enumerate()
        .map(|(index, hour)| Candle { open_time_ms: first_ms + index as i64 * MINUTE_MS, ..*hour })
        .collect();
    let folded = minutes.chunks(60).map(|sixty| Candle {
        high: sixty.iter().map(|minute| minute.high).fold(0.0, f64::max),
        low: sixty.iter().map(|minute| minute.low).fold(f64::INFINITY, f64::min),
        close: sixty[sixty.len() - 1].close,
        ..sixty[0]
    });
    desk.store("BTC/USDT", Timeframe::H1, folded);
    let stored = minutes.iter().enumerate().filter(|(index, _)| !HOLES.iter().any(|hole| hole.contains(index)));
    desk.store("BTC/USDT", Timeframe::M1, stored.map(|(_, minute)| *minute));
    desk.write("x.yaml", CROSS);
    desk
}

fn said(desk: &Desk, command: &str, args: &[&str]) -> Value {
    let (strategy, db) = (desk.path("x.yaml"), desk.path("x.db"));
    let mut all = vec![command, strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8")];
    all.extend(["--symbol", "BTC/USDT", "--taker-fee", "0.0002", "--json", "-"]);
    all.extend(args);
    if !args.contains(&"--from") {
        all.extend(["--from", "2024-01-02"]);
    }
    serde_json::from_str(desk.backtester(&all).succeeds()).expect("JSON")
}

#[test]
fn a_range_of_many_pieces_is_one_range() {
    let desk = desk();
    let run = said(&desk, "run", &[]);
    let trades = run["trades"].as_array().expect("trades");
    assert!(trades.len() > 50, "{} trades", trades.len());
    let missing: usize = HOLES.iter().map(ExactSizeIterator::len).sum();
    assert_eq!(run["holes"]["missing_candles"], missing);
    assert_eq!(run["holes"]["list"].as_array().expect("holes").len(), HOLES.len());

    // A search reads the range at once.
    let found = said(&desk, "optimise", &["--no-record"]);
    assert_eq!(found["trials"][0]["metrics"], run["metrics"]);

    // A beginning between two candles is that of the next one.
    let off_grid = said(&desk, "run", &["--from", "2024-01-01T23:59:30"]);
    for part in ["metrics", "trades", "holes"] {
        assert_eq!(off_grid[part], run[part], "{part}");
    }

    // Drawn and written out, all of it is kept.
    let (page, folder) = (desk.path("x.html"), desk.path("out"));
    let kept = ["--html", page.to_str().expect("UTF-8"), "--out", folder.to_str().expect("UTF-8")];
    let drawn = said(&desk, "run", &kept);
    for part in ["metrics", "buy_and_hold", "monthly", "trades", "holes", "provenance", "warm_up"] {
        assert_eq!(drawn[part], run[part], "{part}");
    }
    let equity = std::fs::read_to_string(folder.join("equity.csv")).expect("it was written");
    assert_eq!(equity.lines().count() - 1, run["candles"].as_u64().expect("a number") as usize);

    // Both are one run to the store (the second is that between two candles), since the hash of all that came of them is the same.
    assert_eq!((&run["run"], &off_grid["run"], &drawn["run"]), (&1.into(), &2.into(), &1.into()));
    let db = desk.path("x.db");
    let again = desk.backtester(&["rerun", "1", "--db", db.to_str().expect("UTF-8")]);
    assert!(again.succeeds().contains("the same, byte for byte"));
}
