//! The options of `serve`: where it listens, for whom, and whom it believes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use reform_worker::metrics::MetricsPort;
use reform_worker::traces::TracesOptions;

use super::oidc::Oidc;
use crate::server::{AllowedQueries, Limits, Mode, Origin, Proxies, ProxyHeader, Rate, Settings, Tls};

/// How `serve` serves.
#[derive(Debug, Args)]
pub(super) struct Serving {
    /// Address to listen on. Anything but this machine's own needs --mode, and https for browsers to be
    /// signed in: --tls-cert, or a proxy before it.
    #[arg(long, env = "LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(super) listen: SocketAddr,
    /// Streaming replica of the PostgreSQL that --database-url names, for queries to be read from:
    /// postgres://user@host/name. Who has written reads it nevertheless, when he sends cookies or `x-wal-position` back.
    #[arg(long, env = "READ_DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub(super) read_database_url: Option<String>,
    /// Whether the public may read what is published; `off`: everybody must sign in.
    #[arg(long, env = "PUBLIC_READING", default_value = "on")]
    public_reading: Switch,
    /// What this process does.
    #[arg(long, env = "ROLE", default_value = "all")]
    pub(super) role: Role,
    #[command(flatten)]
    pub(super) worker: reform_worker::Options,
    #[command(flatten)]
    pub(super) metrics: MetricsPort,
    #[command(flatten)]
    pub(super) traces: TracesOptions,
    #[command(flatten)]
    pub(super) oidc: Oidc,
    /// For whom it serves; development when not given and only this machine can reach it.
    #[arg(long, env = "MODE")]
    mode: Option<Mode>,
    /// Site whose pages may use the API from a browser, for instance `https://par.example.vn`; may be given
    /// several times. None but its own when not given.
    #[arg(long, env = "ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    allow_origin: Vec<Origin>,
    /// Proxy that is believed what it says about its clients, as an address or a network, for instance
    /// 10.0.0.0/8; may be given several times. From all others such headers are ignored.
    #[arg(long, env = "TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',', value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// Where the trusted proxies write it. They must write it themselves, whatever their clients sent.
    #[arg(long, env = "PROXY_HEADER", default_value = "x-forwarded-for")]
    proxy_header: ProxyHeader,
    /// Certificate to speak https with: its chain as PEM, its own first. Read again when it changes.
    #[arg(long, env = "TLS_CERT", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key, as PEM.
    #[arg(long, env = "TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Requests a second, in the long run, of one address or account; more are refused. When not given: 50
    /// in production, any number in development.
    #[arg(long, env = "REQUESTS_PER_SECOND", value_name = "N")]
    requests_per_second: Option<NonZeroU32>,
    /// Requests at once after a pause, where there is a limit; 200 when not given.
    #[arg(long, env = "REQUEST_BURST", value_name = "N")]
    request_burst: Option<NonZeroU32>,
    /// The only documents that are executed: a JSON object from SHA-256 to document, or a folder of .graphql
    /// files. Clients send the hash or the same text. Any document is executed when not given.
    #[arg(long, env = "ALLOWED_QUERIES", value_name = "FILE")]
    allowed_queries: Option<PathBuf>,
}

/// Whether something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// Answer queries, and compile what is requested.
    All,
    /// Only answer queries; `reform-worker` processes on the same PostgreSQL compile.
    Api,
}

impl Serving {
    /// The mode that was chosen, or follows from the address.
    fn mode(&self) -> anyhow::Result<Mode> {
        match self.mode {
            Some(mode) => Ok(mode),
            None if self.listen.ip().to_canonical().is_loopback() => Ok(Mode::Development),
            None => bail!(
                "ở {listen} người khác truy cập được: hãy chọn --mode production, hoặc --mode development nếu \
                 cố ý / others can reach {listen}: choose --mode production, or --mode development if you \
                 mean it",
                listen = self.listen
            ),
        }
    }

    /// How the server is set up by these options.
    ///
    /// # Errors
    /// With a sentence when options do not go together.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let proxies = Proxies { networks: self.trusted_proxy.clone(), header: self.proxy_header };
        let (mode, tls) = (self.mode()?, self.tls()?);
        let (limits, allowed_queries) = (self.limits(mode), self.allowed_queries()?);
        let origins = self.allow_origin.clone();
        let public_reads = self.public_reading == Switch::On;
        let provider = self.oidc.provider()?;
        let replica = None;
        Ok(Settings { mode, limits, origins, public_reads, proxies, tls, allowed_queries, provider, replica })
    }

    /// How a browser on this machine reaches a server that listens there.
    pub(super) fn base_url(&self, listening: SocketAddr) -> String {
        let here = match listening.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let scheme = if self.tls_cert.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", SocketAddr::new(here, listening.port()))
    }

    fn tls(&self) -> anyhow::Result<Option<Arc<Tls>>> {
        let (certificate, key) = match (self.tls_cert.clone(), self.tls_key.clone()) {
            (Some(certificate), Some(key)) => (certificate, key),
            (None, None) => return Ok(None),
            _ => bail!("https cần cả hai / https needs both --tls-cert and --tls-key"),
        };
        let tls = Tls::read(certificate, key).context(
            "chứng thư hoặc khóa TLS không dùng được / the certificate or its key cannot be used (--tls-cert, \
             --tls-key)",
        )?;
        Ok(Some(Arc::new(tls)))
    }

    fn allowed_queries(&self) -> anyhow::Result<Option<Arc<AllowedQueries>>> {
        let Some(path) = &self.allowed_queries else { return Ok(None) };
        let allowed = AllowedQueries::read(path).context(
            "danh sách truy vấn không dùng được / the list of documents cannot be used (--allowed-queries)",
        )?;
        Ok(Some(Arc::new(allowed)))
    }

    fn limits(&self, mode: Mode) -> Limits {
        let limits = match mode {
            Mode::Development => Limits::default(),
            Mode::Production => Limits::among_strangers(),
        };
        let usual = limits.requests_per_caller;
        let limited = usual.is_some() || self.requests_per_second.is_some() || self.request_burst.is_some();
        let requests_per_caller = limited.then(|| Rate {
            per_second: self.requests_per_second.unwrap_or(Limits::USUAL_RATE),
            burst: self.request_burst.unwrap_or(Limits::USUAL_BURST),
        });
        Limits { requests_per_caller, ..limits }
    }
}

/// A network, or a single address.
fn network(text: &str) -> Result<IpNet, String> {
    let single = text.parse::<IpAddr>().map(IpNet::from);
    single.or_else(|_| text.parse()).map_err(|_| "write an address or a network: 10.0.0.0/8".to_owned())
}
