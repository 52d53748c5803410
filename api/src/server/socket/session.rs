//! One WebSocket from its opening to its end.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::{Request, Response};
use axum::extract::ws::{Message, WebSocket};
use axum::http::StatusCode;
use futures_util::future::AbortHandle;
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt};
use tokio::time::Instant;

use super::message::{Closing, Said, Told};
use crate::server::caller::Caller;
use crate::server::connections::Connection;
use crate::server::graphql::is_request_error;
use crate::server::operations::Operations;
use crate::server::persisted::Persisted;
use crate::server::{Limits, Refusal, Shared};

/// How long the other side may take to close after we did.
const CLOSED_WITHIN: Duration = Duration::from_secs(1);

/// What a running operation gives.
enum Given {
    Response(String, Box<Response>),
    End(String),
}

/// One client's socket.
pub(super) struct Session {
    operations: Operations,
    caller: Caller,
    persisted: Persisted,
    limits: Limits,
    initialised: bool,
    /// Whether anything was heard since the last ping.
    heard: bool,
    opened_at: Instant,
    /// When there last was an operation.
    busy_at: Instant,
    /// The operations that run, and how each is ended.
    running: SelectAll<BoxStream<'static, Given>>,
    ends: HashMap<String, AbortHandle>,
}

/// What follows from an event: perhaps a message, or the end.
type Follows = Result<Option<Message>, Closing>;

impl Session {
    pub(super) fn new(shared: Shared, caller: Caller) -> Self {
        let Shared { operations, persisted, settings, .. } = shared;
        let now = Instant::now();
        let (running, ends) = (SelectAll::new(), HashMap::new());
        Self {
            operations,
            caller,
            persisted,
            limits: settings.limits,
            initialised: false,
            heard: true,
            opened_at: now,
            busy_at: now,
            running,
            ends,
        }
    }

    /// Talks until one side ends it.
    pub(super) async fn run(mut self, mut socket: WebSocket, connection: Option<Connection>) {
        if let Some(closing) = self.talk(&mut socket, connection).await {
            socket.send(closing.message()).await.ok();
            let closed = async { while let Some(Ok(_)) = socket.recv().await {} };
            tokio::time::timeout(CLOSED_WITHIN, closed).await.ok();
        }
    }

    /// Gives why the socket is to be closed, or nothing when it is closed or dead.
    async fn talk(&mut self, socket: &mut WebSocket, connection: Option<Connection>) -> Option<Closing> {
        let stopped = async {
            match connection {
                Some(mut connection) => connection.stopped().await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(stopped);
        let init_by = self.opened_at + self.limits.init_within;
        let mut pings =
            tokio::time::interval_at(self.opened_at + self.limits.ping_every, self.limits.ping_every);
        loop {
            let follows = tokio::select! {
                heard = socket.recv() => match heard? {
                    Ok(message) => self.hear(&message).await,
                    Err(_) => Err(Closing::too_large()),
                },
                Some(given) = self.running.next() => Ok(self.tell(given)),
                () = tokio::time::sleep_until(init_by), if !self.initialised => Err(Closing::init_timeout()),
                _ = pings.tick() => {
                    if !std::mem::take(&mut self.heard) {
                        return None;
                    }
                    self.ping()
                }
                () = &mut stopped => Err(Closing::going_away()),
            };
            match follows {
                Ok(None) => {}
                Ok(Some(message)) => socket.send(message).await.ok()?,
                Err(closing) => return Some(closing),
            }
        }
    }

    fn ping(&mut self) -> Follows {
        let now = Instant::now();
        if !self.running.is_empty() {
            self.busy_at = now;
        }
        if now - self.busy_at > self.limits.socket_idle {
            return Err(Closing::done());
        }
        Ok(Some(Message::Ping(Default::default())))
    }

    async fn hear(&mut self, message: &Message) -> Follows {
        self.heard = true;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Closing::invalid("A message is text")),
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(None),
        };
        match Said::read(text, &self.persisted).map_err(Closing::invalid)? {
            Said::Init { .. } if self.initialised => Err(Closing::init_twice()),
            Said::Init { authorization } => self.initialise(authorization).await,
            Said::Ping(payload) => Ok(Some(Told::Pong { payload }.message())),
            Said::Pong => Ok(None),
            Said::Complete { id } => {
                self.end(&id);
                Ok(None)
            }
            Said::Subscribe { .. } | Said::Refused { .. } if !self.initialised => {
                Err(Closing::unauthorized())
            }
            Said::Refused { id, errors } => Ok(Some(Told::Error { id: &id, payload: &errors }.message())),
            Said::Subscribe { id, request } => self.start(id, *request),
        }
    }

    async fn initialise(&mut self, authorization: Option<String>) -> Follows {
        if let Some(authorization) = authorization {
            let Some(caller) = self.caller.authorized(&authorization) else {
                return Err(Closing::invalid(
                    "`payload.authorization` is no header, or another than the handshake's",
                ));
            };
            let init_by = self.opened_at + self.limits.init_within;
            match tokio::time::timeout_at(init_by, caller.arrive()).await {
                Ok(Ok(_)) => self.caller = caller,
                Ok(Err(refusal)) if refusal.is_fault() => return Err(Closing::fault()),
                Ok(Err(_)) => return Err(Closing::forbidden()),
                Err(_) => return Err(Closing::init_timeout()),
            }
        }
        self.initialised = true;
        Ok(Some(Told::ConnectionAck.message()))
    }

    fn start(&mut self, id: String, request: Request) -> Follows {
        if self.ends.contains_key(&id) {
            return Err(Closing::id_in_use(&id));
        }
        let most = self.limits.operations_per_socket;
        if self.ends.len() >= most {
            let message = format!("A WebSocket may have at most {most} operations at a time.");
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_OPERATIONS", message);
            return Ok(Some(Told::Error { id: &id, payload: &refusal.errors() }.message()));
        }
        self.busy_at = Instant::now();
        let (of_response, of_end) = (id.clone(), id.clone());
        let responses = self.caller.stream(&self.operations, request);
        let given = responses.map(move |response| Given::Response(of_response.clone(), Box::new(response)));
        let given = given.chain(stream::once(async move { Given::End(of_end) }));
        let (given, end) = stream::abortable(given);
        self.running.push(given.boxed());
        self.ends.insert(id, end);
        Ok(None)
    }

    /// Ends an operation, of which nothing more is told.
    fn end(&mut self, id: &str) {
        if let Some(end) = self.ends.remove(id) {
            end.abort();
        }
        self.busy_at = Instant::now();
    }

    fn tell(&mut self, given: Given) -> Option<Message> {
        match given {
            Given::Response(id, response) if is_request_error(&response) => {
                self.end(&id);
                Some(Told::Error { id: &id, payload: &response.errors }.message())
            }
            Given::Response(id, response) => Some(Told::Next { id: &id, payload: &response }.message()),
            Given::End(id) => {
                self.end(&id);
                Some(Told::Complete { id: &id }.message())
            }
        }
    }
}
