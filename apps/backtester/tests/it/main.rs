//! Runs the real program: real candles through the store, and mistakes a user makes.

mod book;
mod explaining;
mod honesty;
mod long;
mod looking;
mod mistakes;
mod optimise;
mod oracles;
mod output;
mod pages;
mod perpetual;
mod portfolio;
mod repeat;
mod teaching;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use db::Store;
use market::{Candle, FundingRate, Series, Symbol, Timeframe};
use tempfile::TempDir;

/// A folder of its own for each test, with a store and strategy files in it.
struct Desk {
    folder: TempDir,
}

/// What the program said.
struct Said {
    out: String,
    err: String,
    code: Option<i32>,
}

impl Desk {
    fn new() -> Self {
        Desk { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("the file is written");
        path
    }

    fn store(&self, symbol: &str, timeframe: Timeframe, candles: impl IntoIterator<Item = Candle>) {
        let symbol: Symbol = symbol.parse().expect("a symbol");
        let candles: Vec<Candle> = candles.into_iter().collect();
        let mut store = Store::open(self.path("x.db")).expect("the store opens");
        store
            .insert_closed(&Series::new("binance", symbol, timeframe), &candles, &db::Origin::rest(0))
            .expect("candles go in");
    }

    /// Stores mark prices, and funding rates by their stamps.
    fn store_perpetual(
        &self,
        symbol: &str,
        timeframe: Timeframe,
        marks: impl IntoIterator<Item = Candle>,
        rates: &[(i64, f64)],
    ) {
        let symbol: Symbol = symbol.parse().expect("a symbol");
        let marks: Vec<Candle> = marks.into_iter().collect();
        let rates: Vec<FundingRate> = rates.iter().map(|(stamp_ms, rate)| FundingRate::new(*stamp_ms, *rate)).collect();
        let mut store = Store::open(self.path("x.db")).expect("the store opens");
        store
            .insert_marks(&Series::new("binance", symbol.clone(), timeframe), &marks, &db::Origin::rest(0))
            .expect("mark prices go in");
        store.insert_funding("binance", &symbol, &rates, &db::Origin::rest(0)).expect("rates go in");
    }

    /// Runs `backtester run` on the store with these further arguments.
    fn run(&self, strategy: &Path, args: &[&str]) -> Said {
        let db = self.path("x.db");
        let mut all = vec!["run", strategy.to_str().expect("UTF-8"), "--db", db.to_str().expect("UTF-8")];
        all.extend(args);
        self.backtester(&all)
    }

    fn backtester(&self, args: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backtester"));
        let Output { stdout, stderr, status } =
            command.args(args).current_dir(self.folder.path()).output().expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Said { out: text(stdout), err: text(stderr), code: status.code() }
    }
}

impl Said {
    #[track_caller]
    fn fails_with(&self, parts: &[&str]) {
        assert_ne!(self.code, Some(0), "it succeeded: {}", self.out);
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in\n{}", self.err);
        }
    }

    #[track_caller]
    fn succeeds(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}", self.err);
        &self.out
    }
}

/// Hourly candles that rise and fall by turns, so that a crossing of averages trades.
fn waves(count: i64) -> impl Iterator<Item = Candle> {
    (0..count).map(|hour| {
        let price = |hour: i64| 100.0 + 10.0 * (hour as f64 / 20.0).sin();
        let (open, close) = (price(hour), price(hour + 1));
        Candle {
            open_time_ms: 1_704_067_200_000 + hour * 3_600_000,
            open,
            high: open.max(close) + 0.5,
            low: open.min(close) - 0.5,
            close,
            volume: 1.0,
        }
    })
}

const SMA_CROSS: &str = "name: sma_cross
timeframe: 1h
params:
  fast: 5
  slow: 20
let:
  quick: sma(close, fast)
  calm: sma(close, slow)
long:
  enter: crossover(quick, calm)
  exit: crossunder(quick, calm)
";
