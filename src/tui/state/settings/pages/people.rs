//! People with their roles, groups and teams.

use crate::api::people::{PatchPerson, Person};
use crate::domain::id::PersonId;
use crate::domain::people::Role;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::sheet::{
    Column, Ink, Offer, SheetRow, Subject, ToSave, column, dim, inked, plain,
};
use crate::tui::state::words;

use super::{Around, listed};

pub const COLUMNS: [Column; 5] = [
    column("Who", 0, 0, 0),
    column("Role", 10, 10, 9),
    column("Team", 14, 12, 0),
    column("Groups", 18, 0, 0),
    column("There", 20, 18, 0),
];

/// Everybody, then the groups and the teams.
pub fn rows(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    let mut rows = vec![SheetRow::heading("People")];
    rows.extend(facts.people.iter().map(|one| person(one, facts, around)));
    rows.push(SheetRow::heading("Groups"));
    if facts.groups.is_empty() {
        rows.push(SheetRow::heading("  none"));
    }
    for group in &facts.groups {
        let within = facts
            .people
            .iter()
            .filter(|one| one.groups.contains(&group.id));
        let within: Vec<&PersonId> = within.map(|one| &one.id).collect();
        let cells = vec![
            plain(group.id.to_string()),
            dim(words::count(within.len(), "member")),
        ];
        let title = format!("group:{}, {}", group.id, group.name.plain_line());
        let text = format!("{}.", listed(&within));
        rows.push(SheetRow::new(
            Subject::Group(group.id.clone()),
            cells,
            title,
            text,
        ));
    }
    rows.push(SheetRow::heading("Teams"));
    if facts.teams.is_empty() {
        rows.push(SheetRow::heading("  none"));
    }
    for team in &facts.teams {
        let within = facts
            .people
            .iter()
            .filter(|one| one.team.as_ref() == Some(&team.id));
        let within: Vec<&PersonId> = within.map(|one| &one.id).collect();
        let cells = vec![
            plain(team.id.to_string()),
            dim(words::count(within.len(), "member")),
        ];
        let title = format!("team:{}, {}", team.id, team.name.plain_line());
        let text = format!(
            "Its admins, who answer for agents that nobody owns: {}. In it: {}.",
            listed(&team.admins),
            listed(&within)
        );
        rows.push(SheetRow::new(
            Subject::Team(team.id.clone()),
            cells,
            title,
            text,
        ));
    }
    rows
}

fn person(person: &Person, facts: &Facts, around: Around<'_>) -> SheetRow {
    let there = match (person.active, person.away_at(around.now)) {
        (false, _) => inked("removed", Ink::Warning),
        (true, Some(away)) => inked(
            format!("away until {}", words::day(away.until, around.zone)),
            Ink::Warning,
        ),
        (true, None) => dim("yes"),
    };
    let name = person.name.plain_line();
    let team = person
        .team
        .as_ref()
        .map_or_else(|| "–".to_owned(), ToString::to_string);
    let owns = facts
        .agents
        .iter()
        .filter(|agent| agent.owners.contains(&person.id));
    let owns: Vec<String> = owns.map(|agent| agent.id.to_string()).collect();
    let mut told = Vec::new();
    if let Some(email) = &person.email {
        told.push(email.plain_line());
    }
    if let Some(manager) = &person.manager {
        told.push(format!("managed by {manager}"));
    }
    if !owns.is_empty() {
        told.push(format!("owns {}", owns.join(", ")));
    }
    if let Some(delegate) = person
        .away_at(around.now)
        .and_then(|away| away.delegate.as_ref())
    {
        told.push(format!("{delegate} answers meanwhile"));
    }
    let told = match told.is_empty() {
        true => String::new(),
        false => format!("{}.", told.join("; ")),
    };
    SheetRow::new(
        Subject::Person(person.id.clone()),
        vec![
            plain(person.id.to_string()),
            plain(person.role.word()),
            dim(team),
            dim(listed(&person.groups)),
            there,
        ],
        format!("{name}, {}", may(person.role)),
        told,
    )
}

/// What somebody with this role may do.
const fn may(role: Role) -> &'static str {
    match role {
        Role::Member => "a member, decides what is theirs to review",
        Role::Manager => "a manager, sees everything",
        Role::Admin => "an admin, changes rules, actions, people and tokens",
        Role::Owner => "an owner, changes everything, owners too",
    }
}

/// The words for roles, as they are typed.
pub fn roles() -> [&'static str; 4] {
    Role::ALL.map(Role::word)
}

/// To give somebody another role.
pub fn person_role(id: &PersonId, word: &str, facts: &Facts) -> Result<Offer, String> {
    let person = found(id, facts)?;
    let role =
        Role::from_word(word).ok_or_else(|| format!("a role is one of {}", roles().join(", ")))?;
    if role == person.role {
        return Err(format!("{id} is {word} already"));
    }
    let name = person.name.plain_line();
    Ok(Offer {
        saves: ToSave::Person(
            id.clone(),
            Box::new(PatchPerson {
                role: Some(role),
                ..PatchPerson::default()
            }),
        ),
        subject: id.to_string(),
        what: "role",
        from: person.role.word().to_owned(),
        to: word.to_owned(),
        consequence: format!(
            "From then on {name} is {}. What waits for a role they leave goes on to others at once.",
            may(role)
        ),
        done: format!("{id} is {word} now"),
    })
}

/// Why somebody can't be given another role.
pub fn why_no_role(id: &PersonId, facts: &Facts) -> Option<String> {
    found(id, facts).err()
}

fn found<'a>(id: &PersonId, facts: &'a Facts) -> Result<&'a Person, String> {
    let person = facts.people.iter().find(|person| person.id == *id);
    let person = person.ok_or("they aren't there any more")?;
    match person.active {
        true => Ok(person),
        false => Err(format!("{id} was removed, for good")),
    }
}

/// To end what somebody may do.
pub fn remove(id: &PersonId, facts: &Facts, around: Around<'_>) -> Result<Offer, String> {
    let person = found(id, facts)?;
    if around.me.is_some_and(|me| me.id == id.as_str()) {
        return Err("that is you: another owner has to do it".to_owned());
    }
    let owns = facts
        .agents
        .iter()
        .filter(|agent| agent.owners.contains(id));
    let owns: Vec<String> = owns.map(|agent| agent.id.to_string()).collect();
    let owns = match owns.is_empty() {
        true => String::new(),
        false => format!(" They own {}.", owns.join(", ")),
    };
    let reports = facts
        .people
        .iter()
        .filter(|one| one.manager.as_ref() == Some(id))
        .count();
    let reports = match reports {
        0 => String::new(),
        some => format!(" They manage {}.", words::count(some, "other")),
    };
    Ok(Offer {
        saves: ToSave::RemovePerson(id.clone()),
        subject: id.to_string(),
        what: "person",
        from: person.role.word().to_owned(),
        to: "removed".to_owned(),
        consequence: format!(
            "Their tokens and their choices end at once, for good, and what waits for them alone goes on to \
             others.{owns}{reports}"
        ),
        done: format!("{id} is removed"),
    })
}
