//! Texts that a condition compares with recipients and that are no address as addresses are compared: those have one
//! form only, and a rule that looks for another one never holds of them. Other names are compared as they are.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr, operators as op};

use super::work::as_text;
use crate::domain::recipient::{Kind, Recipient, a_label};

/// A text, and how it would have to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    pub text: String,
    pub better: String,
}

/// Those that are written out in an expression.
pub(super) fn misspelt(expr: &IdedExpr) -> Vec<Misspelt> {
    let mut search = Search::default();
    search.expr(expr);
    search.found
}

#[derive(Default)]
struct Search<'c> {
    /// The loop variables that are a recipient each.
    each: Vec<&'c str>,
    found: Vec<Misspelt>,
}

impl<'c> Search<'c> {
    fn expr(&mut self, expr: &'c IdedExpr) {
        match &expr.expr {
            Expr::Call(call) => {
                let parts = || call.target.as_deref().into_iter().chain(&call.args);
                if parts().any(|part| self.is_of_recipients(part)) {
                    let better = match call.func_name.as_str() {
                        op::EQUALS | op::NOT_EQUALS | op::IN => better_whole,
                        _ => better_part,
                    };
                    parts().for_each(|part| self.compared(part, better));
                }
                parts().for_each(|part| self.expr(part));
            }
            Expr::Comprehension(of) => {
                self.expr(&of.iter_range);
                let outside = self.each.len();
                if self.is_of_recipients(&of.iter_range) {
                    self.each.push(&of.iter_var);
                }
                self.expr(&of.accu_init);
                self.expr(&of.loop_cond);
                self.expr(&of.loop_step);
                self.expr(&of.result);
                self.each.truncate(outside);
            }
            Expr::Select(select) => self.expr(&select.operand),
            Expr::List(list) => list.elements.iter().for_each(|element| self.expr(element)),
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.expr(&entry.key);
                        self.expr(&entry.value);
                    }
                }
            }
            Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
        }
    }

    /// Whether it is all recipients, some of them, or one.
    fn is_of_recipients(&self, expr: &IdedExpr) -> bool {
        match &expr.expr {
            Expr::Ident(name) => name == "recipients" || self.each.contains(&name.as_str()),
            Expr::Call(call) if call.func_name == op::INDEX => call
                .args
                .first()
                .is_some_and(|list| self.is_of_recipients(list)),
            // What is left of them by filter().
            Expr::Comprehension(of) => self.is_of_recipients(&of.iter_range),
            _ => false,
        }
    }

    fn compared(&mut self, with: &IdedExpr, better: fn(&str) -> Option<String>) {
        if let Expr::List(list) = &with.expr {
            let elements = list.elements.iter();
            elements.for_each(|one| self.compared(one, better));
        }
        if let Some(text) = as_text(with)
            && let Some(better) = better(text)
        {
            self.found.push(Misspelt {
                text: text.to_owned(),
                better,
            });
        }
    }
}

/// How an address has to be written, if this is one and not written so.
fn better_whole(text: &str) -> Option<String> {
    let read = Recipient::parse(text);
    (read.kind() == Kind::Email && read.normal() != text).then(|| read.normal().to_owned())
}

/// How the part of an address has to be written, if this may be one and is not written so.
fn better_part(text: &str) -> Option<String> {
    let (local, host) = match text.rsplit_once('@') {
        Some((local, host)) => (Some(local), host),
        None if text.contains('.') => (None, text),
        None => return None,
    };
    let labels = host.trim_matches('.');
    let normal = match labels {
        "" => String::new(),
        labels => a_label(labels)?,
    };
    let mut better = String::with_capacity(text.len());
    if let Some(local) = local {
        match local.is_ascii() {
            true => better.push_str(&local.to_ascii_lowercase()),
            false => better.push_str(local),
        }
        better.push('@');
    }
    better.push_str(&host.replacen(labels, &normal, 1));
    (better != text).then_some(better)
}

#[cfg(test)]
mod tests {
    use crate::policy::condition::Condition;

    fn better(condition: &str) -> Vec<String> {
        let condition = Condition::parse(condition).unwrap();
        let found = condition.misspelt_recipients().iter();
        found.map(|misspelt| misspelt.better.clone()).collect()
    }

    #[test]
    fn what_no_recipient_is_is_found_wherever_it_is_compared() {
        for (condition, expected) in [
            ("'Ana@CRM.example' in recipients", "ana@crm.example"),
            ("recipients[0] == 'Ana@CRM.example'", "ana@crm.example"),
            ("recipients == ['a@Evil.example']", "a@evil.example"),
            (
                "recipients.exists(r, r.endsWith('@EVIL.example'))",
                "@evil.example",
            ),
            (
                "recipients.all(r, r.endsWith('.Evil.example'))",
                ".evil.example",
            ),
            (
                "recipients.exists(r, r in ['ok@crm.example', 'x@bücher.example'])",
                "x@xn--bcher-kva.example",
            ),
            (
                "size(recipients.filter(r, r.contains('@Evil'))) > 0",
                "@evil",
            ),
            (
                "recipients.filter(r, true).exists(r, r.startsWith('CEO@'))",
                "ceo@",
            ),
            (
                "action == 'a' && !(recipients.exists(r, r == 'A@b.example'))",
                "a@b.example",
            ),
        ] {
            assert_eq!(better(condition), [expected], "{condition}");
        }
    }

    #[test]
    fn what_may_be_one_is_left_alone() {
        for condition in [
            "recipients.exists(r, r.endsWith('@crm.example') || r == '#General' || r.contains('Acme'))",
            "recipients.exists(r, r == 'Acme.Payroll' || r in ['#Team.Sales', '@Bob'])",
            "recipients.exists(r, r.startsWith('+44') || r == 'Zoë@crm.example' || r.endsWith('.') || r == 'two words.x')",
            "params.to == 'Ana@CRM.example' && size(recipients) == 1",
            "params.parts.exists(p, p == 'A@B.example') || recipients.exists(r, params.subject == 'Hi @Bob.example')",
        ] {
            let none: [&str; 0] = [];
            assert_eq!(better(condition), none, "{condition}");
        }
    }
}
