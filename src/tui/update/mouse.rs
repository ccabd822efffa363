//! The mouse: the wheel scrolls, a click focuses. Neither ever decides, and no key decides right after.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::tui::action::ActionId;
use crate::tui::effect::Effect;
use crate::tui::state::pending::Pane;
use crate::tui::state::tabs::Under;
use crate::tui::state::{State, Tab, ToastTone};

use super::{guard, history, overlay, pending, settings, toast};

/// Lines of a text that one notch of the wheel scrolls.
const NOTCH: usize = 3;

/// `%`: whose the mouse is.
pub fn toggle(state: &mut State, effects: &mut Vec<Effect>) {
    state.mouse = !state.mouse;
    effects.push(Effect::Mouse(state.mouse));
    let text = match state.mouse {
        true => "the wheel scrolls, a click focuses; hold Shift to select text".to_owned(),
        false => {
            let key = state.keymap.key(ActionId::Mouse);
            format!("the mouse is left to the terminal; {key} takes it again")
        }
    };
    toast(state, ToastTone::Plain, text);
}

/// The mouse did something.
pub fn take(state: &mut State, event: &MouseEvent, effects: &mut Vec<Effect>) {
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::ScrollDown => wheel(state, at, 1, effects),
        MouseEventKind::ScrollUp => wheel(state, at, -1, effects),
        MouseEventKind::Down(MouseButton::Left) => click(state, at),
        _ => return,
    }
    guard::hold_off(state);
}

fn wheel(state: &mut State, at: Position, by: isize, effects: &mut Vec<Effect>) {
    let action = match by {
        1 => ActionId::Down,
        _ => ActionId::Up,
    };
    if let Some(open) = &state.overlay {
        // A line that is typed and a question have nothing to scroll.
        if open.covers() && open.field().is_none() {
            for _ in 0..NOTCH {
                overlay::act(state, action, effects);
            }
        }
        return;
    }
    match (state.under(at), state.tab) {
        (Some(Under::Text), Tab::Pending) => pending::scroll(state, by * NOTCH.cast_signed()),
        // The record below the list is all there.
        (Some(Under::Text), Tab::History) if state.history.pane == Pane::Detail => {
            history::scroll(state, by * NOTCH.cast_signed());
        }
        (Some(Under::List(_)), Tab::Pending) => {
            let entries = state.entries();
            state.pending.list.step(by, entries);
        }
        (Some(Under::List(_)), Tab::History) => history::act(state, action, effects),
        (Some(Under::List(_)), Tab::Settings) => settings::act(state, action, effects),
        _ => {}
    }
}

/// What is laid over the screen is left by a key.
fn click(state: &mut State, at: Position) {
    if state.overlay.is_some() {
        return;
    }
    match (state.under(at), state.tab) {
        (Some(Under::Tab(tab)), _) => state.tab = tab,
        (Some(Under::List(entry)), Tab::Pending) => pending::point(state, entry),
        (Some(Under::List(entry)), Tab::History) => history::point(state, entry),
        (Some(Under::List(entry)), Tab::Settings) => settings::point(state, entry),
        (Some(Under::Menu(section)), _) => settings::pages::go(state, section),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use crate::tui::event::Event;
    use crate::tui::sample::{Desk, email, id};
    use crate::tui::state::overlay::Overlay;
    use crate::tui::state::settings::section::Section;

    use super::*;

    fn desk(width: u16, height: u16) -> Desk {
        Desk::new(width, height, (1..=30).map(email).collect())
    }

    fn mouse(desk: &mut Desk, kind: MouseEventKind, column: u16, row: u16) {
        desk.event(Event::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }

    fn click(desk: &mut Desk, column: u16, row: u16) {
        mouse(desk, MouseEventKind::Down(MouseButton::Left), column, row);
    }

    #[test]
    fn a_click_focuses_the_row_under_it_and_decides_nothing_anywhere() {
        for (width, height) in [(120, 36), (80, 24), (40, 12), (1, 1)] {
            for y in 0..height {
                for x in (0..width).step_by(3) {
                    let mut desk = desk(width, height);
                    click(&mut desk, x, y);
                    desk.wait(3_000);
                    assert!(desk.sent.is_empty() && desk.done.is_empty());
                    assert!(desk.state.overlay.is_none());
                }
            }
        }
        // Two rows an entry, below the title of the list.
        let mut wide = desk(120, 36);
        for (row, expected) in [(3, 1), (4, 1), (5, 2), (8, 3), (3, 1)] {
            click(&mut wide, 10, row);
            assert_eq!(wide.focused(), Some(id(expected)), "{row}");
        }
        let mut stacked = desk(80, 24);
        click(&mut stacked, 10, 5);
        assert_eq!(stacked.focused(), Some(id(3)));
    }

    #[test]
    fn a_key_that_comes_with_a_click_decides_nothing() {
        let mut desk = desk(120, 36);
        click(&mut desk, 10, 5);
        desk.keys("a");
        desk.wait(3_000);
        assert!(desk.sent.is_empty());
        // The other way round: the key waits to be sure that it came alone, and it didn't.
        desk.burst("a");
        click(&mut desk, 10, 3);
        desk.wait(3_000);
        assert!(desk.sent.is_empty());
        desk.keys("a");
        assert_eq!(desk.sent[0].0, id(1));
    }

    #[test]
    fn a_click_changes_the_tab_and_another_one_the_page() {
        let mut desk = desk(120, 36);
        let places = desk.state.tab_places(&desk.state.screen());
        for tab in [Tab::Settings, Tab::History, Tab::Pending, Tab::Settings] {
            let (_, x, title) = places.iter().find(|(at, ..)| *at == tab).unwrap();
            click(&mut desk, *x, 0);
            assert_eq!(desk.state.tab, tab, "{title}");
        }
        let before = desk.state.settings.section;
        for y in 2..34 {
            click(&mut desk, 5, y);
        }
        assert_eq!(desk.state.settings.section, *Section::ALL.last().unwrap());
        assert_ne!(desk.state.settings.section, before);
        assert!(desk.saves.is_empty());
    }

    #[test]
    fn the_wheel_moves_in_the_list_scrolls_the_text_and_leaves_questions_alone() {
        let mut desk = desk(80, 16);
        mouse(&mut desk, MouseEventKind::ScrollDown, 10, 4);
        assert_eq!(desk.focused(), Some(id(2)));
        mouse(&mut desk, MouseEventKind::ScrollUp, 10, 4);
        assert_eq!(desk.focused(), Some(id(1)));
        let scroll = |desk: &Desk| desk.state.pending.reading().unwrap().scroll;
        assert_eq!(scroll(&desk), 0);
        mouse(&mut desk, MouseEventKind::ScrollDown, 10, 10);
        assert!(scroll(&desk) > 0);
        assert_eq!(desk.state.pending.pane, Pane::List);
        desk.wait(1_000);
        desk.keys("r");
        mouse(&mut desk, MouseEventKind::ScrollDown, 10, 4);
        click(&mut desk, 10, 5);
        assert_eq!(desk.focused(), Some(id(1)));
        assert!(matches!(desk.state.overlay, Some(Overlay::Reason(_))));
    }
}
