//! Requests as people name them: by the beginning of an id or, because ids begin with the time and those
//! asked together begin alike, by its end. Invariant: what names more than one request names none.

use std::collections::BTreeMap;

use super::exit::Exit;
use super::failure::Failure;
use super::session::Session;
use crate::api::page::MAX_LIMIT;
use crate::api::problem::ProblemKind;
use crate::api::request::{Filter, Request};
use crate::domain::id::RequestId;
use crate::domain::untrusted::safe;

/// As many as it takes to show that there is more than one, and which.
const ENOUGH: u32 = 3;
/// An ending is at least this long.
const SHORTEST_ENDING: usize = 4;
/// A list shows no less of an id than this.
const SHOWN: usize = 6;
/// What a list writes where it left the beginning of an id out.
const LEFT_OUT: char = '…';
const LOOKS: &str =
    "ids look like req_01k3…; `signoff list` shows them, and 4 characters of their end will do";

/// What was given of an id.
#[derive(Debug, PartialEq, Eq)]
enum Given {
    Whole(RequestId),
    /// One of both at least.
    Part {
        beginning: Option<String>,
        ending: Option<String>,
    },
}

/// The request that is named so.
pub async fn resolve(session: &Session, text: &str) -> Result<RequestId, Failure> {
    let (beginning, ending) = match given(text)? {
        Given::Whole(id) => return Ok(id),
        Given::Part { beginning, ending } => (beginning, ending),
    };
    let mut found = BTreeMap::new();
    if beginning.is_some() {
        let filter = Filter {
            id: beginning,
            limit: Some(ENOUGH),
            ..Filter::default()
        };
        found.extend(list(session, filter).await?);
    }
    if let Some(ending) = ending {
        // What waits is what is decided about, however much has been asked since.
        for status in [Some("pending".to_owned()), None] {
            let filter = Filter {
                status,
                limit: Some(MAX_LIMIT),
                ..Filter::default()
            };
            let mut listed = list(session, filter).await?;
            listed.retain(|(id, _)| id.to_string().ends_with(&ending));
            found.extend(listed);
        }
    }
    let mut ids = found.keys();
    match (ids.next(), ids.next()) {
        (Some(one), None) => Ok(*one),
        (None, _) => Err(Failure::new(
            Exit::Other,
            format!(
                "no request that you may see begins with {0}, and none of the newest {MAX_LIMIT} ends with it",
                safe(text)
            ),
        )
        .hint(EVERYTHING)),
        _ => Err(ambiguous(text, found.values())),
    }
}

const EVERYTHING: &str = "`signoff list --status all` shows them, newest first";

async fn list(session: &Session, filter: Filter) -> Result<Vec<(RequestId, Request)>, Failure> {
    let page = session
        .call(async |client| client.requests(&filter).await)
        .await?;
    let with_id = |request: Request| (request.id, request);
    Ok(page.items.into_iter().map(with_id).collect())
}

fn ambiguous<'a>(text: &str, found: impl Iterator<Item = &'a Request>) -> Failure {
    let mut message = format!("{} names more than one request:", safe(text));
    for request in found.take(ENOUGH as usize) {
        let what = request.headline.plain_line();
        message.push_str(&format!(
            "\n  {}  {} {what}",
            request.id,
            request.status.word()
        ));
    }
    Failure::usage(message).hint("give more of the id; its end tells requests apart soonest")
}

/// The same failure; where there is no such request, it says where to look.
pub fn unknown(failure: Failure) -> Failure {
    match failure.is(ProblemKind::NotFound) {
        true => failure.hint(EVERYTHING),
        false => failure,
    }
}

/// People see as much of an id as it takes; a script, which has no width, gets all of it.
pub fn fitted(ids: &[RequestId], width: Option<usize>) -> Vec<String> {
    match width {
        Some(_) => shortened(ids),
        None => ids.iter().map(ToString::to_string).collect(),
    }
}

/// These ids as a list on a terminal shows them: the end of each, as long as it takes to tell them apart.
fn shortened(ids: &[RequestId]) -> Vec<String> {
    let reversed = |id: &RequestId| id.to_string().bytes().rev().collect::<Vec<u8>>();
    let mut from_the_end: Vec<Vec<u8>> = ids.iter().map(reversed).collect();
    from_the_end.sort_unstable();
    from_the_end.dedup();
    let shared = |pair: &[Vec<u8>]| {
        let pairs = pair[0].iter().zip(&pair[1]);
        pairs.take_while(|(one, other)| one == other).count()
    };
    let longest = from_the_end.windows(2).map(shared).max().unwrap_or(0);
    let shown = SHOWN.max(longest + 1);
    let short = |id: &RequestId| {
        let id = id.to_string();
        format!("{LEFT_OUT}{}", &id[id.len() - shown..])
    };
    ids.iter().map(short).collect()
}

