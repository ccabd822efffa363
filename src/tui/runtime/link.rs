//! The connection: the gate is found, and its events are read until they end.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::timeout;

use super::{News, Session, tell};
use crate::api::problem::ProblemKind;
use crate::client::{Client, ClientError, EventStream, Tick};
use crate::tui::Connect;
use crate::tui::event::{Event, Stream};

/// A gate says where its log is every 15 s. One that has been silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(40);

impl<C: Connect> Session<C> {
    /// Looks for the gate, in place of whatever connection there is.
    pub(in crate::tui) fn connect(&mut self, after: Duration) {
        self.fetches.abort_all();
        if let Some(connection) = self.connection.take() {
            connection.abort();
        }
        let connector = self.surroundings.connector.clone();
        let (send, position) = (self.send.clone(), self.position);
        let task = async move {
            // A sleep of no time at all is one of a millisecond.
            if !after.is_zero() {
                tokio::time::sleep(after).await;
            }
            let why = follow(connector, position, &send).await;
            tell(&send, Event::Stream(Stream::Lost(why)));
        };
        self.connection = Some(self.tasks.spawn(task));
    }
}

/// Reads the events of the gate until they end, and says why they did.
async fn follow(
    connector: impl Connect,
    position: Option<u64>,
    send: &UnboundedSender<News>,
) -> String {
    let client = match connector.connect().await {
        Ok(client) => client,
        Err(why) => return why,
    };
    let opened = timeout(SILENCE, async {
        tokio::try_join!(open(&client, position), client.me())
    });
    let (mut events, me) = match opened.await {
        Ok(Ok(both)) => both,
        Ok(Err(error)) => return reason(&error),
        Err(_) => return format!("{} doesn't answer", client.address()),
    };
    let address = client.address().to_owned();
    let who = me.id.clone();
    let _nobody = send.send(News::Linked(Box::new(client)));
    let live = Stream::Live(Box::new(me), address.clone());
    tell(send, Event::Stream(live));
    loop {
        let tick = match timeout(SILENCE, events.next()).await {
            Ok(Ok(Some(tick))) => tick,
            Ok(Ok(None)) => return format!("{address} ended the connection"),
            Ok(Err(error)) => return reason(&error),
            Err(_) => return format!("{address} has gone silent"),
        };
        let position = match tick {
            Tick::Position(position) => position,
            Tick::Event(event) => {
                let changed = Stream::Changed {
                    mine: event.actor.to_string() == who,
                    told: event.told.iter().any(|person| person.as_str() == who),
                    kind: event.kind,
                    request: event.request,
                };
                tell(send, Event::Stream(changed));
                event.position
            }
        };
        let _nobody = send.send(News::Position(position));
    }
}

/// Why there is no connection, and what to do where it won't come back by itself.
fn reason(error: &ClientError) -> String {
    match error.problem() {
        Some(problem) if problem.is(ProblemKind::Unauthorized) => {
            "the gate knows no such token, or knew it once; an admin makes one with `signoff tokens add`".to_owned()
        }
        _ => error.to_string(),
    }
}

/// The events after a position; a gate that has none there, since its log is another one, says what
/// happens from now on. Nothing is missed: whoever connects looks at everything again.
async fn open(client: &Client, position: Option<u64>) -> Result<EventStream, ClientError> {
    match client.events(position).await {
        Err(ClientError::Refused(_)) if position.is_some() => client.events(None).await,
        opened => opened,
    }
}
