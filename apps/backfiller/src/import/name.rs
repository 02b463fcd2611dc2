//! What the name of a file of an exchange's public archive tells: `BTCUSDT-1h-2024-12.zip`.

use std::path::{Component, Path};

use market::{Symbol, Timeframe, parse_when};

use crate::args::{Kind, Target};

/// Currencies that others are priced in: the end of a market's id. No one of them ends in one that comes later.
const QUOTES: [&str; 22] = [
    "FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USDP", "USD1", "USDS", "RLUSD", "PAX", "DAI", "BTC", "ETH", "BNB", "XRP",
    "TRX", "TRY", "EUR", "GBP", "BRL", "JPY", "USD",
];

/// What a name, and the folders that it lies in, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The market's id, without a separator.
    pub(crate) id: String,
    /// `None` for funding.
    pub(crate) timeframe: Option<Timeframe>,
    /// `None` where candles of trades and of the mark price have the same name, and the folders do not tell.
    pub(crate) kind: Option<Kind>,
    /// The exchange, as ccxt names it; `None` where nothing tells.
    pub(crate) exchange: Option<&'static str>,
    /// The folder of other prices that it lies in, which have the same names and are not for the store.
    pub(crate) foreign: Option<&'static str>,
    /// The month or the day that it is of: from when on, and before when, Unix milliseconds.
    pub(crate) span_ms: (i64, i64),
}

/// Folders of the archive whose files look like candles, and are of prices at which nobody trades.
const FOREIGN: [&str; 2] = ["indexPriceKlines", "premiumIndexKlines"];

/// Reads a name; `None` where it is not one of the archive's.
pub(crate) fn read(path: &Path) -> Option<Named> {
    let name = path.file_name()?.to_str()?;
    let name = name.split_once('.').map_or(name, |(stem, _)| stem);
    let (in_name, rest) = match name.split_once('-')? {
        ("um", rest) => (Some("binanceusdm"), rest),
        ("spot", rest) => (Some("binance"), rest),
        _ => (None, name),
    };
    let mut parts = rest.split('-');
    let (id, what) = (parts.next()?, parts.next()?);
    let (year, month) = (parts.next()?, parts.next()?);
    let is_number = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = id.len() > 2 && !id.contains(|c: char| c.is_ascii_lowercase() || c.is_whitespace());
    if !is_id || !is_number(year, 4) || !is_number(month, 2) {
        return None;
    }
    let (timeframe, kind) = match what {
        "fundingRate" => (None, Some(Kind::Funding)),
        // Some file systems do not tell `1M` from `1m`.
        "1mo" => (Some(Timeframe::Month1), None),
        _ => (Some(what.parse().ok()?), None),
    };
    let folders: Vec<_> = path.components().filter_map(folder).collect();
    let is_in = |folder: &str| folders.contains(&folder);
    Some(Named {
        id: id.to_owned(),
        timeframe,
        kind: kind.or(is_in("markPriceKlines").then_some(Kind::Mark)),
        exchange: in_name.or_else(|| folders.windows(2).find_map(|pair| market_of(pair[0], pair[1]))),
        foreign: FOREIGN.into_iter().find(|folder| is_in(folder)),
        span_ms: span_ms(year, month, parts.next().filter(|day| is_number(day, 2)))?,
    })
}

/// A month, or a day where there is one; `None` where no calendar has it.
fn span_ms(year: &str, month: &str, day: Option<&str>) -> Option<(i64, i64)> {
    let from_ms = parse_when(&format!("{year}-{month}-{}", day.unwrap_or("01")), 0).ok()?;
    let length = if day.is_some() { Timeframe::D1 } else { Timeframe::Month1 };
    Some((from_ms, length.next_open(from_ms)))
}

/// The exchange of the archive's folders `spot/daily`, `um/monthly` and so on.
fn market_of(market: &str, period: &str) -> Option<&'static str> {
    match (market, period) {
        ("spot", "daily" | "monthly") => Some("binance"),
        ("um", "daily" | "monthly") => Some("binanceusdm"),
        _ => None,
    }
}

fn folder(component: Component<'_>) -> Option<&str> {
    match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    }
}

