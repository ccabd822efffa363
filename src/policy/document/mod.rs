//! The policy: what an administrator has laid down, as one versioned value. Without a document of its
//! own a workspace has the defaults.
//!
//! `read` makes it from a TOML document and refuses what makes no sense, every fault with its place;
//! `warnings` says what makes sense but should be known; `rules` finds the rules about an action.

mod fault;
mod limits;
mod place;
mod read;
mod rules;
mod section;
mod warnings;

pub use fault::{BadPolicy, Fault};
pub use limits::{DOCUMENT as LARGEST, SECTIONS as MOST_SECTIONS};
pub use place::{Kind, Place, Places};
pub use rules::Rules;
pub use warnings::Warning;

use super::condition::Condition;
use super::glob::Glob;
use crate::domain::pattern::PatternRef;
use crate::domain::recipient::Recipient;
use crate::domain::request::OnTimeout;
use crate::domain::review::Resolver;
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span};
use crate::domain::untrusted::Untrusted;

/// One version of the policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Counts the versions that were saved; 0 is the defaults, before anybody saved one.
    pub version: u64,
    /// The name of the workspace, shown in the header.
    pub workspace: Option<Untrusted>,
    pub mode: Mode,
    pub batch_approval: BatchApproval,
    /// An approval that isn't used for that long lapses.
    pub use_within: Span,
    pub undo: Undo,
    /// Paths into requests whose values are hidden, like `params.card.*`.
    pub mask: Vec<String>,
    pub timeouts: Timeouts,
    pub modes: Vec<ModeSection>,
    pub capabilities: Vec<Capability>,
    pub rules: Rules,
    pub trusted: Vec<Trusted>,
    pub risks: Vec<RiskRule>,
    /// Where its parts stand in the document.
    pub places: Places,
}

/// How free agents are where no rule speaks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Everything is let through, but for what rungs 1 to 3 hold back.
    Disabled,
    /// Every request asks, steps and reading included.
    Blocking,
    /// Actions with an effect are asked for; steps and reading are not.
    #[default]
    ConfirmTools,
    /// Everything is let through; the trace keeps what `confirm_tools` would have said.
    Audit,
}

impl Mode {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Mode::Disabled => "disabled",
            Mode::Blocking => "blocking",
            Mode::ConfirmTools => "confirm_tools",
            Mode::Audit => "audit",
        }
    }
}

/// Whether several requests may be approved together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BatchApproval {
    #[default]
    Off,
    /// Those that the reviewer opened, never high or critical ones.
    Seen,
}

/// How long an approved execution is held so that its approval can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo {
    /// Where the gate runs the action.
    pub server: Span,
    /// Where an agent waits for it.
    pub agent: Span,
}

/// How free one agent is, or one node of it.
#[derive(Debug, Clone)]
pub struct ModeSection {
    pub agent: Option<Glob>,
    pub node: Option<Glob>,
    pub mode: Mode,
    /// Actions that run without asking in `confirm_tools`.
    pub approved_tools: Vec<Glob>,
    /// Actions that never run, in any mode.
    pub blocked_tools: Vec<Glob>,
}

/// One agent's way with one action.
#[derive(Debug, Clone)]
pub struct Capability {
    pub agent: Glob,
    pub action: Glob,
    pub terms: Terms,
}

/// What a capability says.
#[derive(Debug, Clone)]
pub enum Terms {
    /// It depends on whom the action reaches.
    Recipients {
        allowed: Vec<Allowed>,
        inside: Inside,
        outside: Outside,
    },
    /// Ask before every action.
    AskAlways,
    AskNever,
}

/// An entry of a capability's allow-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// `@customers.example`: exactly that domain, in A-label form.
    Domain(String),
    /// `*.ourco.example`: that domain and its subdomains, in A-label form.
    DomainAndBelow(String),
    /// One recipient: an address, a number, a handle.
    One(Recipient),
    /// `+4420*`: numbers that begin so.
    PhonePrefix(String),
}

/// What becomes of a request all of whose recipients are on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inside {
    Send,
    Ask,
}

