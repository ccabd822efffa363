//! The workspace: who is who and what is allowed, as one value that is folded from the log and handed
//! round as a snapshot. A verdict is found against one snapshot and committed only if it is still the
//! newest, so nothing is allowed by a choice that was revoked a moment ago.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Fact, OptedOut, PolicySaved};
use super::id::{ActionName, AgentId, GroupId, IntegrationName, PersonId, TeamId, TokenId};
use super::pattern::{PatternRef, PatternState};
use super::people::{Action, Agent, Group, Holder, Integration, Person, Role, Team, Token};
use super::request::Asked;
use super::review::{OptIn, OptInScope};
use super::time::At;
use super::tool::Tool;

/// Who is who and what is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workspace {
    /// Counts the changes.
    pub revision: u64,
    pub people: BTreeMap<PersonId, Person>,
    pub agents: BTreeMap<AgentId, Agent>,
    pub teams: BTreeMap<TeamId, Team>,
    pub groups: BTreeMap<GroupId, Group>,
    pub tokens: BTreeMap<TokenId, Token>,
    pub integrations: BTreeMap<IntegrationName, Integration>,
    pub actions: BTreeMap<ActionName, Action>,
    /// Who lets an action through without being asked, and when that was last made use of.
    pub opt_ins: BTreeMap<ActionName, BTreeMap<(PersonId, OptInScope), At>>,
    /// The policy in force; the defaults, before anybody saved one.
    pub policy: Option<Arc<PolicySaved>>,
    /// What became of the policy's trusted patterns so far.
    pub patterns: BTreeMap<PatternRef, PatternState>,
    /// The tools behind actions, as they were pinned.
    pub tools: BTreeMap<ActionName, Tool>,
    holders: BTreeMap<String, (TokenId, Holder)>,
}

/// How many people an unlock touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OptedIn {
    pub always: usize,
    pub conversation: usize,
}

impl Workspace {
    /// Folds one fact in, which happened at `at`. Facts about requests leave it as it is, but for
    /// uses: a request let through by a pattern counts, one let through by an opt-in for a conversation
    /// keeps that opt-in alive.
    pub fn apply(&mut self, fact: &Fact, at: At) {
        match fact {
            Fact::PersonSaved(person) => {
                self.people.insert(person.id.clone(), person.clone());
            }
            Fact::AgentSaved(agent) => {
                self.agents.insert(agent.id.clone(), agent.clone());
            }
            Fact::TeamSaved(team) => {
                self.teams.insert(team.id.clone(), team.clone());
            }
            Fact::TeamRemoved(removed) => {
                self.teams.remove(&removed.id);
            }
            Fact::GroupSaved(group) => {
                self.groups.insert(group.id.clone(), group.clone());
            }
            Fact::GroupRemoved(removed) => {
                self.groups.remove(&removed.id);
            }
            Fact::TokenIssued(token) => self.add_token(token),
            Fact::TokenRevoked(revoked) => {
                if let Some(token) = self.tokens.get_mut(&revoked.id) {
                    token.revoked = true;
                    self.holders.remove(&token.hash);
                }
            }
            Fact::IntegrationSaved(integration) => {
                self.integrations
                    .insert(integration.name.clone(), integration.clone());
            }
            Fact::ActionSaved(action) => self.save_action(action),
            Fact::OptedIn(opt_in) => self.opt_in(opt_in),
            Fact::OptedOut(opted_out) => self.opt_out(opted_out),
            Fact::PolicySaved(saved) => self.save_policy(saved),
            Fact::PatternSuspended(suspended) => {
                let state = self.patterns.entry(suspended.pattern.clone()).or_default();
                state.suspended = Some(suspended.why.clone());
            }
            Fact::PatternResumed(resumed) => {
                let state = self.patterns.entry(resumed.pattern.clone()).or_default();
                state.suspended = None;
            }
            Fact::ToolPinned(tool) => {
                self.tools.insert(tool.action.clone(), tool.clone());
            }
            Fact::ToolChanged(changed) => {
                if let Some(tool) = self.tools.get_mut(&changed.action) {
                    tool.changed = Some(changed.definition.clone());
                }
            }
            Fact::ToolAccepted(accepted) => {
                if let Some(tool) = self.tools.get_mut(&accepted.action) {
                    tool.accept(accepted.hash);
                }
            }
            Fact::Asked(asked) => self.note_use(asked, at),
            _ => {}
        }
        self.revision += u64::from(fact.changes_workspace());
    }

