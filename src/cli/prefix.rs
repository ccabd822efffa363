//! Requests named by the beginning of their id, as long as it names one only.

use super::exit::Exit;
use super::failure::Failure;
use super::session::Session;
use crate::api::request::Filter;
use crate::domain::id::RequestId;
use crate::domain::untrusted::safe;

/// As many as it takes to show that there is more than one, and which.
const ENOUGH: u32 = 3;

/// The request whose id begins so.
pub async fn resolve(session: &Session, text: &str) -> Result<RequestId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let filter = Filter {
        id: Some(beginning(text)?),
        limit: Some(ENOUGH),
        ..Filter::default()
    };
    let found = session
        .call(async |client| client.requests(&filter).await)
        .await?
        .items;
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => Err(Failure::new(
            Exit::Other,
            format!("no request that you may see begins with {text}"),
        )
        .hint("`signoff list --status all` shows them, newest first")),
        several => {
            let mut message = format!("{text} is the beginning of more than one request:");
            for request in several {
                let what = request.headline.plain_line();
                message.push_str(&format!(
                    "\n  {}  {} {what}",
                    request.id,
                    request.status.word()
                ));
            }
            Err(Failure::usage(message).hint("give more of the id"))
        }
    }
}

/// How much of each of these ids tells them apart, and probably from every other one: ids begin with the
/// millisecond in which they were made.
pub fn telling(ids: impl Iterator<Item = RequestId>) -> usize {
    const MILLISECOND: usize = RequestId::PREFIX.len() + 10;
    let mut ids: Vec<String> = ids.map(String::from).collect();
    ids.sort_unstable();
    let shared = |pair: &[String]| {
        let pairs = pair[0].bytes().zip(pair[1].bytes());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let longest = ids.windows(2).map(shared).max().unwrap_or(0);
    MILLISECOND.max(longest + 1)
}

/// The beginning of an id in the form in which ids are written.
fn beginning(text: &str) -> Result<String, Failure> {
    let rest = text.strip_prefix(RequestId::PREFIX).unwrap_or(text);
    if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Failure::usage(format!(
            "“{}” is not the beginning of a request's id",
            safe(text)
        ))
        .hint("ids look like req_01k3…; `signoff list` shows them"));
    }
    Ok(format!(
        "{}{}",
        RequestId::PREFIX,
        rest.to_ascii_lowercase()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_ids_are_told_apart() {
        let of = |ids: &[&str]| telling(ids.iter().map(|id| id.parse().unwrap()));
        let one = "req_01kaghd3g1ea8tap6w7rc6kdj8";
        assert_eq!(of(&[]), 14);
        assert_eq!(of(&[one]), 14);
        assert_eq!(of(&[one, "req_01kaghd3g2ea8tap6w7rc6kdj8"]), 14);
        assert_eq!(of(&[one, "req_01kaghd3g1ea8tbp6w7rc6kdj8"]), 19);
        assert_eq!(of(&[one, "req_01kaghd3g1ea8tap6w7rc6kdjg"]), 30);
    }

    #[test]
    fn the_beginning_of_an_id_is_written_in_one_way() {
        for text in ["req_01k3", "01k3", "01K3", "req_01K3"] {
            assert_eq!(beginning(text).unwrap(), "req_01k3", "{text}");
        }
        for bad in ["", "req_", "../x", "01k 3", "01%k", "\u{202e}01"] {
            let report = beginning(bad).unwrap_err().report().unwrap();
            assert!(!report.contains('\u{202e}'));
        }
    }
}
