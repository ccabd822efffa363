//! The table of everything a key can do. Keymap, footer, help overlay and the key table of the README
//! are read off it, so none of them can say something else than the program does.

/// One thing that a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionId {
    Down,
    Up,
    PageDown,
    PageUp,
    First,
    Last,
    ScrollDown,
    ScrollUp,
    Open,
    SwapPane,
    Back,
    TabPending,
    TabHistory,
    TabSettings,
    NextTab,
    PreviousTab,
    Approve,
    Reject,
    Respond,
    Edit,
    Form,
    FormNext,
    FormPrevious,
    FormFlip,
    FormLines,
    FormDone,
    Undo,
    Claim,
    Snooze,
    Notify,
    Remember,
    Why,
    Raw,
    Past,
    Mark,
    ApproveMarked,
    RejectMarked,
    Filter,
    KeepFilter,
    ClearFilter,
    CompleteFilter,
    Toggle,
    Choose,
    Save,
    LeaveChange,
    MakeToken,
    Remove,
    EditPolicy,
    SavePolicy,
    Verify,
    Export,
    WriteFile,
    OtherFormat,
    SendLine,
    OtherValue,
    Confirm,
    Cancel,
    LeaveEdit,
    Discard,
    SendReason,
    SendAnswer,
    SendSnooze,
    OtherSnooze,
    CancelReason,
    Close,
    Refresh,
    Redraw,
    Palette,
    RunEntry,
    NextEntry,
    PreviousEntry,
    Mouse,
    Suspend,
    Bell,
    Watch,
    Sample,
    Messages,
    Help,
    Quit,
    Leave,
}

/// Where keys go. Several hold at once, the innermost first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The question before a grave approval.
    Confirm,
    /// The line in which a reason is typed; only keys without a character are actions there.
    Reason,
    /// The line in which an answer to the agent is typed.
    Answer,
    /// The line that says for how long a request is put off.
    Snooze,
    /// The line in which is typed what the list shows.
    Filter,
    /// The form with the values of the parameters.
    Form,
    /// A value in it that is yes or no.
    FormChoice,
    /// A value in it that is a text of several lines.
    FormText,
    /// The line in which a file is named.
    Export,
    /// The line in which is typed what to do, over the list of what can be done.
    Palette,
    /// The page with what other parameters would change.
    Edited,
    /// The page about parameters that can't be sent as they were written.
    Broken,
    /// The list of what one was told.
    Bell,
    /// A page laid over the screen: help, why, a change.
    Overlay,
    /// The request that is being read on the Pending screen.
    Request,
    /// The record of a decision on the History screen.
    Record,
    /// The change of a setting that is prepared, and not saved.
    Change,
    /// The focused setting.
    Setting,
    /// A page of the settings that is a list.
    Sheet,
    /// The line in which a value is typed on such a page.
    Typed,
    /// The page about a policy that isn't saved yet.
    Trial,
    /// A list with a focused row, on any screen.
    List,
    /// Any screen, when nothing is laid over it.
    Screen,
}

/// Scopes that hold at once: a key means one thing in all of them, but where the shipped keymap lets an
/// inner one go first.
pub const TOGETHER: [&[Scope]; 17] = [
    &[Scope::Request, Scope::List, Scope::Screen],
    &[Scope::Record, Scope::List, Scope::Screen],
    &[Scope::Change, Scope::Setting, Scope::List, Scope::Screen],
    &[Scope::Change, Scope::Sheet, Scope::List, Scope::Screen],
    &[Scope::Edited, Scope::Overlay],
    &[Scope::Broken, Scope::Overlay],
    &[Scope::Trial, Scope::Overlay],
    &[Scope::Bell, Scope::Overlay],
    &[Scope::Overlay],
    &[Scope::Confirm],
    &[Scope::Reason],
    &[Scope::Answer],
    &[Scope::Snooze],
    &[Scope::Filter],
    &[Scope::Export],
    &[Scope::Typed],
    &[Scope::Palette],
];

/// Scopes of a line of text: what has a character, or moves in the line, is typed there.
pub const TYPED: [Scope; 7] = [
    Scope::Reason,
    Scope::Answer,
    Scope::Snooze,
    Scope::Filter,
    Scope::Export,
    Scope::Typed,
    Scope::Palette,
];

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    Everybody,
    /// Who is asked to review the request.
    Reviewer,
    /// Who may change the workspace.
    Admin,
}

