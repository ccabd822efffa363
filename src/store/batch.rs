//! A batch of changes, carried out on rows in memory: what each expects is looked at, what its events
//! change is changed. Databases only read and write rows, so every one of them gives the same answers.

use super::project;
use super::rows::{Kept, LogRow, RequestRow, Rows, Source};
use super::{Change, Claim, Expect, Outcome, StoreError};
use crate::domain::event::Event;
use crate::domain::id::RequestId;
use crate::domain::merkle::{Frontier, Hash};

/// Where the log and the workspace are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) position: u64,
    pub(super) revision: u64,
}

/// A batch on its way, with what it has read and changed so far.
pub(super) struct Batch<'b, S> {
    pub(super) source: S,
    pub(super) head: Head,
    pub(super) rows: Rows<'b>,
}

impl<'b, S: Source> Batch<'b, S> {
    /// Nothing is done yet; the log ends at this head, and nobody else moves it meanwhile.
    pub(super) fn new(source: S, head: Head) -> Self {
        Self {
            source,
            head,
            rows: Rows::default(),
        }
    }

    /// Carries out one change, or nothing of it. After an error nothing of the whole batch may be kept.
    pub(super) fn carry_out(&mut self, change: &'b Change) -> Result<Outcome, StoreError> {
        if let Some(claim) = &change.claim
            && let Some(earlier) = self.earlier(claim)?
            && earlier.is_alive(claim.at)
        {
            return Ok(Outcome::Repeated(earlier));
        }
        for expected in &change.expect {
            if !self.holds(*expected)? {
                return Ok(Outcome::Lost);
            }
        }
        if let Some(claim) = &change.claim {
            self.save_claim(claim);
        }
        let first = self.head.position + 1;
        for recorded in &change.events {
            self.head.position += 1;
            self.head.revision += u64::from(recorded.event.fact.changes_workspace());
            self.rows.log.push(LogRow {
                position: self.head.position,
                body: recorded.body.text(),
                leaf: recorded.leaf,
                root: None,
            });
            self.follow(self.head.position, &recorded.event)?;
        }
        self.rows.payloads.extend(&change.payload);
        if let Some((id, checkpoint)) = &change.checkpoint {
            self.rows.checkpoints.insert(*id, checkpoint);
        }
        Ok(Outcome::Done { position: first })
    }

    /// Changes what an event of the log changes. `position` is its place there.
    pub(super) fn follow(&mut self, position: u64, event: &Event) -> Result<(), StoreError> {
        project::event(self, position, event)
    }

    /// Moves the tree on over what it adds to the log.
    pub(super) fn grow(&mut self, tree: &mut Frontier) {
        self.rows.log.iter().for_each(|row| tree.push(row.leaf));
        if let Some(last) = self.rows.log.last_mut() {
            last.root = Some(tree.root());
        }
    }

    /// The leaf of the first entry that it adds to the log.
    pub(super) fn first_leaf(&self) -> Option<Hash> {
        self.rows.log.first().map(|row| row.leaf)
    }

    /// The compare of the compare-and-set that everything rests on. Whoever carries out a batch holds the
    /// head of the log until it is committed, so of several changes meant for one version, one wins.
    fn holds(&mut self, expected: Expect) -> Result<bool, StoreError> {
        match expected {
            Expect::Workspace { revision } => Ok(revision == self.head.revision),
            Expect::Request { id, version } => {
                let found = self.find_request(id)?;
                Ok(found.is_some_and(|kept| kept.row.standing.version == version))
            }
        }
    }

    fn earlier(&mut self, like: &Claim) -> Result<Option<Claim>, StoreError> {
        if let Some(kept) = self.kept_claim(like) {
            return Ok(Some(kept.row.clone()));
        }
        let found = self.source.claim(like)?;
        self.rows.claims.extend(found.clone().map(Kept::read));
        Ok(found)
    }

    fn save_claim(&mut self, claim: &Claim) {
        match self.kept_claim(claim) {
            Some(kept) => *kept.change() = claim.clone(),
            None => self.rows.claims.push(Kept::new(claim.clone())),
        }
    }

    fn kept_claim(&mut self, like: &Claim) -> Option<&mut Kept<Claim>> {
        let mut claims = self.rows.claims.iter_mut();
        claims.find(|kept| kept.row.holder == like.holder && kept.row.key == like.key)
    }

    /// A request as it is by now, if it exists.
    pub(super) fn find_request(
        &mut self,
        id: RequestId,
    ) -> Result<Option<&mut Kept<RequestRow>>, StoreError> {
        if !self.rows.requests.contains_key(&id)
            && let Some(row) = self.source.request(id)?
        {
            self.rows.requests.insert(id, Kept::read(row));
        }
        Ok(self.rows.requests.get_mut(&id))
    }
}

/// Has each change of a batch made by itself, of which nothing was made together: only what can't be done fails.
/// Once the store can't be trusted any more nothing further is tried.
pub(super) fn one_by_one(
    batch: &[Change],
    mut commit: impl FnMut(&Change) -> Result<Outcome, StoreError>,
) -> Vec<Result<Outcome, StoreError>> {
    let mut broken: Option<StoreError> = None;
    let one = |change| {
        if let Some(error) = &broken {
            return Err(error.clone());
        }
        let outcome = commit(change);
        broken = outcome
            .as_ref()
            .err()
            .filter(|error| error.is_fatal())
            .cloned();
        outcome
    };
    batch.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// 06: after a commit that nobody knows the end of, none is acknowledged.
    #[test]
    fn after_a_commit_that_may_be_lost_nothing_more_is_tried() {
        let batch = [(); 4].map(|()| Change::default());
        let mut tried = 0;
        let outcomes = one_by_one(&batch, |_| {
            tried += 1;
            match tried {
                1 => Ok(Outcome::Lost),
                2 => Err(StoreError::Full),
                _ => Err(StoreError::Broken(Arc::new(std::fmt::Error))),
            }
        });
        assert_eq!(tried, 3);
        assert!(matches!(outcomes[0], Ok(Outcome::Lost)));
        assert!(matches!(outcomes[1], Err(StoreError::Full)));
        for outcome in &outcomes[2..] {
            assert!(matches!(outcome, Err(StoreError::Broken(_))), "{outcome:?}");
        }
    }
}
