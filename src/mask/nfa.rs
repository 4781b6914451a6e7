//! The small automaton behind a set: states, edges labelled with one unit or a class of units, steps without a unit
//! already followed. Sets of states are bit rows.

use std::hash::{Hash, Hasher};

use super::System;
use super::set::{Literal, Pattern, Ranges, Tail, Token};
use super::unit::{LAST, Unit, separator};

/// What an edge takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    /// One unit, with the way it was written.
    Unit(Literal),
    /// Units of these ranges: index in [`Nfa::classes`].
    Class(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) label: Label,
    pub(crate) to: usize,
}

/// An automaton.
#[derive(Clone, Debug)]
pub(crate) struct Nfa {
    pub(crate) edges: Vec<Vec<Edge>>,
    free: Vec<Vec<usize>>,
    pub(crate) classes: Vec<Ranges>,
    /// States that are reached from each state without a unit, itself first.
    pub(crate) closure: Vec<Box<[usize]>>,
    accept: usize,
}

/// Any unit.
const ANY: usize = 0;
/// Any unit but the separator.
const NO_SEPARATOR: usize = 1;

/// A set of states. The first word stands by itself, since most automata have no more than 64 states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    first: u64,
    rest: Box<[u64]>,
}

impl Hash for Row {
    /// Rows of one state are powers of two, which a multiplying hash alone throws together.
    fn hash<H: Hasher>(&self, state: &mut H) {
        for word in std::iter::once(&self.first).chain(&self.rest) {
            let product = u128::from(*word) * 0x9E37_79B9_7F4A_7C15;
            state.write_u128(product ^ product >> 64);
        }
    }
}

impl Row {
    pub(crate) fn empty(states: usize) -> Self {
        Self { first: 0, rest: vec![0; states.div_ceil(64).saturating_sub(1)].into() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.iter().all(|w| *w == 0)
    }

    pub(crate) fn has(&self, state: usize) -> bool {
        let word = match state / 64 {
            0 => Some(&self.first),
            at => self.rest.get(at - 1),
        };
        word.is_some_and(|w| w >> (state % 64) & 1 == 1)
    }

    fn insert(&mut self, state: usize) {
        let word = match state / 64 {
            0 => Some(&mut self.first),
            at => self.rest.get_mut(at - 1),
        };
        if let Some(word) = word {
            *word |= 1 << (state % 64);
        }
    }

    pub(crate) fn states(&self) -> impl Iterator<Item = usize> + '_ {
        std::iter::once(&self.first).chain(&self.rest).enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros() as usize;
                    left &= left - 1;
                    at * 64 + bit
                })
            })
        })
    }

    pub(crate) fn width(&self) -> usize {
        1 + self.rest.len()
    }
}

impl Nfa {
    /// The union of sequences with their tails.
    pub(crate) fn of_patterns<'t>(
        system: System,
        patterns: impl Iterator<Item = (&'t [Token], Tail)>,
    ) -> Self {
        let mut nfa = Self::bare(system);
        for (tokens, tail) in patterns {
            let start = nfa.state();
            nfa.step(0, start);
            let end = nfa.sequence(system, tokens, start);
            if tail != Tail::Below {
                nfa.step(end, nfa.accept);
            }
            if tail != Tail::Exact {
                let inside = nfa.sequence(system, &[Token::Sep, Token::Cross], end);
                nfa.step(inside, nfa.accept);
            }
        }
        nfa.close();
        nfa
    }

    /// Paths whose last name is one of these.
    pub(crate) fn of_names(system: System, names: &[Vec<Token>]) -> Self {
        let patterns: Vec<Pattern> = names
            .iter()
            .map(|name| {
                let tokens = [Token::Cross, Token::Sep].into_iter().chain(name.iter().cloned()).collect();
                Pattern::new(tokens, Tail::Exact)
            })
            .collect();
        Self::of_patterns(system, patterns.iter().map(|p| (p.tokens.as_slice(), p.tail)))
    }

