//! Binance's exchanges: what one of them calls things and what a question weighs there.
//!
//! They speak alike. What differs is here, and nowhere else.

/// One exchange of Binance's.
#[derive(Debug)]
pub(super) struct Server {
    /// Its name in ccxt's notation.
    pub(super) name: &'static str,
    /// Where it is.
    pub(super) base_url: &'static str,
    /// Weight an address may use in a minute, until `exchangeInfo` says otherwise.
    pub(super) weight_limit: u32,
    /// The clock.
    pub(super) time: Endpoint,
    /// All symbols.
    pub(super) markets: Endpoint,
    /// Candles of trades, a page of them.
    pub(super) candles: Endpoint,
    /// The best prices of one symbol, with a time.
    pub(super) ticker: Endpoint,
    /// What was traded in 24 hours, of all symbols.
    pub(super) volumes: Endpoint,
    /// What only perpetuals have; `None` for spot.
    pub(super) perpetual: Option<Perpetual>,
}

/// What only perpetuals have.
#[derive(Debug)]
pub(super) struct Perpetual {
    /// Candles of the mark price, a page of them.
    pub(super) marks: Endpoint,
    /// Funding rates, a page of them.
    pub(super) funding: Endpoint,
}

/// A path, and what asking there counts against the limit of a minute.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) path: &'static str,
    pub(super) weight: u32,
}

const fn at(path: &'static str, weight: u32) -> Endpoint {
    Endpoint { path, weight }
}

/// Spot. The address is the one for public data alone: it serves all that is asked for here, needs
/// no account, and a limit or a ban earned there leaves orders on `api.binance.com` alone.
pub(super) static SPOT: Server = Server {
    name: "binance",
    base_url: "https://data-api.binance.vision",
    weight_limit: 6_000,
    time: at("/api/v3/time", 1),
    markets: at("/api/v3/exchangeInfo", 20),
    candles: at("/api/v3/klines", 2),
    ticker: at("/api/v3/ticker/24hr", 2),
    volumes: at("/api/v3/ticker/24hr", 80),
    perpetual: None,
};

/// Perpetuals that are settled in their quote. Candles weigh more the longer a page is; 5 is a page of
/// a thousand. Funding has a limit of its own, 500 in five minutes, beside the weight: counted as 24
/// of the minute's 2,400, fewer than that go out.
pub(super) static USD_M: Server = Server {
    name: "binanceusdm",
    base_url: "https://fapi.binance.com",
    weight_limit: 2_400,
    time: at("/fapi/v1/time", 1),
    markets: at("/fapi/v1/exchangeInfo", 1),
    candles: at("/fapi/v1/klines", 5),
    ticker: at("/fapi/v1/ticker/bookTicker", 2),
    volumes: at("/fapi/v1/ticker/24hr", 40),
    perpetual: Some(Perpetual { marks: at("/fapi/v1/markPriceKlines", 5), funding: at("/fapi/v1/fundingRate", 24) }),
};
