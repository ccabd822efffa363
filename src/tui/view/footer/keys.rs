//! Which keys stand in the footer: for each screen, pane, page and overlay.

use crate::domain::review::Word;
use crate::tui::action::ActionId as Id;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::overlay::Overlay;
use crate::tui::state::pending::Pane;
use crate::tui::state::{State, Tab};
use crate::tui::view::settings;

/// Which keys to show for what is focused, the most needed first; and the one at the right.
pub fn keys(state: &State, layout: &Layout) -> (Vec<Id>, Id) {
    let (keys, last) = wanted(state, layout);
    let keys = keys.iter().copied().filter(|id| means(state, *id));
    (keys.collect(), last)
}

/// Whether a key means here what it says: another scope may go first, or it may be a letter that is typed.
fn means(state: &State, id: Id) -> bool {
    match state.keymap.keys(id).next() {
        // What has no key is shown by its name.
        None => true,
        Some(key) => {
            let found = state.keymap.find(key, state.scopes());
            found.is_some_and(|action| action.id == id)
        }
    }
}

fn wanted(state: &State, layout: &Layout) -> (&'static [Id], Id) {
    let keys: &[Id] = match (&state.overlay, state.tab) {
        (Some(Overlay::Confirm(_)), _) => return (&[Id::Confirm], Id::Cancel),
        (Some(Overlay::Reason(_)), _) => return (&[Id::SendReason], Id::CancelReason),
        (Some(Overlay::Answer(_)), _) => return (&[Id::SendAnswer], Id::CancelReason),
        (Some(Overlay::Snooze(_)), _) => {
            return (&[Id::SendSnooze, Id::OtherSnooze], Id::CancelReason);
        }
        (Some(Overlay::Several(several)), _) => match several.word {
            Word::Approve => return (&[Id::Confirm], Id::Cancel),
            Word::Reject | Word::Respond => return (&[Id::SendReason], Id::CancelReason),
        },
        (Some(Overlay::Filter(_)), _) => {
            return (&[Id::KeepFilter, Id::CompleteFilter], Id::ClearFilter);
        }
        (Some(Overlay::Edited(_)), _) => {
            return (
                &[
                    Id::Confirm,
                    Id::LeaveEdit,
                    Id::Form,
                    Id::Edit,
                    Id::Discard,
                    Id::Down,
                ],
                Id::Close,
            );
        }
        (Some(Overlay::Broken(_)), _) => return (&[Id::Edit, Id::Discard], Id::Close),
        (
            Some(
                Overlay::Help { .. }
                | Overlay::Why(_)
                | Overlay::Sheet(_)
                | Overlay::Messages { .. },
            ),
            _,
        ) => {
            return (&[Id::Down, Id::PageDown], Id::Close);
        }
        (Some(Overlay::Bell(_)), _) => {
            return (&[Id::Down, Id::Open, Id::PageDown], Id::Close);
        }
        (Some(Overlay::Form(_)), _) => {
            let keys = &[
                Id::FormDone,
                Id::FormLines,
                Id::FormFlip,
                Id::FormNext,
                Id::FormPrevious,
            ];
            return (keys, Id::CancelReason);
        }
        (Some(Overlay::Export(_)), _) => {
            return (&[Id::WriteFile, Id::OtherFormat], Id::CancelReason);
        }
        (Some(Overlay::Typed(..)), _) => return (&[Id::SendLine], Id::CancelReason),
        (Some(Overlay::Palette(_)), _) => {
            return (&[Id::RunEntry, Id::NextEntry], Id::CancelReason);
        }
        (Some(Overlay::Token(_)), _) => return (&[], Id::Close),
        (Some(Overlay::Trial(_)), _) => {
            let keys = &[
                Id::SavePolicy,
                Id::EditPolicy,
                Id::Discard,
                Id::Down,
                Id::PageDown,
            ];
            return (keys, Id::Close);
        }
        (None, Tab::History) => match state.history.pane {
            Pane::List
                if state.history.list.rows.is_empty() && !state.history.list.query.is_empty() =>
            {
                &[Id::Back, Id::Filter, Id::NextTab, Id::Quit]
            }
            Pane::List if state.history.list.rows.is_empty() => {
                &[Id::NextTab, Id::Refresh, Id::Quit]
            }
            Pane::List => &[
                Id::Down,
                Id::Open,
                Id::Filter,
                Id::Why,
                Id::Verify,
                Id::Export,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            Pane::Detail => &[
                Id::Down,
                Id::Back,
                Id::Why,
                Id::Verify,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
        },
        (None, Tab::Settings) => settings::keys(state, layout),
        (None, Tab::Pending)
            if state.pending.list.rows.is_empty() && !state.pending.list.query.is_empty() =>
        {
            &[Id::Back, Id::Filter, Id::NextTab, Id::Quit]
        }
        // In the sample there is no other.
        (None, Tab::Pending) if state.pending.list.rows.is_empty() && state.sample => {
            &[Id::NextTab, Id::Quit, Id::Watch, Id::Refresh]
        }
        (None, Tab::Pending) if state.pending.list.rows.is_empty() => {
            &[Id::Sample, Id::NextTab, Id::Quit, Id::Watch, Id::Refresh]
        }
        (None, Tab::Pending)
            if !state.pending.marks.is_empty() && state.pending.pane == Pane::List =>
        {
            &[
                Id::ApproveMarked,
                Id::RejectMarked,
                Id::Mark,
                Id::Back,
                Id::Down,
                Id::Open,
            ]
        }
        (None, Tab::Pending) => match (layout.mode, state.pending.pane) {
            (Mode::Split, Pane::List) => &[
                Id::Down,
                Id::Open,
                Id::Mark,
                Id::Filter,
                Id::Why,
                Id::Claim,
                Id::Snooze,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            (Mode::Split, Pane::Detail) => &[
                Id::Down,
                Id::Back,
                Id::Raw,
                Id::Past,
                Id::Why,
                Id::Claim,
                Id::Snooze,
                Id::Undo,
                Id::NextTab,
                Id::Quit,
            ],
            (Mode::Single, Pane::List) => &[Id::Open, Id::Filter, Id::Down, Id::NextTab, Id::Quit],
            // What is put off is listed to be called back.
            (_, Pane::List) if state.pending.list.query.is_put_off() => &[
                Id::Approve,
                Id::Reject,
                Id::Form,
                Id::Respond,
                Id::Notify,
                Id::Snooze,
                Id::Back,
                Id::Filter,
                Id::Open,
                Id::Why,
            ],
            (_, Pane::List) => &[
                Id::Approve,
                Id::Reject,
                Id::Form,
                Id::Respond,
                Id::Notify,
                Id::Mark,
                Id::Filter,
                Id::Remember,
                Id::Open,
                Id::Why,
            ],
            (_, Pane::Detail) => &[
                Id::Approve,
                Id::Reject,
                Id::Form,
                Id::Respond,
                Id::Notify,
                Id::Back,
                Id::Remember,
                Id::Why,
            ],
        },
    };
    (keys, Id::Help)
}
