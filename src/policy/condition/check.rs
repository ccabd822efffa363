//! Reading a condition: what isn't allowed is refused with its place, before anything is evaluated.

use std::sync::Arc;
use std::thread;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue, SourceInfo};
use cel::{Context, ExecutionError, IdedExpr, ParseErrors, Value};

use super::language::{
    Called, DEEPEST, DEEPEST_BRACKETS, LONGEST, LONGEST_LIST, MATCHES, MOST_PARTS, SHALLOW, TYPES,
    VARIABLES, environment, is_function, wrong_call,
};
use super::patterns::Patterns;
use super::spelling::{Misspelt, misspelt};
use super::values::Scene;
use super::{BadCondition, CannotTell, work};
use crate::domain::untrusted::safe;

/// Reading and evaluating recurse where a text nests or goes on; on so much stack nothing of `LONGEST`
/// bytes overflows.
const STACK: usize = 32 << 20;

/// Runs something on a stack that is large enough for it; says why it couldn't.
fn on_a_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, String> {
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, run);
        match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err("it can't be read; write it more simply".to_owned()),
            Err(error) => Err(format!(
                "there is no thread to read it with: {error}; try again"
            )),
        }
    })
}

/// A condition that passed every check.
pub(super) struct Program {
    expr: IdedExpr,
    patterns: Arc<Patterns>,
    variables: Vec<&'static str>,
    misspelt: Vec<Misspelt>,
    /// How many parts are within each other.
    depth: usize,
}

/// Reads and checks a text.
pub(super) fn program(text: &str) -> Result<Program, BadCondition> {
    bounded(text)?;
    on_a_large_stack(|| read(text)).unwrap_or_else(|why| Err(bad(text, 0, why)))
}

/// What can be told without understanding the text.
fn bounded(text: &str) -> Result<(), BadCondition> {
    if text.len() > LONGEST {
        let message = format!(
            "it is {} bytes long; at most {LONGEST} are read",
            text.len()
        );
        return Err(bad(text, LONGEST, message));
    }
    if let Some((at, _)) = text
        .char_indices()
        .find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
    {
        return Err(bad(
            text,
            at,
            "there is a control character; write it as \\u and four digits",
        ));
    }
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST_BRACKETS {
            return Err(bad(
                text,
                at,
                format!("more than {DEEPEST_BRACKETS} brackets within each other"),
            ));
        }
    }
    Ok(())
}

fn read(text: &str) -> Result<Program, BadCondition> {
    let parsed = environment().parser().parse_with_source_info(text);
    let (expr, places) = parsed.map_err(|errors| not_parsed(text, &errors))?;
    let mut check = Check {
        text,
        places: &places,
        parts: 0,
        bound: Vec::new(),
        loops: 0,
        patterns: Patterns::default(),
        variables: Vec::new(),
        depth: 0,
    };
    check.expr(&expr, 0)?;
    if is_never_a_bool(&expr) {
        return Err(bad(
            text,
            0,
            "it is neither true nor false; compare it with something",
        ));
    }
    if work::of(&expr, &check.patterns, None) > work::MOST {
        return Err(bad(text, 0, "it is too much work; write it more simply"));
    }
    Ok(Program {
        patterns: Arc::new(check.patterns),
        variables: check.variables,
        misspelt: misspelt(&expr),
        depth: check.depth,
        expr,
    })
}

fn not_parsed(text: &str, errors: &ParseErrors) -> BadCondition {
    let Some(first) = errors.errors.first() else {
        return bad(text, 0, "it is not understood");
    };
    let count = |number: isize| usize::try_from(number).unwrap_or(0).max(1);
    let message = first
        .msg
        .strip_prefix("Syntax error: ")
        .unwrap_or(&first.msg);
    let message: String = message.chars().take(200).collect();
    BadCondition {
        line: count(first.pos.0),
        column: count(first.pos.1),
        message: safe(&message),
    }
}

