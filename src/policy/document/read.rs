//! From a TOML document to a policy. What makes no sense is refused, and every independent fault is told
//! at once.

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::BadPolicy;
use super::place::Kind;
use super::section::{Reading, Section, article, parsed, quoted, text};
use super::{
    Allowed, BatchApproval, Capability, Category, Inside, Mode, ModeSection, Outside, Policy,
    Review, RiskRule, Rule, Rules, Says, Scope, Terms, Trusted, limits,
};
use crate::domain::digest::Digest;
use crate::domain::json::{Json, Number, canonical};
use crate::domain::pattern::PatternRef;
use crate::domain::request::OnTimeout;
use crate::domain::review::Resolver;
use crate::domain::risk::Risk;
use crate::domain::untrusted::{Untrusted, safe};
use crate::policy::condition::Condition;
use crate::policy::glob::Glob;

const MODES: [(&str, Mode); 4] = [
    ("disabled", Mode::Disabled),
    ("blocking", Mode::Blocking),
    ("confirm_tools", Mode::ConfirmTools),
    ("audit", Mode::Audit),
];
const RISKS: [(&str, Risk); 4] = [
    ("low", Risk::Low),
    ("medium", Risk::Medium),
    ("high", Risk::High),
    ("critical", Risk::Critical),
];
const CATEGORIES: [(&str, Category); 2] = [
    ("agent_action", Category::AgentAction),
    ("record_mutation", Category::RecordMutation),
];
const TABLES: [&str; 7] = [
    "defaults",
    "timeouts",
    "mode",
    "capability",
    "rule",
    "trusted",
    "risk",
];
/// What a rule says about how it asks; a rule that denies asks nobody.
const ASKING: [&str; 10] = [
    "resolver",
    "fallbacks",
    "escalate_after",
    "approvals",
    "separate",
    "locked",
    "expires_in",
    "on_timeout",
    "agent_max_risk",
    "guidance",
];

impl Policy {
    /// Reads a document; `version` is the one it is or would become.
    ///
    /// ```
    /// use signoff::policy::document::Policy;
    ///
    /// let text = "[[rule]]\nname = \"Payments\"\neffect = \"ask\"\naction = \"payment.*\"\napprovals = 0\n";
    /// let wrong = Policy::parse(text, 1).unwrap_err();
    /// assert_eq!(
    ///     wrong.to_string(),
    ///     "line 5, column 13: [[rule]] “Payments”: approvals must be at least 1"
    /// );
    /// ```
    pub fn parse(text: &str, version: u64) -> Result<Policy, BadPolicy> {
        let reading = Reading::of(text);
        let policy = match tables(text, &reading) {
            Some(table) => read(&table, &reading, version),
            None => Policy::default(),
        };
        let (faults, places) = reading.into_parts();
        match BadPolicy::of(faults) {
            Some(bad) => Err(bad),
            None => Ok(Policy { places, ..policy }),
        }
    }
}

/// The document as TOML understands it. A text that isn't TOML has only the parser's word for it.
fn tables<'t>(text: &'t str, reading: &Reading<'t>) -> Option<DeTable<'t>> {
    if text.len() > limits::DOCUMENT {
        let most = limits::DOCUMENT / 1024;
        reading.fault(0, None, format!("the document is larger than {most} KiB"));
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let offset = error.span().map_or(0, |span| span.start);
        reading.fault(offset, None, safe(error.message()));
    }
    if !errors.is_empty() {
        return None;
    }
    let table = table.into_inner();
    for value in table.values() {
        refuse_nul(value, DEPTH, reading);
    }
    Some(table)
}

/// Deeper than this nothing stands in a document that is read.
const DEPTH: usize = 5;

/// JSON at the door has no U+0000 either: not every database can keep it, and no name needs it.
fn refuse_nul(value: &Spanned<DeValue>, depth: usize, reading: &Reading) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let refuse = |inner| refuse_nul(inner, depth, reading);
    match value.get_ref() {
        DeValue::String(text) if text.contains('\0') => {
            reading.fault(value.span().start, None, "U+0000 in a text; leave it out");
        }
        DeValue::Array(values) => values.iter().for_each(refuse),
        DeValue::Table(table) => table.values().for_each(refuse),
        _ => {}
    }
}

