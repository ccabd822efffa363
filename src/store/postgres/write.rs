//! The half that commits. Whoever commits holds the row of the log's head from its first statement to its
//! last, so batches of several gates follow one another, positions are dense, and what a batch has read
//! stays so until it is committed. A batch costs two round trips: one that reads, one that writes.

use std::cell::Cell;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use super::address::Address;
use super::load::{self, Loaded, Wanted};
use super::save::{Flight, signed};
use super::session::{Params, Session, lost};
use super::{migrate, positive};
use crate::domain::event::{Event, Recorded};
use crate::domain::merkle::{Frontier, Hash};
use crate::store::batch::{Batch, Head};
use crate::store::encode::raw;
use crate::store::recent::Recent;
use crate::store::{Change, Hears, Outcome, StoreError, Write};

/// Entries of the log that are heard of at once.
const PAGE: i64 = 500;

const HEAD: &str = "SELECT position, revision, schema, size, frontier FROM head FOR UPDATE";
const SINCE: &str =
    "SELECT position, body, leaf FROM log WHERE position > $1 ORDER BY position LIMIT $2";
const AT: &str = "SELECT leaf FROM log WHERE position = $1";

pub(super) struct Writer {
    address: Address,
    /// Drives the connection, on the thread that commits: an answer is there without a change of threads.
    /// It is there until the writer is dropped.
    runtime: Option<Runtime>,
    session: Option<Session>,
    /// Its end of the log is the last position that was heard of or written here.
    recent: Recent,
    /// Whether others had committed something when the end was last taken hold of.
    others: Cell<bool>,
}

/// How often, and after which pause, it is looked whether a commit whose connection was lost was made.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// What became of a transaction.
enum Tried {
    Done(Vec<Outcome>),
    /// The connection was lost after COMMIT was sent for entries from this position on, the first with
    /// this leaf.
    Unknown {
        outcomes: Vec<Outcome>,
        first: u64,
        leaf: Hash,
        why: StoreError,
    },
}

/// The end of the log, held.
struct Held {
    head: Head,
    tree: Frontier,
}

