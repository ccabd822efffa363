//! Keys and what they are bound to. The bindings are data, `assets/keymap.toml`; the names in it are
//! those of the action table.

mod own;

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;

use super::action::{ACTIONS, Action, ActionId, Scope};

pub use own::{BadBinding, Binding};

const SHIPPED: &str = include_str!("../../assets/keymap.toml");

/// One key with its modifiers, as a keymap writes it: `a`, `G`, `ctrl-d`, `pgdn`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
}

impl Key {
    /// The key of a terminal's event. Shift is in the character already; with Alt it is no key of ours.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let modifiers = event.modifiers - KeyModifiers::SHIFT;
        let ctrl = modifiers == KeyModifiers::CONTROL;
        (ctrl || modifiers.is_empty()).then_some(Self {
            code: event.code,
            ctrl,
        })
    }
}

const NAMED: [(&str, KeyCode); 27] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("f1", KeyCode::F(1)),
    ("f2", KeyCode::F(2)),
    ("f3", KeyCode::F(3)),
    ("f4", KeyCode::F(4)),
    ("f5", KeyCode::F(5)),
    ("f6", KeyCode::F(6)),
    ("f7", KeyCode::F(7)),
    ("f8", KeyCode::F(8)),
    ("f9", KeyCode::F(9)),
    ("f10", KeyCode::F(10)),
    ("f11", KeyCode::F(11)),
    ("f12", KeyCode::F(12)),
];

/// A keymap that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKeymap {
    #[error("“{0}” is not a key; write it like a, G, ctrl-d, enter or pgdn")]
    Key(String),
    #[error("“{0}” is not something a key can do; `?` in the inbox lists what is")]
    Action(String),
    #[error("the keymap is not the TOML it should be")]
    Toml(#[from] toml::de::Error),
}

impl FromStr for Key {
    type Err = BadKeymap;

    fn from_str(text: &str) -> Result<Self, BadKeymap> {
        let (ctrl, name) = match text.strip_prefix("ctrl-") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let named = NAMED.iter().find(|(known, _)| *known == name);
        let mut chars = name.chars();
        let code = match (named, chars.next(), chars.next()) {
            (Some((_, code)), ..) => *code,
            (None, Some(char), None) if !char.is_control() => KeyCode::Char(char),
            _ => return Err(BadKeymap::Key(text.to_owned())),
        };
        Ok(Self { code, ctrl })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        match (NAMED.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(char)) => write!(f, "{char}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

/// What each key does.
#[derive(Debug, Clone)]
pub struct Keymap {
    bindings: Vec<(Key, ActionId)>,
    /// What stands before the name of an action that has no key.
    lead: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    on: Vec<String>,
    run: String,
    #[serde(rename = "desc")]
    _desc: String,
}

impl Keymap {
    /// The bindings the program comes with.
    pub fn shipped() -> Self {
        Self::parse(SHIPPED).expect("the shipped keymap is good, a test reads it")
    }

    fn parse(text: &str) -> Result<Self, BadKeymap> {
        let file: File = toml::from_str(text)?;
        let mut bindings = Vec::new();
        for entry in file.key {
            let action = ACTIONS.iter().find(|action| action.name == entry.run);
            let action = action.ok_or(BadKeymap::Action(entry.run))?;
            for key in &entry.on {
                bindings.push((key.parse()?, action.id));
            }
        }
        Ok(Self {
            bindings,
            lead: ":",
        })
    }

    /// No keys at all: actions go by their names, as they are typed in plain mode.
    pub fn spoken() -> Self {
        Self {
            bindings: Vec::new(),
            lead: "",
        }
    }

    /// What a key does in these scopes, the innermost first.
    pub fn find(&self, key: Key, scopes: &[Scope]) -> Option<&'static Action> {
        let bound = || {
            let bindings = self.bindings.iter().filter(move |(on, _)| *on == key);
            bindings.map(|(_, id)| id.action())
        };
        scopes
            .iter()
            .find_map(|scope| bound().find(|action| action.scopes.contains(scope)))
    }

    /// The key to name where an action is spoken of: its first, or else how the palette knows it.
    pub fn key(&self, id: ActionId) -> String {
        let key = self.keys(id).next();
        key.map_or_else(
            || format!("{}{}", self.lead, id.action().name),
            |key| key.to_string(),
        )
    }

    /// All keys of an action, side by side.
    pub fn all_keys(&self, id: ActionId) -> String {
        let keys: Vec<String> = self.keys(id).map(|key| key.to_string()).collect();
        keys.join(" ")
    }

    /// The keys of an action, as they are written.
    pub fn keys(&self, id: ActionId) -> impl Iterator<Item = Key> {
        let bindings = self.bindings.iter().filter(move |(_, bound)| *bound == id);
        bindings.map(|(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_keymap_says_what_the_table_says() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        assert_eq!(file.key.len(), ACTIONS.len());
        for (entry, action) in file.key.iter().zip(ACTIONS) {
            assert_eq!(entry.run, action.name);
            assert_eq!(entry.on, action.keys, "{}", action.name);
            assert_eq!(entry._desc, action.help, "{}", action.name);
        }
        Keymap::shipped();
    }

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        for (index, one) in ACTIONS.iter().enumerate() {
            for other in &ACTIONS[index + 1..] {
                let key = one.keys.iter().find(|key| other.keys.contains(key));
                let scope = one.scopes.iter().find(|scope| other.scopes.contains(scope));
                assert!(
                    key.is_none() || scope.is_none(),
                    "{key:?} is both {} and {} in {scope:?}",
                    one.name,
                    other.name
                );
            }
        }
    }

    #[test]
    fn every_action_says_what_it_does() {
        for action in ACTIONS {
            assert!(action.help.ends_with('.'), "{}", action.name);
            assert!(
                !action.title.is_empty() && !action.keys.is_empty() && !action.scopes.is_empty()
            );
            assert_eq!(action.id.action().name, action.name);
        }
    }

    #[test]
    fn nothing_that_decides_is_on_enter_space_or_a_ctrl_key_outside_a_text_field() {
        use crate::tui::action::Danger;
        for action in ACTIONS.iter().filter(|a| a.danger == Danger::Decides) {
            let typed = [Scope::Reason, Scope::Answer];
            if !action.scopes.iter().all(|scope| typed.contains(scope)) {
                for key in action.keys {
                    assert!(!["enter", "space"].contains(key) && !key.starts_with("ctrl-"));
                }
            }
        }
    }

    #[test]
    fn keys_read_back_as_they_are_written() {
        for action in ACTIONS {
            for key in action.keys {
                assert_eq!(key.parse::<Key>().unwrap().to_string(), *key);
            }
        }
        assert!("ctrl-".parse::<Key>().is_err());
        assert!("nokey".parse::<Key>().is_err());
    }
}
