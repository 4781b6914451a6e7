//! The outline of a set: its patterns as short byte strings, for finding among many sets the few that are worth comparing.
//! [`compare`](super::compare()) takes some ten microseconds, so a list of 10⁵ masks cannot be compared pair by pair; a sorted list
//! of what the masks begin with can be asked.
//!
//! Each pattern becomes a [`Tape`]: literal units, moved up by 8 so that the small numbers are free for wildcards. Names beside
//! the path are written out: `/srv` with `*.log` is `/ s r v Sep Levels Run . l o g`.
//!
//! | question | answered by |
//! |---|---|
//! | what do all paths of the set begin with, end with? | [`Tape::prefix`], [`Tape::suffix`] |
//! | is it one folder with everything below? | [`Outline::folder`] |
//! | is it one path? | [`Outline::is_one_path`] |
//! | can it hold all of another set? | [`Outline::takes`] a [`sample`](Outline::sample) of that set, or it cannot |
//!
//! A sample is a path of the set with one character for each wildcard that stands in no mask. It is taken by whatever holds
//! the whole set; the other way round it proves nothing, except for a set of one path.

use super::System;
use super::set::{PathSet, Tail, Token};
use super::unit::{self, Unit};

const RUN: u8 = 0;
const ONE: u8 = 1;
const CROSS: u8 = 2;
const LEVELS: u8 = 3;
const DRIVE: u8 = 4;
/// The character of samples that stands in no mask.
const ANY: u8 = 5;
/// Literal units are moved up by this.
const SHIFT: Unit = 8;

/// A pattern as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tape {
    bytes: Box<[u8]>,
    tail: Tail,
    /// Length of the literal beginning.
    prefix: usize,
    /// Length of the literal end; of a tail that goes on below, nothing.
    suffix: usize,
}

/// The patterns of a set as tapes, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Outline {
    system: System,
    tapes: Vec<Tape>,
}

/// The separator as a byte of a tape.
fn separator(system: System) -> u8 {
    match system {
        System::Windows => 0x5C + 8,
        System::Linux | System::MacOs => 0x2F + 8,
    }
}

impl PathSet {
    /// The outline; `None` for sets of characters and repeats, which no source language has.
    pub(crate) fn outline(&self) -> Option<Outline> {
        let mut tapes = Vec::with_capacity(self.patterns.len());
        for pattern in &self.patterns {
            if self.names.is_empty() {
                tapes.push(Tape::new(self.system, &[&pattern.tokens], pattern.tail)?);
            }
            for name in &self.names {
                let between: &[Token] = match (pattern.tail, pattern.tokens.as_slice()) {
                    (Tail::Below, _) => &[Token::Sep, Token::Levels],
                    (Tail::Exact, [Token::Cross]) => &[Token::Sep],
                    _ => return None,
                };
                tapes.push(Tape::new(self.system, &[&pattern.tokens, between, name], Tail::Exact)?);
            }
        }
        tapes.sort_unstable();
        tapes.dedup();
        Some(Outline { system: self.system, tapes })
    }
}

impl Tape {
    fn new(system: System, parts: &[&[Token]], tail: Tail) -> Option<Self> {
        let mut bytes = Vec::new();
        let (mut prefix, mut suffix) = (None, 0);
        for token in parts.iter().copied().flatten() {
            let wild = match token {
                Token::Unit(literal) => {
                    push(system, literal.unit, &mut bytes);
                    continue;
                }
                Token::Sep => {
                    bytes.push(separator(system));
                    continue;
                }
                Token::Run => RUN,
                Token::One => ONE,
                Token::Cross => CROSS,
                Token::Levels => LEVELS,
                Token::Set(ranges) if **ranges == [(0x41, 0x5A)] => DRIVE,
                Token::Set(_) | Token::Alt(_) | Token::Repeat(_) => return None,
            };
            prefix.get_or_insert(bytes.len());
            bytes.push(wild);
            suffix = bytes.len();
        }
        // `C:\Data\**` is everything below, too.
        let mut tail = tail;
        let ends = [separator(system), CROSS];
        if let (Tail::Exact, Some(folder @ [_, ..])) = (tail, bytes.strip_suffix(&ends)) {
            let length = folder.len();
            bytes.truncate(length);
            tail = Tail::Below;
        }
        let prefix = prefix.unwrap_or(bytes.len()).min(bytes.len());
        let suffix = if tail == Tail::Exact { bytes.len() - suffix } else { 0 };
        Some(Self { bytes: bytes.into(), tail, prefix, suffix })
    }

