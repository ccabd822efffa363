//! Pinned tools: noted when a request names one, accepted by an admin when it is another.

use super::{Caller, Gate, GateError};
use crate::domain::digest::Digest;
use crate::domain::event::{Fact, PatternSuspended, ToolAccepted, ToolChanged};
use crate::domain::id::ActionName;
use crate::domain::tool::{Definition, Tool};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::document::{Policy, Trusted};

/// What follows from the tool that a request names: it is pinned, or it is another one and suspends what
/// trusted the first.
pub(super) fn noted(
    action: &ActionName,
    named: Option<Definition>,
    policy: &Policy,
    workspace: &Workspace,
) -> Vec<Fact> {
    let Some(named) = named else {
        return Vec::new();
    };
    match workspace.tools.get(action) {
        None => vec![Fact::ToolPinned(Tool {
            action: action.clone(),
            pinned: named,
            changed: None,
        })],
        Some(tool) if tool.is_news(&named) => {
            let trusted = policy.trusted.iter();
            let suspended = trusted.filter(|trusted| covers(trusted, action, workspace));
            let mut facts: Vec<Fact> = suspended.map(|trusted| suspend(trusted, action)).collect();
            facts.push(Fact::ToolChanged(ToolChanged {
                action: action.clone(),
                definition: named,
            }));
            facts
        }
        Some(_) => Vec::new(),
    }
}

/// Whether a pattern may let this action through and isn't suspended already.
fn covers(trusted: &Trusted, action: &ActionName, workspace: &Workspace) -> bool {
    let about = trusted.scope.action.as_ref();
    let state = workspace.patterns.get(&trusted.pattern);
    about.is_none_or(|glob| glob.matches(action.as_str()))
        && state.is_none_or(|state| state.suspended.is_none())
}

fn suspend(trusted: &Trusted, action: &ActionName) -> Fact {
    Fact::PatternSuspended(PatternSuspended {
        pattern: trusted.pattern.clone(),
        why: Untrusted::from(format!(
            "the tool behind {action} has another definition now"
        )),
    })
}

impl Gate {
    /// Accepts what a tool is now said to be, if that is still what was seen; what it was before is no
    /// longer trusted.
    pub async fn accept_tool(
        &self,
        caller: &Caller,
        action: &ActionName,
        seen: Option<Digest>,
    ) -> Result<Tool, GateError> {
        caller.manager()?;
        let unknown = || GateError::NotFound {
            what: "tool",
            id: action.to_string(),
        };
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let tool = workspace.tools.get(action).ok_or_else(unknown)?;
            let now = tool.changed.as_ref().unwrap_or(&tool.pinned);
            if seen.is_some_and(|seen| seen != now.hash) {
                return Err(GateError::Changed("tool"));
            }
            let accepted = |changed: &Definition| {
                Fact::ToolAccepted(ToolAccepted {
                    action: action.clone(),
                    hash: changed.hash,
                })
            };
            Ok(tool.changed.as_ref().map(accepted).into_iter().collect())
        })
        .await?;
        self.workspace()
            .tools
            .get(action)
            .cloned()
            .ok_or_else(unknown)
    }
}
