//! What dana was told of, as the gate keeps it.

use serde_json::json;

use super::{Desk, id};
use crate::api::notification::{Notification, Notifications, Unseen};
use crate::tui::event::{Answer, Event, Stream};

/// Her bell at the gate.
#[derive(Debug, Default)]
pub struct Bell {
    pub told: Vec<Notification>,
    /// How often it was looked up, and what it was said was seen.
    pub looked_up: usize,
    pub seen: Vec<u64>,
}

impl Bell {
    fn unseen(&self) -> u64 {
        self.told.iter().filter(|told| !told.seen).count() as u64
    }
}

impl Desk {
    /// She is told of something; the stream says so.
    pub fn ring(&mut self, text: &str) {
        let number = self.bell.told.len() as u64 + 1;
        let told = json!({"id": number, "kind": "request.asked", "request": id(1), "text": text,
            "at": "2026-11-20T13:30:00Z", "seen": false});
        let told = serde_json::from_value(told).expect("a notification");
        self.bell.told.insert(0, told);
        self.event(Event::Stream(Stream::Changed {
            kind: "policy.saved".to_owned(),
            request: None,
            mine: false,
            told: true,
        }));
    }

    pub(super) fn look_up_bell(&mut self) {
        self.bell.looked_up += 1;
        let bell = Notifications {
            items: self.bell.told.clone(),
            next_cursor: None,
            unseen: self.bell.unseen(),
        };
        self.quietly(Event::Answer(Answer::Bell(Ok(bell))));
    }

    pub(super) fn see_bell(&mut self, through: u64) {
        self.bell.seen.push(through);
        for told in &mut self.bell.told {
            told.seen |= told.id <= through;
        }
        let left = Unseen {
            unseen: self.bell.unseen(),
        };
        self.quietly(Event::Answer(Answer::BellSeen(Ok(left))));
        self.event(Event::Stream(Stream::Changed {
            kind: "notifications.seen".to_owned(),
            request: None,
            mine: true,
            told: false,
        }));
    }
}