/// What a text says of an id, written as ids are written.
fn given(text: &str) -> Result<Given, Failure> {
    let lower = text.to_ascii_lowercase();
    if let Ok(id) = lower.parse() {
        return Ok(Given::Whole(id));
    }
    let (beginning, ending) = if let Some(end) = lower.strip_prefix(LEFT_OUT) {
        (None, Some(end))
    } else if lower.starts_with(RequestId::PREFIX) {
        (Some(lower.clone()), None)
    } else {
        (
            Some(format!("{}{lower}", RequestId::PREFIX)),
            Some(lower.as_str()),
        )
    };
    let is_beginning =
        |text: &String| text.len() > RequestId::PREFIX.len() && RequestId::range(text).is_some();
    let is_ending = |text: &&str| {
        // Behind a zero, whatever an id may end with begins one.
        let digits = format!("{}0{text}", RequestId::PREFIX);
        text.len() >= SHORTEST_ENDING && RequestId::range(&digits).is_some()
    };
    match (
        beginning.filter(is_beginning),
        ending.filter(is_ending).map(str::to_owned),
    ) {
        (None, None) => Err(Failure::usage(format!(
            "“{}” is no part of a request's id",
            safe(text)
        ))
        .hint(LOOKS)),
        (beginning, ending) => Ok(Given::Part { beginning, ending }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::sample::{asked, sessions};

    #[tokio::test]
    async fn either_end_of_an_id_names_its_request_unless_it_names_several() {
        let home = tempfile::tempdir().unwrap();
        let (agent, person) = sessions(&home);
        let (one, other) = (
            asked(&agent, "one").await.id,
            asked(&agent, "other").await.id,
        );
        for id in [one, other] {
            let text = id.to_string();
            for named in [
                &text[..],
                &text["req_".len()..],
                &text[text.len() - 10..],
                &format!("…{}", &text[text.len() - 10..]),
                &text[..text.len() - 1],
            ] {
                assert_eq!(resolve(&person, named).await.unwrap(), id, "{named}");
            }
        }
        let shared = &one.to_string()["req_".len().."req_".len() + 4];
        let several = resolve(&person, shared).await.unwrap_err();
        assert_eq!(several.exit(), Exit::Usage);
        let report = several.report().unwrap();
        for id in [one, other] {
            assert!(report.contains(&id.to_string()), "{report}");
        }
        let nobody = resolve(&person, "…0000000000").await.unwrap_err();
        assert_eq!(nobody.exit(), Exit::Other);
        agent.close().await.unwrap();
        person.close().await.unwrap();
    }

    #[test]
    fn shortened_ids_are_told_apart_by_their_end() {
        let of = |ids: &[&str]| {
            let ids: Vec<RequestId> = ids.iter().map(|id| id.parse().unwrap()).collect();
            shortened(&ids)
        };
        let one = "req_01kaghd3g1ea8tap6w7rc6kdj8";
        assert_eq!(of(&[]), [""; 0]);
        assert_eq!(of(&[one]), ["…c6kdj8"]);
        assert_eq!(of(&[one, one]), ["…c6kdj8", "…c6kdj8"]);
        assert_eq!(
            of(&[one, "req_01kaghd3g1ea8tap6w7rc6kdjg"]),
            ["…c6kdj8", "…c6kdjg"]
        );
        assert_eq!(
            of(&["req_01kaghd3g1ea8tap6w6rc6kdj8", one]),
            ["…6rc6kdj8", "…7rc6kdj8"]
        );
        assert_eq!(
            of(&["req_11kaghd3g1ea8tap6w7rc6kdj8", one])[1],
            "…01kaghd3g1ea8tap6w7rc6kdj8"
        );
    }

    #[test]
    fn an_id_may_be_given_whole_by_its_beginning_or_by_its_end() {
        let part = |beginning: Option<&str>, ending: Option<&str>| Given::Part {
            beginning: beginning.map(str::to_owned),
            ending: ending.map(str::to_owned),
        };
        let whole = "req_01kaghd3g1ea8tap6w7rc6kdj8";
        for (text, expected) in [
            (whole, Given::Whole(whole.parse().unwrap())),
            (
                "REQ_01KAGHD3G1EA8TAP6W7RC6KDJ8",
                Given::Whole(whole.parse().unwrap()),
            ),
            ("01k", part(Some("req_01k"), None)),
            ("req_01K3", part(Some("req_01k3"), None)),
            ("01K3", part(Some("req_01k3"), Some("01k3"))),
            ("gem0xd", part(None, Some("gem0xd"))),
            ("…GEM0XD", part(None, Some("gem0xd"))),
            ("…01k3", part(None, Some("01k3"))),
            (&whole[4..], part(Some(whole), None)),
        ] {
            assert_eq!(given(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_part_of_an_id_is_refused_with_what_one_looks_like() {
        for bad in [
            "",
            "req_",
            "…",
            "…xyz",
            "zzz",
            "../x",
            "01k 3",
            "01%k",
            "ilou",
            "\u{202e}01ka",
        ] {
            let failure = given(bad).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage, "{bad}");
            let report = failure.report().unwrap();
            assert!(!report.contains('\u{202e}'));
            assert!(report.contains("ids look like"), "{report}");
        }
    }
}
