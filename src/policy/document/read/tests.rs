//! Documents that are read, and what is said about those that aren't.

mod bounds;

use std::collections::BTreeSet;

use super::*;
use crate::domain::time::{At, Span};
use crate::policy::document::Timeouts;

const EXAMPLE: &str = include_str!("../../../../assets/policy.example.toml");

/// The example of the contract, 08.
const CONTRACT: &str = r#"
[defaults]
workspace = "acme"
mode = "confirm_tools"
batch_approval = "off"
use_within = "24h"
undo = { server = "5s", agent = "0s" }
mask = ["params.password", "params.card.*"]

[timeouts]
low = "24h"
medium = "12h"
high = "4h"
critical = "1h"
voice = "3m"

[[mode]]
agent = "outreach"
node = "outreach/*"
mode = "blocking"
approved_tools = ["search.*"]
blocked_tools = ["shell.*"]

[[capability]]
agent = "outreach"
action = "email.send"
recipients = ["@customers.example", "*.ourco.example", "pat@partner.example", "+4420*"]
inside = "send"
outside = "ask"

[[rule]]
name = "Outbound e-mail"
effect = "ask"
category = "agent_action"
action = "email.send"
agent = "*"
resource = "deal"
when = "size(recipients) > 1 || params.amount > 100.0"
resolver = "record_owner"
fallbacks = ["manager", "role:admin"]
escalate_after = "1h"
approvals = 1
separate = false
locked = false
expires_in = "4h"
on_timeout = "reject"
agent_max_risk = "low"
guidance = "Check the price against the CRM."

[[trusted]]
name = "Small exports"
agent = "reporter"
action = "data.export"
resource = "report"
when = "params.records < 100"
max_risk = "medium"
uses = 1000
until = 2027-01-01T00:00:00Z

[[risk]]
name = "Large payment"
action = "payment.*"
when = "params.amount > 1000.0"
level = "critical"
reason = "amount above 1,000"
"#;

fn policy(text: &str) -> Policy {
    Policy::parse(text, 7).unwrap_or_else(|bad| panic!("{bad}"))
}

fn refused(text: &str) -> String {
    match Policy::parse(text, 7) {
        Ok(policy) => panic!("{text} is {policy:?}"),
        Err(bad) => bad.to_string(),
    }
}

#[track_caller]
fn is_refused(text: &str, expected: &str) {
    assert_eq!(refused(text), expected, "{text}");
}

/// 08 "The policy document": what every key says.
#[test]
fn the_contract_is_understood_key_by_key() {
    let policy = policy(CONTRACT);
    assert_eq!(policy.version, 7);
    assert_eq!(policy.workspace, Some(Untrusted::from("acme")));
    assert_eq!(policy.mask, ["params.password", "params.card.*"]);

    let mode = &policy.modes[0];
    assert_eq!(mode.agent, Some(Glob::new("outreach")));
    assert_eq!(mode.node, Some(Glob::new("outreach/*")));
    assert_eq!(mode.mode, Mode::Blocking);
    assert_eq!(mode.approved_tools, [Glob::new("search.*")]);
    assert_eq!(mode.blocked_tools, [Glob::new("shell.*")]);

    let capability = &policy.capabilities[0];
    assert_eq!(capability.agent, Glob::new("outreach"));
    assert_eq!(capability.action, Glob::new("email.send"));
    let Terms::Recipients {
        allowed,
        inside: Inside::Send,
        outside: Outside::Ask,
    } = &capability.terms
    else {
        panic!("{:?}", capability.terms);
    };
    assert_eq!(allowed[0], Allowed::Domain("customers.example".to_owned()));
    assert_eq!(
        allowed[1],
        Allowed::DomainAndBelow("ourco.example".to_owned())
    );
    assert!(matches!(allowed[2], Allowed::One(_)));
    assert_eq!(allowed[3], Allowed::PhonePrefix("+4420".to_owned()));

    let rule = policy.rules.iter().next().unwrap();
    assert_eq!(rule.name, Untrusted::from("Outbound e-mail"));
    assert_eq!(rule.scope.category, Some(Category::AgentAction));
    assert_eq!(rule.scope.action, Some(Glob::new("email.send")));
    assert_eq!(rule.scope.agent, Some(Glob::new("*")));
    assert_eq!(rule.scope.resource, Some(Untrusted::from("deal")));
    let when = rule.scope.when.as_ref().unwrap();
    assert_eq!(
        when.source(),
        "size(recipients) > 1 || params.amount > 100.0"
    );
    let Says::Ask {
        locked: false,
        review,
    } = &rule.says
    else {
        panic!("{:?}", rule.says);
    };
    let expected = Review {
        resolver: Resolver::RecordOwner,
        fallbacks: vec![Resolver::Manager, Resolver::WORKSPACE_ADMINS],
        escalate_after: Some(Span::from_hours(1)),
        expires_in: Some(super::super::Lasts::For(Span::from_hours(4))),
        guidance: Some(Untrusted::from("Check the price against the CRM.")),
        ..Review::default()
    };
    assert_eq!(*review, expected);

    let trusted = &policy.trusted[0];
    assert_eq!(trusted.pattern.name, Untrusted::from("Small exports"));
    assert_eq!(trusted.max_risk, Risk::Medium);
    assert_eq!(trusted.uses, Some(1000));
    assert_eq!(
        trusted.until,
        Some("2027-01-01T00:00:00Z".parse::<At>().unwrap())
    );

    let risk = &policy.risks[0];
    assert_eq!(risk.level, Risk::Critical);
    assert_eq!(risk.reason, Untrusted::from("amount above 1,000"));
}

