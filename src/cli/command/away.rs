//! Being away: the flags for it, and how it reads. Of oneself with `signoff me away`, of somebody else
//! with `signoff people away`.

use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::words;
use crate::domain::id::PersonId;
use crate::domain::people::Away;
use crate::domain::time::At;

#[derive(clap::Args)]
pub(super) struct Absence {
    /// When it begins: a day, or a time; without it, now
    #[arg(long, value_name = "WHEN", value_parser = args::moment)]
    from: Option<At>,

    /// When it ends: a day, or a time
    #[arg(long, value_name = "WHEN", value_parser = args::moment,
        required_unless_present = "back")]
    until: Option<At>,

    /// Who answers meanwhile what is addressed to the one who is away
    #[arg(long, value_name = "PERSON")]
    delegate: Option<PersonId>,

    /// Not away any more
    #[arg(long, conflicts_with_all = ["from", "until", "delegate"])]
    back: bool,
}

impl Absence {
    /// The absence, or nothing for the end of one.
    pub(super) fn said(self) -> Result<Option<Away>, Failure> {
        let Some(until) = self.until else {
            return Ok(None);
        };
        let from = self.from.unwrap_or_else(words::now);
        if until <= from {
            return Err(Failure::usage(format!(
                "--until {until} is not after {from}, when it begins"
            )));
        }
        Ok(Some(Away {
            from,
            until,
            delegate: self.delegate,
        }))
    }
}

/// The absence in one line.
pub(super) fn sentence(who: &str, away: Option<&Away>) -> String {
    match away {
        Some(away) => format!("{who} is away {}\n", span(away)),
        None => format!("{who} is not away\n"),
    }
}

/// From when until when, and who answers.
pub(super) fn span(away: &Away) -> String {
    let answers = match &away.delegate {
        Some(delegate) => delegate.to_string(),
        None => "nobody".to_owned(),
    };
    let Away { from, until, .. } = away;
    format!("from {from} until {until}; {answers} answers meanwhile")
}
