//! Two masks of any languages: reading, comparing, asking and choosing keep what they promise.
//!
//! An input is text, so that a case can be read and written by hand. What is not UTF-8 is replaced.
//!
//! ```text
//! kes<TAB>subfolders<TAB>C:\dir\*.exe
//! def-path<TAB>drive=C<TAB>C:\dir
//! ```
//!
//! The second mask goes to the end, so it can hold line breaks; one at the very end does not count. A word that is no
//! language stands for one all the same, and a word that is no flag for none, so that changed bytes still say something.
//!
//! | promise | checked |
//! |---|---|
//! | every mask is read or refused, in both readings alike | no panic; both readings or none |
//! | the narrow reading is inside the wide one | compared |
//! | a set equals itself | compared |
//! | examples are in the sets they are said to be in, and in no other | asked of `contains` |
//! | the first example is the shortest | among all examples of the input |
//! | left and right are alike | compared both ways |
//! | a regular expression is what it is to others | examples, by the matcher of `tests/oracle` |
//! | `ask` says what comparing says | both |
//! | what `choose` says is equal or stricter takes nothing else | each entry is read again, in its widest sense, and compared |
//!
//! [`TooComplex`] is an answer, and then the rest is left out. Where a path cannot be told from its text, nothing is checked: see [`Set::takes`].

use crosswalk::mask::{
    Asked, Choice, Comparison, Flags, Language, List, Memo, NoAnswer, Parsed, PathSet, Relation, Side,
    Spelling, System, TooComplex, ask, choose, compare, names_nothing, parse, variable,
};

use super::posix;

/// A mask as an input gives it.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its language.
    pub language: Language,
    /// What stands beside it.
    pub flags: Flags,
    /// Its text.
    pub text: String,
}

impl Given {
    /// Reads `LANGUAGE<TAB>FLAGS<TAB>MASK`; what is missing is empty.
    pub fn read(line: &str) -> Self {
        let (language, rest) = line.split_once('\t').unwrap_or((line, ""));
        let (flags, text) = rest.split_once('\t').unwrap_or((rest, ""));
        Self { language: language_of(language), flags: flags_of(flags), text: text.to_owned() }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { language: self.language, text: &self.text, flags: &self.flags }
    }
}

/// The language of a word, or one for it.
pub fn language_of(word: &str) -> Language {
    let sum: usize = word.bytes().map(usize::from).sum();
    Language::from_id(word).unwrap_or(Language::ALL[sum % Language::ALL.len()])
}

/// The flags among some words.
pub fn flags_of(words: &str) -> Flags {
    let known: Vec<&str> = words.split(',').filter(|word| Flags::parse(word).is_ok()).collect();
    Flags::parse(&known.join(",")).expect("each word is a flag")
}

/// The two masks of an input.
pub fn given(bytes: &[u8]) -> (Given, Given) {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let (left, right) = text.split_once('\n').unwrap_or((text, ""));
    (Given::read(left), Given::read(right))
}

/// Checks one input.
///
/// # Panics
///
/// When the engine breaks a promise.
pub fn check(bytes: &[u8]) {
    let (left, right) = given(bytes);
    let (lefts, rights) = (readings(&left), readings(&right));
    let mut seen = Seen::default();
    for [narrow, wide] in lefts.iter().chain(&rights) {
        if let Some(compared) = seen.compare(narrow, wide) {
            assert_eq!(compared.only_left, None, "{} is not inside {}", narrow.told, wide.told);
        }
        itself(narrow, &mut seen);
        itself(wide, &mut seen);
    }
    if left.language.system() == right.language.system() {
        for left in lefts.iter().flatten() {
            for right in rights.iter().flatten() {
                seen.compare(left, right);
            }
        }
    }
    seen.judge_paths();
    for (given, sets) in [(&left, &lefts), (&right, &rights)] {
        sets.iter().flatten().for_each(|set| searched(given, set, &seen));
    }
    if !seen.too_complex {
        asked(&left, &right);
        lefts.iter().chain(&rights).flatten().for_each(chosen);
    }
}

