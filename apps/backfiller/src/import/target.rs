//! Where the rows of a file go: what the arguments say, and what the file's name says, must agree.

use std::path::Path;

use anyhow::{Context, Result, bail};
use market::{Series, Symbol, Timeframe};

use super::name::{self, Named};
use super::paths::PARQUET;
use crate::args::{Kind, Target, parse_exchange};
use crate::export::layout;

/// Which data.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportTarget {
    /// The exchange, as ccxt names it: binance, binanceusdm; what was exported tells it itself
    #[arg(long, value_parser = parse_exchange)]
    exchange: Option<String>,
    /// The symbol, as ccxt names it: BTC/USDT, or BTC/USDT:USDT for a perpetual [default: from the name of each file]
    #[arg(long)]
    symbol: Option<Symbol>,
    /// The length of a candle [default: from the name of each file]; for funding it means nothing
    #[arg(long, value_parser = terminal::timeframe_parser())]
    timeframe: Option<Timeframe>,
    /// What to bring [default: from the name of each file, or else candles]
    #[arg(long, value_enum)]
    kind: Option<Kind>,
}

impl ImportTarget {
    /// Where the rows of `path` go.
    pub(crate) fn of(&self, path: &Path) -> Result<Target> {
        if let Some((target, _)) = layout::read(path)? {
            self.check_exported(path, &target)?;
            return Ok(target);
        }
        if path.to_string_lossy().ends_with(PARQUET) {
            bail!(
                "{} does not lie where `backfiller export` writes; expected folders exchange=…/symbol=…/timeframe=… to it, or CSV",
                path.display()
            );
        }
        let Some(exchange) = self.exchange.clone() else { return Err(missing(path, "exchange", "--exchange binance")) };
        let named = name::read(path);
        if let Some(named) = &named {
            self.check(path, named, &exchange)?;
        }
        let named = named.as_ref();
        let symbol = self.symbol.clone().or_else(|| named.and_then(|named| named.symbol(&exchange)));
        let timeframe = self.timeframe.or_else(|| named.and_then(|named| named.timeframe));
        let kind = self.kind.or_else(|| named.and_then(|named| named.kind)).unwrap_or(Kind::Candles);
        let Some(symbol) = symbol else { return Err(missing(path, "symbol", "--symbol BTC/USDT")) };
        let series = |symbol| match timeframe {
            Some(timeframe) => Ok(Series::new(exchange.clone(), symbol, timeframe)),
            None => Err(missing(path, "timeframe", "--timeframe 1h")),
        };
        let target = match kind {
            Kind::Candles => Target::Candles(series(symbol)?),
            Kind::Mark => Target::Marks(series(symbol)?),
            Kind::Funding => Target::Funding { exchange, symbol },
        };
        target.check_kind().with_context(|| format!("nothing was stored of {}", path.display()))?;
        Ok(target)
    }

    /// Refuses a file whose name says something else than the arguments.
    fn check(&self, path: &Path, named: &Named, exchange: &str) -> Result<()> {
        if let Some(folder) = named.foreign {
            bail!(
                "{} lies in {folder}, which holds neither candles of trades nor mark prices; nothing was stored: leave it out",
                path.display()
            );
        }
        if let Some(told) = named.exchange.filter(|told| *told != exchange) {
            return disagree(path, told, "exchange", &exchange);
        }
        if let Some(symbol) = self.symbol.as_ref().filter(|symbol| !named.is_of(symbol)) {
            return disagree(path, &named.id, "symbol", symbol);
        }
        if let (Some(kind), Some(told)) = (self.kind, named.kind)
            && kind != told
        {
            return disagree(path, told.name(), "kind", &kind.name());
        }
        if let (Some(timeframe), Some(told)) = (self.timeframe, named.timeframe)
            && timeframe != told
        {
            return disagree(path, told.name(), "timeframe", &timeframe);
        }
        Ok(())
    }

    /// Refuses an exported file whose folders say something else than the arguments.
    fn check_exported(&self, path: &Path, target: &Target) -> Result<()> {
        if let Some(exchange) = self.exchange.as_ref().filter(|exchange| *exchange != target.exchange()) {
            return disagree(path, target.exchange(), "exchange", exchange);
        }
        if let Some(symbol) = self.symbol.as_ref().filter(|symbol| *symbol != target.symbol()) {
            return disagree(path, &target.symbol().to_string(), "symbol", symbol);
        }
        if let Some(kind) = self.kind.filter(|kind| *kind != target.kind()) {
            return disagree(path, target.kind().name(), "kind", &kind.name());
        }
        match (self.timeframe, target.timeframe()) {
            (Some(timeframe), Some(told)) if timeframe != told => disagree(path, told.name(), "timeframe", &timeframe),
            _ => Ok(()),
        }
    }
}

fn disagree(path: &Path, told: &str, what: &str, said: &dyn std::fmt::Display) -> Result<()> {
    bail!(
        "{} is {told} by its name, and --{what} says {said}; nothing was stored: rename it, or correct --{what}",
        path.display()
    )
}

