//! Actions that are not known: where the known ones are listed, and which of them was probably meant.

use super::failure::Failure;
use super::session::Session;
use crate::api::problem::ProblemKind;
use crate::domain::id::ActionName;
use crate::domain::near::nearest;

const LIST: &str = "`signoff actions list` lists them";

/// The same failure; where there is no such action, it says what there is instead.
pub async fn unknown_action(failure: Failure, session: &Session, name: &ActionName) -> Failure {
    if !failure.is(ProblemKind::NotFound) {
        return failure;
    }
    // Only a hint: where the list can't be had, it does without.
    let known = session.call(async |client| client.actions().await).await;
    let known = known.map_or_else(|_| Vec::new(), |page| page.items);
    match nearest(
        name.as_str(),
        known.iter().map(|action| action.name.as_str()),
    ) {
        Some(near) => failure.hint(format!("did you mean {near}? {LIST}")),
        None => failure.hint(LIST),
    }
}
