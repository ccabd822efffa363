//! What can be typed in plain mode: a verb, the number of a request, words.

/// A line, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    List,
    /// With no number it is about the one that was shown last.
    Show(Option<usize>),
    Approve(Option<usize>),
    Reject(Option<usize>, String),
    Answer(Option<usize>, String),
    Edit(Option<usize>),
    Discard,
    Claim(Option<usize>),
    Snooze(Option<usize>, String),
    /// Calls back what was put off.
    Back(Option<usize>),
    Why(Option<usize>),
    Notify(Option<usize>, bool),
    Undo,
    History,
    Again,
    Help,
    Quit,
}

/// The verbs, how each is written, and what it does: the help, and what is said of a line that is none.
pub const VERBS: [(&str, &str, &str); 17] = [
    (
        "list",
        "list",
        "reads out what waits for you, each with its number; a number stays with its request.",
    ),
    (
        "show",
        "show 3",
        "reads out all of request 3; so do open 3 and the number alone.",
    ),
    (
        "approve",
        "approve 3",
        "reads out all of it, then asks for four characters before it approves.",
    ),
    (
        "reject",
        "reject 3 wrong list",
        "asks for four characters, then rejects it with that reason, which the agent gets; without one it asks for it.",
    ),
    (
        "answer",
        "answer 3 use the other list",
        "asks for four characters, then answers the agent in words instead of letting it act.",
    ),
    (
        "edit",
        "edit 3",
        "reads out all of it, opens $VISUAL or $EDITOR on its parameters, then asks about your change.",
    ),
    (
        "discard",
        "discard",
        "throws away what you wrote with edit, so that the next edit begins with what was asked.",
    ),
    (
        "claim",
        "claim 3",
        "takes it on, so that others see that; once more gives it back. It bars nobody.",
    ),
    (
        "snooze",
        "snooze 3 2h",
        "hides it from you for so long, or until tomorrow; its time goes on, and it comes back before it ends.",
    ),
    (
        "back",
        "back 3",
        "calls it back before that: it waits for you again at once.",
    ),
    ("why", "why 3", "says what each rung of policy said."),
    (
        "notify",
        "notify 3 on",
        "has the agent told of your next decision about it; off, it isn't.",
    ),
    (
        "undo",
        "undo",
        "takes the approval back that you gave last, while nothing has been started.",
    ),
    ("history", "history", "reads out what was decided last."),
    ("again", "again", "asks the gate for everything again."),
    ("help", "help", "says all this."),
    ("quit", "quit", "leaves; what waits goes on waiting."),
];

impl Order {
    /// Reads a line; or says what is wrong with it.
    pub fn read(line: &str) -> Result<Self, String> {
        if let (Some(number), "") = number(line.trim())? {
            return Ok(Order::Show(Some(number)));
        }
        let (verb, rest) = split(line);
        let verb = verb.to_lowercase();
        let (number, words) = number(rest)?;
        let plain = |order: Order| match (number, words) {
            (None, "") => Ok(order),
            _ => Err(format!("{verb} stands alone: nothing was done")),
        };
        let about = |order: fn(Option<usize>) -> Order| match words {
            "" => Ok(order(number)),
            _ => Err(format!(
                "{verb} takes a number and nothing more: nothing was done"
            )),
        };
        match verb.as_str() {
            "list" => plain(Order::List),
            "show" | "open" => about(Order::Show),
            "approve" => about(Order::Approve),
            "reject" => Ok(Order::Reject(number, words.to_owned())),
            "answer" if words.is_empty() => {
                Err("say what the agent gets: answer 3 and then your words".to_owned())
            }
            "answer" => Ok(Order::Answer(number, words.to_owned())),
            "edit" => about(Order::Edit),
            "discard" => plain(Order::Discard),
            "claim" => about(Order::Claim),
            "snooze" if words.is_empty() => {
                Err("say for how long: snooze 3 2h, or snooze 3 tomorrow".to_owned())
            }
            "snooze" => Ok(Order::Snooze(number, words.to_owned())),
            "back" => about(Order::Back),
            "why" => about(Order::Why),
            "notify" => match words.to_lowercase().as_str() {
                "on" => Ok(Order::Notify(number, true)),
                "off" => Ok(Order::Notify(number, false)),
                _ => {
                    Err("write notify on or notify off, with a number before on or off".to_owned())
                }
            },
            "undo" => plain(Order::Undo),
            "history" => plain(Order::History),
            "again" => plain(Order::Again),
            "help" => plain(Order::Help),
            "quit" => plain(Order::Quit),
            _ => Err("that is no command; help says which there are".to_owned()),
        }
    }
}

fn split(line: &str) -> (&str, &str) {
    let line = line.trim();
    match line.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (line, ""),
    }
}

/// A number at the beginning, and what follows it. A word that begins with a digit is a word.
fn number(rest: &str) -> Result<(Option<usize>, &str), String> {
    let (first, words) = split(rest);
    if first.is_empty() || !first.chars().all(|char| char.is_ascii_digit()) {
        return Ok((None, rest));
    }
    match first.parse() {
        Ok(number) => Ok((Some(number), words)),
        Err(_) => Err("there is no request of that number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_people_write_them() {
        for (line, order) in [
            ("list", Order::List),
            ("  Show 3 ", Order::Show(Some(3))),
            ("open 3", Order::Show(Some(3))),
            (" 3", Order::Show(Some(3))),
            ("discard", Order::Discard),
            ("approve", Order::Approve(None)),
            (
                "reject 3  wrong list ",
                Order::Reject(Some(3), "wrong list".to_owned()),
            ),
            (
                "reject too late",
                Order::Reject(None, "too late".to_owned()),
            ),
            (
                "reject 2nd time",
                Order::Reject(None, "2nd time".to_owned()),
            ),
            ("answer 1 no", Order::Answer(Some(1), "no".to_owned())),
            ("claim 2", Order::Claim(Some(2))),
            ("snooze 2 2h", Order::Snooze(Some(2), "2h".to_owned())),
            ("back 2", Order::Back(Some(2))),
            ("snooze 2h", Order::Snooze(None, "2h".to_owned())),
            ("notify on", Order::Notify(None, true)),
            ("notify 4 off", Order::Notify(Some(4), false)),
        ] {
            assert_eq!(Order::read(line), Ok(order), "{line}");
        }
        for line in [
            "a",
            "aaaa",
            "approve all",
            "approve 3 4",
            "quit now",
            "3 4",
            "3rd",
            "discard all",
            "answer 3",
            "snooze 3",
            "claim 3 now",
            "notify 3",
            "show 99999999999999999999999",
            "y",
        ] {
            assert!(Order::read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn every_verb_is_understood_as_the_help_writes_it() {
        for (verb, example, says) in VERBS {
            assert!(Order::read(example).is_ok(), "{example}");
            assert!(example.starts_with(verb) && says.ends_with('.'), "{verb}");
        }
    }
}
