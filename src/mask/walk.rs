//! The walk behind a comparison: breadth first over the automata of both sides, sets of states determined and numbered as
//! they are met. One unit stands for all units that no automaton tells apart, and units are tried in the order of
//! examples, so the first path of a kind is the shortest, and of the shortest the first in that order.

use rustc_hash::FxHashMap;

use super::System;
use super::compare::TooComplex;
use super::nfa::{Edge, Label, Nfa, Row};
use super::unit::{self, Unit, rank};
use super::universe::{self, Place};

/// Steps that a comparison may take; ordinary masks take some thousands.
const STEPS: usize = 12_000_000;

/// Places that a comparison may remember.
const NODES: usize = 60_000;

/// Ends of the shortest paths of each kind, behind what both sets begin with.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) only_left: Option<Vec<Unit>>,
    pub(crate) only_right: Option<Vec<Unit>>,
    pub(crate) both: Option<Vec<Unit>>,
}

/// A place that the walk came to: sets of states by number, at most two automata a side (patterns, names); where it came
/// from, and by which symbol.
#[derive(Clone, Copy)]
struct Reached {
    rows: [u32; 4],
    place: Place,
    from: u32,
    by: u16,
}

/// The same without its way.
type Node = (u128, Place);

/// Numbers of sets of states as one number, which compares and hashes in one go.
fn packed(rows: [u32; 4]) -> u128 {
    rows.into_iter().fold(0, |all, row| all << 32 | u128::from(row))
}

/// Stands for an automaton that a side does not have.
const NONE: u32 = u32::MAX;

/// What is known about a set of states.
#[derive(Clone, Copy)]
struct Known {
    accepts: bool,
    alive: bool,
}

/// An automaton with its sets of states numbered as they are met.
struct Determined {
    nfa: Nfa,
    rows: Vec<Row>,
    known: Vec<Known>,
    numbers: FxHashMap<Row, u32>, // lookups only
    /// For each set of states the one after each symbol.
    next: Vec<u32>,
    /// The same after a unit of each kind that no literal names.
    of_kind: Vec<u32>,
    /// Which symbols are taken by the same classes: a number for each symbol, and how many numbers there are.
    kind: Vec<usize>,
    kinds: usize,
    /// Which symbols each class takes.
    classes: Vec<Box<[bool]>>,
    /// The unit of each symbol.
    units: Box<[Unit]>,
}

/// A walk over both sides at once.
pub(crate) struct Walk {
    system: System,
    symbols: Vec<(Unit, universe::Kind)>,
    parts: [Option<Determined>; 4],
    steps: usize,
}

/// One side: its automata with the states that they begin in.
pub(crate) type Part = Vec<(Nfa, Row)>;

impl Walk {
    pub(crate) fn new(system: System, place: Place, left: Part, right: Part) -> Self {
        let mut left = left.into_iter();
        let mut right = right.into_iter();
        let parts = [left.next(), left.next(), right.next(), right.next()];
        let mut symbols = symbols(system, &parts);
        // Without a variable in either set an example with one would say nothing.
        let nfas = parts.iter().flatten().map(|(nfa, _)| nfa);
        let mut edges = nfas.flat_map(|nfa| nfa.edges.iter().flatten());
        let is_atom = |edge: &Edge| matches!(&edge.label, Label::Unit(l) if l.unit == unit::OPEN);
        if place == universe::START && !edges.any(is_atom) {
            symbols.retain(|(_, kind)| *kind != universe::Kind::Open);
        }
        let parts = parts.map(|part| part.map(|(nfa, start)| Determined::new(nfa, start, &symbols)));
        Self { system, symbols, parts, steps: 0 }
    }

