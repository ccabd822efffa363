//! Where a request goes when those who were asked come or go: to whoever stands in for them, or, when
//! nobody is left who could decide, to the next stage of its plan at once.

use std::collections::BTreeSet;

use super::decide::matter;
use super::run::is_off;
use super::{Gate, GateError, Move, Snapshot};
use crate::domain::actor::Actor;
use crate::domain::id::RequestId;
use crate::domain::lifecycle::{Command, Opening, Refusal, State, step};
use crate::domain::people::Away;
use crate::domain::review::{Plan, Reviewer};
use crate::domain::time::At;
use crate::policy::reviewers;
use crate::store::Stored;

/// How many are looked at at once.
const PAGE: u32 = 256;

/// The next stage that can open now, and who may decide then.
pub(super) fn next_opening(stored: &Stored, snapshot: &Snapshot, now: At) -> Option<Opening> {
    let plan = stored.standing.plan.as_ref()?;
    let matter = matter(stored);
    let opened = reviewers::next_opening(plan, &matter, &snapshot.workspace, now)?;
    let then = Plan {
        opened,
        ..plan.clone()
    };
    Some(Opening {
        opened,
        watchers: reviewers::watchers(&then, &matter, &snapshot.workspace, now),
    })
}

fn reroute(stored: &Stored, snapshot: &Snapshot, now: At) -> Command {
    let workspace = &snapshot.workspace;
    let matter = matter(stored);
    let plan = stored.standing.plan.as_ref();
    let given: Vec<_> = stored.standing.counting().cloned().collect();
    Command::Reroute {
        stranded: plan
            .is_some_and(|plan| reviewers::is_stranded(plan, &given, &matter, workspace, now)),
        next: next_opening(stored, snapshot, now),
        watchers: plan.map_or_else(Vec::new, |plan| {
            reviewers::watchers(plan, &matter, workspace, now)
        }),
    }
}

/// Whether it has to go to others than those who were asked.
fn is_to_move(stored: &Stored, snapshot: &Snapshot, now: At) -> bool {
    let moved = || step(&stored.standing, &reroute(stored, snapshot, now), now);
    stored.standing.state == State::Pending && !moved().is_ok_and(|facts| facts.is_empty())
}

impl Gate {
    /// Looks again at everything that is open: people may have come or gone while no gate was running, or
    /// what was disabled may not have been ended any more. There may be much, and nearly all of it stays as
    /// it is.
    pub(super) async fn look_over(&self) -> Result<(), GateError> {
        let mut after = None;
        loop {
            let open = self.read().open_requests(after, PAGE).await?;
            let Some(last) = open.last() else {
                return Ok(());
            };
            after = Some(last.asked.id);
            let (snapshot, now) = (self.snapshot(), self.now());
            for stored in &open {
                let id = stored.asked.id;
                if is_off(&stored.asked, &snapshot.workspace) {
                    self.stop(id, &Actor::Gate).await?;
                } else if is_to_move(stored, &snapshot, now) {
                    self.reroute(id).await?;
                }
            }
        }
    }

    /// Looks again at what waits for those who came or went, or whose absence began or ended. Says when
    /// the next absence begins or ends.
    pub(super) async fn reroute_moved(&self) -> Result<Option<At>, GateError> {
        let now = self.now();
        let moved = self.news().take_moved();
        for reviewer in moved.iter().chain(&self.absences_since_last_look(now)) {
            self.reroute_for(reviewer).await?;
        }
        Ok(self.next_absence(now))
    }

    /// Those whose absence began or ended since this was asked the last time.
    fn absences_since_last_look(&self, now: At) -> BTreeSet<Reviewer> {
        let before = self.news().looked_at(now);
        let crossed = |away: &Away| {
            [away.from, away.until]
                .iter()
                .any(|at| before < *at && *at <= now)
        };
        let workspace = self.workspace();
        let people = workspace.people.values();
        people
            .filter(|person| person.away.as_ref().is_some_and(crossed))
            .map(|person| Reviewer::Person(person.id.clone()))
            .collect()
    }

    fn next_absence(&self, now: At) -> Option<At> {
        let workspace = self.workspace();
        let absences = workspace
            .people
            .values()
            .filter_map(|person| person.away.as_ref());
        absences
            .flat_map(|away| [away.from, away.until])
            .filter(|at| now < *at)
            .min()
    }

    /// Looks again at what waits for somebody. The clock does so too whenever they change; whoever changes them
    /// does it first, so that it has happened when they are told that the change was made.
    pub(super) async fn reroute_for(&self, reviewer: &Reviewer) -> Result<(), GateError> {
        let mut after = None;
        loop {
            let waiting = self.read().waiting_for(reviewer, after, PAGE).await?;
            let Some(last) = waiting.last() else {
                return Ok(());
            };
            after = Some(*last);
            for id in waiting {
                self.reroute(id).await?;
            }
        }
    }

    async fn reroute(&self, id: RequestId) -> Result<(), GateError> {
        let command =
            |stored: &Stored, snapshot: &Snapshot, now: At| Ok(reroute(stored, snapshot, now));
        match self
            .advance(Move::plain(id, &Actor::Gate, None, command))
            .await
        {
            Ok(_) | Err(GateError::Refused(Refusal::Expired(_) | Refusal::AlreadyDecided(_))) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
