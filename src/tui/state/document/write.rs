//! What a request says, put down block by block: whom it reaches, what policy says, what the agent says
//! of itself, and every parameter.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use crate::api::request::Request;
use crate::domain::json::Json;
use crate::domain::request::{OnTimeout, Resource, Trigger};
use crate::domain::untrusted::Untrusted;
use crate::tui::state::words;

use super::mail::Mail;
use super::plan::simply_asked;
use super::typed::Typed;
use super::{Block, Tone, hosts};

/// Puts blocks down, and remembers every text of the agent's for the report on what it hides.
pub(super) struct Writer<'a> {
    zone: &'a TimeZone,
    compact: bool,
    written: Written,
    said: String,
}

/// What a writer has put down.
#[derive(Default)]
pub(super) struct Written {
    pub blocks: Vec<Block>,
    pub recipients: Vec<Untrusted>,
    pub warnings: Vec<String>,
    /// How many of the last ones are about what the text hides or disguises.
    pub hidden: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(zone: &'a TimeZone, compact: bool) -> Self {
        Self {
            zone,
            compact,
            written: Written::default(),
            said: String::new(),
        }
    }

    /// Everything, and what is suspicious about what the agent sent.
    pub(super) fn finish(self) -> Written {
        let mut written = self.written;
        let of_ours = written.warnings.len();
        written.warnings.extend(hosts::disguised(&self.said));
        written
            .warnings
            .extend(Untrusted::from(self.said).report().summary());
        written.hidden = written.warnings.len() - of_ours;
        written
    }