impl Named {
    /// Whether this is the id of `symbol`.
    pub(crate) fn is_of(&self, symbol: &Symbol) -> bool {
        self.id == format!("{}{}", symbol.base(), symbol.quote())
    }

    /// Whether rows of `target` are in a file of this name.
    pub(crate) fn holds(&self, target: &Target) -> bool {
        self.is_of(target.symbol()) && self.timeframe == target.timeframe()
    }

    /// The symbol that is meant at `exchange`; `None` where its id does not tell.
    pub(crate) fn symbol(&self, exchange: &str) -> Option<Symbol> {
        let base_of = |quote| self.id.strip_suffix(quote).filter(|base| !base.is_empty());
        let (base, quote) = QUOTES.into_iter().find_map(|quote| base_of(quote).map(|base| (base, quote)))?;
        match exchange {
            "binance" => Symbol::spot(base, quote).ok(),
            "binanceusdm" => format!("{base}/{quote}:{quote}").parse().ok(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a path tells, as `exchange id timeframe kind`, with `-` for what it does not.
    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let told = read(Path::new(path)).map(|named| {
            let timeframe = named.timeframe.map_or("-", Timeframe::name);
            let kind = named.kind.map_or("-", Kind::name);
            format!("{} {} {timeframe} {kind}", named.exchange.unwrap_or("-"), named.id)
        });
        assert_eq!(told.as_deref(), expected, "{path}");
    }

    #[test]
    fn names_of_the_archive() {
        check("BTCUSDT-1h-2024-12.zip", Some("- BTCUSDT 1h -"));
        check("x/BTCUSDT-1m-2025-01-03.csv", Some("- BTCUSDT 1m -"));
        check("BTCUSDT-1mo-2025-01.csv.gz", Some("- BTCUSDT 1M -"));
        check("这是测试币USDT-1h-2025-10.zip", Some("- 这是测试币USDT 1h -"));
        check("um-LTCUSDT-1m-2026-02-first-2000-lines.csv", Some("binanceusdm LTCUSDT 1m -"));
        check("BTCUSDT-fundingRate-2025-01.zip", Some("- BTCUSDT - funding"));
        check("data/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-12.zip", Some("binanceusdm BTCUSDT 1h -"));
        check("futures/um/daily/markPriceKlines/A/1h/ABC-1h-2024-12-01.zip", Some("binanceusdm ABC 1h mark"));
        check("spot/BTCUSDT-1h-2024-12.zip", Some("- BTCUSDT 1h -"));
        check("data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-12-01.zip", Some("binance BTCUSDT 1h -"));
        for path in
            ["a.csv", "BTCUSDT-1h.csv", "BTCUSDT-1h-24-12.csv", "BTCUSDT-7h-2024-12.csv", "btcusdt-1h-2024-12.csv"]
        {
            check(path, None);
        }
    }

    #[track_caller]
    fn check_symbol(id: &str, exchange: &str, expected: Option<&str>) {
        let named = read(Path::new(&format!("{id}-1h-2024-12.zip"))).unwrap();
        let symbol = named.symbol(exchange);
        assert_eq!(symbol.as_ref().map(ToString::to_string).as_deref(), expected, "{id}");
        assert!(symbol.is_none_or(|symbol| named.is_of(&symbol)));
    }

    #[test]
    fn ids_become_symbols() {
        check_symbol("BTCUSDT", "binance", Some("BTC/USDT"));
        check_symbol("BTCUSDT", "binanceusdm", Some("BTC/USDT:USDT"));
        check_symbol("BTCFDUSD", "binance", Some("BTC/FDUSD"));
        check_symbol("ETHBTC", "binance", Some("ETH/BTC"));
        check_symbol("1000PEPEUSDC", "binanceusdm", Some("1000PEPE/USDC:USDC"));
        check_symbol("BTCUSDT", "okx", None);
        check_symbol("BTCUSDT_240329", "binanceusdm", None);
        check_symbol("USDT", "binance", None);
    }

    #[test]
    fn no_quote_hides_another() {
        for (index, quote) in QUOTES.iter().enumerate() {
            assert!(QUOTES[..index].iter().all(|before| !quote.ends_with(before)), "{quote} is never found");
        }
    }
}
