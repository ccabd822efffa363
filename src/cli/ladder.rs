//! How policy came to its verdict, rung by rung.

use super::table::Table;
use super::words::word_of;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::{Rung, Verdict};

/// Every rung with its answer, and below them the verdict; where nothing is enforced, also the one that
/// there would have been.
pub fn ladder(
    rungs: &[Rung],
    verdict: &Verdict,
    would_have_been: Option<&Verdict>,
    width: Option<usize>,
) -> String {
    let mut table = Table::new(&["RUNG", "ANSWER", "RULE", "WHY"]);
    for rung in rungs {
        table.row([
            word_of(&rung.rung).replace('_', " "),
            word_of(&rung.answer).replace('_', " "),
            rung.rule
                .as_ref()
                .map_or_else(String::new, Untrusted::plain_line),
            rung.text.plain_line(),
        ]);
    }
    let mut text = table.whole(width);
    text.push_str(&format!("\nverdict: {}\n", said(verdict)));
    if let Some(verdict) = would_have_been {
        text.push_str(&format!(
            "outside audit mode it would have been: {}\n",
            said(verdict)
        ));
    }
    text
}

fn said(verdict: &Verdict) -> String {
    format!(
        "{}, {}",
        word_of(&verdict.effect),
        verdict.text.plain_line()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_audit_mode_it_says_what_the_verdict_would_have_been() {
        let verdict = |effect: &str, text: &str| -> Verdict {
            serde_json::from_value(serde_json::json!({
                "effect": effect, "rung": "mode", "rule": null, "text": text,
            }))
            .unwrap()
        };
        let rung: Rung = serde_json::from_value(serde_json::json!({
            "rung": "own_opt_in", "answer": "not_asked", "rule": "a\u{1b}[2Jb", "text": "one\ntwo",
        }))
        .unwrap();
        let allowed = verdict("allow", "audit mode");
        let asked = verdict("ask", "email.send needs approval");
        let text = ladder(&[rung], &allowed, Some(&asked), None);
        assert_eq!(
            text,
            "RUNG        ANSWER     RULE       WHY\n\
             own opt in  not asked  a<^[>[2Jb  one⏎two\n\n\
             verdict: allow, audit mode\n\
             outside audit mode it would have been: ask, email.send needs approval\n"
        );
        let text = ladder(&[], &allowed, None, None);
        assert!(!text.contains("would have been"), "{text}");
    }
}