    pub(super) fn zone(&self) -> &'a TimeZone {
        self.zone
    }

    pub(super) fn request(&mut self, request: &Request, params: Option<&Json>) {
        let mail = params.and_then(Mail::of);
        let typed = params.filter(|_| mail.is_none());
        let typed = typed.and_then(|params| Typed::of(&request.action, params));
        if request.calls() {
            let since = words::seconds(request.created_at, self.zone);
            self.ours("Caller", format!("on the line, waiting since {since}"));
        }
        if let Some(typed) = &typed {
            self.kind(typed);
        }
        match &mail {
            Some(mail) if request.recipients_claimed => self.envelope(mail, &[]),
            Some(mail) => self.envelope(mail, &request.recipients),
            None if request.recipients_claimed => {}
            None => self.recipients("Recipients", request.recipients.iter()),
        }
        if request.recipients_claimed {
            self.claimed(&request.recipients);
        }
        self.circumstances(request);
        self.tool(request);
        match (&mail, params) {
            (Some(mail), _) => self.mail_body(mail, request),
            (None, Some(_)) if let Some(typed) = &typed => self.kind_body(typed, request),
            (None, Some(params)) => {
                self.agent_says(request);
                self.params(params);
            }
            (None, None) => self.agent_says(request),
        }
    }

    fn recipients<'r>(
        &mut self,
        label: &'static str,
        recipients: impl Iterator<Item = &'r Untrusted>,
    ) {
        for (index, recipient) in recipients.enumerate() {
            let label = if index == 0 { label } else { "" };
            self.written.recipients.push(recipient.clone());
            self.field(label, recipient.clone(), Tone::Content);
        }
    }

    /// Whom the agent says that it reaches, where the parameters don't say so: its words, not a fact.
    fn claimed(&mut self, recipients: &[Untrusted]) {
        for (index, recipient) in recipients.iter().enumerate() {
            let label = if index == 0 { "Claimed to" } else { "" };
            self.field(label, recipient.clone(), Tone::Aside);
        }
    }

    /// Each mailbox on a row of its own, address first, counted over all of them.
    fn envelope(&mut self, mail: &Mail<'_>, declared: &[Untrusted]) {
        let mut normal = BTreeSet::new();
        let count = mail.recipients.iter().map(|(_, found)| found.len()).sum();
        let mut place = 0;
        for (label, mailboxes) in &mail.recipients {
            for (index, mailbox) in mailboxes.iter().enumerate() {
                place += 1;
                normal.insert(mailbox.normal.as_str());
                self.written.recipients.push(mailbox.address.clone());
                self.said(mailbox.written);
                self.written.warnings.extend(mailbox.disguise());
                self.put(Block::Field {
                    label: if index == 0 { label } else { "" },
                    value: mailbox.address.clone(),
                    aside: mailbox.note(place, count),
                    tone: Tone::Content,
                });
            }
        }
        let others = declared.iter();
        let others = others.filter(|one| !normal.contains(one.raw_for_execution()));
        self.recipients("Also to", others);
        if let Some(subject) = mail.subject {
            self.field("Subject", Untrusted::from(subject), Tone::Content);
        }
    }

    /// For whom, how it came about, until when, and what policy says.
    fn circumstances(&mut self, request: &Request) {
        if let Some(resource) = &request.resource {
            self.resource(resource);
        }
        let whom = match &request.on_behalf_of {
            Some(person) => person.to_string(),
            None => "nobody in particular".to_owned(),
        };
        let trigger = trigger_words(request.trigger);
        let waits = !request.status.decided() && request.approves_at().is_none();
        let deadline = request.expires_at.filter(|_| waits);
        let until = deadline.map(|at| words::moment(at, self.zone));
        let passed_on = request.on_timeout == OnTimeout::Escalate;
        if self.compact {
            let then = match passed_on {
                true => "passed on",
                false => "it expires",
            };
            let mut facts = vec![whom, trigger.to_owned()];
            facts.extend(until.map(|until| format!("until {until}, then {then}")));
            self.ours("For", facts.join(", "));
        } else {
            self.ours("For", whom);
            self.ours("Trigger", trigger.to_owned());
            match until {
                Some(until) if passed_on => self.ours("Passed on", until),
                Some(until) => self.ours("Expires", until),
                None => {}
            }
        }
        self.policy(request);
    }

    fn resource(&mut self, resource: &Resource) {
        let (kind, id) = (
            resource.kind.raw_for_execution(),
            resource.id.raw_for_execution(),
        );
        let owner = resource.owner.as_ref();
        let owner = owner.map(|owner| format!("{owner} owns it, says the agent"));
        let value = format!("{kind} {id}");
        self.said(&value);
        self.put(Block::Field {
            label: "Resource",
            value: Untrusted::from(value),
            aside: owner.map(Untrusted::from),
            tone: Tone::Content,
        });
    }

    pub(super) fn policy(&mut self, request: &Request) {
        self.put(Block::Field {
            label: "Policy",
            value: request.verdict.text.clone(),
            aside: simply_asked(request),
            tone: Tone::Content,
        });
        self.plan(request);
        let guidance = request.review.as_ref().and_then(|r| r.guidance.clone());
        if let Some(guidance) = guidance {
            if request.status.decided() {
                self.field("Guidance", guidance, Tone::Content);
            } else {
                self.say(&guidance);
                self.put(Block::Guidance(guidance));
            }
        }
        for (index, reason) in request.risk.reasons.iter().enumerate() {
            let label = if index == 0 { "Risk" } else { "" };
            self.field(label, reason.clone(), Tone::Content);
        }
    }

    fn mail_body(&mut self, mail: &Mail<'_>, request: &Request) {
        if !self.compact {
            self.agent_says(request);
        }
        if let Some(body) = mail.body {
            self.put(Block::Gap);
            self.text(body);
        }
        if self.compact {
            self.put(Block::Gap);
            self.agent_says(request);
        }
        self.rest(mail.others.iter());
    }

    /// The parameters that have no place of their own.
    fn rest<'p>(&mut self, others: impl Iterator<Item = &'p (&'p str, &'p Json)> + Clone) {
        let count = others.clone().count();
        if count > 0 {
            self.heading("Parameters", count.to_string());
        }
        for (key, value) in others {
            self.member(key, value);
        }
    }

    /// What a kind of action has first: what it does, and with what.
    fn kind(&mut self, typed: &Typed<'_>) {
        for entry in &typed.rows {
            self.said(&entry.value);
            self.put(Block::Field {
                label: entry.label,
                value: Untrusted::from(entry.value.as_str()),
                aside: entry.note.as_deref().map(Untrusted::from),
                tone: Tone::Content,
            });
        }
    }

    /// What of it is read line by line, and everything else.
    fn kind_body(&mut self, typed: &Typed<'_>, request: &Request) {
        if !self.compact {
            self.agent_says(request);
        }
        for (title, text) in &typed.texts {
            self.heading(title, words::count(text.lines().count(), "line"));
            self.text(text);
        }
        if let Some((was, is)) = typed.change {
            let note = "- as it is, says the agent, + as it would be";
            self.heading("Changes", note.to_owned());
            self.differences(was, is);
        }
        if self.compact {
            self.put(Block::Gap);
            self.agent_says(request);
        }
        self.rest(typed.others.iter());
    }

    /// The tool that the agent says it would call, from its context: its word, not a fact.
    fn tool(&mut self, request: &Request) {
        let context = request.context.as_ref().and_then(|raw| raw.tree().ok());
        let Some(tool) = context.as_ref().and_then(|context| context.get("tool")) else {
            return;
        };
        let text = |key: &str| tool.get(key).and_then(Json::as_str);
        if let (Some(name), Some(server)) = (text("name"), text("server")) {
            let value = format!("{name} of {server}");
            self.said(&value);
            self.put(Block::Field {
                label: "MCP tool",
                value: Untrusted::from(value),
                aside: None,
                tone: Tone::Content,
            });
        }
    }

    /// Set apart, labelled and quoted: an agent's words about itself.
    fn agent_says(&mut self, request: &Request) {
        let words = [&request.title, &request.reason];
        for (index, words) in words.into_iter().flatten().enumerate() {
            let label = if index == 0 { "Agent says" } else { "" };
            self.say(words);
            let quoted = format!("“{}”", words.raw_for_execution());
            self.put(Block::Field {
                label,
                value: Untrusted::from(quoted),
                aside: None,
                tone: Tone::Aside,
            });
        }
        for (label, words) in [("Talk", &request.conversation), ("Node", &request.node)] {
            if let Some(words) = words {
                self.field(label, words.clone(), Tone::Aside);
            }
        }
        if let Some(voice) = &request.voice {
            self.field("Hold text", voice.hold_message.clone(), Tone::Aside);
            if let Some(url) = &voice.hold_audio_url {
                self.field("Hold audio", url.clone(), Tone::Aside);
            }
        }
    }

    pub(super) fn ours(&mut self, label: &'static str, value: String) {
        self.put(Block::Field {
            label,
            value: Untrusted::from(value),
            aside: None,
            tone: Tone::Content,
        });
    }

    pub(super) fn field(&mut self, label: &'static str, value: Untrusted, tone: Tone) {
        self.say(&value);
        self.put(Block::Field {
            label,
            value,
            aside: None,
            tone,
        });
    }

    /// For the rows under the headline, in words of ours.
    pub(super) fn warn(&mut self, warning: String) {
        self.written.warnings.push(warning);
    }

    pub(super) fn heading(&mut self, title: &'static str, note: String) {
        self.put(Block::Gap);
        self.put(Block::Heading(title, note));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.said(text);
        self.put(Block::Text(Untrusted::from(text)));
    }

    pub(super) fn put(&mut self, block: Block) {
        self.written.blocks.push(block);
    }

    pub(super) fn say(&mut self, text: &Untrusted) {
        self.said(text.raw_for_execution());
    }

    pub(super) fn said(&mut self, text: &str) {
        self.said.push_str(text);
        self.said.push('\n');
    }
}

fn trigger_words(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Chat => "in a chat",
        Trigger::Schedule => "on a schedule",
        Trigger::Email => "by an e-mail",
        Trigger::Webhook => "by a webhook",
        Trigger::Voice => "in a call",
        Trigger::Api => "over the API",
    }
}
