//! A set of paths in the one form that every mask language is read into: a union of [`Pattern`]s, sequences of
//! [`Token`]s with a [`Tail`] that says whether folders are taken with what they hold. Names may narrow the whole.
//!
//! ```text
//! kes    C:\dir\*.exe          C : \ d i r \ Run . e x e          Exact
//! kesl   /srv/db               / s r v / d b                      Tree   that file, or everything below
//! kesl   /srv + area *.log     / s r v                            Below  names: Run . l o g
//! sophos c:\foo\**\bar         C : \ F O O \ Levels B A R         Exact
//! ```

use super::nfa::Nfa;
use super::unit::{self, Unit};
use std::hash::{Hash, Hasher};

use super::{System, compare, spell};

/// A literal unit: folded for comparing, as written for showing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Literal {
    pub(crate) unit: Unit,
    pub(crate) written: u16,
}

impl PartialEq for Literal {
    fn eq(&self, other: &Self) -> bool {
        self.unit == other.unit
    }
}

impl Eq for Literal {}

impl Hash for Literal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.unit.hash(state);
    }
}

/// Ranges of units, ends included, in order.
pub(crate) type Ranges = Box<[(Unit, Unit)]>;

/// A piece of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    /// This unit.
    Unit(Literal),
    /// The separator.
    Sep,
    /// One character that is no separator: a UTF-16 unit on Windows, a UTF-8 character elsewhere.
    One,
    /// Any number of units that are no separators.
    Run,
    /// Any number of units.
    Cross,
    /// Nothing, or anything that ends with a separator: any number of whole folders.
    Levels,
    /// One unit of these.
    Set(Ranges),
    /// One of several sequences.
    Alt(Box<[Vec<Token>]>),
    /// A sequence any number of times.
    Repeat(Box<[Token]>),
}

/// What a pattern says about what lies below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tail {
    /// The path itself.
    Exact,
    /// Everything below the path, not the path itself.
    Below,
    /// The path itself and everything below.
    Tree,
}

/// A sequence of tokens with its tail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Pattern {
    pub(crate) tokens: Vec<Token>,
    pub(crate) tail: Tail,
}

impl Pattern {
    pub(crate) fn new(tokens: Vec<Token>, tail: Tail) -> Self {
        Self { tokens, tail }
    }

    /// Everything.
    pub(crate) fn everything() -> Self {
        Self::new(vec![Token::Cross], Tail::Exact)
    }
}

/// A set of paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathSet {
    pub(crate) system: System,
    /// A path of any of these.
    pub(crate) patterns: Vec<Pattern>,
    /// And with a last name of one of these; none = any name.
    pub(crate) names: Vec<Vec<Token>>,
}

impl PathSet {
    pub(crate) fn new(system: System, patterns: Vec<Pattern>) -> Self {
        Self { system, patterns, names: Vec::new() }
    }

    /// A set of one pattern.
    pub(crate) fn one(system: System, tokens: Vec<Token>, tail: Tail) -> Self {
        Self::new(system, vec![Pattern::new(tokens, tail)])
    }

    /// The same set with only the files of these names.
    #[must_use]
    pub(crate) fn named(mut self, names: Vec<Vec<Token>>) -> Self {
        self.names = names;
        self
    }

    /// The paths themselves, where what lies below them is taken, too.
    #[must_use]
    pub(crate) fn without_trees(mut self) -> Self {
        for pattern in self.patterns.iter_mut().filter(|p| p.tail == Tail::Tree) {
            pattern.tail = Tail::Exact;
        }
        self
    }

    /// The system whose paths these are.
    pub fn system(&self) -> System {
        self.system
    }

    /// The union of two sets without names of the same system.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        for pattern in other.patterns {
            if !self.patterns.contains(&pattern) {
                self.patterns.push(pattern);
            }
        }
        self
    }

    /// Whether a path is in the set. Windows: letter case and the kind of separator do not matter, a variable at the
    /// beginning is an atom.
    pub fn contains(&self, path: &str) -> bool {
        self.takes(&unit::of_path(self.system, path))
    }

    /// The same for a path that may be no text; for Linux and macOS.
    pub fn contains_bytes(&self, path: &[u8]) -> bool {
        self.takes(&path.iter().map(|b| Unit::from(*b)).collect::<Vec<_>>())
    }

    /// A path of the set that reads well; `None` when it is empty, or too long a search.
    pub fn example(&self) -> Option<String> {
        let plain = self.patterns.first().and_then(|p| spell::plain_example(self.system, p));
        if let Some(path) = plain.filter(|path| self.contains(path)) {
            return Some(path);
        }
        compare(self, self).ok()?.both
    }

    fn takes(&self, units: &[Unit]) -> bool {
        self.automaton(0).takes(units)
            && (self.names.is_empty() || Nfa::of_names(self.system, &self.names).takes(units))
    }

    /// The automaton of the patterns without their first `skip` tokens.
    pub(crate) fn automaton(&self, skip: usize) -> Nfa {
        Nfa::of_patterns(
            self.system,
            self.patterns.iter().map(|p| (p.tokens.get(skip..).unwrap_or_default(), p.tail)),
        )
    }

    /// Whether a variable or keyword stands in it.
    pub(crate) fn has_atom(&self) -> bool {
        self.patterns.iter().any(|p| matches!(p.tokens.first(), Some(Token::Unit(l)) if l.unit == unit::OPEN))
    }

    /// Whether it begins with a drive or a share.
    pub(crate) fn has_place(&self) -> bool {
        let place = |p: &Pattern| {
            matches!(p.tokens.first(), Some(Token::Sep | Token::Set(_)))
                || matches!(p.tokens.first(), Some(Token::Unit(l)) if l.unit != unit::OPEN)
        };
        self.system == System::Windows && self.patterns.iter().any(place)
    }
}
