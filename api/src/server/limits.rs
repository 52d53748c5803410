//! What clients may take: bytes, time, connections.

use std::num::NonZeroU32;
use std::time::Duration;

use super::Rate;

/// What clients may take of the server. The default fits one machine that trusts its callers; tests
/// shorten it.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at a time, WebSockets included; more wait to be accepted.
    pub connections: usize,
    /// WebSockets at a time; more are refused.
    pub sockets: usize,
    /// The largest head of a request, in bytes.
    pub head_bytes: usize,
    /// The largest body of a request and the largest WebSocket message, in bytes.
    pub body_bytes: usize,
    /// A request's head must be whole so long after the connection was opened or its last answer sent; so
    /// this is also how long a connection may be idle.
    pub head_within: Duration,
    /// A request's body must be whole so long after its head.
    pub body_within: Duration,
    /// How long a client may not take what is sent to it.
    pub taken_within: Duration,
    /// A WebSocket must be initialised so long after it was opened.
    pub init_within: Duration,
    /// A WebSocket is pinged this often, and closed when nothing was heard from it in between.
    pub ping_every: Duration,
    /// How long a WebSocket may have no operation.
    pub socket_idle: Duration,
    /// Operations at a time on one WebSocket.
    pub operations_per_socket: usize,
    /// Queries and mutations that are executed at a time; more are refused.
    pub operations: usize,
    /// How long a query or a mutation may take.
    pub operation_within: Duration,
    /// Subscriptions at a time, over all WebSockets; more are refused.
    pub subscriptions: usize,
    /// How often one caller may ask; none: as often as it likes. A caller is an account, or the public at one
    /// address; whoever is signed in counts at the address, too.
    pub requests_per_caller: Option<Rate>,
    /// Queries and mutations of one caller that are executed at a time; more are refused.
    pub operations_per_caller: usize,
    /// Subscriptions of one caller at a time; more are refused.
    pub subscriptions_per_caller: usize,
    /// WebSockets of one address at a time; more are refused.
    pub sockets_per_caller: usize,
    /// Connections from one address at a time, trusted proxies excepted; more are closed.
    pub connections_per_caller: usize,
    /// Files at a time that are uploaded, or imported after that; more are refused.
    pub uploads: usize,
    /// Those of one caller; more are refused.
    pub uploads_per_caller: usize,
    /// The largest file that may be uploaded, in bytes.
    pub upload_bytes: u64,
    /// A file must be whole so long after its head.
    pub upload_within: Duration,
    /// So many bytes of it must come each second, in the mean after its first `body_within`; and it must never
    /// rest so long.
    pub upload_bytes_per_second: u64,
    /// How long what is open may last when the server stops.
    pub stop_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            sockets: 2048,
            head_bytes: 32 * 1024,
            body_bytes: 1024 * 1024,
            head_within: Duration::from_secs(20),
            body_within: Duration::from_secs(20),
            taken_within: Duration::from_secs(30),
            init_within: Duration::from_secs(10),
            ping_every: Duration::from_secs(30),
            socket_idle: Duration::from_secs(600),
            operations_per_socket: 50,
            operations: 256,
            operation_within: Duration::from_secs(30),
            subscriptions: 2048,
            requests_per_caller: None,
            operations_per_caller: 256,
            subscriptions_per_caller: 2048,
            sockets_per_caller: 2048,
            connections_per_caller: 4096,
            uploads: 4,
            uploads_per_caller: 4,
            upload_bytes: 2 << 30,
            upload_within: Duration::from_secs(3600),
            upload_bytes_per_second: 16 * 1024,
            stop_within: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// Requests of one caller a second, in the long run, where there is a limit and no other is chosen.
    pub const USUAL_RATE: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
    /// Requests of one caller at once, likewise.
    pub const USUAL_BURST: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

    /// For strangers: whatever one caller does, three quarters of all places are left for others.
    pub fn among_strangers() -> Self {
        let limits = Self::default();
        Self {
            requests_per_caller: Some(Rate { per_second: Self::USUAL_RATE, burst: Self::USUAL_BURST }),
            operations_per_caller: limits.operations / 4,
            subscriptions_per_caller: limits.subscriptions / 4,
            sockets_per_caller: limits.sockets / 4,
            connections_per_caller: limits.connections / 4,
            uploads_per_caller: limits.uploads / 4,
            ..limits
        }
    }
}
