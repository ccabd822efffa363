//! How much work a condition would be, reckoned from its text and the sizes of what it looks at: CEL has no
//! limit of its own, and a few hundred characters can keep a machine busy for hours.
//!
//! A unit is about what it takes to look at one value or 32 bytes of text. Every reckoning is an upper
//! bound: what isn't known in detail counts as large as what it is part of.

use std::collections::HashMap;

use cel::IdedExpr;
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, LiteralValue, operators as op};

use super::language::MATCHES;
use super::patterns::Patterns;
use super::values::Scene;
use crate::domain::json::Json;

/// As much work as any condition may be; a few milliseconds, and fewer than 50 where nothing is optimised.
pub(super) const MOST: u64 = 200_000;
const BYTES_PER_UNIT: u64 = 32;
/// Binding a variable and looking it up.
const PER_ROUND: u64 = 16;
/// Finding a function and handing it what it is called with.
const PER_CALL: u64 = 8;
/// An element of a list that is only compared with something small.
const ELEMENTS_PER_UNIT: u64 = 4;
/// A number as text has no more bytes than fit here.
const NUMBER_AS_TEXT: u64 = 16;

/// The sizes of a value and of what is in it.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    bytes: u64,
    weight: u64,
    items: u64,
    longest: u64,
    /// The weight of the largest element of a list.
    largest: u64,
    members: HashMap<&'a str, Shape<'a>>,
}

impl<'a> Shape<'a> {
    pub(super) fn leaf() -> Self {
        Self {
            bytes: 8,
            weight: 1,
            items: 0,
            longest: 0,
            largest: 0,
            members: HashMap::new(),
        }
    }

    pub(super) fn text(text: &str) -> Self {
        let bytes = text.len() as u64;
        Self {
            bytes,
            weight: 1 + bytes / BYTES_PER_UNIT,
            ..Self::leaf()
        }
    }

    pub(super) fn list(items: impl Iterator<Item = Shape<'a>>) -> Self {
        let mut list = Self {
            bytes: 0,
            ..Self::leaf()
        };
        for item in items {
            list.take_in(&item);
            list.largest = list.largest.max(item.weight);
        }
        list.longest = list.longest.max(list.items);
        list
    }

    pub(super) fn map(members: impl Iterator<Item = (&'a str, Shape<'a>)>) -> Self {
        let mut map = Self {
            bytes: 0,
            ..Self::leaf()
        };
        for (key, member) in members {
            map.take_in(&member);
            map.bytes += key.len() as u64;
            map.weight += 1 + key.len() as u64 / BYTES_PER_UNIT;
            // A loop over an object goes over its keys.
            map.largest = map
                .largest
                .max(member.weight + 1 + key.len() as u64 / BYTES_PER_UNIT);
            map.members.insert(key, member);
        }
        map.longest = map.longest.max(map.items);
        map
    }

    fn take_in(&mut self, item: &Shape<'a>) {
        self.bytes += item.bytes;
        self.weight += item.weight;
        self.items += 1;
        self.longest = self.longest.max(item.longest);
    }

    pub(super) fn of(json: &'a Json) -> Self {
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) => Self::leaf(),
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::list(items.iter().map(Self::of)),
            Json::Object(members) => Self::map(
                members
                    .iter()
                    .map(|(key, json)| (key.as_str(), Self::of(json))),
            ),
        }
    }

    /// Bytes of all texts and names in it; eight for anything else.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Elements of the longest list or object in it.
    pub(super) fn longest(&self) -> u64 {
        self.longest
    }
}

/// What is known about the size of a value.
#[derive(Clone, Copy)]
struct Size<'s> {
    weight: u64,
    /// How often a loop over it goes round.
    items: u64,
    /// The weight of what one round sees.
    largest: u64,
    shape: Option<&'s Shape<'s>>,
}

impl<'s> Size<'s> {
    const SCALAR: Self = Self {
        weight: 1,
        items: 0,
        largest: 0,
        shape: None,
    };

