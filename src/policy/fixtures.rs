//! A small workspace for the tests of policy: `outreach` and `reporter` are agents, ana works with
//! outreach and owns it together with lee, who is an admin; dana owns the workspace, ben is a member,
//! omar was deactivated.

use crate::domain::id::{ActionName, PersonId};
use crate::domain::people::{
    Action, Agent, Integration, Notifications, Person, Role, Team, UserRef,
};
use crate::domain::request::Kind;
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::policy::ladder::Question;

/// The moment at which the tests ask.
pub const NOW: At = At::from_millis(1_800_000_000_000);

pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn ids(people: &[&str]) -> Vec<PersonId> {
    people.iter().map(|person| id(person)).collect()
}

pub fn person(name: &str, role: Role, active: bool) -> Person {
    Person {
        id: id(name),
        name: Untrusted::from(name),
        email: None,
        role,
        manager: None,
        groups: Vec::new(),
        team: None,
        active,
        away: None,
        notifications: Notifications::default(),
    }
}

fn agent(name: &str, owners: &[&str], team: Option<&str>) -> Agent {
    Agent {
        id: id(name),
        name: Untrusted::from(name),
        owners: ids(owners),
        users: vec![UserRef::Everybody],
        team: team.map(id),
        enabled: true,
    }
}

/// An action as it enters a workspace.
pub fn action(name: &str) -> Action {
    Catalogue::shipped().learn(&id::<ActionName>(name))
}

/// The workspace of the module's description.
pub fn workspace() -> Workspace {
    let mut workspace = Workspace::default();
    for person in [
        person("ana", Role::Member, true),
        person("ben", Role::Member, true),
        person("dana", Role::Owner, true),
        person("lee", Role::Admin, true),
        person("omar", Role::Admin, false),
    ] {
        workspace.people.insert(person.id.clone(), person);
    }
    for agent in [
        agent("outreach", &["lee", "ana"], None),
        agent("reporter", &["omar"], Some("sales")),
    ] {
        workspace.agents.insert(agent.id.clone(), agent);
    }
    let sales = Team {
        id: id("sales"),
        name: Untrusted::from("Sales"),
        admins: ids(&["ben", "omar"]),
    };
    workspace.teams.insert(sales.id.clone(), sales);
    workspace
}

/// What a question is made of; its fields are there to be changed.
#[derive(Debug, Clone)]
pub struct Case {
    pub workspace: Workspace,
    pub agent: Agent,
    pub action: Action,
    pub integration: Integration,
    pub kind: Kind,
    pub on_behalf_of: Option<Person>,
    pub conversation: Option<Untrusted>,
    pub risk: Risk,
}

impl Case {
    /// Outreach wants to do something in ana's name, in the conversation `c-1`.
    pub fn new(name: &str) -> Self {
        let workspace = workspace();
        let action = action(name);
        Self {
            agent: workspace.agents[&id("outreach")].clone(),
            integration: Catalogue::shipped().learn_integration(&action.name.integration()),
            kind: Kind::ToolCall,
            on_behalf_of: Some(workspace.people[&id("ana")].clone()),
            conversation: Some(Untrusted::from("c-1")),
            risk: action.default_risk,
            action,
            workspace,
        }
    }

    /// The same, in nobody's name.
    pub fn for_nobody(name: &str) -> Self {
        Self {
            on_behalf_of: None,
            ..Self::new(name)
        }
    }

    /// The action is unlocked and somebody opted in, last made use of at `at`.
    pub fn opted_in(mut self, person: &str, scope: OptInScope, at: At) -> Self {
        self.action.auto_approval_allowed = true;
        let choices = self.workspace.opt_ins.entry(self.action.name.clone());
        choices.or_default().insert((id(person), scope), at);
        self
    }

    pub fn question(&self) -> Question<'_> {
        Question {
            agent: &self.agent,
            action: &self.action,
            integration: &self.integration,
            kind: self.kind,
            on_behalf_of: self.on_behalf_of.as_ref(),
            conversation: self.conversation.as_ref(),
            risk: self.risk,
        }
    }
}

/// An opt-in for one conversation with one agent.
pub fn conversation(agent: &str, conversation: &str) -> OptInScope {
    OptInScope::Conversation {
        agent: id(agent),
        conversation: Untrusted::from(conversation),
    }
}
