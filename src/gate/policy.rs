//! The policy in force.

use crate::domain::event::PolicySaved;
use crate::policy::document::Policy;

/// The policy that a workspace holds.
pub(super) fn in_force(saved: Option<&PolicySaved>) -> Policy {
    match saved {
        None => Policy::default(),
        Some(_) => Policy::default(),
    }
}
