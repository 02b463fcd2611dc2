//! Several symbols out of one purse, through the command line.

use market::{Candle, Timeframe};
use serde_json::Value;

use super::{Desk, SMA_CROSS, waves};

/// Two symbols whose waves are shifted against each other, the second beginning later.
fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    desk.store("BTC/USDT", Timeframe::H1, waves(600));
    let shifted =
        waves(640).skip(40).map(|candle| Candle { open_time_ms: candle.open_time_ms - 33 * 3_600_000, ..candle });
    desk.store("ETH/USDT", Timeframe::H1, shifted);
    let strategy = desk.write("x.yaml", SMA_CROSS);
    (desk, strategy)
}

fn json(desk: &Desk, strategy: &std::path::Path, args: &[&str]) -> Value {
    let db = desk.path("x.db");
    let mut all =
        vec!["portfolio", strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8"), "--json", "-"];
    all.extend(args);
    serde_json::from_str(desk.backtester(&all).succeeds()).expect("JSON")
}

#[test]
fn one_symbol_is_a_run_of_its_own() {
    let (desk, strategy) = desk();
    let run: Value =
        serde_json::from_str(desk.run(&strategy, &["--symbol", "BTC/USDT", "--json", "-"]).succeeds()).expect("JSON");
    let portfolio = json(&desk, &strategy, &["--symbols", "BTC/USDT"]);
    assert_eq!(portfolio["symbols"][0]["trades"], run["trades"]);
    for (name, value) in run["metrics"].as_object().expect("figures") {
        assert_eq!(portfolio["metrics"][name].as_f64(), value.as_f64(), "{name}");
    }
    for name in ["final_equity", "sharpe", "max_drawdown"] {
        assert_eq!(portfolio["buy_and_hold"][name], run["buy_and_hold"][name], "{name}");
    }
}

#[test]
fn the_order_of_the_symbols_changes_nothing_and_caps_hold() {
    let (desk, strategy) = desk();
    let both = json(&desk, &strategy, &["--symbols", "BTC/USDT,ETH/USDT", "--size", "60%"]);
    assert_eq!(both, json(&desk, &strategy, &["--symbols", "ETH/USDT,BTC/USDT", "--size", "60%"]));
    let trades = |found: &Value, symbol: usize| found["symbols"][symbol]["trades"].as_array().expect("trades").len();
    assert!(trades(&both, 0) > 3 && trades(&both, 1) > 3);
    let gained: f64 = (0..2)
        .flat_map(|symbol| both["symbols"][symbol]["trades"].as_array().expect("trades").clone())
        .map(|trade| trade["pnl"].as_f64().expect("a number"))
        .sum();
    if both["symbols"][0]["open"].is_null() && both["symbols"][1]["open"].is_null() {
        assert!((both["metrics"]["final_equity"].as_f64().expect("a number") - 10_000.0 - gained).abs() < 1e-6);
    }
    let one = json(&desk, &strategy, &["--symbols", "BTC/USDT,ETH/USDT", "--size", "60%", "--max-positions", "1"]);
    assert!(one["symbols"].to_string().contains("as many positions"), "{}", one["symbols"]);
    let little = json(&desk, &strategy, &["--symbols", "BTC/USDT,ETH/USDT", "--size", "60%", "--max-exposure", "30%"]);
    let value = |found: &Value| {
        let trade = &found["symbols"][1]["trades"][0];
        trade["quantity"].as_f64().expect("a number") * trade["entry_price"].as_f64().expect("a number")
    };
    assert!(value(&little) <= 3_000.0 + 1e-6 && value(&both) > 5_000.0);
}

#[test]
fn mistakes_are_told() {
    let (desk, strategy) = desk();
    let db = desk.path("x.db");
    let said = |args: &[&str]| {
        let mut all = vec!["portfolio", strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8")];
        all.extend(args);
        desk.backtester(&all)
    };
    said(&["--symbols", "BTC/USDT,BTC/USDT"]).fails_with(&["twice"]);
    said(&["--symbols", "BTC/USDT,SOL/USDT"]).fails_with(&["no candles of binance SOL/USDT"]);
    said(&["--symbols", "BTC/USDT", "--max-exposure", "80"]).fails_with(&["for example 80%"]);
    assert!(said(&["--symbols", "BTC/USDT,ETH/USDT"]).succeeds().contains("sma_cross on 2 symbols of binance, 1h"));
}
