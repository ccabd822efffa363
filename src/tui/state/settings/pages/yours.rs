//! One's own: how one is told, and who answers while one is away.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::api::people::{Away, Notifications, PatchMe, PatchNotifications, Quiet};
use crate::domain::time::{At, Span};
use crate::tui::action::ActionId;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::sheet::{Cell, Offer, SheetRow, Subject, ToSave, dim, plain};
use crate::tui::state::words;

use super::Around;

fn on_off(on: bool) -> Cell {
    match on {
        true => plain("[ on  ]"),
        false => dim("[ off ]"),
    }
}

/// How one is told.
pub fn notifications(around: Around<'_>) -> Vec<SheetRow> {
    let Some(told) = around.me.and_then(|me| me.notifications.as_ref()) else {
        return Vec::new();
    };
    vec![
        SheetRow::new(
            Subject::Stated(0),
            vec![plain("In the inbox"), dim("always")],
            "In the inbox",
            "Whatever waits for you is here, however else you are told.",
        ),
        SheetRow::new(
            Subject::Email,
            vec![plain("E-mail"), on_off(told.email)],
            "E-mail",
            "What waits for you is told to your address too, once the gate has a mail server.",
        ),
        SheetRow::new(
            Subject::Slack,
            vec![plain("Slack"), on_off(told.slack)],
            "Slack",
            "What waits for you is told there too, once the gate has a channel.",
        ),
        SheetRow::new(
            Subject::Quiet,
            vec![plain("Quiet hours"), quiet_cell(told)],
            "Quiet hours",
            format!(
                "Only what is critical gets through then; {} says from when to when.",
                around.key(ActionId::Open)
            ),
        ),
    ]
}

fn quiet_cell(told: &Notifications) -> Cell {
    match &told.quiet {
        Some(quiet) => plain(hours(quiet)),
        None => dim("none"),
    }
}

fn hours(quiet: &Quiet) -> String {
    format!("{} to {}, {}", quiet.from, quiet.to, quiet.zone)
}

/// When one is away, and who answers then.
pub fn absence(around: Around<'_>) -> Vec<SheetRow> {
    let Some(me) = around.me else {
        return Vec::new();
    };
    let away = me.away.as_ref().filter(|away| away.until > around.now);
    let (from, until, delegate) = match away {
        Some(away) => (
            plain(words::moment(away.from, around.zone)),
            plain(words::moment(away.until, around.zone)),
            match &away.delegate {
                Some(delegate) => plain(delegate.to_string()),
                None => dim("nobody: it goes on to the next in line"),
            },
        ),
        None => (dim("you are there"), dim("–"), dim("–")),
    };
    let text = "The delegate answers what is addressed to you by name, as your manager, as an owner; both \
                names are recorded. Enter says when and who; space says that you are back.";
    let row = |name: &str, cell: Cell, place: Option<usize>| {
        let subject = place.map_or(Subject::Away, Subject::Stated);
        SheetRow::new(subject, vec![plain(name), cell], name, text)
    };
    vec![
        row("Away from", from, None),
        row("Until", until, Some(1)),
        row("Who answers", delegate, Some(2)),
    ]
}

fn me_offer(patch: PatchMe, what: &'static str, from: String, to: String) -> Offer {
    Offer {
        saves: ToSave::Me(Box::new(patch)),
        subject: "yours".to_owned(),
        what,
        from,
        to,
        consequence: String::new(),
        done: String::new(),
    }
}

fn told(away: Option<&Away>, zone: &TimeZone) -> String {
    let Some(away) = away else {
        return "there".to_owned();
    };
    let who = match &away.delegate {
        Some(delegate) => format!(", {delegate} answers"),
        None => ", nobody answers for you".to_owned(),
    };
    let moment = |at: At| words::moment(at, zone);
    format!("away {} to {}{who}", moment(away.from), moment(away.until))
}

/// To be there again.
pub fn back(around: Around<'_>) -> Result<Offer, String> {
    let away = around.me.and_then(|me| me.away.as_ref());
    let away = away.filter(|away| away.until > around.now);
    let away = away.ok_or_else(|| {
        let key = around.key(ActionId::Open);
        format!("you are there; {key} says when you are not")
    })?;
    let patch = PatchMe {
        away: Some(None),
        ..PatchMe::default()
    };
    let from = told(Some(away), around.zone);
    Ok(Offer {
        consequence: "What is addressed to you waits for you again, from the next request; what your delegate \
                      was asked meanwhile stays theirs to answer too."
            .to_owned(),
        done: "you are there again".to_owned(),
        ..me_offer(patch, "away", from, "there".to_owned())
    })
}

