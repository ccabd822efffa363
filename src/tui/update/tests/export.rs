//! A file of the history: named, followed, stopped. Nothing is written that wasn't asked for.

use crate::api::export::Format;
use crate::tui::event::{Answer, Event};
use crate::tui::sample::{Desk, decided};
use crate::tui::state::export::Exported;

fn desk() -> Desk {
    let mut desk = Desk::new(120, 36, decided());
    desk.state.folder = Some("/srv/here".into());
    desk.keys("2");
    desk
}

fn toast(desk: &Desk) -> String {
    let toast = desk.state.toast.as_ref();
    toast.map(|toast| toast.text.clone()).unwrap_or_default()
}

#[test]
fn it_is_named_first_and_only_two_endings_will_do() {
    let mut desk = desk();
    desk.keys("x");
    assert!(desk.exports.is_empty(), "x alone writes nothing");
    desk.keys("ctrl-u");
    desk.type_in("list.txt");
    desk.keys("enter");
    assert!(toast(&desk).contains(".csv or .json"), "{}", toast(&desk));
    desk.keys("ctrl-u");
    desk.type_in("/tmp/list.json");
    desk.keys("tab");
    // The line end of a paste is no Enter.
    desk.burst("a enter");
    assert!(desk.exports.is_empty());
    desk.keys("ctrl-u");
    desk.type_in("list.json");
    desk.keys("enter");
    let export = desk.exports.pop().unwrap();
    assert_eq!(export.path.to_str(), Some("/srv/here/list.json"));
    assert_eq!(export.format, Format::Json);
}

#[test]
fn one_that_takes_long_says_so_and_esc_stops_it() {
    let mut desk = desk();
    desk.keys("x enter");
    assert_eq!(desk.exports.len(), 1);
    desk.keys("x");
    assert!(toast(&desk).contains("still being written"));
    assert_eq!(
        desk.state.export_progress(),
        None,
        "nothing is said at once"
    );
    desk.event(Event::Answer(Answer::Exported(Exported::SoFar(12_500))));
    desk.wait(1_500);
    let progress = desk.state.export_progress().unwrap();
    assert!(progress.contains("12,500 so far"), "{progress}");
    desk.keys("esc");
    assert!(desk.exports.is_empty(), "it was stopped");
    assert!(toast(&desk).contains("isn't kept"), "{}", toast(&desk));
    // What was under way has nothing more to say.
    desk.event(Event::Answer(Answer::Exported(Exported::Done(1))));
    assert!(toast(&desk).contains("isn't kept"));
    desk.keys("x enter");
    desk.event(Event::Answer(Answer::Exported(Exported::Failed(
        "the disk is full".to_owned(),
    ))));
    assert!(toast(&desk).contains("was not written: the disk is full"));
    assert!(desk.state.exporting.is_none());
}

#[test]
fn where_no_files_can_be_written_the_key_says_so() {
    let mut desk = Desk::new(120, 36, decided());
    desk.keys("2 x");
    assert!(desk.state.overlay.is_none());
    assert!(toast(&desk).contains("can't be written from here"));
}
