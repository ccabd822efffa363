//! Whether deadlines are kept: 10,000 that fall within one minute, while agents go on asking.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::try_join_all;
use signoff::client::{Client, EventStream, Tick};
use signoff::domain::id::RequestId;
use signoff::domain::time::At;
use tokio::time::{Instant, interval};

use crate::Outcome;
use crate::cycles::{ASK, Brief, Scene};
use crate::figures::Figures;
use crate::wire::Wire;

const DEADLINES: usize = 10_000;
/// From the first ask to the first deadline, and from that one to the last: in seconds.
const BEFORE: u64 = 40;
const WITHIN: u64 = 60;
/// How often others ask meanwhile.
const EVERY: Duration = Duration::from_millis(10);

/// What is asked, and by when it is to be settled.
type Due = HashMap<RequestId, At>;

pub async fn measure(scene: &Scene, store: &str, figures: &mut Figures) -> Outcome<()> {
    let name = format!("{store}, 10000 deadlines within a minute");
    let mut stream = Client::new(&scene.gate.url, &scene.owner)?
        .events(None)
        .await?;
    let begun = Instant::now();
    let crowd = scene.agents.len();
    let asking = scene.agents.iter().enumerate().map(|(first, token)| {
        let numbers = (first..DEADLINES).step_by(crowd);
        ask_each(&scene.gate.url, token, numbers, begun)
    });
    let mut due: Due = try_join_all(asking).await?.into_iter().flatten().collect();
    figures.add(
        &format!("{name}: asked within"),
        "s",
        begun.elapsed().as_secs_f64(),
    );
    let settled = settled(&mut stream, &mut due);
    let others = ask_on(&scene.gate.url, &scene.agents[0]);
    let mut late = tokio::select! {
        late = settled => late?,
        failed = others => return Err(failed),
    };
    figures.add_times(&format!("{name}: settled after"), &mut late);
    Ok(())
}

/// Asks with deadlines that lie evenly in the minute to come, by their numbers.
async fn ask_each(
    url: &str,
    token: &str,
    numbers: impl Iterator<Item = usize>,
    begun: Instant,
) -> Outcome<Vec<(RequestId, At)>> {
    let mut agent = Wire::connect(url, token).await?;
    let mut asked = Vec::new();
    for number in numbers {
        let deadline = BEFORE + number as u64 * WITHIN / DEADLINES as u64;
        let left = deadline.saturating_sub(begun.elapsed().as_secs());
        if left < 2 {
            return Err("this machine is too slow to ask that much beforehand".into());
        }
        let ask = format!("{{\"expires_in\": \"{left}s\", {}", &ASK[1..]);
        agent.send("POST", "/v1/requests", &ask).await?;
        let answer = agent.answer().await?;
        let request = Brief::of(&answer, "pending")?;
        let deadline = request.expires_at.ok_or("a request without a deadline")?;
        asked.push((request.id.parse()?, deadline.parse()?));
    }
    Ok(asked)
}

/// Waits until the last is settled; how late each was heard of.
async fn settled(stream: &mut EventStream, due: &mut Due) -> Outcome<Vec<Duration>> {
    let mut late = Vec::with_capacity(due.len());
    while !due.is_empty() {
        let tick = stream.next().await?.ok_or("the stream ended")?;
        let Tick::Event(event) = tick else {
            continue;
        };
        if event.kind != "request.expired" {
            continue;
        }
        if let Some(deadline) = event.request.and_then(|id| due.remove(&id)) {
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
            let millis = i64::try_from(now)? - deadline.millis();
            let millis = u64::try_from(millis).map_err(|_| "a deadline was settled early")?;
            late.push(Duration::from_millis(millis));
        }
    }
    Ok(late)
}

/// Asks and asks; says only why it can't.
async fn ask_on(url: &str, token: &str) -> Box<dyn std::error::Error + Send + Sync> {
    let asking = async {
        let mut agent = Wire::connect(url, token).await?;
        let mut often = interval(EVERY);
        loop {
            often.tick().await;
            agent.send("POST", "/v1/requests", ASK).await?;
            Brief::of(&agent.answer().await?, "pending")?;
        }
    };
    let failed: Outcome<std::convert::Infallible> = asking.await;
    match failed {
        Ok(never) => match never {},
        Err(error) => error,
    }
}
