//! What the five systems that signoff takes the place of promise, one file per source: each row of the product's
//! table that isn't about notifications, voice or actions that the server runs, over HTTP.

mod source_000;
mod source_001;
mod source_002;
mod source_003;
mod source_004;
