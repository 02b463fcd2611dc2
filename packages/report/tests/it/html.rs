//! The HTML page: what is in it reads back, and no text can break out of it.

use report::{Line, Pane};
use serde_json::Value;

use crate::edges::{Tiny, candles};
use crate::oracle::Oracle;

const START: &str = r#"<script type="application/json" id="data">"#;

/// The data of a page, read back.
#[track_caller]
fn data(html: &str) -> Value {
    let (_, rest) = html.split_once(START).expect("the page has data");
    let (json, rest) = rest.split_once("</script>").unwrap();
    assert!(!rest.contains(START));
    serde_json::from_str(json).expect("the data is JSON")
}

/// The numbers of a column, as the page unpacks them.
fn numbers(column: &Value) -> Vec<Option<f64>> {
    let scale = 10.0_f64.powi(column["decimals"].as_i64().unwrap() as i32);
    let mut sum = 0;
    let mut number = |change: &Value| {
        sum += change.as_i64()?;
        Some(sum as f64 / scale)
    };
    column["changes"].as_array().unwrap().iter().map(&mut number).collect()
}

fn known(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn a_real_run_reads_back_and_is_small() {
    let Some(oracle) = Oracle::read("sma_cross") else { return };
    let line = &oracle.candles.close;
    let report = oracle.report(vec![Line { name: "close", values: line, pane: Pane::Price }]);
    let html = report.html();
    assert!(html.len() < 4_000_000, "{} bytes", html.len());
    let data = data(&html);
    let bars = &data["bars"];
    assert_eq!(bars["candles_per_bar"], 1);
    for (name, column) in [("open", &oracle.candles.open), ("high", &oracle.candles.high)] {
        assert_eq!(numbers(&bars[name]), known(column), "{name}");
    }
    for (name, column) in [("low", &oracle.candles.low), ("close", &oracle.candles.close)] {
        assert_eq!(numbers(&bars[name]), known(column), "{name}");
    }
    assert_eq!(times(bars, oracle.candles.len()), oracle.candles.open_time_ms);
    for (read, equity) in numbers(&data["equity"]).into_iter().zip(&oracle.result.equity) {
        assert!((read.unwrap() - equity).abs() < 0.01);
    }
    let pnl: Vec<f64> = oracle.result.trades.iter().map(|trade| trade.pnl).collect();
    assert_eq!(data["trades"]["pnl"], serde_json::json!(pnl));
    assert_eq!(data["holes"]["trades_touched"].as_array().unwrap().len(), 1);
}

/// The open times of the bars, as the page computes them.
fn times(bars: &Value, count: usize) -> Vec<i64> {
    let jumps: Vec<(usize, i64)> = serde_json::from_value(bars["jumps"].clone()).unwrap();
    let mut next = bars["start_ms"].as_i64().unwrap();
    let mut time = |index: usize| {
        let jump = jumps.iter().find(|(at, _)| *at == index);
        let now = jump.map_or(next, |&(_, time_ms)| time_ms);
        next = now + bars["step_ms"].as_i64().unwrap();
        now
    };
    (0..count).map(&mut time).collect()
}

#[test]
fn texts_cannot_break_out() {
    let evil = "</script><b>\u{2028}<!--<script>{{report-data}}";
    let tiny = Tiny::new(&[1.0, 2.0]);
    let mut report = tiny.report();
    (report.name, report.about) = (evil, evil);
    report.warnings = vec![evil.to_owned()];
    let data = data(&report.html());
    assert_eq!((&data["name"], &data["about"], &data["warnings"][0]), (&evil.into(), &evil.into(), &evil.into()));
}

#[test]
fn the_page_asks_the_network_for_nothing() {
    let tiny = Tiny::new(&[1.0]);
    let html = tiny.report().html();
    assert!(html.contains("default-src 'none'"));
    for asking in ["<link", "src=\"", "@import", "url(http"] {
        assert!(!html.contains(asking), "{asking}");
    }
}

#[test]
fn next_to_nothing_is_a_page_too() {
    for prices in [&[][..], &[5.0][..], &[5.0, 6.0][..]] {
        let unknown = vec![f64::NAN; prices.len()];
        let tiny = Tiny::new(prices);
        let mut report = tiny.report();
        report.lines = vec![Line { name: "unknown", values: &unknown, pane: Pane::Own }];
        let data = data(&report.html());
        assert_eq!(numbers(&data["bars"]["close"]), known(&candles(prices).close));
        assert_eq!(numbers(&data["lines"][0]["values"]), vec![None; prices.len()]);
        assert_eq!(data["trades"]["pnl"], serde_json::json!([]));
    }
}
