//! Tokens: issued once, shown once, revoked for good.

use super::{Caller, Gate, GateError, Once, Secret, claim};
use crate::domain::event::{Fact, TokenRevoked};
use crate::domain::id::{ActionPattern, TokenId};
use crate::domain::people::{Holder, Role, Token};
use crate::domain::workspace::Workspace;

/// A new token and, once, its secret.
#[derive(Debug, Clone)]
pub struct Issued {
    pub token: Token,
    /// Absent when the call that issued it is repeated: it is shown once.
    pub secret: Option<Secret>,
}

/// What a new token is for.
#[derive(Debug, Clone)]
pub struct Grant {
    pub holder: Holder,
    /// The nodes that an agent may ask from; from anywhere when there are none.
    pub nodes: Vec<String>,
    /// What a worker may run.
    pub actions: Vec<ActionPattern>,
}

impl Gate {
    /// Issues a token. Only an owner issues one for an owner: whoever holds it is that owner.
    pub async fn issue_token(
        &self,
        caller: &Caller,
        new: &Grant,
        once: Option<&Once>,
    ) -> Result<Issued, GateError> {
        caller.manager()?;
        check_bounds(new)?;
        if let Some(earlier) = self.earlier(caller, once).await? {
            return self.issued_before(&earlier.target).await;
        }
        let secret = Secret::generate().map_err(GateError::NoRandomness)?;
        let token = Token {
            id: TokenId::generate(),
            holder: new.holder.clone(),
            issued_by: caller.actor(),
            issued_at: self.now(),
            hash: secret.hash(),
            nodes: new.nodes.clone(),
            actions: new.actions.clone(),
            revoked: false,
        };
        let claim = once.map(|once| claim(caller, once, token.id.to_string(), self.now()));
        self.change_workspace(&caller.actor(), claim, |workspace| {
            check_holder(caller.manages_in(workspace)?, &new.holder, workspace)?;
            Ok(vec![Fact::TokenIssued(token.clone())])
        })
        .await?;
        match self.workspace().tokens.contains_key(&token.id) {
            true => Ok(Issued {
                token,
                secret: Some(secret),
            }),
            // The same call was sent twice at once, and the other one was first.
            false => match self.earlier(caller, once).await? {
                Some(earlier) => self.issued_before(&earlier.target).await,
                None => Err(GateError::Busy),
            },
        }
    }

    /// Makes a token speak for nobody, from the next call on. The last token of the last owner stays:
    /// without it nobody could manage the workspace any more.
    pub async fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<Token, GateError> {
        caller.manager()?;
        self.change_workspace(&caller.actor(), None, |workspace| {
            let role = caller.manages_in(workspace)?;
            let token = workspace
                .tokens
                .get(&id)
                .ok_or_else(|| GateError::NotFound {
                    what: "token",
                    id: id.to_string(),
                })?;
            let owners = is_an_owners(token, workspace);
            if owners && role != Role::Owner {
                return Err(GateError::Forbidden(
                    "only an owner revokes an owner's token".to_owned(),
                ));
            }
            let speaks = |other: &&Token| !other.revoked && is_an_owners(other, workspace);
            if owners && !token.revoked && workspace.tokens.values().filter(speaks).count() == 1 {
                return Err(GateError::Forbidden(
                    "this is the last token of an owner; make another one first".to_owned(),
                ));
            }
            let revoked = Fact::TokenRevoked(TokenRevoked { id });
            Ok((!token.revoked).then_some(revoked).into_iter().collect())
        })
        .await?;
        let gone = |workspace: &Workspace| {
            workspace
                .tokens
                .get(&id)
                .filter(|token| token.revoked)
                .cloned()
        };
        self.saved(gone).await
    }

    async fn issued_before(&self, id: &str) -> Result<Issued, GateError> {
        let id: TokenId = id.parse().map_err(|_| GateError::KeyReused)?;
        let token = self
            .saved(|workspace| workspace.tokens.get(&id).cloned())
            .await?;
        Ok(Issued {
            token,
            secret: None,
        })
    }
}

/// Only an agent asks from nodes; only a worker is bound to actions, and always to some.
fn check_bounds(new: &Grant) -> Result<(), GateError> {
    let worker = matches!(new.holder, Holder::Worker(_));
    match () {
        () if !new.nodes.is_empty() && !matches!(new.holder, Holder::Agent(_)) => Err(
            GateError::invalid("/nodes", "only an agent asks from nodes"),
        ),
        () if worker && new.actions.is_empty() => Err(GateError::invalid(
            "/actions",
            "a worker needs at least one action that it may run",
        )),
        () if !worker && !new.actions.is_empty() => Err(GateError::invalid(
            "/actions",
            "only a worker is bound to actions",
        )),
        () => Ok(()),
    }
}

pub(super) fn is_an_owners(token: &Token, workspace: &Workspace) -> bool {
    match &token.holder {
        Holder::Person(person) => workspace.role(person) == Some(Role::Owner),
        Holder::Agent(_) | Holder::Worker(_) => false,
    }
}

fn check_holder(role: Role, holder: &Holder, workspace: &Workspace) -> Result<(), GateError> {
    match holder {
        Holder::Person(person) => match workspace.role(person) {
            None => Err(GateError::invalid(
                "/person",
                format!("there is no active person “{person}”"),
            )),
            Some(Role::Owner) if role != Role::Owner => Err(GateError::Forbidden(
                "only an owner issues a token for an owner".to_owned(),
            )),
            Some(_) => Ok(()),
        },
        Holder::Agent(agent) => match workspace.agents.contains_key(agent) {
            true => Ok(()),
            false => Err(GateError::invalid(
                "/agent",
                format!("there is no agent “{agent}”"),
            )),
        },
        Holder::Worker(_) => Ok(()),
    }
}

/// Every token of a holder that still speaks, as its revocation.
pub(super) fn tokens_of<'a>(
    holder: &'a Holder,
    workspace: &'a Workspace,
) -> impl Iterator<Item = TokenRevoked> + 'a {
    workspace
        .tokens
        .values()
        .filter(move |token| !token.revoked && token.holder == *holder)
        .map(|token| TokenRevoked { id: token.id })
}
