//! The database of the home, the policy in it, and whether the tokens at hand are ones that it knows.

use super::Check;
use crate::cli::context::{Context, Speaker};
use crate::cli::failure::causes;
use crate::cli::new_file::shown;
use crate::domain::people::Holder;
use crate::domain::time::Span;
use crate::domain::workspace::Workspace;
use crate::gate::{Secret, unreadable_policy, wall_clock};
use crate::store::{self, Database, Glance};

/// How far ahead of this clock an entry may be that another process has just written.
const AHEAD: Span = Span::from_secs(5);

pub(super) async fn database(context: &Context) -> Vec<Check> {
    let database = context.database();
    let (place, remedy) = match &database {
        Database::Sqlite(path) => (
            shown(path),
            "`signoff audit verify` says what is wrong; `signoff restore FILE --force` puts a backup \
             in its place",
        ),
        Database::Postgres(address) => (
            address.to_string(),
            "see that the server runs and that [server] database names it; `signoff audit verify` says \
             what is wrong in it",
        ),
    };
    if let Database::Sqlite(path) = &database
        && !path.exists()
    {
        return vec![Check::ok(
            "store",
            format!("{place} is not there yet; the first gate makes it"),
        )];
    }
    match store::glance(&database).await {
        Err(error) => vec![Check::problem("store", causes(&error), remedy)],
        Ok(glance) => {
            let mut checks = vec![safety(&place, &glance), clock(&glance)];
            checks.push(policy(&glance.workspace));
            checks.extend(tokens(context, &glance.workspace));
            checks
        }
    }
}

fn safety(place: &str, glance: &Glance) -> Check {
    match glance.journal.as_deref() {
        None => Check::ok("store", format!("{place}, which keeps what it commits")),
        Some("wal") => Check::ok("store", format!("{place}, with a write-ahead log")),
        Some(mode) => Check::problem(
            "store",
            format!(
                "{place} has the journal mode {mode}, with which readers and the gate block each other: another program has changed it"
            ),
            "let only signoff open it; the gate sets wal again when it starts",
        ),
    }
}

fn policy(workspace: &Workspace) -> Check {
    match (&workspace.policy, unreadable_policy(workspace)) {
        (None, _) => Check::ok("policy", "none was saved, so the defaults are in force"),
        (Some(saved), None) => Check::ok("policy", format!("version {}", saved.version)),
        (Some(saved), Some(error)) => Check::problem(
            "policy",
            format!(
                "version {} can't be read, so every request asks: {error}",
                saved.version
            ),
            "an admin saves a corrected document with PUT /v1/policy",
        ),
    }
}

fn clock(glance: &Glance) -> Check {
    let now = wall_clock()();
    match glance.newest {
        Some(newest) if newest > now.plus(AHEAD) => Check::problem(
            "clock",
            format!("the newest entry of the log is of {newest}, but here it is {now}"),
            "set this machine's clock; deadlines go by it",
        ),
        _ => Check::ok(
            "clock",
            format!("{now}, and nothing in the log is of later"),
        ),
    }
}

/// A token is found out here, where no gate is needed for it.
fn tokens(context: &Context, workspace: &Workspace) -> Vec<Check> {
    let kinds = match context.token_was_given() {
        true => &[("SIGNOFF_TOKEN", Speaker::Person)][..],
        false => &[
            ("owner's token", Speaker::Person),
            ("agent's token", Speaker::Agent),
        ],
    };
    let known = kinds.iter().filter_map(|(about, speaker)| {
        // One that can't be read at all was reported with the files.
        let token = context.token(*speaker).ok()?;
        Some(token_check(about, *speaker, &token, context, workspace))
    });
    let mut checks: Vec<Check> = known.collect();
    if !context.token_was_given() && !context.home.token().exists() {
        checks.push(Check::problem(
            "owner's token",
            format!("there is no file {}", shown(&context.home.token())),
            "set SIGNOFF_TOKEN, or put the owner's token there (mode 600)",
        ));
    }
    checks
}

fn token_check(
    about: &'static str,
    speaker: Speaker,
    token: &str,
    context: &Context,
    workspace: &Workspace,
) -> Check {
    let another = "an admin makes another with `signoff tokens add`; without any, look for the token \
                   file that belongs to this database";
    let Ok(secret) = token.parse::<Secret>() else {
        return Check::problem(
            about,
            "it is no token",
            "a token begins with sgn_; give the whole of it, and nothing else",
        );
    };
    match (workspace.holder(&secret.hash()), speaker) {
        (None, _) => Check::problem(
            about,
            "this database doesn't know it, or it was revoked",
            another,
        ),
        (Some((_, holder @ Holder::Agent(_))), Speaker::Person) if !context.token_was_given() => {
            Check::problem(
                about,
                format!("it is that of {}, which decides nothing", holder.actor()),
                "put a person's token there",
            )
        }
        (Some((_, holder @ Holder::Person(_))), Speaker::Agent) => Check::problem(
            about,
            format!(
                "it is that of {}: agents that find it could decide",
                holder.actor()
            ),
            "put an agent's token there, and revoke this one with `signoff tokens revoke ID`",
        ),
        (Some((_, holder)), _) => Check::ok(about, format!("speaks for {}", holder.actor())),
    }
}
