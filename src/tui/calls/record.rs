//! The proof of one record: the gate gives what the log has about a request and the way from each entry to
//! the root, and every hash of it is made here.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::api::audit::{Proof, ProofEntry};
use crate::client::{Client, ClientError};
use crate::domain::actor::Actor;
use crate::domain::checkpoint::PublicKey;
use crate::domain::id::{ActionName, AgentId, RequestId};
use crate::domain::merkle::{Hash, leaf, root_over};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::proof::{AskedEntry, Proven, ProvenEntry, Says};

/// What is read of an entry's body.
#[derive(Deserialize)]
struct Body {
    at: At,
    kind: Untrusted,
    actor: Actor,
    request: Option<RequestId>,
    data: Box<RawValue>,
}

#[derive(Deserialize)]
struct Asker {
    action: ActionName,
    agent: AgentId,
}

/// What an entry says that a screen shows; of other kinds it is enough that they are there.
fn says(kind: &str, data: &str) -> Result<Says, serde_json::Error> {
    Ok(match kind {
        "request.asked" | "request.allowed" | "request.denied" => {
            let Asker { action, agent } = serde_json::from_str(data)?;
            Says::Asked(AskedEntry {
                action,
                agent,
                what: serde_json::from_str(data)?,
            })
        }
        "request.edited" => Says::Edited(serde_json::from_str(data)?),
        "request.approved" | "request.rejected" | "request.answered" | "request.expired"
        | "request.cancelled" => Says::Settled(serde_json::from_str(data)?),
        _ => Says::Other,
    })
}

/// Asks for the proof of a record, and says what is right about it, or what isn't.
pub async fn prove_record(
    client: &Client,
    id: RequestId,
) -> Result<Result<Proven, String>, ClientError> {
    let (proof, key) = tokio::try_join!(client.proof(id), client.log_key())?;
    Ok(check(&proof, &key.key, id))
}

fn check(proof: &Proof, key: &str, id: RequestId) -> Result<Proven, String> {
    let key: PublicKey = key
        .parse()
        .map_err(|_| "the gate has no key that checks its log")?;
    let signed = key
        .open(&proof.head.checkpoint)
        .map_err(|error| error.to_string())?;
    if proof.entries.is_empty() {
        return Err("the log has no entry about it".to_owned());
    }
    let mut entries: Vec<ProvenEntry> = Vec::new();
    for entry in &proof.entries {
        let position = entry.position;
        if entries
            .last()
            .is_some_and(|before| before.position >= position)
        {
            return Err(format!(
                "entry {position} doesn't come after the one before"
            ));
        }
        let leads = follow(entry, signed.size);
        if leads != Some(signed.root) {
            return Err(format!("entry {position} isn't in the log that is signed"));
        }
        let body: Body = serde_json::from_str(entry.body.text())
            .map_err(|_| format!("entry {position} can't be read"))?;
        if body.request != Some(id) {
            return Err(format!("entry {position} is about something else"));
        }
        let says = says(body.kind.raw_for_execution(), body.data.get())
            .map_err(|_| format!("what entry {position} says can't be read"))?;
        entries.push(ProvenEntry {
            position,
            leaf: HEXLOWER.encode(&leaf(entry.body.text().as_bytes())),
            at: body.at,
            kind: body.kind,
            by: body.actor.to_string(),
            says,
        });
    }
    Ok(Proven {
        size: signed.size,
        root: HEXLOWER.encode(&signed.root),
        signer: key.name().to_owned(),
        entries,
    })
}

