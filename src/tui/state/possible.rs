//! Why a key does nothing now. The footer dims what it says here, the palette gives it as the reason, and
//! the keys themselves ask the same functions.

use crate::domain::review::Word;
use crate::tui::action::ActionId as Id;
use crate::tui::query;

use super::field::Field;
use super::marks::MOST;
use super::overlay::{Overlay, TextLine};
use super::settings::section::{Section, Side};
use super::settings::trial::Tried;
use super::settings::{Origin, Proof, Verb};
use super::{State, Tab, words};

/// What was asked about is no longer so.
pub const STALE: &str = "it has changed meanwhile: nothing was decided";

impl State {
    /// Why an action of the screen that is shown does nothing now; nothing if it does something.
    pub fn why_not(&self, id: Id) -> Option<String> {
        match id {
            Id::Approve => self.why_not_alone(id).or_else(|| self.why_not_approve()),
            Id::Edit => self.why_not_approve(),
            Id::Form => self.why_not_approve().or_else(|| self.why_no_form()),
            Id::Reject | Id::Respond => self.why_not_alone(id).or_else(|| self.obstacle()),
            Id::Claim | Id::Snooze => self.obstacle(),
            Id::ApproveMarked => self
                .why_not_several()
                .or_else(|| self.why_not_approve_marked()),
            Id::RejectMarked => self.why_not_several(),
            Id::Undo => self.why_not_taken_back(),
            Id::Notify => self.obstacle().or_else(|| self.why_always_told()),
            Id::Remember => self.obstacle().or_else(|| self.why_not_remembered()),
            Id::Why | Id::Past | Id::Raw | Id::Mark if self.tab != Tab::Settings => {
                self.why_not_shown(id)
            }
            Id::Toggle => self.why_not_toggle(),
            Id::Choose => self.why_not_choose(),
            Id::Save => self.why_not_save(),
            Id::Remove => self.why_not_offered(Verb::Remove),
            Id::MakeToken if self.settings.section != Section::Tokens => {
                Some("tokens are made on their own page".to_owned())
            }
            Id::MakeToken => self.unable_to_save().or_else(|| self.why_not_changed()),
            Id::EditPolicy if !matches!(self.overlay, Some(Overlay::Trial(_))) => {
                self.why_not_edit_policy()
            }
            Id::SavePolicy => self.why_not_save_policy(),
            Id::Export => self.why_not_export(),
            Id::Sample => self.why_not_sample().map(str::to_owned),
            Id::Verify if self.tab == Tab::History => self.why_not_proven(),
            Id::Verify if self.settings.section != Section::Audit => {
                Some("the log is proven on the page Audit".to_owned())
            }
            Id::Verify => self.why_not_proven_here(),
            Id::Open if matches!(self.overlay, Some(Overlay::Bell(_))) => self.why_not_told(),
            Id::Open if self.tab == Tab::Settings => self.why_not_opened(),
            Id::Down | Id::Up | Id::First | Id::Last => self.why_not_moved(),
            Id::PageDown | Id::PageUp => self.why_not_paged(),
            Id::ScrollDown | Id::ScrollUp => self.why_not_scrolled(),
            _ => self
                .overlay
                .as_ref()
                .and_then(|over| self.why_not_over(id, over)),
        }
    }

    /// Why a key of what is laid over the screen does nothing now.
    fn why_not_over(&self, id: Id, over: &Overlay) -> Option<String> {
        match (id, over) {
            (Id::Confirm, Overlay::Several(_)) => self
                .why_not_several()
                .or_else(|| self.why_not_approve_marked()),
            (Id::Confirm, _) => self.why_not_approve(),
            (Id::SendReason, Overlay::Several(several)) => {
                let none = several.word == Word::Reject && several.items.is_empty();
                let stale = none.then(|| STALE.to_owned());
                stale.or_else(|| self.why_not_several())
            }
            (Id::SendReason, Overlay::Reason(line)) => self.why_not_sent(line),
            (Id::SendAnswer, Overlay::Answer(line)) => self.why_not_sent(line).or_else(|| {
                let none = line.field.text.trim().is_empty();
                none.then(|| "type what the agent gets as its answer, or esc".to_owned())
            }),
            (Id::SendSnooze, Overlay::Snooze(line)) => self.why_not_sent(line).or_else(|| {
                let until = words::until(&line.field.text, self.now.wall, &self.zone);
                until.is_none().then(|| words::HOW_LONG.to_owned())
            }),
            (Id::SendLine, Overlay::Typed(typing, field)) => {
                let typed = field.text.trim().to_owned();
                self.changed_by(Origin::Line(typing.clone(), typed)).err()
            }
            (Id::WriteFile, Overlay::Export(field)) => self.to_export(&field.text).err(),
            (Id::KeepFilter, Overlay::Filter(_)) => self.filter().why_not.clone(),
            (Id::CompleteFilter, Overlay::Filter(field)) => self.why_not_completed(field),
            (Id::RunEntry, Overlay::Palette(palette)) => {
                let mut found = self.commands(&palette.field.text).into_iter();
                match found.nth(palette.focus) {
                    None => Some("there is nothing of that name: esc leaves".to_owned()),
                    Some(entry) => entry.why_not,
                }
            }
            (Id::NextEntry, Overlay::Palette(palette)) => {
                let last = palette.focus + 1 >= self.commands(&palette.field.text).len();
                last.then(|| "that is the last one".to_owned())
            }
            (Id::FormDone, Overlay::Form(form)) if form.stale => Some(STALE.to_owned()),
            (Id::FormNext, Overlay::Form(form)) => {
                let last = form.beside(true).is_none();
                last.then(|| "that is the last value".to_owned())
            }
            (Id::FormPrevious, Overlay::Form(form)) => {
                let first = form.beside(false).is_none();
                first.then(|| "that is the first value".to_owned())
            }
            _ => None,
        }
    }

