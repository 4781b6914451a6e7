//! Leaves of a document: the smallest things that can be lost. A reader numbers them in document order, so that a
//! set of them is a few ranges instead of a list of paths, and "each leaf in exactly one row" is a bitmap.

use std::ops::Range;

/// A set of leaves of one input, as ascending ranges of leaf numbers (0-based, document order).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaves(Vec<Range<u32>>);

impl Leaves {
    /// The leaf with the lowest number.
    pub fn first(&self) -> Option<u32> {
        self.0.first().map(|r| r.start)
    }

    /// All leaf numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// Number of leaves.
    pub fn len(&self) -> usize {
        self.0.iter().map(|r| (r.end - r.start) as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, leaf: u32) {
        match self.0.last_mut() {
            Some(last) if last.end == leaf => last.end += 1,
            _ => self.0.push(leaf..leaf + 1),
        }
    }
}

/// Hands out leaves, each once. Whatever a reader does not claim is still there at the end and becomes `unread`, so
/// nothing can be lost by forgetting it.
#[derive(Debug)]
pub struct Unclaimed {
    free: Vec<u64>,
    count: u32,
}

impl Unclaimed {
    /// All leaves of a document with `count` leaves.
    pub fn new(count: u32) -> Self {
        Self { free: vec![u64::MAX; (count as usize).div_ceil(64)], count }
    }

    fn take_one(&mut self, leaf: u32) -> bool {
        if leaf >= self.count {
            return false;
        }
        let (word, bit) = ((leaf / 64) as usize, leaf % 64);
        self.free.get_mut(word).is_some_and(|w| {
            let was = *w >> bit & 1 == 1;
            *w &= !(1 << bit);
            was
        })
    }

    /// Claims what is still free in these ranges.
    pub fn claim(&mut self, wanted: impl IntoIterator<Item = Range<u32>>) -> Leaves {
        let mut numbers: Vec<u32> =
            wanted.into_iter().flatten().filter(|&leaf| self.take_one(leaf)).collect();
        numbers.sort_unstable();
        let mut leaves = Leaves::default();
        for leaf in numbers {
            leaves.push(leaf);
        }
        leaves
    }

    /// Claims one leaf.
    pub fn claim_one(&mut self, leaf: u32) -> Leaves {
        self.claim(std::iter::once(leaf..leaf.saturating_add(1)))
    }

    /// The leaves that nobody claimed, ascending.
    pub fn rest(&self) -> impl Iterator<Item = u32> + '_ {
        let of_word = |(i, &word): (usize, &u64)| {
            let base = i as u32 * 64;
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| base + bit)
        };
        self.free
            .iter()
            .enumerate()
            .filter(|(_, w)| **w != 0)
            .flat_map(of_word)
            .take_while(|&l| l < self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leaf_is_handed_out_once() {
        let mut all = Unclaimed::new(130);
        let first = all.claim([3..6, 64..66]);
        assert_eq!(first.iter().collect::<Vec<_>>(), [3, 4, 5, 64, 65]);
        let second = all.claim(std::iter::once(4..8));
        assert_eq!(second.iter().collect::<Vec<_>>(), [6, 7]);
        assert!(all.claim_one(5).is_empty());
        assert_eq!(all.rest().count(), 130 - 7);
        assert_eq!(all.rest().last(), Some(129));
        assert!(all.claim_one(130).is_empty());
    }
}
