//! The engine's sets of paths against matchers of another making: which masks it takes, which paths they hold, and how
//! two sets lie to each other. `CROSSWALK_CASES` compares more.

mod common;
mod draw;
mod examples;
mod oracle;

use std::collections::BTreeMap;

use crosswalk::mask::{self, Flags, Language, Parsed, Relation, Side};
use draw::{Dice, all_paths, cases};
use oracle::{LANGUAGES, Mask, System, Verdict, posix};

/// What went wrong, by kind: how often, and the first few.
#[derive(Default)]
struct Wrong(BTreeMap<String, (usize, Vec<String>)>);

impl Wrong {
    fn add(&mut self, kind: String, what: impl FnOnce() -> String) {
        let (count, first) = self.0.entry(kind).or_default();
        *count += 1;
        first.push(what());
        // The shortest ones tell most.
        first.sort_by_key(|w| (w.chars().count(), w.clone()));
        first.dedup();
        first.truncate(14);
    }

    fn none(self) {
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(kind, (count, first))| format!("{kind}: {count}\n    {}", first.join("\n    ")))
            .collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }
}

fn side(wide: bool) -> Side {
    if wide { Side::Target } else { Side::Source }
}

fn word(wide: bool) -> &'static str {
    if wide { "wide" } else { "narrow" }
}

/// The engine's reading; `None`: it refuses.
fn parsed(language: &str, text: &str, flags: &[&str], wide: bool) -> Option<Parsed> {
    let language = Language::from_id(language).unwrap_or_else(|| panic!("no language {language}"));
    let flags = Flags::parse(&flags.join(",")).expect("flags");
    mask::parse(language, text, &flags, side(wide)).ok()
}

#[test]
fn every_language_is_judged() {
    for language in Language::ALL {
        assert!(LANGUAGES.iter().any(|(id, _)| *id == language.id()), "{} has no matcher", language.id());
    }
    assert_eq!(Language::ALL.len(), LANGUAGES.len());
}

#[test]
fn the_engine_gives_the_answers_of_the_examples() {
    let mut wrong = Wrong::default();
    for e in examples::all() {
        for wide in [false, true].into_iter().filter(|w| e.wide.is_none_or(|only| only == *w)) {
            let verdict = match parsed(&e.language, &e.mask, &e.flags, wide) {
                None => Verdict::Invalid,
                Some(parsed) if parsed.set.contains(&placed(&e.language, &e.path)) => Verdict::Yes,
                Some(_) => Verdict::No,
            };
            if verdict != e.verdict {
                wrong.add(e.language.clone(), || {
                    format!("line {}, {}: {} {}: {verdict:?}", e.at, word(wide), e.mask, e.path)
                });
            }
        }
    }
    wrong.none();
}

fn placed(language: &str, path: &str) -> String {
    let (_, system) = LANGUAGES.iter().find(|(id, _)| *id == language).expect("a language");
    oracle::placed(*system, path)
}

/// One row of masks for one language.
struct Count {
    pairs: usize,
    taken: usize,
    masks: usize,
}

fn compare_paths(language: &str, system: System, pairs: usize, wrong: &mut Wrong) -> Count {
    const PATHS: usize = 24;
    let mut dice = Dice::new(language);
    let mut count = Count { pairs: 0, taken: 0, masks: 0 };
    let mut drawn = 0;
    while count.pairs < pairs && drawn < pairs {
        let text = draw::mask(language, system, &mut dice);
        let flags = draw::flags(language, &mut dice);
        drawn += 1;
        for wide in [false, true] {
            let told = || format!("`{text}` {flags:?}");
            let (engine, judge) =
                (parsed(language, &text, &flags, wide), Mask::read(language, &text, &flags, wide));
            let (engine, judge) = match (engine, judge) {
                (None, None) => continue,
                (Some(_), None) => {
                    wrong.add(format!("{language} {}: the engine takes", word(wide)), told);
                    continue;
                }
                (None, Some(_)) => {
                    wrong.add(format!("{language} {}: the engine refuses", word(wide)), told);
                    continue;
                }
                (Some(engine), Some(judge)) => (engine, judge),
            };
            count.masks += 1;
            for _ in 0..PATHS {
                let path = placed(language, &draw::path(language, &text, system, &mut dice));
                let (found, expected) = (engine.set.contains(&path), judge.takes(&path));
                count.pairs += 1;
                count.taken += usize::from(expected);
                if found != expected {
                    let kind = if expected { "misses" } else { "holds" };
                    wrong.add(format!("{language} {}: the engine {kind}", word(wide)), || {
                        format!("{}: {path}", told())
                    });
                }
            }
        }
    }
    count
}

