//! What the policy document says: rules in their order, versions, trusted patterns, modes and timeouts.

use crate::api::policy::{PatternView, PolicyVersion};
use crate::domain::untrusted::Untrusted;
use crate::tui::action::ActionId;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::outline::{rest, text};
use crate::tui::state::settings::sheet::{
    Column, Ink, Offer, SheetRow, Subject, ToSave, column, dim, inked, plain,
};
use crate::tui::state::words;

use super::Around;

pub const RULES: [Column; 4] = [
    column("Rule", 0, 0, 0),
    column("Effect", 8, 8, 8),
    column("Action", 20, 18, 0),
    column("Who is asked", 22, 18, 0),
];
pub const PATTERNS: [Column; 5] = [
    column("Pattern", 0, 0, 0),
    column("Agent", 16, 0, 0),
    column("Action", 20, 18, 0),
    column("Uses", 16, 15, 0),
    column("State", 11, 11, 11),
];
pub const MODES: [Column; 2] = [column("Setting", 0, 0, 0), column("Value", 56, 44, 20)];

/// The timeouts in the order of risk, and what holds where the document says nothing.
const TIMEOUTS: [(&str, &str); 5] = [
    ("low", "24h"),
    ("medium", "12h"),
    ("high", "4h"),
    ("critical", "1h"),
    ("voice", "3m"),
];
const DEFAULTS: [(&str, &str, &str); 4] = [
    ("mode", "Mode", "confirm_tools"),
    ("batch_approval", "Approving several together", "off"),
    ("use_within", "An approval is used within", "24h"),
    (
        "undo",
        "Held so that it can be undone",
        "agent 0s, server 5s",
    ),
];
/// The rules, and the versions of the document.
pub fn rules(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    let mut rows = vec![SheetRow::heading("The first that matches answers")];
    if facts.outline.rules.is_empty() {
        rows.push(SheetRow::heading(
            "  no rules: capabilities and modes decide what is asked",
        ));
    }
    let rule = |(place, table): (usize, &toml::Table)| {
        let said = |key: &str| text(table, key).unwrap_or_default();
        let (name, effect) = (said("name"), said("effect"));
        let action = text(table, "action").unwrap_or_else(|| "*".to_owned());
        let asked = match (effect.as_str(), text(table, "resolver")) {
            ("deny", _) => String::new(),
            (_, resolver) => resolver.unwrap_or_else(|| "requester".to_owned()),
        };
        let ink = if effect == "deny" {
            Ink::Bad
        } else {
            Ink::Text
        };
        let verb = if effect == "deny" { "denies" } else { "asks" };
        let what = rest(table, &["name", "effect", "guidance"]);
        let guidance = text(table, "guidance");
        let guidance = guidance.map_or_else(String::new, |told| format!(" “{told}”"));
        SheetRow::new(
            Subject::Stated(place),
            vec![
                plain(name.clone()),
                inked(effect, ink),
                dim(action),
                dim(asked),
            ],
            format!("“{name}” {verb}"),
            format!("{what}.{guidance}"),
        )
    };
    rows.extend(facts.outline.rules.iter().enumerate().map(rule));
    rows.push(SheetRow::heading("Versions of the policy"));
    if facts.versions.is_empty() {
        rows.push(SheetRow::heading(
            "  nobody has saved one: the defaults hold",
        ));
    }
    let in_force = facts.policy.as_ref().and_then(|policy| policy.version());
    rows.extend(
        facts
            .versions
            .iter()
            .map(|one| version(one, in_force, around)),
    );
    rows
}

fn version(version: &PolicyVersion, in_force: Option<u64>, around: Around<'_>) -> SheetRow {
    let number = version.version;
    let current = in_force == Some(number);
    let by = version.by.as_ref();
    let by = by.map_or_else(String::new, |by| format!("by {by}"));
    let at = version
        .at
        .map_or_else(String::new, |at| words::moment(at, around.zone));
    let text = match current {
        true => format!(
            "It is in force. {} opens it in your editor.",
            around.key(ActionId::EditPolicy)
        ),
        false => format!(
            "{} tries it against the past; then it can be brought back.",
            around.key(ActionId::Open)
        ),
    };
    SheetRow::new(
        Subject::Version(number),
        vec![
            plain(format!("Version {number}")),
            plain(if current { "current" } else { "" }),
            dim(by.clone()),
            dim(at.clone()),
        ],
        format!("Version {number}, saved {by} {at}"),
        text,
    )
}

/// The trusted patterns.
pub fn patterns(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    if facts.patterns.is_empty() {
        let none = "  none: nothing goes through because it was trusted before";
        return vec![SheetRow::heading(none)];
    }
    let row = |pattern: &PatternView| {
        let raw = |text: &Option<Untrusted>| text.as_ref().map(Untrusted::plain_line);
        let name = pattern.name.plain_line();
        let uses = match pattern.uses_left {
            Some(left) => format!("{}, {left} left", pattern.uses),
            None => pattern.uses.to_string(),
        };
        let (word, ink) = match pattern.suspended {
            Some(_) => ("suspended", Ink::Warning),
            None => ("trusted", Ink::Good),
        };
        let (agent, action) = (
            raw(&pattern.agent).unwrap_or_default(),
            raw(&pattern.action).unwrap_or_default(),
        );
        SheetRow::new(
            Subject::Pattern(pattern.name.clone()),
            vec![
                plain(name.clone()),
                dim(agent.clone()),
                dim(action.clone()),
                plain(uses),
                inked(word, ink),
            ],
            format!("“{name}” lets {action} of {agent} through"),
            bounds(pattern, around),
        )
    };
    facts.patterns.iter().map(row).collect()
}

