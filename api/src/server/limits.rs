//! What clients may take: bytes, time, connections.

use std::time::Duration;

/// What clients may take of the server. The default fits one machine; tests shorten it.
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
            stop_within: Duration::from_secs(2),
        }
    }
}
