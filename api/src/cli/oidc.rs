//! The options of signing in by OpenID Connect. The client's secret is never one of them: a command line is
//! read by everybody on the machine.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use secrecy::SecretString;

use crate::people::Provider;

/// The environment variable of the secret.
pub(super) const SECRET: &str = "OIDC_CLIENT_SECRET";

#[derive(Debug, Args)]
pub(super) struct Oidc {
    /// Let people sign in by this OpenID Connect provider, at /sign-in/oidc: its issuer, as its discovery
    /// document has it. Its client's secret is in the environment variable OIDC_CLIENT_SECRET, or in a file.
    #[arg(long, env = "OIDC_ISSUER", value_name = "URL")]
    oidc_issuer: Option<String>,
    /// Who we are to the provider.
    #[arg(long, env = "OIDC_CLIENT_ID", value_name = "ID")]
    oidc_client_id: Option<String>,
    /// File that holds the client's secret, instead of the environment variable OIDC_CLIENT_SECRET.
    #[arg(long, env = "OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    oidc_client_secret_file: Option<PathBuf>,
    /// The site as browsers see it, for instance `https://par.dongthap.gov.vn`; the provider sends people back
    /// to /sign-in/oidc/callback on it.
    #[arg(long, env = "PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
}

impl Oidc {
    /// The provider, if there is one.
    pub(super) fn provider(&self) -> anyhow::Result<Option<Provider>> {
        let said = [&self.oidc_issuer, &self.oidc_client_id].iter().any(|option| option.is_some());
        if !said && self.oidc_client_secret_file.is_none() {
            return Ok(None);
        }
        let (Some(issuer), Some(client_id), Some(public_url)) =
            (&self.oidc_issuer, &self.oidc_client_id, &self.public_url)
        else {
            bail!(
                "đăng nhập bằng OpenID Connect cần cả ba / sign-in by OpenID Connect needs all of --oidc-issuer, \
                 --oidc-client-id and --public-url"
            );
        };
        let provider = Provider::new(issuer, client_id, &self.secret()?, public_url);
        let wrong =
            "đăng nhập bằng OpenID Connect chưa cấu hình đúng / sign-in by OpenID Connect is not set up";
        provider.map(Some).map_err(anyhow::Error::msg).context(wrong)
    }

    fn secret(&self) -> anyhow::Result<SecretString> {
        if let Some(file) = &self.oidc_client_secret_file {
            let text = std::fs::read_to_string(file).with_context(|| {
                let file = file.display();
                format!("không đọc được {file} / cannot read {file}")
            })?;
            return Ok(text.trim_end_matches(['\r', '\n']).into());
        }
        match std::env::var(SECRET) {
            Ok(secret) => Ok(secret.into()),
            Err(_) => bail!("thiếu {SECRET} / {SECRET} is missing from the environment"),
        }
    }
}
