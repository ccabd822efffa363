//! Which of several names was probably meant by one that isn't among them.

/// More slips of the finger than this make another name.
const SLIPS: usize = 3;

/// The nearest of the names that are known, unless it is too far off.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
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
