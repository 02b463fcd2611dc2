//! The oracles through the command line: candles into a store, flags in, JSON out.

use serde_json::Value;

use super::Desk;

#[track_caller]
fn check(name: &str) {
    let shared = |ending: &str| testkit::shared(&format!("oracles/backtests/{name}.{ending}"));
    let (Some(json), Some(yaml)) = (shared("json"), shared("yaml")) else { return };
    let oracle: Value = serde_json::from_str(&testkit::read_text(&json)).expect("JSON");
    let setup = &oracle["setup"];
    let text = |key: &str| match &setup[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let series = text("series");
    let (stem, timeframe) = series.rsplit_once('_').expect("a series");
    let id = stem.rsplit_once('_').expect("an id").1;
    let is_perpetual = text("market") == "perpetual";
    let settle = if is_perpetual { ":USDT" } else { "" };
    let symbol = format!("{}/USDT{settle}", id.strip_suffix("USDT").expect("in USDT"));
    let desk = Desk::new();
    if is_perpetual {
        let marks = testkit::shared_candles(&format!("{stem}_{timeframe}_mark"));
        let (Some(marks), Some(rates)) = (marks, testkit::shared_funding(&format!("{stem}_funding"))) else { return };
        desk.store_perpetual(&symbol, timeframe.parse().expect("a timeframe"), marks.iter(), &rates);
    }
    let source = testkit::read_text(&yaml);
    let higher = source.contains("@ 1h").then_some("1h");
    for timeframe in [Some(timeframe), higher].into_iter().flatten() {
        let Some(candles) = testkit::shared_candles(&format!("{stem}_{timeframe}")) else { return };
        desk.store(&symbol, timeframe.parse().expect("a timeframe"), candles.iter());
    }
    let strategy = desk.write("x.yaml", &source);
    let size = format!("{}%", setup["size"].as_f64().expect("a share") * 100.0);
    let values: Vec<(&str, String)> = [
        ("--cash", "cash"),
        ("--taker-fee", "taker_fee"),
        ("--maker-fee", "maker_fee"),
        ("--slippage", "slippage"),
        ("--fee-charged-in", "fee_charged_in"),
        ("--tick", "tick"),
        ("--lot", "lot"),
        ("--market", "market"),
        ("--leverage", "leverage"),
        ("--maintenance-margin-rate", "maintenance_margin_rate"),
        ("--from", "from"),
        ("--to", "to"),
    ]
    .map(|(flag, key)| (flag, text(key)))
    .into();
    let mut args = vec!["--symbol", &symbol, "--size", &size, "--json", "-"];
    args.extend(values.iter().flat_map(|(flag, value)| [*flag, value.as_str()]));
    let said = desk.run(&strategy, &args);
    let report: Value = serde_json::from_str(said.succeeds()).expect("JSON");
    same(&report["trades"], &oracle["trades"], name);
    same(&report["open"], &oracle["open"], name);
    same(&report["metrics"], &oracle["metrics"], name);
    same(&report["setup"], &without(setup, "series"), name);
}

fn without(value: &Value, key: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().and_then(|object| object.remove(key));
    value
}

/// Everything that is expected is there and equal; there may be more.
#[track_caller]
fn same(found: &Value, expected: &Value, at: &str) {
    match (found, expected) {
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap_or(f64::NAN), expected.as_f64().unwrap_or(f64::NAN));
            let good = (found - expected).abs() <= 1e-7 * expected.abs().max(1.0);
            assert!(good, "{at} is {found}, not {expected}");
        }
        (Value::Array(found), Value::Array(expected)) => {
            assert_eq!(found.len(), expected.len(), "length of {at}");
            for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                same(found, expected, &format!("{at}[{index}]"));
            }
        }
        (Value::Object(found), Value::Object(expected)) => {
            for (key, expected) in expected {
                same(&found[key], expected, &format!("{at}.{key}"));
            }
        }
        _ => assert_eq!(found, expected, "{at}"),
    }
}

#[test]
fn sma_cross() {
    check("sma_cross");
}

#[test]
fn sma_cross_fee_received() {
    check("sma_cross_fee_received");
}

#[test]
fn macd_trend_1h() {
    check("macd_trend_1h");
}

#[test]
fn rsi_reversion() {
    check("rsi_reversion");
}

#[test]
fn bollinger_rounded() {
    check("bollinger_rounded");
}

#[test]
fn donchian_trail() {
    check("donchian_trail");
}

#[test]
fn vwap_week_atr() {
    check("vwap_week_atr");
}

#[test]
fn perp_reversal_3x() {
    check("perp_reversal_3x");
}

#[test]
fn perp_reversal_stop() {
    check("perp_reversal_stop");
}

#[test]
fn perp_breakout_liquidation() {
    check("perp_breakout_liquidation");
}
