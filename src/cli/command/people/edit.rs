//! `signoff people edit`.

use crate::api::people::PatchPerson;
use crate::cli::args;
use crate::cli::changes;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::domain::id::{GroupId, PersonId, TeamId};
use crate::domain::people::Role;
use crate::domain::untrusted::Untrusted;

pub(super) const EXAMPLE: &str = "\
Examples:
  signoff people edit ana --role manager
  signoff people edit ana --group finance --group it --no-team
  signoff people edit ana --active yes";

#[derive(clap::Args)]
pub(super) struct Edit {
    /// The person
    #[arg(value_name = "ID")]
    id: PersonId,

    #[command(flatten)]
    changes: Changes,

    /// Print the person as JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// Their name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// No e-mail address
    #[arg(long, conflicts_with = "email")]
    no_email: bool,

    /// What they may do
    #[arg(long, value_name = "ROLE", value_parser = args::word::<Role>(
        &["member", "manager", "admin", "owner"]))]
    role: Option<Role>,

    /// Their manager
    #[arg(long, value_name = "PERSON")]
    manager: Option<PersonId>,

    /// No manager
    #[arg(long, conflicts_with = "manager")]
    no_manager: bool,

    /// A group that they are in, and no others than those named; may be given several times
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<GroupId>,

    /// In no group
    #[arg(long, conflicts_with = "groups")]
    no_groups: bool,

    /// Their team
    #[arg(long, value_name = "TEAM")]
    team: Option<TeamId>,

    /// No team
    #[arg(long, conflicts_with = "team")]
    no_team: bool,

    /// Whether they may do anything at all; what ended with `no` doesn't come back with `yes`
    #[arg(long, value_name = "YES|NO", value_parser = args::yes_or_no())]
    active: Option<bool>,
}

impl Edit {
    pub(super) async fn run(self, session: &Session) -> Result<(), Failure> {
        let Self { id, changes, json } = self;
        let patch = changes.patch();
        changes::make(
            session,
            (id.as_str(), json),
            async |client| client.person(&id).await,
            async |client| client.change_person(&id, &patch).await,
        )
        .await
    }
}

impl Changes {
    fn patch(self) -> PatchPerson {
        PatchPerson {
            name: self.name.map(Untrusted::from),
            email: args::cleared(self.email.map(Untrusted::from), self.no_email),
            role: self.role,
            manager: args::cleared(self.manager, self.no_manager),
            groups: args::listed(self.groups, self.no_groups),
            team: args::cleared(self.team, self.no_team),
            active: self.active,
            away: None,
        }
    }
}
