//! Choosing how a target says a set. Candidates come from the target language; each is read again, in its widest sense,
//! and compared with the source. Never assumed, always proved.
//!
//! | found | choice |
//! |---|---|
//! | one candidate is equal, or several together | [`Choice::Equal`] |
//! | some are inside | [`Choice::Stricter`]: those that are inside no other one, at most eight |
//! | only larger ones, or ones that overlap | [`Choice::Looser`]: offered, never taken without a decision |
//! | none | [`Choice::None`] |

use super::set::{PathSet, Pattern, Tail, Token};
use super::spell::{self, MOST_ENTRIES, Spelling};
use super::{Language, MaskError, Memo, Relation, Side, System, TooComplex, language, parse};

/// How a target can say a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The same set.
    Equal(Vec<Spelling>),
    /// A part of it.
    Stricter {
        /// The entries.
        entries: Vec<Spelling>,
        /// A path that the source takes and the entries do not.
        lost: String,
        /// A path that both take.
        both: Option<String>,
        /// The source reaches any depth, and the entries do not.
        by_depth: bool,
    },
    /// More, or other paths, too.
    Looser {
        /// The entries.
        entries: Vec<Spelling>,
        /// A path that the source does not take and the entries do.
        gained: String,
        /// What is gained lies below a path that the source takes: folders are taken with what they hold.
        folders: bool,
        /// A path that the source takes and the entries do not, if there is one.
        lost: Option<String>,
        /// A path that both take.
        both: Option<String>,
    },
    /// Nothing that is worth offering: why.
    None(&'static str),
}

const NO_WORD: &str = "the target has no mask for this";
const TOO_LONG: &str = "the mask has so many wildcards that its comparison would take too long";
const DROPPED: &str = "Windows drops a dot or blank at the end of a name";

/// Chooses spellings of a set in a language; `memo` keeps what was compared for the next rows.
pub fn choose(source: &PathSet, target: Language, memo: &mut Memo) -> Choice {
    choose_as(source, target, Side::Target, memo)
}

/// The same with the target in one of its two readings; in the narrow one what is chosen may take more, which [`taken()`] tells.
pub(crate) fn choose_as(source: &PathSet, target: Language, side: Side, memo: &mut Memo) -> Choice {
    let target = (target, side);
    if let Some(why) = unsafe_names(source) {
        return Choice::None(why);
    }
    let mut parts = Vec::new();
    for pattern in spell::without_names(source) {
        match Part::of(source.system, pattern, target, memo) {
            Ok(part) => parts.push(part),
            Err(TooComplex) => return Choice::None(TOO_LONG),
        }
    }
    if let [Part { equal: true, inside, .. }] = parts.as_mut_slice() {
        return Choice::Equal(std::mem::take(inside).into_iter().map(|(spelling, _)| spelling).collect());
    }
    let mut taken = shares(&parts);
    let mut widened = false;
    for part in &parts {
        if part.inside.is_empty()
            && let Some(larger) = &part.larger
        {
            widened = true;
            taken.push(larger.clone());
        }
    }
    if taken.is_empty() {
        return Choice::None(NO_WORD);
    }
    taken.truncate(MOST_ENTRIES);
    let Some(union) = union(&taken) else { return Choice::None(NO_WORD) };
    let entries = taken.into_iter().map(|(spelling, _)| spelling).collect();
    let Ok(compared) = memo.compare(source, &union) else { return Choice::None(TOO_LONG) };
    let both = compared.both(source);
    match (compared.only_left(source), compared.only_right(&union)) {
        (None, None) => Choice::Equal(entries),
        (Some(lost), None) => Choice::Stricter { entries, lost, both, by_depth: reaches_deep(source) },
        (lost, Some(gained)) if widened => {
            Choice::Looser { entries, gained, folders: only_below(source, &union, memo), lost, both }
        }
        _ => Choice::None(NO_WORD),
    }
}

