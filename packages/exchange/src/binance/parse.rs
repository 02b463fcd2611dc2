//! What Binance's replies say: bytes in, values out. Whatever is unknown is passed over;
//! whatever is needed and missing is told in words.

mod klines;

use std::fmt;
use std::str::FromStr;

use market::{FundingRate, Instrument, Symbol, Ticker};
use rust_decimal::Decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

pub(super) use klines::klines;

/// No time of a market is later than 2286; one that seems so is in microseconds.
const LATEST_TIME_MS: i64 = 10_000_000_000_000;

/// What `exchangeInfo` says.
pub(super) struct Markets {
    /// The symbols that could be read.
    pub(super) instruments: Vec<Instrument>,
    /// The others: what Binance calls them, and what is wrong.
    pub(super) skipped: Vec<(String, String)>,
    /// The weight that may be used in a minute.
    pub(super) weight_limit: Option<u32>,
}

/// The time of `/time`, Unix milliseconds.
pub(super) fn time(body: &[u8]) -> Result<i64, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Time {
        server_time: i64,
    }
    plausible(json::<Time>(body)?.server_time)
}

/// The rates of `/fundingRate` for the symbol that Binance calls `id`, at whole minutes, strictly rising.
/// Of a full page the last minute is left out, where there are others: it may go on on the next page.
pub(super) fn funding(body: &[u8], id: &str) -> Result<Vec<FundingRate>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Paid {
        symbol: String,
        funding_time: i64,
        funding_rate: Number,
        rate_type: Option<String>,
    }
    let rows: Vec<Paid> = json(body)?;
    let is_full = rows.len() >= super::request::PAGE_LIMIT as usize;
    let mut rates: Vec<FundingRate> = Vec::with_capacity(rows.len());
    let mut last_type = None;
    for Paid { symbol, funding_time, funding_rate: Number(rate), rate_type } in rows {
        if symbol != id {
            return Err(format!("it is about {symbol}, asked was {id}"));
        }
        let rate = FundingRate::new(plausible(funding_time)?, rate);
        rate.check().map_err(|fault| format!("at {funding_time}: {fault}"))?;
        match rates.last_mut() {
            Some(last) if last.time_ms > rate.time_ms => return Err(format!("{funding_time} is out of order")),
            // A special rate beside the regular one is paid too; the same kind again is the same rate.
            Some(last) if last.time_ms == rate.time_ms && last_type != rate_type => last.rate += rate.rate,
            Some(last) if last.time_ms == rate.time_ms => {}
            _ => rates.push(rate),
        }
        last_type = rate_type;
    }
    if is_full && rates.len() > 1 {
        rates.pop();
    }
    Ok(rates)
}

/// The best prices for the symbol that Binance calls `id`: of `/ticker/24hr`, or of `/ticker/bookTicker`.
pub(super) fn ticker(body: &[u8], id: &str) -> Result<Ticker, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct BestPrices {
        symbol: String,
        #[serde(alias = "time")]
        close_time: i64,
        bid_price: Number,
        bid_qty: Number,
        ask_price: Number,
        ask_qty: Number,
        last_price: Option<Number>,
    }
    let ticker: BestPrices = json(body)?;
    if ticker.symbol != id {
        return Err(format!("it is about {}, asked was {id}", ticker.symbol));
    }
    Ok(Ticker {
        time_ms: plausible(ticker.close_time)?,
        bid: ticker.bid_price.0,
        bid_size: ticker.bid_qty.0,
        ask: ticker.ask_price.0,
        ask_size: ticker.ask_qty.0,
        last: ticker.last_price.map(|Number(price)| price),
    })
}

/// What Binance calls each symbol, and what was traded of it in 24 hours, in its quote.
pub(super) fn volumes(body: &[u8]) -> Result<Vec<(String, f64)>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Day {
        symbol: String,
        quote_volume: Number,
    }
    let days: Vec<Day> = json(body)?;
    Ok(days.into_iter().map(|day| (day.symbol, day.quote_volume.0)).collect())
}

/// The symbols and the limit of `/exchangeInfo`.
pub(super) fn markets(body: &[u8]) -> Result<Markets, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ExchangeInfo<'a> {
        #[serde(default)]
        rate_limits: Vec<serde_json::Value>,
        // Each symbol is read by itself, so that one broken symbol costs no other.
        #[serde(borrow)]
        symbols: Vec<&'a RawValue>,
    }
    let info: ExchangeInfo = json(body)?;
    let mut markets = Markets {
        instruments: Vec::with_capacity(info.symbols.len()),
        skipped: Vec::new(),
        weight_limit: info.rate_limits.iter().find_map(minute_weight),
    };
    for raw in info.symbols {
        match instrument(raw.get()) {
            Ok(Some(instrument)) => markets.instruments.push(instrument),
            Ok(None) => {}
            Err(reason) => markets.skipped.push((name_of(raw.get()), reason)),
        }
    }
    Ok(markets)
}