/// What is wrong at a byte of the text.
fn bad(text: &str, offset: usize, message: impl Into<String>) -> BadCondition {
    let before = &text[..text.floor_char_boundary(offset)];
    let line = before
        .rfind('\n')
        .map_or(before, |newline| &before[newline + 1..]);
    BadCondition {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        message: message.into(),
    }
}

fn is_never_a_bool(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::Literal(literal) => !matches!(literal, LiteralValue::Boolean(_)),
        Expr::List(_) | Expr::Map(_) => true,
        _ => false,
    }
}

/// The walk through a condition that was parsed.
struct Check<'c> {
    text: &'c str,
    places: &'c SourceInfo,
    parts: usize,
    /// The variables of the loops that an expression is in.
    bound: Vec<&'c str>,
    /// How many loops an expression is repeated by.
    loops: usize,
    patterns: Patterns,
    variables: Vec<&'static str>,
    /// The most parts within each other so far.
    depth: usize,
}

impl<'c> Check<'c> {
    fn bad(&self, expr: &IdedExpr, message: impl Into<String>) -> BadCondition {
        let offset = self
            .places
            .offset_for(expr.id)
            .map_or(0, |(start, _)| start as usize);
        bad(self.text, offset, message)
    }

    fn expr(&mut self, expr: &'c IdedExpr, depth: usize) -> Result<(), BadCondition> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(self.bad(
                expr,
                format!("it has more than {MOST_PARTS} parts; write several rules"),
            ));
        }
        if depth > DEEPEST {
            return Err(self.bad(expr, format!("more than {DEEPEST} parts within each other")));
        }
        self.depth = self.depth.max(depth);
        let depth = depth + 1;
        match &expr.expr {
            Expr::Unspecified => Err(self.bad(expr, "it is not understood")),
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.variable(expr, name),
            Expr::Select(select) => self.expr(&select.operand, depth),
            Expr::List(list) if list.elements.len() > LONGEST_LIST => {
                Err(self.bad(expr, format!("a list of more than {LONGEST_LIST} elements")))
            }
            Expr::List(list) => list
                .elements
                .iter()
                .try_for_each(|element| self.expr(element, depth)),
            Expr::Map(map) => map.entries.iter().try_for_each(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => {
                    self.expr(&entry.key, depth)?;
                    self.expr(&entry.value, depth)
                }
                EntryExpr::StructField(_) => Err(self.bad(expr, "there are no messages to make")),
            }),
            Expr::Struct(_) => Err(self.bad(expr, "there are no messages to make")),
            Expr::Call(call) => self.call(expr, call, depth),
            Expr::Comprehension(comprehension) => self.comprehension(expr, comprehension, depth),
        }
    }

    fn variable(&mut self, expr: &IdedExpr, name: &str) -> Result<(), BadCondition> {
        if self.bound.contains(&name) || TYPES.contains(&name) {
            return Ok(());
        }
        match VARIABLES.iter().find(|known| **known == name) {
            Some(known) => {
                if !self.variables.contains(known) {
                    self.variables.push(known);
                }
                Ok(())
            }
            None => {
                let known = VARIABLES.join(", ");
                Err(self.bad(
                    expr,
                    format!("there is no “{}”; there are {known}", safe(name)),
                ))
            }
        }
    }

    fn call(
        &mut self,
        expr: &'c IdedExpr,
        call: &'c CallExpr,
        depth: usize,
    ) -> Result<(), BadCondition> {
        let name = call.func_name.as_str();
        let target = call.target.as_deref();
        let called = match target.map(|target| &target.expr) {
            None => Called::On,
            Some(Expr::Ident(name)) if name == "optional" => Called::Optional,
            Some(_) => Called::Of,
        };
        if !is_function(name) {
            return Err(self.bad(expr, format!("there is no function {}()", safe(name))));
        }
        if let Some(wrong) = wrong_call(name, called, call.args.len()) {
            return Err(self.bad(expr, wrong));
        }
        if name == MATCHES {
            let pattern = call.args.last().unwrap_or(expr);
            let Some(text) = work::as_text(pattern) else {
                return Err(self.bad(pattern, "matches() takes a pattern that is written out"));
            };
            let added = self.patterns.add(text);
            added.map_err(|wrong| self.bad(pattern, safe(&wrong)))?;
        }
        if called != Called::Optional
            && let Some(target) = target
        {
            self.expr(target, depth)?;
        }
        call.args
            .iter()
            .try_for_each(|argument| self.expr(argument, depth))
    }

    fn comprehension(
        &mut self,
        expr: &'c IdedExpr,
        comprehension: &'c ComprehensionExpr,
        depth: usize,
    ) -> Result<(), BadCondition> {
        self.expr(&comprehension.iter_range, depth)?;
        self.expr(&comprehension.accu_init, depth)?;
        if self.loops > 0 {
            return Err(self.bad(expr, "a loop within a loop; write several rules"));
        }
        let name = comprehension.iter_var.as_str();
        if VARIABLES.contains(&name) || TYPES.contains(&name) {
            return Err(self.bad(
                expr,
                format!("{name} means something already; call it otherwise"),
            ));
        }
        let outside = self.bound.len();
        self.bound.extend([name, comprehension.accu_var.as_str()]);
        self.bound.extend(comprehension.iter_var2.as_deref());
        self.loops += 1;
        self.expr(&comprehension.loop_cond, depth)?;
        self.expr(&comprehension.loop_step, depth)?;
        self.loops -= 1;
        self.expr(&comprehension.result, depth)?;
        self.bound.truncate(outside);
        Ok(())
    }
}

