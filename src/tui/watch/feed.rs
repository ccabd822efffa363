//! What the operator's view is told: the figures whenever they may have changed, and what is grave as it
//! comes in.

use std::time::Duration;

use serde::Deserialize;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::api::event::LogEvent;
use crate::api::stats::Stats;
use crate::client::{Client, ClientError, EventStream, Tick};
use crate::domain::id::AgentId;
use crate::domain::risk::{Assessment, Risk};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::tui::Connect;

/// However much happens, the figures are asked for once in this time.
const BUSY: Duration = Duration::from_secs(1);
/// And if nothing happens they still are, since what is about to expire goes by the clock.
const QUIET: Duration = Duration::from_secs(30);
/// A gate says where its log is every 15 s. One that has been silent for longer is gone.
const SILENCE: Duration = Duration::from_secs(40);
/// Before a gate that went away is looked for again.
const AGAIN: Duration = Duration::from_secs(2);

/// Something to show.
#[derive(Debug)]
pub enum Sight {
    Stats(Box<Stats>),
    /// A request of high or critical risk waits for somebody.
    Asked(At, Alarm),
    /// Nothing is heard of the gate, and why.
    Lost(String),
}

/// A grave request, as its event tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Alarm {
    pub headline: Untrusted,
    pub agent: AgentId,
    pub risk: Assessment,
}

impl Alarm {
    /// The request that an event tells of, if that is a grave one that waits.
    fn of(event: &LogEvent) -> Option<Self> {
        if event.kind != "request.asked" {
            return None;
        }
        let asked: Self = serde_json::from_str(event.data.text()).ok()?;
        (asked.risk.level >= Risk::High).then_some(asked)
    }
}

/// Tells what happens at the gate for as long as somebody listens. A gate that goes away is looked for
/// again, and what was asked meanwhile is told then.
pub async fn observe(connector: impl Connect, send: UnboundedSender<Sight>) {
    let mut position = None;
    loop {
        let Err(why) = follow(&connector, &mut position, &send).await else {
            return;
        };
        if send.send(Sight::Lost(why)).is_err() {
            return;
        }
        sleep(AGAIN).await;
    }
}

/// One connection, until it breaks; then the error says why. It ends well when nobody listens any more.
async fn follow(
    connector: &impl Connect,
    position: &mut Option<u64>,
    send: &UnboundedSender<Sight>,
) -> Result<(), String> {
    let client = connector.connect().await?;
    let silent = |_| format!("{} has gone silent", client.address());
    let opened = timeout(SILENCE, open(&client, *position)).await;
    let mut events = opened.map_err(silent)?.map_err(said)?;
    let mut asked = Instant::now();
    let mut due = asked;
    let mut heard = asked;
    loop {
        tokio::select! {
            () = sleep_until(due) => {
                asked = Instant::now();
                due = asked + QUIET;
                let stats = timeout(SILENCE, client.stats()).await;
                let stats = stats.map_err(silent)?.map_err(said)?;
                if send.send(Sight::Stats(Box::new(stats))).is_err() {
                    return Ok(());
                }
            }
            tick = events.next() => {
                heard = Instant::now();
                match tick.map_err(said)? {
                    Some(Tick::Position(at)) => *position = Some(at),
                    Some(Tick::Event(event)) => {
                        *position = Some(event.position);
                        due = due.min(asked + BUSY);
                        if let Some(alarm) = Alarm::of(&event)
                            && send.send(Sight::Asked(event.at, alarm)).is_err()
                        {
                            return Ok(());
                        }
                    }
                    None => return Err(format!("{} ended the connection", client.address())),
                }
            }
            () = sleep_until(heard + SILENCE) => {
                return Err(format!("{} has gone silent", client.address()));
            }
        }
    }
}

fn said(error: ClientError) -> String {
    error.to_string()
}

/// The events after a position; a gate that has none there, since its log is another one, says what
/// happens from now on.
async fn open(client: &Client, position: Option<u64>) -> Result<EventStream, ClientError> {
    match client.events(position).await {
        Err(ClientError::Refused(_)) if position.is_some() => client.events(None).await,
        opened => opened,
    }
}