/// Where the path leads from the entry as it stands here.
fn follow(entry: &ProofEntry, size: u64) -> Option<Hash> {
    let index = entry.position.checked_sub(1)?;
    let hash = |text: &String| {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        Hash::try_from(bytes).ok()
    };
    let path: Vec<Hash> = entry.path.iter().map(hash).collect::<Option<_>>()?;
    root_over(leaf(entry.body.text().as_bytes()), index, size, &path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::audit::Head;
    use crate::domain::checkpoint::LogKey;
    use crate::domain::merkle::Witness;
    use crate::domain::raw::RawJson;

    fn id(n: u8) -> RequestId {
        RequestId::from_bytes([n; 16])
    }

    fn body(n: u8, kind: &str) -> String {
        let data = match kind {
            "request.asked" => {
                json!({"action": "payment.send", "agent": "billing-bot", "recipients": [],
                "digest": format!("sha256:{:064x}", 1), "headline": "pay Bob 10"})
            }
            kind => {
                json!({"decision": kind.strip_prefix("request."), "by": "omar", "reason": null})
            }
        };
        format!(
            "{{\"at\":\"2026-11-20T13:51:20Z\",\"kind\":\"{kind}\",\"actor\":\"omar\",\"request\":\"{}\",\"data\":{data}}}",
            id(n)
        )
    }

    /// A log of five entries, of which the second and the fourth are about the request 1.
    fn proof(key: &LogKey) -> Proof {
        let bodies = [
            body(2, "request.asked"),
            body(1, "request.asked"),
            body(2, "request.expired"),
            body(1, "request.rejected"),
            body(3, "request.asked"),
        ];
        let mut tree = Witness::default();
        for (at, body) in bodies.iter().enumerate() {
            tree.push(leaf(body.as_bytes()), at % 2 == 1);
        }
        let (root, paths) = tree.finish();
        let entries = [2_u64, 4].into_iter().zip(paths).map(|(position, path)| {
            let body = &bodies[usize::try_from(position).unwrap() - 1];
            ProofEntry {
                position,
                leaf: HEXLOWER.encode(&leaf(body.as_bytes())),
                body: RawJson::from_text(body.clone()).unwrap(),
                path: path.iter().map(|hash| HEXLOWER.encode(hash)).collect(),
            }
        });
        Proof {
            entries: entries.collect(),
            head: Head {
                size: 5,
                root: HEXLOWER.encode(&root),
                checkpoint: key.sign(5, root),
            },
        }
    }

    #[test]
    fn what_is_in_the_signed_log_is_verified_and_whatever_is_changed_is_not() {
        let key = LogKey::from_seed([7; 32]);
        let public = key.public().to_string();
        let good = check(&proof(&key), &public, id(1)).unwrap();
        assert_eq!(good.size, 5);
        assert_eq!(good.entries[1].position, 4);
        assert_eq!(good.entries[1].kind.plain_line(), "request.rejected");
        assert!(
            matches!(&good.entries[0].says, Says::Asked(asked) if asked.what.headline.plain_line() == "pay Bob 10")
        );
        assert!(
            matches!(&good.entries[1].says, Says::Settled(settled) if settled.by.to_string() == "omar")
        );

        type Harm = fn(&mut Proof);
        let harms: [(Harm, &str); 7] = [
            (|proof| proof.entries[1].position = 5, "entry 5 isn't in"),
            (|proof| proof.entries[1].position = 2, "doesn't come after"),
            (
                |proof| {
                    let text = proof.entries[1].body.text().replace("rejected", "approved");
                    proof.entries[1].body = RawJson::from_text(text).unwrap();
                },
                "entry 4 isn't in",
            ),
            (
                |proof| drop(proof.entries[0].path.pop()),
                "entry 2 isn't in",
            ),
            (
                |proof| proof.entries[0].path[0].replace_range(0..1, "x"),
                "entry 2 isn't in",
            ),
            (|proof| proof.entries.clear(), "has no entry about it"),
            (
                |proof| {
                    let other = LogKey::from_seed([8; 32]);
                    proof.head.checkpoint = other.sign(5, [0; 32]);
                },
                "another key",
            ),
        ];
        for (harm, expected) in harms {
            let mut harmed = proof(&key);
            harm(&mut harmed);
            let why = check(&harmed, &public, id(1)).unwrap_err();
            assert!(why.contains(expected), "{expected}: {why}");
        }
        let why = check(&proof(&key), &public, id(2)).unwrap_err();
        assert!(why.contains("about something else"), "{why}");
        assert!(check(&proof(&key), "no key", id(1)).is_err());
    }
}
