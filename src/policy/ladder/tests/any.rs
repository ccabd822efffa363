//! Any question and any policy.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::domain::digest::Digest;
use crate::domain::pattern::{PatternRef, PatternState};
use crate::domain::people::{Action, UserRef};
use crate::domain::recipient::Recipient;
use crate::domain::request::Kind;
use crate::domain::review::{OptInScope, Resolver};
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;
use crate::policy::document::{
    Allowed, Capability, Category, Inside, Mode, ModeSection, Outside, Policy, Review, Rule, Rules,
    Says, Scope, Terms, Trusted,
};
use crate::policy::fixtures::{Case, NOW, action, conversation, id};
use crate::policy::glob::Glob;

const PEOPLE: [&str; 5] = ["ana", "ben", "dana", "lee", "omar"];

pub(super) fn person() -> impl Strategy<Value = &'static str> {
    select(&PEOPLE[..])
}

pub(super) fn scope() -> impl Strategy<Value = OptInScope> {
    prop_oneof![
        Just(OptInScope::Always),
        (
            select(&["outreach", "reporter"][..]),
            select(&["c-1", "c-2"][..]),
        )
            .prop_map(|(agent, id)| conversation(agent, id)),
    ]
}

pub(super) fn moment() -> impl Strategy<Value = At> {
    (0..26_i64).prop_map(|hours| At::from_millis(NOW.millis() - hours * 3_600_000))
}

fn user_ref() -> impl Strategy<Value = UserRef> {
    prop_oneof![
        Just(UserRef::Everybody),
        person().prop_map(|person| UserRef::Person(id(person))),
        Just(UserRef::Group(id("finance"))),
    ]
}

const ACTIONS: [&str; 6] = [
    "email.send",
    "file.read",
    "chat.reply",
    "step.plan",
    "crm.merge",
    "record.update",
];

/// Any action, settings and all; those of the catalogue and one that nobody knows.
fn any_action() -> impl Strategy<Value = Action> {
    (
        select(&ACTIONS[..]),
        of(any::<[bool; 3]>()),
        proptest::bool::weighted(0.9),
    )
        .prop_map(|(name, toggles, enabled)| {
            let mut action = action(name);
            if let Some([read_only, needs_approval, unlocked]) = toggles {
                action.read_only = read_only;
                action.needs_approval = needs_approval;
                action.auto_approval_allowed = unlocked;
            }
            action.enabled = enabled;
            action
        })
}

const ADDRESSES: [&str; 5] = [
    "ann@in.example",
    "joe@sub.in.example",
    "eve@out.example",
    "+4420000000",
    "a@b@c",
];

fn addresses() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(&ADDRESSES[..]), 0..3)
}

fn kind_of_resource() -> impl Strategy<Value = &'static str> {
    select(&["deal", "note"][..])
}

pub(super) fn any_risk() -> impl Strategy<Value = Risk> {
    select(&Risk::ALL[..])
}

/// A case in which nothing was chosen but who, what and whether it is enabled.
fn scene() -> impl Strategy<Value = Case> {
    (
        any_action(),
        select(&["outreach", "reporter"][..]),
        of(person()),
        prop_oneof![3 => Just(vec![UserRef::Everybody]), 1 => vec(user_ref(), 0..3)],
        (
            proptest::bool::weighted(0.95),
            proptest::bool::weighted(0.95),
        ),
    )
        .prop_map(|(action, agent, user, users, enabled)| {
            let mut case = Case::new("email.send");
            case.integration.name = action.name.integration();
            case.action = action;
            case.agent = case.workspace.agents[&id(agent)].clone();
            case.agent.enabled = enabled.0;
            case.integration.enabled = enabled.1;
            case.integration.users = users;
            case.on_behalf_of = user.map(|user| case.workspace.people[&id(user)].clone());
            case
        })
}

prop_compose! {
    pub(super) fn any_case()(
        scene in scene(),
        kind in select(&[Kind::ToolCall, Kind::Step][..]),
        talk in of(select(&["c-1", "c-2"][..])),
        node in of(select(&["free/1", "billing/1"][..])),
        resource in of(kind_of_resource()),
        to in addresses(),
        declares: bool,
        risk in any_risk(),
        opt_ins in vec((person(), scope(), moment()), 0..4),
        patterns in vec((0..3_usize, 0..3_u64, proptest::bool::weighted(0.2)), 0..3),
    ) -> Case {
        let mut case = scene;
        case.kind = kind;
        case.conversation = talk.map(Untrusted::from);
        case.node = node.map(str::to_owned);
        case.risk = risk;
        if let Some(kind) = resource {
            case = case.on(kind, None);
        }
        case.recipients = if declares { Case::mail(&[]).declaring(&to) } else { Case::mail(&to) }.recipients;
        for (person, scope, last_use) in opt_ins {
            opt_in(&mut case, person, scope, last_use);
        }
        for (index, uses, suspended) in patterns {
            let suspended = suspended.then(|| Untrusted::from("no"));
            let state = PatternState { uses, suspended, ..PatternState::default() };
            case.workspace.patterns.insert(pattern_ref(index), state);
        }
        case
    }
}

