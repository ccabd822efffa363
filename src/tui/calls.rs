//! What is asked of the gate in more words than one.

mod export;
mod facts;
mod proof;
mod record;

use crate::api::people::{PatchAgent, TokenView};
use crate::api::policy::Replay;
use crate::api::request::{Filter, Request, Snooze};
use crate::api::settings::{Choice, PatchAction, PatchIntegration};
use crate::client::{Client, ClientError};
use crate::domain::id::{AgentId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::untrusted::Untrusted;

use super::effect::{PageFetch, PolicyToSave};
use super::event::Saved;
use super::state::document::Past;
use super::state::overlay::NewSecret;
use super::state::pending::Deed;
use super::state::settings::sheet::ToSave;
use super::state::settings::trial::Tried;
use super::state::settings::{Change, Known};

pub use export::export;
pub use facts::facts;
pub use proof::prove;
pub use record::prove_record;

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

/// Makes a change, and says what came of it.
pub async fn save(client: &Client, change: &Change) -> Result<Saved, ClientError> {
    let mut saved = Saved::default();
    match change {
        Change::Unlock { action, on } => {
            let patch = PatchAction {
                auto_approval_allowed: Some(*on),
                ..PatchAction::default()
            };
            client.change_action(action, &patch).await?;
        }
        Change::Enable { integration, on } => {
            let patch = PatchIntegration {
                enabled: Some(*on),
                ..PatchIntegration::default()
            };
            client.change_integration(integration, &patch).await?;
        }
        Change::Always { action } => {
            client.choose(action, &Choice::Always {}).await?;
        }
        Change::Manual { action } => {
            client.choose(action, &Choice::Manual {}).await?;
        }
        Change::Offered(offer, _) => saved = save_offered(client, &offer.saves).await?,
    }
    saved.known = known(client).await.ok().map(Box::new);
    Ok(saved)
}

async fn save_offered(client: &Client, saves: &ToSave) -> Result<Saved, ClientError> {
    let mut saved = Saved::default();
    match saves {
        ToSave::Agent(id, enabled) => {
            let patch = PatchAgent {
                enabled: Some(*enabled),
                ..PatchAgent::default()
            };
            saved.stopped = client.change_agent(id, &patch).await?.stopped;
        }
        ToSave::Person(id, patch) => {
            client.change_person(id, patch).await?;
        }
        ToSave::RemovePerson(id) => {
            client.remove_person(id).await?;
        }
        ToSave::Resume(name) => {
            client.resume_pattern(name.raw_for_execution()).await?;
        }
        ToSave::Revoke(id) => {
            client.revoke_token(*id).await?;
        }
        ToSave::Issue(new) => saved.token = secret(client.add_token(new).await?),
        ToSave::Me(patch) => saved.me = Some(Box::new(client.change_me(patch).await?)),
        ToSave::Action(name, enabled) => {
            let patch = PatchAction {
                enabled: Some(*enabled),
                ..PatchAction::default()
            };
            client.change_action(name, &patch).await?;
        }
    }
    Ok(saved)
}

fn secret(made: TokenView) -> Option<NewSecret> {
    Some(NewSecret {
        id: made.id,
        whose: made.holder.actor().to_string(),
        secret: made.token?,
    })
}

/// Checks a policy, and holds one that is right against the last 30 days.
pub async fn try_policy(client: &Client, text: &str) -> Result<Tried, ClientError> {
    let checked = client.check_policy(text).await?;
    if !checked.valid {
        return Ok(Tried::Faulty(checked.errors));
    }
    let trial = Replay {
        policy: Some(text.into()),
        ..Replay::default()
    };
    Ok(Tried::Good {
        replayed: Box::new(client.replay(&trial).await?),
        warnings: checked.warnings,
    })
}

/// The text of a version of the policy.
pub async fn version(client: &Client, version: u64) -> Result<String, ClientError> {
    let text = client.policy_version(version).await?.text;
    let text = text.as_ref().map(Untrusted::raw_for_execution);
    Ok(text.unwrap_or_default().to_owned())
}

/// Saves a policy, and gives its version.
pub async fn save_policy(client: &Client, policy: &PolicyToSave) -> Result<u64, ClientError> {
    let PolicyToSave { text, tag, key } = policy;
    Ok(client.save_policy(text, tag, key).await?.version)
}

/// Does something about a request.
pub async fn act(client: &Client, id: RequestId, deed: Deed) -> Result<Request, ClientError> {
    match deed {
        Deed::TakeBack => client.take_back(id).await,
        Deed::Claim => client.claim(id).await,
        Deed::Release => client.release(id).await,
        Deed::Snooze(until) => {
            let until = Some(until);
            client.snooze(id, &Snooze { until }).await
        }
        Deed::CallBack => client.snooze(id, &Snooze { until: None }).await,
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
    fetch.query.narrow(Filter {
        status: Some(over()),
        limit: Some(fetch.limit),
        cursor: fetch.cursor.clone(),
        ..Filter::default()
    })
}
