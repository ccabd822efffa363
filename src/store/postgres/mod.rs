//! The store on PostgreSQL, which any number of gates may share. There is no leader: whoever commits holds
//! the end of the log meanwhile, and hears first of what others have added. Invariant: the server keeps
//! what it says it has committed, or it isn't used at all.

mod address;
mod aside;
mod bell;
mod copy;
mod ends;
mod glance;
mod listen;
mod load;
mod migrate;
mod read;
mod save;
mod session;
mod stats;
mod tls;
mod write;

use std::sync::Arc;

use super::recent::Recent;
use super::{Store, StoreError};

pub use address::Address;
pub(super) use copy::into as copy_into;
pub(super) use glance::glance;

/// Opens the database, making and upgrading what it needs.
pub(super) async fn open(address: &Address) -> Result<Store, StoreError> {
    let recent = Recent::default();
    let opened = tokio::task::spawn_blocking({
        let (address, recent) = (address.clone(), recent.clone());
        move || write::Writer::open(&address, recent)
    });
    let writer = opened
        .await
        .map_err(|stopped| StoreError::Failed(Arc::new(stopped)))??;
    Ok(Store {
        write: Box::new(writer),
        others: Some(listen::start(address, recent.clone())),
        read: Arc::new(read::Reader::new(address, recent)),
    })
}

/// A number that is never negative.
fn positive(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no position")))
}
