//! A market of the exchange that is always traded, asked when the store has none that can tell outage from no trades.

use db::Cause;
use exchange::{ExchangeError, SETTLE_MS};
use market::{Instrument, Series, Symbol};

use crate::asking::Venue;
use crate::holes::{Testimony, after, before};

/// The markets that are traded most, wherever they are listed.
const LIQUID: [&str; 6] = ["BTC/USDT", "ETH/USDT", "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD", "ETH/USD"];
/// Candles of a page: of a long stretch, so many are looked at.
const PAGE: u32 = 1_000;

/// The first of [`LIQUID`] that the exchange trades, and that is another one.
fn choose<'a>(markets: &'a [Instrument], symbol: &Symbol) -> Option<&'a Symbol> {
    let listed = |name: &str| markets.iter().find(|market| market.active && market.symbol.to_string() == name);
    let mut candidates = LIQUID.iter().filter_map(|name| listed(name));
    candidates.find(|market| market.symbol != *symbol).map(|market| &market.symbol)
}

/// Outage or no trades, and what says so; `None` where there is no such market, or it was not traded then.
pub(super) async fn ask(
    venue: &Venue,
    series: &Series,
    from_ms: i64,
    to_ms: i64,
) -> Result<Option<(Cause, String)>, ExchangeError> {
    let timeframe = series.timeframe;
    let Some(witness) = choose(&venue.markets, &series.symbol) else { return Ok(None) };
    let settled_ms = timeframe.open_of(venue.server_time_ms - SETTLE_MS);
    let (since_ms, until_ms) = (before(timeframe, from_ms), after(timeframe, to_ms).min(settled_ms));
    let page = venue.exchange.fetch_ohlcv(witness, timeframe, Some(since_ms), Some(until_ms), Some(PAGE)).await?;
    let candles = page.candles;
    // A full page ends with its last candle; another one must reach behind the stretch to say anything of it.
    let last = candles.last().filter(|_| candles.len() >= PAGE as usize);
    let until_ms = last.map_or(until_ms, |last| timeframe.next_open(last.open_time_ms));
    let testimony = Testimony::of_candles(&candles, timeframe, (from_ms, to_ms), until_ms);
    Ok(testimony.cause().map(|cause| (cause, format!("asked, {}", testimony.told_of(witness, timeframe)))))
}