/// Both readings of a mask, the narrow one first; or none.
fn readings(given: &Given) -> Option<[Set; 2]> {
    let read = |side| parse(given.language, &given.text, &given.flags, side);
    match (read(Side::Source), read(Side::Target)) {
        (Ok(narrow), Ok(wide)) => Some([Set::of("narrow", given, narrow), Set::of("wide", given, wide)]),
        (Err(narrow), Err(wide)) => {
            assert!(!narrow.reason().is_empty() && !wide.reason().is_empty());
            None
        }
        (narrow, wide) => panic!("one reading only of {given:?}: {narrow:?}, {wide:?}"),
    }
}

/// A set, and where it comes from.
struct Set {
    told: String,
    set: PathSet,
}

impl Set {
    fn of(reading: &str, given: &Given, parsed: Parsed) -> Self {
        Self { told: format!("{reading} {given:?}"), set: parsed.set }
    }

    fn system(&self) -> System {
        self.set.system()
    }

    /// Whether a path that the engine showed is in the set, for each way in which its text can be meant. None, where the
    /// text does not tell:
    ///
    /// - a keyword on Linux, which looks like a relative path;
    /// - a variable of an account, which Defender keeps apart from the same one of another account;
    /// - half of a UTF-16 pair, which is no text.
    fn takes(&self, path: &str) -> Vec<bool> {
        if self.system() == System::Windows {
            let of_account = path.starts_with('%') && !variable(path).is_some_and(|v| v.of_machine);
            let told = !of_account && !path.contains(char::REPLACEMENT_CHARACTER);
            return if told { vec![self.set.contains(path)] } else { Vec::new() };
        }
        if !path.starts_with('/') {
            return Vec::new();
        }
        meanings(path).iter().map(|bytes| self.set.contains_bytes(bytes)).collect()
    }
}

/// What a path of bytes can mean: `\xFF` is one byte that is no text, or four letters.
fn meanings(path: &str) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if let Some((byte, behind)) = escape(rest)
            && all.len() < 16
        {
            // Both: a path with this byte and, further on, one with these letters.
            let split = all.len();
            all.extend_from_within(..);
            for (at, bytes) in all.iter_mut().enumerate() {
                if at < split { bytes.push(byte) } else { bytes.extend_from_slice(&rest[..4]) }
            }
            rest = behind;
            continue;
        }
        all.iter_mut().for_each(|bytes| bytes.push(*first));
        rest = after;
    }
    all
}

/// `\x80` to `\xFF` at the beginning, and what follows.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, rest) = text.strip_prefix(b"\\x")?.split_at_checked(2)?;
    let byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    (byte >= 0x80 && digits.iter().all(|d| d.is_ascii_digit() || d.is_ascii_uppercase()))
        .then_some((byte, rest))
}

/// A comparison that was made.
struct Made<'s> {
    left: &'s Set,
    right: &'s Set,
    compared: Comparison,
}

/// All comparisons of an input.
#[derive(Default)]
struct Seen<'s> {
    made: Vec<Made<'s>>,
    too_complex: bool,
}

impl<'s> Seen<'s> {
    /// Compares both ways; `None` when that would take too long. Once is enough: that answer takes longest.
    fn compare(&mut self, left: &'s Set, right: &'s Set) -> Option<Comparison> {
        if self.too_complex {
            return None;
        }
        let told = || format!("{} / {}", left.told, right.told);
        let (compared, back) = match (compare(&left.set, &right.set), compare(&right.set, &left.set)) {
            (Ok(compared), Ok(back)) => (compared, back),
            (Err(TooComplex), Err(TooComplex)) => {
                self.too_complex = true;
                return None;
            }
            (there, back) => panic!("too complex in one direction: {}: {there:?}, {back:?}", told()),
        };
        let mirrored = match back.relation {
            Relation::Inside => Relation::Contains,
            Relation::Contains => Relation::Inside,
            same => same,
        };
        assert_eq!(compared.relation, mirrored, "{}", told());
        // Letters are shown as the left mask has them.
        let folded = |path: &Option<String>| path.as_ref().map(|p| p.to_uppercase());
        assert_eq!(folded(&compared.only_left), folded(&back.only_right), "{}", told());
        assert_eq!(folded(&compared.only_right), folded(&back.only_left), "{}", told());
        assert_eq!(folded(&compared.both), folded(&back.both), "{}", told());
        let differ = [compared.only_left.is_some(), compared.only_right.is_some()];
        let agrees = match compared.relation {
            Relation::Equal => differ == [false, false],
            Relation::Inside => differ == [false, true],
            Relation::Contains => differ == [true, false],
            Relation::Overlap => differ == [true, true] && compared.both.is_some(),
            Relation::Disjoint => differ == [true, true] && compared.both.is_none(),
        };
        assert!(agrees, "{}: {compared:?}", told());
        for (path, expected) in [
            (&compared.only_left, (true, false)),
            (&compared.only_right, (false, true)),
            (&compared.both, (true, true)),
        ] {
            let Some(path) = path else { continue };
            let taken: Vec<(bool, bool)> = left.takes(path).into_iter().zip(right.takes(path)).collect();
            assert!(
                taken.is_empty() || taken.contains(&expected),
                "{path} is said to be in {expected:?}, and is in {taken:?}: {}",
                told()
            );
        }
        self.made.push(Made { left, right, compared: compared.clone() });
        Some(compared)
    }