fn minute_weight(limit: &serde_json::Value) -> Option<u32> {
    let is = |key: &str, value: &str| limit.get(key).and_then(serde_json::Value::as_str) == Some(value);
    let per_minute = is("interval", "MINUTE") && limit.get("intervalNum")?.as_u64() == Some(1);
    let limit = limit.get("limit").filter(|_| per_minute && is("rateLimitType", "REQUEST_WEIGHT"))?;
    limit.as_u64().and_then(|limit| u32::try_from(limit).ok())
}

fn name_of(raw: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(raw).ok();
    value.and_then(|value| Some(value.get("symbol")?.as_str()?.to_owned())).unwrap_or_else(|| "nameless".to_owned())
}

/// `None` for what is neither spot nor a perpetual settled in its quote.
fn instrument(raw: &str) -> Result<Option<Instrument>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Listing {
        status: String,
        base_asset: String,
        quote_asset: String,
        /// Not told of spot.
        contract_type: Option<String>,
        /// What a contract is settled in.
        margin_asset: Option<String>,
        #[serde(default)]
        is_spot_trading_allowed: Option<bool>,
        filters: Vec<Filter>,
    }
    // Every field of every filter that matters; which of them are there depends on the kind.
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Filter {
        filter_type: String,
        tick_size: Option<String>,
        step_size: Option<String>,
        min_qty: Option<String>,
        #[serde(alias = "notional")]
        min_notional: Option<String>,
    }
    let listing: Listing = json(raw.as_bytes())?;
    let (base, quote) = (&listing.base_asset, &listing.quote_asset);
    let symbol = match &listing.contract_type {
        None => Symbol::spot(base, quote),
        Some(contract) if contract.ends_with("PERPETUAL") && listing.margin_asset.as_ref() == Some(quote) => {
            format!("{base}/{quote}:{quote}").parse()
        }
        Some(_) => return Ok(None),
    };
    let mut instrument = Instrument {
        symbol: symbol.map_err(|error| error.to_string())?,
        tick: Decimal::ZERO,
        lot: Decimal::ZERO,
        min_quantity: Decimal::ZERO,
        min_notional: Decimal::ZERO,
        active: listing.status == "TRADING" && listing.is_spot_trading_allowed != Some(false),
    };
    for filter in listing.filters {
        match filter.filter_type.as_str() {
            "PRICE_FILTER" => instrument.tick = step("tickSize", filter.tick_size)?,
            "LOT_SIZE" => {
                instrument.lot = step("stepSize", filter.step_size)?;
                instrument.min_quantity = step("minQty", filter.min_qty)?;
            }
            "MIN_NOTIONAL" | "NOTIONAL" => {
                let least = step("minNotional", filter.min_notional)?;
                instrument.min_notional = instrument.min_notional.max(least);
            }
            _ => {}
        }
    }
    Ok(Some(instrument))
}

fn step(field: &str, text: Option<String>) -> Result<Decimal, String> {
    let text = text.ok_or_else(|| format!("{field} is missing"))?;
    match Decimal::from_str(&text) {
        Ok(step) if !step.is_sign_negative() => Ok(step.normalize()),
        _ => Err(format!("{field} is `{text}`, expected a number from zero up")),
    }
}

fn plausible(time_ms: i64) -> Result<i64, String> {
    if (0..LATEST_TIME_MS).contains(&time_ms) {
        return Ok(time_ms);
    }
    Err(format!("{time_ms} is not a time in milliseconds"))
}

fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("{error}; it begins with `{}`", super::fault::beginning(body)))
}

/// A price or a quantity: text on the wire, taken as a bare number too.
struct Number(f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl Visitor<'_> for NumberVisitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, as text or bare")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map(Number).map_err(|_| E::custom(format!("`{text}` is not a number")))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
                Ok(Number(number))
            }
            // Beyond 2^53 a bare whole number is rounded, as its text would be.
            #[allow(clippy::cast_precision_loss)]
            fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }
            #[allow(clippy::cast_precision_loss)]
            fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
                Ok(Number(number as f64))
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

#[cfg(test)]
mod tests;
