//! Binance spot, public market data.
//!
//! The default address is the one for public data alone: it serves all that is asked for here,
//! needs no account, and a limit or a ban earned there leaves orders on `api.binance.com` alone.

mod fault;
mod parse;
mod request;

use async_trait::async_trait;
use market::{Candle, Instrument, Symbol, Ticker, Timeframe};

use crate::http::{Dialect, Http};
use crate::{Exchange, ExchangeError, Options};

/// Its name in ccxt's notation.
pub(crate) const NAME: &str = "binance";

/// Weight an address may use in a minute, until `exchangeInfo` says otherwise.
const WEIGHT_LIMIT: u32 = 6_000;

struct Binance {
    http: Http,
}

/// Prepares to talk to Binance spot.
pub(crate) fn connect(options: &Options) -> Result<Box<dyn Exchange>, ExchangeError> {
    let dialect = Dialect {
        exchange: NAME,
        base_url: "https://data-api.binance.vision",
        used_weight_header: "x-mbx-used-weight-1m",
        weight_limit: WEIGHT_LIMIT,
        fault: fault::of,
    };
    Ok(Box::new(Binance { http: Http::new(dialect, options)? }))
}

#[async_trait]
impl Exchange for Binance {
    fn name(&self) -> &str {
        NAME
    }

    async fn load_markets(&self) -> Result<Vec<Instrument>, ExchangeError> {
        let markets = self.http.call(&request::exchange_info(), parse::markets).await?;
        if let Some(limit) = markets.weight_limit {
            self.http.learn_weight_limit(limit);
        }
        if let Some((symbol, reason)) = markets.skipped.first() {
            tracing::warn!(skipped = markets.skipped.len(), "markets skipped, the first is {symbol}: {reason}");
        }
        Ok(markets.instruments)
    }

    async fn fetch_time(&self) -> Result<i64, ExchangeError> {
        self.http.call(&request::time(), parse::time).await
    }

    async fn fetch_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Vec<Candle>, ExchangeError> {
        let id = id_of(symbol)?;
        let request = request::klines(&id, timeframe, since_ms, until_ms, limit);
        self.http.call(&request, parse::klines).await.map_err(|error| fault::blame(error, symbol, timeframe))
    }

    async fn fetch_ticker(&self, symbol: &Symbol) -> Result<Ticker, ExchangeError> {
        let id = id_of(symbol)?;
        let request = request::ticker(&id);
        let ticker = self.http.call(&request, |body| parse::ticker(body, &id)).await;
        ticker.map_err(|error| fault::blame_symbol(error, symbol))
    }
}

/// Binance's own name of a spot symbol: `BTCUSDT`.
fn id_of(symbol: &Symbol) -> Result<String, ExchangeError> {
    if symbol.is_spot() {
        return Ok(format!("{}{}", symbol.base(), symbol.quote()));
    }
    Err(ExchangeError::UnknownSymbol { exchange: NAME, symbol: symbol.clone() })
}