impl Permission {
    /// Said behind the action in the help, where it isn't everybody's.
    pub const fn note(self) -> &'static str {
        match self {
            Permission::Everybody => "",
            Permission::Reviewer => "reviewers of the request",
            Permission::Admin => "admins and owners",
        }
    }
}

/// What a stray key would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Danger {
    /// Nothing that another key doesn't take back.
    None,
    /// It changes what the next decision says, or something that is kept: never by a paste.
    Alters,
    /// It decides, or leads there: never by a paste, nor just after what is focused changed by itself.
    Decides,
}

/// One row of the table.
#[derive(Debug)]
pub struct Action {
    pub id: ActionId,
    /// How `assets/keymap.toml` names it.
    pub name: &'static str,
    /// The keys it has when nothing else is said.
    pub keys: &'static [&'static str],
    /// Two words for the footer.
    pub title: &'static str,
    /// A sentence for the help.
    pub help: &'static str,
    pub scopes: &'static [Scope],
    pub permission: Permission,
    pub danger: Danger,
}

use ActionId as Id;
use Danger::{Alters, Decides};
use Permission::{Admin, Everybody, Reviewer};

const ANYWHERE: &[Scope] = &[
    Scope::Confirm,
    Scope::Reason,
    Scope::Answer,
    Scope::Snooze,
    Scope::Filter,
    Scope::Form,
    Scope::Export,
    Scope::Typed,
    Scope::Palette,
    Scope::Overlay,
    Scope::Screen,
];
const LISTS: &[Scope] = &[Scope::List, Scope::Overlay];

