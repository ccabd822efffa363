use serde_json::json;

use super::*;
use crate::domain::actor::Actor;
use crate::domain::event::{Event, Reminded};
use crate::store::Checkpoint;

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

/// A request as a batch leaves it.
fn row(known: &Known) -> RequestRow {
    RequestRow {
        waiting: false,
        standing: Standing::clone(&known.standing),
        updated_at: known.created_at,
        decided_at: None,
        decided_by: None,
        told_at: None,
        claimed_by: None,
        claimed_at: None,
        begun: None,
    }
}

/// A change of one request.
fn change(known: &Known, fact: Fact, params: &RawJson) -> Change {
    let id = known.asked.id;
    let event = Event {
        at: known.created_at,
        actor: Actor::Clock,
        request: Some(id),
        fact,
        told: Vec::new(),
    };
    Change {
        events: vec![event.record()],
        payload: Some(Payload {
            request: id,
            digest: known.standing.digest,
            params: params.clone(),
        }),
        ..Change::default()
    }
}

/// What a batch made of one request.
fn committed(recent: &Recent, known: &Known, fact: Fact, params: &RawJson) {
    let mut rows = Rows::default();
    rows.requests.insert(known.asked.id, Kept::new(row(known)));
    recent.committed(&[change(known, fact, params)], rows, 1);
}

fn params() -> RawJson {
    RawJson::from_text("{}".to_owned()).unwrap()
}

/// Asks a request at this end of the log, and gives its id. Ana has put it off.
fn ask(recent: &Recent, end: u64) -> RequestId {
    let asked = known(RequestId::generate(), 1, 1);
    let id = asked.asked.id;
    let fact = Fact::Asked(Asked::clone(&asked.asked).into());
    let ana = PartyRow {
        snoozed_until: Some(At::from_millis(9)),
        ..PartyRow::default()
    };
    let parties = [("ana", ana), ("ben", PartyRow::default())];
    let parties = parties.map(|(who, row)| (who.to_owned(), Kept::new(row)));
    let mut rows = Rows::default();
    rows.requests.insert(id, Kept::new(row(&asked)));
    rows.parties.insert(id, parties.into());
    recent.committed(&[change(&asked, fact, &params())], rows, end);
    id
}

#[test]
fn what_is_certain_is_so_up_to_the_end_that_is_known() {
    let recent = Recent::default();
    recent.begin(4);
    let (one, other) = (ask(&recent, 5), ask(&recent, 6));
    assert_eq!(recent.stored(one, 6).unwrap().as_of, Some(6));
    assert!(recent.stored(one, 7).is_none(), "nobody heard of that");
    recent.heard(7, Some(other));
    assert!(recent.stored(one, 7).is_some(), "it was about another one");
    assert!(recent.stored(other, 0).is_none(), "it was about this one");
    recent.heard(8, None);
    assert!(recent.is_certain(one) && !recent.is_certain(other));
    assert!(!recent.has_rows(other) && recent.parties(other).is_none());
    // What was read of it says nothing of what it is now.
    recent.keep(known(other, 2, 1));
    assert!(!recent.is_certain(other));
    assert_eq!(version(&recent, other), Some(2));
    recent.forget();
    assert!(recent.find(one).is_none());
    assert_eq!(recent.end(), 8);
    recent.begin(3);
    assert_eq!(recent.end(), 3);
}

#[test]
fn of_what_may_have_been_committed_nothing_is_certain() {
    let touch: [fn(&mut Rows<'_>, RequestId); 2] = [
        |rows, id| {
            let moved = Kept::new(row(&known(id, 2, 1)));
            rows.requests.insert(id, moved);
        },
        |rows, id| {
            rows.parties.insert(id, BTreeMap::new());
        },
    ];
    for touch in touch {
        let recent = Recent::default();
        let (id, other) = (ask(&recent, 1), ask(&recent, 2));
        let mut rows = Rows::default();
        touch(&mut rows, id);
        recent.unsure(&rows);
        assert!(!recent.is_certain(id) && recent.is_certain(other));
    }
}

#[test]
fn what_goes_with_a_request_is_certain_as_long_as_nobody_touches_it() {
    let recent = Recent::default();
    let id = ask(&recent, 1);
    let digest = recent.find(id).unwrap().standing.digest;
    let beside = recent.beside(id, digest, true, 1).unwrap();
    assert_eq!(beside.payload.unwrap().params, params());
    let [ana] = &beside.attention[..] else {
        panic!("{:?}", beside.attention);
    };
    assert_eq!(ana.person.as_str(), "ana");
    assert_eq!(ana.snoozed_until, Some(At::from_millis(9)));
    assert!(recent.beside(id, digest, true, 2).is_none());
    assert!(recent.beside(id, Digest::of_bytes(b"2"), true, 1).is_none());

    // An agent leaves its state there: where it stands wasn't even read.
    let left = Checkpoint::json(&params());
    let mut rows = Rows::default();
    rows.checkpoints.insert(id, &left);
    recent.committed(&[], rows, 2);
    assert!(recent.beside(id, digest, false, 0).is_none());
    let moved = known(id, 2, 1);
    let fact = Fact::Reminded(Reminded { times: 1 });
    let mut rows = Rows::default();
    rows.requests.insert(id, Kept::new(row(&moved)));
    rows.parties.insert(id, BTreeMap::new());
    recent.committed(&[change(&moved, fact, &params())], rows, 3);
    let beside = recent.beside(id, digest, false, 3).unwrap();
    assert_eq!(beside.attention, []);
    assert!(
        recent.beside(id, digest, true, 3).is_none(),
        "nobody knows here what is in it"
    );
}

#[test]
fn a_crowd_is_not_kept() {
    let recent = Recent::default();
    let id = ask(&recent, 1);
    let crowd = (0..=PARTIES).map(|n| (format!("p{n}"), Kept::new(PartyRow::default())));
    let moved = known(id, 2, 1);
    let fact = Fact::Reminded(Reminded { times: 1 });
    let mut rows = Rows::default();
    rows.requests.insert(id, Kept::new(row(&moved)));
    rows.parties.insert(id, crowd.collect());
    recent.committed(&[change(&moved, fact, &params())], rows, 2);
    assert!(recent.is_certain(id) && !recent.has_rows(id));
}

#[test]
fn so_many_acquaintances_are_kept_and_none_with_a_long_name() {
    let recent = Recent::default();
    let [short, long] = [1, LONGEST + 1].map(|length| "a".repeat(length));
    let both = [short.clone(), long.clone()];
    assert_eq!(recent.unacquainted(&both), both);
    recent.acquainted(both.iter());
    assert_eq!(recent.unacquainted(&both), [long]);
    let many: Vec<String> = (0..RECIPIENTS).map(|n| n.to_string()).collect();
    recent.acquainted(many.iter());
    assert_eq!(recent.unacquainted(std::slice::from_ref(&short)), [short]);
    assert!(recent.unacquainted(&many).len() < many.len());
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
