//! signoff: one terminal inbox for everything AI agents want to do.
//!
//! Agents ask; policy answers what it can; a person answers the rest from a terminal; the action then
//! runs once, with exactly the parameters that the person saw. This page is the map of the house.
//!
//! ```text
//!  agent ──► server ──► gate ──► policy   what do the rules say?      (pure)
//!                        │  └──► domain   may this state change so?   (pure)
//!                        ▼
//!                      store: one commit = the events and the tables that follow from them
//!                        │
//!             server/events (the log as a stream)
//!                        │
//!             client ──► tui, cli ──► a vote ──► server ──► gate …
//! ```
//!
//! # Where things are
//!
//! | looking for | look in |
//! |---|---|
//! | what a request, a vote, an event *is* | [`domain`] |
//! | what may happen to a request, and when | [`domain::lifecycle`] |
//! | how text from agents is made safe to show | [`domain::untrusted`] |
//! | the seven rungs of the ladder, a file each | [`policy::ladder`] |
//! | how grave a request is, and by which signs | `policy/risk.rs`, `policy/risk/signals.rs` |
//! | who reviews, and who may vote at this moment | [`policy::reviewers`] |
//! | how a policy document is read, and where it is wrong | `policy/document/` |
//! | what `when` may say, and what bounds it | `policy/condition/` |
//! | the actions that ship with the program | `assets/catalogue.toml` |
//! | where anything is changed | [`gate`]; the commit itself is `gate/clerk.rs` |
//! | the tree over the log, and its signature | `domain/merkle.rs`, `domain/checkpoint.rs`; it grows in `store/sqlite/tree.rs` |
//! | what proves one record to somebody without the log | `domain/merkle/path.rs`, `gate/audit.rs`; the inbox checks it in `tui/calls/record.rs` |
//! | what the history becomes as a file | `api/export.rs` |
//! | what proves a database | `store/sqlite/audit.rs`, which replays the log, and `compare.rs` |
//! | what a change does to the tables | `store/batch.rs` and `store/project.rs`, on rows in memory; each database only reads and writes rows |
//! | how several gates share a database | `store/postgres/`: `write.rs` holds the end of the log, `listen.rs` hears of others |
//! | how a request becomes a verdict, with all that the ladder has to know | `gate/judge.rs` |
//! | what another policy would have said | `gate/replay.rs`; saving one, `gate/policy.rs` |
//! | what a token may see of parameters | `gate/mask.rs` |
//! | what was pinned of a tool, and what happens when it changes | `gate/tools.rs` |
//! | who is asked once the reviewers are gone | `gate/reroute.rs` |
//! | what workers lease, renew and report | `gate/work.rs` |
//! | when a deadline fires | `gate/timers.rs` |
//! | a path of the API | `server/mod.rs`; its types are in [`api`] |
//! | how the API describes itself | `server/openapi/`, read off each handler's signature |
//! | what is counted and logged | `gate/metrics.rs`, `server/metrics.rs`, `server/record.rs` |
//! | who may call it | the handler's signature, by `server/auth.rs`; the whole table is in `tests/roles.rs` |
//! | what feeds the stream of events | `gate/news.rs`; `server/events.rs` reads from it |
//! | what a key does | `tui/action.rs`; which key that is, `assets/keymap.toml`; keys of one's own, `tui/keymap/own.rs` |
//! | why a key does nothing now | `tui/state/possible.rs`, for the footer and the palette |
//! | the inbox without a screen | `tui/plain/` |
//! | what an inbox received, and playing it again | `tui/record/` |
//! | how parameters get into an editor and back | `tui/editor.rs`, `tui/update/edit.rs` |
//! | what the sample plays | `assets/sample.toml`, by `cli/feed/` |
//! | a command of the command line | `cli/command/`, a file each; exit codes in `cli/exit.rs` |
//!
//! # Invariants
//!
//! - **Layers.** `domain` knows of nobody; `policy` and `store` know of `domain`; `gate` knows of those
//!   three; `api` knows of `domain`; `server` joins `gate`, `store`'s queries and `api`; `client` speaks
//!   `api`; `tui` sees only `client`, `api` and `domain`; `config` names a database; nothing knows of
//!   `cli`. A test reads the imports.
//! - **Pure core.** `domain` and `policy` have no I/O, no clock and no async; `now` is a parameter. Only
//!   a new id takes the time and chance it is made of from the system.
//! - **One writer.** Everything that changes is an [event](domain::event), committed by the clerk, in
//!   groups, with a dense position. Several gates on one database take turns, batch by batch. The tables are projections of the events, written in the same
//!   transaction; folding the log gives them exactly. Parameters and idempotency keys are kept beside it.
//!   A tree over the log grows in the same transaction, so whatever is changed later is found.
//! - **No check apart from its write.** A change names the version of what it was based on; if that has
//!   moved on, nothing is written and the operation starts again.
//! - **What was seen is what runs.** Parameters are kept as the bytes that were sent; a vote names their
//!   [digest](domain::digest); nothing is re-serialised on the way.
//! - **Agents' text is a type.** [`domain::untrusted::Untrusted`] has no `Display`; only its own forms
//!   reach a terminal or a log.
//! - **In doubt, ask or deny.** Absent, empty, unknown or unparsable never leads to *allow*.

pub mod api;
pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod gate;
pub mod policy;
pub mod server;
pub mod store;
pub mod tui;

/// Most of what a request takes is given back on another thread. How it is set is in `.cargo/config.toml`.
/// Elsewhere memory is the system's: what is built here for another processor may meet larger pages there than
/// it was built for.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
