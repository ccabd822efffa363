//! A look at a database without opening it for work.

use super::address::Address;
use super::read::Reader;
use crate::domain::event::Event;
use crate::store::recent::Recent;
use crate::store::{Glance, Read, StoreError};

pub(in crate::store) async fn glance(address: &Address) -> Result<Glance, StoreError> {
    let reader = Reader::new(address, Recent::default());
    let read = reader.workspace().await?;
    let newest = reader.log(read.position.saturating_sub(1), 1).await?.pop();
    let newest = newest.map(|entry| Event::from_body(entry.body.text()));
    Ok(Glance {
        journal: None,
        newest: newest.transpose()?.map(|event| event.at),
        workspace: read.workspace,
    })
}
