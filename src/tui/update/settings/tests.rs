//! The promises of the Settings screen, as stories of keys.

use crate::api::problem::{Problem, ProblemKind};
use crate::client::ClientError;
use crate::domain::people::Role;
use crate::tui::sample::{Desk, gone};
use crate::tui::state::settings::{Change, Focused};

/// The settings, with the last action focused: slack.send_message, unlocked, dana's choice is always.
fn desk() -> Desk {
    let mut desk = Desk::new(120, 36, Vec::new());
    desk.keys("3 G k");
    assert_eq!(focused(&desk), "slack.send_message");
    desk
}

fn focused(desk: &Desk) -> String {
    match desk.state.settings.focused().expect("a row is focused") {
        Focused::Integration(integration) => integration.name.to_string(),
        Focused::Action(action, _) => action.name.to_string(),
        Focused::Conversation(chosen) => format!("{} for now", chosen.action),
    }
}

fn unlock(action: &str, on: bool) -> Change {
    let action = action.parse().unwrap();
    Change::Unlock { action, on }
}

fn foot(desk: &Desk) -> String {
    let told = desk.state.told().expect("the foot says something");
    format!("{}\n{}", told.title.plain_line(), told.text.plain_line())
}

fn unlocked(desk: &Desk) -> bool {
    let name = "slack.send_message".parse().unwrap();
    let (action, _) = desk.state.settings.action(&name).expect("it is there");
    action.auto_approval_allowed
}

#[test]
fn a_toggle_says_whom_it_touches_and_needs_to_be_saved() {
    let mut desk = desk();
    desk.keys("space");
    assert!(desk.saves.is_empty());
    assert_eq!(
        foot(&desk),
        "slack.send_message, unlocked: from on to off\n\
         Turning off “slack.send_message” makes 6 people approve by hand again, from the next request. \
         Turning it on again later does not bring their choices back."
    );
    desk.keys("s");
    assert_eq!(desk.saves, [unlock("slack.send_message", false)]);
    assert!(
        unlocked(&desk),
        "nothing is claimed before the gate has answered"
    );
    assert_eq!(desk.toast(), "");

    desk.answer_save();
    assert!(!unlocked(&desk));
    assert_eq!(
        desk.toast(),
        "slack.send_message is locked: everybody approves it by hand"
    );
    assert!(foot(&desk).contains("Locked: no admin has unlocked it"));
}

#[test]
fn what_is_prepared_is_left_by_esc_by_moving_and_by_the_same_key() {
    for keys in ["esc", "j", "k", "space", "1 3"] {
        let mut desk = desk();
        desk.keys("space");
        assert!(desk.state.settings.prepared.is_some());
        desk.keys(keys);
        assert!(desk.state.settings.prepared.is_none(), "{keys}");
        desk.keys("s");
        assert!(desk.saves.is_empty(), "{keys}");
    }
}

#[test]
fn space_enter_and_pastes_save_nothing() {
    let mut desk = desk();
    desk.keys("space space enter enter space enter");
    desk.keys("esc");
    desk.burst("space s");
    desk.wait(3_000);
    desk.keys("esc");
    desk.press("space");
    desk.wait(100);
    desk.press("s");
    desk.wait(100);
    assert!(
        desk.saves.is_empty(),
        "what would be saved has only just come on the screen"
    );
}

#[test]
fn what_a_change_would_do_is_read_before_it_is_saved() {
    let mut desk = Desk::new(30, 8, Vec::new());
    desk.keys("3 enter G k space s");
    assert!(desk.saves.is_empty());
    assert!(desk.toast().starts_with("make the window larger"));
    assert!(desk.state.settings.prepared.is_some());
    let mut desk = Desk::new(40, 14, Vec::new());
    desk.keys("3 enter G k space s");
    assert_eq!(desk.saves.len(), 1);
}

#[test]
fn a_member_changes_nothing_for_others_and_is_told_why() {
    let mut desk = Desk::new(120, 36, Vec::new());
    desk.connect_as(Role::Member);
    desk.keys("3 G k space");
    assert!(desk.state.settings.prepared.is_none());
    assert_eq!(
        desk.toast(),
        "only admins and owners change this for everybody; you are a member"
    );
    assert!(desk.state.why_not_toggle().is_some(), "the key is dim");
    assert!(
        foot(&desk)
            .ends_with("Only admins and owners change this for everybody; you are a member.")
    );

    desk.keys("enter s");
    let action = "slack.send_message".parse().unwrap();
    assert_eq!(
        desk.saves,
        [Change::Manual { action }],
        "their own choice is theirs"
    );
}

