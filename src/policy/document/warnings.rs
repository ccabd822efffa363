//! What makes sense in a policy but should be known before it is saved.

use super::place::Place;

/// Something that whoever saves a policy should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub place: Place,
    /// Safe to print.
    pub text: String,
}
