//! Strings that begin one another, sorted, each with the longest other one that it begins with. The strings that a given
//! one begins with are then found by one search and a climb: the last string that is not greater, and what it begins with.
//!
//! ```text
//! C:\          ◀─┐
//! C:\Data\     ◀─┤ asked for C:\Data\x\y.log: the search ends here …
//! C:\Data\x\   ──┘ … no, here; then C:\Data\, then C:\
//! C:\Tmp\
//! ```

use std::borrow::Cow;

/// Sorted strings with the next shorter beginning of each.
pub(super) struct Nest<'k> {
    keys: Vec<Cow<'k, [u8]>>,
    parent: Vec<Option<usize>>,
}

impl<'k> Nest<'k> {
    /// From strings in order, without repeats.
    pub(super) fn of(keys: Vec<Cow<'k, [u8]>>) -> Self {
        let mut parent = Vec::with_capacity(keys.len());
        let mut open: Vec<usize> = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            while open.last().and_then(|last| keys.get(*last)).is_some_and(|last| !key.starts_with(last)) {
                open.pop();
            }
            parent.push(open.last().copied());
            open.push(at);
        }
        Self { keys, parent }
    }

    /// The strings that `text` begins with, longest first, as positions; at most `most` are looked at.
    pub(super) fn beginnings<'n>(&'n self, text: &'n [u8], most: usize) -> impl Iterator<Item = usize> + 'n {
        let last = self.keys.partition_point(|key| **key <= *text).checked_sub(1);
        std::iter::successors(last, |at| self.parent.get(*at).copied().flatten())
            .take(most)
            .filter(|at| self.keys.get(*at).is_some_and(|key| text.starts_with(key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_climb_finds_what_a_walk_finds() {
        let all = ["", "a", "ab", "abc", "abd", "abdz", "ac", "b", "ba", "bb"];
        let nest = Nest::of(all.iter().map(|k| Cow::Borrowed(k.as_bytes())).collect());
        for text in ["", "a", "abd", "abdy", "abz", "ad", "bab", "c", "abdzz", "abc\0"] {
            let found: Vec<&str> = nest.beginnings(text.as_bytes(), 99).map(|at| all[at]).collect();
            let wanted: Vec<&str> = all.into_iter().rev().filter(|k| text.starts_with(k)).collect();
            assert_eq!(found.len(), wanted.len(), "{text}: {found:?} {wanted:?}");
            assert!(wanted.iter().all(|k| found.contains(k)));
            assert!(found.windows(2).all(|w| w[0].len() > w[1].len()));
        }
    }
}
