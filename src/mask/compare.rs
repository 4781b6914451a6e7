//! Comparing two sets: a breadth-first walk over both automata at once, with sets of states determined as they are
//! reached. The first path that is only in one set is the shortest there is; of the shortest the first in the order
//! letters, digits, signs. What both sets begin with is taken off before.
//!
//! Masks can be made so that the sets of states grow without measure (`*a?????????????????`). The walk counts its steps
//! and ends with [`TooComplex`].

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::System;
use super::nfa::{Nfa, Row};
use super::set::{PathSet, Pattern, Token};
use super::unit::{self, Unit, shown};
use super::universe::{self, Place};
use super::walk::{Found, Walk};

/// How two sets lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// The same paths.
    Equal,
    /// Every path of the left is in the right.
    Inside,
    /// Every path of the right is in the left.
    Contains,
    /// Some paths are in both, and each has its own.
    Overlap,
    /// No path is in both.
    Disjoint,
}

impl Relation {
    /// The word of the report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Inside => "inside",
            Self::Contains => "contains",
            Self::Overlap => "overlap",
            Self::Disjoint => "disjoint",
        }
    }
}

/// What comparing found: the relation, and the shortest path of each kind, ties in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How the left lies to the right.
    pub relation: Relation,
    /// Shortest path of the left that is not in the right.
    pub only_left: Option<String>,
    /// Shortest path of the right that is not in the left.
    pub only_right: Option<String>,
    /// Shortest path in both.
    pub both: Option<String>,
}

/// The masks would take too long to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooComplex;

/// Compares two sets of paths of the same system.
///
/// # Errors
///
/// [`TooComplex`] when the walk grows beyond its bounds; ordinary masks stay far below.
pub fn compare(left: &PathSet, right: &PathSet) -> Result<Comparison, TooComplex> {
    let compared = Memo::default().compare(left, right)?;
    Ok(Comparison {
        relation: compared.relation,
        only_left: compared.only_left(left),
        only_right: compared.only_right(right),
        both: compared.both(left),
    })
}

/// Comparisons that were made. Rows of one list differ in their folders and are alike behind them, so most answers are
/// known after the first rows.
#[derive(Default)]
pub struct Memo {
    known: FxHashMap<Key, Result<Rc<Found>, TooComplex>>, // lookups only
}

/// Most answers that are kept, and most tokens of a question that is.
const MOST_KEPT: usize = 4096;
const LONGEST_KEPT: usize = 256;

/// One side of a question: its patterns, and its names with where they stand.
type SideOfKey = (Vec<Pattern>, Option<(Vec<Vec<Token>>, Row)>);

/// What both sides say behind their common beginning.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    system: System,
    place: Place,
    sides: [SideOfKey; 2],
}

/// What a comparison found, before it is written as text.
pub(crate) struct Compared {
    pub(crate) relation: Relation,
    found: Rc<Found>,
    /// What both sets begin with: units, and as written.
    prefix: (Vec<Unit>, Vec<u16>),
}

impl Compared {
    /// Shortest path of the left alone; `left` is the set that was compared.
    pub(crate) fn only_left(&self, left: &PathSet) -> Option<String> {
        self.text(&self.found.only_left, left)
    }

    /// Shortest path of the right alone.
    pub(crate) fn only_right(&self, right: &PathSet) -> Option<String> {
        self.text(&self.found.only_right, right)
    }

    /// Shortest path in both; `of` is one of them.
    pub(crate) fn both(&self, of: &PathSet) -> Option<String> {
        self.text(&self.found.both, of)
    }

    fn text(&self, tail: &Option<Vec<Unit>>, of: &PathSet) -> Option<String> {
        let (units, written) = &self.prefix;
        tail.as_ref().map(|tail| example(of.system, of, units.len(), (units, written), tail))
    }
}

impl Memo {
    /// Compares two sets.
    pub(crate) fn compare(&mut self, left: &PathSet, right: &PathSet) -> Result<Compared, TooComplex> {
        let system = left.system;
        let prefix = common_prefix(system, left, right);
        let mut place = Some(universe::START);
        for unit in &prefix.0 {
            place = place.and_then(|p| universe::step(system, p, universe::kind(system, *unit)));
        }
        let found = match place {
            Some(place) => self.found(place, left, right, &prefix.0)?,
            None => Rc::default(),
        };
        let relation = match (&found.only_left, &found.only_right, &found.both) {
            (None, None, _) => Relation::Equal,
            (None, Some(_), _) => Relation::Inside,
            (Some(_), None, _) => Relation::Contains,
            (Some(_), Some(_), Some(_)) => Relation::Overlap,
            (Some(_), Some(_), None) => Relation::Disjoint,
        };
        Ok(Compared { relation, found, prefix })
    }

