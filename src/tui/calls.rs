//! What is asked of the gate in more words than one.

use crate::api::request::{Filter, Request, Snooze};
use crate::api::settings::{Choice, PatchAction, PatchIntegration};
use crate::client::{Client, ClientError};
use crate::domain::id::{AgentId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::untrusted::Untrusted;

use super::effect::PageFetch;
use super::state::document::Past;
use super::state::pending::Deed;
use super::state::settings::{Change, Known};

/// Earlier requests that are shown of an agent, and to a recipient.
const BEFORE: u32 = 12;

/// Everything there is to know about the settings.
pub async fn known(client: &Client) -> Result<Known, ClientError> {
    let (integrations, actions, preferences) = tokio::try_join!(
        client.integrations(),
        client.actions(),
        client.preferences()
    )?;
    Ok(Known {
        integrations: integrations.items,
        actions: actions.items,
        preferences: preferences.items,
    })
}

/// Makes a change.
pub async fn save(client: &Client, change: &Change) -> Result<(), ClientError> {
    match change {
        Change::Unlock { action, on } => {
            let patch = PatchAction {
                auto_approval_allowed: Some(*on),
                ..PatchAction::default()
            };
            client.change_action(action, &patch).await.map(drop)
        }
        Change::Enable { integration, on } => {
            let patch = PatchIntegration {
                enabled: Some(*on),
                ..PatchIntegration::default()
            };
            client
                .change_integration(integration, &patch)
                .await
                .map(drop)
        }
        Change::Always { action } => client.choose(action, &Choice::Always {}).await.map(drop),
        Change::Manual { action } => client.choose(action, &Choice::Manual {}).await.map(drop),
    }
}

/// Does something about a request.
pub async fn act(client: &Client, id: RequestId, deed: Deed) -> Result<Request, ClientError> {
    match deed {
        Deed::TakeBack => client.take_back(id).await,
        Deed::Claim => client.claim(id).await,
        Deed::Release => client.release(id).await,
        Deed::Snooze(until) => client.snooze(id, &Snooze { until }).await,
    }
}

/// The statuses of what waits for nobody any more.
fn over() -> String {
    let over = Status::ALL.iter().filter(|status| status.decided());
    let words: Vec<&str> = over.map(|status| status.word()).collect();
    words.join(",")
}

/// What was decided before, of this agent and to this recipient.
pub async fn past(
    client: &Client,
    agent: AgentId,
    recipient: Option<Untrusted>,
) -> Result<Past, ClientError> {
    let before = |filter: Filter| Filter {
        status: Some(over()),
        limit: Some(BEFORE),
        ..filter
    };
    let of_agent = before(Filter {
        agent: Some(agent),
        ..Filter::default()
    });
    let agent = client.requests(&of_agent).await?.items;
    let recipient = match recipient {
        None => None,
        Some(recipient) => {
            let to = before(Filter {
                recipient: Some(recipient.raw_for_execution().to_owned()),
                ..Filter::default()
            });
            Some((recipient, client.requests(&to).await?.items))
        }
    };
    Ok(Past { agent, recipient })
}

/// Everything that waits for nobody any more.
pub fn decided(fetch: &PageFetch) -> Filter {
    Filter {
        status: Some(over()),
        limit: Some(fetch.limit),
        cursor: fetch.cursor.clone(),
        ..Filter::default()
    }
}
