//! The log held against what is signed: every entry is hashed here, not believed.

use data_encoding::HEXLOWER;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::{Client, ClientError};
use crate::domain::checkpoint::PublicKey;
use crate::domain::merkle::{Frontier, leaf};
use crate::tui::state::settings::Proof;

/// A line of the log as the gate gives it out. The body stands in it as its hash covers it.
#[derive(Deserialize)]
struct Line<'a> {
    position: u64,
    leaf: &'a str,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// Reads the log up to the head that is signed now, and compares.
pub async fn prove(client: &Client) -> Proof {
    match compare(client).await {
        Ok(size) => Proof::Good(size),
        Err(why) => Proof::Bad(why),
    }
}

async fn compare(client: &Client) -> Result<u64, String> {
    let said = |error: ClientError| error.to_string();
    let head = client.log_head().await.map_err(said)?;
    let key = client.log_key().await.map_err(said)?;
    let key: PublicKey = key
        .key
        .parse()
        .map_err(|_| "the gate has no key that checks its log")?;
    let signed = key
        .open(&head.checkpoint)
        .map_err(|error| error.to_string())?;
    let mut tree = Frontier::default();
    let mut lines = client.log(0).await.map_err(said)?;
    let mut left = Vec::new();
    while tree.size() < signed.size {
        let Some(bytes) = lines.next().await.map_err(said)? else {
            return Err(format!(
                "the log ends at {}, and {} are signed",
                tree.size(),
                signed.size
            ));
        };
        left.extend_from_slice(&bytes);
        let mut start = 0;
        while let Some(length) = left[start..].iter().position(|byte| *byte == b'\n') {
            if tree.size() < signed.size {
                add(&mut tree, &left[start..start + length])?;
            }
            start += length + 1;
        }
        left.drain(..start);
    }
    match tree.root() == signed.root {
        true => Ok(signed.size),
        false => Err("its entries don't give the root that is signed".to_owned()),
    }
}

fn add(tree: &mut Frontier, line: &[u8]) -> Result<(), String> {
    let expected = tree.size() + 1;
    let entry: Line<'_> = serde_json::from_slice(line)
        .map_err(|_| format!("entry {expected} is not one of a log"))?;
    if entry.position != expected {
        return Err(format!(
            "entry {} stands where {expected} should",
            entry.position
        ));
    }
    let hash = leaf(entry.body.get().as_bytes());
    if HEXLOWER.encode(&hash) != entry.leaf {
        return Err(format!("entry {expected} isn't what was hashed"));
    }
    tree.push(hash);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(position: u64, hashed: &str, body: &str) -> String {
        let leaf = HEXLOWER.encode(&leaf(hashed.as_bytes()));
        format!("{{\"position\":{position},\"leaf\":\"{leaf}\",\"body\":{body}}}")
    }

    #[test]
    fn an_entry_counts_only_in_its_place_and_as_it_was_hashed() {
        let mut tree = Frontier::default();
        add(&mut tree, line(1, "{\"a\": 1}", "{\"a\": 1}").as_bytes()).unwrap();
        let mut by_hand = Frontier::default();
        by_hand.push(leaf(b"{\"a\": 1}"));
        assert_eq!(tree.root(), by_hand.root());
        let why = add(&mut tree, line(3, "{}", "{}").as_bytes()).unwrap_err();
        assert!(why.contains("entry 3 stands where 2 should"), "{why}");
        let why = add(&mut tree, line(2, "{}", "{\"b\":2}").as_bytes()).unwrap_err();
        assert!(why.contains("isn't what was hashed"), "{why}");
        assert!(add(&mut tree, b"nothing").is_err());
        assert_eq!(tree.size(), 1);
    }
}
