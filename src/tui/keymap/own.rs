//! Keys of one's own in place of the shipped ones. What could lose the way out, or let a stray key decide,
//! is refused: a keymap is a convenience, and no way around what keeps decisions deliberate.

use crossterm::event::KeyCode;

use crate::domain::near::nearest;
use crate::domain::untrusted::safe;
use crate::tui::action::{ACTIONS, Action, ActionId, Danger, Scope, TOGETHER, TYPED};

use super::{Key, Keymap, NAMED};

/// An action, and all the keys that it is to have.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    pub action: &'a str,
    pub keys: Vec<&'a str>,
}

/// A binding that can't be used: its place, the place of the key in it where it is one key, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct BadBinding {
    pub place: usize,
    pub key: Option<usize>,
    pub why: String,
}

/// What every terminal sends for another key.
const SAME: [(&str, &str); 3] = [("ctrl-m", "enter"), ("ctrl-i", "tab"), ("ctrl-[", "esc")];

/// Keys that edit a line of text.
const EDITING: [&str; 9] = [
    "left",
    "right",
    "home",
    "end",
    "backspace",
    "ctrl-a",
    "ctrl-e",
    "ctrl-u",
    "ctrl-w",
];

/// Keys that always lead out, or to the help; and in a line of text the one that ends it.
const KEPT: [&str; 4] = ["?", "esc", "ctrl-c", "enter"];

/// What leads to a question, whose answer must not be the same key: pressed twice, it would approve.
const ASKING: [ActionId; 3] = [ActionId::Approve, ActionId::ApproveMarked, ActionId::Edit];

impl Keymap {
    /// The shipped bindings, where these actions have these keys and no others.
    pub fn with(own: &[Binding<'_>]) -> Result<Self, BadBinding> {
        let mut keymap = Self::shipped();
        let mut read = Vec::new();
        for (place, binding) in own.iter().enumerate() {
            let action = action(binding.action).map_err(|why| BadBinding {
                place,
                key: None,
                why,
            })?;
            let mut keys = Vec::new();
            for (at, text) in binding.keys.iter().enumerate() {
                let key = key(text).and_then(|key| suits(key, action).map(|()| key));
                keys.push(key.map_err(|why| BadBinding {
                    place,
                    key: Some(at),
                    why,
                })?);
            }
            if let Some(lost) = lost(action, &keys) {
                return Err(BadBinding {
                    place,
                    key: None,
                    why: lost,
                });
            }
            keymap.bindings.retain(|(_, id)| *id != action.id);
            let new = keys.iter().map(|key| (*key, action.id));
            keymap.bindings.extend(new);
            read.push((place, action, keys));
        }
        for (place, action, keys) in read {
            for (at, key) in keys.into_iter().enumerate() {
                if let Some(why) = keymap.clash(key, action) {
                    let key = Some(at);
                    return Err(BadBinding { place, key, why });
                }
            }
        }
        Ok(keymap)
    }

    /// Whether an action has other keys than the shipped ones.
    pub fn is_own(&self, action: &Action) -> bool {
        self.all_keys(action.id) != action.keys.join(" ")
    }

    /// Why a key can't be this action's beside what it does otherwise.
    fn clash(&self, key: Key, action: &Action) -> Option<String> {
        let others = self
            .bindings
            .iter()
            .filter(|(on, id)| *on == key && *id != action.id);
        for other in others.map(|(_, id)| id.action()) {
            if together(action, other) && !shipped_so(key, action, other) {
                return Some(format!(
                    "“{key}” is already the key of {} there: give one of them another, or none: {} = []",
                    other.name, other.name
                ));
            }
            if asks_and_answers(action.id, other.id) {
                return Some(format!(
                    "“{key}” is also the key of {}: pressed twice, it would approve without a look",
                    other.name
                ));
            }
        }
        None
    }
}

/// The action of that name.
fn action(name: &str) -> Result<&'static Action, String> {
    let found = ACTIONS.iter().find(|action| action.name == name);
    found.ok_or_else(|| {
        let near = nearest(name, ACTIONS.iter().map(|action| action.name));
        let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        format!(
            "“{}” is nothing that a key does; {near}In the inbox, Settings, Keys lists what is",
            safe(name)
        )
    })
}