pub(super) fn opt_in(case: &mut Case, person: &str, scope: OptInScope, last_use: At) {
    let choices = case.workspace.opt_ins.entry(case.action.name.clone());
    choices.or_default().insert((id(person), scope), last_use);
}

fn pattern_ref(index: usize) -> PatternRef {
    let name = format!("pattern {index}");
    PatternRef {
        text: Digest::of_bytes(name.as_bytes()),
        name: Untrusted::from(name),
    }
}

fn glob(texts: &'static [&'static str]) -> impl Strategy<Value = Glob> {
    select(texts).prop_map(Glob::new)
}

fn agent_glob() -> impl Strategy<Value = Glob> {
    glob(&["*", "outreach", "out*", "rep*"])
}

fn action_glob() -> impl Strategy<Value = Glob> {
    glob(&[
        "*",
        "email.*",
        "file.read",
        "*.send",
        "crm.merge",
        "record.*",
    ])
}

fn any_scope() -> impl Strategy<Value = Scope> {
    (
        of(select(
            &[Category::AgentAction, Category::RecordMutation][..],
        )),
        of(agent_glob()),
        of(action_glob()),
        proptest::option::weighted(0.3, kind_of_resource()),
    )
        .prop_map(|(category, agent, action, resource)| Scope {
            category,
            agent,
            action,
            resource: resource.map(Untrusted::from),
            when: None,
        })
}

fn any_review() -> impl Strategy<Value = Review> {
    let resolver = prop_oneof![
        3 => Just(Resolver::Requester),
        1 => Just(Resolver::WORKSPACE_ADMINS),
        1 => Just(Resolver::AutoAfter(Span::from_secs(60))),
    ];
    (resolver, 0..3_u32, proptest::bool::weighted(0.2)).prop_map(
        |(resolver, approvals, separate)| Review {
            resolver,
            approvals,
            separate,
            ..Review::default()
        },
    )
}

pub(super) fn any_rule(says: impl Strategy<Value = Says>) -> impl Strategy<Value = Rule> {
    (any_scope(), says).prop_map(|(scope, says)| Rule {
        name: Untrusted::from("R"),
        scope,
        says,
    })
}

pub(super) fn deny_or_locked() -> impl Strategy<Value = Says> {
    prop_oneof![
        Just(Says::Deny),
        any_review().prop_map(|review| Says::Ask {
            locked: true,
            review
        }),
    ]
}

/// An ask rule's, without a lock.
pub(super) fn asks() -> impl Strategy<Value = Says> {
    any_review().prop_map(|review| Says::Ask {
        locked: false,
        review,
    })
}

fn any_says() -> impl Strategy<Value = Says> {
    prop_oneof![
        1 => deny_or_locked(),
        4 => asks(),
    ]
}

fn any_mode() -> impl Strategy<Value = Mode> {
    select(
        &[
            Mode::ConfirmTools,
            Mode::ConfirmTools,
            Mode::Blocking,
            Mode::Audit,
            Mode::Disabled,
        ][..],
    )
}

fn any_section() -> impl Strategy<Value = ModeSection> {
    (
        of(agent_glob()),
        of(glob(&["*", "free/*", "billing/1"])),
        any_mode(),
        vec(action_glob(), 0..2),
        proptest::option::weighted(0.2, action_glob()),
    )
        .prop_map(|(agent, node, mode, approved_tools, blocked)| ModeSection {
            agent,
            node,
            mode,
            approved_tools,
            blocked_tools: blocked.into_iter().collect(),
        })
}

fn any_capability() -> impl Strategy<Value = Capability> {
    let allowed = select(vec![
        Allowed::Domain("in.example".to_owned()),
        Allowed::DomainAndBelow("in.example".to_owned()),
        Allowed::PhonePrefix("+44".to_owned()),
        Allowed::One(Recipient::parse("a@b@c")),
    ]);
    let by_recipients = (
        vec(allowed, 0..3),
        select(&[Inside::Send, Inside::Ask][..]),
        select(&[Outside::Ask, Outside::Block][..]),
    );
    let terms = prop_oneof![
        1 => Just(Terms::AskAlways),
        1 => Just(Terms::AskNever),
        4 => by_recipients.prop_map(|(allowed, inside, outside)| Terms::Recipients { allowed, inside, outside }),
    ];
    (agent_glob(), action_glob(), terms).prop_map(|(agent, action, terms)| Capability {
        agent,
        action,
        terms,
    })
}

fn any_trusted() -> impl Strategy<Value = Trusted> {
    let until = of(prop_oneof![moment(), Just(NOW.plus(Span::from_secs(1)))]);
    (0..3_usize, any_scope(), any_risk(), of(0..3_u64), until).prop_map(
        |(index, scope, max_risk, uses, until)| Trusted {
            pattern: pattern_ref(index),
            scope,
            max_risk,
            uses,
            until,
        },
    )
}

prop_compose! {
    pub(super) fn any_policy()(
        mode in any_mode(),
        modes in vec(any_section(), 0..3),
        capabilities in vec(any_capability(), 0..3),
        rules in vec(any_rule(any_says()), 0..4),
        trusted in vec(any_trusted(), 0..3),
    ) -> Policy {
        Policy { mode, modes, capabilities, rules: Rules::new(rules), trusted, ..Policy::default() }
    }
}
