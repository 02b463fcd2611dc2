//! `simulator serve`: builds the market, binds the port, answers until it is told to stop.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use market::{Timeframe, format_utc};
use terminal::now_ms;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use crate::cli::ServeArgs;
use crate::clock::{Clock, RunningClock};
use crate::exchange::Exchange;
use crate::replay::{Decimals, Generator, Market, Tape, read_candles};
use crate::{rest, stream};

/// HTTP connections that may be open at once; streams are counted apart.
const MOST_HTTP_CONNECTIONS: usize = 512;
/// How long to wait before accepting again when the machine has no more file handles.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// How long the clock runs on after the last close of a file, while nobody trades: clients that give a candle a moment
/// to settle before they ask for it, and want to see another one behind it, get the last one too.
const AFTER_END_MS: i64 = 5_000;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// A request is cut without an answer, on command.
#[derive(Debug, thiserror::Error)]
#[error("refused on command")]
struct Refused;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the candles cannot be read, the start lies outside of them, or the port cannot be bound.
pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let (market, clock) = build_market(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(serve(args, market, clock))
}

/// The market, and when its time begins and ends.
fn build_market(args: &ServeArgs) -> anyhow::Result<(Market, Clock)> {
    if !args.symbol.is_spot() {
        bail!("{} is a perpetual; expected a spot symbol such as BTC/USDT", args.symbol);
    }
    let market = |tape, decimals| Market::new(args.symbol.clone(), args.timeframe, tape, decimals, args.speed);
    let Some(path) = &args.candles else {
        if args.timeframe > Timeframe::D1 {
            bail!(
                "a generated market has candles of one day at most, not {}; choose a shorter --timeframe",
                args.timeframe
            );
        }
        let start_ms = args.start.unwrap_or(now_ms() / MINUTE_MS * MINUTE_MS);
        // From a midnight on, so that longer candles of the first day are whole.
        let first_ms = Timeframe::D1.open_of(start_ms - i64::from(args.days) * DAY_MS);
        if first_ms < 0 {
            bail!("--start {} is less than --days {} after 1970", format_utc(start_ms), args.days);
        }
        let generator = Generator::new(args.seed, args.timeframe);
        let clock = Clock { start_ms, speed: args.speed, end_ms: None };
        return Ok((market(Tape::generated(generator, first_ms), Decimals::GENERATED), clock));
    };
    let (candles, decimals) = read_candles(path, args.timeframe)?;
    let mut market = market(Tape::Stored(candles), decimals);
    let (first_ms, end_ms) = market.first_open_ms().zip(market.end_ms()).context("there are no candles")?;
    let start_ms = args.start.or_else(|| market.half_ms()).unwrap_or(first_ms);
    if !(first_ms..=end_ms).contains(&start_ms) {
        let (start, first, end) = (format_utc(start_ms), format_utc(first_ms), format_utc(end_ms));
        bail!("--start {start} lies outside of the candles, which go from {first} to {end}");
    }
    let end_ms = end_ms + AFTER_END_MS;
    market.trail_off(end_ms);
    Ok((market, Clock { start_ms, speed: args.speed, end_ms: Some(end_ms) }))
}

async fn serve(args: &ServeArgs, market: Market, clock: Clock) -> anyhow::Result<()> {
    let address = (args.host.as_str(), args.port);
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {}:{}; choose another --port, or 0 for any free one", args.host, args.port)
    })?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;

    let exchange = Arc::new(Exchange::new(market, RunningClock::start(clock)));
    let local = listener.local_addr().context("cannot tell the port")?;
    terminal::print(&format!("simulator: REST http://{local}  WebSocket ws://{local}"))?;
    announce(&exchange);

    let router = rest::router(Arc::clone(&exchange)).merge(stream::router(Arc::clone(&exchange)));
    tokio::select! {
        () = accept(listener, router, &exchange) => {}
        _ = tell_end(&exchange) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopped at {}", format_utc(exchange.clock.now_ms()));
    Ok(())
}

fn announce(exchange: &Exchange) {
    let (market, settings) = (&exchange.market, exchange.clock.settings());
    let end = settings.end_ms.map_or("for ever".to_owned(), |end_ms| format!("to {}", format_utc(end_ms)));
    let (symbol, timeframe) = (&market.symbol, market.timeframe);
    let (first, start) = (format_utc(market.first_open_ms().unwrap_or_default()), format_utc(settings.start_ms));
    tracing::info!("{symbol} {timeframe} from {first} {end}; it is {start} and time runs {}x", settings.speed);
}

/// Says when the candles have ended. The exchange stays up: never returns.
async fn tell_end(exchange: &Exchange) -> Infallible {
    let settings = exchange.clock.settings();
    if let Some(end) = settings.end_ms.and_then(|end_ms| exchange.clock.instant_of(end_ms)) {
        tokio::time::sleep_until(end.into()).await;
        let end = format_utc(exchange.clock.now_ms());
        tracing::warn!("the candles have ended: the clock stands at {end}, the exchange still answers");
    }
    std::future::pending().await
}

async fn accept(listener: TcpListener, router: Router, exchange: &Arc<Exchange>) {
    let room = Arc::new(Semaphore::new(MOST_HTTP_CONNECTIONS));
    loop {
        let socket = match listener.accept().await {
            Ok((socket, _)) => socket,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_AGAIN_AFTER).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!("refused a connection: {MOST_HTTP_CONNECTIONS} are open");
            continue;
        };
        let (router, exchange) = (router.clone(), Arc::clone(exchange));
        tokio::spawn(async move {
            answer(socket, router, &exchange).await;
            drop(permit);
        });
    }
}

async fn answer(socket: TcpStream, router: Router, exchange: &Arc<Exchange>) {
    // Small messages are to leave at once; without this they are only later.
    let _ = socket.set_nodelay(true);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let refusing = exchange.faults().is_refusing(exchange.clock.elapsed());
        let refused = refusing && !request.uri().path().starts_with(rest::CONTROL_PREFIX);
        let router = router.clone();
        async move {
            if refused {
                return Err(Refused);
            }
            router.call(request).await.map_err(|never| match never {})
        }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new());
    let connection = server.serve_connection(TokioIo::new(socket), service).with_upgrades();
    if let Err(error) = connection.await {
        tracing::debug!("a connection ended: {error}");
    }
}
