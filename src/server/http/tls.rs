//! TLS without a proxy: the certificate and its key are read once, at the start.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::text;

/// The files of `--tls-cert` and `--tls-key`, in PEM.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate first, then those of its issuers.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The certificate or its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{flag}: cannot read a {wanted} in PEM from {file}")]
    Unreadable { file: PathBuf, wanted: &'static str, flag: &'static str, source: pem::Error },
    #[error("--tls-cert: {0} has no certificate; name a file in PEM with the server's certificate first")]
    NoCertificate(PathBuf),
    #[error("cannot use the certificate in {certificate} with the key in {key}")]
    Unusable { certificate: PathBuf, key: PathBuf, source: rustls::Error },
}

impl TlsFiles {
    /// Reads the files. The acceptor takes TLS 1.2 and 1.3 with the library's default ciphers, and HTTP/1.1 over it.
    ///
    /// # Errors
    /// When a file cannot be read, or the key is not the certificate's.
    pub fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let Self { certificate, key } = self;
        let unreadable = |file: &Path, wanted, flag| {
            let file = file.to_owned();
            move |source| TlsError::Unreadable { file, wanted, flag, source }
        };
        // A pipe or a device, which may never end, is an error.
        let read = |file: &Path| text::read_bytes(file).map_err(pem::Error::Io);
        let chain = read(certificate)
            .and_then(|pem| CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>())
            .map_err(unreadable(certificate, "certificate", "--tls-cert"))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(certificate.clone()));
        }
        let secret = read(key).and_then(|pem| PrivateKeyDer::from_pem_slice(&pem)).map_err(unreadable(
            key,
            "private key",
            "--tls-key",
        ))?;
        let unusable = |source| TlsError::Unusable { certificate: certificate.clone(), key: key.clone(), source };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