#[test]
fn the_values_of_the_contract_are_the_defaults() {
    let (written, default) = (policy(CONTRACT), Policy::default());
    assert_eq!(written.mode, default.mode);
    assert_eq!(written.batch_approval, default.batch_approval);
    assert_eq!(written.use_within, default.use_within);
    assert_eq!(written.undo, default.undo);
    assert_eq!(written.timeouts, Timeouts::default());
    let empty = policy("");
    assert_eq!(
        (empty.mode, empty.timeouts),
        (default.mode, default.timeouts)
    );
    assert_eq!((empty.workspace, empty.mask), (None, Vec::new()));
}

/// Every key that a document may have is in the example, so that nobody has to look further.
#[test]
fn the_example_has_every_key() {
    let example = policy(EXAMPLE);
    assert_eq!(example.timeouts, Timeouts::default());
    let keys = |text: &str, prefix: &str| -> BTreeSet<String> {
        let table: toml::Table = text.parse().unwrap();
        let mut keys = BTreeSet::new();
        for (name, value) in &table {
            let sections = match value {
                toml::Value::Array(sections) => sections.clone(),
                single => vec![single.clone()],
            };
            for section in &sections {
                let section = section.as_table().unwrap();
                keys.extend(section.keys().map(|key| format!("{prefix}{name}.{key}")));
            }
        }
        keys
    };
    let (here, contract) = (keys(EXAMPLE, ""), keys(CONTRACT, ""));
    let missing: Vec<_> = contract.difference(&here).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // What a misspelt key is answered with is what there is.
    for table in TABLES {
        let misspelt = match EXAMPLE.contains(&format!("[[{table}]]")) {
            true => format!("[[{table}]]\nnonsense = 1\n"),
            false => format!("[{table}]\nnonsense = 1\n"),
        };
        let said = refused(&misspelt);
        let known = said
            .lines()
            .find_map(|line| line.split_once("the keys are "))
            .unwrap()
            .1;
        for key in known.split(", ") {
            assert!(
                here.contains(&format!("{table}.{key}")),
                "{table}.{key} is not in the example"
            );
        }
    }
}