#[test]
fn masks_hold_the_paths_that_other_matchers_take() {
    let each = cases(1_500_000) / LANGUAGES.len();
    let mut wrong = Wrong::default();
    let (mut pairs, mut taken) = (0, 0);
    for (language, system) in LANGUAGES {
        let count = compare_paths(language, system, each, &mut wrong);
        eprintln!("{language}: {} masks, {} pairs, {} taken", count.masks, count.pairs, count.taken);
        assert!(count.taken * 20 > count.pairs, "{language}: too few paths are taken");
        pairs += count.pairs;
        taken += count.taken;
    }
    eprintln!("{pairs} pairs compared, {taken} taken");
    wrong.none();
}

/// Names on Linux are bytes, and need not be text.
#[test]
fn expressions_search_bytes() {
    let mut dice = Dice::new("bytes");
    let mut wrong = Wrong::default();
    let (mut pairs, mut taken) = (0, 0);
    for _ in 0..cases(1_500_000) / 200 {
        let text = draw::mask("clam-exclude", System::Linux, &mut dice);
        let (Some(engine), Some(judge)) =
            (parsed("clam-exclude", &text, &[], false), posix::Expression::read(&text))
        else {
            continue;
        };
        for _ in 0..8 {
            let mut path = draw::path("clam-exclude", &text, System::Linux, &mut dice).into_bytes();
            let at = dice.below(path.len());
            if path[0] == b'/' && path[at] != b'/' {
                path[at] = [0xFF, 0xC3, b'\n', 0x80][dice.below(4)];
            } else {
                continue;
            }
            let expected = judge.takes_bytes(&path);
            pairs += 1;
            taken += usize::from(expected);
            if engine.set.contains_bytes(&path) != expected {
                wrong.add(format!("taken {expected}"), || format!("`{text}`: {}", path.escape_ascii()));
            }
        }
    }
    eprintln!("{pairs} pairs, {taken} taken");
    wrong.none();
}

/// A mask that both read, and which of the known paths it takes.
struct Known {
    told: String,
    engine: Parsed,
    judge: Mask,
    taken: Vec<u64>,
}

fn known(system: System, paths: &[String], count: usize) -> Vec<Known> {
    let mut dice = Dice::new("compare");
    let languages: Vec<&str> = LANGUAGES.iter().filter(|(_, s)| *s == system).map(|(id, _)| *id).collect();
    let mut out = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut drawn = 0;
    while out.len() < count && drawn < 40 * count {
        drawn += 1;
        let language = dice.pick(&languages);
        let text = draw::plain_mask(language, system, &mut dice);
        let flags = draw::flags(language, &mut dice);
        let wide = dice.once_in(2);
        let told = format!("{language} {} `{text}` {flags:?}", word(wide));
        if !seen.insert(told.clone()) {
            continue;
        }
        let (Some(engine), Some(judge)) =
            (parsed(language, &text, &flags, wide), Mask::read(language, &text, &flags, wide))
        else {
            continue;
        };
        let mut taken = vec![0_u64; paths.len().div_ceil(64)];
        for (n, path) in paths.iter().enumerate().filter(|(_, path)| judge.takes(path)) {
            debug_assert!(!path.is_empty());
            taken[n / 64] |= 1 << (n % 64);
        }
        out.push(Known { told, engine, judge, taken });
    }
    out
}