    /// What every path begins with, as far as it is literal. Below a folder: without the separator.
    pub(crate) fn prefix(&self) -> &[u8] {
        self.bytes.get(..self.prefix).unwrap_or_default()
    }

    /// What every path ends with, as far as it is literal.
    pub(crate) fn suffix(&self) -> &[u8] {
        self.bytes.get(self.bytes.len() - self.suffix..).unwrap_or_default()
    }

    fn is_literal(&self) -> bool {
        self.prefix == self.bytes.len()
    }

    /// Whether its last name is literal; what goes on below has none.
    fn has_last_name(&self, system: System) -> bool {
        let name = self.bytes.rsplit(|b| *b == separator(system)).next().unwrap_or_default();
        let name = name.strip_prefix(&[LEVELS]).unwrap_or(name);
        self.tail != Tail::Below && !name.iter().any(|b| *b < ANY)
    }
}

impl Outline {
    /// Its tapes, in order.
    pub(crate) fn tapes(&self) -> &[Tape] {
        &self.tapes
    }

    /// The system whose paths these are.
    pub(crate) fn system(&self) -> System {
        self.system
    }

    /// Whether some path may be in both sets, as far as their literal beginnings tell.
    pub(crate) fn begins_like(&self, other: &Self) -> bool {
        let alike = |a: &[u8], b: &[u8]| a.starts_with(b) || b.starts_with(a);
        self.tapes.iter().any(|a| other.tapes.iter().any(|b| alike(a.prefix(), b.prefix())))
    }

    /// The folder, if the set is one folder with everything below: its path without a separator at the end, and whether
    /// the path itself is taken, too.
    pub(crate) fn folder(&self) -> Option<(&[u8], bool)> {
        match self.tapes.as_slice() {
            [tape] if tape.is_literal() && tape.tail != Tail::Exact => {
                Some((&tape.bytes, tape.tail == Tail::Tree))
            }
            _ => None,
        }
    }

    /// Whether the set is one path.
    pub(crate) fn is_one_path(&self) -> bool {
        matches!(self.tapes.as_slice(), [tape] if tape.is_literal() && tape.tail == Tail::Exact)
    }

    /// Whether every path lies below this folder, or is the path itself where that is taken, too.
    pub(crate) fn lies_in(&self, (folder, itself): (&[u8], bool)) -> bool {
        self.tapes.iter().all(|tape| match tape.prefix().strip_prefix(folder) {
            Some([]) if tape.is_literal() => match tape.tail {
                Tail::Exact | Tail::Tree => itself,
                Tail::Below => true,
            },
            Some([first, ..]) => *first == separator(self.system),
            _ => false,
        })
    }

    /// A path of the set, for [`takes`](Self::takes).
    pub(crate) fn sample(&self) -> Vec<u8> {
        let mut path = Vec::new();
        let Some(tape) = self.tapes.first() else { return path };
        if self.system != System::Windows && tape.bytes.first().is_some_and(|b| *b < ANY) {
            path.push(separator(self.system));
        }
        path.extend(tape.bytes.iter().filter(|b| **b != LEVELS).map(|b| if *b < ANY { ANY } else { *b }));
        if tape.tail == Tail::Below {
            path.extend([separator(self.system), ANY]);
        }
        path
    }

    /// Whether it takes a sample.
    pub(crate) fn takes(&self, sample: &[u8]) -> bool {
        self.tapes.iter().any(|tape| Match { system: self.system, tape, path: sample }.run())
    }

    /// Whether it takes every file of a folder, perhaps of many: it goes on below, or ends with a name that is only stars.
    pub(crate) fn takes_folders(&self) -> bool {
        let separator = separator(self.system);
        self.tapes.iter().any(|tape| {
            tape.tail != Tail::Exact
                || matches!(&*tape.bytes, [CROSS] | [.., CROSS] | [.., LEVELS, RUN])
                || matches!(&*tape.bytes, [.., before, RUN] if *before == separator)
        })
    }

