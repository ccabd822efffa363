//! Hearing that other gates have committed something. A notification is the quick way; that none comes
//! proves nothing, so the end of the log is looked at besides, every second.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client};

use super::address::Address;
use super::positive;
use super::session::lost;
use crate::store::StoreError;
use crate::store::recent::Recent;

/// How often the end of the log is looked at.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// Begins to listen. It ends when nobody takes what it says any more.
pub(super) fn start(address: &Address, recent: Recent) -> mpsc::Receiver<()> {
    // One that waits says all that another could say.
    let (tell, others) = mpsc::channel(1);
    let address = address.clone();
    tokio::spawn(async move {
        let mut told = false;
        while !tell.is_closed() {
            match listen(&address, &recent, &tell).await {
                Ok(()) => return,
                Err(error) if !told => {
                    tracing::warn!(%error, "can't hear of other gates; trying again")
                }
                Err(_) => {}
            }
            told = true;
            tokio::select! {
                () = tokio::time::sleep(LOOKS_EVERY) => {}
                () = tell.closed() => return,
            }
            // The database may be back, with much that nobody has heard of.
            wake(&tell);
        }
    });
    others
}

/// Listens on one connection, until it is lost or nobody wants to know.
async fn listen(
    address: &Address,
    recent: &Recent,
    tell: &mpsc::Sender<()>,
) -> Result<(), StoreError> {
    let (client, mut connection) = address.connect().await?;
    let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
    let looking = look(&client, recent, tell);
    tokio::pin!(looking);
    loop {
        tokio::select! {
            looked = &mut looking => return looked,
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(notice))) => {
                    let position = notice.payload().parse::<u64>();
                    if position.map_or(true, |position| position > recent.end()) {
                        wake(tell);
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(lost(error)),
                None => return Err(StoreError::Unreachable {
                    why: "the server closed the connection".to_owned(),
                }),
            },
            () = tell.closed() => return Ok(()),
        }
    }
}

/// Looks at the end of the log again and again.
async fn look(client: &Client, recent: &Recent, tell: &mpsc::Sender<()>) -> Result<(), StoreError> {
    client.batch_execute("LISTEN signoff").await?;
    loop {
        let row = client.query_one("SELECT position FROM signoff.head", &[]);
        let position = positive(row.await?.try_get(0)?)?;
        if position > recent.end() {
            wake(tell);
        }
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}

fn wake(tell: &mpsc::Sender<()>) {
    // A full channel has one waiting already; a closed one has nobody.
    let _nothing_to_do = tell.try_send(());
}
