//! Binance, public market data: spot and the perpetuals settled in their quote (USD-M).

mod archive;
mod fault;
mod parse;
mod request;
mod server;

use std::collections::HashMap;

use async_trait::async_trait;
use market::{FundingRate, Instrument, Symbol, Ticker, Timeframe};

use crate::archive::PathOf;
use crate::http::{Dialect, Http};
use crate::request::Request;
use crate::{Exchange, ExchangeError, Options, Page};
use server::{Endpoint, Perpetual, SPOT, Server, USD_M};

/// The name of spot in ccxt's notation.
pub(crate) const SPOT_NAME: &str = SPOT.name;
/// The name of USD-M in ccxt's notation.
pub(crate) const USD_M_NAME: &str = USD_M.name;

/// The archive of spot: its address, and where a file is.
pub(crate) const SPOT_ARCHIVE: (&str, PathOf) = (archive::BASE_URL, |symbol, timeframe, price, span, open_ms| {
    archive::path(&SPOT, symbol, timeframe, price, span, open_ms)
});
/// The archive of USD-M.
pub(crate) const USD_M_ARCHIVE: (&str, PathOf) = (archive::BASE_URL, |symbol, timeframe, price, span, open_ms| {
    archive::path(&USD_M, symbol, timeframe, price, span, open_ms)
});

struct Binance {
    http: Http,
    server: &'static Server,
}

/// Prepares to talk to Binance spot.
pub(crate) fn connect_spot(options: &Options) -> Result<Box<dyn Exchange>, ExchangeError> {
    connect(&SPOT, options)
}

/// Prepares to talk to Binance USD-M.
pub(crate) fn connect_usd_m(options: &Options) -> Result<Box<dyn Exchange>, ExchangeError> {
    connect(&USD_M, options)
}

fn connect(server: &'static Server, options: &Options) -> Result<Box<dyn Exchange>, ExchangeError> {
    let dialect = Dialect {
        exchange: server.name,
        base_url: server.base_url,
        used_weight_header: "x-mbx-used-weight-1m",
        weight_limit: server.weight_limit,
        fault: fault::of,
    };
    Ok(Box::new(Binance { http: Http::new(dialect, options)?, server }))
}

#[async_trait]
impl Exchange for Binance {
    fn name(&self) -> &str {
        self.server.name
    }

    async fn load_markets(&self) -> Result<Vec<Instrument>, ExchangeError> {
        let markets = self.http.call(&request::markets(self.server), parse::markets).await?;
        if let Some(limit) = markets.weight_limit {
            self.http.learn_weight_limit(limit);
        }
        if let Some((symbol, reason)) = markets.skipped.first() {
            tracing::warn!(skipped = markets.skipped.len(), "markets skipped, the first is {symbol}: {reason}");
        }
        Ok(markets.instruments)
    }

    async fn fetch_time(&self) -> Result<i64, ExchangeError> {
        self.http.call(&request::time(self.server), parse::time).await
    }

    async fn fetch_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError> {
        let id = self.id_of(symbol)?;
        let request = request::klines(&self.server.candles, &id, timeframe, since_ms, until_ms, limit);
        self.klines(&request, symbol, timeframe, (since_ms, until_ms), limit).await
    }

    async fn fetch_mark_ohlcv(
        &self,
        symbol: &Symbol,
        timeframe: Timeframe,
        since_ms: Option<i64>,
        until_ms: Option<i64>,
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError> {
        let marks = self.perpetual("mark prices", |perpetual| &perpetual.marks)?;
        let id = self.id_of(symbol)?;
        let request = request::klines(marks, &id, timeframe, since_ms, until_ms, limit);
        self.klines(&request, symbol, timeframe, (since_ms, until_ms), limit).await
    }

    async fn fetch_funding_rate_history(
        &self,
        symbol: &Symbol,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<FundingRate>, ExchangeError> {
        let funding = self.perpetual("funding rates", |perpetual| &perpetual.funding)?;
        let id = self.id_of(symbol)?;
        let request = request::funding(funding, &id, since_ms, until_ms);
        let rates = self.http.call(&request, |body| parse::funding(body, &id)).await;
        rates.map_err(|error| self.blame_symbol(error, symbol))
    }

    async fn fetch_quote_volumes(&self, markets: &[Instrument]) -> Result<Vec<(Symbol, f64)>, ExchangeError> {
        let told = self.http.call(&request::volumes(self.server), parse::volumes).await?;
        let mut symbols = HashMap::new();
        for Instrument { symbol, .. } in markets {
            symbols.insert(self.id_of(symbol)?, symbol);
        }
        let known = told.into_iter().filter_map(|(id, volume)| Some((Symbol::clone(symbols.get(&id)?), volume)));
        Ok(known.collect())
    }

    async fn fetch_ticker(&self, symbol: &Symbol) -> Result<Ticker, ExchangeError> {
        let id = self.id_of(symbol)?;
        let request = request::ticker(self.server, &id);
        let ticker = self.http.call(&request, |body| parse::ticker(body, &id)).await;
        ticker.map_err(|error| self.blame_symbol(error, symbol))
    }
}

impl Binance {
    async fn klines(
        &self,
        request: &Request,
        symbol: &Symbol,
        timeframe: Timeframe,
        range: (Option<i64>, Option<i64>),
        limit: Option<u32>,
    ) -> Result<Page, ExchangeError> {
        let page = self.http.call(request, |body| parse::klines(body, range, limit)).await;
        page.map_err(|error| fault::blame(error, self.server.name, symbol, timeframe))
    }

    fn blame_symbol(&self, error: ExchangeError, symbol: &Symbol) -> ExchangeError {
        fault::blame_symbol(error, self.server.name, symbol)
    }

    /// An endpoint that only perpetuals have.
    fn perpetual(
        &self,
        what: &'static str,
        endpoint: impl Fn(&'static Perpetual) -> &'static Endpoint,
    ) -> Result<&'static Endpoint, ExchangeError> {
        let exchange = self.server.name;
        self.server.perpetual.as_ref().map(endpoint).ok_or(ExchangeError::Unsupported { exchange, what })
    }

    /// Binance's own name of a symbol: `BTCUSDT`, for spot and for its perpetual alike.
    fn id_of(&self, symbol: &Symbol) -> Result<String, ExchangeError> {
        let is_traded = match symbol.settle() {
            None => self.server.perpetual.is_none(),
            Some(settle) => self.server.perpetual.is_some() && settle == symbol.quote(),
        };
        if is_traded {
            return Ok(format!("{}{}", symbol.base(), symbol.quote()));
        }
        Err(ExchangeError::UnknownSymbol { exchange: self.server.name, symbol: symbol.clone() })
    }
}