    /// Why a line about a request can't be sent now.
    fn why_not_sent(&self, line: &TextLine) -> Option<String> {
        let stale = line.stale.then(|| STALE.to_owned());
        stale.or_else(|| self.obstacle())
    }

    /// Why there is nothing to complete in a filter, or to choose from.
    fn why_not_completed(&self, field: &Field) -> Option<String> {
        let (keys, rows) = (self.filter_keys(), self.narrowable());
        let none = query::complete(&field.text, keys, rows).is_none()
            && query::choices(&field.text, keys, rows).len() < 2;
        none.then(|| "nothing to complete it with".to_owned())
    }

    /// Why the parameters of the focused request have no form.
    fn why_no_form(&self) -> Option<String> {
        let none = !self.pending.reading()?.has_form;
        let editor = self.keymap.key(Id::Edit);
        none.then(|| format!("it has no value that a line could take: {editor} opens an editor"))
    }

    /// Why neither what is focused nor what was approved last can be taken back from here.
    fn why_not_taken_back(&self) -> Option<String> {
        let focused = match self.tab {
            Tab::History => self.recorded().map(|request| request.id),
            _ => self.pending.list.focused().map(|row| row.id),
        };
        let last = self.just_approved();
        let id = match self.why_not_undo() {
            None => focused,
            Some(why) => match last {
                None => return Some(self.why_too_late().unwrap_or(why).to_owned()),
                last => last,
            },
        };
        let busy = |id| self.pending.doing.contains(&id) || self.pending.sending(id).is_some();
        if !self.is_live() {
            return Some("not connected: that needs the gate".to_owned());
        }
        let busy = id.is_some_and(busy);
        busy.then(|| "that is on its way to the gate".to_owned())
    }

    /// Why the log isn't read from here.
    fn why_not_proven_here(&self) -> Option<String> {
        let away = || (!self.is_live()).then(|| "not connected: the gate has the log".to_owned());
        let busy = || {
            let busy = self.settings.proof == Some(Proof::Reading);
            busy.then(|| "the log is being read".to_owned())
        };
        self.why_not_seen().or_else(away).or_else(busy)
    }

    /// Why whether the agent is told can't be chosen.
    pub fn why_always_told(&self) -> Option<String> {
        let you = self.pending.reading()?.request.you.as_ref()?;
        you.notify_always
            .then(|| "the agent is always told here: it waits, or this is a chat".to_owned())
    }

    /// Why there is nothing to show or to mark of what is focused.
    fn why_not_shown(&self, id: Id) -> Option<String> {
        let focused = match self.tab {
            Tab::Pending => self.pending.list.focused(),
            Tab::History | Tab::Settings => self.history.list.focused(),
        };
        match id {
            _ if focused.is_none() => Some("nothing is focused".to_owned()),
            Id::Raw if self.pending.reading().is_none() => Some("still loading".to_owned()),
            Id::Why if !self.is_live() => Some("not connected: the gate knows why".to_owned()),
            Id::Past if !self.is_live() => {
                Some("not connected: the gate knows what was before".to_owned())
            }
            Id::Mark => focused.and_then(|row| {
                let marked = self.pending.is_marked(row.id);
                match (marked, self.is_decided(row), self.pending.marks.len()) {
                    (true, ..) => None,
                    (_, true, _) => Some("it waits no more: nothing to mark".to_owned()),
                    (.., MOST) => Some(format!("{MOST} are marked: no more in one go")),
                    _ => None,
                }
            }),
            _ => None,
        }
    }

    /// Why what was written can't be saved as the policy.
    pub fn why_not_save_policy(&self) -> Option<String> {
        let tried = match &self.overlay {
            Some(Overlay::Trial(trial)) => &trial.tried,
            _ => return Some("there is no policy that could be saved".to_owned()),
        };
        let again = self.keymap.key(Id::EditPolicy);
        match tried {
            Some(Tried::Good { .. }) => self.unable_to_save(),
            Some(Tried::Faulty(_)) => Some(format!("it is no policy yet: {again} opens it again")),
            None => Some("the gate hasn't answered yet".to_owned()),
        }
    }

    fn why_not_opened(&self) -> Option<String> {
        let opens =
            self.settings_side() == Side::Menu || self.settings.section == Section::AutoApproval;
        match opens {
            true => None,
            false => self.why_not_open_row(),
        }
    }
}
