//! The wire: what clients and the server say to each other over HTTP. Every free text is
//! [`Untrusted`](crate::domain::untrusted::Untrusted), so whoever shows it has to make it safe first.

pub mod audit;
pub mod event;
pub mod export;
pub mod notification;
pub mod page;
pub mod people;
pub mod policy;
pub mod problem;
pub mod request;
pub mod seal;
pub mod settings;
pub mod stats;
pub mod work;