    /// Whether every path has a last name that is literal.
    pub(crate) fn names_files(&self) -> bool {
        self.tapes.iter().all(|tape| tape.has_last_name(self.system))
    }

    /// Whether a literal text may be the end of its paths, as far as the ends of its patterns tell.
    pub(crate) fn may_end_with(&self, end: &[u8]) -> bool {
        self.tapes.iter().any(|tape| tape.suffix().ends_with(end) || end.ends_with(tape.suffix()))
    }
}

/// Literal text as bytes of a tape.
pub(crate) fn packed(system: System, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for unit in unit::of_path(system, text) {
        push(system, unit, &mut bytes);
    }
    bytes
}

/// ASCII units are one byte on Windows and all others three, the first two above 0x7F, so that no unit is the beginning of
/// another; elsewhere each is one byte: masks are text, and hold none above 0xF4.
fn push(system: System, unit: Unit, out: &mut Vec<u8>) {
    let byte = |unit: Unit| u8::try_from(unit).unwrap_or(ANY);
    match (system, unit) {
        (System::Windows, 0x78..) => {
            out.extend([byte(unit & 0x7F | 0x80), byte(unit >> 7 & 0x7F | 0x80), byte((unit >> 14) + SHIFT)]);
        }
        // Marks around a keyword.
        (System::Linux | System::MacOs, unit::OPEN) => out.push(0xFE),
        (System::Linux | System::MacOs, unit::CLOSE) => out.push(0xFF),
        _ => out.push(byte(unit + SHIFT)),
    }
}

/// Matching a tape with a sample: the usual two places to come back to, the last `*` and the last `**`.
struct Match<'t> {
    system: System,
    tape: &'t Tape,
    path: &'t [u8],
}