#[test]
fn what_is_locked_can_not_be_chosen_and_says_so() {
    let mut desk = desk();
    desk.keys("g j j j j j j j");
    assert_eq!(focused(&desk), "email.send");
    desk.keys("enter");
    assert!(desk.state.settings.prepared.is_none());
    assert_eq!(
        desk.toast(),
        "email.send is locked: an admin has to unlock it first"
    );
    desk.keys("space enter");
    assert_eq!(
        desk.toast(),
        "unlocking email.send is only prepared: save it first: s"
    );
    desk.keys("k space");
    assert_eq!(focused(&desk), "email.read");
    assert_eq!(
        desk.toast(),
        "email.read needs no approval: there is nothing to unlock"
    );
}

#[test]
fn always_and_back_to_manual() {
    let mut desk = desk();
    desk.keys("k enter");
    assert!(
        foot(&desk)
            .starts_with("slack.invite, yours: from manual to always\nFrom the next request")
    );
    desk.keys("s");
    desk.answer_save();
    assert_eq!(
        desk.toast(),
        "slack.invite goes through for you from now on"
    );
    desk.keys("enter");
    assert!(
        foot(&desk)
            .starts_with("slack.invite, yours: from always to manual\nThis ends your choice:")
    );
}

#[test]
fn a_choice_for_a_conversation_is_ended_where_it_is_listed() {
    let mut desk = desk();
    desk.keys("G");
    assert_eq!(focused(&desk), "crm.note for now");
    desk.keys("space");
    assert_eq!(desk.toast(), "this is yours alone: enter ends it");
    desk.keys("enter");
    assert!(foot(&desk).contains("This ends your choice for its conversation"));
    desk.keys("s");
    let action = "crm.note".parse().unwrap();
    assert_eq!(desk.answer_save(), Change::Manual { action });
    assert!(
        !desk
            .state
            .settings
            .yours
            .iter()
            .any(|yours| yours.conversations > 0)
    );
}

#[test]
fn an_integration_is_switched_in_the_same_way() {
    let mut desk = desk();
    desk.keys("g space");
    assert_eq!(focused(&desk), "browser");
    assert!(foot(&desk).starts_with("browser, integration: from disabled to enabled"));
    desk.keys("s");
    desk.answer_save();
    assert_eq!(desk.toast(), "browser is enabled");
}

#[test]
fn losing_the_race_says_so_and_saves_nothing() {
    let mut desk = desk();
    desk.keys("space");
    desk.make(&unlock("slack.send_message", false));
    desk.workspace_news("action.saved");
    assert!(desk.state.settings.prepared.is_none());
    assert_eq!(
        desk.toast(),
        "slack.send_message was changed by somebody else meanwhile: look again"
    );
    desk.keys("s");
    assert!(desk.saves.is_empty());
}

#[test]
fn what_others_change_elsewhere_leaves_the_prepared_change_alone() {
    let mut desk = desk();
    desk.keys("space");
    desk.make(&unlock("email.send", true));
    desk.workspace_news("action.saved");
    assert!(desk.state.settings.prepared.is_some());
    assert_eq!(focused(&desk), "slack.send_message");
}

#[test]
fn the_gate_is_quoted_and_nothing_is_claimed() {
    let mut desk = desk();
    desk.keys("k enter s");
    let refusal = Problem::new(
        ProblemKind::AutoApprovalNotAllowed,
        "no administrator has unlocked auto-approval for slack.invite",
    );
    desk.refuse_save(ClientError::Refused(Box::new(refusal)));
    assert!(
        desk.toast()
            .ends_with("no administrator has unlocked auto-approval for slack.invite")
    );
    assert!(desk.state.settings.saving.is_none());

    desk.keys("enter s");
    let before = desk.looked_up;
    desk.refuse_save(gone());
    assert!(
        desk.toast()
            .starts_with("not known yet whether the gate heard it")
    );
    desk.wait(1_000);
    assert!(
        desk.looked_up > before,
        "the gate is asked how it stands now"
    );
}

#[test]
fn one_change_is_on_its_way_at_a_time_and_none_without_a_gate() {
    let mut desk = desk();
    desk.keys("space s k space");
    assert_eq!(desk.toast(), "a change is on its way");
    assert_eq!(desk.saves.len(), 1);
    desk.answer_save();
    desk.disconnect();
    desk.keys("space");
    assert_eq!(desk.toast(), "not connected: a change needs the gate");
}

#[test]
fn the_settings_are_looked_up_when_they_are_shown_and_when_something_changes() {
    let mut desk = Desk::new(120, 36, Vec::new());
    desk.workspace_news("action.saved");
    assert_eq!(desk.looked_up, 0);
    desk.keys("3");
    assert_eq!(desk.looked_up, 1);
    desk.wait(60_000);
    assert_eq!(desk.looked_up, 1);
    for kind in ["action.saved", "integration.saved", "preference.opted_in"] {
        let before = desk.looked_up;
        desk.workspace_news(kind);
        assert_eq!(desk.looked_up, before + 1, "{kind}");
    }
    let before = desk.looked_up;
    desk.workspace_news("token.issued");
    assert_eq!(desk.looked_up, before);
    desk.keys("1 3");
    assert_eq!(desk.looked_up, before + 1);
}
