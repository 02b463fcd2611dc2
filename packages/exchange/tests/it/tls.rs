//! https to a server of our own: with its root it works, without it does not.

use std::sync::Arc;

use exchange::{Exchange, Options, connect};
use network::CertificateDer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::{Server, good, serve};

/// A certificate authority's root, and a server that it vouches for.
async fn start() -> (CertificateDer<'static>, Server) {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let root = authority.der().clone();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, server) = Server::listen("https").await;
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                serve(&mut stream, &[good()], &Default::default()).await;
            }
        }
    });
    (root, server)
}

fn binance(server: &Server, extra_roots: Vec<CertificateDer<'static>>) -> Box<dyn Exchange> {
    let options =
        Options { base_url: Some(server.base_url.clone()), max_attempts: 1, extra_roots, ..Options::default() };
    connect("binance", &options).unwrap()
}

#[tokio::test]
async fn https_works_with_a_root_of_ones_own_and_not_without() {
    let (root, server) = start().await;
    assert_eq!(binance(&server, vec![root]).fetch_time().await.unwrap(), 1_700_000_000_000);
    let error = binance(&server, vec![]).fetch_time().await.unwrap_err().to_string();
    assert!(error.contains("cannot reach https://") && error.contains("UnknownIssuer"), "{error}");
}
