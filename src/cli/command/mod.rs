//! The commands, one file each, and whose word each of them brings to the gate.

mod actions;
mod agents;
mod approve;
mod audit;
mod away;
mod backup;
mod cancel;
mod claim;
mod completions;
mod doctor;
mod groups;
mod history;
mod integrations;
mod lease;
mod list;
mod man;
mod me;
mod notifications;
mod patterns;
mod people;
mod policy;
mod prefs;
mod reject;
mod release;
mod renew;
mod report;
mod request;
mod respond;
mod restore;
mod retry;
mod serve;
mod settle;
mod show;
mod snooze;
mod start;
mod stats;
mod teams;
mod tokens;
mod tools;
mod tryout;
mod undo;
mod wait;
mod watch;
mod why;

use std::sync::Arc;

use clap::Subcommand;

use super::context::{Context, Speaker};
use super::exit::Exit;
use super::failure::Failure;
use super::session::Session;

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    Serve(serve::Args),
    Request(Box<request::Args>),
    Wait(wait::Args),
    Cancel(cancel::Args),
    Start(start::Args),
    Report(report::Args),
    List(Box<list::Args>),
    Show(show::Args),
    Why(why::Args),
    Approve(approve::Args),
    Reject(reject::Args),
    Respond(respond::Args),
    Undo(undo::Args),
    Claim(claim::Args),
    Release(release::Args),
    Snooze(snooze::Args),
    History(Box<history::Args>),
    Retry(retry::Args),
    Settle(settle::Args),
    Lease(lease::Args),
    Renew(renew::Args),
    Policy(policy::Args),
    Notifications(notifications::Args),
    Patterns(patterns::Args),
    Tools(tools::Args),
    Me(me::Args),
    Stats(stats::Args),
    Watch(watch::Args),
    Actions(actions::Args),
    Integrations(integrations::Args),
    Prefs(prefs::Args),
    People(people::Args),
    Groups(groups::Args),
    Teams(teams::Args),
    Agents(agents::Args),
    Tokens(tokens::Args),
    Audit(audit::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(name = "try")]
    Try(Box<tryout::Args>),
}

impl Command {
    /// Whose word it brings.
    fn speaker(&self) -> Speaker {
        match self {
            Command::Request(_)
            | Command::Wait(_)
            | Command::Cancel(_)
            | Command::Start(_)
            | Command::Report(_) => Speaker::Agent,
            Command::Lease(_) | Command::Renew(_) => Speaker::Worker,
            _ => Speaker::Person,
        }
    }

    /// Carries it out.
    pub async fn run(self, context: Context) -> Result<Exit, Failure> {
        let session = Arc::new(Session::new(context, self.speaker()));
        let ended = self.run_in(&session).await;
        let closed = session.close().await;
        let exit = ended?;
        closed.map(|()| exit)
    }

    async fn run_in(self, session: &Arc<Session>) -> Result<Exit, Failure> {
        match self {
            Command::Serve(args) => serve::run(args, session).await,
            Command::Request(args) => request::run(*args, session).await,
            Command::Wait(args) => wait::run(args, session).await,
            Command::Cancel(args) => cancel::run(args, session).await,
            Command::Start(args) => start::run(args, session).await,
            Command::Report(args) => report::run(args, session).await,
            Command::List(args) => list::run(*args, session).await,
            Command::Show(args) => show::run(args, session).await,
            Command::Why(args) => why::run(args, session).await,
            Command::Approve(args) => approve::run(args, session).await,
            Command::Reject(args) => reject::run(args, session).await,
            Command::Respond(args) => respond::run(args, session).await,
            Command::Undo(args) => undo::run(args, session).await,
            Command::Claim(args) => claim::run(args, session).await,
            Command::Release(args) => release::run(args, session).await,
            Command::Snooze(args) => snooze::run(args, session).await,
            Command::History(args) => history::run(*args, session).await,
            Command::Retry(args) => retry::run(args, session).await,
            Command::Settle(args) => settle::run(args, session).await,
            Command::Lease(args) => lease::run(args, session).await,
            Command::Renew(args) => renew::run(args, session).await,
            Command::Policy(args) => policy::run(args, session).await,
            Command::Notifications(args) => notifications::run(args, session).await,
            Command::Patterns(args) => patterns::run(args, session).await,
            Command::Tools(args) => tools::run(args, session).await,
            Command::Me(args) => me::run(args, session).await,
            Command::Stats(args) => stats::run(args, session).await,
            Command::Watch(args) => watch::run(args, session).await,
            Command::Actions(args) => actions::run(args, session).await,
            Command::Integrations(args) => integrations::run(args, session).await,
            Command::Prefs(args) => prefs::run(args, session).await,
            Command::People(args) => people::run(args, session).await,
            Command::Groups(args) => groups::run(args, session).await,
            Command::Teams(args) => teams::run(args, session).await,
            Command::Agents(args) => agents::run(args, session).await,
            Command::Tokens(args) => tokens::run(args, session).await,
            Command::Audit(args) => audit::run(args, session).await,
            Command::Backup(args) => backup::run(&args, session).await,
            Command::Restore(args) => restore::run(&args, session).await,
            Command::Doctor(args) => doctor::run(&args, session).await,
            Command::Completions(args) => completions::run(&args),
            Command::Man(args) => man::run(&args),
            Command::Try(args) => tryout::run(*args, session).await,
        }
    }
}
