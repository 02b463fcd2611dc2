//! Makes one connection, step by step; each step has its own deadline.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::{Uri, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_with_config};

use crate::{DownReason, Options, Step, WebsocketError};

/// An open connection.
pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long a connection may be quiet before the system probes it. Binance pings every 20 s, so
/// probes go out only when something is wrong.
const KEEPALIVE_AFTER: Duration = Duration::from_secs(45);

/// Addresses of a host that are tried, each with its own deadline.
const ADDRESSES_MAX: usize = 4;

/// Market frames are small; this much is read at once.
const READ_BUFFER_BYTES: usize = 32 << 10;

/// Where to connect, understood once.
#[derive(Debug)]
pub(crate) struct Target {
    url: String,
    host: String,
    port: u16,
    /// The name to prove, and what to trust; `None` for a connection in the clear.
    tls: Option<(ServerName<'static>, Arc<ClientConfig>)>,
}

impl Target {
    /// Understands `url`; reads `options` for what to trust.
    pub(crate) fn new(url: &str, options: &Options) -> Result<Self, WebsocketError> {
        let bad = |problem: &str| WebsocketError::BadUrl { url: url.to_owned(), problem: problem.to_owned() };
        let uri: Uri = url.parse().map_err(|error| bad(&format!("{error}")))?;
        let host = uri.host().ok_or_else(|| bad("it has no host"))?.trim_matches(['[', ']']).to_owned();
        let tls = match uri.scheme_str() {
            Some("ws") => None,
            Some("wss") => {
                let name = ServerName::try_from(host.clone()).map_err(|_| bad("its host is no name for TLS"))?;
                Some((name, network::tls_config(&options.extra_roots)))
            }
            _ => return Err(bad("its scheme is neither ws nor wss")),
        };
        let port = uri.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 });
        Ok(Target { url: url.to_owned(), host, port, tls })
    }
}

/// Connects to `target`.
pub(crate) async fn connect(target: &Target, options: &Options) -> Result<Socket, DownReason> {
    let limit = options.connect_timeout;
    let lookup = within(Step::Resolve, limit, lookup_host((target.host.as_str(), target.port))).await?;
    let tcp = open(lookup.take(ADDRESSES_MAX), limit).await?;
    tune(&tcp).map_err(|error| failed(Step::Tcp, &error))?;
    let stream = match &target.tls {
        None => MaybeTlsStream::Plain(tcp),
        Some((name, config)) => {
            let handshake = TlsConnector::from(Arc::clone(config)).connect(name.clone(), tcp);
            MaybeTlsStream::Rustls(within(Step::Tls, limit, handshake).await?)
        }
    };
    upgrade(target, stream, options).await
}

async fn open(addresses: impl Iterator<Item = SocketAddr>, limit: Duration) -> Result<TcpStream, DownReason> {
    let mut last = failed(Step::Resolve, &"the host has no address");
    for address in addresses {
        match within(Step::Tcp, limit, TcpStream::connect(address)).await {
            Ok(tcp) => return Ok(tcp),
            Err(reason) => last = reason,
        }
    }
    Err(last)
}

fn tune(tcp: &TcpStream) -> std::io::Result<()> {
    tcp.set_nodelay(true)?;
    SockRef::from(tcp).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE_AFTER))
}

async fn upgrade(target: &Target, stream: MaybeTlsStream<TcpStream>, options: &Options) -> Result<Socket, DownReason> {
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(options.max_message_bytes)
        .max_frame_size(Some(options.max_message_bytes))
        .max_message_size(Some(options.max_message_bytes));
    let handshake = client_async_with_config(target.url.as_str(), stream, Some(config));
    match timeout(options.connect_timeout, handshake).await {
        Ok(Ok((socket, _response))) => Ok(socket),
        Ok(Err(Error::Http(response))) => Err(refused(&response)),
        Ok(Err(error)) => Err(failed(Step::Upgrade, &error)),
        Err(_) => Err(DownReason::TimedOut { step: Step::Upgrade, after: options.connect_timeout }),
    }
}

fn refused(response: &Response) -> DownReason {
    let header = response.headers().get(header::RETRY_AFTER);
    let seconds = header.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    DownReason::Refused { status: response.status().as_u16(), retry_after: seconds.map(Duration::from_secs) }
}

async fn within<T>(
    step: Step,
    after: Duration,
    work: impl Future<Output = std::io::Result<T>>,
) -> Result<T, DownReason> {
    match timeout(after, work).await {
        Ok(done) => done.map_err(|error| failed(step, &error)),
        Err(_) => Err(DownReason::TimedOut { step, after }),
    }
}

fn failed(step: Step, error: &dyn std::fmt::Display) -> DownReason {
    DownReason::Failed { step, error: error.to_string() }
}