fn missing(path: &Path, what: &str, example: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "the name of {} does not tell the {what}; expected {example}, or a name such as BTCUSDT-1h-2025-01.zip",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        target: ImportTarget,
    }

    /// Where a file goes, or the beginning of what is said against it.
    #[track_caller]
    fn check(args: &str, path: &str, expected: &str) {
        let exchange = if args.is_empty() { vec!["x"] } else { vec!["x", "--exchange"] };
        let cli = Cli::try_parse_from(exchange.into_iter().chain(args.split_whitespace())).unwrap();
        let told =
            cli.target.of(Path::new(path)).map_or_else(|error| format!("{error:#}"), |target| target.to_string());
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn arguments_and_names_make_a_target() {
        check("binance --symbol BTC/USDT --timeframe 1h", "a.csv", "binance BTC/USDT 1h");
        check("binance", "BTCUSDT-1h-2024-12.zip", "binance BTC/USDT 1h");
        check("binance --symbol BTC/USDT --timeframe 1h", "BTCUSDT-1h-2024-12.zip", "binance BTC/USDT 1h");
        check("binanceusdm", "um-LTCUSDT-1m-2026-02.csv", "binanceusdm LTC/USDT:USDT 1m");
        check("binanceusdm --kind mark", "BTCUSDT-1h-2024-12.zip", "binanceusdm BTC/USDT:USDT 1h mark");
        check("binanceusdm", "markPriceKlines/BTCUSDT-1h-2024-12.zip", "binanceusdm BTC/USDT:USDT 1h mark");
        check("binanceusdm", "BTCUSDT-fundingRate-2025-01.zip", "binanceusdm BTC/USDT:USDT funding");
        check("binanceusdm --kind funding --symbol A/B:B", "a.csv", "binanceusdm A/B:B funding");
        check("bybit --symbol BTC/USDT:USDT", "BTCUSDT-1h-2024-12.csv", "bybit BTC/USDT:USDT 1h");
    }

    #[test]
    fn what_was_exported_tells_itself() {
        let path = "exchange=binance/symbol=BTC%2FUSDT/timeframe=1h/month=2025-02/candles.csv";
        check("", path, "binance BTC/USDT 1h");
        check("binance --symbol BTC/USDT --timeframe 1h --kind candles", path, "binance BTC/USDT 1h");
        check("okx", path, &format!("{path} is binance by its name, and --exchange says okx"));
        check("binance --symbol A/B", path, &format!("{path} is BTC/USDT by its name"));
        check("binance --timeframe 1m", path, &format!("{path} is 1h by its name"));
        check("binance --kind mark", path, &format!("{path} is candles by its name"));
        check("binance --symbol A/B", "a.parquet", "a.parquet does not lie where `backfiller export` writes");
        check("", "a.csv", "the name of a.csv does not tell the exchange; expected --exchange binance");
    }

    #[test]
    fn what_only_perpetuals_have_is_of_no_spot_market() {
        let refused = |kind| {
            format!(
                "nothing was stored of a.csv: --kind {kind} is of perpetuals, and A/B is spot; expected a symbol such as A/B:B"
            )
        };
        check("binance --kind funding --symbol A/B", "a.csv", &refused("funding"));
        check("binance --kind mark --symbol A/B --timeframe 1h", "a.csv", &refused("mark"));
        check(
            "binance",
            "BTCUSDT-fundingRate-2025-01.zip",
            "nothing was stored of BTCUSDT-fundingRate-2025-01.zip: --kind funding is of perpetuals, and BTC/USDT is spot",
        );
    }

    #[test]
    fn what_is_missing_or_contradicts_is_told() {
        check("binance --timeframe 1h", "a.csv", "the name of a.csv does not tell the symbol; expected --symbol");
        check(
            "binance --symbol A/B",
            "a.csv",
            "the name of a.csv does not tell the timeframe; expected --timeframe 1h",
        );
        check("okx", "BTCUSDT-1h-2024-12.zip", "the name of BTCUSDT-1h-2024-12.zip does not tell the symbol");
        let index = "um/daily/indexPriceKlines/BTCUSDT-1h-2024-12-01.zip";
        check("binanceusdm", index, &format!("{index} lies in indexPriceKlines, which holds neither"));
        check("binance --symbol ETH/USDT", "BTCUSDT-1h-2024-12.zip", "BTCUSDT-1h-2024-12.zip is BTCUSDT by its name");
        check("binance --timeframe 1m", "BTCUSDT-1h-2024-12.zip", "BTCUSDT-1h-2024-12.zip is 1h by its name");
        check("binance", "um-BTCUSDT-1h-2024-12.zip", "um-BTCUSDT-1h-2024-12.zip is binanceusdm by its name");
        check(
            "binanceusdm --kind mark",
            "BTCUSDT-fundingRate-2025-01.zip",
            "BTCUSDT-fundingRate-2025-01.zip is funding",
        );
    }
}
