//! Waiting for a decision: long polls in rounds, over restarts of the gate, until it is there, the time
//! is up or somebody presses Ctrl-C. None of these withdraws the request.

use std::convert::Infallible;
use std::io::{self, IsTerminal, Write};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

use super::exit::Exit;
use super::failure::Failure;
use super::fit::cut;
use super::out;
use super::session::Session;
use super::words::{self, people};
use crate::api::problem::ProblemKind;
use crate::api::request::{ReportRun, Request};
use crate::client::{ClientError, Until};
use crate::domain::execution::{Executor, Outcome};
use crate::domain::id::RequestId;
use crate::domain::lifecycle::Status;
use crate::domain::request::Kind;
use crate::domain::untrusted::still_safe;

/// The seconds of a round: fewer than proxies on the way put up with.
const ROUND: u16 = 55;
/// How soon a start that was held is tried again at the earliest.
const SHORTEST_HOLD: Duration = Duration::from_millis(100);

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    pub until: Until,
    /// Without one it goes on until the deadline of the request.
    pub timeout: Option<Duration>,
}

impl Wait {
    fn is_over(&self, request: &Request) -> bool {
        match self.until {
            Until::Decided => request.status.decided(),
            Until::Done => request.status.done() || has_nothing_to_run(request),
        }
    }

    /// Whether an answer of yes is to be taken for running: whoever waits for the end of a run leaves
    /// the run to others.
    pub fn takes(&self) -> bool {
        self.until == Until::Decided
    }

    /// The request once it is decided (or done), or as it is when the time is up.
    pub async fn on(&self, session: &Session, asked: Request) -> Result<Request, Failure> {
        if self.is_over(&asked) {
            return Ok(asked);
        }
        let id = asked.id;
        let mut progress = Progress::new(&asked);
        let ended = tokio::select! {
            ended = self.rounds(session, id) => ended,
            interrupted = tokio::signal::ctrl_c() => Err(match interrupted {
                Ok(()) => stopped(id),
                Err(error) => Failure::because("could not listen for Ctrl-C", &error),
            }),
            never = progress.run() => match never {},
        };
        progress.clear();
        ended
    }

    async fn rounds(&self, session: &Session, id: RequestId) -> Result<Request, Failure> {
        let mut time_is_up = pin!(self.time_is_up());
        loop {
            let round = session.call(async |client| client.wait(id, self.until, ROUND).await);
            tokio::select! {
                request = round => {
                    let request = request?;
                    if self.is_over(&request) {
                        return Ok(request);
                    }
                }
                // What was decided at the last moment counts.
                () = &mut time_is_up => {
                    return session.call(async |client| client.request(id).await).await;
                }
            }
        }
    }

    async fn time_is_up(&self) {
        match self.timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    }
}

/// Whether it was let through and there is nothing to run: a step does nothing outside.
fn has_nothing_to_run(request: &Request) -> bool {
    request.status.decided() && request.execution.state.is_none()
}

fn stopped(id: RequestId) -> Failure {
    Failure::new(
        Exit::Interrupted,
        "stopped waiting; the request still stands",
    )
    .hint(format!(
        "`signoff wait {id} --take` goes on waiting, `signoff cancel {id}` withdraws it"
    ))
}

/// Takes a request over where the answer is yes: it is started and reported as handed to the agent, whose
/// result signoff doesn't see. Of several that try, one gets it, and only that one is told yes. A step runs
/// nothing, and what others run is theirs to take.
pub async fn take(session: &Session, request: Request) -> Result<Request, Failure> {
    if request.kind == Kind::Step || request.execution.executor != Executor::Agent {
        return Ok(request);
    }
    match request.status {
        Status::Approved | Status::Allowed if has_nothing_to_run(&request) => return Ok(request),
        Status::Approved | Status::Allowed => {}
        Status::Executing | Status::Executed => return Err(already_taken(&request)),
        _ => return Ok(request),
    }
    let id = request.id;
    // Sent again with the same key, it is the same start: an answer that was lost is given again.
    let key = Uuid::now_v7().to_string();
    let epoch = match start(session, id, &key).await? {
        Some(epoch) => epoch,
        None => {
            let now = session.call(async |client| client.request(id).await);
            return Err(already_taken(&now.await?));
        }
    };
    let report = ReportRun {
        outcome: Outcome::Executed,
        digest: request.digest,
        epoch: Some(epoch),
        result: None,
        error: None,
        observed: false,
    };
    session
        .call(async |client| client.report(id, &report).await)
        .await
}

