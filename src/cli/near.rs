//! Actions that are not known: where the known ones are listed, and which of them was probably meant.

use super::failure::Failure;
use super::session::Session;
use crate::api::problem::ProblemKind;
use crate::domain::id::ActionName;

/// More slips of the finger than this make another name.
const SLIPS: usize = 3;
const LIST: &str = "`signoff actions list` lists them";

/// The same failure; where there is no such action, it says what there is instead.
pub async fn unknown_action(failure: Failure, session: &Session, name: &ActionName) -> Failure {
    if !failure.is(ProblemKind::NotFound) {
        return failure;
    }
    // Only a hint: where the list can't be had, it does without.
    let known = session.call(async |client| client.actions().await).await;
    let known = known.map_or_else(|_| Vec::new(), |page| page.items);
    match nearest(
        name.as_str(),
        known.iter().map(|action| action.name.as_str()),
    ) {
        Some(near) => failure.hint(format!("did you mean {near}? {LIST}")),
        None => failure.hint(LIST),
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let slips = |known: &'a str| (slips(name, known), known);
    let (slips, near) = known.map(slips).min()?;
    (slips <= SLIPS).then_some(near)
}

/// How many letters have to be changed, added or left out to make one of the other.
fn slips(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.bytes().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (at, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted() {
        for (one, other, count) in [
            ("email.send", "email.send", 0),
            ("email.sned", "email.send", 2),
            ("mail.send", "email.send", 1),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(slips(one, other), count, "{one} {other}");
        }
    }

    #[test]
    fn only_what_is_close_is_meant() {
        let known = ["email.send", "slack.send_message", "file.read"];
        let of = |name| nearest(name, known.into_iter());
        assert_eq!(of("slack.send_mesage"), Some("slack.send_message"));
        assert_eq!(of("calendar.create"), None);
        assert_eq!(nearest("email.send", std::iter::empty()), None);
    }
}
