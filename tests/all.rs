//! The promises of signoff, held against the real thing: one file per promise. Everything is in one
//! binary, because each further one would link the whole program again.

mod support;

mod asking;
mod audit;
mod backup;
mod bypass;
mod commands;
mod crash;
mod deciding;
mod deciding_from_the_shell;
mod doctor;
mod etag;
mod events;
mod fence;
mod finding;
mod fold;
mod hiding;
mod hostile;
mod hostile_screen;
mod inbox;
mod inbox_review;
mod inbox_settings;
mod layers;
mod listing;
mod notifications;
mod observing;
mod openapi;
mod opt_in;
mod owners;
mod people;
mod policy_from_the_shell;
mod races;
mod roles;
mod semantics;
mod shared;
mod sources;
mod spec;
mod stores;
mod terminal;
mod time;
mod tools;
mod upgrade;
mod waiting;
mod watch;
mod why;