fn read<'t>(table: &DeTable<'t>, reading: &Reading<'t>, version: u64) -> Policy {
    for key in table
        .keys()
        .filter(|key| !TABLES.contains(&&**key.get_ref()))
    {
        let name: &str = key.get_ref();
        let message = format!(
            "there is no table {}; the tables are {}",
            quoted(name),
            TABLES.join(", ")
        );
        reading.fault(key.span().start, None, message);
    }
    let mut policy = Policy {
        version,
        ..Policy::default()
    };
    let single = |key: &str| {
        let value = table.get(key)?;
        let section = Section::single(reading, format!("[{key}]"), value)?;
        Some(section.noted())
    };
    if let Some(section) = single("defaults") {
        defaults(section, &mut policy);
    }
    if let Some(section) = single("timeouts") {
        timeouts(section, &mut policy);
    }
    policy.modes = repeated(table, reading, Kind::Mode, mode);
    policy.capabilities = repeated(table, reading, Kind::Capability, capability);
    let mut names = Names::default();
    let rules = repeated(table, reading, Kind::Rule, |section| {
        rule(section, &mut names)
    });
    policy.rules = Rules::new(rules);
    let mut names = Names::default();
    policy.trusted = repeated(table, reading, Kind::Trusted, |section| {
        trusted(section, &mut names)
    });
    policy.risks = repeated(table, reading, Kind::Risk, risk_rule);
    policy
}

/// The sections of one kind. One that lacks what it has to have is left out: its document is refused.
fn repeated<'r, 't, T>(
    table: &'r DeTable<'t>,
    reading: &'r Reading<'t>,
    kind: Kind,
    mut read: impl FnMut(Section<'r, 't>) -> Option<T>,
) -> Vec<T> {
    let key = kind.key();
    let Some(value) = table.get(key) else {
        return Vec::new();
    };
    let start = value.span().start;
    let DeValue::Array(sections) = value.get_ref() else {
        let found = article(value.get_ref().type_str());
        let message = format!("{key} must be written as [[{key}]], once for each; this is {found}");
        reading.fault(start, None, message);
        return Vec::new();
    };
    if sections.len() > limits::SECTIONS {
        let message = format!("there are more than {} [[{key}]]", limits::SECTIONS);
        reading.fault(start, None, message);
        return Vec::new();
    }
    let numbered = |(number, table): (usize, &'r Spanned<DeValue<'t>>)| {
        Section::numbered(reading, kind, number, table)
    };
    let sections = sections.iter().enumerate();
    sections
        .filter_map(|section| read(numbered(section)?))
        .collect()
}

fn defaults(mut section: Section, policy: &mut Policy) {
    policy.workspace = section.text("workspace", limits::NAME);
    let batch = [("off", BatchApproval::Off), ("seen", BatchApproval::Seen)];
    policy.mode = section.word("mode", &MODES).unwrap_or_default();
    policy.batch_approval = section.word("batch_approval", &batch).unwrap_or_default();
    if let Some(span) = section.span("use_within") {
        policy.use_within = span;
    }
    if let Some(mut undo) = section.table("undo") {
        if let Some(span) = undo.span_or_none("server") {
            policy.undo.server = span;
        }
        if let Some(span) = undo.span_or_none("agent") {
            policy.undo.agent = span;
        }
        undo.finish();
    }
    policy.mask = section.list("mask", mask);
    section.finish();
}

/// `params.card.*`: into the parameters or the context, each part a name or a star.
fn mask(value: &DeValue) -> Result<String, String> {
    let path = text(value, limits::NAME)?;
    let within = path
        .strip_prefix("params.")
        .or_else(|| path.strip_prefix("context."));
    let part = |part: &str| !part.is_empty() && (part == "*" || !part.contains('*'));
    match within {
        Some(within) if within.split('.').all(part) => Ok(path),
        Some(_) => Err(format!(
            "{} must have names or a * between its dots, like params.card.*",
            quoted(&path)
        )),
        None => Err(format!(
            "{} must begin with params. or context.",
            quoted(&path)
        )),
    }
}

fn timeouts(mut section: Section, policy: &mut Policy) {
    let timeouts = &mut policy.timeouts;
    for (key, timeout) in [
        ("low", &mut timeouts.low),
        ("medium", &mut timeouts.medium),
        ("high", &mut timeouts.high),
        ("critical", &mut timeouts.critical),
        ("voice", &mut timeouts.voice),
    ] {
        if let Some(lasts) = section.lasts(key) {
            *timeout = lasts;
        }
    }
    section.finish();
}

fn mode(mut section: Section) -> Option<ModeSection> {
    let agent = section.glob("agent");
    let node = section.glob("node");
    let mode = section.word("mode", &MODES);
    let mode = section.require("mode", mode);
    let approved_tools = section.globs("approved_tools");
    let blocked_tools = section.globs("blocked_tools");
    if section.key_at("agent").is_none() && section.key_at("node").is_none() {
        section.fault_of_all("agent or node is required, or both");
    }
    section.finish();
    Some(ModeSection {
        agent,
        node,
        mode: mode?,
        approved_tools,
        blocked_tools,
    })
}

