//! Figures against the oracles'.

use report::figures;

use crate::oracle::Oracle;

/// Figures that follow from the trades alone.
const OF_TRADES: &[&str] = &["trades", "win_rate", "profit_factor", "expectancy"];
/// Figures that follow from equity too, where it can be rebuilt.
const OF_EQUITY: &[&str] =
    &["final_equity", "total_return", "cagr", "max_drawdown", "sharpe", "sortino", "exposure", "fees", "funding"];

#[track_caller]
fn check(name: &str, keys: &[&str]) {
    let Some(oracle) = Oracle::read(name) else { return };
    let figures = figures(oracle.candles.as_slice(), oracle.series.timeframe, &oracle.result);
    for &key in keys {
        let expected = oracle.json["metrics"][key].as_f64().unwrap();
        let found = figures.get(key).unwrap_or_else(|| panic!("{name}: {key} is absent"));
        assert!((found - expected).abs() <= 1e-7 * expected.abs().max(1.0), "{name} {key}: {found} is not {expected}");
    }
}

#[test]
fn figures_of_trades_equal_the_oracles() {
    for name in ["bollinger_rounded", "donchian_trail", "macd_trend_1h", "rsi_reversion", "sma_cross"] {
        check(name, OF_TRADES);
    }
    for name in ["sma_cross_fee_received", "vwap_week_atr", "perp_reversal_3x", "perp_breakout_liquidation"] {
        check(name, OF_TRADES);
    }
}

#[test]
fn figures_of_equity_equal_the_oracles_where_equity_can_be_rebuilt() {
    check("sma_cross", OF_EQUITY);
    check("macd_trend_1h", OF_EQUITY);
    check("bollinger_rounded", OF_EQUITY);
}
