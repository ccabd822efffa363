//! The gate: whether it answers, what time it has, and whether it knows who calls.

use super::Check;
use crate::api::problem::ProblemKind;
use crate::cli::context::{Context, Speaker};
use crate::cli::failure::causes;
use crate::cli::lock;
use crate::client::{Client, ClientError};
use crate::domain::time::Span;
use crate::domain::untrusted::safe;
use crate::gate::wall_clock;

/// How far two clocks may be apart: the gate's is told in whole seconds, and the answer takes its time.
const APART: Span = Span::from_secs(10);

/// The gate of this home, if one runs.
pub(super) async fn own(context: &Context) -> Vec<Check> {
    match lock::published(&context.home) {
        Ok(None) => vec![Check::ok(
            "gate",
            "none runs; it starts with the first command that needs one",
        )],
        Ok(Some(address)) => match Client::new(&address, "none") {
            Ok(client) => answers(&client).await,
            Err(error) => vec![unreachable(&error)],
        },
        Err(error) => vec![Check::problem(
            "gate",
            format!("its address can't be read: {error}"),
            "make the files of the home yours",
        )],
    }
}

/// The gate that SIGNOFF_URL or --url names.
pub(super) async fn named(context: &Context, url: &str) -> Vec<Check> {
    let token = context.token(Speaker::Person);
    let token_or_none = token.as_deref().unwrap_or("none");
    let client = match Client::new(url, token_or_none) {
        Ok(client) => client,
        Err(error) => return vec![unreachable(&error)],
    };
    let mut checks = answers(&client).await;
    if checks.iter().any(|check| check.remedy.is_some()) {
        return checks;
    }
    checks.push(match token {
        Err(_) => Check::problem(
            "token",
            "there is none to speak to this gate with",
            "set SIGNOFF_TOKEN; an admin makes a token with `signoff tokens add`",
        ),
        Ok(_) => knows(&client).await,
    });
    checks
}

async fn answers(client: &Client) -> Vec<Check> {
    let address = safe(client.address());
    let health = match client.health().await {
        Ok(health) => health,
        Err(error) => return vec![unreachable(&error)],
    };
    let mut checks = vec![Check::ok("gate", format!("answers at {address}"))];
    if let Some(theirs) = health {
        let ours = wall_clock()();
        let (ahead, behind) = (theirs.since(ours), ours.since(theirs));
        let apart = ahead.max(behind);
        if apart > APART {
            checks.push(Check::problem(
                "clock",
                format!("here it is {ours}, at the gate {theirs}"),
                "set both clocks; deadlines go by that of the gate",
            ));
        } else {
            checks.push(Check::ok("clock", "that of the gate is the same"));
        }
    }
    checks
}

async fn knows(client: &Client) -> Check {
    match client.me().await {
        Ok(me) => Check::ok("token", format!("speaks for {}", safe(&me.id))),
        Err(error)
            if error
                .problem()
                .is_some_and(|problem| problem.is(ProblemKind::Unauthorized)) =>
        {
            Check::problem(
                "token",
                "the gate doesn't know it, or it was revoked",
                "look at SIGNOFF_TOKEN; an admin makes another with `signoff tokens add`",
            )
        }
        Err(error) => unreachable(&error),
    }
}

fn unreachable(error: &ClientError) -> Check {
    let remedy = match error {
        ClientError::BadToken => {
            "SIGNOFF_TOKEN holds one token, as `signoff tokens add` printed it"
        }
        ClientError::BadAddress { .. }
        | ClientError::NotAGate { .. }
        | ClientError::TooLong { .. } => {
            "set SIGNOFF_URL, or --url, to the address that `signoff serve` printed"
        }
        _ => "is SIGNOFF_URL right, and does the gate run? `signoff serve` starts one there",
    };
    Check::problem("gate", causes(error), remedy)
}