fn key(text: &str) -> Result<Key, String> {
    if let Some((_, same)) = SAME.iter().find(|(alias, _)| *alias == text) {
        return Err(format!(
            "“{text}” is the same as {same} in a terminal: write that"
        ));
    }
    if let Some(letter) = text.strip_prefix("ctrl-").filter(|rest| rest.len() == 1)
        && letter.chars().all(|char| char.is_ascii_uppercase())
    {
        let small = letter.to_ascii_lowercase();
        return Err(format!(
            "no terminal tells “{text}” from ctrl-{small}: write that"
        ));
    }
    text.parse().map_err(|_| {
        let names = NAMED.map(|(name, _)| name);
        let near = nearest(text, names.into_iter().filter(|_| text.chars().count() > 1));
        let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
        format!(
            "“{}” is no key; {near}A key is one character, ctrl- and one character, or one of {}",
            safe(text),
            names[..16].join(", ") + " to f12"
        )
    })
}

/// Whether a key is fit for what an action does.
fn suits(key: Key, action: &Action) -> Result<(), String> {
    let in_a_line = action.scopes.iter().any(|scope| TYPED.contains(scope));
    let only_there = action.scopes.iter().all(|scope| TYPED.contains(scope));
    let character = matches!(key.code, KeyCode::Char(_)) && !key.ctrl;
    if in_a_line && (character || EDITING.contains(&key.to_string().as_str())) {
        return Err(format!(
            "“{key}” is for the text where something is typed, and {} works there too: give it a key \
             like ctrl-x or f2",
            action.name
        ));
    }
    let deliberate = character && key.code != KeyCode::Char(' ');
    if action.danger == Danger::Decides && !only_there && !deliberate {
        return Err(format!(
            "“{key}” can't be the key of {}: what decides is on a visible character, never on enter, \
             space, esc, tab, an arrow, ctrl- or the mouse",
            action.name
        ));
    }
    Ok(())
}

/// The key that must stay and hasn't.
fn lost(action: &Action, keys: &[Key]) -> Option<String> {
    let has = |kept: &str| keys.iter().any(|key| key.to_string() == kept);
    let in_a_line = action.scopes.iter().any(|scope| TYPED.contains(scope));
    let lost = KEPT
        .into_iter()
        .filter(|kept| *kept != "enter" || in_a_line)
        .find(|kept| action.keys.contains(kept) && !has(kept))?;
    let what = match lost {
        "?" => "always shows the help or closes it",
        "esc" => "always leads back",
        "enter" => "always ends what is typed",
        _ => "always leaves the inbox",
    };
    Some(format!(
        "“{lost}” {what}: {} may have other keys too, but “{lost}” has to be among them",
        action.name
    ))
}

/// Whether both may be meant at the same time.
fn together(one: &Action, other: &Action) -> bool {
    let in_it = |action: &Action, scopes: &[Scope]| {
        let of = |scope: &Scope| action.scopes.contains(scope);
        scopes.iter().any(of)
    };
    let both = |scopes: &&[Scope]| in_it(one, scopes) && in_it(other, scopes);
    TOGETHER.iter().any(both)
}

/// Whether the shipped keymap has them both on that key: there the inner scope goes first on purpose.
fn shipped_so(key: Key, one: &Action, other: &Action) -> bool {
    let key = key.to_string();
    [one, other]
        .iter()
        .all(|action| action.keys.contains(&key.as_str()))
}

