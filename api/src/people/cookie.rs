//! The session's cookie: `__Host-reform`, which browsers take and send over https only and no other host can
//! plant; over plain http on this machine, where there is no https, `reform`.

use axum::http::{HeaderMap, header};

use super::secret::{Purpose, Secret};
use super::session::LASTS;

/// Over what a browser reaches us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over https, as a proxy before us says or its lack of another way implies.
    Secured,
    /// Plain http on this machine.
    ThisMachine,
}

impl Way {
    /// Tells the way from the headers. Anything but plain http to a name of this machine is taken for https:
    /// over plain http from elsewhere, browsers refuse such a cookie, and nobody is signed in.
    pub(crate) fn of(headers: &HeaderMap, from_this_machine: bool) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let over_https = text("x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        let host = text(header::HOST.as_str()).unwrap_or_default();
        let name = host.rsplit_once(':').filter(|_| !host.ends_with(']')).map_or(host, |(name, _)| name);
        let named_so = ["localhost", "127.0.0.1", "[::1]"].contains(&name);
        if from_this_machine && named_so && !over_https { Self::ThisMachine } else { Self::Secured }
    }

    fn cookie_name(self) -> &'static str {
        match self {
            Self::Secured => "__Host-reform",
            Self::ThisMachine => "reform",
        }
    }

    /// The secret of the session's cookie, if the request has one.
    pub(crate) fn secret(self, headers: &HeaderMap) -> Option<Secret> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.split_once('='));
        let (_, value) = cookies.find(|(name, _)| name.trim() == self.cookie_name())?;
        Secret::read(Purpose::Session, value.trim())
    }

    /// The header value that gives a browser the session.
    pub(crate) fn set(self, secret: &Secret) -> String {
        self.header(secret.expose(), LASTS.num_seconds())
    }

    /// The header value that takes the session from a browser.
    pub(crate) fn clear(self) -> String {
        self.header("", 0)
    }

    fn header(self, value: &str, seconds: i64) -> String {
        let secure = if self == Self::Secured { "; Secure" } else { "" };
        let name = self.cookie_name();
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::Way;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn only_plain_http_on_this_machine_has_the_plain_cookie() {
        let rows: [(&[_], bool, Way); 7] = [
            (&[("host", "127.0.0.1:8080")], true, Way::ThisMachine),
            (&[("host", "localhost")], true, Way::ThisMachine),
            (&[("host", "[::1]:8080")], true, Way::ThisMachine),
            (&[("host", "127.0.0.1:8080")], false, Way::Secured),
            (&[("host", "reform.example")], true, Way::Secured),
            (&[("host", "localhost"), ("x-forwarded-proto", "https")], true, Way::Secured),
            (&[], true, Way::Secured),
        ];
        for (lines, from_this_machine, way) in rows {
            assert_eq!(Way::of(&headers(lines), from_this_machine), way, "{lines:?} {from_this_machine}");
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
