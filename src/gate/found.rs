//! The first start: a workspace with one owner, one agent and the shipped catalogue. Later starts add
//! what a newer catalogue brought, and touch nothing that is there.

use super::{Gate, GateError, Secret};
use crate::domain::actor::Actor;
use crate::domain::event::Fact;
use crate::domain::id::TokenId;
use crate::domain::people::{Agent, Holder, Notifications, Person, Role, Token, UserRef};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::store::StoreError;

/// The first owner's and the first agent's secrets.
#[derive(Debug, Clone)]
pub struct FirstKeys {
    pub owner: Secret,
    pub agent: Secret,
}

/// Why a gate could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Gate(#[from] GateError),
    #[error("can't keep the first tokens: {0}")]
    Keys(#[source] std::io::Error),
    #[error("can't start the thread that writes: {0}")]
    Thread(#[source] std::io::Error),
}

impl Gate {
    pub(super) async fn furnish(
        &self,
        first_keys: impl FnOnce() -> std::io::Result<FirstKeys>,
    ) -> Result<(), OpenError> {
        let workspace = self.workspace();
        let keys = match workspace.people.is_empty() {
            true => Some(first_keys().map_err(OpenError::Keys)?),
            false => None,
        };
        let now = self.now();
        let tokens = [TokenId::generate(), TokenId::generate()];
        self.change_workspace(&Actor::Gate, None, |workspace| {
            let mut facts = Vec::new();
            if let Some(keys) = keys.as_ref().filter(|_| workspace.people.is_empty()) {
                facts.extend(first_people(keys, tokens, now));
            }
            facts.extend(missing_from(workspace));
            Ok(facts)
        })
        .await?;
        Ok(())
    }
}

fn first_people(keys: &FirstKeys, tokens: [TokenId; 2], now: At) -> Vec<Fact> {
    let owner: crate::domain::id::PersonId = "owner".parse().expect("a valid id");
    let agent: crate::domain::id::AgentId = "local".parse().expect("a valid id");
    let token = |id, holder, secret: &Secret| {
        Fact::TokenIssued(Token {
            id,
            holder,
            issued_by: Actor::Gate,
            issued_at: now,
            hash: secret.hash(),
            nodes: Vec::new(),
            actions: Vec::new(),
            revoked: false,
        })
    };
    vec![
        Fact::PersonSaved(Person {
            id: owner.clone(),
            name: Untrusted::from("Owner"),
            email: None,
            role: Role::Owner,
            manager: None,
            groups: Vec::new(),
            team: None,
            active: true,
            away: None,
            notifications: Notifications::default(),
        }),
        Fact::AgentSaved(Agent {
            id: agent.clone(),
            name: Untrusted::from("Local agent"),
            owners: vec![owner.clone()],
            users: vec![UserRef::Person(owner.clone())],
            team: None,
            enabled: true,
        }),
        token(tokens[0], Holder::Person(owner), &keys.owner),
        token(tokens[1], Holder::Agent(agent), &keys.agent),
    ]
}

/// What the shipped catalogue has and the workspace doesn't.
fn missing_from(workspace: &Workspace) -> Vec<Fact> {
    let catalogue = Catalogue::shipped();
    let integrations = catalogue
        .integrations()
        .filter(|integration| !workspace.integrations.contains_key(&integration.name))
        .map(Fact::IntegrationSaved);
    let actions = catalogue
        .actions()
        .filter(|action| !workspace.actions.contains_key(&action.name))
        .map(Fact::ActionSaved);
    integrations.chain(actions).collect()
}