    fn found(
        &mut self,
        place: Place,
        left: &PathSet,
        right: &PathSet,
        prefix: &[Unit],
    ) -> Result<Rc<Found>, TooComplex> {
        let system = left.system;
        let skip = prefix.len();
        let names = [left, right].map(|set| {
            // Names look at the whole path, so they walk over what was taken off.
            let nfa = (!set.names.is_empty()).then(|| Nfa::of_names(system, &set.names))?;
            let start = prefix.iter().fold(nfa.start(), |row, unit| nfa.after(&row, *unit));
            Some((nfa, start))
        });
        let tokens: usize = [left, right]
            .iter()
            .flat_map(|s| &s.patterns)
            .map(|p| p.tokens.len() - skip.min(p.tokens.len()))
            .sum();
        let key = (tokens <= LONGEST_KEPT).then(|| {
            let side = |set: &PathSet, names: &Option<(Nfa, Row)>| {
                let rest =
                    |p: &Pattern| Pattern::new(p.tokens.get(skip..).unwrap_or_default().to_vec(), p.tail);
                let names = names.as_ref().map(|(_, start)| (set.names.clone(), start.clone()));
                (set.patterns.iter().map(rest).collect(), names)
            };
            let [of_left, of_right] = &names;
            Key { system, place, sides: [side(left, of_left), side(right, of_right)] }
        });
        if let Some(known) = key.as_ref().and_then(|key| self.known.get(key)) {
            return known.clone();
        }
        let part = |set: &PathSet, names: Option<(Nfa, Row)>| {
            let nfa = set.automaton(skip);
            let start = nfa.start();
            std::iter::once((nfa, start)).chain(names).collect()
        };
        let [of_left, of_right] = names;
        let mut found = Found::default();
        let mut walk = Walk::new(system, place, part(left, of_left), part(right, of_right));
        let answer = walk.run(place, &mut found).map(|()| Rc::new(found));
        if let Some(key) = key
            && self.known.len() < MOST_KEPT
        {
            self.known.insert(key, answer.clone());
        }
        answer
    }
}

/// Literal units that every pattern of both sets begins with, and how they were written.
fn common_prefix(system: System, left: &PathSet, right: &PathSet) -> (Vec<Unit>, Vec<u16>) {
    let mut patterns = left.patterns.iter().chain(&right.patterns);
    let Some(first) = patterns.next() else { return (Vec::new(), Vec::new()) };
    let fixed = |t: &&Token| matches!(t, Token::Unit(_) | Token::Sep);
    let mut length = first.tokens.iter().take_while(fixed).count();
    for pattern in patterns {
        let same = first.tokens.iter().zip(&pattern.tokens).take(length).take_while(|(a, b)| a == b);
        length = same.count();
    }
    let units = first.tokens.iter().take(length).filter_map(|t| match t {
        Token::Unit(l) => Some((l.unit, l.written)),
        _ => {
            let unit = unit::separator(system);
            Some((unit, u16::try_from(unit).ok()?))
        }
    });
    units.unzip()
}

/// A path as people write it: literals as the mask has them, letters of wildcards small.
fn example(system: System, of: &PathSet, skip: usize, prefix: (&[Unit], &[u16]), tail: &[Unit]) -> String {
    let whole: Vec<Unit> = prefix.0.iter().chain(tail).copied().collect();
    if system != System::Windows {
        return shown(system, &whole);
    }
    let written = of.automaton(skip).written(tail);
    let as_written = prefix.1.iter().map(|w| Some(*w)).chain(written);
    let mut inside_atom = false;
    let mut path = String::new();
    let mut atom = Vec::new();
    let mut rest = Vec::new();
    for (at, (unit, written)) in whole.iter().zip(as_written).enumerate() {
        inside_atom |= *unit == unit::OPEN;
        if inside_atom {
            atom.push(*unit);
            inside_atom = *unit != unit::CLOSE;
            continue;
        }
        let small = (0x41..=0x5A).contains(unit) && !(at == 0 && whole.get(1) == Some(&0x3A));
        rest.push(written.map_or(if small { unit + 0x20 } else { *unit }, Unit::from));
    }
    path.push_str(&shown(system, &atom));
    path.push_str(&shown(system, &rest));
    path
}
