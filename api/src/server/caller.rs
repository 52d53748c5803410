//! Who calls, for HTTP and WebSocket alike: the one place where the transport becomes a viewer.
//!
//! A WebSocket lasts, rights may not: who asks is looked up anew for every operation on it, and a subscription
//! ends soon after its session or token has.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use futures_util::FutureExt;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::client::Client;
use super::crowd::{Crowd, Who};
use super::operations::Operations;
use super::{Refusal, Shared};
use crate::people::{Arrival, People, TurnedAway};
use crate::policy::PublicReads;

/// How often a running subscription's right to run is looked up.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Whoever sent a request, or opened a WebSocket, with these headers.
#[derive(Clone)]
pub(super) struct Caller {
    people: People,
    public_reads: bool,
    headers: Arc<HeaderMap>,
    client: Client,
    crowd: Crowd,
}

impl Caller {
    pub(super) fn new(shared: &Shared, headers: &HeaderMap, client: Client) -> Self {
        let (people, crowd) = (shared.people.clone(), shared.crowd.clone());
        let public_reads = shared.settings.public_reads;
        Self { people, public_reads, headers: Arc::new(headers.clone()), client, crowd }
    }

    /// The same with this for the header `Authorization`; none where there is another already, or it cannot be one.
    pub(super) fn authorized(&self, authorization: &str) -> Option<Self> {
        let mut authorization = HeaderValue::from_str(authorization).ok()?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::clone(&self.headers);
        let before = headers.insert(header::AUTHORIZATION, authorization.clone());
        let same = before.is_none_or(|before| before == authorization);
        same.then(|| Self { headers: Arc::new(headers), ..self.clone() })
    }

    /// The request with all that is to be known of its caller.
    pub(super) fn ask(&self, request: Request, arrival: Arrival) -> Request {
        request.data(arrival.viewer).data(arrival.browser).data(PublicReads(self.public_reads))
    }

    /// Who that is now.
    pub(super) async fn arrive(&self) -> Result<Arrival, Refusal> {
        self.people.arrive(&self.headers, &self.client).await.map_err(Refusal::from)
    }

    /// The same, if he does not ask too often.
    async fn admitted(&self) -> Result<Arrival, Refusal> {
        self.crowd.admit(Who::at(self.client.address))?;
        let arrival = self.arrive().await?;
        if let who @ Who::Account(_) = Who::is(&arrival.viewer) {
            self.crowd.admit(who)?;
        }
        Ok(arrival)
    }

    /// What he hears of an operation over a WebSocket.
    pub(super) fn stream(&self, operations: &Operations, request: Request) -> BoxStream<'static, Response> {
        let operations = operations.clone();
        let caller = Self { client: self.client.asking_again(), ..self.clone() };
        let answers = async move {
            let arrival = match caller.admitted().await {
                Ok(arrival) => arrival,
                Err(refusal) => return stream::once(async { refusal.into_graphql() }).boxed(),
            };
            let (who, signed_in) = (Who::is(&arrival.viewer), arrival.viewer.signed_in.is_some());
            let arrival = Arrival { browser: arrival.browser.over_socket(), ..arrival };
            let answers = operations.stream(who, caller.ask(request, arrival));
            if signed_in { while_allowed(answers, Box::pin(caller.rights_end())) } else { answers }
        };
        answers.flatten_stream().boxed()
    }

    /// Returns when what signed him in no longer holds.
    async fn rights_end(self) -> Response {
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let away = match self.people.arrive(&self.headers, &self.client).await {
                Ok(arrival) if arrival.viewer.signed_in.is_none() => TurnedAway::BadToken,
                Err(away @ TurnedAway::BadToken) => away,
                Ok(_) | Err(TurnedAway::Fault(_)) => continue,
            };
            return Refusal::from(away).into_graphql();
        }
    }
}

impl From<TurnedAway> for Refusal {
    fn from(away: TurnedAway) -> Self {
        let (code, message) = away.told();
        match away {
            TurnedAway::BadToken => Self::new(StatusCode::UNAUTHORIZED, code, message),
            TurnedAway::Fault(_) => Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, message),
        }
    }
}

type RightsEnd = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The answers until they end, or until the right to them does, which the last one says.
fn while_allowed(answers: BoxStream<'static, Response>, end: RightsEnd) -> BoxStream<'static, Response> {
    stream::unfold(Some((answers, end)), |running| async {
        let (mut answers, mut end) = running?;
        tokio::select! {
            biased;
            last = &mut end => Some((last, None)),
            answer = answers.next() => answer.map(|answer| (answer, Some((answers, end)))),
        }
    })
    .boxed()
}
