//! Values against the oracle columns, and on edge cases.

use market::Candles;

use super::{candles_of, file_with, loaded, run};

const FUNCTIONS: [&str; 18] = [
    "sma",
    "ema",
    "rma",
    "rsi",
    "macd",
    "macd_signal",
    "macd_hist",
    "atr",
    "tr",
    "highest",
    "lowest",
    "sum",
    "stdev",
    "bb_upper",
    "bb_middle",
    "bb_lower",
    "vwap",
    "change",
];

#[test]
fn values_equal_the_oracles() {
    let mut checked = 0;
    for (name, timeframe) in [("binance_BTCUSDT_1h", "1h"), ("binance_ETHUSDT_15m", "15m")] {
        let Some(path) = testkit::shared(&format!("oracles/indicators/{name}.csv.gz")) else { return };
        let text = testkit::read_text(&path);
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let header = rows.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        let number = |row: &csv::StringRecord, column: usize| row[column].parse::<f64>().unwrap_or(f64::NAN);
        let candles: Candles = rows
            .iter()
            .map(|row| market::Candle {
                open_time_ms: row[0].parse().unwrap(),
                open: number(row, 1),
                high: number(row, 2),
                low: number(row, 3),
                close: number(row, 4),
                volume: number(row, 5),
            })
            .collect();
        for (column, call) in header.iter().enumerate().skip(6) {
            let function = call.split('(').next().unwrap();
            if !FUNCTIONS.contains(&function) {
                continue;
            }
            let (lines, _) = run(&file_with(timeframe, &[("x", call)]), &candles);
            for (row, value) in rows.iter().zip(&lines[0]) {
                let expected = number(row, column);
                let same = if expected.is_nan() { value.is_nan() } else { close_to(*value, expected) };
                assert!(same, "{name}: {call} at {} is {value}, not {expected}", &row[0]);
            }
            checked += 1;
        }
    }
    assert!(checked >= 2 * 17, "only {checked} columns were checked");
}

fn close_to(value: f64, expected: f64) -> bool {
    (value - expected).abs() <= 1e-9 * expected.abs().max(1e-3)
}

#[track_caller]
fn check(call: &str, closes: &[f64], expected: &[f64]) {
    let (lines, _) = run(&file_with("1h", &[("x", call)]), &candles_of(closes));
    let same = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan());
    assert!(lines[0].iter().zip(expected).all(same), "{call} of {closes:?} is {:?}", lines[0]);
}

const U: f64 = f64::NAN;

#[test]
fn edge_cases() {
    check("sma(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("ema(close, 1)", &[1.0, 2.0], &[1.0, 2.0]);
    check("stdev(close, 1)", &[1.0, 2.0], &[0.0, 0.0]);
    check("highest(close, 1)", &[3.0, 2.0], &[3.0, 2.0]);
    check("highest(close, 3)", &[3.0, 2.0, 1.0, 0.5, 4.0], &[U, U, 3.0, 2.0, 4.0]);
    check("lowest(close, 3)", &[3.0, 2.0, 5.0, 6.0, 7.0, 1.0], &[U, U, 2.0, 2.0, 5.0, 1.0]);
    check("sum(close, 2)", &[1.0, 2.0, 3.0], &[U, 3.0, 5.0]);
    check("change(close, 2)", &[1.0, 2.0, 4.0, 8.0], &[U, U, 3.0, 6.0]);
    check("tr()", &[10.0, 10.0, 20.0], &[U, 2.0, 11.0]);
    check("rsi(close, 2)", &[5.0; 4], &[U, U, 0.0, 0.0]);
    check("rsi(close, 2)", &[1.0, 2.0, 3.0, 4.0], &[U, U, 100.0, 100.0]);
    check("stdev(close, 3)", &[0.1; 5], &[U, U, 0.0, 0.0, 0.0]);
    check("bb_upper(close, 3, 2) - close", &[63_110.01; 4], &[U, U, 0.0, 0.0]);
    check("sma(close, 3)", &[1e-8; 4], &[U, U, 1e-8, 1e-8]);
    check("sma(close, 3)", &[1e9 / 3.0; 4], &[U, U, 1e9 / 3.0, 1e9 / 3.0]);
    check("vwap('day')", &[2.0, 4.0], &[2.0, 3.0]);
}

#[test]
fn warm_up_is_where_the_first_value_is() {
    let closes: Vec<f64> = (0..200).map(|i| 100.0 + f64::from(i % 7)).collect();
    for call in [
        "sma(close, 14)",
        "ema(close, 14)",
        "rma(close, 14)",
        "rsi(close, 14)",
        "macd(close, 12, 26, 9)",
        "macd_signal(close, 12, 26, 9)",
        "macd_hist(close, 8, 21, 5)",
        "atr(14)",
        "tr()",
        "highest(high, 20)",
        "lowest(low, 20)",
        "sum(volume, 20)",
        "stdev(close, 14)",
        "bb_upper(close, 20, 2)",
        "vwap('week')",
        "change(close, 9)",
        "sma(rsi(close, 14), 5)[3]",
        "ema(sma(close, 10) - close, 4)",
    ] {
        let source = format!("name: t\ntimeframe: 1h\nlet:\n  x: {}\nlong:\n  enter: x > 0\n", super::quoted(call));
        let file = loaded(&source);
        let warm_up = strategy::Strategy::description(&file.strategy).warm_up;
        let (lines, _) = run(&source, &candles_of(&closes));
        assert_eq!(lines[0].iter().position(|value| !value.is_nan()), Some(warm_up), "{call}");
    }
}
