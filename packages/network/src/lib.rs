//! What REST and streams share: one TLS stack, and how long to wait before trying again.
//!
//! Nothing here opens a socket.

mod backoff;
mod tls;

pub use backoff::Backoff;
pub use rustls::ClientConfig;
pub use rustls::pki_types::CertificateDer;
pub use tls::{EXTRA_ROOTS_VARIABLE, TlsError, extra_roots_from_env, install_tls_provider, parse_roots, tls_config};
