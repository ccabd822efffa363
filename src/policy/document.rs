//! The policy: what an administrator has laid down, as one versioned value. Without a document of its
//! own a workspace has the defaults.

use crate::domain::review::Resolver;
use crate::domain::risk::Risk;
use crate::domain::time::Span;

/// One version of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Counts the versions that were saved; 0 is the defaults, before anybody saved one.
    pub version: u64,
    pub mode: Mode,
    /// How a person is asked where nothing more particular says so.
    pub review: Review,
    /// An approval that isn't used for that long lapses.
    pub use_within: Span,
    pub timeouts: Timeouts,
}

/// How free agents are where no rule speaks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Actions with an effect are asked for; steps and reading are not.
    #[default]
    ConfirmTools,
}

/// The terms on which a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub resolver: Resolver,
    /// How many different people have to approve.
    pub approvals: u32,
    /// Whether those on whose behalf it happens don't count.
    pub separate: bool,
}

/// How long a request waits for a decision; without a length, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub low: Option<Span>,
    pub medium: Option<Span>,
    pub high: Option<Span>,
    pub critical: Option<Span>,
    pub voice: Option<Span>,
}

impl Timeouts {
    /// The one for this risk.
    pub const fn of(&self, risk: Risk) -> Option<Span> {
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
            mode: Mode::default(),
            review: Review::default(),
            use_within: Span::from_hours(24),
            timeouts: Timeouts::default(),
        }
    }
}

impl Default for Review {
    fn default() -> Self {
        Self {
            resolver: Resolver::Requester,
            approvals: 1,
            separate: false,
        }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            low: Some(Span::from_hours(24)),
            medium: Some(Span::from_hours(12)),
            high: Some(Span::from_hours(4)),
            critical: Some(Span::from_hours(1)),
            voice: Some(Span::from_secs(3 * 60)),
        }
    }
}
