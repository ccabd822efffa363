//! What `signoff doctor` looks at: each thing is well, or there is something to do about it.

mod files;
mod gate;
mod store;

use serde::Serialize;

use super::context::Context;
use crate::config::ConfigError;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// Nothing to do, but to know.
    Note,
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    pub about: &'static str,
    pub state: State,
    pub what: String,
    /// What to do about it.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Check {
    fn ok(about: &'static str, what: impl Into<String>) -> Self {
        Self {
            about,
            state: State::Ok,
            what: what.into(),
            remedy: None,
        }
    }

    fn problem(about: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            about,
            state: State::Problem,
            what: what.into(),
            remedy: Some(remedy.into()),
        }
    }

    fn note(about: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            state: State::Note,
            ..Self::problem(about, what, remedy)
        }
    }
}

/// Looks at everything.
pub async fn checks(context: &Context, settings: Result<(), ConfigError>) -> Vec<Check> {
    let mut checks = files::settings(context, settings);
    checks.extend(files::home(context));
    checks.extend(files::secrets(context));
    match &context.url {
        Some(url) => checks.extend(gate::named(context, url).await),
        None => {
            checks.extend(store::database(context).await);
            checks.extend(gate::own(context).await);
        }
    }
    checks.push(separation());
    checks
}

/// What no setting can change.
fn separation() -> Check {
    Check::note(
        "separation",
        "an agent that runs as this operating-system user could read the owner's token and decide in \
         your name: on one machine signoff is a guard rail, not a wall",
        "for real separation run the gate under another user or on another machine, and give the \
         agent its own token only",
    )
}