impl Match<'_> {
    fn run(&self) -> bool {
        if !self.path.starts_with(self.tape.prefix()) || !self.path.ends_with(self.tape.suffix()) {
            return false;
        }
        let (mut token, mut at) = (self.tape.prefix, self.tape.prefix);
        // Where to go on in the tape, and in the path; of whole folders, or not.
        let mut run: Option<(usize, usize)> = None;
        let mut cross: Option<(usize, usize, bool)> = None;
        loop {
            let step = match self.tape.bytes.get(token).copied() {
                None if self.ends(at) => return true,
                None => None,
                Some(RUN) => {
                    run = Some((token + 1, at));
                    Some(at)
                }
                Some(kind @ (CROSS | LEVELS)) => {
                    (run, cross) = (None, Some((token + 1, at, kind == LEVELS)));
                    Some(at)
                }
                Some(ONE) => self.after(at).filter(|_| !self.is_separator(at)),
                Some(DRIVE) => match self.path.get(at) {
                    Some(&letter) if letter == ANY || (0x41 + 8..=0x5A + 8).contains(&letter) => Some(at + 1),
                    _ => None,
                },
                Some(literal) => (self.path.get(at) == Some(&literal)).then_some(at + 1),
            };
            if let Some(next) = step {
                (token, at) = (token + 1, next);
            } else if let Some((go_on, next)) = run.and_then(|(go_on, from)| {
                Some((go_on, self.after(from).filter(|_| !self.is_separator(from))?))
            }) {
                run = Some((go_on, next));
                (token, at) = (go_on, next);
            } else if let Some((go_on, next, folders)) =
                cross.and_then(|(go_on, from, folders)| Some((go_on, self.further(from, folders)?, folders)))
            {
                (run, cross) = (None, Some((go_on, next, folders)));
                (token, at) = (go_on, next);
            } else {
                return false;
            }
        }
    }

    fn is_separator(&self, at: usize) -> bool {
        self.path.get(at) == Some(&separator(self.system))
    }

    /// Behind the unit at a place; a character of UTF-8 is one.
    fn after(&self, at: usize) -> Option<usize> {
        self.path.get(at)?;
        let rest = self.path.get(at..)?;
        let length = match self.system {
            System::Windows => rest.iter().take_while(|b| **b >= 0x80).count() + 1,
            System::Linux | System::MacOs => {
                1 + rest.iter().skip(1).take_while(|b| (0x80 + 8..0xC0 + 8).contains(*b)).count()
            }
        };
        Some(at + length)
    }

    fn further(&self, from: usize, folders: bool) -> Option<usize> {
        if !folders {
            return self.after(from);
        }
        let rest = self.path.get(from..)?;
        rest.iter().position(|b| *b == separator(self.system)).map(|found| from + found + 1)
    }

    fn ends(&self, at: usize) -> bool {
        match self.tape.tail {
            Tail::Exact => at == self.path.len(),
            Tail::Below => self.is_separator(at),
            Tail::Tree => at == self.path.len() || self.is_separator(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::{Flags, Language, Side, compare, parse};

    fn set(text: &str) -> PathSet {
        let language = if text.starts_with('/') { Language::Kesl } else { Language::Kes };
        let (text, subfolders) = text.strip_suffix(" +").map_or((text, None), |t| (t, Some(true)));
        let (text, area) = text.split_once(" with ").map_or((text, vec![]), |(t, a)| (t, vec![a.to_owned()]));
        let flags = Flags { subfolders, area, ..Flags::default() };
        parse(language, text, &flags, Side::Source).unwrap().set
    }

    /// A sample is taken by whatever holds the whole set, and by no set apart from it; an example is in its set.
    #[test]
    fn samples_agree_with_comparing() {
        const WINDOWS: &[&str] = &[
            r"C:\Data\ +",
            r"C:\Data\",
            r"C:\Data\*.*",
            r"C:\Data\*.mdf",
            r"C:\Data\a.mdf",
            r"C:\data\A.MDF",
            r"C:\Data\a?.mdf",
            r"C:\Data\**\x.mdf",
            r"C:\Data\**",
            r"C:\Database\ +",
            "*.mdf",
            "x.mdf",
            "?.mdf",
            "*",
            r"C:\ +",
            r"D:\Data\ +",
            r"C:\*\x.mdf",
            r"C:\D*\",
            r"C:\D*\x\ +",
            r"%windir%\ +",
            r"%windir%\Temp\ +",
            r"%SystemRoot%\Temp\*.tmp",
            r"\\srv\share\ +",
            r"\\srv\share\x\a.mdf",
            r"**\Data\*",
            r"C:\Übung\ +",
            r"C:\übung\ä?.txt",
            r"C:\Übung\*я.txt",
            "C:\\\u{1F600}\\ +",
            "C:\\??\\",
            r"Data\*.mdf",
        ];
        const LINUX: &[&str] = &[
            "/",
            "/srv",
            "/srv/",
            "/srv/**",
            "/srv/db",
            "/srv/db/x.log",
            "/srv/db/?.log",
            "/srv/*",
            "/srv/*/x.log",
            "/srv/**/x.log",
            "/srv/d*",
            "/srv/dbs",
            "/Srv",
            "/srv with *.log",
            "/ with *.log",
            "/srv/db with x.log",
            "/srv/ü",
            "/srv/?",
            "/srv/ü?",
            "/srv/**.log",
            "/**/db/x.log",
            "/srv/db/*x*.log",
            "/srv/db/*x*y*.log",
            "/ with x.log",
            "/**x.log",
        ];
        let mut pairs = 0;
        for list in [WINDOWS, LINUX] {
            for (left, right) in list.iter().flat_map(|l| list.iter().map(move |r| (l, r))) {
                let (a, b) = (set(left), set(right));
                let (outline, other) = (a.outline().unwrap(), b.outline().unwrap());
                let relation = compare(&a, &b).unwrap().relation;
                use crate::mask::Relation as R;
                let taken = other.takes(&outline.sample());
                match relation {
                    R::Equal | R::Inside => assert!(taken, "{left} is inside {right}"),
                    R::Disjoint => assert!(!taken, "{left} is apart from {right}"),
                    R::Contains | R::Overlap if outline.is_one_path() => assert!(!taken, "{left} {right}"),
                    R::Contains | R::Overlap => {}
                }
                if let Some(folder) = other.folder() {
                    let inside = matches!(relation, R::Equal | R::Inside);
                    assert_eq!(outline.lies_in(folder), inside, "{left} lies in {right}");
                }
                assert!(outline != other || relation == R::Equal, "{left} = {right}");
                pairs += 1;
            }
            for mask in list {
                let example = set(mask).example().unwrap();
                assert!(set(mask).contains(&example), "{mask}: {example}");
            }
        }
        assert!(pairs > 1500);
    }
}
