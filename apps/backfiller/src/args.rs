//! Arguments that several subcommands take.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, bail};
use db::{Data, Place};
use market::{Series, Symbol, Timeframe};
use serde_json::{Value, json};

/// Where the store is.
#[derive(Debug, clap::Args)]
pub(crate) struct DbArgs {
    /// The database
    #[arg(long, value_name = "FILE", default_value = "data/chandler.db")]
    pub(crate) db: PathBuf,
}

/// The slots in which funding is counted: a rate comes every eight hours or less, in each of these one at least.
const FUNDING_SLOT: Timeframe = Timeframe::H8;
/// Rates are at whole minutes.
const MINUTE_MS: i64 = 60_000;

/// What kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// Candles of trades
    Candles,
    /// Candles of the mark price, by which a perpetual is liquidated
    Mark,
    /// Funding rates of a perpetual; they have no timeframe
    Funding,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Candles => "candles",
            Kind::Mark => "mark",
            Kind::Funding => "funding",
        }
    }

    /// As the store calls it.
    pub(crate) fn data(self) -> Data {
        match self {
            Kind::Candles => Data::Candles,
            Kind::Mark => Data::Mark,
            Kind::Funding => Data::Funding,
        }
    }

    /// What is counted of it, as [`Target::count`] does.
    pub(crate) fn counted(self) -> &'static str {
        match self {
            Kind::Candles => "candles",
            Kind::Mark => "mark prices",
            Kind::Funding => "slots of eight hours",
        }
    }

    /// What there may be none of.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Kind::Candles => "candles",
            Kind::Mark => "mark prices",
            Kind::Funding => "funding rates",
        }
    }
}

/// Which data.
#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// The exchange, as ccxt names it: binance, binanceusdm
    #[arg(long, value_parser = parse_exchange)]
    exchange: String,
    /// The symbol, as ccxt names it: BTC/USDT, or BTC/USDT:USDT for a perpetual
    #[arg(long)]
    symbol: Symbol,
    /// What to bring [default: candles]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// The length of a candle; for funding it means nothing
    // clap does not look at default values for this, hence none above.
    #[arg(long, value_parser = terminal::timeframe_parser(), required_unless_present = "kind",
          required_if_eq_any = [("kind", "candles"), ("kind", "mark")])]
    timeframe: Option<Timeframe>,
}

/// Which data, sorted by where it is stored.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Candles(Series),
    Marks(Series),
    Funding { exchange: String, symbol: Symbol },
}

impl TargetArgs {
    pub(crate) fn target(&self) -> Target {
        let (exchange, symbol) = (self.exchange.clone(), self.symbol.clone());
        let timeframe = || self.timeframe.expect("clap asks for a timeframe unless funding is wanted");
        match self.kind.unwrap_or(Kind::Candles) {
            Kind::Candles => Target::Candles(Series::new(exchange, symbol, timeframe())),
            Kind::Mark => Target::Marks(Series::new(exchange, symbol, timeframe())),
            Kind::Funding => Target::Funding { exchange, symbol },
        }
    }
}

impl Target {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Target::Candles(_) => Kind::Candles,
            Target::Marks(_) => Kind::Mark,
            Target::Funding { .. } => Kind::Funding,
        }
    }

    pub(crate) fn exchange(&self) -> &str {
        match self {
            Target::Candles(series) | Target::Marks(series) => &series.exchange,
            Target::Funding { exchange, .. } => exchange,
        }
    }

    pub(crate) fn symbol(&self) -> &Symbol {
        match self {
            Target::Candles(series) | Target::Marks(series) => &series.symbol,
            Target::Funding { symbol, .. } => symbol,
        }
    }

    /// Refuses what no market has: mark prices and funding of one that is no perpetual.
    pub(crate) fn check_kind(&self) -> Result<()> {
        let (symbol, kind) = (self.symbol(), self.kind().name());
        if symbol.is_spot() && !matches!(self, Target::Candles(_)) {
            bail!(
                "--kind {kind} is of perpetuals, and {symbol} is spot; expected a symbol such as {symbol}:{}",
                symbol.quote()
            );
        }
        Ok(())
    }

    /// The length of its candles; funding has none.
    pub(crate) fn timeframe(&self) -> Option<Timeframe> {
        match self {
            Target::Candles(series) | Target::Marks(series) => Some(series.timeframe),
            Target::Funding { .. } => None,
        }
    }

    /// The names of its candles, of trades or of the mark price; funding has none.
    pub(crate) fn series(&self) -> Option<&Series> {
        match self {
            Target::Candles(series) | Target::Marks(series) => Some(series),
            Target::Funding { .. } => None,
        }
    }

    /// Where the store has it.
    pub(crate) fn place(&self) -> Place {
        match self.series() {
            Some(series) => Place::of(series, self.kind().data()),
            None => Place::of_funding(self.exchange(), self.symbol()),
        }
    }

    /// What is counted of it lies on the grid of this timeframe.
    pub(crate) fn grid(&self) -> Timeframe {
        self.timeframe().unwrap_or(FUNDING_SLOT)
    }

    /// How many of its candles, or of the slots of its funding, begin at or after `from_ms` and before `to_ms`, Unix
    /// milliseconds. Times of candles are on their grid.
    pub(crate) fn count(&self, from_ms: i64, to_ms: i64) -> u64 {
        match self.series() {
            Some(series) => series.timeframe.count(from_ms, to_ms),
            None => FUNDING_SLOT.count(slot_ms(from_ms), slot_ms(to_ms)),
        }
    }

    /// The first time behind a row at `time_ms` at which there may be another, Unix milliseconds.
    pub(crate) fn after_ms(&self, time_ms: i64) -> i64 {
        self.series().map_or(time_ms + MINUTE_MS, |series| series.timeframe.next_open(time_ms))
    }

    /// When the next row is due for certain after one at `time_ms`, Unix milliseconds.
    pub(crate) fn due_ms(&self, time_ms: i64) -> i64 {
        self.grid().next_open(self.grid().open_of(time_ms))
    }

    /// Its names, for JSON. Funding has no timeframe: null.
    pub(crate) fn names(&self) -> Value {
        let timeframe = self.timeframe().map(Timeframe::name);
        json!({
            "exchange": self.exchange(), "symbol": self.symbol().to_string(),
            "timeframe": timeframe, "kind": self.kind().name(),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Candles(series) => series.fmt(f),
            Target::Marks(series) => write!(f, "{series} mark"),
            Target::Funding { exchange, symbol } => write!(f, "{exchange} {symbol} funding"),
        }
    }
}