fn capability(mut section: Section) -> Option<Capability> {
    let agent = section.glob("agent");
    let agent = section.require("agent", agent);
    let action = section.glob("action");
    let action = section.require("action", action);
    let allowed = section.list("recipients", parsed::<Allowed>);
    let inside = section.word("inside", &[("send", Inside::Send), ("ask", Inside::Ask)]);
    let outside = section.word(
        "outside",
        &[("ask", Outside::Ask), ("block", Outside::Block)],
    );
    let always = section.word("ask", &[("always", true), ("never", false)]);
    let written = |key| section.key_at(key);
    match (written("recipients"), written("ask")) {
        (Some(_), Some(ask)) => {
            section.fault(
                ask,
                "ask is for a capability without recipients; leave one of them out",
            );
        }
        (Some(list), None) if written("inside").or(written("outside")).is_none() => {
            section.fault(list, "recipients need inside, outside, or both");
        }
        (None, ask) => {
            for key in ["inside", "outside"] {
                if let Some(at) = written(key) {
                    section.fault(at, format!("{key} needs recipients"));
                }
            }
            if ask.or(written("inside")).or(written("outside")).is_none() {
                section.fault_of_all("recipients with inside and outside are required, or ask");
            }
        }
        (Some(_), None) => {}
    }
    let terms = match always {
        Some(true) => Terms::AskAlways,
        Some(false) => Terms::AskNever,
        // What is left out is asked for.
        None => Terms::Recipients {
            allowed,
            inside: inside.unwrap_or(Inside::Ask),
            outside: outside.unwrap_or(Outside::Ask),
        },
    };
    section.finish();
    Some(Capability {
        agent: agent?,
        action: action?,
        terms,
    })
}

fn rule(mut section: Section, names: &mut Names) -> Option<Rule> {
    let name = names.unique(&mut section);
    let denies = section.word("effect", &[("ask", false), ("deny", true)]);
    let denies = section.require("effect", denies);
    let scope = scope(&mut section, true);
    let locked = section.flag("locked");
    let review = review(&mut section, locked);
    if denies == Some(true) {
        for key in ASKING {
            if let Some(at) = section.key_at(key) {
                section.fault(at, format!("{key} is for rules that ask; this one denies"));
            }
        }
    }
    section.finish();
    let says = match denies? {
        true => Says::Deny,
        false => Says::Ask { locked, review },
    };
    let name = name?;
    Some(Rule { name, scope, says })
}

fn review(section: &mut Section, locked: bool) -> Review {
    let resolver = section.parsed::<Resolver>("resolver");
    let approvals = section.count("approvals", limits::APPROVALS);
    let review = Review {
        fallbacks: section.list("fallbacks", fallback),
        escalate_after: section.span("escalate_after"),
        approvals: approvals.map_or(1, |count| u32::try_from(count).unwrap_or(u32::MAX)),
        separate: section.flag("separate"),
        expires_in: section.lasts("expires_in"),
        on_timeout: section
            .word(
                "on_timeout",
                &[
                    ("reject", OnTimeout::Reject),
                    ("escalate", OnTimeout::Escalate),
                ],
            )
            .unwrap_or_default(),
        agent_max_risk: section
            .word("agent_max_risk", &RISKS[..2])
            .unwrap_or(Risk::Low),
        guidance: section.text("guidance", limits::SHOWN),
        ..Review::default()
    };
    let Some(resolver) = resolver else {
        return review;
    };
    if let Resolver::AutoAfter(delay) = &resolver.value {
        let against = [
            ("a delay of nothing", delay.millis() <= 0),
            (
                "a delay of more than a hundred years",
                *delay > limits::LONGEST,
            ),
            ("more than one approval", review.approvals > 1),
            ("separate", review.separate),
            ("locked", locked),
        ];
        for (what, _) in against.iter().filter(|(_, applies)| *applies) {
            section.fault(
                resolver.span.start,
                format!("auto_after can't be combined with {what}"),
            );
        }
    }
    Review {
        resolver: resolver.value,
        ..review
    }
}

fn fallback(value: &DeValue) -> Result<Resolver, String> {
    match parsed(value)? {
        Resolver::AutoAfter(_) => {
            Err("is auto_after, which can only be a rule's resolver, never a fallback".to_owned())
        }
        resolver => Ok(resolver),
    }
}

