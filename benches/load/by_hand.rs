//! What somebody would write by hand who has PostgreSQL already: one table, and a word on a channel when a
//! row was decided. No tokens, no policy, no log, no HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::sync::oneshot;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use crate::Outcome;
use crate::figures::Figures;
use crate::floors::connect;

const AGENTS: usize = 64;

/// Who waits for which row.
type Waiting = Arc<Mutex<HashMap<i64, oneshot::Sender<()>>>>;

/// Cycles in a second: a row is inserted, it is decided, and whoever waits has read that.
pub async fn measure(url: &str, time: Duration, figures: &mut Figures) -> Outcome<()> {
    let maker = connect(url).await?;
    maker
        .batch_execute(
            "DROP TABLE IF EXISTS public.signoff_by_hand; \
             CREATE TABLE public.signoff_by_hand \
             (id bigserial PRIMARY KEY, status text NOT NULL, params text NOT NULL)",
        )
        .await?;
    let waiting = Waiting::default();
    let listener = listen(url, Arc::clone(&waiting)).await?;
    let clients = try_join_all((0..AGENTS).map(|_| connect(url))).await?;
    let begun = Instant::now();
    let until = begun + time;
    let going = clients
        .into_iter()
        .map(|client| tokio::spawn(go_until(client, Arc::clone(&waiting), until)));
    let mut cycles = 0;
    for counted in try_join_all(going).await? {
        cycles += counted?;
    }
    let rate = cycles as f64 / begun.elapsed().as_secs_f64();
    figures.add(
        "PostgreSQL, a table with NOTIFY, 64 agents: cycles",
        "/s",
        rate,
    );
    drop(listener);
    maker
        .batch_execute("DROP TABLE public.signoff_by_hand")
        .await?;
    Ok(())
}

/// Listens for as long as the client that this gives is kept.
async fn listen(url: &str, waiting: Waiting) -> Outcome<Client> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // Ends with the client; if it breaks before that, whoever waits finds its sender gone.
        while let Some(Ok(message)) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            if let AsyncMessage::Notification(told) = message
                && let Ok(id) = told.payload().parse::<i64>()
                && let Some(waiter) = waiting.lock().expect("nobody panics with it").remove(&id)
            {
                // Whoever gave up waiting has said why.
                waiter.send(()).unwrap_or_default();
            }
        }
        waiting.lock().expect("nobody panics with it").clear();
    });
    client.batch_execute("LISTEN signoff_by_hand").await?;
    Ok(client)
}

async fn go_until(client: Client, waiting: Waiting, until: Instant) -> Outcome<usize> {
    let ask = client
        .prepare(
            "INSERT INTO public.signoff_by_hand (status, params) VALUES ('pending', $1) \
             RETURNING id",
        )
        .await?;
    let decide = client
        .prepare(
            "WITH decided AS (UPDATE public.signoff_by_hand SET status = 'approved' \
             WHERE id = $1 AND status = 'pending' RETURNING id) \
             SELECT pg_notify('signoff_by_hand', id::text) FROM decided",
        )
        .await?;
    let look = client
        .prepare("SELECT status FROM public.signoff_by_hand WHERE id = $1")
        .await?;
    let mut cycles = 0;
    while Instant::now() < until {
        let id: i64 = client.query_one(&ask, &[&crate::cycles::ASK]).await?.get(0);
        let (tell, told) = oneshot::channel();
        waiting
            .lock()
            .expect("nobody panics with it")
            .insert(id, tell);
        client.query_one(&decide, &[&id]).await?;
        told.await?;
        let status: String = client.query_one(&look, &[&id]).await?.get(0);
        if status != "approved" {
            return Err(format!("row {id} should be approved, not {status}").into());
        }
        cycles += 1;
    }
    Ok(cycles)
}
