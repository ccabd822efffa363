//! `signoff try`: the verdict that a request would get.

use super::Exit;
use crate::api::people::MeKind;
use crate::api::policy::{TriedOut, TryOut};
use crate::api::request::Ask;
use crate::cli::asking::{Question, only};
use crate::cli::failure::Failure;
use crate::cli::ladder::ladder;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::words;
use crate::domain::id::{AgentId, PersonId};
use crate::domain::untrusted::Untrusted;

/// Try out what would become of a request; nothing is asked or stored.
///
/// Prints what each rung of policy would say, the verdict, the risk, and who would be asked to review. The
/// flags are those of `signoff request`. A person says which agent would ask; an agent, with its
/// SIGNOFF_TOKEN, tries what it would ask itself.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The agent that would ask
    #[arg(long, value_name = "AGENT")]
    agent: Option<AgentId>,

    #[command(flatten)]
    question: Question,

    /// Print the verdict, the ladder, the risk and the review as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  signoff try --agent outreach --action email.send --params '{\"to\":\"pat@partner.example\"}'";

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    let only_owner = match args.question.on_behalf_of {
        Some(_) => None,
        None => owner(session, args.agent.as_ref()).await?,
    };
    let try_out = TryOut {
        agent: args.agent,
        ask: args.question.ask(only_owner, false)?,
    };
    let tried = session.call(async |client| client.evaluate(&try_out).await);
    let tried = tried.await?;
    match args.json {
        true => out::print_json(&tried)?,
        false => out::print(&said(&tried, &try_out.ask, out::width()))?,
    }
    Ok(Exit::Ok)
}

/// Whom it would be done for, where nobody is named: the only owner of the agent that would ask.
async fn owner(session: &Session, agent: Option<&AgentId>) -> Result<Option<PersonId>, Failure> {
    let me = session.call(async |client| client.me().await).await?;
    match (me.kind, agent) {
        (MeKind::Person, Some(agent)) => {
            let agent = session.call(async |client| client.agent(agent).await);
            Ok(only(&agent.await?.owners))
        }
        (MeKind::Person, None) => Err(Failure::usage("say which agent would ask: --agent AGENT")
            .hint("`signoff agents list` lists them")),
        _ => Ok(only(&me.owners)),
    }
}

fn said(tried: &TriedOut, ask: &Ask, width: Option<usize>) -> String {
    let instead = tried.would_have_been.as_ref();
    let mut text = ladder(&tried.rungs, &tried.verdict, instead, width);
    let reasons: Vec<String> = tried
        .risk
        .reasons
        .iter()
        .map(Untrusted::plain_line)
        .collect();
    let level = tried.risk.level.word();
    text.push_str(&match reasons.is_empty() {
        true => format!("risk: {level}\n"),
        false => format!("risk: {level}: {}\n", reasons.join("; ")),
    });
    match &ask.on_behalf_of {
        Some(person) => text.push_str(&format!("on behalf of: {person}\n")),
        None => text.push_str("on behalf of: nobody\n"),
    }
    if let Some(review) = &tried.review {
        let needed = match review.needed {
            1 => String::new(),
            needed => format!(", {needed} approvals"),
        };
        text.push_str(&format!(
            "would ask: {} ({}){needed}\n",
            words::people(&review.reviewers),
            review.resolver
        ));
        if let Some(why) = &review.undecidable {
            text.push_str(&format!("{}\n", why.plain_line()));
        }
    }
    text
}
