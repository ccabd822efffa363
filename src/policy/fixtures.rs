//! A small workspace for the tests of policy: `outreach`, `reporter` and `triage` are agents, ana works with outreach and
//! owns it together with lee, who is an admin; dana owns the workspace and triage; ben is a member, fay and gus are in
//! finance; max is a manager, and ana's; omar was deactivated.

use crate::domain::id::{ActionName, PersonId};
use crate::domain::json::{Json, Limits, parse};
use crate::domain::people::{
    Action, Agent, Away, Integration, Notifications, Person, Role, Team, UserRef,
};
use crate::domain::recipient::{found_in, normalise, parse_list};
use crate::domain::request::{Kind, Resource, Trigger};
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::policy::condition::Condition;
use crate::policy::document::{Policy, Review, Rule, Rules, Says, Scope};
use crate::policy::glob::Glob;
use crate::policy::ladder::{Question, Recipients};

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
        in_finance(person("fay", Role::Member, true)),
        in_finance(person("gus", Role::Member, true)),
        person("max", Role::Manager, true),
    ] {
        workspace.people.insert(person.id.clone(), person);
    }
    for agent in [
        agent("outreach", &["lee", "ana"], None),
        agent("reporter", &["omar"], Some("sales")),
        agent("triage", &["dana"], None),
    ] {
        workspace.agents.insert(agent.id.clone(), agent);
    }
    let sales = Team {
        id: id("sales"),
        name: Untrusted::from("Sales"),
        admins: ids(&["ben", "omar"]),
    };
    workspace.teams.insert(sales.id.clone(), sales);
    let ana = workspace.people.get_mut(&id::<PersonId>("ana")).unwrap();
    ana.manager = Some(id("max"));
    workspace
}

fn in_finance(person: Person) -> Person {
    Person {
        groups: vec![id("finance")],
        ..person
    }
}

/// A JSON value as an agent would send it.
pub fn json(text: &str) -> Json {
    parse(text.as_bytes(), Limits::default()).unwrap()
}

pub fn globs(texts: &[&str]) -> Vec<Glob> {
    texts.iter().copied().map(Glob::new).collect()
}

/// A scope that is about one action, as a glob.
pub fn about(action: &str) -> Scope {
    Scope {
        action: Some(Glob::new(action)),
        ..Scope::default()
    }
}

/// The same, under a condition.
pub fn when(action: &str, condition: &str) -> Scope {
    Scope {
        when: Some(Condition::parse(condition).unwrap()),
        ..about(action)
    }
}

pub fn rule(name: &str, scope: Scope, says: Says) -> Rule {
    Rule {
        name: Untrusted::from(name),
        scope,
        says,
    }
}

pub fn deny(name: &str, action: &str) -> Rule {
    rule(name, about(action), Says::Deny)
}

pub fn ask(name: &str, action: &str, locked: bool, review: Review) -> Rule {
    rule(name, about(action), Says::Ask { locked, review })
}

/// A policy of these rules.
pub fn rules(rules: Vec<Rule>) -> Policy {
    Policy {
        version: 7,
        rules: Rules::new(rules),
        ..Policy::default()
    }
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
    pub node: Option<String>,
    pub trigger: Trigger,
    pub resource: Option<Resource>,
    pub recipients: Recipients,
    pub params: Json,
    pub context: Option<Json>,
    pub risk: Risk,
    pub owner_contested: bool,
    pub tool_doubt: Option<&'static str>,
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
            node: None,
            trigger: Trigger::Api,
            resource: None,
            recipients: Recipients::default(),
            params: json("{}"),
            context: None,
            risk: action.default_risk,
            owner_contested: false,
            tool_doubt: None,
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

    /// With these parameters, whose recipients are found as the gate finds them.
    pub fn with(mut self, params: &str) -> Self {
        self.params = json(params);
        let places: Vec<_> = self
            .action
            .recipient_params
            .iter()
            .map(String::as_str)
            .collect();
        let found = found_in(&self.params, &places);
        self.recipients = Recipients {
            normal: found.normal(),
            found,
            claimed: false,
        };
        self
    }

    /// An e-mail to these.
    pub fn mail(to: &[&str]) -> Self {
        let to = serde_json::to_string(to).unwrap();
        Self::new("email.send").with(&format!(r#"{{"to":{to}}}"#))
    }

    /// With recipients that only the agent names.
    pub fn declaring(mut self, recipients: &[&str]) -> Self {
        let parsed: Vec<_> = recipients
            .iter()
            .flat_map(|text| parse_list(text))
            .collect();
        self.recipients = Recipients {
            normal: normalise(&parsed),
            claimed: true,
            ..Recipients::default()
        };
        self
    }

    /// About a resource of this type, whose owner the agent says is `owner`.
    pub fn on(mut self, kind: &str, owner: Option<&str>) -> Self {
        self.resource = Some(Resource {
            kind: Untrusted::from(kind),
            id: Untrusted::from("r-1"),
            owner: owner.map(id),
        });
        self
    }

    /// Asked from a node of the agent's workflow.
    pub fn at(mut self, node: &str) -> Self {
        self.node = Some(node.to_owned());
        self
    }

    /// Asked by another agent, in nobody's name.
    pub fn by(mut self, agent: &str) -> Self {
        self.agent = self.workspace.agents[&id(agent)].clone();
        self.on_behalf_of = None;
        self
    }

    pub fn at_risk(mut self, risk: Risk) -> Self {
        self.risk = risk;
        self
    }

    pub fn deactivate(&mut self, people: &[&str]) {
        for person in people {
            self.person(person).active = false;
        }
    }

    /// Somebody who is there to be changed.
    pub fn person(&mut self, person: &str) -> &mut Person {
        self.workspace.people.get_mut(&id(person)).unwrap()
    }

    /// Somebody is away for a day from now on.
    pub fn away(&mut self, person: &str, delegate: Option<&str>) {
        self.person(person).away = Some(Away {
            from: NOW,
            until: NOW.plus(Span::from_hours(24)),
            delegate: delegate.map(id),
        });
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
            node: self.node.as_deref(),
            trigger: self.trigger,
            resource: self.resource.as_ref(),
            recipients: &self.recipients,
            params: &self.params,
            context: self.context.as_ref(),
            risk: self.risk,
            owner_contested: self.owner_contested,
            tool_doubt: self.tool_doubt,
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
