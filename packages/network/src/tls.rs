//! TLS as every connection uses it: rustls with ring, Mozilla's roots, and roots of one's own.
//!
//! rustls panics at the first connection when no crypto provider, or more than one, was chosen;
//! so the choice is made here and nowhere else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};

/// The environment variable that names a PEM file of further roots, for proxies and tests.
pub const EXTRA_ROOTS_VARIABLE: &str = "SSL_CERT_FILE";

/// Why further roots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file cannot be read.
    #[error("cannot read the certificates of {EXTRA_ROOTS_VARIABLE}={}; name a readable PEM file or unset it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not PEM.
    #[error("the certificates are not PEM; expected blocks of `-----BEGIN CERTIFICATE-----`")]
    NotPem(#[source] pem::Error),
    /// The text holds no certificate that can be trusted as a root.
    #[error("there is no usable certificate; expected at least one block of `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
}

/// Makes ring the crypto provider of the process. Calling it again does nothing.
pub fn install_tls_provider() {
    // An error says that a provider is there already, which is what is wanted.
    let _ = ring::default_provider().install_default();
}

/// The TLS settings of every client connection: ring, TLS 1.2 and 1.3, Mozilla's roots and `extra_roots`.
///
/// An extra root that is no certificate is passed over: nothing is trusted because of it.
/// [`parse_roots`] is where such a file is refused.
#[must_use]
pub fn tls_config(extra_roots: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra_roots.iter().cloned());
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has cipher suites for TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// Reads further roots from the PEM file that `SSL_CERT_FILE` names; none where it is unset or empty.
///
/// # Errors
/// [`TlsError`] when the file cannot be read or holds no usable certificate.
pub fn extra_roots_from_env() -> Result<Vec<CertificateDer<'static>>, TlsError> {
    match std::env::var_os(EXTRA_ROOTS_VARIABLE) {
        Some(path) if !path.is_empty() => read_roots(Path::new(&path)),
        _ => Ok(Vec::new()),
    }
}

fn read_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = std::fs::read(path).map_err(|source| TlsError::Unreadable { path: path.to_owned(), source })?;
    parse_roots(&text)
}

/// The certificates of a PEM text.
///
/// Bundles often hold a few certificates too old to be read; they are passed over as long as one is usable.
///
/// # Errors
/// [`TlsError::NotPem`] or [`TlsError::NoCertificate`].
pub fn parse_roots(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let roots: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(TlsError::NotPem)?;
    let (usable, _unusable) = RootCertStore::empty().add_parsable_certificates(roots.iter().cloned());
    if usable == 0 {
        return Err(TlsError::NoCertificate);
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_root() -> rcgen::Certificate {
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert
    }

    #[test]
    fn the_provider_is_installed_once_and_again() {
        install_tls_provider();
        install_tls_provider();
        assert!(CryptoProvider::get_default().is_some());
    }

    #[test]
    fn settings_are_made_without_a_provider_of_the_process() {
        assert!(!tls_config(&[]).crypto_provider().cipher_suites.is_empty());
        let broken = CertificateDer::from(vec![1, 2, 3]);
        assert!(!tls_config(&[broken, own_root().der().clone()]).crypto_provider().kx_groups.is_empty());
    }

    #[test]
    fn roots_are_read_from_pem() {
        let (one, two) = (own_root(), own_root());
        let text = format!("# two of them\n{}{}", one.pem(), two.pem());
        assert_eq!(parse_roots(text.as_bytes()).unwrap(), [one.der().clone(), two.der().clone()]);
    }

    #[track_caller]
    fn check_refused(text: &str, expected: &str) {
        let error = parse_roots(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn other_texts_are_refused() {
        check_refused("", "no usable certificate");
        check_refused("hello", "no usable certificate");
        check_refused("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n", "no usable certificate");
        check_refused("-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n", "not PEM");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read_roots(Path::new("/no/such/roots.pem")).unwrap_err();
        assert!(error.to_string().contains("SSL_CERT_FILE=/no/such/roots.pem"), "{error}");
    }
}
