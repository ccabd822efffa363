//! What happens on the way from the terminal and the gate into the state, and from there on the screen.

use std::io;

use crossterm::event::Event as Input;

use super::{News, Session};
use crate::domain::id::RequestId;
use crate::tui::event::{Answer, Event, Now, Stream};
use crate::tui::state::Tab;
use crate::tui::term::Canvas;
use crate::tui::update::{say, update};
use crate::tui::{Connect, view};

impl<C: Connect> Session<C> {
    pub(super) fn draw<T: Canvas>(&mut self, terminal: &mut T) -> Result<(), T::Error> {
        let size = terminal.size()?;
        if size != self.state.size {
            self.event(Event::Resize(size));
        }
        if std::mem::take(&mut self.redraw) {
            terminal.clear()?;
        }
        let (state, theme) = (&self.state, &self.surroundings.theme);
        terminal.draw(|buffer| view::draw(state, theme, buffer))?;
        self.event(Event::Drawn);
        Ok(())
    }

    pub(super) fn input(&mut self, input: Input) {
        match input {
            Input::Key(key) => self.event(Event::Key(key)),
            Input::Paste(text) => self.event(Event::Paste(text)),
            Input::Resize(width, height) => {
                // A terminal that was small for a moment has lost what was on it, even if it is back
                // to the size that is known.
                self.redraw = true;
                self.event(Event::Resize((width, height).into()));
            }
            Input::FocusGained => self.event(Event::Focus),
            Input::Mouse(event) => self.event(Event::Mouse(event)),
            Input::FocusLost => {}
        }
    }

    /// What is offered to be taken back.
    fn offers(&self) -> Option<RequestId> {
        self.state.toast.as_ref().and_then(|toast| toast.undoes)
    }

    /// Whether it may be visible.
    pub(in crate::tui) fn told(&mut self, news: News) -> bool {
        match news {
            News::Event(event) => {
                let unseen = match &*event {
                    Event::Answer(Answer::Request(id, Ok(_))) => !self.state.shows(*id),
                    // What changed is on the screen once it has been asked for; the history counts it before.
                    Event::Stream(Stream::Changed { told, .. }) => {
                        !told && self.state.tab != Tab::History
                    }
                    _ => false,
                };
                let offered = self.offers();
                self.event(*event);
                return !unseen || offered != self.offers();
            }
            News::Linked(client) => self.client = Some(*client),
            News::Position(position) => {
                self.position = Some(position);
                return false;
            }
        }
        true
    }

    pub(in crate::tui) fn event(&mut self, event: Event) {
        let now = self.now();
        self.write_down(&event, now);
        for effect in update(&mut self.state, event, now) {
            self.run(effect);
        }
    }

    /// A recording that can't go on ends, and that is said.
    fn write_down(&mut self, event: &Event, now: Now) {
        let Some(recorder) = &mut self.surroundings.recorder else {
            return;
        };
        let written = match recorder {
            Ok(recorder) => recorder.take(event, now, &self.state),
            Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
        };
        if let Err(error) = written {
            self.surroundings.recorder = None;
            say(&mut self.state, format!("the recording has ended: {error}"));
        }
    }
}
