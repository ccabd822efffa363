//! The menu, and the pages that are lists: going there, what their keys prepare, and what is typed on them.

use std::time::Duration;

use crate::client::ClientError;
use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::look::Look;
use crate::tui::state::field::Field;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::settings::facts::{Facts, Wanted};
use crate::tui::state::settings::section::{Section, Side};
use crate::tui::state::settings::sheet::Subject;
use crate::tui::state::settings::{Origin, Proof, Typing, Verb, roles};
use crate::tui::state::{State, ToastTone};

use super::{leave, news, policy, prepare, toast};

/// A key of the menu, or of a page that is a list; says whether it was one of theirs.
pub fn act(state: &mut State, action: ActionId, effects: &mut Vec<Effect>) -> bool {
    let lists = state.settings.section != Section::AutoApproval;
    match (state.settings_side(), action) {
        (Side::Menu, ActionId::Open | ActionId::SwapPane) => show(state, Side::Page),
        (Side::Page, ActionId::SwapPane) => show(state, Side::Menu),
        (Side::Page, ActionId::Back) => back(state),
        (Side::Page, ActionId::Open) if lists => open(state, effects),
        (Side::Page, ActionId::Remove) => remove(state),
        (Side::Page, ActionId::MakeToken) => make_token(state),
        (Side::Page, ActionId::EditPolicy) => policy::edit(state, effects),
        (Side::Page, ActionId::Verify) => prove(state, effects),
        _ => return false,
    }
    true
}

/// To the menu, or to the page beside it.
pub fn show(state: &mut State, side: Side) {
    leave(state);
    state.settings.side = Some(side);
}

/// To another page. What was known of it is shown until the gate has answered.
pub fn go(state: &mut State, section: Section) {
    if state.settings.section != section {
        state.settings.section = section;
        turned(state);
    }
}

/// Another list stands there now.
fn turned(state: &mut State) {
    leave(state);
    let settings = &mut state.settings;
    if settings.section != Section::Agents {
        settings.opened = None;
    }
    settings.sheet = Default::default();
    settings.outdated = true;
    settings.asking.open = false;
    settings.asking.at = Duration::ZERO;
    news(state);
}

fn back(state: &mut State) {
    let Some(agent) = state.settings.opened.take() else {
        return show(state, Side::Menu);
    };
    turned(state);
    // The list is known, so the agent that was left is focused in it again.
    state.fit_sheet();
    let rows = &state.settings.sheet.rows;
    let at = rows
        .iter()
        .position(|row| row.subject == Some(Subject::Agent(agent.clone())));
    state.settings.sheet.focus = at.unwrap_or_default();
}

fn open(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not_open_row() {
        return toast(state, ToastTone::Plain, why);
    }
    match state.settings_subject().cloned() {
        Some(Subject::Agent(agent)) => {
            state.settings.opened = Some(agent);
            if let Some(facts) = state.settings.facts.get_mut(&Section::Agents) {
                facts.of_agent.clear();
            }
            turned(state);
        }
        Some(Subject::Version(version)) => policy::try_version(state, version, effects),
        Some(Subject::Look(look)) => choose_look(state, look, effects),
        _ => {
            if let Some(typing) = state.typed_for() {
                ask(state, typing);
            }
        }
    }
}

/// It is seen at once, and kept.
fn choose_look(state: &mut State, look: Look, effects: &mut Vec<Effect>) {
    if state.look.replace(look) != Some(look) {
        let place = state.settings.sheet.focus;
        effects.push(Effect::Look(look));
        state.settings.outdated = true;
        state.fit_sheet();
        // Every row is about another look now; the focus stays where it was.
        state.settings.sheet.focus = place;
    }
}

/// Whether it will be there the next time.
pub fn look_kept(state: &mut State, result: Result<String, String>) {
    match result {
        Ok(place) => toast(state, ToastTone::Good, format!("kept in {place}")),
        Err(why) => toast(
            state,
            ToastTone::Bad,
            format!("only until you leave: {why}"),
        ),
    }
}

/// Opens the line for a value, if this person may change it.
fn ask(state: &mut State, typing: Typing) {
    let why = state.unable_to_save().or_else(|| state.why_not_changed());
    if let Some(why) = why {
        return toast(state, ToastTone::Plain, why);
    }
    leave(state);
    state.overlay = Some(Overlay::Typed(typing, Field::default()));
}

