//! Reports where there is next to nothing to report.

use execution::RunResult;
use market::{Candle, Candles, Series, Timeframe};
use report::{Figures, Provenance, Report, Setup, Size, Tally, figures};

/// Candles of an hour that open and close at `prices`.
pub(crate) fn candles(prices: &[f64]) -> Candles {
    let candle = |(index, &price): (usize, &f64)| Candle {
        open_time_ms: index as i64 * 3_600_000,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: 1.0,
    };
    prices.iter().enumerate().map(candle).collect()
}

fn run(initial_cash: f64, equity: &[f64]) -> RunResult {
    RunResult { initial_cash, equity: equity.to_vec(), ..RunResult::default() }
}

/// The names of the figures that can be computed for an equity curve.
fn names(initial_cash: f64, equity: &[f64]) -> Vec<&'static str> {
    computed(initial_cash, equity).iter().map(|(figure, _)| figure.name).collect()
}

fn computed(initial_cash: f64, equity: &[f64]) -> Figures {
    figures(candles(&vec![1.0; equity.len()]).as_slice(), Timeframe::H1, &run(initial_cash, equity))
}

#[test]
fn a_figure_that_cannot_be_computed_is_absent() {
    let always = ["trades", "fees", "funding", "ambiguous_bars"];
    assert_eq!(names(100.0, &[]), always);
    let flat = names(100.0, &[100.0; 30]);
    for absent in ["sharpe", "sortino", "calmar", "win_rate", "profit_factor", "expectancy"] {
        assert!(!flat.contains(&absent), "{absent}");
    }
    assert_eq!(computed(100.0, &[100.0; 30]).get("max_drawdown"), Some(0.0));
    // A profit of 1,000 % in an hour, compounded over a year, is more than a double can hold.
    assert!(!names(1.0, &[11.0]).contains(&"cagr"));
    // Nothing left after the first day: the second day's return has no value.
    assert!(!names(100.0, &[0.0; 60]).contains(&"sharpe"));
    assert!(names(0.0, &[0.0; 60]).iter().all(|name| !["total_return", "max_drawdown"].contains(name)));
}

#[test]
fn figures_of_a_small_curve_are_those_computed_by_hand() {
    let figures = computed(100.0, &[110.0, 99.0, 120.0]);
    assert_eq!(figures.get("final_equity"), Some(120.0));
    assert!((figures.get("total_return").unwrap() - 0.2).abs() < 1e-12);
    assert!((figures.get("max_drawdown").unwrap() + 0.1).abs() < 1e-12);
    assert!((figures.get("cagr").unwrap() / (1.2_f64.powf(365.0 * 8.0) - 1.0) - 1.0).abs() < 1e-9);
    assert_eq!(figures.get("sharpe"), None);
}

#[test]
fn empty_and_tiny_runs_are_reported() {
    for prices in [&[][..], &[5.0][..], &[5.0, 6.0][..]] {
        let tiny = Tiny::new(prices);
        let report = tiny.report();
        assert_eq!(report.json()["trades"], serde_json::json!([]));
        assert!(report.table().contains("Strategy"));
        assert!(!report.table().contains("NaN"));
    }
}

/// A run without a trade over a few candles.
pub(crate) struct Tiny {
    candles: Candles,
    series: Series,
    result: RunResult,
    tally: Tally,
}

impl Tiny {
    /// A run over hours that open and close at `prices`.
    pub(crate) fn new(prices: &[f64]) -> Self {
        let (candles, result) = (candles(prices), run(100.0, &vec![100.0; prices.len()]));
        let mut tally = Tally::new(100.0, Timeframe::H1);
        tally.add(candles.as_slice(), &result.equity);
        Tiny { candles, tally, series: Series::new("binance", "BTC/USDT".parse().unwrap(), Timeframe::H1), result }
    }

    /// Its report.
    pub(crate) fn report(&self) -> Report<'_> {
        Report {
            name: "tiny",
            about: "",
            series: &self.series,
            tally: &self.tally,
            candles: self.candles.as_slice(),
            result: &self.result,
            at_best: None,
            setup: setup(),
            lines: Vec::new(),
            holes: Vec::new(),
            warm_up_candles: 0,
            warm_up_read: 0,
            unclosed_candles: 0,
            warnings: Vec::new(),
            provenance: Provenance::default(),
            run: None,
            manifest: serde_json::Value::Null,
        }
    }
}

fn setup() -> Setup {
    Setup {
        strategy_file: "tiny.yaml".to_owned(),
        params: Vec::new(),
        cash: 100.0,
        size: Size::Text("risk 1%".to_owned()),
        taker_fee: 0.0,
        maker_fee: 0.0,
        slippage: 0.0,
        fee_charged_in: "quote",
        market: "spot",
        leverage: 1.0,
        maintenance_tiers: Vec::new(),
        detail: None,
        tick: 0.0,
        lot: 0.0,
        from_ms: 0,
        to_ms: 7_200_000,
    }
}
