//! Comparing two sets: a breadth-first walk over both automata at once, with sets of states determined as they are
//! reached. The first path that is only in one set is the shortest there is; of the shortest the first in the order
//! letters, digits, signs. What both sets begin with is taken off before.
//!
//! Masks can be made so that the sets of states grow without measure (`*a?????????????????`). The walk counts its steps
//! and ends with [`TooComplex`].

use rustc_hash::FxHashMap;

use super::System;
use super::nfa::{Edge, Label, Nfa, Row};
use super::set::{PathSet, Token};
use super::unit::{self, Unit, rank, shown};
use super::universe::{self, Place};

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

/// Steps that a comparison may take; ordinary masks take some thousands.
const STEPS: usize = 12_000_000;

/// Places that a comparison may remember.
const NODES: usize = 60_000;

/// Compares two sets of paths of the same system.
///
/// # Errors
///
/// [`TooComplex`] when the walk grows beyond its bounds; ordinary masks stay far below.
pub fn compare(left: &PathSet, right: &PathSet) -> Result<Comparison, TooComplex> {
    let system = left.system;
    let (units, written) = common_prefix(system, left, right);
    let skip = units.len();
    let mut place = Some(universe::START);
    for unit in &units {
        place = place.and_then(|p| universe::step(system, p, universe::kind(system, *unit)));
    }
    let mut found = Found::default();
    if let Some(place) = place {
        Walk::new(system, left, right, &units, skip)?.run(place, &mut found)?;
    }
    let text = |tail: &Option<Vec<Unit>>, of: &PathSet| {
        tail.as_ref().map(|tail| example(system, of, skip, (&units, &written), tail))
    };
    let only_left = text(&found.only_left, left);
    let only_right = text(&found.only_right, right);
    let both = text(&found.both, left);
    let relation = match (&only_left, &only_right, &both) {
        (None, None, _) => Relation::Equal,
        (None, Some(_), _) => Relation::Inside,
        (Some(_), None, _) => Relation::Contains,
        (Some(_), Some(_), Some(_)) => Relation::Overlap,
        (Some(_), Some(_), None) => Relation::Disjoint,
    };
    Ok(Comparison { relation, only_left, only_right, both })
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
    let written = of.automata(skip).first().map(|nfa| nfa.written(tail)).unwrap_or_default();
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

#[derive(Default)]
struct Found {
    only_left: Option<Vec<Unit>>,
    only_right: Option<Vec<Unit>>,
    both: Option<Vec<Unit>>,
}

/// At most two automata a side: patterns, names.
type Node = ([u32; 4], Place);

/// Stands for an automaton that a side does not have.
const NONE: u32 = u32::MAX;

/// An automaton with its sets of states numbered as they are met.
struct Determined {
    nfa: Nfa,
    rows: Vec<Row>,
    numbers: FxHashMap<Row, u32>, // lookups only
    next: Vec<Box<[u32]>>,
    /// Which symbols each class takes.
    classes: Vec<Box<[bool]>>,
    /// The unit of each symbol.
    units: Box<[Unit]>,
}

struct Walk {
    system: System,
    symbols: Vec<(Unit, universe::Kind)>,
    parts: [Option<Determined>; 4],
    steps: usize,
}

impl Walk {
    fn new(
        system: System,
        left: &PathSet,
        right: &PathSet,
        prefix: &[Unit],
        skip: usize,
    ) -> Result<Self, TooComplex> {
        let mut left = left.automata(skip).into_iter();
        let mut right = right.automata(skip).into_iter();
        let nfas = [left.next(), left.next(), right.next(), right.next()];
        let mut symbols = symbols(system, &nfas);
        // Without a variable in either set an example with one would say nothing.
        let edges = nfas.iter().flatten().flat_map(|nfa| nfa.edges.iter().flatten());
        let has_atom = |edge: &Edge| matches!(&edge.label, Label::Unit(l) if l.unit == unit::OPEN);
        if skip == 0 && !edges.into_iter().any(has_atom) {
            symbols.retain(|(_, kind)| *kind != universe::Kind::Open);
        }
        let mut walk = Self { system, symbols, parts: [None, None, None, None], steps: 0 };
        for (at, (nfa, slot)) in nfas.into_iter().zip(&mut walk.parts).enumerate() {
            let Some(nfa) = nfa else { continue };
            // Names look at the whole path, so they walk over what was taken off.
            let mut start = nfa.start();
            if at % 2 == 1 {
                for unit in prefix {
                    start = nfa.after(&start, *unit);
                }
            }
            *slot = Some(Determined::new(nfa, start, &walk.symbols));
        }
        Ok(walk)
    }

    fn run(&mut self, place: Place, found: &mut Found) -> Result<(), TooComplex> {
        let start: Node = (
            std::array::from_fn(|at| match self.parts.get(at) {
                Some(Some(_)) => 0,
                _ => NONE,
            }),
            place,
        );
        let mut nodes: Vec<(Node, u32, u16)> = vec![(start, 0, 0)];
        let mut seen: FxHashMap<Node, ()> = FxHashMap::default(); // lookups only
        seen.insert(start, ());
        let mut at = 0;
        while let Some(((rows, place), _, _)) = nodes.get(at).copied() {
            if universe::ends(self.system, place) {
                let slot = match (self.accepts(&rows, 0), self.accepts(&rows, 2)) {
                    (true, true) => Some(&mut found.both),
                    (true, false) => Some(&mut found.only_left),
                    (false, true) => Some(&mut found.only_right),
                    (false, false) => None,
                };
                if let Some(slot @ None) = slot {
                    *slot = Some(self.path(&nodes, at));
                }
            }
            for symbol in 0..self.symbols.len() {
                let Some((_, kind)) = self.symbols.get(symbol).copied() else { break };
                let Some(place) = universe::step(self.system, place, kind) else { continue };
                let mut next = rows;
                for (row, part) in next.iter_mut().zip(&mut self.parts) {
                    if let Some(part) = part {
                        *row = part.after(*row, symbol, &mut self.steps);
                    }
                }
                self.steps += 4;
                if self.steps > STEPS || nodes.len() > NODES {
                    return Err(TooComplex);
                }
                if self.wanted(&next, found) && seen.insert((next, place), ()).is_none() {
                    let parent = u32::try_from(at).map_err(|_| TooComplex)?;
                    nodes.push(((next, place), parent, u16::try_from(symbol).map_err(|_| TooComplex)?));
                }
            }
            if found.only_left.is_some() && found.only_right.is_some() && found.both.is_some() {
                break;
            }
            at += 1;
        }
        Ok(())
    }

    /// Whether what follows can still show something new.
    fn wanted(&self, rows: &[u32; 4], found: &Found) -> bool {
        match (self.alive(rows, 0), self.alive(rows, 2)) {
            (true, true) => found.both.is_none() || found.only_left.is_none() || found.only_right.is_none(),
            (true, false) => found.only_left.is_none(),
            (false, true) => found.only_right.is_none(),
            (false, false) => false,
        }
    }

    /// Rows of one side with their automata; `side` is 0 for the left, 2 for the right.
    fn side<'w>(
        &'w self,
        rows: &'w [u32; 4],
        side: usize,
    ) -> impl Iterator<Item = (&'w Determined, &'w Row)> {
        self.parts.iter().zip(rows).skip(side).take(2).filter_map(|(part, row)| {
            let part = part.as_ref()?;
            Some((part, part.rows.get(usize::try_from(*row).ok()?)?))
        })
    }

    fn accepts(&self, rows: &[u32; 4], side: usize) -> bool {
        self.side(rows, side).all(|(part, row)| part.nfa.accepts(row))
    }

    fn alive(&self, rows: &[u32; 4], side: usize) -> bool {
        self.side(rows, side).all(|(_, row)| !row.is_empty())
    }

    fn path(&self, nodes: &[(Node, u32, u16)], at: usize) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut at = at;
        while at > 0 {
            let Some((_, parent, symbol)) = nodes.get(at) else { break };
            units.extend(self.symbols.get(usize::from(*symbol)).map(|s| s.0));
            at = usize::try_from(*parent).unwrap_or(0);
        }
        units.reverse();
        units
    }
}

