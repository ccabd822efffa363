//! The proof of a record as a document: what was checked, against what, and what was not.

use jiff::tz::TimeZone;

use crate::api::request::Request;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::proof::{Proven, RecordProof};
use crate::tui::state::words;

use super::write::Writer;
use super::{Block, Document, Tone};

impl Document {
    /// Where the record of a request stands in the log, and what shows it.
    pub fn proof(request: &Request, proof: &RecordProof, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        match proof {
            RecordProof::Unasked | RecordProof::Asking => {}
            RecordProof::Bad(why) => {
                writer.ours("Found", format!("NOT VERIFIED: {why}"));
                writer.ours(
                    "Next",
                    "don't rely on what this record says; `signoff audit verify`, on the gate's own machine, \
                     names everything that isn't as it was written"
                        .to_owned(),
                );
            }
            RecordProof::Good(proven) => writer.proven(request, proven),
        }
        Self::written(writer, true)
    }
}

impl Writer<'_> {
    fn proven(&mut self, request: &Request, proven: &Proven) {
        let size = words::grouped(proven.size);
        if let Some(entry) = proven.record(request) {
            let position = words::grouped(entry.position);
            self.ours("Record", format!("#{position} of {size}"));
            self.ours("Leaf hash", entry.leaf.clone());
        }
        self.ours(
            "Verified",
            format!(
                "by this inbox, to #{size}: it hashed each entry below, and the path from each place leads to the \
                 root of the log that is signed"
            ),
        );
        self.ours("Root", proven.root.clone());
        self.ours("Signed by", proven.signer.clone());
        self.ours(
            "Not read",
            "the other entries: v in Settings, Audit, hashes all of them. That the log was never another one \
             shows only a checkpoint that was kept: signoff audit verify --checkpoint FILE"
                .to_owned(),
        );
        let count = proven.entries.len();
        self.heading("Entries", format!("{count} about this request"));
        for entry in &proven.entries {
            self.say(&entry.kind);
            let position = words::grouped(entry.position);
            let at = words::moment(entry.at, self.zone());
            let kind = entry.kind.raw_for_execution();
            self.put(Block::Field {
                label: "",
                value: Untrusted::from(format!("#{position}  {kind}")),
                aside: Some(Untrusted::from(format!("{at} by {}", entry.by))),
                tone: Tone::Content,
            });
            self.field("", Untrusted::from(entry.leaf.as_str()), Tone::Aside);
        }
    }
}