#[rustfmt::skip]
#[expect(clippy::too_many_arguments, reason = "a row of a table, read as one")]
const fn row(
    id: ActionId, name: &'static str, keys: &'static [&'static str], title: &'static str,
    help: &'static str, scopes: &'static [Scope], permission: Permission, danger: Danger,
) -> Action {
    Action { id, name, keys, title, help, scopes, permission, danger }
}

/// The table, in the order in which the help shows it.
#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    row(Id::Down, "down", &["j", "down"], "move",
        "Moves one row down, or scrolls what is being read.", LISTS, Everybody, Danger::None),
    row(Id::Up, "up", &["k", "up"], "move",
        "Moves one row up, or scrolls what is being read.", LISTS, Everybody, Danger::None),
    row(Id::First, "first", &["g", "home"], "top",
        "Goes to the beginning.", LISTS, Everybody, Danger::None),
    row(Id::Last, "last", &["G", "end"], "end",
        "Goes to the end.", LISTS, Everybody, Danger::None),
    row(Id::PageDown, "page_down", &["ctrl-d", "pgdn"], "page down",
        "Scrolls nearly a page down in the request that is being read, or half a page in a list.", LISTS, Everybody, Danger::None),
    row(Id::PageUp, "page_up", &["ctrl-u", "pgup"], "page up",
        "Scrolls as far up.", LISTS, Everybody, Danger::None),
    row(Id::ScrollDown, "scroll_down", &["J"], "read on",
        "Scrolls the request one line down without leaving the list.", &[Scope::Request], Everybody, Danger::None),
    row(Id::ScrollUp, "scroll_up", &["K"], "read back",
        "Scrolls the request one line up without leaving the list.", &[Scope::Request], Everybody, Danger::None),
    row(Id::Open, "open", &["enter", "l", "right"], "open",
        "Opens the focused row to read it.", &[Scope::List, Scope::Bell], Everybody, Danger::None),
    row(Id::SwapPane, "swap_pane", &["tab"], "swap pane",
        "Goes from the list to what is being read, and back.", &[Scope::List], Everybody, Danger::None),
    row(Id::Back, "back", &["esc", "h", "left"], "back",
        "Goes back to the list; there it takes the marks off, then shows the whole list.", &[Scope::List], Everybody, Danger::None),

    row(Id::Approve, "approve", &["a"], "approve",
        "Lets the agent do exactly what is shown, once. High and critical risk ask again.", &[Scope::Request], Reviewer, Decides),
    row(Id::Reject, "reject", &["r"], "reject",
        "Refuses it; asks for a reason first, which the agent gets.", &[Scope::Request], Reviewer, Decides),
    row(Id::Respond, "respond", &["i"], "answer",
        "Answers the agent in words instead of letting it act; it gets what you type next.", &[Scope::Request], Reviewer, Decides),
    row(Id::Form, "form", &["e"], "edit",
        "Shows the values of the parameters in a form, to change one or another; then shows what you changed and asks before it approves that instead.", &[Scope::Request, Scope::Edited], Reviewer, Decides),
    row(Id::Edit, "edit", &["E"], "in an editor",
        "Opens $VISUAL or $EDITOR on the parameters, then shows what you changed and asks before it approves that instead.", &[Scope::Request, Scope::Edited, Scope::Broken], Reviewer, Decides),
    row(Id::Undo, "undo", &["z", "u"], "undo",
        "Takes your own approval back while nothing has been started; what waits for others waits for you again.", &[Scope::Request, Scope::Record], Reviewer, Decides),
    row(Id::Claim, "claim", &["c"], "claim",
        "Takes it on, so that others see it; once more gives it back. It bars nobody.", &[Scope::Request], Reviewer, Alters),
    row(Id::Snooze, "snooze", &["s"], "put off",
        "Hides it from you for a while. Its time goes on, and it comes back before it ends. put:off in the filter lists what is hidden; there it calls it back.", &[Scope::Request], Reviewer, Alters),
    row(Id::Notify, "notify", &["t"], "notify agent",
        "Whether the agent is told the outcome. It always is in a chat and while it waits.", &[Scope::Request], Reviewer, Alters),
    row(Id::Remember, "remember", &["m"], "remember",
        "How long an approval holds: once, for this conversation, or always. Only where an admin has unlocked the action.", &[Scope::Request], Reviewer, Alters),
    row(Id::Why, "why", &["w"], "why",
        "Shows the ladder: what each rung of policy said, and so why this waits for a person.", &[Scope::Request, Scope::Record], Everybody, Danger::None),

    row(Id::Raw, "raw", &["p"], "raw",
        "Shows the very bytes of the parameters, and what else the digest covers.", &[Scope::Request], Everybody, Danger::None),
    row(Id::Past, "past", &["H"], "before",
        "Shows what was decided before: of this agent, and to this recipient.", &[Scope::Request], Everybody, Danger::None),
    row(Id::Mark, "mark", &["space"], "mark",
        "Marks the focused request, or takes its mark off; in the list it then goes one row down.", &[Scope::Request], Everybody, Danger::None),
    row(Id::ApproveMarked, "approve_marked", &["A"], "approve",
        "Approves all that are marked, each by itself: what you have read, of low or medium risk, where policy allows it. Asks first.", &[Scope::Request], Reviewer, Decides),
    row(Id::RejectMarked, "reject_marked", &["R"], "reject",
        "Rejects all that are marked, each by itself, with one reason, for which it asks first.", &[Scope::Request], Reviewer, Decides),
    row(Id::Filter, "filter", &["/"], "filter",
        "Narrows the list to what you type: words, agent:, action:, risk:, for:, to:, rule:, trigger:, put:off; in the history also by:, decided: and status:.", &[Scope::Request, Scope::Record], Everybody, Danger::None),
    row(Id::KeepFilter, "keep_filter", &["enter"], "keep",
        "Goes back to the list, which stays narrowed.", &[Scope::Filter], Everybody, Danger::None),
    row(Id::ClearFilter, "clear_filter", &["esc"], "clear",
        "Shows the whole list again.", &[Scope::Filter], Everybody, Danger::None),
    row(Id::CompleteFilter, "complete_filter", &["tab"], "complete",
        "Completes a key, or a name that the list has.", &[Scope::Filter], Everybody, Danger::None),

    row(Id::Toggle, "toggle", &["space"], "toggle",
        "Prepares to turn the focused setting on or off: to unlock, stop, resume, come back. Nothing changes before it is saved; what is everybody's, admins and owners change.", &[Scope::Setting, Scope::Sheet], Everybody, Alters),
    row(Id::Choose, "choose", &["enter", "l", "right"], "choose yours",
        "Prepares the other choice of your own for the focused action: manual, or always.", &[Scope::Setting], Everybody, Alters),
    row(Id::Save, "save", &["s"], "save",
        "Saves the change that is prepared.", &[Scope::Change], Everybody, Decides),
    row(Id::LeaveChange, "leave_change", &["esc", "h", "left"], "leave it",
        "Leaves the change that is prepared without saving it.", &[Scope::Change], Everybody, Danger::None),
    row(Id::Remove, "remove", &["x"], "remove",
        "Prepares to remove the focused person, or to revoke the focused token.", &[Scope::Sheet], Admin, Alters),
    row(Id::MakeToken, "make_token", &["n"], "new token",
        "Asks whose token it is to be, and prepares to make one. It is shown once.", &[Scope::Sheet], Admin, Alters),
    row(Id::EditPolicy, "edit_policy", &["E"], "edit policy",
        "Opens $VISUAL or $EDITOR on the whole policy, then checks it and shows what it would have made of the last 30 days.", &[Scope::Sheet, Scope::Trial], Admin, Alters),
    row(Id::SavePolicy, "save_policy", &["s"], "save policy",
        "Saves the policy once all of what it would change was on the screen.", &[Scope::Trial], Admin, Decides),
    row(Id::Verify, "verify", &["v"], "verify",
        "Reads the whole log, hashes every entry, and compares with the root that is signed. In the history it finds the focused record in the log, and verifies that it stands there.", &[Scope::Sheet, Scope::Record], Everybody, Danger::None),

    row(Id::Export, "export", &["x"], "export",
        "Writes what the history shows, all of it, to a file: CSV or JSON. Asks for its name; esc stops it.", &[Scope::Record], Everybody, Danger::None),
    row(Id::WriteFile, "write_file", &["enter"], "write",
        "Writes the file. Only you can read it, and nothing is overwritten.", &[Scope::Export], Everybody, Alters),
    row(Id::OtherFormat, "other_format", &["tab"], "CSV or JSON",
        "Offers the other format.", &[Scope::Export], Everybody, Danger::None),

    row(Id::FormNext, "form_next", &["down", "tab"], "next",
        "Goes to the next value.", &[Scope::Form], Reviewer, Danger::None),
    row(Id::FormPrevious, "form_previous", &["up"], "previous",
        "Goes to the value before.", &[Scope::Form], Reviewer, Danger::None),
    row(Id::FormFlip, "form_flip", &["space", "left", "right"], "yes or no",
        "Makes a yes of a no, and the other way round.", &[Scope::FormChoice], Reviewer, Danger::None),
    row(Id::FormLines, "form_lines", &["e", "space"], "edit its lines",
        "Opens $VISUAL or $EDITOR on a text of several lines, as lines.", &[Scope::FormText], Reviewer, Alters),
    row(Id::FormDone, "form_done", &["enter"], "show the change",
        "Shows what you changed; nothing is approved before that.", &[Scope::Form], Reviewer, Alters),

    row(Id::Confirm, "confirm", &["y"], "yes, approve",
        "Approves what the question names. Enter never does.", &[Scope::Confirm, Scope::Edited], Reviewer, Decides),
    row(Id::Cancel, "cancel", &["esc", "n", "enter", "q"], "cancel",
        "Leaves the question without deciding.", &[Scope::Confirm], Everybody, Danger::None),
    row(Id::LeaveEdit, "leave_edit", &["n"], "no",
        "Leaves your change without deciding. What you wrote is kept for the next time.", &[Scope::Edited], Everybody, Danger::None),
    row(Id::Discard, "discard", &["x"], "throw away",
        "Throws away what you wrote, of parameters or of the policy: the next time you begin with what is there.", &[Scope::Edited, Scope::Broken, Scope::Trial], Everybody, Alters),
    row(Id::SendReason, "send_reason", &["enter"], "reject",
        "Rejects with the reason that was typed.", &[Scope::Reason], Reviewer, Decides),
    row(Id::SendAnswer, "send_answer", &["enter"], "answer",
        "Sends the agent the answer that was typed.", &[Scope::Answer], Reviewer, Decides),
    row(Id::SendSnooze, "send_snooze", &["enter"], "put off",
        "Puts the request off for as long as was typed: 15m, 1h, 2d, or tomorrow.", &[Scope::Snooze], Reviewer, Alters),
    row(Id::OtherSnooze, "other_snooze", &["tab"], "longer",
        "Offers another time: 15 minutes, an hour, until tomorrow at nine.", &[Scope::Snooze], Reviewer, Danger::None),
    row(Id::SendLine, "send_line", &["enter"], "prepare",
        "Prepares the change that was typed; it is shown before it is saved.", &[Scope::Typed], Everybody, Alters),
    row(Id::OtherValue, "other_value", &["tab"], "other",
        "Offers another value.", &[Scope::Typed], Everybody, Danger::None),
    row(Id::CancelReason, "cancel_reason", &["esc"], "cancel",
        "Leaves the line without sending it.",
        &[Scope::Reason, Scope::Answer, Scope::Snooze, Scope::Typed, Scope::Export, Scope::Form, Scope::Palette], Everybody, Danger::None),
    row(Id::Close, "close", &["esc", "q", "?", "w", "M", "N", "p", "H", "v"], "close",
        "Closes the page that is laid over the screen.", &[Scope::Overlay], Everybody, Danger::None),

    row(Id::TabPending, "tab_pending", &["1"], "pending",
        "Shows what waits for a decision.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::TabHistory, "tab_history", &["2"], "history",
        "Shows what was decided, allowed, denied or expired.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::TabSettings, "tab_settings", &["3"], "settings",
        "Shows what is yours to set, the workspace, and this terminal.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::NextTab, "next_tab", &["]"], "next tab",
        "Goes to the tab on the right.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::PreviousTab, "previous_tab", &["["], "previous tab",
        "Goes to the tab on the left.", &[Scope::Screen], Everybody, Danger::None),

    row(Id::Refresh, "refresh", &["ctrl-r"], "refresh",
        "Asks the gate for everything on the screen again.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Redraw, "redraw", &["ctrl-l"], "redraw",
        "Draws the whole screen again, when another program has written on it.", ANYWHERE, Everybody, Danger::None),
    row(Id::Palette, "palette", &[":"], "command",
        "Lists everything that can be done here, with its keys, and finds it by a few of its letters.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::RunEntry, "run_entry", &["enter"], "do it",
        "Does what is focused in that list as its key would. Approving and saving are still asked about.", &[Scope::Palette], Everybody, Alters),
    row(Id::NextEntry, "next_entry", &["down", "ctrl-n", "tab"], "next",
        "Goes one row down in that list.", &[Scope::Palette], Everybody, Danger::None),
    row(Id::PreviousEntry, "previous_entry", &["up", "ctrl-p"], "previous",
        "Goes one row up in that list.", &[Scope::Palette], Everybody, Danger::None),
    row(Id::Mouse, "mouse", &["%"], "mouse",
        "Leaves the mouse to the terminal, or takes it: the wheel scrolls and a click focuses, neither decides. With Shift it selects text.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Suspend, "suspend", &["ctrl-z"], "to the shell",
        "Leaves the terminal to the shell until `fg` there. A gate inside the inbox stands still meanwhile.", ANYWHERE, Everybody, Danger::None),
    row(Id::Bell, "bell", &["N"], "told",
        "Shows what you were told: what waits for you, and what lets more through; enter there goes to the request. The count in the header is what you haven't seen.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Watch, "watch", &["W"], "watch",
        "Shows the operator's view, as signoff watch does; esc comes back.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Sample, "sample", &["S"], "sample",
        "Shows a sample while nothing waits: a small company's agents at work on a gate of their own. q comes back.", &[Scope::Request], Everybody, Danger::None),
    row(Id::Messages, "messages", &["M"], "messages",
        "Shows what was said at the foot of the screen before.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Help, "help", &["?", "f1"], "help",
        "Shows every key.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Quit, "quit", &["q"], "quit",
        "Leaves the inbox. What waits goes on waiting.", &[Scope::Screen], Everybody, Danger::None),
    row(Id::Leave, "leave", &["ctrl-c"], "quit at once",
        "Leaves the inbox from anywhere.", ANYWHERE, Everybody, Danger::None),
];

impl ActionId {
    /// Whether it only goes somewhere in a list or a text.
    pub fn moves(self) -> bool {
        let moves = self.action().scopes.contains(&Scope::List) && self != ActionId::Open;
        moves || matches!(self, ActionId::ScrollDown | ActionId::ScrollUp)
    }

    /// Its row.
    pub fn action(self) -> &'static Action {
        ACTIONS
            .iter()
            .find(|action| action.id == self)
            .expect("every action has a row, a test sees to it")
    }
}

/// The README's key table, in Markdown.
pub fn readme_table() -> String {
    let mut table = String::from("| Key | What it does |\n|---|---|\n");
    for action in ACTIONS {
        let keys: Vec<String> = action.keys.iter().map(|key| format!("`{key}`")).collect();
        table.push_str(&format!("| {} | {} |\n", keys.join(" "), action.help));
    }
    table
}
