//! A request as a document to read: made from its parameters once per version, laid out once per width.
//!
//! Invariant: everything that the digest covers is in it, in full. What an agent wrote stands in rows
//! with a gutter, or behind a label of ours; it can begin no row of its own making.

mod hosts;
mod mail;
mod params;
mod plan;
mod proof;
mod raw;
mod record;
mod rows;
#[cfg(test)]
mod tests;
mod typed;
mod url;
mod write;

use jiff::tz::TimeZone;

use crate::api::request::Request;
use crate::api::seal::{BROKEN, HIDDEN, Seal};
use crate::domain::json::{Limits, parse};
use crate::domain::raw::RawJson;
use crate::domain::untrusted::{Piece, Untrusted};
use crate::tui::state::proof::RecordProof;

pub use plan::voter;
pub use raw::Past;
pub use rows::{ABOVE_THE_KEYS, guidance};
use write::Writer;

/// What a row is to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// What would be done, and to whom.
    Content,
    /// What stands back: the agent's own words, names beside addresses.
    Aside,
}

/// One row on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Ours, or nothing.
    pub label: &'static str,
    /// A row of content, marked as such, behind its label where it has one.
    pub gutter: bool,
    /// The value of a labelled row that goes on: its gutter stands right before the value, not at the edge.
    pub hangs: bool,
    /// Columns before the text; where there is a label, its own.
    pub indent: usize,
    /// Dim text before the pieces: a parameter's key, made safe.
    pub key: Vec<Piece>,
    pub pieces: Vec<Piece>,
    pub tone: Tone,
}

/// How wide, and whether few rows matter more than air.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub width: u16,
    pub compact: bool,
}

/// What a request says, ready to be laid out.
#[derive(Debug)]
pub struct Document {
    /// What is suspicious about it, for the row under the headline.
    pub warnings: Vec<String>,
    /// How many of these are about what its text hides or disguises, the last ones.
    pub hidden: usize,
    /// To whom, in the words of the parameters: what a question before a grave approval repeats.
    pub recipients: Vec<Untrusted>,
    /// Whether it was made for few rows.
    pub compact: bool,
    blocks: Vec<Block>,
    layout: Option<(Shape, Vec<Row>)>,
}

/// A part of a document, before it has a width.
#[derive(Debug)]
enum Block {
    /// A label of ours and a value.
    Field {
        label: &'static str,
        value: Untrusted,
        aside: Option<Untrusted>,
        tone: Tone,
    },
    /// What policy says to whoever decides. Where the keys have a place of their own, it stands right above
    /// them, and here only if there is too little room for all of it.
    Guidance(Untrusted),
    /// A heading of ours, with a count.
    Heading(&'static str, String),
    /// A text of several lines.
    Text(Untrusted),
    /// A parameter in one piece: `key  value`.
    Member {
        key: Untrusted,
        value: Untrusted,
        quoted: bool,
    },
    /// One line of nested JSON.
    Nested {
        depth: usize,
        key: Option<Untrusted>,
        value: Untrusted,
    },
    /// A line of what was changed, behind a sign of ours; without one, the name of the field.
    Change {
        sign: &'static str,
        text: Untrusted,
        tone: Tone,
    },
    Gap,
}

impl Document {
    /// The document of a request that has its parameters.
    pub fn new(request: &Request, zone: &TimeZone, compact: bool) -> Self {
        let mut writer = Writer::new(zone, compact);
        Self::whole(&mut writer, request);
        Self::written(writer, compact)
    }

    /// A request on a page of its own, where nothing is decided: what it is, how it stands, and all of it.
    pub fn page(request: &Request, stands: String, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        writer.field("What", request.headline.clone(), Tone::Content);
        writer.field("It", Untrusted::from(stands), Tone::Content);
        Self::whole(&mut writer, request);
        Self::written(writer, true)
    }

    fn whole(writer: &mut Writer<'_>, request: &Request) {
        match request.seal() {
            Seal::Broken => writer.warn(BROKEN.to_owned()),
            Seal::Untold if request.params.is_some() => writer.warn(HIDDEN.to_owned()),
            Seal::Whole | Seal::Untold => {}
        }
        let params = request.params.as_ref().map(|raw| raw.text());
        let parsed = params.map(|text| (text, parse(text.as_bytes(), Limits::default())));
        match parsed {
            Some((_, Ok(params))) => writer.request(request, Some(&params)),
            Some((text, Err(_))) => {
                writer.request(request, None);
                writer.heading("Parameters", "not JSON, shown as they came".to_owned());
                writer.text(text);
            }
            None => writer.request(request, None),
        }
        writer.edited(request);
        if let Some(context) = &request.context {
            writer.context(context.text());
        }
        if request.status.decided() {
            writer.heading("Record", "what became of it".to_owned());
            writer.asked(request);
            writer.outcome(request);
            writer.passed_on(request);
            writer.timeline(request);
        }
    }

    /// What became of a request, without its parameters; and, for whoever may see the log, where that
    /// stands there. As long as nobody has asked, everything else comes first.
    pub fn record(request: &Request, proof: Option<&RecordProof>, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        writer.outcome(request);
        writer.policy(request);
        writer.passed_on(request);
        let (last, first) = match proof {
            Some(RecordProof::Unasked) => (proof, None),
            asked => (None, asked),
        };
        if let Some(proof) = first {
            writer.ours("Record", proof.place(request));
        }
        writer.timeline(request);
        if let Some(proof) = last {
            writer.ours("Record", proof.place(request));
        }
        Self::written(writer, true)
    }

    /// What somebody's own parameters would change of those in force, before they are approved.
    pub fn change(was: Option<&RawJson>, is: &RawJson, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        writer.changes(was, Some(is));
        Self::written(writer, true)
    }

    fn written(writer: Writer<'_>, compact: bool) -> Self {
        let written = writer.finish();
        Self {
            warnings: written.warnings,
            hidden: written.hidden,
            recipients: written.recipients,
            blocks: written.blocks,
            compact,
            layout: None,
        }
    }

    /// Breaks it into rows; nothing to do when the shape is the same as before.
    pub fn lay_out(&mut self, shape: Shape) {
        if self.layout.as_ref().is_some_and(|(had, _)| *had == shape) {
            return;
        }
        let mut rows = Vec::new();
        for block in &self.blocks {
            block.lay_out(shape, &mut rows);
        }
        while rows.last().is_some_and(Row::is_blank) {
            rows.pop();
        }
        self.layout = Some((shape, rows));
    }

    /// Its rows, once it is laid out.
    pub fn rows(&self) -> &[Row] {
        self.layout.as_ref().map_or(&[], |(_, rows)| rows)
    }
}

impl Row {
    fn blank() -> Self {
        Self {
            label: "",
            gutter: false,
            hangs: false,
            indent: 0,
            key: Vec::new(),
            pieces: Vec::new(),
            tone: Tone::Content,
        }
    }

    fn is_blank(&self) -> bool {
        *self == Row::blank()
    }
}