impl Program {
    pub(super) fn looks_at(&self, variable: &str) -> bool {
        self.variables.contains(&variable)
    }

    pub(super) fn misspelt(&self) -> &[Misspelt] {
        &self.misspelt
    }

    pub(super) fn holds_in(&self, scene: &Scene<'_>) -> Result<bool, CannotTell> {
        if let Some(large) = self.variables.iter().find(|name| scene.is_too_large(name)) {
            return Err(CannotTell(format!("{large} is too large for conditions")));
        }
        if self.depth <= SHALLOW {
            return self.evaluate(scene);
        }
        let evaluated = on_a_large_stack(|| self.evaluate(scene));
        evaluated.unwrap_or_else(|why| Err(CannotTell(why)))
    }

    fn evaluate(&self, scene: &Scene<'_>) -> Result<bool, CannotTell> {
        if work::of(&self.expr, &self.patterns, Some(scene)) > work::MOST {
            return Err(CannotTell("there is too much to look at".to_owned()));
        }
        let mut context = Context::with_env(environment());
        context.set_variable_resolver(scene);
        self.patterns.bind(&mut context);
        match Value::resolve(&self.expr, &context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err(CannotTell("it came to neither true nor false".to_owned())),
            Err(error) => Err(CannotTell(in_words(&error))),
        }
    }
}

/// What went wrong, without the values: they are the agent's, and of any length.
fn in_words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => {
            let key: String = key.chars().take(60).collect();
            format!("there is no {}", safe(&key))
        }
        ExecutionError::NoSuchOverload(overload) => {
            format!(
                "{} can't be applied to {}",
                operator(overload.function()),
                overload.argument_types().join(" and ")
            )
        }
        ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
            format!(
                "{name} can't be applied to {} and {}",
                left.type_of(),
                right.type_of()
            )
        }
        ExecutionError::ValuesNotComparable(left, right) => {
            format!(
                "{} and {} can't be compared",
                left.type_of(),
                right.type_of()
            )
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!("it is {got} where it should be {want}")
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number grew too large".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => "a list has fewer elements".to_owned(),
        ExecutionError::FunctionError { function, .. } => format!("{function}() can't be applied"),
        _ => "it can't be evaluated".to_owned(),
    }
}

/// `_>_` as people write it.
fn operator(name: &str) -> String {
    name.replace(['_', '@'], "")
}