/// The first known path for which the words of bits agree.
fn first<'p>(
    left: &Known,
    right: &Known,
    paths: &'p [String],
    which: fn(u64, u64) -> u64,
) -> Option<&'p String> {
    left.taken.iter().zip(&right.taken).enumerate().find_map(|(n, (l, r))| {
        let bits = which(*l, *r);
        (bits != 0).then(|| &paths[n * 64 + bits.trailing_zeros() as usize])
    })
}

/// One of the three examples of a comparison.
type Look<'c> = (&'static str, Option<&'c String>, fn(u64, u64) -> u64, [bool; 2]);

fn judge_pair(left: &Known, right: &Known, paths: &[String], wrong: &mut Wrong) {
    let told = || format!("{} / {}", left.told, right.told);
    let Ok(comparison) = mask::compare(&left.engine.set, &right.engine.set) else {
        wrong.add("too complex".into(), told);
        return;
    };
    let looks: [Look; 3] = [
        ("only left", comparison.only_left.as_ref(), |l, r| l & !r, [true, false]),
        ("only right", comparison.only_right.as_ref(), |l, r| !l & r, [false, true]),
        ("both", comparison.both.as_ref(), |l, r| l & r, [true, true]),
    ];
    for (name, example, which, expected) in looks {
        // Bytes that are no text: a path, but not one for the other matchers.
        if example.is_some_and(|path| path.starts_with('/') && path.contains(r"\x")) {
            continue;
        }
        if let Some(path) = example {
            let taken = left.judge.judges(path).zip(right.judge.judges(path)).map(<[bool; 2]>::from);
            match taken {
                None => wrong.add(format!("{name}: no path"), || format!("{}: {path}", told())),
                Some(taken) if taken != expected => {
                    wrong.add(format!("{name}: a wrong example"), || format!("{}: {path}", told()))
                }
                Some(_) => {}
            }
        }
        let Some(path) = first(left, right, paths, which) else { continue };
        match example {
            None => wrong.add(format!("{name}: no example"), || format!("{}: {path}", told())),
            // A variable that neither mask names is an example that nobody would understand.
            Some(other) if other.chars().count() > path.chars().count() && !path.starts_with('%') => {
                wrong.add(format!("{name}: not the shortest"), || format!("{}: {other}, {path}", told()))
            }
            Some(_) => {}
        }
    }
    let differ = [comparison.only_left.is_some(), comparison.only_right.is_some()];
    let agrees = match comparison.relation {
        Relation::Equal => differ == [false, false],
        Relation::Inside => differ == [false, true],
        Relation::Contains => differ == [true, false],
        Relation::Overlap => differ == [true, true] && comparison.both.is_some(),
        Relation::Disjoint => comparison.both.is_none(),
    };
    if !agrees {
        wrong.add(format!("{:?} with other examples", comparison.relation), told);
    }
}

#[test]
fn comparisons_agree_with_all_short_paths() {
    let mut wrong = Wrong::default();
    let mut pairs = 0;
    for system in [System::Windows, System::Linux] {
        let paths = all_paths(system);
        let known = known(system, &paths, 1500);
        let mut dice = Dice::new("pairs");
        let mut relations: BTreeMap<String, usize> = BTreeMap::new();
        for _ in 0..cases(1_500_000) / 10 {
            let (left, right) = (&known[dice.below(known.len())], &known[dice.below(known.len())]);
            judge_pair(left, right, &paths, &mut wrong);
            pairs += 1;
            if let Ok(comparison) = mask::compare(&left.engine.set, &right.engine.set) {
                *relations.entry(format!("{:?}", comparison.relation)).or_default() += 1;
            }
        }
        eprintln!("{system:?}: {} masks, {} paths, {relations:?}", known.len(), paths.len());
    }
    eprintln!("{pairs} pairs of masks compared");
    wrong.none();
}
