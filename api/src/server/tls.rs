//! Https without a proxy: a certificate and its key, read again when their files change, so that a renewed
//! certificate needs no new start.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// A certificate with its key.
pub struct Tls {
    files: [PathBuf; 2],
    config: RwLock<Arc<ServerConfig>>,
}

/// Why a certificate or its key is of no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or is no PEM.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] pem::Error),
    /// They do not fit each other, or are not what they should be.
    #[error(transparent)]
    Unfit(#[from] rustls::Error),
}

/// When each file was written last; none for what cannot be told.
type Written = [Option<SystemTime>; 2];

impl Tls {
    /// Reads the certificate's chain, its own first, and its key; both PEM.
    ///
    /// # Errors
    /// When they cannot be read or do not fit each other.
    pub fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let files = [certificate, key];
        let config = RwLock::new(Arc::new(config(&files)?));
        Ok(Self { files, config })
    }

    /// What meets a connection now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let config = self.config.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(config.clone())
    }

    /// Reads the files again whenever they change. What cannot be used is told in the log, and what was
    /// there before stays.
    pub(super) async fn keep_up(&self) {
        let mut known = self.written();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let written = self.written();
            if written == known {
                continue;
            }
            known = written;
            match self.read_again() {
                Ok(()) => tracing::info!("the certificate was read again"),
                Err(error) => tracing::warn!(%error, "the new certificate is of no use; the old one stays"),
            }
        }
    }

    /// Reads the files again; connections that are open keep what they have.
    ///
    /// # Errors
    /// As [`read`](Self::read); nothing changes then.
    pub fn read_again(&self) -> Result<(), TlsError> {
        let config = Arc::new(config(&self.files)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    fn written(&self) -> Written {
        let [certificate, key] = &self.files;
        [certificate, key].map(|file| std::fs::metadata(file).and_then(|file| file.modified()).ok())
    }
}

fn config([certificate, key]: &[PathBuf; 2]) -> Result<ServerConfig, TlsError> {
    let unreadable = |file: &PathBuf| {
        let file = file.clone();
        move |error| TlsError::File(file, error)
    };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(unreadable(certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(unreadable(certificate))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(unreadable(key))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth();
    let mut config = config.with_single_cert(chain, private)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}