fn make_token(state: &mut State) {
    if state.settings.section == Section::Tokens {
        ask(state, Typing::Token);
    }
}

fn remove(state: &mut State) {
    let why = state.why_not_offered(Verb::Remove);
    let change = state.changed_by(Origin::Key(Verb::Remove)).ok();
    prepare(state, why, change);
}

/// Enter in the line: the change is prepared, and shown before it is saved.
pub fn send(state: &mut State) {
    let Some(Overlay::Typed(typing, field)) = &state.overlay else {
        return;
    };
    let origin = Origin::Line(typing.clone(), field.text.trim().to_owned());
    match state.changed_by(origin) {
        // The line stays open: what was typed isn't lost.
        Err(why) => toast(state, ToastTone::Plain, why),
        Ok(change) => {
            state.overlay = None;
            prepare(state, None, Some(change));
        }
    }
}

/// `tab` in the line: the next value that there is.
pub fn other_value(state: &mut State) {
    let me = state.me.as_ref().map(|me| me.id.clone());
    let facts = state.settings.page_facts();
    let Some(Overlay::Typed(typing, field)) = &state.overlay else {
        return;
    };
    let people = || {
        let people = facts.into_iter().flat_map(|facts| &facts.people);
        let people = people
            .filter(|person| person.active)
            .map(|person| person.id.to_string());
        people.collect::<Vec<_>>()
    };
    // The last word is completed; what stands before it stays.
    let (before, word) = field
        .text
        .rsplit_once(' ')
        .map_or(("", field.text.as_str()), |both| both);
    let values: Vec<String> = match typing {
        Typing::Role(_) => roles().map(str::to_owned).to_vec(),
        Typing::Quiet => vec!["20:00 07:00".to_owned(), "18:00 08:00".to_owned()],
        Typing::Away if field.text.contains(' ') => people()
            .into_iter()
            .filter(|id| Some(id) != me.as_ref())
            .collect(),
        Typing::Away => ["1d", "7d", "14d"].map(str::to_owned).to_vec(),
        Typing::Token => {
            let agents = facts.into_iter().flat_map(|facts| &facts.agents);
            let agents = agents.map(|agent| format!("agent:{}", agent.id));
            people().into_iter().chain(agents).collect()
        }
    };
    let whole = matches!(typing, Typing::Quiet);
    let (before, word) = if whole {
        ("", field.text.as_str())
    } else {
        (before, word)
    };
    let at = values.iter().position(|value| value == word);
    let begins = || {
        values
            .iter()
            .position(|value| !word.is_empty() && value.starts_with(word))
    };
    let next = match at {
        Some(at) => (at + 1) % values.len().max(1),
        None => begins().unwrap_or_default(),
    };
    let Some(value) = values.get(next) else {
        return;
    };
    let gap = if before.is_empty() { "" } else { " " };
    let text = format!("{before}{gap}{value}");
    if let Some(Overlay::Typed(_, field)) = &mut state.overlay {
        *field = Field::of(text);
    }
}

/// What a page shows, as the gate says it.
pub fn facts(state: &mut State, wanted: Wanted, result: Result<Box<Facts>, ClientError>) {
    let current = state.settings.wanted() == wanted;
    if current {
        state.settings.asking.open = false;
    }
    match result {
        Ok(facts) => {
            // Of an agent's own page nothing is kept for the next agent's.
            if current || wanted.agent.is_none() {
                state.settings.facts.insert(wanted.section, *facts);
                state.settings.outdated = true;
                super::drop_overtaken(state);
            }
        }
        Err(error) if current => toast(state, ToastTone::Bad, error.to_string()),
        Err(_) => {}
    }
}

fn prove(state: &mut State, effects: &mut Vec<Effect>) {
    if let Some(why) = state.why_not(ActionId::Verify) {
        return toast(state, ToastTone::Plain, why);
    }
    state.settings.proof = Some(Proof::Reading);
    state.settings.outdated = true;
    effects.push(Effect::ProveLog);
}

/// What came of reading the whole log.
pub fn proven(state: &mut State, proof: Proof) {
    state.settings.proof = Some(proof);
    state.settings.outdated = true;
}
