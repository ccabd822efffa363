//! Encryption on the way to a server: it has to show a certificate for the name that its address has, signed
//! by somebody whom this machine trusts or whose certificate the address names. There is nothing in between
//! that and an open connection.

use std::fmt;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client;

/// How what is sent is kept from those on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// It isn't.
    Open,
    /// The server is known by whom this machine trusts.
    Trusted,
    /// The server is known by one of the certificates in this file.
    Rooted(PathBuf),
}

/// Why there can be no encryption.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadRoots {
    #[error("can't read the certificates in {path}: {why}")]
    Unreadable { path: String, why: String },
    #[error("there is no certificate in {path}; sslrootcert names a file in PEM")]
    Empty { path: String },
    #[error("TLS can't be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// What makes a connection an encrypted one, or leaves it open.
#[derive(Clone)]
pub(super) struct Tls(Option<TlsConnector>);

impl Tls {
    pub(super) fn new(encryption: &Encryption) -> Result<Self, BadRoots> {
        let begun = || {
            let ring = Arc::new(ring::default_provider());
            ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions()
        };
        let config = match encryption {
            Encryption::Open => return Ok(Self(None)),
            Encryption::Trusted => begun()?.with_platform_verifier()?,
            Encryption::Rooted(path) => begun()?.with_root_certificates(roots(path)?),
        };
        let config = Arc::new(config.with_no_client_auth());
        Ok(Self(Some(config.into())))
    }
}

fn roots(path: &Path) -> Result<RootCertStore, BadRoots> {
    let unreadable = |why: &dyn fmt::Display| BadRoots::Unreadable {
        path: path.display().to_string(),
        why: why.to_string(),
    };
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))?;
    for certificate in found {
        let certificate = certificate.map_err(|error| unreadable(&error))?;
        roots.add(certificate).map_err(|error| unreadable(&error))?;
    }
    match roots.is_empty() {
        false => Ok(roots),
        true => Err(BadRoots::Empty {
            path: path.display().to_string(),
        }),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> MakeTlsConnect<S> for Tls {
    type Stream = Encrypted<S>;
    type TlsConnect = To;
    type Error = InvalidDnsNameError;

    fn make_tls_connect(&mut self, host: &str) -> Result<To, InvalidDnsNameError> {
        // An open connection may be made to what has no name, like a socket of this machine.
        let by = match &self.0 {
            None => None,
            Some(connector) => {
                let name = ServerName::try_from(host.to_owned())?;
                Some((connector.clone(), name))
            }
        };
        Ok(To(by))
    }
}

/// What encrypts one connection.
pub(super) struct To(Option<(TlsConnector, ServerName<'static>)>);

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> TlsConnect<S> for To {
    type Stream = Encrypted<S>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Encrypted<S>>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let Some((connector, name)) = self.0 else {
                return Err(io::Error::other("this connection was to be an open one"));
            };
            connector.connect(name, stream).await.map(Encrypted)
        })
    }
}

/// An encrypted connection.
pub(super) struct Encrypted<S>(client::TlsStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Encrypted<S> {
    /// The certificate has been verified by name, so there is nobody in between to be bound against.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Encrypted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, to)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Encrypted<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