    fn bare(system: System) -> Self {
        let separator = separator(system);
        let mut nfa = Self {
            edges: Vec::new(),
            free: Vec::new(),
            classes: vec![Box::new([(0, LAST)]), Box::new([(0, separator - 1), (separator + 1, 0xFFFF)])],
            closure: Vec::new(),
            accept: 1,
        };
        nfa.state();
        nfa.state();
        nfa
    }

    fn state(&mut self) -> usize {
        self.edges.push(Vec::new());
        self.free.push(Vec::new());
        self.edges.len() - 1
    }

    fn step(&mut self, from: usize, to: usize) {
        if let Some(free) = self.free.get_mut(from) {
            free.push(to);
        }
    }

    fn edge(&mut self, from: usize, label: Label, to: usize) {
        if let Some(edges) = self.edges.get_mut(from) {
            edges.push(Edge { label, to });
        }
    }

    fn class(&mut self, ranges: &[(Unit, Unit)]) -> Label {
        let known = self.classes.iter().position(|c| **c == *ranges);
        Label::Class(known.unwrap_or_else(|| {
            self.classes.push(ranges.into());
            self.classes.len() - 1
        }))
    }

    fn sequence(&mut self, system: System, tokens: &[Token], from: usize) -> usize {
        let mut at = from;
        for token in tokens {
            at = self.token(system, token, at);
        }
        at
    }

    fn token(&mut self, system: System, token: &Token, from: usize) -> usize {
        let to = self.state();
        match token {
            Token::Unit(literal) => self.edge(from, Label::Unit(*literal), to),
            Token::Sep => {
                let unit = separator(system);
                let written = u16::try_from(unit).unwrap_or_default();
                self.edge(from, Label::Unit(Literal { unit, written }), to);
            }
            Token::One if system == System::Windows => self.edge(from, Label::Class(NO_SEPARATOR), to),
            Token::One => self.character(from, to),
            Token::Run | Token::Cross => {
                let class = if *token == Token::Run { NO_SEPARATOR } else { ANY };
                self.step(from, to);
                self.edge(to, Label::Class(class), to);
            }
            Token::Levels => {
                let folders = self.state();
                self.step(from, to);
                self.step(from, folders);
                self.edge(folders, Label::Class(ANY), folders);
                let unit = separator(system);
                let written = u16::try_from(unit).unwrap_or_default();
                self.edge(folders, Label::Unit(Literal { unit, written }), to);
            }
            Token::Set(ranges) => {
                let label = self.class(ranges);
                self.edge(from, label, to);
            }
            Token::Alt(branches) => {
                for branch in branches {
                    let start = self.state();
                    self.step(from, start);
                    let end = self.sequence(system, branch, start);
                    self.step(end, to);
                }
            }
            Token::Repeat(inner) => {
                let start = self.state();
                self.step(from, to);
                self.step(to, start);
                let end = self.sequence(system, inner, start);
                self.step(end, to);
            }
        }
        to
    }

    /// One UTF-8 character that is no slash.
    fn character(&mut self, from: usize, to: usize) {
        let [one, two, three, after_e0, after_ed, after_f0, after_f4] = std::array::from_fn(|_| self.state());
        for (start, ranges, end) in [
            (from, &[(0x01, 0x2E), (0x30, 0x7F)][..], to),
            (from, &[(0xC2, 0xDF)], one),
            (from, &[(0xE0, 0xE0)], after_e0),
            (from, &[(0xE1, 0xEC), (0xEE, 0xEF)], two),
            (from, &[(0xED, 0xED)], after_ed),
            (from, &[(0xF0, 0xF0)], after_f0),
            (from, &[(0xF1, 0xF3)], three),
            (from, &[(0xF4, 0xF4)], after_f4),
            (one, &[(0x80, 0xBF)], to),
            (two, &[(0x80, 0xBF)], one),
            (three, &[(0x80, 0xBF)], two),
            (after_e0, &[(0xA0, 0xBF)], one),
            (after_ed, &[(0x80, 0x9F)], one),
            (after_f0, &[(0x90, 0xBF)], two),
            (after_f4, &[(0x80, 0x8F)], two),
        ] {
            let label = self.class(ranges);
            self.edge(start, label, end);
        }
    }

