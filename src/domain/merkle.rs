//! The tree over the log: RFC 6962, section 2.1. Leaves and inner nodes are hashed in domains of their
//! own (0x00, 0x01), so neither can pass for the other, and one root covers every entry and its place.
//!
//! A [`Frontier`] is what has to be kept to go on: the roots of the perfect subtrees that the leaves so
//! far fall into, one for each binary digit 1 of their number. A leaf costs a few hashes, however many
//! came before.

mod path;

use sha2::{Digest as _, Sha256};

pub use path::{Witness, root_over};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of one entry.
pub fn leaf(entry: &[u8]) -> Hash {
    hash(&[&[0x00], entry])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hash(&[&[0x01], left, right])
}

fn hash(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// A tree as far as it has grown, without its leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the perfect subtrees from left to right, so the largest first.
    peaks: Vec<Hash>,
}

/// Hashes that are no frontier of a tree of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{hashes} bytes are no frontier of a tree of {size} leaves")]
pub struct BadFrontier {
    size: u64,
    hashes: usize,
}

impl Frontier {
    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf on the right.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        // Each 1 at the end of the size is a perfect tree that this leaf completes to the next larger.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each 1 of the size");
            root = node(&left, &root);
        }
        self.peaks.push(root);
        self.size += 1;
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => hash(&[]),
            Some(last) => peaks.fold(*last, |right, left| node(left, &right)),
        }
    }

    /// What has to be kept beside the size to go on with it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.peaks.concat()
    }

    /// Goes on with what was kept.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, BadFrontier> {
        let (peaks, rest) = bytes.as_chunks::<32>();
        if !rest.is_empty() || peaks.len() != size.count_ones() as usize {
            return Err(BadFrontier {
                size,
                hashes: bytes.len(),
            });
        }
        Ok(Self {
            size,
            peaks: peaks.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;
    use proptest::prelude::*;

    use super::*;

    /// The tree as section 2.1 of RFC 6962 defines it, word for word.
    fn defined(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [] => hash(&[]),
            [entry] => leaf(entry),
            entries => {
                let mut k = 1;
                while k * 2 < entries.len() {
                    k *= 2;
                }
                node(&defined(&entries[..k]), &defined(&entries[k..]))
            }
        }
    }

    fn grown(entries: &[Vec<u8>]) -> Frontier {
        let mut frontier = Frontier::default();
        for entry in entries {
            frontier.push(leaf(entry));
        }
        frontier
    }

    /// The eight entries that implementations of Certificate Transparency are tried with.
    #[test]
    fn the_known_roots_of_known_entries_come_out() {
        let entries = [
            "",
            "00",
            "10",
            "2021",
            "3031",
            "40414243",
            "5051525354555657",
            "606162636465666768696a6b6c6d6e6f",
        ];
        let roots = [
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let entries = entries.map(|entry| HEXLOWER.decode(entry.as_bytes()).unwrap());
        for (size, root) in roots.iter().enumerate() {
            let frontier = grown(&entries[..size]);
            assert_eq!(frontier.size(), size as u64);
            assert_eq!(HEXLOWER.encode(&frontier.root()), *root, "{size}");
        }
    }

    #[test]
    fn an_entry_that_looks_like_a_node_is_none() {
        let entries = [b"one".to_vec(), b"two".to_vec()];
        let forged = [&[0x01][..], &leaf(b"one"), &leaf(b"two")].concat();
        assert_ne!(grown(&entries).root(), grown(&[forged]).root());
    }

    proptest! {
        #[test]
        fn it_grows_into_the_tree_of_the_definition(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..70),
            kept in 0_usize..70,
        ) {
            let kept = kept.min(entries.len());
            let before = grown(&entries[..kept]);
            let mut after = Frontier::from_bytes(before.size(), &before.to_bytes()).unwrap();
            prop_assert_eq!(&after, &before);
            for entry in &entries[kept..] {
                after.push(leaf(entry));
            }
            prop_assert_eq!(after.root(), defined(&entries));
            prop_assert_eq!(after, grown(&entries));
        }

        #[test]
        fn whatever_is_changed_changes_the_root(
            entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 1..40),
            at in any::<prop::sample::Index>(),
        ) {
            let root = defined(&entries);
            let at = at.index(entries.len());
            let mut flipped = entries.clone();
            flipped[at].push(0);
            prop_assert_ne!(grown(&flipped).root(), root);
            let mut dropped = entries.clone();
            dropped.remove(at);
            prop_assert_ne!(grown(&dropped).root(), root);
            let mut doubled = entries.clone();
            doubled.insert(at, entries[at].clone());
            prop_assert_ne!(grown(&doubled).root(), root);
            if entries[at] != entries[0] {
                let mut swapped = entries.clone();
                swapped.swap(0, at);
                prop_assert_ne!(grown(&swapped).root(), root);
            }
        }
    }

    #[test]
    fn what_was_not_kept_whole_is_refused() {
        let frontier = grown(&[b"one".to_vec(), b"two".to_vec(), b"three".to_vec()]);
        let bytes = frontier.to_bytes();
        assert!(Frontier::from_bytes(3, &bytes[1..]).is_err());
        assert!(Frontier::from_bytes(3, &bytes[32..]).is_err());
        assert!(Frontier::from_bytes(4, &bytes).is_err());
        assert!(Frontier::from_bytes(0, &[]).is_ok());
    }
}