/// Starts it and gives the epoch; nothing where it was started before. While the approval can still be
/// taken back it isn't given out, so this waits until it can't.
async fn start(session: &Session, id: RequestId, key: &str) -> Result<Option<u32>, Failure> {
    loop {
        let started = session
            .call(async |client| match client.start(id, key).await {
                Ok(run) => Ok(Some(Some(run.epoch))),
                Err(error) if is(&error, ProblemKind::AlreadyStarted) => Ok(Some(None)),
                Err(error) if is(&error, ProblemKind::Held) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        if let Some(started) = started {
            return Ok(started);
        }
        let held = session.call(async |client| client.request(id).await);
        let held_until = held.await?.execution.held_until;
        let left = held_until.map_or(0, |until| until.since(words::now()).millis());
        // This clock may be ahead of the gate's.
        let left = Duration::from_millis(left.unsigned_abs()).max(SHORTEST_HOLD);
        tokio::time::sleep(left).await;
    }
}

fn is(error: &ClientError, kind: ProblemKind) -> bool {
    error.problem().is_some_and(|problem| problem.is(kind))
}

fn already_taken(request: &Request) -> Failure {
    let (id, attempt) = (request.id, request.execution.attempts.last());
    let when = attempt.map_or(String::new(), |attempt| {
        format!(" at {}", attempt.started_at)
    });
    Failure::new(
        Exit::Other,
        format!("{id} was already taken for running{when}; don't run it a second time"),
    )
    .hint(format!("`signoff wait {id}` says what became of it"))
}

/// One line on standard error that says who is waited for, where somebody can see it.
struct Progress {
    request: String,
    waiting_for: String,
    since: Instant,
    shown: bool,
}

impl Progress {
    fn new(request: &Request) -> Self {
        let waiting_for = match (&request.review, request.status.decided()) {
            (_, true) => "waiting for the run to end".to_owned(),
            (Some(review), _) => format!("waiting for {} to decide", people(&review.reviewers)),
            (None, _) => "waiting for a decision".to_owned(),
        };
        Self {
            request: format!("{} {}", request.id, request.headline.plain_line()),
            waiting_for,
            since: Instant::now(),
            shown: false,
        }
    }

    async fn run(&mut self) -> Infallible {
        out::note(&cut(&self.request, out::terminal_width()));
        if !io::stderr().is_terminal() {
            out::note(&self.waiting_for);
            return std::future::pending().await;
        }
        let mut seconds = tokio::time::interval(Duration::from_secs(1));
        seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            seconds.tick().await;
            self.draw();
        }
    }

    fn draw(&mut self) {
        let line = format!(
            "{} · {} s · ctrl-c withdraws nothing",
            self.waiting_for,
            self.since.elapsed().as_secs()
        );
        self.write(&cut(&line, out::terminal_width()));
        self.shown = true;
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.write("");
        }
    }

    fn write(&self, line: &str) {
        let mut err = io::stderr().lock();
        let _nobody_listens =
            write!(err, "\r\x1b[K{}", still_safe(line)).and_then(|()| err.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::request::Decide;
    use crate::cli::sample::{asked, sessions};
    use crate::domain::review::Word;

    async fn decide(person: &Session, request: &Request, decision: Word) {
        let decide: Decide = serde_json::from_value(serde_json::json!({
            "decision": decision, "digest": request.digest, "reason": "because",
        }))
        .unwrap();
        let decided = person.call(async |client| client.decide(request.id, &decide).await);
        decided.await.unwrap();
    }

    fn wait(timeout: Option<Duration>) -> Wait {
        Wait {
            until: Until::Decided,
            timeout,
        }
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_decision_and_yes_is_taken_once() {
        let home = tempfile::tempdir().unwrap();
        let (agent, person) = sessions(&home);
        let request = asked(&agent, "one").await;
        let wait = wait(None);
        let (ended, ()) = tokio::join!(
            wait.on(&agent, request.clone()),
            decide(&person, &request, Word::Approve)
        );
        let approved = ended.unwrap();
        assert_eq!(approved.status, Status::Approved);
        let taken = take(&agent, approved.clone()).await.unwrap();
        assert_eq!(taken.status, Status::Executed);
        assert_eq!(taken.execution.attempts[0].observed, Some(false));
        // Whether the request that is in hand shows it or not: yes is said once.
        for again in [approved, taken] {
            let failure = take(&agent, again).await.unwrap_err();
            assert_eq!(failure.exit(), Exit::Other);
            let report = failure.report().unwrap();
            assert!(report.contains("was already taken"), "{report}");
            assert!(report.contains("don't run it a second time"), "{report}");
        }
        person.close().await.unwrap();
        agent.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_wait_goes_on_when_the_gate_moves_to_another_process() {
        let home = tempfile::tempdir().unwrap();
        let (agent, person) = sessions(&home);
        // The person's process is the gate, until it ends.
        let me = person.call(async |client| client.me().await).await.unwrap();
        assert_eq!(me.id, "owner");
        let request = asked(&agent, "one").await;
        let wait = wait(None);
        let (ended, ()) = tokio::join!(wait.on(&agent, request.clone()), async {
            person.close().await.unwrap();
            let (_, person) = sessions(&home);
            decide(&person, &request, Word::Reject).await;
            person.close().await.unwrap();
        });
        assert_eq!(Exit::of(ended.unwrap().status), Exit::Rejected);
        agent.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_wait_whose_time_is_up_gives_what_there_is() {
        let home = tempfile::tempdir().unwrap();
        let (agent, _) = sessions(&home);
        let request = asked(&agent, "one").await;
        let ended = wait(Some(Duration::ZERO))
            .on(&agent, request)
            .await
            .unwrap();
        assert_eq!(Exit::of(ended.status), Exit::StillWaiting);
        agent.close().await.unwrap();
    }
}
