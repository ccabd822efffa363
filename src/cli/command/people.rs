//! `signoff people`: who decides.

mod edit;

use clap::Subcommand;

use super::Exit;
use super::away::{Absence, sentence, span};
use super::me::channels;
use crate::api::people::{NewPerson, PatchPerson, Person};
use crate::cli::args;
use crate::cli::failure::Failure;
use crate::cli::out;
use crate::cli::session::Session;
use crate::cli::table::Table;
use crate::domain::id::{GroupId, PersonId, TeamId};
use crate::domain::people::Role;
use crate::domain::untrusted::Untrusted;

/// List, add, change and remove people.
///
/// Somebody new can do nothing until they have a token: `signoff tokens add --person ID`. Whoever is
/// removed loses their tokens and their choices at once; what they did stays known.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLE: &str = "\
Examples:
  signoff people list
  signoff people add ana --name Ana --role manager
  signoff people edit ana --team sales
  signoff people remove ana";

const AWAY_EXAMPLE: &str = "\
Examples:
  signoff people away ana --until 2026-12-24 --delegate ben
  signoff people away ana --back";

const ADD_EXAMPLE: &str = "\
Examples:
  signoff people add ana --name Ana
  signoff people add ben --name Ben --role manager --group sales";

#[derive(Subcommand)]
enum What {
    /// Everybody
    List {
        /// Print the page as JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a person
    #[command(after_long_help = ADD_EXAMPLE)]
    Add(Add),
    /// Everything about one person
    #[command(after_long_help = "Example:\n  signoff people show ana")]
    Show(One),
    /// Change a person; what isn't named stays as it is
    #[command(after_long_help = edit::EXAMPLE, override_usage = "signoff people edit <ID> [OPTIONS]")]
    Edit(edit::Edit),
    /// Say when somebody is away and who answers for them, or that they are back
    #[command(after_long_help = AWAY_EXAMPLE)]
    Away(AwayArgs),
    /// End what a person may do: their tokens and their choices too
    #[command(after_long_help = "Example:\n  signoff people remove ana")]
    Remove(One),
}

#[derive(clap::Args)]
struct One {
    /// The person
    #[arg(value_name = "ID")]
    id: PersonId,

    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct AwayArgs {
    /// The person
    #[arg(value_name = "ID")]
    id: PersonId,

    #[command(flatten)]
    absence: Absence,

    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Add {
    /// Their id, by which they are known for good
    #[arg(value_name = "ID")]
    id: PersonId,

    /// Their name; without it, their id
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// What they may do
    #[arg(long, value_name = "ROLE", default_value = "member", value_parser = args::word::<Role>(
        &["member", "manager", "admin", "owner"]))]
    role: Role,

    /// Their manager
    #[arg(long, value_name = "PERSON")]
    manager: Option<PersonId>,

    /// A group that they are in; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<GroupId>,

    /// Their team
    #[arg(long, value_name = "TEAM")]
    team: Option<TeamId>,

    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    match args.what {
        What::List { json } => list(session, json).await?,
        What::Add(add_args) => add(session, add_args).await?,
        What::Show(one) => show(session, one).await?,
        What::Edit(edit) => edit.run(session).await?,
        What::Away(away_args) => away(session, away_args).await?,
        What::Remove(one) => remove(session, one).await?,
    }
    Ok(Exit::Ok)
}

async fn list(session: &Session, json: bool) -> Result<(), Failure> {
    let page = session.call(async |client| client.people().await).await?;
    if json {
        return out::print_json(&page);
    }
    out::print(&table(&page.items).whole(out::width()))
}

fn table(people: &[Person]) -> Table {
    let mut table = Table::new(&["ID", "ROLE", "ACTIVE", "TEAM", "NAME"]);
    for person in people {
        table.row([
            person.id.to_string(),
            person.role.word().to_owned(),
            if person.active { "yes" } else { "no" }.to_owned(),
            person
                .team
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            person.name.plain_line(),
        ]);
    }
    table
}

async fn show(session: &Session, one: One) -> Result<(), Failure> {
    let person = session
        .call(async |client| client.person(&one.id).await)
        .await?;
    match one.json {
        true => out::print_json(&person),
        false => out::print(&say(&person)),
    }
}

fn say(person: &Person) -> String {
    let mut rows = vec![
        (
            "person",
            format!("{} ({})", person.id, person.name.plain_line()),
        ),
        ("role", person.role.word().to_owned()),
    ];
    if !person.active {
        rows.push(("active", "no".to_owned()));
    }
    let named = [
        ("e-mail", person.email.as_ref().map(Untrusted::plain_line)),
        ("manager", person.manager.as_ref().map(ToString::to_string)),
        ("team", person.team.as_ref().map(ToString::to_string)),
        ("away", person.away.as_ref().map(span)),
    ];
    let named = named.into_iter();
    rows.extend(named.filter_map(|(name, value)| value.map(|value| (name, value))));
    if !person.groups.is_empty() {
        let groups: Vec<&str> = person.groups.iter().map(GroupId::as_str).collect();
        rows.push(("groups", groups.join(" ")));
    }
    rows.push(("told", channels(&person.notifications)));
    let line = |(name, value)| format!("{name:<9}{value}\n");
    rows.into_iter().map(line).collect()
}

async fn away(session: &Session, args: AwayArgs) -> Result<(), Failure> {
    let patch = PatchPerson {
        away: Some(args.absence.said()?),
        ..PatchPerson::default()
    };
    let person = session
        .call(async |client| client.change_person(&args.id, &patch).await)
        .await?;
    match args.json {
        true => out::print_json(&person),
        false => out::print(&sentence(person.id.as_str(), person.away.as_ref())),
    }
}

async fn remove(session: &Session, one: One) -> Result<(), Failure> {
    let person = session
        .call(async |client| client.remove_person(&one.id).await)
        .await?;
    if one.json {
        return out::print_json(&person);
    }
    out::print(&format!(
        "removed {}: their tokens and their choices have ended\n",
        person.id
    ))
}

async fn add(session: &Session, add: Add) -> Result<(), Failure> {
    let new = NewPerson {
        id: add.id,
        name: add.name.map(Untrusted::from),
        email: add.email.map(Untrusted::from),
        role: add.role,
        manager: add.manager,
        groups: add.groups,
        team: add.team,
    };
    let person = session
        .call_once(async |client| client.add_person(&new).await)
        .await?;
    if add.json {
        return out::print_json(&person);
    }
    out::print(&format!("added {}, {}\n", person.id, person.role.word()))?;
    out::note(&format!(
        "`signoff tokens add --person {}` makes a token for them",
        person.id
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_shown_with_what_there_is_to_say() {
        let person: Person = serde_json::from_str(
            r#"{"id": "ana", "name": "Ana\u001b[2J", "email": null, "role": "admin", "manager": "lee",
                "groups": ["finance", "it"], "team": null, "active": false}"#,
        )
        .unwrap();
        assert_eq!(
            say(&person),
            "person   ana (Ana<^[>[2J)\n\
             role     admin\n\
             active   no\n\
             manager  lee\n\
             groups   finance it\n\
             told     in the inbox\n"
        );
    }
}
