//! Who asks, for HTTP and WebSocket alike: the one place where the transport becomes a viewer.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};

use crate::graphql::Viewer;

/// What a proxy adds, for somebody who is not at this machine.
const FORWARDED: [HeaderName; 2] = [header::FORWARDED, HeaderName::from_static("x-forwarded-for")];

/// The viewer behind a request, or behind the request that opened a WebSocket.
///
/// While there are no accounts, who sits at this machine has its rights. A page of another site may have its
/// own name resolved to 127.0.0.1 (DNS rebinding) and then sends that name as `Host`: it is the public.
pub(super) fn viewer_of(peer: SocketAddr, headers: &HeaderMap) -> Viewer {
    let forwarded = FORWARDED.iter().any(|name| headers.contains_key(name));
    match names_this_machine(headers) && !forwarded {
        true => Viewer::connected_from(peer),
        false => Viewer::public_from(peer),
    }
}

fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let address = bracketed.unwrap_or(name).parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}