    /// Holds every example against every comparison of the same system.
    fn judge_paths(&self) {
        for path in self.made.iter().flat_map(Made::paths) {
            self.made.iter().filter(|made| made.left.system() == path.0).for_each(|made| made.judge(path.1));
        }
    }
}

impl Made<'_> {
    fn paths(&self) -> impl Iterator<Item = (System, &str)> {
        let Comparison { only_left, only_right, both, .. } = &self.compared;
        [only_left, only_right, both].into_iter().flatten().map(|path| (self.left.system(), path.as_str()))
    }

    /// A path that is there belongs to what was found, and is not shorter than the example.
    fn judge(&self, path: &str) {
        let (&[left], &[right]) = (&*self.left.takes(path), &*self.right.takes(path)) else { return };
        let example = match (left, right) {
            (true, false) => &self.compared.only_left,
            (false, true) => &self.compared.only_right,
            (true, true) => &self.compared.both,
            (false, false) => return,
        };
        let told = || format!("{} / {}", self.left.told, self.right.told);
        let Some(example) = example else {
            // Where no mask names a variable, none is shown.
            assert!(path.starts_with('%'), "no example, but {path}: {}: {:?}", told(), self.compared);
            return;
        };
        let plain = !path.starts_with('%') && !example.starts_with('%') && meanings(example).len() == 1;
        let units = |path: &str| {
            if self.left.system() == System::Windows { path.encode_utf16().count() } else { path.len() }
        };
        assert!(
            !plain || units(example) <= units(path),
            "{example} is not the shortest, but {path}: {}",
            told()
        );
    }
}

/// A set beside itself.
fn itself<'s>(set: &'s Set, seen: &mut Seen<'s>) {
    names_nothing(&set.set);
    let Some(compared) = seen.compare(set, set) else { return };
    assert_eq!(compared.relation, Relation::Equal, "{} / itself", set.told);
    if let Some(path) = set.set.example() {
        let taken = set.takes(&path);
        assert!(taken.is_empty() || taken.contains(&true), "{path} is no example of {}", set.told);
    }
}

/// A regular expression finds the paths that another reader of such expressions finds.
fn searched(given: &Given, set: &Set, seen: &Seen<'_>) {
    if given.language != Language::ClamExclude {
        return;
    }
    let Some(expression) = posix::Expression::read(&given.text) else { return };
    let paths = seen.made.iter().flat_map(Made::paths).map(|(_, path)| path);
    for path in paths.filter(|path| path.starts_with('/') && meanings(path).len() == 1) {
        assert_eq!(
            set.set.contains(path),
            expression.takes(path),
            "{path:?} is in the set, is found: {}",
            set.told
        );
    }
}

