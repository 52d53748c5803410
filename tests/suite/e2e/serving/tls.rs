//! Https without a proxy.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use reform_api::server::{Limits, Settings, Tls};
use serde_json::json;
use tempfile::TempDir;
use tests::{App, Kind, Store, http};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::super::process::{Running, program, run};
use super::{Heard, request};

/// A certificate for `localhost` in files, which go with it.
struct Certificate {
    der: CertificateDer<'static>,
    folder: TempDir,
}

impl Certificate {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let der = issue(folder.path());
        Self { der, folder }
    }

    fn files(&self) -> [PathBuf; 2] {
        ["cert.pem", "key.pem"].map(|name| self.folder.path().join(name))
    }

    fn tls(&self) -> Arc<Tls> {
        let [certificate, key] = self.files();
        Arc::new(Tls::read(certificate, key).expect("it can be used"))
    }
}

/// Writes a new certificate and its key.
fn issue(folder: &Path) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    std::fs::write(folder.join("cert.pem"), cert.pem()).expect("a file");
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).expect("a file");
    cert.der().clone()
}

/// A connection whose other end shows that certificate.
async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions");
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await.expect("a connection");
    let name = ServerName::try_from("localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn ask(address: SocketAddr, trusted: &CertificateDer<'static>, query: &str) -> Heard {
    let mut stream = connect(address, trusted).await.expect("a handshake");
    let body = json!({ "query": query }).to_string();
    stream.write_all(request("POST", "/graphql", &[], &body).as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    Heard::read(&String::from_utf8_lossy(&answer))
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_cookie_is_for_https_alone_and_browsers_are_told_to_stay() {
    let app = App::sample(Kind::Sqlite).await;
    app.person("an", "dua-hau-mua-he").await;
    let certificate = Certificate::new();
    let address = app.serve(Settings { tls: Some(certificate.tls()), ..Settings::default() }).await;
    let sign_in = r#"mutation { signIn(input: { name: "an", password: "dua-hau-mua-he" }) { csrfToken } }"#;
    let answer = ask(address, &certificate.der, sign_in).await;
    let cookie = answer.header("set-cookie").unwrap_or_else(|| panic!("{} {}", answer.head, answer.json));
    assert!(cookie.starts_with("__host-reform=") && cookie.contains("; secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").is_some_and(|sts| sts.starts_with("max-age=")));
    let plain = http(address, &request("GET", "/health/live", &[], "")).await;
    assert!(!plain.contains("200"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_is_shown_without_a_new_start() {
    let app = App::sample(Kind::Sqlite).await;
    let certificate = Certificate::new();
    let tls = certificate.tls();
    let address = app.serve(Settings { tls: Some(tls.clone()), ..Settings::default() }).await;
    let renewed = issue(certificate.folder.path());
    assert!(connect(address, &certificate.der).await.is_ok() && connect(address, &renewed).await.is_err());
    tls.read_again().expect("it can be used");
    assert!(connect(address, &certificate.der).await.is_err());
    assert_eq!(ask(address, &renewed, "{ __typename }").await.status, "200");
    let other = KeyPair::generate().expect("a key").serialize_pem();
    std::fs::write(certificate.folder.path().join("key.pem"), other).expect("a file");
    assert!(tls.read_again().is_err(), "the key is not the certificate's");
    assert_eq!(ask(address, &renewed, "{ __typename }").await.status, "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_is_not_done_in_time_is_cut() {
    let app = App::sample(Kind::Sqlite).await;
    let certificate = Certificate::new();
    let limits = Limits { head_within: Duration::from_millis(300), ..Limits::default() };
    let address = app.serve(Settings { tls: Some(certificate.tls()), limits, ..Settings::default() }).await;
    let mut silent = TcpStream::connect(address).await.expect("a connection");
    let closed = tokio::time::timeout(Duration::from_secs(5), silent.read_to_end(&mut Vec::new())).await;
    assert!(closed.is_ok(), "it is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_speaks_tls_by_its_options() {
    let store = Store::sample(Kind::Sqlite).await;
    let certificate = Certificate::new();
    let [cert, key] = certificate.files().map(|file| file.display().to_string());
    let server = Running::serve(&store, &["--tls-cert", &cert, "--tls-key", &key]);
    let (lines, address) = server.until_served();
    assert!(lines.iter().any(|line| line.contains("https://127.0.0.1:")), "{lines:?}");
    assert_eq!(ask(address, &certificate.der, "{ __typename }").await.json["data"]["__typename"], "Query");

    let other = KeyPair::generate().expect("a key").serialize_pem();
    std::fs::write(certificate.folder.path().join("other.pem"), other).expect("a file");
    let other = certificate.folder.path().join("other.pem").display().to_string();
    for (cert, key) in [(&cert, &other), (&cert, &"/nowhere".to_owned()), (&key, &key)] {
        let output = run(&mut program("reform-api"), &["--tls-cert", cert, "--tls-key", key]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), error.lines().count()), (Some(1), 1), "{error}");
        assert!(error.contains("--tls-cert") && error.contains(" / "), "{error}");
    }
    let alone = run(&mut program("reform-api"), &["--tls-cert", &cert]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("--tls-key"));
}
