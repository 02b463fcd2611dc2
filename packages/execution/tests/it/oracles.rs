//! Real candles, real strategies: every trade as the independent reference has it.

use execution::{FeeChargedIn, Margin, Market, RunResult, Runner, Settings, Surroundings, Tiers};
use market::{FundingRate, Timeframe, parse_when};
use serde_json::Value;
use strategy::{Size, load};

use super::{Memory, PLAIN, symbol};

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} is a number in {value}"))
}

fn settings(setup: &Value) -> Settings {
    Settings {
        cash: number(setup, "cash"),
        size: Size::Equity(number(setup, "size")),
        taker_fee: number(setup, "taker_fee"),
        maker_fee: number(setup, "maker_fee"),
        slippage: number(setup, "slippage"),
        fee_charged_in: if setup["fee_charged_in"] == "quote" { FeeChargedIn::Quote } else { FeeChargedIn::Received },
        tick: number(setup, "tick"),
        lot: number(setup, "lot"),
        market: market(setup),
        ..PLAIN
    }
}

fn market(setup: &Value) -> Market {
    if setup["market"] == "spot" {
        return Market::Spot;
    }
    let tiers = Tiers::single(number(setup, "maintenance_margin_rate")).expect("a rate");
    Market::Perpetual(Margin { leverage: number(setup, "leverage"), tiers })
}

/// Mark prices and funding of a perpetual.
fn surroundings(setup: &Value, stem: &str, timeframe: Timeframe) -> Option<Surroundings> {
    if setup["market"] == "spot" {
        return Some(Surroundings::default());
    }
    let marks = testkit::shared_candles(&format!("{stem}_{timeframe}_mark"))?;
    let rates = testkit::shared_funding(&format!("{stem}_funding"))?;
    let (from_ms, to_ms) = (time(setup, "from"), time(setup, "to"));
    let rates: Vec<FundingRate> = rates
        .into_iter()
        .map(|(stamp_ms, rate)| FundingRate::new(stamp_ms, rate))
        .filter(|rate| (from_ms..to_ms).contains(&rate.time_ms))
        .collect();
    Some(Surroundings::perpetual(marks, &rates).expect("a mark price at every funding"))
}

fn time(setup: &Value, key: &str) -> i64 {
    parse_when(setup[key].as_str().expect("a time"), 0).expect("a time")
}

fn run(setup: &Value, source: &str, step_by_step: bool) -> Option<RunResult> {
    let series = setup["series"].as_str().expect("a series");
    let strategy = load(source, &[]).unwrap_or_else(|p| panic!("{}", p.render("oracle", source, false))).strategy;
    let (stem, _) = series.rsplit_once('_').expect("EXCHANGE_SYMBOL_TIMEFRAME");
    let mut timeframes = vec![strategy.description().timeframe];
    timeframes.extend(strategy.description().others.iter().map(|other| other.timeframe));
    let mut memory = Vec::new();
    for timeframe in timeframes {
        memory.push((timeframe, testkit::shared_candles(&format!("{stem}_{timeframe}"))?));
    }
    let memory = Memory(memory);
    let (from_ms, to_ms) = (time(setup, "from"), time(setup, "to"));
    let timeframe = strategy.description().timeframe;
    let around = surroundings(setup, stem, timeframe)?;
    let mut runner = Runner::new(strategy, symbol(), settings(setup), from_ms).around(around);
    if step_by_step {
        advance_by_random_steps(&mut runner, &memory, timeframe, from_ms, to_ms);
    }
    runner.advance(&memory, Some(to_ms)).expect("memory is read");
    Some(runner.finish().0.finish())
}

/// Calls the runner as the trader does: after every few candles.
fn advance_by_random_steps(runner: &mut Runner, memory: &Memory, timeframe: Timeframe, from_ms: i64, to_ms: i64) {
    let (mut now_ms, mut step) = (from_ms, 1);
    while now_ms < to_ms {
        now_ms += timeframe.longest_ms() * step;
        step = step * 7 % 41 + 1;
        runner.advance(memory, Some(now_ms.min(to_ms))).expect("memory is read");
    }
}

#[track_caller]
fn same(what: &str, value: f64, expected: f64, tolerance: f64) {
    let good = (value - expected).abs() <= tolerance * expected.abs().max(1.0);
    assert!(good, "{what} is {value}, not {expected}");
}

#[track_caller]
fn check(name: &str) {
    let (Some(json), Some(yaml)) = (
        testkit::shared(&format!("oracles/backtests/{name}.json")),
        testkit::shared(&format!("oracles/backtests/{name}.yaml")),
    ) else {
        return;
    };
    let oracle: Value = serde_json::from_str(&testkit::read_text(&json)).expect("JSON");
    let source = testkit::read_text(&yaml);
    let Some(result) = run(&oracle["setup"], &source, false) else { return };
    let trades = oracle["trades"].as_array().expect("trades");
    for (index, (trade, expected)) in result.trades.iter().zip(trades).enumerate() {
        let what = |field: &str| format!("{name}: {field} of trade {index}");
        assert_eq!(Some(trade.entry_time_ms), expected["entry_time"].as_i64(), "{}", what("entry time"));
        assert_eq!(Some(trade.exit_time_ms), expected["exit_time"].as_i64(), "{}", what("exit time"));
        assert_eq!(serde_json::to_value(trade.reason).ok().as_ref(), Some(&expected["reason"]), "{}", what("reason"));
        assert_eq!(Some(trade.bars as u64), expected["bars"].as_u64(), "{}", what("bars"));
        assert_eq!(Some(trade.side.name()), expected["side"].as_str(), "{}", what("side"));
        same(&what("entry price"), trade.entry_price, number(expected, "entry_price"), 1e-9);
        same(&what("exit price"), trade.exit_price, number(expected, "exit_price"), 1e-9);
        same(&what("quantity"), trade.quantity, number(expected, "quantity"), 1e-7);
        same(&what("fees"), trade.fees, number(expected, "fees"), 1e-7);
        same(&what("funding"), trade.funding, number(expected, "funding"), 1e-7);
        same(&what("profit"), trade.pnl, number(expected, "pnl"), 1e-7);
    }
    assert_eq!(result.trades.len(), trades.len(), "{name}: number of trades");
    match &oracle["open"] {
        Value::Null => assert_eq!(result.open, None, "{name}"),
        expected => {
            let open = result.open.as_ref().expect("a position is open");
            assert_eq!(Some(open.entry_time_ms), expected["entry_time"].as_i64());
            same("entry price of the open position", open.entry_price, number(expected, "entry_price"), 1e-9);
            same("quantity of the open position", open.quantity, number(expected, "quantity"), 1e-7);
        }
    }
    let metrics = &oracle["metrics"];
    same("final equity", *result.equity.last().expect("candles"), number(metrics, "final_equity"), 1e-7);
    same("fees", result.fees, number(metrics, "fees"), 1e-7);
    same("funding", result.funding, number(metrics, "funding"), 1e-7);
    same("exposure", result.bars_held as f64 / result.equity.len() as f64, number(metrics, "exposure"), 1e-9);
    assert_eq!(Some(result.ambiguous_bars as u64), metrics["ambiguous_bars"].as_u64());
    assert_eq!(run(&oracle["setup"], &source, true).as_ref(), Some(&result), "{name}: step by step");
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
