//! What commands that ask exchanges have in common.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use db::SharedLimits;
use exchange::{Exchange, Options, Priority};
use market::{Instrument, Symbol, format_utc};
use terminal::Interrupt;

/// 2010-01-01: before it there was no exchange.
const EARLIEST_MS: i64 = 1_262_304_000_000;

/// An exchange that answered.
pub(crate) struct Venue {
    pub(crate) exchange: Box<dyn Exchange>,
    /// What its clock showed, Unix milliseconds.
    pub(crate) server_time_ms: i64,
    pub(crate) markets: Vec<Instrument>,
}

impl Venue {
    /// Connects and asks for the time and the markets; `db` is the store whose programs share the exchange's limits.
    pub(crate) async fn connect(name: &str, base_url: Option<&str>, db: &Path) -> Result<Self> {
        let options = Options { base_url: base_url.map(ToOwned::to_owned), ..Options::from_env()? };
        let options = options.sharing(Arc::new(SharedLimits::new(db)), Priority::Data);
        let exchange = exchange::connect(name, &options)?;
        let server_time_ms = time_of(exchange.as_ref()).await?;
        let markets = exchange.load_markets().await?;
        Ok(Venue { exchange, server_time_ms, markets })
    }

    /// Whether a market is traded now.
    pub(crate) fn is_traded(&self, symbol: &Symbol) -> bool {
        self.markets.iter().any(|market| market.symbol == *symbol && market.active)
    }
}

/// What an exchange's clock shows, Unix milliseconds.
///
/// # Errors
/// As the exchange; or where no exchange was open at that time: nothing would be closed then, and nothing be missing.
pub(crate) async fn time_of(exchange: &dyn Exchange) -> Result<i64> {
    let time_ms = exchange.fetch_time().await?;
    if time_ms < EARLIEST_MS {
        bail!(
            "{} says that it is {}; expected a time in milliseconds, and today's: is the address right?",
            exchange.name(),
            format_utc(time_ms)
        );
    }
    Ok(time_ms)
}

/// Runs what asks exchanges until it is done, or somebody wants it to stop: `None` then. Work that stores without a
/// wait in between stops between two steps, each whole.
pub(crate) fn until_interrupted<T>(work: impl Future<Output = T>) -> Result<Option<T>> {
    network::install_tls_provider();
    let interrupt = Interrupt::listen()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => Some(done),
            () = asked_to_stop(&interrupt) => None,
        }
    });
    // A name that is still being looked up must not hold up the end.
    runtime.shutdown_background();
    Ok(done)
}

async fn asked_to_stop(interrupt: &Interrupt) {
    while !interrupt.is_asked() {
        tokio::time::sleep(Interrupt::POLL).await;
    }
}
