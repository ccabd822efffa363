//! What somebody edits in an editor of their own.

use crate::tui::event::Answer;
use crate::tui::state::overlay::About;

/// What a text is that somebody edits.
#[derive(Clone, Copy)]
pub(in crate::tui) enum Writing {
    /// The parameters of a request.
    Params(About),
    /// One value of a form, by its place there.
    Lines(About, usize),
    Policy,
}

impl Writing {
    /// How its file ends, which editors go by.
    pub(in crate::tui) const fn ending(self) -> &'static str {
        match self {
            Writing::Params(_) => "json",
            Writing::Lines(..) => "txt",
            Writing::Policy => "toml",
        }
    }

    pub(in crate::tui) fn answer(self, written: Result<String, String>) -> Answer {
        match self {
            Writing::Params(about) => Answer::Edited(about, written),
            Writing::Lines(about, at) => Answer::Lines(about, at, written),
            Writing::Policy => Answer::PolicyEdited(written),
        }
    }
}