    /// Walks until every kind of path is found or nothing new can come.
    pub(crate) fn run(&mut self, place: Place, found: &mut Found) -> Result<(), TooComplex> {
        let rows = [0, 1, 2, 3].map(|at| match self.parts.get(at) {
            Some(Some(_)) => 0,
            _ => NONE,
        });
        let mut reached = vec![Reached { rows, place, from: 0, by: 0 }];
        let mut seen = FxHashMap::<Node, ()>::default(); // lookups only
        seen.insert((packed(rows), place), ());
        let mut tried: Vec<Node> = Vec::new();
        let mut at = 0;
        while let Some(Reached { rows, place, .. }) = reached.get(at).copied() {
            if universe::ends(self.system, place) {
                let slot = match (self.accepts(&rows, 0), self.accepts(&rows, 2)) {
                    (true, true) => Some(&mut found.both),
                    (true, false) => Some(&mut found.only_left),
                    (false, true) => Some(&mut found.only_right),
                    (false, false) => None,
                };
                if let Some(slot @ None) = slot {
                    *slot = Some(self.path(&reached, at));
                }
            }
            tried.clear();
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
                if self.steps > STEPS || reached.len() > NODES {
                    return Err(TooComplex);
                }
                // Most units lead to the same place.
                let node = (packed(next), place);
                if tried.contains(&node) {
                    continue;
                }
                tried.push(node);
                if self.wanted(&next, found) && seen.insert(node, ()).is_none() {
                    let from = u32::try_from(at).map_err(|_| TooComplex)?;
                    let by = u16::try_from(symbol).map_err(|_| TooComplex)?;
                    reached.push(Reached { rows: next, place, from, by });
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

    /// What is known about the rows of one side; `side` is 0 for the left, 2 for the right.
    fn side<'w>(&'w self, rows: &'w [u32; 4], side: usize) -> impl Iterator<Item = Known> + 'w {
        self.parts
            .iter()
            .zip(rows)
            .skip(side)
            .take(2)
            .filter_map(|(part, row)| part.as_ref()?.known.get(usize::try_from(*row).ok()?).copied())
    }

    fn accepts(&self, rows: &[u32; 4], side: usize) -> bool {
        self.side(rows, side).all(|known| known.accepts)
    }

    fn alive(&self, rows: &[u32; 4], side: usize) -> bool {
        self.side(rows, side).all(|known| known.alive)
    }

    fn path(&self, reached: &[Reached], at: usize) -> Vec<Unit> {
        let mut units = Vec::new();
        let mut at = at;
        while at > 0 {
            let Some(Reached { from, by, .. }) = reached.get(at) else { break };
            units.extend(self.symbols.get(usize::from(*by)).map(|s| s.0));
            at = usize::try_from(*from).unwrap_or(0);
        }
        units.reverse();
        units
    }
}

/// Numbers the ways in which symbols are taken by classes.
fn kinds(symbols: usize, classes: &[Box<[bool]>]) -> (Vec<usize>, usize) {
    let mut ways: Vec<Vec<bool>> = Vec::new();
    let numbers = (0..symbols)
        .map(|symbol| {
            let way: Vec<bool> = classes.iter().map(|c| c.get(symbol).copied().unwrap_or(false)).collect();
            ways.iter().position(|known| *known == way).unwrap_or_else(|| {
                ways.push(way);
                ways.len() - 1
            })
        })
        .collect();
    (numbers, ways.len())
}

/// Not yet determined.
const UNKNOWN: u32 = u32::MAX;

impl Determined {
    fn new(nfa: Nfa, start: Row, symbols: &[(Unit, universe::Kind)]) -> Self {
        let takes = |class: usize| -> Box<[bool]> {
            symbols.iter().map(|(unit, _)| nfa.label_takes(&Label::Class(class), *unit)).collect()
        };
        let classes: Vec<Box<[bool]>> = (0..nfa.classes.len()).map(takes).collect();
        let units = symbols.iter().map(|(unit, _)| *unit).collect();
        let (kind, kinds) = kinds(symbols.len(), &classes);
        let numbers = FxHashMap::default(); // lookups only
        let mut part = Self {
            nfa,
            rows: Vec::new(),
            known: Vec::new(),
            numbers,
            next: Vec::new(),
            of_kind: Vec::new(),
            kind,
            kinds,
            classes,
            units,
        };
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
        self.known.push(Known { accepts: self.nfa.accepts(&row), alive: !row.is_empty() });
        self.rows.push(row);
        self.next.resize(self.next.len() + self.units.len(), UNKNOWN);
        self.of_kind.resize(self.of_kind.len() + self.kinds, UNKNOWN);
        number
    }

    /// The set of states after a symbol.
    fn after(&mut self, row: u32, symbol: usize, steps: &mut usize) -> u32 {
        let Ok(at) = usize::try_from(row) else { return row };
        let slot = at * self.units.len() + symbol;
        match self.next.get(slot) {
            Some(known) if *known != UNKNOWN => return *known,
            _ => {}
        }
        let (Some(states), Some(unit)) = (self.rows.get(at), self.units.get(symbol)) else { return row };
        let edges = || states.states().filter_map(|s| self.nfa.edges.get(s)).flatten();
        let named = edges().any(|edge| matches!(&edge.label, Label::Unit(l) if l.unit == *unit));
        // Units that no literal here names go where all units of the same classes go.
        let shared = at * self.kinds + self.kind.get(symbol).copied().unwrap_or(0);
        let known = self.of_kind.get(shared).copied().filter(|known| !named && *known != UNKNOWN);
        let number = match known {
            Some(number) => number,
            None => {
                let mut next = Row::empty(self.nfa.edges.len());
                *steps += next.width();
                for edge in edges() {
                    *steps += 1;
                    let takes = match &edge.label {
                        Label::Unit(literal) => literal.unit == *unit,
                        Label::Class(class) => {
                            self.classes.get(*class).and_then(|c| c.get(symbol)).copied().unwrap_or(false)
                        }
                    };
                    if takes {
                        *steps += self.nfa.closure.get(edge.to).map_or(0, |c| c.len());
                        self.nfa.enter(&mut next, edge.to);
                    }
                }
                self.number(next)
            }
        };
        if let Some(slot) = self.of_kind.get_mut(shared).filter(|_| !named) {
            *slot = number;
        }
        if let Some(slot) = self.next.get_mut(slot) {
            *slot = number;
        }
        number
    }
}

/// One unit for each class of units that no automaton and no rule about paths tells apart, the best one to show, in the
/// order of examples.
fn symbols(system: System, parts: &[Option<(Nfa, Row)>]) -> Vec<(Unit, universe::Kind)> {
    let mut literals: Vec<Unit> = Vec::new();
    let mut classes: Vec<&[(Unit, Unit)]> = Vec::new();
    for (nfa, _) in parts.iter().flatten() {
        classes.extend(nfa.classes.iter().map(|c| &**c));
        let labels = nfa.edges.iter().flatten().filter_map(|e| match &e.label {
            Label::Unit(literal) => Some(literal.unit),
            Label::Class(_) => None,
        });
        literals.extend(labels);
    }
    literals.sort_unstable();
    literals.dedup();
    classes.sort_unstable();
    classes.dedup();
    let mut borders: Vec<Unit> = universe::borders(system).to_vec();
    borders.extend(literals.iter().flat_map(|u| [*u, u + 1]));
    borders.extend(classes.iter().flat_map(|c| c.iter()).flat_map(|(low, high)| [*low, high + 1]));
    borders.sort_unstable();
    borders.dedup();
    // Which classes take it, one bit each; `None` for a unit that stands for itself alone.
    let mut groups: Vec<(Option<u64>, universe::Kind, Unit)> = Vec::with_capacity(borders.len());
    for pair in borders.windows(2) {
        let [low, end] = pair else { continue };
        let kind = universe::kind(system, *low);
        if kind == universe::Kind::Never && *low < unit::OPEN {
            continue;
        }
        let best = best(*low, *end);
        let alone = classes.len() > 64 || literals.binary_search(low).is_ok();
        let takes = |class: &&[(Unit, Unit)]| class.iter().any(|(from, to)| (*from..=*to).contains(low));
        let bits = || classes.iter().fold(0, |bits, class| bits << 1 | u64::from(takes(class)));
        let signature = (!alone).then(bits);
        match groups.iter_mut().find(|g| signature.is_some() && g.0 == signature && g.1 == kind) {
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