    /// Something that weighs so much, of whatever kind.
    fn unknown(weight: u64) -> Self {
        Self {
            weight,
            items: weight,
            largest: weight,
            shape: None,
        }
    }

    fn of(shape: &'s Shape<'s>) -> Self {
        Self {
            weight: shape.weight,
            items: shape.items,
            largest: shape.largest,
            shape: Some(shape),
        }
    }

    /// A member of it.
    fn member(self, key: Option<&str>) -> Self {
        match (self.shape, key) {
            (Some(shape), Some(key)) => match shape.members.get(key) {
                Some(member) => Self::of(member),
                None => Self::SCALAR,
            },
            _ => Self::unknown(self.weight),
        }
    }
}

/// The reckoning of one condition in one scene.
struct Reckoning<'s, 'a> {
    scene: Option<&'s Scene<'a>>,
    patterns: &'s Patterns,
    /// The variables of the loops that an expression is in.
    bound: Vec<(&'s str, Size<'s>)>,
    /// So far.
    work: u64,
}

/// How much work an expression is in a scene; without one, on nothing at all.
pub(super) fn of<'s>(
    expr: &'s IdedExpr,
    patterns: &'s Patterns,
    scene: Option<&'s Scene<'_>>,
) -> u64 {
    let mut reckoning = Reckoning {
        scene,
        patterns,
        bound: Vec::new(),
        work: 0,
    };
    reckoning.size(expr);
    reckoning.work
}