/// Not yet determined.
const UNKNOWN: u32 = u32::MAX;

impl Determined {
    fn new(nfa: Nfa, start: Row, symbols: &[(Unit, universe::Kind)]) -> Self {
        let takes = |class: usize| -> Box<[bool]> {
            symbols.iter().map(|(unit, _)| nfa.label_takes(&Label::Class(class), *unit)).collect()
        };
        let classes = (0..nfa.classes.len()).map(takes).collect();
        let units = symbols.iter().map(|(unit, _)| *unit).collect();
        let mut part =
            Self { nfa, rows: Vec::new(), numbers: FxHashMap::default(), next: Vec::new(), classes, units };
        part.number(start);
        part
    }

    /// The number of a set of states.
    fn number(&mut self, row: Row) -> u32 {
        if let Some(number) = self.numbers.get(&row) {
            return *number;
        }
        let number = u32::try_from(self.rows.len()).unwrap_or(UNKNOWN);
        self.numbers.insert(row.clone(), number);
        self.rows.push(row);
        self.next.push(vec![UNKNOWN; self.units.len()].into());
        number
    }

    /// The set of states after a symbol.
    fn after(&mut self, row: u32, symbol: usize, steps: &mut usize) -> u32 {
        let Ok(at) = usize::try_from(row) else { return row };
        match self.next.get(at).and_then(|next| next.get(symbol)) {
            Some(known) if *known != UNKNOWN => return *known,
            _ => {}
        }
        let (Some(states), Some(unit)) = (self.rows.get(at), self.units.get(symbol)) else { return row };
        let mut next = Row::empty(self.nfa.edges.len());
        for state in states.states() {
            for edge in self.nfa.edges.get(state).into_iter().flatten() {
                *steps += 1;
                let takes = match &edge.label {
                    Label::Unit(literal) => literal.unit == *unit,
                    Label::Class(class) => {
                        self.classes.get(*class).and_then(|c| c.get(symbol)).copied().unwrap_or(false)
                    }
                };
                if takes && let Some(closure) = self.nfa.closure.get(edge.to) {
                    *steps += closure.width();
                    next.join(closure);
                }
            }
        }
        let number = self.number(next);
        if let Some(slot) = self.next.get_mut(at).and_then(|next| next.get_mut(symbol)) {
            *slot = number;
        }
        number
    }
}