/// The question of the command line.
fn asked(left: &Given, right: &Given) {
    let answer = ask(&left.asked(), &right.asked());
    if let Err(why) = &answer {
        assert!(!why.reason().is_empty());
    }
    let source = parse(left.language, &left.text, &left.flags, Side::Source);
    let target = parse(right.language, &right.text, &right.flags, Side::Target);
    let (source, target) = match (source, target) {
        _ if left.language.system() != right.language.system() => {
            return assert_eq!(answer, Err(NoAnswer::Systems));
        }
        (Err(why), _) => return assert_eq!(answer, Err(NoAnswer::Left(why))),
        (_, Err(why)) => return assert_eq!(answer, Err(NoAnswer::Right(why))),
        (Ok(source), Ok(target)) => (source, target),
    };
    match (compare(&source.set, &target.set), answer) {
        (Err(TooComplex), answer) => assert_eq!(answer, Err(NoAnswer::TooComplex)),
        (Ok(compared), Ok((said, uncertain))) => {
            for why in source.uncertain.iter().chain(&target.uncertain) {
                assert!(uncertain.contains(why), "{why} is kept back");
            }
            if source.conditions == target.conditions {
                assert_eq!(said, compared);
                return;
            }
            // A condition narrows its side, so that side cannot be said to hold all of the other.
            let wrong = match said.relation {
                Relation::Equal => true,
                Relation::Inside => !target.conditions.is_empty(),
                Relation::Contains => !source.conditions.is_empty(),
                Relation::Overlap | Relation::Disjoint => false,
            };
            assert!(!wrong, "{said:?} in spite of conditions: {left:?} / {right:?}");
        }
        (compared, answer) => panic!("{compared:?}, but asked {answer:?}: {left:?} / {right:?}"),
    }
}

/// What every target makes of a set.
fn chosen(source: &Set) {
    for target in Language::ALL.iter().copied().filter(|target| target.system() == source.system()) {
        let told = || format!("{} as {}", source.told, target.id());
        match choose(&source.set, target, &mut Memo::default()) {
            Choice::Equal(entries) => {
                let read: Vec<Set> = entries.iter().map(|entry| again(target, entry)).collect();
                let all_inside = read.iter().all(|entry| inside(entry, source).is_some());
                assert!(!read.is_empty(), "nothing is equal to {}", told());
                for entry in read.iter().filter(|_| all_inside) {
                    let Some(missing) = inside(entry, source).flatten() else { continue };
                    let taken: Vec<bool> = read.iter().flat_map(|other| other.takes(&missing)).collect();
                    assert!(taken.is_empty() || taken.contains(&true), "{missing} is in none: {}", told());
                }
            }
            Choice::Stricter { entries, lost, .. } => {
                let read: Vec<Set> = entries.iter().map(|entry| again(target, entry)).collect();
                assert!(!read.is_empty(), "nothing is stricter than {}", told());
                for entry in &read {
                    inside(entry, source);
                    let taken = entry.takes(&lost);
                    assert!(taken.is_empty() || taken.contains(&false), "{lost} is not lost: {}", told());
                }
                let taken = source.takes(&lost);
                assert!(taken.is_empty() || taken.contains(&true), "{lost} never was there: {}", told());
            }
            Choice::Looser { entries, gained, lost, .. } => {
                let read: Vec<Set> = entries.iter().map(|entry| again(target, entry)).collect();
                let taken = source.takes(&gained);
                assert!(taken.is_empty() || taken.contains(&false), "{gained} is not gained: {}", told());
                let taken: Vec<bool> = read.iter().flat_map(|entry| entry.takes(&gained)).collect();
                assert!(taken.is_empty() || taken.contains(&true), "{gained} is in no entry: {}", told());
                if let Some(lost) = lost {
                    let taken = source.takes(&lost);
                    assert!(taken.is_empty() || taken.contains(&true), "{lost} never was there: {}", told());
                }
            }
            Choice::None(why) => assert!(!why.is_empty()),
        }
    }
}

/// Checks that an entry takes nothing that the source does not; a path that only the source takes. `None`: it would
/// take too long.
fn inside(entry: &Set, source: &Set) -> Option<Option<String>> {
    let compared = compare(&entry.set, &source.set).ok()?;
    assert_eq!(compared.only_left, None, "{} takes more than {}", entry.told, source.told);
    Some(compared.only_right)
}

/// An entry, read in its widest sense with the marks that it is written with.
fn again(target: Language, entry: &Spelling) -> Set {
    let mut flags = Flags::default();
    let mut text = entry.text.clone();
    match (target, entry.list) {
        (Language::DefPath, Some(List::File)) => text.push_str("\\:{PathType:file}"),
        (Language::DefPath, Some(List::Folder)) => text.push_str("\\:{PathType:folder}"),
        (Language::MdeLinux | Language::MdeMacos | Language::SentinelOne, list) => flags.list = list,
        _ => {}
    }
    let given = Given { language: target, flags, text };
    match parse(given.language, &given.text, &given.flags, Side::Target) {
        Ok(parsed) => Set::of("chosen", &given, parsed),
        Err(why) => panic!("{given:?} was chosen and is not read: {why:?}"),
    }
}