impl<'s> Reckoning<'s, '_> {
    fn add(&mut self, work: u64) {
        self.work = self.work.saturating_add(work);
    }

    /// Adds the work of an expression, and tells the size of what it yields.
    fn size(&mut self, expr: &'s IdedExpr) -> Size<'s> {
        self.add(1);
        match &expr.expr {
            Expr::Unspecified => Size::SCALAR,
            Expr::Literal(literal) => literal_size(literal),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => {
                let operand = self.size(&select.operand);
                match select.test {
                    true => Size::SCALAR,
                    false => operand.member(Some(&select.field)),
                }
            }
            Expr::List(list) => {
                let sizes: Vec<_> = list
                    .elements
                    .iter()
                    .map(|element| self.size(element))
                    .collect();
                self.collection(&sizes)
            }
            Expr::Map(map) => {
                let entries = map.entries.iter().filter_map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => Some([&entry.key, &entry.value]),
                    EntryExpr::StructField(_) => None,
                });
                let sizes: Vec<_> = entries.flatten().map(|part| self.size(part)).collect();
                self.collection(&sizes)
            }
            Expr::Struct(_) => Size::unknown(MOST),
            Expr::Call(call) => {
                let operands = call.target.iter().map(|target| &**target).chain(&call.args);
                let operands: Vec<_> = operands
                    .map(|operand| (operand, self.size(operand)))
                    .collect();
                self.call(&call.func_name, &operands)
            }
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
        }
    }

    fn variable(&self, name: &str) -> Size<'s> {
        let bound = self.bound.iter().rev().find(|(known, _)| *known == name);
        match (bound, self.scene) {
            (Some((_, size)), _) => *size,
            (None, Some(scene)) => scene.shape(name).map_or(Size::SCALAR, Size::of),
            (None, None) => Size::SCALAR,
        }
    }

    /// What is written out is copied into a new value.
    fn collection(&mut self, parts: &[Size<'s>]) -> Size<'s> {
        let weights = parts.iter().map(|part| part.weight);
        let weight = weights.clone().fold(1, u64::saturating_add);
        self.add(weight);
        Size {
            weight,
            items: parts.len() as u64,
            largest: weights.max().unwrap_or(0),
            shape: None,
        }
    }

    fn call(&mut self, name: &str, operands: &[(&'s IdedExpr, Size<'s>)]) -> Size<'s> {
        let weight = operands
            .iter()
            .map(|(_, size)| size.weight)
            .fold(0, u64::saturating_add);
        let first = operands.first().map_or(Size::SCALAR, |(_, size)| *size);
        if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            self.add(PER_CALL);
        }
        match name {
            op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT | op::NOT_STRICTLY_FALSE => {
                Size::SCALAR
            }
            op::CONDITIONAL => Size::unknown(weight),
            op::EQUALS | op::NOT_EQUALS => {
                let smaller = operands.iter().map(|(_, size)| size.weight).min();
                self.add(smaller.unwrap_or(0));
                Size::SCALAR
            }
            op::IN if first.weight == 1 => {
                self.add(weight / ELEMENTS_PER_UNIT);
                Size::SCALAR
            }
            op::INDEX => first.member(key(operands)),
            op::OPT_INDEX | op::OPT_SELECT => {
                // Its result is a copy.
                let member = first.member(key(operands));
                self.add(member.weight);
                member
            }
            MATCHES => {
                let pattern = operands.get(1).and_then(|(pattern, _)| as_text(pattern));
                let work = self.patterns.work(pattern.unwrap_or_default());
                self.add(first.weight.saturating_mul(work));
                Size::SCALAR
            }
            "startsWith" | "endsWith" => {
                self.add(operands.get(1).map_or(0, |(_, size)| size.weight));
                Size::SCALAR
            }
            _ => {
                self.add(weight);
                match yields_a_scalar(name) {
                    true => Size::SCALAR,
                    false => Size::unknown(weight.saturating_add(NUMBER_AS_TEXT)),
                }
            }
        }
    }

    /// A loop: its step as often as its range has elements.
    fn comprehension(&mut self, comprehension: &'s ComprehensionExpr) -> Size<'s> {
        let range = self.size(&comprehension.iter_range);
        let init = self.size(&comprehension.accu_init);
        self.add(range.weight);

        let before = std::mem::take(&mut self.work);
        let depth = self.bound.len();
        self.bound.push((&comprehension.accu_var, init));
        self.bound
            .push((&comprehension.iter_var, Size::unknown(range.largest)));
        self.size(&comprehension.loop_cond);
        let step = self.size(&comprehension.loop_step);
        let per_round = self.work.saturating_add(PER_ROUND);
        self.work = before;
        self.add(per_round.saturating_mul(range.items));

        let grown = step
            .weight
            .saturating_mul(range.items)
            .saturating_add(init.weight);
        let result = match comprehension.accu_init.expr {
            Expr::Literal(_) => Size::SCALAR,
            _ => Size {
                weight: grown,
                items: range.items,
                largest: step.weight,
                shape: None,
            },
        };
        self.bound.truncate(depth);
        self.bound.push((&comprehension.accu_var, result));
        self.size(&comprehension.result);
        self.bound.truncate(depth);
        result
    }
}

fn literal_size<'s>(literal: &LiteralValue) -> Size<'s> {
    let bytes = match literal {
        LiteralValue::String(text) => text.inner().len(),
        LiteralValue::Bytes(bytes) => bytes.inner().len(),
        _ => return Size::SCALAR,
    };
    Size {
        weight: 1 + bytes as u64 / BYTES_PER_UNIT,
        ..Size::SCALAR
    }
}

fn key<'s>(operands: &[(&'s IdedExpr, Size<'_>)]) -> Option<&'s str> {
    operands.get(1).and_then(|(key, _)| as_text(key))
}

pub(super) fn as_text(expr: &IdedExpr) -> Option<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

fn yields_a_scalar(name: &str) -> bool {
    let of_numbers = [
        op::NEGATE,
        op::SUBSTRACT,
        op::MULTIPLY,
        op::DIVIDE,
        op::MODULO,
    ];
    let of_order = [
        op::LESS,
        op::LESS_EQUALS,
        op::GREATER,
        op::GREATER_EQUALS,
        op::IN,
    ];
    let others = [
        "size",
        "contains",
        "type",
        "bool",
        "int",
        "uint",
        "double",
        "timestamp",
        "duration",
        "hasValue",
    ];
    of_numbers.contains(&name)
        || of_order.contains(&name)
        || others.contains(&name)
        || name.starts_with("get")
}
