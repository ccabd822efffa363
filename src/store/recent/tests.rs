use serde_json::json;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, Reminded};

fn known(id: RequestId, version: u32, bytes: usize) -> Known {
    let asked = json!({
        "id": id, "agent": "outreach", "action": "email.send", "kind": "tool_call",
        "digest": Digest::of_bytes(b""), "headline": "", "trigger": "api", "recipients": [],
        "waiting": false, "executor": "agent", "risk": {"level": "low", "reasons": []},
        "verdict": {"effect": "ask", "rung": "ask", "text": ""}, "trace": [], "parties": [],
        "on_timeout": "reject",
    });
    let asked: Asked = serde_json::from_value(asked).unwrap();
    let at = At::from_millis(0);
    Known {
        standing: Arc::new(Standing {
            version,
            ..Standing::new(&asked, at)
        }),
        asked: Arc::new(asked),
        created_at: at,
        bytes,
        params: None,
        checkpoint: None,
        newest: None,
    }
}

fn version(recent: &Recent, id: RequestId) -> Option<u32> {
    recent.find(id).map(|known| known.standing.version)
}

#[test]
fn what_was_read_before_a_change_takes_no_place_of_what_it_made() {
    let (recent, id) = (Recent::default(), RequestId::generate());
    recent.keep(known(id, 2, 1));
    recent.keep(known(id, 1, 1));
    assert_eq!(version(&recent, id), Some(2));
    recent.keep(known(id, 3, 1));
    assert_eq!(version(&recent, id), Some(3));
}

#[test]
fn parameters_are_those_of_their_digest_alone() {
    let (recent, id) = (Recent::default(), RequestId::generate());
    let [one, other] = [&b"1"[..], b"2"].map(Digest::of_bytes);
    let params = RawJson::from_text("{\"a\": 1}".to_owned()).unwrap();
    recent.keep_params(id, one, Some(&params));
    assert_eq!(
        recent.params(id, one),
        None,
        "nothing is known of the request"
    );
    recent.keep(known(id, 1, 1));
    recent.keep_params(id, one, Some(&params));
    assert_eq!(recent.params(id, other), None);
    recent.keep(known(id, 2, 1));
    assert_eq!(
        recent.params(id, one),
        Some(params),
        "another version has them too"
    );
}

/// What a batch made of one request.
fn committed(recent: &Recent, known: &Known, fact: Fact, params: &RawJson) {
    let (id, digest) = (known.asked.id, known.standing.digest);
    let row = RequestRow {
        waiting: false,
        standing: Standing::clone(&known.standing),
        updated_at: known.created_at,
        decided_at: None,
        decided_by: None,
        told_at: None,
        claimed_by: None,
        claimed_at: None,
        begun: None,
    };
    let event = Event {
        at: known.created_at,
        actor: Actor::Clock,
        request: Some(id),
        fact,
        told: Vec::new(),
    };
    let change = Change {
        events: vec![event.record()],
        payload: Some(Payload {
            request: id,
            digest,
            params: params.clone(),
        }),
        ..Change::default()
    };
    let mut rows = Rows::default();
    rows.requests.insert(id, Kept::new(row));
    recent.committed(&[change], rows, 1);
}

/// An edit may go back to what was asked and write it otherwise; what was there first stays.
#[test]
fn of_a_request_that_is_asked_its_parameters_are_kept_and_of_an_edit_none() {
    let (recent, id) = (Recent::default(), RequestId::generate());
    let params = |text: &str| RawJson::from_text(text.to_owned()).unwrap();
    let (first, other) = (params("{\"a\": 1}"), params("{\"a\":1}"));
    let asked = known(id, 1, 1);
    let digest = asked.standing.digest;
    let fact = Fact::Asked(Asked::clone(&asked.asked).into());
    committed(&recent, &asked, fact, &first);
    assert_eq!(version(&recent, id), Some(1));
    assert_eq!(recent.params(id, digest), Some(first.clone()));

    let edit = Fact::Reminded(Reminded { times: 1 });
    committed(&recent, &known(id, 2, 1), edit.clone(), &other);
    assert_eq!(version(&recent, id), Some(2));
    assert_eq!(recent.params(id, digest), Some(first));

    let unknown = RequestId::generate();
    committed(&recent, &known(unknown, 2, 1), edit, &other);
    assert_eq!(
        version(&recent, unknown),
        None,
        "nobody read how it was asked"
    );
}

#[test]
fn so_many_are_kept_and_none_that_is_large() {
    let recent = Recent::default();
    let ids: Vec<RequestId> = (0..=MOST).map(|_| RequestId::generate()).collect();
    for id in &ids {
        recent.keep(known(*id, 1, LARGEST));
    }
    assert_eq!(version(&recent, ids[0]), None);
    assert_eq!(version(&recent, ids[1]), Some(1));
    // It has grown.
    recent.keep(known(ids[1], 2, LARGEST + 1));
    assert_eq!(version(&recent, ids[1]), None);
}