impl Writer {
    /// Makes what is missing in the database. Waits, so it is called where that harms nobody.
    pub(super) fn open(address: &Address, recent: Recent) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| StoreError::Open {
            place: address.to_string(),
            why: error.to_string(),
        })?;
        let mut session = runtime.block_on(Session::open(address))?;
        runtime.block_on(migrate::migrate(&mut session.client, address))?;
        runtime.block_on(prepare(&session))?;
        let head = runtime.block_on(session.client.query_one("SELECT position FROM head", &[]))?;
        recent.begin(positive(head.try_get(0)?)?);
        Ok(Self {
            address: address.clone(),
            runtime: Some(runtime),
            session: Some(session),
            recent,
            others: Cell::new(true),
        })
    }

    fn runtime(&self) -> &Runtime {
        let runtime = self.runtime.as_ref();
        runtime.expect("the runtime is there until the writer is dropped")
    }

    /// Connects again where that is needed.
    fn session(&mut self) -> Result<&Session, StoreError> {
        if self.session.as_ref().is_none_or(|s| s.client.is_closed()) {
            self.session = None;
            let session = self.runtime().block_on(async {
                let session = Session::open(&self.address).await?;
                migrate::check(&session.client, &self.address).await?;
                prepare(&session).await?;
                Ok::<_, StoreError>(session)
            })?;
            // It may lead to another server, or to a database that was restored meanwhile.
            self.recent.forget();
            self.session = Some(session);
        }
        Ok(self.session.as_ref().expect("it was just made"))
    }

    /// Gives up a transaction that didn't get to its end, and with it the connection if that is lost.
    fn give_up(&mut self) {
        let rolled_back = match &self.session {
            Some(session) => self
                .runtime()
                .block_on(session.client.batch_execute("ROLLBACK")),
            None => Ok(()),
        };
        if rolled_back.is_err() {
            self.session = None;
        }
    }

    fn commit_together(
        &mut self,
        batch: &[Change],
        hears: Hears<'_>,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.session()?;
        let mut tried = self.try_together(batch, hears);
        if let Err(StoreError::Unreachable { .. }) = tried {
            // It was lost while nothing was going on, or before anything could be committed.
            self.session = None;
            self.session()?;
            tried = self.try_together(batch, hears);
        }
        match tried {
            Ok(Tried::Done(outcomes)) => Ok(outcomes),
            Ok(Tried::Unknown {
                outcomes,
                first,
                leaf,
                why,
            }) => match self.was_committed(first, leaf) {
                Ok(true) => Ok(outcomes),
                Ok(false) => Err(why),
                Err(error) => Err(StoreError::Uncertain {
                    why: error.to_string(),
                }),
            },
            Err(error) => {
                self.give_up();
                Err(error)
            }
        }
    }

    fn try_together(&self, batch: &[Change], hears: Hears<'_>) -> Result<Tried, StoreError> {
        let session = self.session.as_ref().expect("it was just made");
        let wanted = Wanted::by(batch, &self.recent);
        let (held, found) = self.runtime().block_on(async {
            // All of it is sent at once; the head comes first and holds back the rest.
            let (begun, held, found) = tokio::join!(
                biased;
                session.client.batch_execute("BEGIN"),
                self.hold(session, hears),
                wanted.find(session)
            );
            begun?;
            Ok::<_, StoreError>((held?, found?))
        })?;
        let loaded = Loaded {
            runtime: self.runtime(),
            session,
            recent: &self.recent,
            wanted: &wanted,
            found,
        };
        let before = held.head;
        let mut together = Batch::new(loaded, before);
        let outcomes = batch
            .iter()
            .map(|change| together.carry_out(change))
            .collect::<Result<Vec<_>, _>>()?;
        let after = together.head;
        let mut flight = Flight::new(session);
        if after != before {
            let mut tree = held.tree;
            together.grow(&mut tree);
            flight.head(after, &tree);
            flight.ring(after.position);
        }
        flight.rows(&together.rows)?;
        match self.runtime().block_on(flight.commit()) {
            Ok(committed) => committed?,
            Err(error) => {
                let Some(leaf) = together.first_leaf() else {
                    return Err(error.into());
                };
                self.recent.unsure(&together.rows);
                return Ok(Tried::Unknown {
                    outcomes,
                    first: before.position + 1,
                    leaf,
                    why: lost(error),
                });
            }
        }
        self.recent.committed(batch, together.rows, after.position);
        Ok(Tried::Done(outcomes))
    }

    /// Takes hold of the end of the log, and hears of everything up to it.
    async fn hold(&self, session: &Session, hears: Hears<'_>) -> Result<Held, StoreError> {
        // They are prepared already, so they are sent here and now.
        let head = session.prepared(HEAD).await?;
        let since = session.prepared(SINCE).await?;
        let known = signed(self.recent.end());
        let after: Params<'_> = &[&known, &PAGE];
        // Where others commit too, there is mostly something to hear; else that is asked for when it is known.
        let missed = async {
            match self.others.get() {
                true => session.client.query(&since, after).await,
                false => Ok(Vec::new()),
            }
        };
        let held = session.client.query_one(&head, &[]);
        let (held, missed) = tokio::join!(biased; held, missed);
        let held = held?;
        // A newer gate may have brought the tables up to date since this one was started.
        migrate::is_known(positive(held.try_get(2)?)?, &self.address)?;
        let position = positive(held.try_get(0)?)?;
        if position < self.recent.end() {
            // The log has lost entries that were in it: the database was put back to what it was.
            self.recent.begin(position);
        }
        self.others.set(position > self.recent.end());
        let mut page = missed?;
        loop {
            self.hear(&page, hears)?;
            if self.recent.end() >= position {
                break;
            }
            let known = signed(self.recent.end());
            page = session.client.query(&since, &[&known, &PAGE]).await?;
            if page.is_empty() {
                return Err(StoreError::Damaged(format!(
                    "the log ends before its head, which is {position}"
                )));
            }
        }
        let size = positive(held.try_get(3)?)?;
        let tree = Frontier::from_bytes(size, held.try_get(4)?);
        Ok(Held {
            head: Head {
                position,
                revision: positive(held.try_get(1)?)?,
            },
            tree: tree.map_err(|error| StoreError::Damaged(error.to_string()))?,
        })
    }

    fn hear(&self, page: &[tokio_postgres::Row], hears: Hears<'_>) -> Result<(), StoreError> {
        for row in page {
            let position = positive(row.try_get(0)?)?;
            let expected = self.recent.end() + 1;
            if position != expected {
                return Err(StoreError::Damaged(format!(
                    "entry {expected} of the log is missing"
                )));
            }
            let body = raw(row.try_get(1)?)?;
            let leaf: &[u8] = row.try_get(2)?;
            let leaf = leaf.try_into().map_err(|_| {
                StoreError::Damaged(format!("the leaf of entry {position} has 32 bytes"))
            })?;
            let event = Event::from_body(body.text())?;
            // Whoever is woken by it mustn't find what was so before it.
            self.recent.heard(position, event.request);
            hears(position, Recorded { event, body, leaf });
        }
        Ok(())
    }

    /// Whether a transaction was committed after all whose connection was lost. To hold the head first
    /// makes certain that it isn't going on still.
    fn was_committed(&mut self, first: u64, leaf: Hash) -> Result<bool, StoreError> {
        for _ in 1..LOOKS {
            if let Ok(answer) = self.look(first, leaf) {
                return Ok(answer);
            }
            self.runtime()
                .block_on(async { tokio::time::sleep(BETWEEN_LOOKS).await });
        }
        self.look(first, leaf)
    }

    fn look(&mut self, first: u64, leaf: Hash) -> Result<bool, StoreError> {
        self.session = None;
        self.session()?;
        let session = self.session.as_ref().expect("it was just made");
        let found = self.runtime().block_on(async {
            session.client.batch_execute("BEGIN").await?;
            session.client.query_one(HEAD, &[]).await?;
            let row = session.client.query_opt(AT, &[&signed(first)]).await?;
            session.client.batch_execute("ROLLBACK").await?;
            row.map(|row| row.try_get::<_, Vec<u8>>(0)).transpose()
        });
        Ok(found?.is_some_and(|found| found == leaf))
    }
}

