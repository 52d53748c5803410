//! The session's cookie: `__Host-reform`, which browsers take and send over https only and no other host can
//! plant; over plain http on this machine, where there is no https, `reform`.

use axum::http::{HeaderMap, header};

use super::secret::{Purpose, Secret};
use super::session::LASTS;
use crate::server::Client;

/// The session's cookie, without the prefix.
const SESSION: &str = "reform";

/// Over what a browser reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over https, as the connection or a trusted proxy says, or its lack of another way implies.
    Secured,
    /// Plain http on this machine.
    ThisMachine,
}

impl Way {
    /// Tells the way from the connection and the named host. Anything but plain http to a name of this machine is taken for https:
    /// over plain http from elsewhere, browsers refuse such a cookie, and nobody is signed in.
    pub(crate) fn of(headers: &HeaderMap, client: &Client) -> Self {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let name = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or(host, |(name, _)| name);
        let named_so = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        let from_this_machine = client.address.is_loopback();
        if from_this_machine && named_so && !client.over_https { Self::ThisMachine } else { Self::Secured }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Secured => "__Host-",
            Self::ThisMachine => "",
        }
    }

    /// The secret of the session's cookie, if the request has one.
    pub(crate) fn secret(self, headers: &HeaderMap) -> Option<Secret> {
        Secret::read(Purpose::Session, self.value(SESSION, headers)?)
    }

    /// The value of a cookie, by its name without the prefix.
    pub(crate) fn value<'h>(self, name: &str, headers: &'h HeaderMap) -> Option<&'h str> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.split_once('='));
        let (_, value) = cookies.find(|(full, _)| full.trim().strip_prefix(self.prefix()) == Some(name))?;
        Some(value.trim())
    }

    /// The header value that gives a browser the session.
    pub(crate) fn set(self, secret: &Secret) -> String {
        self.header(SESSION, secret.expose(), LASTS.num_seconds())
    }

    /// The header value that takes the session from a browser.
    pub(crate) fn clear(self) -> String {
        self.header(SESSION, "", 0)
    }

    /// The header value that sets a cookie, by its name without the prefix.
    pub(crate) fn header(self, name: &str, value: &str, seconds: i64) -> String {
        let secure = if self == Self::Secured { "; Secure" } else { "" };
        let prefix = self.prefix();
        format!("{prefix}{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use uuid::Uuid;

    use super::Way;
    use crate::server::Client;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn only_plain_http_on_this_machine_has_the_plain_cookie() {
        let rows: [(&[_], &str, bool, Way); 8] = [
            (&[("host", "127.0.0.1:8080")], "127.0.0.1", false, Way::ThisMachine),
            (&[("host", "localhost")], "127.0.0.1", false, Way::ThisMachine),
            (&[("host", "[::1]:8080")], "::1", false, Way::ThisMachine),
            (&[("host", "127.0.0.1:8080")], "10.0.0.7", false, Way::Secured),
            (&[("host", "reform.example")], "127.0.0.1", false, Way::Secured),
            (&[("host", "localhost")], "127.0.0.1", true, Way::Secured),
            (&[("host", "localhost"), ("x-forwarded-proto", "https")], "127.0.0.1", false, Way::ThisMachine),
            (&[], "127.0.0.1", false, Way::Secured),
        ];
        for (lines, from, over_https, way) in rows {
            let address = from.parse().expect("an address");
            let client = Client { address, over_https, request_id: Uuid::nil() };
            assert_eq!(Way::of(&headers(lines), &client), way, "{lines:?} {client:?}");
        }
    }

    #[test]
    fn the_other_ways_cookie_is_not_read() {
        let secret = "0".repeat(64);
        let line = format!("a=b; reform={secret}");
        let headers =
            HeaderMap::from_iter([("cookie".parse().expect("a name"), line.parse().expect("a line"))]);
        assert!(Way::ThisMachine.secret(&headers).is_some());
        assert!(Way::Secured.secret(&headers).is_none());
    }
}
