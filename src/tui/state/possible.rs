//! Why a key does nothing now. The footer dims what it says here, the palette gives it as the reason, and
//! the keys themselves ask the same functions.

use crate::tui::action::ActionId as Id;

use super::overlay::Overlay;
use super::settings::Verb;
use super::settings::section::{Section, Side};
use super::{State, Tab};

impl State {
    /// Why an action of the screen that is shown does nothing now; nothing if it does something.
    pub fn why_not(&self, id: Id) -> Option<String> {
        match id {
            Id::Approve | Id::Form | Id::Edit => self.why_not_approve(),
            Id::Reject | Id::Respond | Id::Claim | Id::Snooze => self.obstacle(),
            Id::ApproveMarked => self
                .why_not_several()
                .or_else(|| self.why_not_approve_marked()),
            Id::RejectMarked => self.why_not_several(),
            Id::Undo if self.just_approved().is_some() => None,
            Id::Undo => self.why_not_undo().map(str::to_owned),
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
            Id::Verify => self.why_not_seen(),
            Id::Open if self.tab == Tab::Settings => self.why_not_opened(),
            _ => None,
        }
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
            _ => None,
        }
    }

    fn why_not_save_policy(&self) -> Option<String> {
        match &self.overlay {
            Some(Overlay::Trial(trial)) if trial.is_good() => self.unable_to_save(),
            _ => Some("there is no policy that could be saved".to_owned()),
        }
    }

    fn why_not_opened(&self) -> Option<String> {
        let opens = self.settings_side() == Side::Menu
            || self.settings.section == Section::AutoApproval
            || self.can_open();
        (!opens).then(|| "there is nothing more to open here".to_owned())
    }
}
