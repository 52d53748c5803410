//! Where a request comes from: the client's address and whether it came over https, from the connection
//! itself. Only of proxies that are named as trusted is believed what they say about the client before them;
//! from anybody else such headers are ignored, for anybody can write them.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use uuid::Uuid;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Whom one request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's address, IPv4 written as such.
    pub address: IpAddr,
    /// Whether the client speaks https, to us or to a trusted proxy.
    pub over_https: bool,
    /// The request's id, as its answer's header `x-request-id` tells it.
    pub request_id: Uuid,
}

impl Client {
    /// The same client's next request over the same WebSocket.
    pub(super) fn asking_again(self) -> Self {
        Self { request_id: Uuid::now_v7(), ..self }
    }
}

/// In which header the trusted proxies tell of the client. One: of two, a proxy that writes the one might
/// pass the other on as a client wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ProxyHeader {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies that are trusted; by default none.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Where they are.
    pub networks: Vec<IpNet>,
    /// What they write.
    pub header: ProxyHeader,
}

/// What a proxy says of whoever asked it.
#[derive(Debug, Default)]
struct Hop {
    address: Option<IpAddr>,
    over_https: bool,
}

impl Proxies {
    /// Whether that is one of them.
    pub(super) fn trust(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Who sent a request with these headers over a connection from `peer`: the right-most hop that is no
    /// trusted proxy. Where a trusted proxy says nothing that can be read, the proxy is the client.
    pub(super) fn client(&self, peer: IpAddr, over_tls: bool, headers: &HeaderMap) -> (IpAddr, bool) {
        let mut client = (peer.to_canonical(), over_tls);
        if !self.trust(client.0) {
            return client;
        }
        for hop in self.hops(headers).into_iter().rev() {
            let Some(address) = hop.address else { break };
            client = (address, hop.over_https);
            if !self.trust(address) {
                break;
            }
        }
        client
    }

    /// The hops that the headers tell of, the nearest last.
    fn hops(&self, headers: &HeaderMap) -> Vec<Hop> {
        match self.header {
            ProxyHeader::Forwarded => items(headers, &header::FORWARDED).map(forwarded).collect(),
            ProxyHeader::XForwardedFor => {
                // The nearest proxy wrote the last one.
                let proto = items(headers, &X_FORWARDED_PROTO).last();
                let over_https = proto.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
                let hop = |text| Hop { address: address(text), over_https };
                items(headers, &X_FORWARDED_FOR).map(hop).collect()
            }
        }
    }
}

/// The items of a list that may be spread over several lines.
fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> + use<'a> {
    let lines = headers.get_all(name).into_iter().map(|line| line.to_str().unwrap_or_default());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// An element of `Forwarded`, for instance `for="[2001:db8::1]:4711";proto=https`.
fn forwarded(element: &str) -> Hop {
    let mut hop = Hop::default();
    for (name, value) in element.split(';').filter_map(|pair| pair.split_once('=')) {
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = address(value),
            "proto" => hop.over_https = value.eq_ignore_ascii_case("https"),
            _ => {}
        }
    }
    hop
}

/// An address with or without a port; in IPv6 with or without brackets.
fn address(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match text.split_once(':') {
            Some((before, port)) if !port.contains(':') => before,
            _ => text,
        },
    };
    bare.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Proxies, ProxyHeader};

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    /// A peer, the headers, and the client: its address, and whether it speaks https.
    type Row = (&'static str, &'static [(&'static str, &'static str)], &'static str, bool);

    fn check(header: ProxyHeader, rows: &[Row]) {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().expect("a network"));
        let proxies = Proxies { networks: networks.to_vec(), header };
        for (peer, lines, address, over_https) in rows {
            let client = proxies.client(peer.parse().expect("an address"), false, &headers(lines));
            assert_eq!(client, (address.parse().expect("an address"), *over_https), "{peer} {lines:?}");
        }
    }

    #[test]
    fn the_client_is_the_right_most_hop_that_is_no_trusted_proxy() {
        const FOR: &str = "x-forwarded-for";
        const PROTO: &str = "x-forwarded-proto";
        check(
            ProxyHeader::XForwardedFor,
            &[
                ("203.0.113.9", &[(FOR, "198.51.100.1"), (PROTO, "https")], "203.0.113.9", false),
                ("10.0.0.1", &[(FOR, "198.51.100.1"), (PROTO, "https")], "198.51.100.1", true),
                ("::ffff:10.0.0.1", &[(FOR, "198.51.100.1:4711"), (PROTO, "http")], "198.51.100.1", false),
                ("10.0.0.1", &[(FOR, "1.1.1.1, 198.51.100.1, 10.2.0.1")], "198.51.100.1", false),
                ("10.0.0.1", &[(FOR, "1.1.1.1"), (FOR, "198.51.100.1, fd00::2")], "198.51.100.1", false),
                ("10.0.0.1", &[(FOR, "1.1.1.1, nonsense, 10.2.0.1")], "10.2.0.1", false),
                ("10.0.0.1", &[(FOR, "10.3.0.1, 10.2.0.1")], "10.3.0.1", false),
                ("10.0.0.1", &[(FOR, "[2001:db8::1]:4711"), (PROTO, "http, https")], "2001:db8::1", true),
                ("10.0.0.1", &[("forwarded", "for=198.51.100.1;proto=https")], "10.0.0.1", false),
                ("10.0.0.1", &[], "10.0.0.1", false),
            ],
        );
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_chosen() {
        const FORWARDED: &str = "forwarded";
        check(
            ProxyHeader::Forwarded,
            &[
                ("203.0.113.9", &[(FORWARDED, "for=198.51.100.1;proto=https")], "203.0.113.9", false),
                ("10.0.0.1", &[(FORWARDED, "for=198.51.100.1;proto=https")], "198.51.100.1", true),
                ("10.0.0.1", &[(FORWARDED, "For=\"[2001:db8::1]:4711\"; Proto=HTTPS")], "2001:db8::1", true),
                (
                    "10.0.0.1",
                    &[(FORWARDED, "for=1.1.1.1;proto=https, for=198.51.100.1;proto=http, for=10.2.0.1")],
                    "198.51.100.1",
                    false,
                ),
                ("10.0.0.1", &[(FORWARDED, "for=unknown;proto=https")], "10.0.0.1", false),
                ("10.0.0.1", &[("x-forwarded-for", "198.51.100.1")], "10.0.0.1", false),
            ],
        );
    }
}