/// The first slot of funding that begins at or after `time_ms`, Unix milliseconds.
fn slot_ms(time_ms: i64) -> i64 {
    FUNDING_SLOT.next_open(FUNDING_SLOT.open_of(time_ms - 1))
}

/// ccxt's names are small letters and digits; another spelling would make a second exchange.
pub(crate) fn parse_exchange(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if text.is_empty() || !text.chars().all(good) {
        return Err("expected ccxt's name of an exchange, in small letters and digits, such as binance".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn exchanges_have_one_spelling() {
        for (text, good) in [("binance", true), ("p2b", true), ("Binance", false), ("", false), ("binance ", false)] {
            assert_eq!(parse_exchange(text).is_ok(), good, "{text:?}");
        }
    }

    #[test]
    fn funding_is_counted_in_slots_wherever_its_rates_are() {
        const H: i64 = 3_600_000;
        let funding = Target::Funding { exchange: "binanceusdm".to_owned(), symbol: "A/B:B".parse().unwrap() };
        for (from, to, count) in [(0, 24, 3), (8, 8, 0), (1, 8, 0), (1, 9, 1), (7, 25, 3), (8, 9, 1), (9, 8, 0)] {
            assert_eq!(funding.count(from * H, to * H), count, "{from} {to}");
            // A stretch is the sum of its parts.
            let parts: u64 = (from..to).map(|hour| funding.count(hour * H, (hour + 1) * H)).sum();
            assert_eq!(parts, count, "{from} {to}");
        }
        for (time, due) in [(0, 8), (1, 8), (7, 8), (8, 16)] {
            assert_eq!(funding.due_ms(time * H), due * H);
        }
    }

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        target: TargetArgs,
    }

    /// What the arguments after exchange and symbol ask for; `None` where they are refused.
    #[track_caller]
    fn check(args: &[&str], expected: Option<&str>) {
        let all = [&["x", "--exchange", "binanceusdm", "--symbol", "BTC/USDT:USDT"], args].concat();
        let target = Cli::try_parse_from(all).map(|cli| cli.target.target().to_string());
        match expected {
            Some(expected) => assert_eq!(target.unwrap(), expected),
            None => assert!(target.unwrap_err().to_string().contains("--timeframe <TIMEFRAME>"), "{args:?}"),
        }
    }

    #[test]
    fn all_but_funding_want_a_timeframe() {
        check(&["--timeframe", "1h"], Some("binanceusdm BTC/USDT:USDT 1h"));
        check(&["--timeframe", "1h", "--kind", "candles"], Some("binanceusdm BTC/USDT:USDT 1h"));
        check(&["--timeframe", "1h", "--kind", "mark"], Some("binanceusdm BTC/USDT:USDT 1h mark"));
        check(&["--timeframe", "1h", "--kind", "funding"], Some("binanceusdm BTC/USDT:USDT funding"));
        check(&["--kind", "funding"], Some("binanceusdm BTC/USDT:USDT funding"));
        check(&[], None);
        check(&["--kind", "candles"], None);
        check(&["--kind", "mark"], None);
    }
}