/// One unit for each class of units that no automaton and no rule about paths tells apart, the best one to show, in the
/// order of examples.
fn symbols(system: System, nfas: &[Option<Nfa>]) -> Vec<(Unit, universe::Kind)> {
    let mut literals: Vec<Unit> = Vec::new();
    let mut classes: Vec<&[(Unit, Unit)]> = Vec::new();
    for nfa in nfas.iter().flatten() {
        classes.extend(nfa.classes.iter().map(|c| &**c));
        let labels = nfa.edges.iter().flatten().filter_map(|e| match &e.label {
            Label::Unit(literal) => Some(literal.unit),
            Label::Class(_) => None,
        });
        literals.extend(labels);
    }
    literals.sort_unstable();
    literals.dedup();
    let mut borders: Vec<Unit> = universe::borders(system).to_vec();
    borders.extend(literals.iter().flat_map(|u| [*u, u + 1]));
    borders.extend(classes.iter().flat_map(|c| c.iter()).flat_map(|(low, high)| [*low, high + 1]));
    borders.sort_unstable();
    borders.dedup();
    let mut groups: Vec<(Vec<bool>, universe::Kind, Unit)> = Vec::new();
    for pair in borders.windows(2) {
        let [low, end] = pair else { continue };
        let kind = universe::kind(system, *low);
        if kind == universe::Kind::Never && *low < unit::OPEN {
            continue;
        }
        let best = best(*low, *end);
        let signature: Vec<bool> = classes
            .iter()
            .map(|c| c.iter().any(|(from, to)| (*from..=*to).contains(low)))
            .chain([literals.binary_search(low).is_ok()])
            .collect();
        let literal = signature.last() == Some(&true);
        let twin = groups.iter_mut().find(|g| !literal && g.1 == kind && g.0 == signature);
        match twin {
            Some(group) if rank(best) < rank(group.2) => group.2 = best,
            Some(_) => {}
            None => groups.push((signature, kind, best)),
        }
    }
    groups.sort_by_key(|(_, _, unit)| rank(*unit));
    groups.into_iter().map(|(_, kind, unit)| (unit, kind)).collect()
}

/// The unit of a range that reads best.
fn best(low: Unit, end: Unit) -> Unit {
    [0x61, 0x41, 0x30, 0x21, 0x20]
        .into_iter()
        .filter_map(|start| {
            let unit = low.max(start);
            (unit < end).then_some(unit)
        })
        .chain([low])
        .min_by_key(|unit| rank(*unit))
        .unwrap_or(low)
}