/// The shortest path of a set that another one does not take.
pub fn more(set: &PathSet, than: &PathSet, memo: &mut Memo) -> Option<String> {
    if set == than {
        return None;
    }
    memo.compare(set, than).ok()?.only_left(set)
}

type Candidate = (Spelling, PathSet);

/// What the target language has for one pattern.
struct Part {
    /// Those inside the pattern say all of it.
    equal: bool,
    /// Candidates inside the pattern, none inside another.
    inside: Vec<Candidate>,
    /// The smallest one that takes more.
    larger: Option<Candidate>,
}

impl Part {
    fn of(
        system: System,
        pattern: Pattern,
        target: (Language, Side),
        memo: &mut Memo,
    ) -> Result<Self, TooComplex> {
        let spellings = language::print(target.0, &pattern);
        let own = PathSet::new(system, vec![pattern]);
        if spellings.len() > 1
            && let Some(part) = Self::together(&own, &spellings, target, memo)?
        {
            return Ok(part);
        }
        let mut inside: Vec<Candidate> = Vec::new();
        let mut larger: Option<(Relation, Candidate)> = None;
        for spelling in spellings {
            let Ok(set) = read(target, &spelling) else { continue };
            let relation = if set == own { Relation::Equal } else { memo.compare(&own, &set)?.relation };
            match relation {
                Relation::Equal => {
                    return Ok(Self { equal: true, inside: vec![(spelling, set)], larger: None });
                }
                Relation::Contains => keep(&mut inside, (spelling, set), memo)?,
                Relation::Inside | Relation::Overlap => {
                    let better = match &larger {
                        None => true,
                        Some((other, _)) if *other != relation => relation == Relation::Inside,
                        Some((_, (_, other))) => memo.compare(&set, other)?.relation == Relation::Inside,
                    };
                    if better {
                        larger = Some((relation, (spelling, set)));
                    }
                }
                Relation::Disjoint => {}
            }
        }
        Ok(Self { equal: false, inside, larger: larger.map(|(_, candidate)| candidate) })
    }

    /// All spellings at once, if they take nothing else and lie apart from each other: one proof for all.
    fn together(
        own: &PathSet,
        spellings: &[Spelling],
        target: (Language, Side),
        memo: &mut Memo,
    ) -> Result<Option<Self>, TooComplex> {
        let mut inside: Vec<Candidate> = Vec::with_capacity(spellings.len());
        for spelling in spellings {
            if let Ok(set) = read(target, spelling) {
                inside.push((spelling.clone(), set));
            }
        }
        let mut depths: Vec<usize> = inside.iter().filter_map(|(_, set)| depth(set)).collect();
        depths.sort_unstable();
        depths.dedup();
        let Some(union) = union(&inside).filter(|_| depths.len() == inside.len()) else { return Ok(None) };
        let relation = memo.compare(own, &union)?.relation;
        Ok(matches!(relation, Relation::Equal | Relation::Contains).then_some(Self {
            equal: relation == Relation::Equal,
            inside,
            larger: None,
        }))
    }
}

/// What the candidates take together.
fn union(candidates: &[Candidate]) -> Option<PathSet> {
    candidates.iter().map(|(_, set)| set.clone()).reduce(PathSet::and)
}

/// What spellings take together in the widest sense of their language.
pub(crate) fn taken(spellings: &[Spelling], target: Language) -> Option<PathSet> {
    let sets = spellings.iter().map(|s| read((target, Side::Target), s).ok());
    sets.reduce(|all, one| Some(all?.and(one?))).flatten()
}

/// Reads a spelling.
fn read((target, side): (Language, Side), spelling: &Spelling) -> Result<PathSet, MaskError> {
    let (text, flags) = spelling.read(target);
    parse(target, &text, &flags, side).map(|parsed| parsed.set)
}

