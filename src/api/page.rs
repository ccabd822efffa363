//! Lists, a page at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest page.
pub const MAX_LIMIT: u32 = 500;
/// The length of a page when nothing is said.
pub const DEFAULT_LIMIT: u32 = 50;
/// What a filter finds is counted up to here.
pub const MOST_FOUND: u64 = 1_000;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; nothing at the end.
    pub next_cursor: Option<String>,
    /// How many there are in all, where the list counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many more wait for the reviewer who asks, who has put them off until later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_off: Option<u64>,
    /// How many of those the filters of the question let through, where the list counts them: on the first
    /// page, and no further than a thousand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
}

impl<T> Page<T> {
    /// A list that is short enough to be whole.
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
            total: None,
            put_off: None,
            found: None,
        }
    }
}
