//! signoff: one terminal inbox for everything AI agents want to do.

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod gate;
pub mod policy;
pub mod server;
pub mod store;
