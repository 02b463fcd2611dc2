//! TLS: a connection to a server of one's own authority, and servers that fail the handshake.

use std::sync::Arc;
use std::time::Duration;

use futures_util::SinkExt;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;
use websocket::{DownReason, Options, Step};

use crate::server::{Server, is_candle, is_down, is_up, kline, next, soon, watch_btc};

/// A certificate authority, and a server with its certificate for `localhost`.
fn authority() -> (CertificateDer<'static>, Arc<ServerConfig>) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    (issuer.der().clone(), Arc::new(config))
}

fn options(server: &Server, extra_roots: Vec<CertificateDer<'static>>) -> Options {
    let ws_url = Some(format!("wss://localhost:{}", server.port));
    Options { ws_url, extra_roots, connect_timeout: Duration::from_secs(2), ..server.options() }
}

#[tokio::test]
async fn candles_come_over_tls() {
    let server = Server::start().await;
    let (root, config) = authority();
    let mut stream = watch_btc(options(&server, vec![root]));
    let tcp = server.accept_tcp().await;
    let tls = soon(TlsAcceptor::from(config).accept(tcp)).await.unwrap();
    let mut socket = soon(accept_async(tls)).await.unwrap();
    is_up(next(&mut stream).await);
    soon(socket.send(Message::text(kline(3, true)))).await.unwrap();
    assert_eq!(is_candle(next(&mut stream).await), (3, true));
    soon(socket.send(Message::Ping("hello".into()))).await.unwrap();
    let pong = soon(futures_util::StreamExt::next(&mut socket)).await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("hello".into()));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let server = Server::start().await;
    let (_, config) = authority();
    let mut stream = watch_btc(options(&server, Vec::new()));
    let tcp = server.accept_tcp().await;
    assert!(soon(TlsAcceptor::from(config).accept(tcp)).await.is_err());
    let reason = is_down(next(&mut stream).await);
    assert!(matches!(&reason, DownReason::Failed { step: Step::Tls, .. }), "{reason}");
    assert!(reason.to_string().contains("certificate"), "{reason}");
}

#[tokio::test]
async fn a_handshake_that_stops_after_the_server_hello_is_given_up_on() {
    let server = Server::start().await;
    let (root, config) = authority();
    let limit = Duration::from_millis(150);
    let mut stream = watch_btc(Options { connect_timeout: limit, ..options(&server, vec![root]) });
    let mut tcp = server.accept_tcp().await;
    let mut hello = vec![0; 16 << 10];
    let length = soon(tcp.read(&mut hello)).await.unwrap();
    let mut connection = ServerConnection::new(config).unwrap();
    connection.read_tls(&mut &hello[..length]).unwrap();
    connection.process_new_packets().unwrap();
    let mut answer = Vec::new();
    while connection.wants_write() {
        connection.write_tls(&mut answer).unwrap();
    }
    let first_record = 5 + usize::from(u16::from_be_bytes([answer[3], answer[4]]));
    tcp.write_all(&answer[..first_record]).await.unwrap();
    assert_eq!(is_down(next(&mut stream).await), DownReason::TimedOut { step: Step::Tls, after: limit });
    let _tcp = server.accept_tcp().await;
}
