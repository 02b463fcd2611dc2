//! The listener's end: start a watch, take its events.

use std::sync::Arc;

use market::{Symbol, Timeframe};
use tokio::sync::oneshot;

use crate::inbox::Inbox;
use crate::keeper::Keeper;
use crate::{Event, Options, Stats, Watch, WebsocketError, codec};

/// Events of one watch. Dropping it stops the keeper and closes the socket.
#[derive(Debug)]
pub struct Stream {
    inbox: Arc<Inbox>,
    /// Its drop is the signal to stop.
    _stop: oneshot::Sender<()>,
}

impl Stream {
    /// Waits for the next event. `None` only when the keeper is gone, which happens when the
    /// runtime shuts down. Cancel safe: an event is either given or still there.
    pub async fn next(&mut self) -> Option<Event> {
        self.inbox.take().await
    }

    /// Figures since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inbox.stats()
    }
}

/// Listens to everything in `watch` on one connection that is kept up for ever.
///
/// # Errors
/// When the request itself is wrong; a network that fails is no error but an [`Event::Down`].
pub fn watch(exchange: &str, watch: Watch, options: Options) -> Result<Stream, WebsocketError> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|_| WebsocketError::NoRuntime)?;
    let codec = codec(exchange, &watch, options.ws_url.as_deref())?;
    let inbox = Arc::new(Inbox::new(options.queue_max));
    let keeper = Keeper::new(codec, watch, options, Arc::clone(&inbox))?;
    let (stop, stopped) = oneshot::channel();
    runtime.spawn(keeper.run(stopped));
    Ok(Stream { inbox, _stop: stop })
}

/// Listens to the candles of one market.
///
/// # Errors
/// As [`watch`].
pub fn watch_ohlcv(
    exchange: &str,
    symbol: &Symbol,
    timeframe: Timeframe,
    options: Options,
) -> Result<Stream, WebsocketError> {
    watch(exchange, Watch { ohlcv: vec![(symbol.clone(), timeframe)], tickers: Vec::new() }, options)
}

/// Listens to the best bid and ask of one market.
///
/// # Errors
/// As [`watch`].
pub fn watch_ticker(exchange: &str, symbol: &Symbol, options: Options) -> Result<Stream, WebsocketError> {
    watch(exchange, Watch { ohlcv: Vec::new(), tickers: vec![symbol.clone()] }, options)
}
