//! What the policy document says, for pages that show it. The gate has checked the document; what can't be
//! read here isn't shown, and nothing is decided by it.

use serde::Deserialize;

/// The document, section by section.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Outline {
    pub defaults: toml::Table,
    pub timeouts: toml::Table,
    #[serde(rename = "mode")]
    pub modes: Vec<toml::Table>,
    #[serde(rename = "capability")]
    pub capabilities: Vec<toml::Table>,
    #[serde(rename = "rule")]
    pub rules: Vec<toml::Table>,
    #[serde(rename = "risk")]
    pub risks: Vec<toml::Table>,
}

impl Outline {
    /// The outline of a document.
    pub fn of(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    /// What it says about one agent's way with actions.
    pub fn capabilities_of(&self, agent: &str) -> impl Iterator<Item = &toml::Table> {
        let about = move |table: &&toml::Table| {
            text(table, "agent").is_some_and(|pattern| fits(&pattern, agent))
        };
        self.capabilities.iter().filter(about)
    }
}

/// Whether a name is one of those that a pattern stands for: `*` is any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// A value as people read it: a text without quotation marks, several of them with commas.
pub fn text(table: &toml::Table, key: &str) -> Option<String> {
    table.get(key).map(said)
}

fn said(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        toml::Value::Table(table) => {
            let members = table
                .iter()
                .map(|(key, value)| format!("{key} {}", said(value)));
            members.collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// What else a section says than these keys: `when size(recipients) > 1; approvals 2`.
pub fn rest(table: &toml::Table, but: &[&str]) -> String {
    let members = table.iter().filter(|(key, _)| !but.contains(&key.as_str()));
    let members = members.map(|(key, value)| format!("{}: {}", key.replace('_', " "), said(value)));
    members.collect::<Vec<_>>().join("; ")
}

/// One agent's way with one action, in a sentence.
pub fn capability(table: &toml::Table) -> String {
    let action = text(table, "action").unwrap_or_default();
    if let Some(ask) = text(table, "ask") {
        return match ask.as_str() {
            "never" => format!("{action}: goes through without asking"),
            _ => format!("{action}: asks before every one"),
        };
    }
    let recipients = text(table, "recipients").unwrap_or_default();
    let inside = match text(table, "inside").as_deref() {
        Some("send") => "sends by itself to",
        _ => "asks before it reaches",
    };
    let outside = match text(table, "outside").as_deref() {
        Some("block") => "nobody else",
        _ => "asks about everybody else",
    };
    format!("{action}: {inside} {recipients}; {outside}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"
[defaults]
mode = "confirm_tools"
undo = { server = "5s", agent = "0s" }
[[capability]]
agent = "out*"
action = "email.send"
recipients = ["@customers.example", "pat@partner.example"]
inside = "send"
outside = "block"
[[capability]]
agent = "support"
action = "*"
ask = "always"
[[rule]]
name = "Outbound e-mail"
effect = "ask"
when = "size(recipients) > 1"
approvals = 2
"#;

    #[test]
    fn a_document_is_told_section_by_section() {
        let outline = Outline::of(DOCUMENT);
        let told: Vec<String> = outline
            .capabilities_of("outreach")
            .map(capability)
            .collect();
        assert_eq!(
            told,
            ["email.send: sends by itself to @customers.example, pat@partner.example; nobody else"]
        );
        let support = outline.capabilities_of("support").next().unwrap();
        assert_eq!(capability(support), "*: asks before every one");
        assert_eq!(
            text(&outline.defaults, "undo").unwrap(),
            "agent 0s, server 5s"
        );
        assert_eq!(
            rest(&outline.rules[0], &["name", "effect"]),
            "approvals: 2; when: size(recipients) > 1"
        );
        assert!(Outline::of("not [ toml").rules.is_empty());
    }

    #[test]
    fn patterns_stand_for_names() {
        for (pattern, name, fit) in [
            ("outreach", "outreach", true),
            ("outreach", "outreach2", false),
            ("out*", "outreach", true),
            ("*reach", "outreach", true),
            ("o*r*h", "outreach", true),
            ("o*x*h", "outreach", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }
}
