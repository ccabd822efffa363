//! The clerk: the one writer of a node. Changes queue up; the clerk takes what is there, never waits
//! for more, commits it at once and only then answers. While one commit runs, the next batch fills
//! by itself. What was committed is made known before it is answered, in the order of the log.

use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::error::GateError;
use super::news::News;
use crate::store::{Change, Outcome, StoreError, Write};

/// The most changes in one commit; beyond this a bigger batch gains nothing and only delays answers.
const BATCH: usize = 128;
/// The most changes that may queue; beyond this the gate says that it is busy.
const QUEUE: usize = 4_096;

/// A change to make. Without one, there is only to hear of what other gates have committed.
type Job = Option<(Change, oneshot::Sender<Result<Outcome, StoreError>>)>;

/// The way to the clerk's desk.
#[derive(Clone)]
pub(super) struct Clerk {
    jobs: mpsc::Sender<Job>,
}

impl Clerk {
    /// Starts the clerk on a thread of its own. It ends when every [`Clerk`] is gone and its queue is
    /// empty, or when the store can't be trusted any more.
    pub(super) fn start(
        write: Box<dyn Write>,
        news: News,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("clerk".to_owned())
            .spawn(move || work(write, queue, &news))?;
        Ok((Self { jobs }, thread))
    }

    /// Has a change made. When this answers `Done`, the change is durable.
    pub(super) async fn commit(&self, change: Change) -> Result<Outcome, GateError> {
        let (answer, outcome) = oneshot::channel();
        self.jobs
            .try_send(Some((change, answer)))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => GateError::Busy,
                mpsc::error::TrySendError::Closed(_) => GateError::Stopping,
            })?;
        let outcome = outcome.await.map_err(|_| GateError::Stopping)?;
        Ok(outcome?)
    }

    /// Has made known here what other gates have committed. A clerk that is busy does so anyway.
    pub(super) fn catch_up(&self) {
        drop(self.jobs.try_send(None));
    }
}

fn work(mut write: Box<dyn Write>, mut queue: mpsc::Receiver<Job>, news: &News) {
    let mut changes = Vec::with_capacity(BATCH);
    let mut answers = Vec::with_capacity(BATCH);
    while let Some(first) = queue.blocking_recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            if let Some((change, answer)) = job {
                changes.push(change);
                answers.push(answer);
            }
            next = if changes.len() < BATCH {
                queue.try_recv().ok()
            } else {
                None
            };
        }
        let mut hears = |position, recorded| news.hear(position, recorded);
        if changes.is_empty() {
            if let Err(error) = write.catch_up(&mut hears) {
                tracing::warn!(%error, "could not hear of what other gates have committed");
            }
            continue;
        }
        let begun = Instant::now();
        let outcomes = write.commit(&changes, &mut hears);
        news.metrics().committed(changes.len(), begun.elapsed());
        for (change, outcome) in changes.drain(..).zip(&outcomes) {
            if let Ok(Outcome::Done { position }) = outcome {
                news.publish(*position, change);
            }
        }
        let broken = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Err(error) if error.is_fatal()));
        for (answer, outcome) in answers.drain(..).zip(outcomes) {
            // A caller who hung up meanwhile finds the outcome when it asks again.
            drop(answer.send(outcome));
        }
        if broken {
            tracing::error!("a commit could not be made durable; the gate stops");
            news.broken();
            return;
        }
    }
}