fn bounds(pattern: &PatternView, around: Around<'_>) -> String {
    let mut told = Vec::new();
    if let Some(why) = &pattern.suspended {
        told.push(format!(
            "Suspended, and matches nothing: {}",
            why.plain_line()
        ));
    }
    if let Some(when) = &pattern.when {
        told.push(format!("When {}", when.plain_line()));
    }
    if let Some(resource) = &pattern.resource {
        told.push(format!("Only a {}", resource.plain_line()));
    }
    told.push(format!("At most {} risk", pattern.max_risk.word()));
    if let Some(until) = pattern.until {
        told.push(format!("Until {}", words::moment(until, around.zone)));
    }
    if let Some(last) = pattern.last_use {
        told.push(format!("Last used {}", words::moment(last, around.zone)));
    }
    if let Some(author) = &pattern.author {
        told.push(format!("Saved by {author}"));
    }
    format!("{}.", told.join(". "))
}

/// To let a suspended pattern match again.
pub fn resume(name: &Untrusted, facts: &Facts, around: Around<'_>) -> Result<Offer, String> {
    let pattern = facts.patterns.iter().find(|pattern| pattern.name == *name);
    let pattern = pattern.ok_or("it isn't there any more")?;
    let Some(why) = &pattern.suspended else {
        let key = around.key(ActionId::EditPolicy);
        return Err(format!(
            "it isn't suspended; {key} takes it out of the policy"
        ));
    };
    let named = name.plain_line();
    let agent = pattern
        .agent
        .as_ref()
        .map(Untrusted::plain_line)
        .unwrap_or_default();
    let action = pattern
        .action
        .as_ref()
        .map(Untrusted::plain_line)
        .unwrap_or_default();
    Ok(Offer {
        saves: ToSave::Resume(name.clone()),
        subject: named.clone(),
        what: "pattern",
        from: "suspended".to_owned(),
        to: "trusted".to_owned(),
        consequence: format!(
            "From the next request, {action} of {agent} goes through again without anybody looking at it, \
             within the pattern's bounds. It was suspended because: {}.",
            why.plain_line().trim_end_matches('.')
        ),
        done: format!("“{named}” lets through again"),
    })
}

/// Modes, timeouts and the other defaults.
pub fn modes(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    let outline = &facts.outline;
    let mut rows = vec![SheetRow::heading("Everywhere")];
    let key = around.key(ActionId::EditPolicy);
    let in_editor = format!("{key} opens the whole policy in your editor.");
    let mut place = 0;
    let mut state = |rows: &mut Vec<SheetRow>, name: String, value: String, more: &str| {
        let cells = vec![plain(name.clone()), plain(value.clone())];
        let title = format!("{name}: {value}");
        rows.push(SheetRow::new(Subject::Stated(place), cells, title, more));
        place += 1;
    };
    for (key, name, usual) in DEFAULTS {
        let value = text(&outline.defaults, key).unwrap_or_else(|| usual.to_owned());
        state(&mut rows, name.to_owned(), value, &in_editor);
    }
    if let Some(mask) = text(&outline.defaults, "mask") {
        state(
            &mut rows,
            "Hidden from those who look".to_owned(),
            mask,
            &in_editor,
        );
    }
    rows.push(SheetRow::heading("How long a request waits"));
    for (risk, usual) in TIMEOUTS {
        let value = text(&outline.timeouts, risk).unwrap_or_else(|| usual.to_owned());
        let name = match risk {
            "voice" => "While a caller waits".to_owned(),
            risk => format!("At {risk} risk"),
        };
        state(&mut rows, name, value, &in_editor);
    }
    if !outline.modes.is_empty() {
        rows.push(SheetRow::heading(
            "Some agents and nodes, the most specific first",
        ));
    }
    for table in &outline.modes {
        let whom = ["agent", "node"].iter().filter_map(|key| {
            let whom = text(table, key)?;
            Some(format!("{key} {whom}"))
        });
        let whom = whom.collect::<Vec<_>>().join(", ");
        let more = rest(table, &["agent", "node", "mode"]);
        let mode = text(table, "mode").unwrap_or_default();
        state(&mut rows, whom, mode, &format!("{more} {in_editor}"));
    }
    if !outline.risks.is_empty() {
        rows.push(SheetRow::heading("What raises the risk"));
    }
    for table in &outline.risks {
        let name = text(table, "name").unwrap_or_default();
        let level = text(table, "level").unwrap_or_default();
        let more = rest(table, &["name", "level"]);
        state(&mut rows, name, level, &format!("{more}. {in_editor}"));
    }
    rows
}
