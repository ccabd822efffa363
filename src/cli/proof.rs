//! What an examination of a database came to, as people and scripts are told.

use data_encoding::HEXLOWER;
use serde::Serialize;

use super::exit::Exit;
use super::failure::Failure;
use super::out;
use crate::domain::untrusted::safe;
use crate::store::{Database, Examined};

/// The examination of one database.
pub struct Proof<'a> {
    pub database: &'a Database,
    pub examined: Examined,
    /// The number of entries of the checkpoint that it was held to, if it was.
    pub checkpoint: Option<u64>,
}

#[derive(Serialize)]
struct Json<'a> {
    proven: bool,
    database: String,
    size: u64,
    root: String,
    checkpoint: Option<u64>,
    findings: Vec<Found<'a>>,
    more_findings: u64,
}

#[derive(Serialize)]
struct Found<'a> {
    place: &'a str,
    what: &'a str,
}

impl Proof<'_> {
    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.examined.findings.is_empty()
    }

    /// Says it, and how the command ends with it.
    pub fn tell(&self, json: bool) -> Result<Exit, Failure> {
        match json {
            true => out::print_json(&self.json())?,
            false => out::print(&self.text())?,
        }
        Ok(match self.is_sound() {
            true => Exit::Ok,
            false => Exit::Other,
        })
    }

    fn json(&self) -> Json<'_> {
        let findings = &self.examined.findings;
        let found = findings.kept().iter().map(|finding| Found {
            place: &finding.place,
            what: &finding.what,
        });
        Json {
            proven: self.is_sound(),
            database: self.database.to_string(),
            size: self.examined.size,
            root: HEXLOWER.encode(&self.examined.root),
            checkpoint: self.checkpoint,
            findings: found.collect(),
            more_findings: findings.more(),
        }
    }

    fn text(&self) -> String {
        let Examined { size, root, .. } = &self.examined;
        let database = safe(&self.database.to_string());
        if !self.is_sound() {
            return format!(
                "NOT PROVEN: {database} is not what was written\n{}",
                self.found()
            );
        }
        let root = HEXLOWER.encode(root);
        let mut text = format!(
            "proven: {size} entries of {database}\n  root    {root}\n  log     every entry is the one that was committed, in its place\n  tables  every row is what the log gives\n"
        );
        if let Some(then) = self.checkpoint {
            text.push_str(&format!(
                "  signed  the first {then} entries are those of the checkpoint\n"
            ));
        }
        text
    }

    /// A line for each finding.
    fn found(&self) -> String {
        let findings = &self.examined.findings;
        let mut text: String = findings
            .kept()
            .iter()
            .map(|finding| format!("  {}\n", safe(&finding.to_string())))
            .collect();
        match findings.more() {
            0 => {}
            more => text.push_str(&format!("  and {more} more\n")),
        }
        text
    }
}
