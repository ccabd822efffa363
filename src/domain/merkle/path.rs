//! Audit paths: the hashes that lead from one entry to the root, so that it can be shown to be in a tree
//! to somebody who has only the root (RFC 6962, section 2.1.1; checked as RFC 9162, section 2.1.3.2, says).

use super::{Hash, hash, node};

/// A tree that grows, with the paths of some of its leaves. It keeps as little of the others as a
/// [`Frontier`](super::Frontier) does.
#[derive(Debug, Default)]
pub struct Witness {
    size: u64,
    peaks: Vec<Peak>,
    /// The index of each leaf that is watched, and its path so far.
    watched: Vec<(u64, Vec<Hash>)>,
}

/// A subtree: the index of its first leaf, and its root.
#[derive(Debug, Clone, Copy)]
struct Peak {
    first: u64,
    root: Hash,
}

impl Witness {
    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf on the right, and keeps its path if it is `watched`.
    pub fn push(&mut self, leaf: Hash, watched: bool) {
        let first = self.size;
        if watched {
            self.watched.push((first, Vec::new()));
        }
        let mut peak = Peak { first, root: leaf };
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each 1 of the size");
            peak = self.join(left, peak);
        }
        self.peaks.push(peak);
        self.size += 1;
    }

    /// The root, and the path of each leaf that was watched, in their order.
    pub fn finish(mut self) -> (Hash, Vec<Vec<Hash>>) {
        let Some(mut right) = self.peaks.pop() else {
            return (hash(&[]), Vec::new());
        };
        while let Some(left) = self.peaks.pop() {
            right = self.join(left, right);
        }
        let paths = self.watched.into_iter().map(|(_, path)| path);
        (right.root, paths.collect())
    }

    /// Two neighbours as one: for the leaves of each the other lies on the way to the root.
    fn join(&mut self, left: Peak, right: Peak) -> Peak {
        let watched = self.watched.iter_mut().rev();
        for (index, path) in watched.take_while(|(index, _)| *index >= left.first) {
            path.push(match *index < right.first {
                true => right.root,
                false => left.root,
            });
        }
        Peak {
            first: left.first,
            root: node(&left.root, &right.root),
        }
    }
}

/// The root of the tree of `size` leaves in which the path leads from this leaf, at this index; none
/// where no tree has such a path.
pub fn root_over(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut root = leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            root = node(beside, &root);
            // Up to where there is a neighbour on the left; further right there is none.
            let up = at.trailing_zeros();
            at = at.checked_shr(up).unwrap_or(0);
            last = last.checked_shr(up).unwrap_or(0);
        } else {
            root = node(&root, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Frontier, leaf};
    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    fn witnessed(leaves: &[Hash]) -> (Hash, Vec<Vec<Hash>>) {
        let mut tree = Witness::default();
        for leaf in leaves {
            tree.push(*leaf, true);
        }
        tree.finish()
    }

    #[test]
    fn every_leaf_of_every_small_tree_has_a_path_to_its_root() {
        for size in 0..40 {
            let leaves = leaves(size);
            let mut grown = Frontier::default();
            leaves.iter().for_each(|leaf| grown.push(*leaf));
            let (root, paths) = witnessed(&leaves);
            assert_eq!(root, grown.root(), "{size}");
            for ((index, leaf), path) in (0..).zip(&leaves).zip(&paths) {
                assert_eq!(root_over(*leaf, index, size, path), Some(root));
            }
        }
    }

    /// The seven leaves of the example in RFC 6962, section 2.1.3, with the paths that it gives.
    #[test]
    fn the_paths_of_the_example_come_out() {
        let leaves = leaves(7);
        let [a, b, c, d, e, f, j] = <[Hash; 7]>::try_from(leaves.clone()).unwrap();
        let (g, h, i) = (node(&a, &b), node(&c, &d), node(&e, &f));
        let (k, l) = (node(&g, &h), node(&i, &j));
        let (root, paths) = witnessed(&leaves);
        assert_eq!(root, node(&k, &l));
        assert_eq!(paths[0], [b, h, l]);
        assert_eq!(paths[3], [c, g, l]);
        assert_eq!(paths[4], [f, j, k]);
        assert_eq!(paths[6], [i, k]);
    }

    proptest! {
        #[test]
        fn a_path_leads_nowhere_from_another_leaf_place_or_size(
            size in 1_u64..200,
            at in any::<prop::sample::Index>(),
            other in any::<prop::sample::Index>(),
        ) {
            let leaves = leaves(size);
            let (root, paths) = witnessed(&leaves);
            let (index, other) = (at.index(leaves.len()), other.index(leaves.len()));
            let (leaf, path) = (leaves[index], &paths[index]);
            let place = index as u64;
            prop_assert_eq!(root_over(leaf, place, size, path), Some(root));
            if other != index {
                prop_assert_ne!(root_over(leaf, other as u64, size, path), Some(root));
                prop_assert_ne!(root_over(leaves[other], place, size, path), Some(root));
            }
            prop_assert_eq!(root_over(leaf, size, size, path), None);
            let mut longer = path.clone();
            longer.push(leaf);
            prop_assert_eq!(root_over(leaf, place, size, &longer), None);
            for gone in 0..path.len() {
                let mut shorter = path.clone();
                shorter.remove(gone);
                prop_assert_ne!(root_over(leaf, place, size, &shorter), Some(root));
            }
        }
    }
}
