//! What may be written in a condition: its variables, its functions, its size.

use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use cel::Env;
use cel::common::ast::operators as op;

/// Bytes of a condition.
pub(super) const LONGEST: usize = 1_024;
/// Brackets within each other.
pub(super) const DEEPEST_BRACKETS: usize = 32;
/// Parts of a condition: names, values, operators and calls, those that a macro stands for included.
pub(super) const MOST_PARTS: usize = 256;
/// Parts within each other.
pub(super) const DEEPEST: usize = 48;
/// So many are evaluated on the stack of whoever asks; each takes up to 40 KiB of it where nothing is
/// optimised.
pub(super) const SHALLOW: usize = 12;
/// Elements of a list that is written out.
pub(super) const LONGEST_LIST: usize = 256;

/// What a condition can look at.
pub(super) const VARIABLES: [&str; 10] = [
    "action",
    "agent",
    "user",
    "resource",
    "recipients",
    "params",
    "context",
    "risk",
    "trigger",
    "now",
];

/// The names of types, which `type(…)` is compared with.
pub(super) const TYPES: [&str; 10] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
];

/// How a function is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// `size(x)`
    On,
    /// `x.startsWith('a')`
    Of,
    /// `optional.of(x)`
    Optional,
}

use Called::{Of, On, Optional};

/// Every function, how it may be called, and with how many arguments beside what it is called of.
const FUNCTIONS: [(&str, Called, RangeInclusive<usize>); 38] = [
    ("size", On, 1..=1),
    ("size", Of, 0..=0),
    ("contains", Of, 1..=1),
    ("startsWith", Of, 1..=1),
    ("endsWith", Of, 1..=1),
    (MATCHES, On, 2..=2),
    (MATCHES, Of, 1..=1),
    ("type", On, 1..=1),
    ("dyn", On, 1..=1),
    ("bool", On, 1..=1),
    ("bytes", On, 1..=1),
    ("double", On, 1..=1),
    ("int", On, 1..=1),
    ("string", On, 1..=1),
    ("uint", On, 1..=1),
    ("duration", On, 1..=1),
    ("timestamp", On, 1..=1),
    ("getFullYear", Of, 0..=1),
    ("getMonth", Of, 0..=1),
    ("getDayOfYear", Of, 0..=1),
    ("getDayOfMonth", Of, 0..=1),
    ("getDate", Of, 0..=1),
    ("getDayOfWeek", Of, 0..=1),
    ("getHours", Of, 0..=1),
    ("getMinutes", Of, 0..=1),
    ("getSeconds", Of, 0..=1),
    ("getMilliseconds", Of, 0..=1),
    ("of", Optional, 1..=1),
    ("ofNonZeroValue", Optional, 1..=1),
    ("none", Optional, 0..=0),
    ("hasValue", Of, 0..=0),
    ("value", Of, 0..=0),
    ("or", Of, 1..=1),
    ("orValue", Of, 1..=1),
    (op::OPT_SELECT, On, 2..=2),
    (op::OPT_INDEX, On, 2..=2),
    (op::INDEX, On, 2..=2),
    (op::NOT_STRICTLY_FALSE, On, 1..=1),
];

/// The operators. The parser gives each of them as many operands as it has.
const OPERATORS: [&str; 17] = [
    op::CONDITIONAL,
    op::LOGICAL_AND,
    op::LOGICAL_OR,
    op::LOGICAL_NOT,
    op::NEGATE,
    op::ADD,
    op::SUBSTRACT,
    op::MULTIPLY,
    op::DIVIDE,
    op::MODULO,
    op::EQUALS,
    op::NOT_EQUALS,
    op::LESS,
    op::LESS_EQUALS,
    op::GREATER,
    op::GREATER_EQUALS,
    op::IN,
];

pub(super) const MATCHES: &str = "matches";

/// Why a call is none that there is.
pub(super) fn wrong_call(name: &str, called: Called, arguments: usize) -> Option<String> {
    if called == On && OPERATORS.contains(&name) {
        return None;
    }
    let mut named = FUNCTIONS
        .iter()
        .filter(|(known, ..)| *known == name)
        .peekable();
    named.peek()?;
    let alike = named.clone().find(|(_, as_called, _)| *as_called == called);
    match alike {
        Some((.., counts)) if counts.contains(&arguments) => None,
        Some((.., counts)) => Some(format!(
            "{name}() takes {} here, not {arguments}",
            in_words(counts)
        )),
        None => named.next().map(|(_, called, _)| match called {
            On => format!("{name} is called like {name}(x)"),
            Of => format!("{name} is called like x.{name}()"),
            Optional => format!("{name} is called like optional.{name}()"),
        }),
    }
}

fn in_words(counts: &RangeInclusive<usize>) -> String {
    match (counts.start(), counts.end()) {
        (0, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// Whether there is such a function at all.
pub(super) fn is_function(name: &str) -> bool {
    OPERATORS.contains(&name) || FUNCTIONS.iter().any(|(known, ..)| *known == name)
}

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// CEL's own functions and macros. Its `matches` isn't among them: ours is bounded.
pub(super) fn environment() -> Arc<Env> {
    Arc::clone(&ENVIRONMENT)
}
