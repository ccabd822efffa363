//! How much callers may say beside the parameters of a request. What is said here is kept in the log,
//! shown in lists and handed to everybody who looks, so one caller can't make it heavy for all.

use super::GateError;
use crate::domain::raw::RawJson;
use crate::domain::request::{Ask, Resource};
use crate::domain::untrusted::Untrusted;

/// The largest JSON value besides parameters and checkpoints.
const LARGEST_JSON: usize = 64 * 1024;
/// The most that all recipients of one request may take together.
const ALL_RECIPIENTS: usize = 64 * 1024;

/// Everything of a request but its parameters and its checkpoint.
pub(super) fn ask(ask: &Ask) -> Result<(), GateError> {
    let risk = ask.risk.as_ref().and_then(|risk| risk.reason.as_ref());
    let resource = |part: fn(&Resource) -> &Untrusted| ask.resource.as_ref().map(part);
    let hold_message = ask.voice.as_ref().map(|voice| &voice.hold_message);
    let hold_audio = ask
        .voice
        .as_ref()
        .and_then(|voice| voice.hold_audio_url.as_ref());
    text("/title", ask.title.as_ref())?;
    text("/reason", ask.reason.as_ref())?;
    text("/conversation", ask.conversation.as_ref())?;
    text("/node", ask.node.as_ref())?;
    text("/resource/type", resource(|resource| &resource.kind))?;
    text("/resource/id", resource(|resource| &resource.id))?;
    text("/risk/reason", risk)?;
    text("/voice/hold_message", hold_message)?;
    text("/voice/hold_audio_url", hold_audio)?;
    json("/context", ask.context.as_ref())
}

/// The recipients of one request, found or declared.
pub(super) fn recipients(normal: &[String]) -> Result<(), GateError> {
    let size: usize = normal.iter().map(String::len).sum();
    within("/params", size, ALL_RECIPIENTS, "its recipients are")
}

/// A free text.
pub(super) fn text(pointer: &str, text: Option<&Untrusted>) -> Result<(), GateError> {
    let long = |text: &Untrusted| text.raw_for_execution().chars().count() > Untrusted::LONGEST;
    match text.is_some_and(long) {
        true => Err(GateError::invalid(
            pointer,
            format!("it is longer than {} characters", Untrusted::LONGEST),
        )),
        false => Ok(()),
    }
}

/// A JSON value.
pub(super) fn json(pointer: &str, value: Option<&RawJson>) -> Result<(), GateError> {
    let size = value.map_or(0, |value| value.text().len());
    within(pointer, size, LARGEST_JSON, "it is")
}

fn within(pointer: &str, size: usize, most: usize, what: &str) -> Result<(), GateError> {
    match size <= most {
        true => Ok(()),
        false => Err(GateError::invalid(
            pointer,
            format!("{what} longer than {most} bytes"),
        )),
    }
}