/// Adds a candidate, unless another one takes all of it.
fn keep(kept: &mut Vec<Candidate>, new: Candidate, memo: &mut Memo) -> Result<(), TooComplex> {
    let mut relations = Vec::with_capacity(kept.len());
    for (_, other) in kept.iter() {
        // Paths of different depth are never the same.
        let apart = depth(&new.1).is_some_and(|d| depth(other).is_some_and(|o| o != d));
        relations.push(if apart { Relation::Disjoint } else { memo.compare(&new.1, other)?.relation });
    }
    if relations.iter().any(|r| matches!(r, Relation::Equal | Relation::Inside)) {
        return Ok(());
    }
    let mut relations = relations.into_iter();
    kept.retain(|_| relations.next() != Some(Relation::Contains));
    kept.push(new);
    Ok(())
}

/// Number of separators, where every path of a set has the same.
fn depth(set: &PathSet) -> Option<usize> {
    let [Pattern { tokens, tail: Tail::Exact }] = set.patterns.as_slice() else { return None };
    let plain = tokens.iter().all(|t| matches!(t, Token::Unit(_) | Token::Sep | Token::Run | Token::One));
    plain.then(|| tokens.iter().filter(|t| **t == Token::Sep).count())
}

/// The candidates of all parts in turn, so that each has its share of the entries of a row.
fn shares(parts: &[Part]) -> Vec<Candidate> {
    let longest = parts.iter().map(|p| p.inside.len()).max().unwrap_or(0);
    let round = |at: usize| parts.iter().filter_map(move |p| p.inside.get(at).cloned());
    let mut taken: Vec<Candidate> = Vec::new();
    for candidate in (0..longest).flat_map(round) {
        if !taken.contains(&candidate) {
            taken.push(candidate);
        }
    }
    taken.truncate(MOST_ENTRIES);
    taken
}

fn reaches_deep(source: &PathSet) -> bool {
    let deep = |p: &Pattern| p.tokens.iter().any(|t| matches!(t, Token::Cross | Token::Levels));
    !source.names.is_empty() || source.patterns.iter().any(deep)
}

/// Whether what is more lies below paths of the source: folders are taken with what they hold.
fn only_below(source: &PathSet, taken: &PathSet, memo: &mut Memo) -> bool {
    let trees = spell::without_names(source).into_iter().map(|p| Pattern::new(p.tokens, Tail::Tree));
    let with_folders = PathSet::new(source.system, trees.collect());
    let relation = memo.compare(taken, &with_folders).map(|c| c.relation);
    matches!(relation, Ok(Relation::Equal | Relation::Inside))
}

/// Names that two products may not take for the same file.
fn unsafe_names(source: &PathSet) -> Option<&'static str> {
    if source.system != System::Windows {
        return None;
    }
    let dropped = |tokens: &[Token]| {
        tokens
            .split(|t| *t == Token::Sep)
            .any(|name| matches!(name.last(), Some(Token::Unit(l)) if l.unit == 0x2E || l.unit == 0x20))
    };
    source.patterns.iter().any(|p| dropped(&p.tokens)).then_some(DROPPED)
}

/// Whether a set is a whole drive, or everything, or differs from that by nothing but levels.
pub fn names_nothing(set: &PathSet) -> bool {
    let nothing = |tokens: &[Token]| {
        let rest = match tokens {
            [Token::Unit(_) | Token::Set(_), Token::Unit(colon), rest @ ..] if colon.unit == 0x3A => rest,
            tokens => tokens,
        };
        rest.iter().all(|t| match t {
            Token::Sep | Token::Run | Token::One | Token::Cross | Token::Levels => true,
            Token::Unit(literal) => literal.unit == 0x2E,
            _ => false,
        })
    };
    let system_drive = |p: &Pattern| {
        spell::text(set.system, &p.tokens).is_some_and(|t| t.trim_end_matches(['\\', '*']) == "%SystemDrive%")
    };
    (set.names.is_empty() || set.names.iter().any(|n| nothing(n)))
        && set.patterns.iter().any(|p| nothing(&p.tokens) || system_drive(p))
}