fn trusted(mut section: Section, names: &mut Names) -> Option<Trusted> {
    let name = names.unique(&mut section);
    let scope = scope(&mut section, false);
    for (key, glob) in [("agent", &scope.agent), ("action", &scope.action)] {
        let Some(at) = section.key_at(key) else {
            section.fault_of_all(format!("{key} is required"));
            continue;
        };
        if glob.as_ref().is_some_and(|glob| !has_a_literal(glob)) {
            let message =
                format!("{key} must contain more than *, so that it says what is trusted");
            section.fault(at, message);
        }
    }
    let max_risk = section.word("max_risk", &RISKS).unwrap_or(Risk::Medium);
    let uses = section.count("uses", u64::from(u32::MAX));
    let until = section.moment("until");
    section.finish();
    let mut trusted = Trusted {
        pattern: PatternRef {
            name: name?,
            text: Digest::of_bytes(b""),
        },
        scope,
        max_risk,
        uses,
        until,
    };
    trusted.pattern.text = digest(&trusted);
    Some(trusted)
}

fn has_a_literal(glob: &Glob) -> bool {
    glob.as_str().chars().any(|character| character != '*')
}

/// The digest of what a pattern grants: spaces, comments and the order of its keys don't change it.
fn digest(trusted: &Trusted) -> Digest {
    let scope = &trusted.scope;
    let text = |text: Option<&str>| text.map_or(Json::Null, |text| Json::String(text.to_owned()));
    let uses = trusted.uses.map(|uses| Number::parse(&uses.to_string()));
    let members = [
        ("name", text(Some(trusted.pattern.name.raw_for_execution()))),
        ("agent", text(scope.agent.as_ref().map(Glob::as_str))),
        ("action", text(scope.action.as_ref().map(Glob::as_str))),
        (
            "resource",
            text(scope.resource.as_ref().map(Untrusted::raw_for_execution)),
        ),
        ("when", text(scope.when.as_ref().map(Condition::source))),
        ("max_risk", text(Some(trusted.max_risk.word()))),
        (
            "uses",
            uses.and_then(Result::ok).map_or(Json::Null, Json::Number),
        ),
        (
            "until",
            text(trusted.until.map(|until| until.to_string()).as_deref()),
        ),
    ];
    let members = members.map(|(key, value)| (key.to_owned(), value));
    Digest::of_bytes(&canonical(&Json::Object(members.into())))
}

fn risk_rule(mut section: Section) -> Option<RiskRule> {
    let name = section.text("name", limits::NAME);
    let name = section.require("name", name);
    let scope = scope(&mut section, false);
    let level = section.word("level", &RISKS);
    let level = section.require("level", level);
    let reason = section.text("reason", limits::SHOWN);
    let reason = section.require("reason", reason);
    section.finish();
    Some(RiskRule {
        name: name?,
        scope,
        level: level?,
        reason: reason?,
    })
}

fn scope(section: &mut Section, with_category: bool) -> Scope {
    Scope {
        category: match with_category {
            true => section.word("category", &CATEGORIES),
            false => None,
        },
        agent: section.glob("agent"),
        action: section.glob("action"),
        resource: section.text("resource", limits::NAME),
        when: condition(section),
    }
}

/// The condition of a section. Its faults are shown where they stand in the document, as far as that is
/// the same text.
fn condition(section: &mut Section) -> Option<Condition> {
    let source = section.read("when", |value| match value.as_str() {
        Some(source) => Ok(source.to_owned()),
        None => Err(format!(
            "must be a condition in quotes, not {}",
            article(value.type_str())
        )),
    })?;
    let bad = match Condition::parse(&source.value) {
        Ok(condition) => return Some(condition),
        Err(bad) => bad,
    };
    let written = section.source_from(source.span.start);
    let inside = ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quotes| {
            written
                .strip_prefix(quotes)
                .is_some_and(|text| text.starts_with(&source.value))
        });
    match inside {
        Some(quotes) => {
            let before: usize = source
                .value
                .split_inclusive('\n')
                .take(bad.line - 1)
                .map(str::len)
                .sum();
            let line = source.value[before..]
                .chars()
                .take(bad.column - 1)
                .map(char::len_utf8);
            let offset = source.span.start + quotes.len() + before + line.sum::<usize>();
            section.fault(offset, format!("when: {}", bad.message));
        }
        None => section.fault(source.span.start, format!("when: {bad}")),
    }
    None
}

/// The names that sections of one kind have taken.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// The name of a section, which no other of its kind may have.
    fn unique(&mut self, section: &mut Section) -> Option<Untrusted> {
        let name = section.text("name", limits::NAME);
        let name = section.require("name", name)?;
        let taken = !self.0.insert(name.raw_for_execution().to_owned());
        if taken && let Some(at) = section.key_at("name") {
            section.fault(at, "another section above has this name already");
        }
        Some(name)
    }
}

#[cfg(test)]
mod tests;