/// 01 §Policy as a document: errors name line and field.
#[test]
fn a_fault_names_line_column_section_and_field() {
    is_refused(
        "[[rule]]\nname = \"Outbound e-mail\"\neffect = \"ask\"\napprovals = 0\n",
        "line 4, column 13: [[rule]] “Outbound e-mail”: approvals must be at least 1",
    );
    is_refused(
        "[[rule]]\neffect = \"ask\"\n",
        "line 1, column 1: [[rule]] number 1: name is required",
    );
    is_refused(
        "[defaults]\nmod = \"audit\"\n",
        "line 2, column 1: [defaults]: there is no key “mod”; the keys are workspace, mode, \
         batch_approval, use_within, undo, mask",
    );
    is_refused(
        "[rules]\n",
        "line 1, column 2: there is no table “rules”; the tables are defaults, timeouts, mode, \
         capability, rule, trusted, risk",
    );
    is_refused(
        "[rule]\nname = \"a\"\n",
        "line 1, column 1: rule must be written as [[rule]], once for each; this is a table",
    );
}

#[test]
fn every_independent_fault_is_told() {
    let said = refused(
        "[defaults]\nmode = \"free\"\nmask = [\"password\", \"params.a\", \"params.*x\"]\n\
         [timeouts]\nlow = \"0s\"\nhigh = \"soon\"\n\
         [[rule]]\nname = \"a\"\neffect = \"maybe\"\nresolver = \"boss\"\n",
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines,
        [
            "line 2, column 8: [defaults]: mode must be one of disabled, blocking, confirm_tools, audit, \
             not “free”",
            "line 3, column 9: [defaults]: mask: an entry “password” must begin with params. or context.",
            "line 3, column 33: [defaults]: mask: an entry “params.*x” must have names or a * between its \
             dots, like params.card.*",
            "line 5, column 7: [timeouts]: low must be longer than nothing",
            "line 6, column 8: [timeouts]: high “soon” is not understood: expected a length of time like \
             90s, 10m, 4h or 2d",
            "line 9, column 10: [[rule]] “a”: effect must be one of ask, deny, not “maybe”",
            "line 10, column 12: [[rule]] “a”: resolver is not understood: “boss” is not a resolver; \
             expected requester, user:ID, manager, role:ROLE, group:ID, record_owner, agent_owner, \
             agent:ID or auto_after:DURATION",
        ]
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_place_and_nothing_a_terminal_obeys() {
    let said = refused("[defaults]\nmode = \"a\u{1b}[31m\n");
    assert!(said.starts_with("line 2, column "), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    let said = refused("[[rule]]\nname = \"\\u001b[2J\"\n\"\\u001b\" = 1\n");
    assert!(!said.contains('\u{1b}') && said.contains("<^["), "{said:?}");
    assert!(refused("mode = 1\nmode = 2\n").starts_with("line 2"));
}

fn rule_with(line: &str) -> String {
    format!("[[rule]]\nname = \"a\"\neffect = \"ask\"\n{line}\n")
}

fn refused_rule(line: &str) -> String {
    let said = refused(&rule_with(line));
    let (_, what) = said.split_once("“a”: ").unwrap_or_else(|| panic!("{said}"));
    what.to_owned()
}

/// 01 §Who reviews: auto_after, and 01 §Quorum: fewer than one is an error, never none needed.
#[test]
fn what_a_rule_cannot_say_is_refused() {
    for (line, what) in [
        ("approvals = 0", "approvals must be at least 1"),
        ("approvals = -3", "approvals must be at least 1"),
        ("approvals = 1000", "approvals must be at most 100"),
        (
            "approvals = 99999999999999999999999999999999999999999999",
            "approvals must be at most 100",
        ),
        (
            "approvals = 1.0",
            "approvals must be a whole number, not a number with a point",
        ),
        (
            "separate = \"yes\"",
            "separate must be true or false, not a text",
        ),
        (
            "fallbacks = [\"auto_after:10m\"]",
            "fallbacks: an entry is auto_after, which can only be a rule's resolver, never a fallback",
        ),
        (
            "resolver = \"auto_after:10m\"\napprovals = 2",
            "auto_after can't be combined with more than one approval",
        ),
        (
            "resolver = \"auto_after:10m\"\nseparate = true",
            "auto_after can't be combined with separate",
        ),
        (
            "resolver = \"auto_after:10m\"\nlocked = true",
            "auto_after can't be combined with locked",
        ),
        (
            "resolver = \"auto_after:0s\"",
            "auto_after can't be combined with a delay of nothing",
        ),
        (
            "agent_max_risk = \"high\"",
            "agent_max_risk must be one of low, medium, not “high”",
        ),
        (
            "escalate_after = \"0m\"",
            "escalate_after must be longer than nothing",
        ),
        (
            "expires_in = \"-1h\"",
            "expires_in “-1h” is not understood: expected a length of time like 90s, 10m, 4h or 2d",
        ),
        (
            "expires_in = \"99999d\"",
            "expires_in must be at most 36525d",
        ),
        (
            "action = \"\"",
            "action is empty; write a text or leave it out",
        ),
        (
            "name2 = 1",
            "there is no key “name2”; the keys are name, effect, category, agent, action, resource, when, locked, resolver, approvals, fallbacks, escalate_after, separate, expires_in, on_timeout, agent_max_risk, guidance",
        ),
    ] {
        assert_eq!(refused_rule(line), what, "{line}");
    }
    let long = format!("action = \"{}\"", "a".repeat(129));
    assert_eq!(refused_rule(&long), "action is longer than 128 characters");
    policy(&rule_with(&format!("action = \"{}\"", "a".repeat(128))));
    let auto = policy(&rule_with("resolver = \"auto_after:10m\""));
    let rule = auto.rules.iter().next().unwrap();
    let Says::Ask { review, .. } = &rule.says else {
        panic!("{rule:?}");
    };
    assert_eq!(review.resolver, Resolver::AutoAfter(Span::from_secs(600)));
}

#[test]
fn a_rule_that_denies_asks_nobody() {
    let said = refused(
        "[[rule]]\nname = \"a\"\neffect = \"deny\"\nresolver = \"manager\"\nlocked = true\n",
    );
    assert_eq!(
        said,
        "line 4, column 1: [[rule]] “a”: resolver is for rules that ask; this one denies\n\
         line 5, column 1: [[rule]] “a”: locked is for rules that ask; this one denies"
    );
}

#[test]
fn names_are_unique_within_their_kind() {
    let rule = "[[rule]]\nname = \"a\"\neffect = \"deny\"\n";
    let trusted = "[[trusted]]\nname = \"a\"\nagent = \"b\"\naction = \"c\"\n";
    policy(&format!("{rule}{trusted}"));
    is_refused(
        &format!("{rule}{rule}"),
        "line 5, column 1: [[rule]] “a”: another section above has this name already",
    );
    is_refused(
        &format!("{trusted}{trusted}"),
        "line 6, column 1: [[trusted]] “a”: another section above has this name already",
    );
}

#[test]
fn never_is_a_timeout() {
    let policy = policy(
        "[timeouts]\nlow = \"never\"\n[[rule]]\nname = \"a\"\neffect = \"ask\"\nexpires_in = \"never\"\n",
    );
    assert_eq!(policy.timeouts.low, super::super::Lasts::Forever);
    is_refused(
        "[defaults]\nuse_within = \"never\"\n",
        "line 2, column 14: [defaults]: use_within “never” is not understood: expected a length of time \
         like 90s, 10m, 4h or 2d",
    );
}

#[test]
fn a_mode_section_says_whose_it_is() {
    is_refused(
        "[[mode]]\nmode = \"audit\"\n",
        "line 1, column 1: [[mode]] number 1: agent or node is required, or both",
    );
    is_refused(
        "[[mode]]\nnode = \"free/*\"\n",
        "line 1, column 1: [[mode]] number 1: mode is required",
    );
}

#[test]
fn a_capability_looks_at_recipients_or_doesnt() {
    let of = |lines: &str| format!("[[capability]]\nagent = \"a\"\naction = \"b\"\n{lines}\n");
    let title = "[[capability]] number 1";
    is_refused(
        &of(""),
        &format!(
            "line 1, column 1: {title}: recipients with inside and outside are required, or ask"
        ),
    );
    is_refused(
        &of("ask = \"never\"\nrecipients = []"),
        &format!(
            "line 4, column 1: {title}: ask is for a capability without recipients; leave one of them out"
        ),
    );
    is_refused(
        &of("ask = \"never\"\ninside = \"send\""),
        &format!("line 5, column 1: {title}: inside needs recipients"),
    );
    is_refused(
        &of("recipients = [\"@a.example\"]"),
        &format!("line 4, column 1: {title}: recipients need inside, outside, or both"),
    );
    is_refused(
        &of("recipients = [\"@a.example\", \"a@b@c\"]\ninside = \"send\""),
        &format!(
            "line 4, column 29: {title}: recipients: an entry is not understood: “a@b@c” is none of \
             @domain.example, *.domain.example, name@domain.example, a number like +442079460000, numbers \
             like +4420*, or a plain name"
        ),
    );
    // What is left out asks.
    let policy = policy(&of("recipients = [\"@a.example\"]\ninside = \"send\""));
    let terms = &policy.capabilities[0].terms;
    assert!(
        matches!(
            terms,
            Terms::Recipients {
                outside: Outside::Ask,
                ..
            }
        ),
        "{terms:?}"
    );
}

#[test]
fn a_trusted_pattern_says_whom_and_what_it_trusts() {
    let of = |agent: &str, action: &str, rest: &str| {
        format!("[[trusted]]\nname = \"a\"\nagent = \"{agent}\"\naction = \"{action}\"\n{rest}")
    };
    policy(&of("r*", "*.export", ""));
    for (agent, action) in [("*", "data.export"), ("reporter", "**")] {
        let said = refused(&of(agent, action, ""));
        assert!(said.contains("must contain more than *"), "{said}");
    }
    is_refused(
        "[[trusted]]\nname = \"a\"\n",
        "line 1, column 1: [[trusted]] “a”: agent is required\n\
         line 1, column 1: [[trusted]] “a”: action is required",
    );
    for (rest, expected) in [
        ("uses = 0", "uses must be at least 1"),
        (
            "until = 2027-01-01",
            "until must be a moment with its offset, like 2027-01-01T00:00:00Z",
        ),
        (
            "until = 2027-01-01T00:00:00",
            "until must be a moment with its offset, like 2027-01-01T00:00:00Z",
        ),
        ("category = \"agent_action\"", "there is no key “category”"),
    ] {
        let said = refused(&of("a", "b", rest));
        assert!(said.contains(expected), "{said}");
    }
}

/// 01 §Claims: uses and suspension belong to the name and the text; a changed text starts anew.
#[test]
fn a_pattern_is_another_when_its_text_changes_and_the_same_when_only_its_layout_does() {
    let text =
        "[[trusted]]\nname = \"a\"\nagent = \"reporter\"\naction = \"data.export\"\nuses = 5\n";
    let of = |text: &str| policy(text).trusted[0].pattern.clone();
    let moved = "# x\n[[trusted]]\nuses   = 5 # y\naction = \"data.export\"\nagent = \"reporter\"\nname = \"a\"\n";
    assert_eq!(of(text), of(moved));
    for changed in [
        text.replace("= 5", "= 6"),
        text.replace("reporter", "reporter*"),
        text.replace("data.export", "data.exports"),
        format!("{text}max_risk = \"low\"\n"),
        format!("{text}when = \"true\"\n"),
        format!("{text}resource = \"report\"\n"),
        format!("{text}until = 2027-01-01T00:00:00Z\n"),
    ] {
        assert_ne!(of(text).text, of(&changed).text, "{changed}");
    }
}

#[test]
fn a_condition_is_refused_where_it_stands() {
    let said = refused(&rule_with("when = \"params.amount > nobody\""));
    assert!(
        said.starts_with("line 4, column 25: [[rule]] “a”: when: "),
        "{said}"
    );
    let said = refused(&rule_with("when = '''\ntrue &&\n nobody'''"));
    assert!(
        said.starts_with("line 6, column 2: [[rule]] “a”: when: "),
        "{said}"
    );
    let said = refused(&rule_with("when = \"params.a == '\\u00e9' && nobody\""));
    assert!(said.starts_with("line 4, column 8: "), "{said}");
    assert!(
        said.contains("(line 1, column 20 of the condition)"),
        "{said}"
    );
    assert!(refused(&rule_with("when = true")).contains("when must be a condition in quotes"));
}