fn asks_and_answers(one: ActionId, other: ActionId) -> bool {
    let answers = |id| id == ActionId::Confirm;
    answers(one) && ASKING.contains(&other) || answers(other) && ASKING.contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own<'a>(action: &'a str, keys: &[&'a str]) -> Binding<'a> {
        Binding {
            action,
            keys: keys.to_vec(),
        }
    }

    fn refused(own: &[Binding<'_>]) -> String {
        match Keymap::with(own) {
            Ok(_) => panic!("{own:?} was taken"),
            Err(bad) => bad.why,
        }
    }

    #[test]
    fn an_action_has_its_own_keys_and_no_others() {
        let keymap = Keymap::with(&[
            own("approve", &["x", "Y"]),
            own("down", &["ctrl-n", "f5"]),
            own("undo", &[]),
        ])
        .unwrap();
        assert_eq!(keymap.all_keys(ActionId::Approve), "x Y");
        assert_eq!(keymap.all_keys(ActionId::Down), "ctrl-n f5");
        assert_eq!(keymap.all_keys(ActionId::Undo), "");
        assert_eq!(keymap.key(ActionId::Undo), ":undo");
        let scopes = [Scope::Request, Scope::List, Scope::Screen];
        let does = |key: &str| keymap.find(key.parse().unwrap(), &scopes).map(|a| a.id);
        assert_eq!(does("x"), Some(ActionId::Approve));
        assert_eq!((does("a"), does("j"), does("z")), (None, None, None));
        assert!(keymap.is_own(ActionId::Undo.action()) && !keymap.is_own(ActionId::Up.action()));
    }

    #[test]
    fn two_actions_may_swap_their_keys() {
        let keymap = Keymap::with(&[own("approve", &["r"]), own("reject", &["a"])]).unwrap();
        assert_eq!(keymap.all_keys(ActionId::Approve), "r");
        assert_eq!(keymap.all_keys(ActionId::Reject), "a");
    }

    #[test]
    fn what_is_shipped_can_be_written_out() {
        let all: Vec<Binding<'_>> = ACTIONS
            .iter()
            .map(|action| own(action.name, action.keys))
            .collect();
        let keymap = Keymap::with(&all).unwrap();
        assert!(ACTIONS.iter().all(|action| !keymap.is_own(action)));
    }

    #[test]
    fn names_that_are_not_known_are_told_what_was_probably_meant() {
        let why = refused(&[own("aprove", &["x"])]);
        assert!(why.contains("did you mean approve?"), "{why}");
        let why = refused(&[own("down", &["entr"])]);
        assert!(
            why.contains("did you mean enter?") && why.contains("f1 to f12"),
            "{why}"
        );
        for (key, told) in [
            ("ctrl-m", "the same as enter"),
            ("ctrl-D", "write that"),
            ("", "is no key"),
            ("\u{7}", "is no key"),
            ("click", "is no key"),
        ] {
            let why = refused(&[own("down", &[key])]);
            assert!(why.contains(told), "{key}: {why}");
            assert!(!why.contains('\u{7}'));
        }
    }

    #[test]
    fn a_key_means_one_thing_wherever_it_could_be_pressed() {
        for (action, key, other) in [
            ("down", "k", "up"),
            ("approve", "j", "down"),
            ("undo", "1", "tab_pending"),
            ("quit", "a", "approve"),
            ("confirm", "e", "form"),
            ("save", "x", "remove"),
            ("save_policy", "E", "edit_policy"),
            ("verify", "?", "help"),
        ] {
            let why = refused(&[own(action, &[key])]);
            assert!(
                why.contains(&format!("key of {other} there")),
                "{action} {key}: {why}"
            );
        }
    }

    #[test]
    fn what_decides_is_on_no_key_that_is_pressed_by_accident() {
        let decides = ACTIONS
            .iter()
            .filter(|action| action.danger == Danger::Decides);
        let outside = decides.filter(|action| !action.scopes.iter().all(|s| TYPED.contains(s)));
        for action in outside {
            for key in [
                "enter", "space", "esc", "tab", "down", "ctrl-x", "f5", "delete",
            ] {
                let why = refused(&[own(action.name, &[key])]);
                assert!(
                    why.contains("visible character"),
                    "{} {key}: {why}",
                    action.name
                );
            }
        }
        for action in ["approve", "approve_marked"] {
            let why = refused(&[own(action, &["y"])]);
            assert!(why.contains("pressed twice"), "{why}");
        }
    }

    #[test]
    fn the_way_out_and_the_help_stay() {
        for action in ACTIONS {
            let in_a_line = action.scopes.iter().any(|scope| TYPED.contains(scope));
            let of = if in_a_line { &KEPT[..] } else { &KEPT[..3] };
            for kept in of.iter().filter(|kept| action.keys.contains(kept)) {
                let why = refused(&[own(action.name, &[])]);
                let named = action
                    .keys
                    .iter()
                    .any(|key| why.starts_with(&format!("“{key}”")));
                assert!(named, "{} {kept}: {why}", action.name);
            }
        }
        for (action, key) in [("filter", "esc"), ("mouse", "ctrl-c"), ("mark", "?")] {
            refused(&[own(action, &[key])]);
        }
        assert!(Keymap::with(&[own("help", &["?", "f2"]), own("quit", &[])]).is_ok());
    }

    #[test]
    fn characters_are_typed_where_something_is_typed() {
        for (action, key) in [
            ("send_reason", "x"),
            ("run_entry", "space"),
            ("redraw", "L"),
            ("complete_filter", "left"),
            ("next_entry", "ctrl-w"),
        ] {
            let why = refused(&[own(action, &[key])]);
            assert!(
                why.contains("where something is typed"),
                "{action} {key}: {why}"
            );
        }
        assert!(Keymap::with(&[own("send_reason", &["enter", "ctrl-x"])]).is_ok());
    }
}