/// What a batch begins with is prepared beforehand: it has to be sent in its order.
async fn prepare(session: &Session) -> Result<(), StoreError> {
    for sql in [HEAD, SINCE].into_iter().chain(load::FORESEEN) {
        session.prepared(sql).await?;
    }
    Ok(())
}

impl Write for Writer {
    fn commit(&mut self, batch: &[Change], hears: Hears<'_>) -> Vec<Result<Outcome, StoreError>> {
        match self.commit_together(batch, hears) {
            Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
            Err(
                error @ (StoreError::Unreachable { .. }
                | StoreError::Uncertain { .. }
                | StoreError::Newer { .. }
                | StoreError::Unsafe { .. }),
            ) => batch.iter().map(|_| Err(error.clone())).collect(),
            Err(error) if batch.len() == 1 => vec![Err(error)],
            // Nothing of the batch was changed. One at a time, only what can't be done fails.
            Err(_) => batch
                .iter()
                .flat_map(|change| self.commit(std::slice::from_ref(change), hears))
                .collect(),
        }
    }

    fn catch_up(&mut self, hears: Hears<'_>) -> Result<(), StoreError> {
        self.session()?;
        let session = self.session.as_ref().expect("it was just made");
        loop {
            let known = signed(self.recent.end());
            let page = self
                .runtime()
                .block_on(session.client.query(SINCE, &[&known, &PAGE]))?;
            self.hear(&page, hears)?;
            if (page.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }
}

impl Drop for Writer {
    /// It may be dropped where waiting isn't permitted.
    fn drop(&mut self) {
        self.session = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