/// To be away, as it is typed: until when or from when until when, and who answers: `7d ben`,
/// `2026-12-24 ben`, `2026-12-20..2027-01-02 ben`.
pub fn away(typed: &str, facts: &Facts, around: Around<'_>) -> Result<Offer, String> {
    const HOW: &str =
        "until when? like 7d, 2026-12-24, or 2026-12-20..2026-12-24; then who answers";
    let mut words = typed.split_whitespace();
    let (when, who) = (words.next().ok_or(HOW)?, words.next());
    if words.next().is_some() {
        return Err(HOW.to_owned());
    }
    let (first, last) = match when.split_once("..") {
        Some((first, last)) => (Some(first), last),
        None => (None, when),
    };
    let from = match first {
        Some(first) => day(first, around.zone, false).ok_or(HOW)?,
        None => around.now,
    };
    let span = last.parse::<Span>().ok().filter(|_| first.is_none());
    let until = match span {
        Some(span) => Some(around.now.plus(span)),
        None => day(last, around.zone, true),
    };
    let until = until.ok_or(HOW)?;
    if until <= from || until <= around.now {
        return Err("that is over before it begins".to_owned());
    }
    let delegate = match who {
        None => None,
        Some(who) => {
            let known = facts
                .people
                .iter()
                .find(|one| one.id.as_str() == who && one.active);
            let me = around.me.map(|me| me.id.as_str());
            match known {
                Some(known) if Some(known.id.as_str()) == me => {
                    return Err("that is you: somebody else has to answer".to_owned());
                }
                Some(known) => Some(known.id.clone()),
                None => {
                    return Err(format!(
                        "there is nobody called {}",
                        crate::domain::untrusted::safe(who)
                    ));
                }
            }
        }
    };
    let consequence = match &delegate {
        Some(delegate) => format!(
            "{delegate} is asked what is addressed to you by name, as a manager or as an owner. Roles and \
             groups don't wait for you meanwhile, and your own opt-ins are nobody else's."
        ),
        None => {
            "What is addressed to you alone goes on to the next in line, at last to the admins."
                .to_owned()
        }
    };
    let away = Away {
        from,
        until,
        delegate,
    };
    let before = around.me.and_then(|me| me.away.as_ref());
    let before = before.filter(|away| away.until > around.now);
    let to = told(Some(&away), around.zone);
    let patch = PatchMe {
        away: Some(Some(away)),
        ..PatchMe::default()
    };
    Ok(Offer {
        consequence,
        done: format!("you are {to}"),
        ..me_offer(patch, "away", told(before, around.zone), to)
    })
}

/// When a day begins, or ends.
fn day(text: &str, zone: &TimeZone, ends: bool) -> Option<At> {
    let day: Date = text
        .parse()
        .ok()
        .filter(|_| text.len() == "2026-12-24".len())?;
    let day = if ends { day.tomorrow().ok()? } else { day };
    let begins = day.to_zoned(zone.clone()).ok()?;
    Some(At::from_millis(begins.timestamp().as_millisecond()))
}

/// To be told by e-mail or in Slack, or not.
pub fn channel(email: bool, around: Around<'_>) -> Result<Offer, String> {
    let now = around.me.and_then(|me| me.notifications.as_ref());
    let now = now.ok_or("the gate hasn't said yet how you are told")?;
    let word = |on: bool| if on { "on" } else { "off" }.to_owned();
    let (on, what) = if email {
        (now.email, "e-mail")
    } else {
        (now.slack, "Slack")
    };
    let notifications = PatchNotifications {
        email: email.then_some(!on),
        slack: (!email).then_some(!on),
        quiet: None,
    };
    let patch = PatchMe {
        notifications: Some(notifications),
        ..PatchMe::default()
    };
    let consequence = match on {
        true => "Only you: the inbox goes on telling you.",
        false => "Only you: what waits for you is told there as well, from the next request.",
    };
    Ok(Offer {
        consequence: consequence.to_owned(),
        done: format!("{what} is {}", word(!on)),
        ..me_offer(patch, what, word(on), word(!on))
    })
}

/// To have no quiet hours.
pub fn never_quiet(around: Around<'_>) -> Result<Offer, String> {
    let now = around.me.and_then(|me| me.notifications.as_ref());
    let now = now.and_then(|told| told.quiet.as_ref());
    let now = now.ok_or_else(|| {
        let key = around.key(ActionId::Open);
        format!("you have none; {key} says from when to when")
    })?;
    Ok(Offer {
        consequence: "Only you: you are told at any hour.".to_owned(),
        done: "you have no quiet hours".to_owned(),
        ..me_offer(
            quiet_patch(None),
            "quiet hours",
            hours(now),
            "none".to_owned(),
        )
    })
}

fn quiet_patch(quiet: Option<Quiet>) -> PatchMe {
    PatchMe {
        notifications: Some(PatchNotifications {
            quiet: Some(quiet),
            ..PatchNotifications::default()
        }),
        ..PatchMe::default()
    }
}

/// Quiet hours, as they are typed: `20:00 07:00`, with a zone behind if it isn't the one of this terminal.
pub fn quiet(typed: &str, around: Around<'_>) -> Result<Offer, String> {
    const HOW: &str = "from when to when? like 20:00 07:00";
    let mut words = typed.split_whitespace();
    let from = words.next().ok_or(HOW)?.parse().map_err(|_| HOW)?;
    let to = words.next().ok_or(HOW)?.parse().map_err(|_| HOW)?;
    let here = around.zone.iana_name().unwrap_or("UTC");
    let zone = words.next().unwrap_or(here);
    let zone = zone
        .parse()
        .map_err(|_| "a time zone is like Europe/Berlin")?;
    if words.next().is_some() {
        return Err(HOW.to_owned());
    }
    let quiet = Quiet { from, to, zone };
    let now = around.me.and_then(|me| me.notifications.as_ref());
    let now = now.and_then(|told| told.quiet.as_ref());
    let (before, after) = (now.map_or_else(|| "none".to_owned(), hours), hours(&quiet));
    Ok(Offer {
        consequence: "Only you: between these hours only what is critical is told outside the inbox. Nothing \
                      waits longer for it."
            .to_owned(),
        done: format!("quiet hours are {after}"),
        ..me_offer(quiet_patch(Some(quiet)), "quiet hours", before, after)
    })
}