/// What becomes of a request with any recipient that isn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outside {
    Ask,
    Block,
}

/// What a request has to be for a rule, pattern or risk rule to speak of it. What is absent matches all.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    pub category: Option<Category>,
    pub agent: Option<Glob>,
    pub action: Option<Glob>,
    /// The type of the resource.
    pub resource: Option<Untrusted>,
    pub when: Option<Condition>,
}

/// Which kind of action a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    AgentAction,
    /// `record.*`
    RecordMutation,
}

/// One rule: the first that matches answers.
#[derive(Debug, Clone)]
pub struct Rule {
    pub name: Untrusted,
    pub scope: Scope,
    pub says: Says,
}

/// What a rule says.
#[derive(Debug, Clone)]
pub enum Says {
    Deny,
    Ask {
        /// Nothing may waive it.
        locked: bool,
        review: Review,
    },
}

/// The terms on which a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub resolver: Resolver,
    pub fallbacks: Vec<Resolver>,
    pub escalate_after: Option<Span>,
    /// How many different people have to approve.
    pub approvals: u32,
    /// Whether those on whose behalf it happens don't count.
    pub separate: bool,
    /// How long it waits; without a word of its own as its risk does.
    pub expires_in: Option<Lasts>,
    pub on_timeout: OnTimeout,
    /// The highest risk that an agent may decide about.
    pub agent_max_risk: Risk,
    /// Shown to the reviewer.
    pub guidance: Option<Untrusted>,
}

/// How long something lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lasts {
    Forever,
    For(Span),
}

impl Lasts {
    /// Its length, if it has one.
    pub const fn span(self) -> Option<Span> {
        match self {
            Lasts::Forever => None,
            Lasts::For(span) => Some(span),
        }
    }
}

/// A grant: what it matches is let through.
#[derive(Debug, Clone)]
pub struct Trusted {
    /// Its name and the digest of its text: uses and suspension belong to both.
    pub pattern: PatternRef,
    pub scope: Scope,
    pub max_risk: Risk,
    pub uses: Option<u64>,
    pub until: Option<At>,
}

/// A condition under which a request is graver than its action's default.
#[derive(Debug, Clone)]
pub struct RiskRule {
    pub name: Untrusted,
    pub scope: Scope,
    pub level: Risk,
    /// Shown to the reviewer.
    pub reason: Untrusted,
}

/// How long a request waits for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub low: Lasts,
    pub medium: Lasts,
    pub high: Lasts,
    pub critical: Lasts,
    pub voice: Lasts,
}

impl Timeouts {
    /// The one for this risk.
    pub const fn of(&self, risk: Risk) -> Lasts {
        match risk {
            Risk::Low => self.low,
            Risk::Medium => self.medium,
            Risk::High => self.high,
            Risk::Critical => self.critical,
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 0,
            workspace: None,
            mode: Mode::default(),
            batch_approval: BatchApproval::default(),
            use_within: Span::from_hours(24),
            undo: Undo {
                server: Span::from_secs(5),
                agent: Span::from_secs(0),
            },
            mask: Vec::new(),
            timeouts: Timeouts::default(),
            modes: Vec::new(),
            capabilities: Vec::new(),
            rules: Rules::default(),
            trusted: Vec::new(),
            risks: Vec::new(),
            places: Places::default(),
        }
    }
}

impl Default for Review {
    fn default() -> Self {
        Self {
            resolver: Resolver::Requester,
            fallbacks: Vec::new(),
            escalate_after: None,
            approvals: 1,
            separate: false,
            expires_in: None,
            on_timeout: OnTimeout::Reject,
            agent_max_risk: Risk::Low,
            guidance: None,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            low: Lasts::For(Span::from_hours(24)),
            medium: Lasts::For(Span::from_hours(12)),
            high: Lasts::For(Span::from_hours(4)),
            critical: Lasts::For(Span::from_hours(1)),
            voice: Lasts::For(Span::from_secs(3 * 60)),
        }
    }
}
