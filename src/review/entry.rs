//! What is compared: the exclusions of a policy and the scopes of its tasks, each with its files, its reach and its threats.
//!
//! | an entry holds another one | if |
//! |---|---|
//! | files | every file of the other is its own: in the narrowest sense, and in the widest |
//! | reach | the same task; the same components and perhaps more; or everything |
//! | threats | any threat; or those of the other and perhaps more |

use crate::mask::{Outline, PathSet, Relation, Side, compare};
use crate::policy::{Component, Exclusion, Item, Kind, Meaning, PathMask, Policy, Reach, State};

/// How many pairs may still be compared in full.
pub(super) struct Allowance {
    left: usize,
    of_entry: usize,
}

/// Pairs that may be compared in full for one entry.
const OF_ENTRY: usize = 32;

impl Allowance {
    /// For a list of so many entries.
    pub(super) fn of(entries: usize) -> Self {
        Self { left: 2 * entries + 10_000, of_entry: OF_ENTRY }
    }

    /// Begins with the next entry.
    pub(super) fn next_entry(&mut self) {
        self.of_entry = OF_ENTRY;
    }

    /// One pair more, if there is any left.
    pub(super) fn take(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.of_entry = self.of_entry.checked_sub(1)?;
        Some(())
    }
}

/// Where an entry holds, in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Span {
    Task(usize),
    Components(Vec<Component>),
    Everything,
}

impl Span {
    fn of(reach: &Reach) -> Self {
        match reach {
            Reach::Task(task) => Self::Task(*task),
            Reach::Components(parts) => {
                let mut parts = parts.clone();
                parts.sort_unstable();
                parts.dedup();
                Self::Components(parts)
            }
            Reach::Everything => Self::Everything,
        }
    }

    /// Whether it reaches at least as far.
    pub(super) fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::Task(one), Self::Task(other)) => one == other,
            (Self::Components(all), Self::Components(some)) => some.iter().all(|c| all.contains(c)),
            _ => false,
        }
    }
}

/// Where the files of an entry stand in the policy.
#[derive(Clone, Copy)]
enum Source<'p> {
    Exclusion(&'p Exclusion),
    Scope(&'p PathMask, &'p [String]),
}

/// What an entry is to the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'p> {
    /// An exclusion in force.
    Active,
    /// An exclusion that is not in force: why.
    Inactive(&'p str),
    /// A scope that is scanned.
    Scope,
}

/// An exclusion or a scope.
pub(super) struct Entry<'p> {
    /// Index of its item.
    pub(super) item: usize,
    pub(super) role: Role<'p>,
    pub(super) span: Span,
    pub(super) threats: Vec<&'p str>,
    /// Its files in the narrowest sense.
    pub(super) narrow: Outline,
    /// Its files in the widest sense, if that is another one.
    pub(super) wide: Option<Outline>,
    source: Source<'p>,
}

/// The entries of a policy in the order of its items.
pub(super) fn all(policy: &Policy) -> Vec<Entry<'_>> {
    policy.items.iter().enumerate().filter_map(|(at, item)| of_item(at, item)).collect()
}

fn of_item(at: usize, item: &Item) -> Option<Entry<'_>> {
    let role = match &item.state {
        State::Active => Role::Active,
        State::Inactive(why) => Role::Inactive(why),
        State::Waits { .. } | State::ByHand { .. } => return None,
    };
    match &item.kind {
        Kind::Exclusion(e) => {
            let mut threats: Vec<&str> = e.threats.iter().map(String::as_str).collect();
            threats.sort_unstable();
            threats.dedup();
            Entry::new(at, role, Span::of(&e.reach), threats, Source::Exclusion(e))
        }
        Kind::Setting { task: Some(task), meaning: Meaning::Scope { path, names, .. } }
            if role == Role::Active =>
        {
            Entry::new(at, Role::Scope, Span::Task(*task), Vec::new(), Source::Scope(path, names))
        }
        _ => None,
    }
}

impl<'p> Entry<'p> {
    fn new(
        item: usize,
        role: Role<'p>,
        span: Span,
        threats: Vec<&'p str>,
        source: Source<'p>,
    ) -> Option<Self> {
        let (set, uncertain) = source.set(Side::Source)?;
        let narrow = set.outline()?;
        let wide = if uncertain { Some(source.set(Side::Target)?.0.outline()?) } else { None };
        let wide = wide.filter(|wide| *wide != narrow);
        Some(Self { item, role, span, threats, narrow, wide, source })
    }

    /// Its files in one of two senses.
    pub(super) fn set(&self, side: Side) -> Option<PathSet> {
        self.source.set(side).map(|(set, _)| set)
    }

    /// One of its files, readable.
    pub(super) fn example(&self) -> String {
        self.set(Side::Source).and_then(|set| set.example()).unwrap_or_default()
    }

    fn outline(&self, side: Side) -> &Outline {
        match side {
            Side::Source => &self.narrow,
            Side::Target => self.wide.as_ref().unwrap_or(&self.narrow),
        }
    }

    /// Whether its threats are those of another entry and perhaps more.
    pub(super) fn holds_threats(&self, other: &Self) -> bool {
        let some = !other.threats.is_empty();
        self.threats.is_empty() || some && other.threats.iter().all(|t| self.threats.binary_search(t).is_ok())
    }

    /// How the files of this entry lie in those of another one: equal, inside, or `None` for neither or not known.
    pub(super) fn lies_in(&self, other: &Self, allowance: &mut Allowance) -> Option<Relation> {
        let narrow = self.lies_in_as(other, Side::Source, allowance)?;
        if self.wide.is_none() && other.wide.is_none() {
            return Some(narrow);
        }
        let wide = self.lies_in_as(other, Side::Target, allowance)?;
        Some(if narrow == wide { narrow } else { Relation::Inside })
    }

    fn lies_in_as(&self, other: &Self, side: Side, allowance: &mut Allowance) -> Option<Relation> {
        let sets = || Some((self.set(side)?, other.set(side)?));
        lies_in(self.outline(side), other.outline(side), sets, allowance)
    }
}

/// How one set lies in another. The sets themselves are only asked for where the outlines do not tell.
pub(super) fn lies_in(
    one: &Outline,
    other: &Outline,
    sets: impl FnOnce() -> Option<(PathSet, PathSet)>,
    allowance: &mut Allowance,
) -> Option<Relation> {
    if one == other {
        return Some(Relation::Equal);
    }
    if let Some(folder) = other.folder() {
        return one.lies_in(folder).then_some(Relation::Inside);
    }
    if !other.takes(&one.sample()) {
        return None;
    }
    if one.is_one_path() {
        return Some(Relation::Inside);
    }
    allowance.take()?;
    let (left, right) = sets()?;
    let compared = compare(&left, &right).ok()?;
    compared.both.as_ref()?;
    Some(compared.relation).filter(|r| matches!(r, Relation::Equal | Relation::Inside))
}

impl Source<'_> {
    /// The files in one of two senses, and whether the senses differ.
    fn set(self, side: Side) -> Option<(PathSet, bool)> {
        let parsed = match self {
            Self::Exclusion(exclusion) => exclusion.objects_as(side)?,
            Self::Scope(path, names) => path.parse_as(names, side),
        };
        let parsed = parsed.ok().filter(|p| p.conditions.is_empty())?;
        Some((parsed.set, !parsed.uncertain.is_empty()))
    }
}