    fn add_token(&mut self, token: &Token) {
        if !token.revoked {
            self.holders
                .insert(token.hash.clone(), (token.id, token.holder.clone()));
        }
        self.tokens.insert(token.id, token.clone());
    }

    /// Locking an action ends every opt-in for it, at once and for good.
    fn save_action(&mut self, action: &Action) {
        if !action.auto_approval_allowed {
            self.opt_ins.remove(&action.name);
        }
        self.actions.insert(action.name.clone(), action.clone());
    }

    fn opt_in(&mut self, opt_in: &OptIn) {
        let key = (opt_in.person.clone(), opt_in.scope.clone());
        let choices = self.opt_ins.entry(opt_in.action.clone()).or_default();
        choices.insert(key, opt_in.since);
    }

    fn opt_out(&mut self, opted_out: &OptedOut) {
        if let Some(choices) = self.opt_ins.get_mut(&opted_out.action) {
            choices.remove(&(opted_out.person.clone(), opted_out.scope.clone()));
            // Folded from the log or read from rows, a workspace is the same.
            if choices.is_empty() {
                self.opt_ins.remove(&opted_out.action);
            }
        }
    }

    fn save_policy(&mut self, saved: &PolicySaved) {
        for pattern in &saved.brings {
            let state = self.patterns.entry(pattern.clone()).or_default();
            state.author = Some(saved.by.clone());
        }
        // Who brought which pattern is kept with the patterns, here as in the tables.
        self.policy = Some(Arc::new(PolicySaved {
            brings: Vec::new(),
            ..saved.clone()
        }));
    }

    fn note_use(&mut self, asked: &Asked, at: At) {
        if let Some(used) = &asked.pattern {
            let state = self.patterns.entry(used.pattern.clone()).or_default();
            state.note_use(at);
        }
        if let (Some(scope), Some(person)) = (&asked.opt_in, &asked.on_behalf_of) {
            let key = (person.clone(), scope.clone());
            let choices = self.opt_ins.get_mut(&asked.action);
            if let Some(last_use) = choices.and_then(|choices| choices.get_mut(&key)) {
                *last_use = at;
            }
        }
    }

    /// The holder of the token with this hash, if they may still speak.
    pub fn holder(&self, hash: &str) -> Option<(TokenId, &Holder)> {
        let (id, holder) = self.holders.get(hash)?;
        let active = match holder {
            Holder::Person(person) => self.people.get(person).is_some_and(|p| p.active),
            Holder::Agent(agent) => self.agents.contains_key(agent),
            // Nothing is known of a worker but its tokens.
            Holder::Worker(_) => true,
        };
        active.then_some((*id, holder))
    }

    /// The role of a person who is active; nobody else has one.
    pub fn role(&self, person: &PersonId) -> Option<Role> {
        self.people.get(person).filter(|p| p.active).map(|p| p.role)
    }

    /// Whether this agent may name this person as the user it acts for.
    pub fn may_act_for(&self, agent: &Agent, person: &Person) -> bool {
        agent.users.iter().any(|user| user.covers(person))
    }

    /// The opt-ins of one person, action by action.
    pub fn opt_ins_of<'a>(&'a self, person: &'a PersonId) -> impl Iterator<Item = OptIn> + 'a {
        self.opt_ins.iter().flat_map(move |(action, choices)| {
            choices
                .iter()
                .filter(move |((who, _), _)| who == person)
                .map(move |((who, scope), since)| OptIn {
                    person: who.clone(),
                    action: action.clone(),
                    scope: scope.clone(),
                    since: *since,
                })
        })
    }

    /// How many people have opted in to an action, each counted once under each heading.
    pub fn opted_in(&self, action: &ActionName) -> OptedIn {
        let mut always = BTreeSet::new();
        let mut conversation = BTreeSet::new();
        for (person, scope) in self
            .opt_ins
            .get(action)
            .into_iter()
            .flatten()
            .map(|(k, _)| (&k.0, &k.1))
        {
            match scope {
                OptInScope::Always => always.insert(person),
                OptInScope::Conversation { .. } => conversation.insert(person),
            };
        }
        OptedIn {
            always: always.len(),
            conversation: conversation.len(),
        }
    }
}