    /// Follows the steps that take no unit.
    fn close(&mut self) {
        let count = self.edges.len();
        let mut waiting = Vec::new();
        let mut seen_by = vec![usize::MAX; count];
        self.closure = (0..count)
            .map(|state| {
                let mut reached = Vec::with_capacity(1);
                waiting.push(state);
                while let Some(at) = waiting.pop() {
                    if let Some(seen) = seen_by.get_mut(at).filter(|seen| **seen != state) {
                        *seen = state;
                        reached.push(at);
                        waiting.extend(self.free.get(at).into_iter().flatten());
                    }
                }
                reached.into()
            })
            .collect();
    }

    /// Adds a state with all that is reached from it.
    pub(crate) fn enter(&self, row: &mut Row, state: usize) {
        for reached in self.closure.get(state).into_iter().flatten() {
            row.insert(*reached);
        }
    }

    /// The states at the beginning.
    pub(crate) fn start(&self) -> Row {
        let mut row = Row::empty(self.edges.len());
        self.enter(&mut row, 0);
        row
    }

    /// Whether one of the states accepts.
    pub(crate) fn accepts(&self, row: &Row) -> bool {
        row.has(self.accept)
    }

    /// Whether a label takes a unit.
    pub(crate) fn label_takes(&self, label: &Label, unit: Unit) -> bool {
        match label {
            Label::Unit(literal) => literal.unit == unit,
            Label::Class(class) => self
                .classes
                .get(*class)
                .is_some_and(|ranges| ranges.iter().any(|(low, high)| (*low..=*high).contains(&unit))),
        }
    }

    /// The states after a unit.
    pub(crate) fn after(&self, row: &Row, unit: Unit) -> Row {
        let mut next = Row::empty(self.edges.len());
        for state in row.states() {
            for edge in self.edges.get(state).into_iter().flatten() {
                if self.label_takes(&edge.label, unit) {
                    self.enter(&mut next, edge.to);
                }
            }
        }
        next
    }

    /// Whether the units are accepted.
    pub(crate) fn takes(&self, units: &[Unit]) -> bool {
        let mut row = self.start();
        for unit in units {
            row = self.after(&row, *unit);
        }
        self.accepts(&row)
    }

    /// The way in which the literals that take these units were written; `None` where a wildcard takes one.
    pub(crate) fn written(&self, units: &[Unit]) -> Vec<Option<u16>> {
        let mut rows = vec![self.start()];
        for unit in units {
            let next = rows.last().map(|row| self.after(row, *unit));
            rows.extend(next);
        }
        let mut out = vec![None; units.len()];
        let mut wanted = Row::empty(self.edges.len());
        wanted.insert(self.accept);
        for (at, unit) in units.iter().enumerate().rev() {
            let reaches = |edge: &&Edge| {
                self.label_takes(&edge.label, *unit)
                    && self.closure.get(edge.to).is_some_and(|c| c.iter().any(|s| wanted.has(*s)))
            };
            let found = rows
                .get(at)
                .into_iter()
                .flat_map(Row::states)
                .find_map(|state| self.edges.get(state)?.iter().find(reaches).map(|edge| (state, edge)));
            let Some((state, edge)) = found else { return out };
            if let (Label::Unit(literal), Some(slot)) = (&edge.label, out.get_mut(at)) {
                *slot = Some(literal.written);
            }
            wanted = Row::empty(self.edges.len());
            wanted.insert(state);
        }
        out
    }
}
