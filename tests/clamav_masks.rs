//! ClamAV is the judge of the mask languages: what [`crosswalk::mask`] says that a mask takes is compared with what a real
//! clamd skips, for exclusions, expressions and trees drawn at random, the same ones each time.
//!
//! Each mask has a folder of its own in a tree, its slot, and names or letters of its own; an expression that reaches into
//! the slot of another is left out. So one scan of a tree judges many masks, and each file judges one.
#![cfg(target_os = "linux")]

mod draw;
mod engine;
mod oracle;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crosswalk::finding;
use crosswalk::ledger::Fate;
use crosswalk::mask::{Flags, Language, MaskError, PathSet, Side, parse};
use draw::Dice;
use engine::exports::{Rule, Stands, converted};
use engine::on_access::{OnAccess, on_access_engine};
use engine::{Files, MODES, Place, engine, rest, same};
use oracle::posix::Expression;
use regex::bytes::Regex as ByteRegex;

/// Without it clamd goes fifteen folders deep.
const BASICS: &str = "MaxDirectoryRecursion 0\n";

// ---------------------------------------------------------------------------------------------------------------------
// Exclusions of KESL

/// Few names, so that masks and files meet.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "a", "a", "b", "ab", "A", "aa", "a.b", "a b", " a", "b ", "a+", "(a)", "a|b", "^a", "a$", "$", "#", "'", "\"", "\"a\"", "ä", "é", "日",
    "a\u{301}", "-", ".a", "..a", "a..", "...", "a~", "x.log", "Xlog", "x.log.1", ".log", "a)", "(", "a=b", "a;b", "%a%", "<a>", "a,b", "&",
];

/// Names that an export cannot hold, or that are not converted.
const ODD_NAMES: &[&str] = &["a\nb", "[a]", "{2}", "\\a", "a\\", "\n", "\t"];

const PIECES: &[&str] = &[
    "*", "*", "?", "?", "a", "b", "ab", ".", ".log", "ä", "+", "(", ")", "$", "^", "|", " ", "x", "日", "[a]",
];

fn wild_name(dice: &mut Dice) -> String {
    let pieces: String = (0..=dice.below(3)).map(|_| dice.pick(PIECES)).collect();
    pieces.replace("**", "*")
}

/// A mask for file names.
fn name_mask(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => dice.pick(&["*.log", "a*", "?", "??", "**", "a**b", "*.???", "x.*", "*"]).to_owned(),
        1 => dice.pick(NAMES).to_owned(),
        _ => format!("{}{}", dice.pick(&["*", "?", "a"]), wild_name(dice)),
    }
}

/// An exclusion in a slot.
fn exclusion(slot: &str, nth: usize, dice: &mut Dice) -> Rule {
    let stands = match dice.below(12) {
        0 => Stands::RealTime,
        1 => Stands::Scans,
        2 => Stands::OneScan,
        _ => Stands::Everywhere,
    };
    let mut names: Vec<String> = (0..=dice.below(3)).map(|_| dice.pick(NAMES).to_owned()).collect();
    let mut end = dice.pick(&["", "", "/", "/**"]);
    let mut masks = Vec::new();
    match dice.below(12) {
        // Masks alone hold in the whole tree, so they have an ending of their own.
        0 => {
            let masks: Vec<String> =
                (0..=dice.below(2)).map(|_| format!("{}.x{nth}", name_mask(dice))).collect();
            return Rule { path: String::new(), masks, stands };
        }
        1 | 2 => masks = (0..=dice.below(3)).map(|_| name_mask(dice)).collect(),
        3..=6 => {
            for _ in 0..=dice.below(2) {
                let at = dice.below(names.len());
                names[at] = wild_name(dice);
            }
            if dice.once_in(2) {
                let at = dice.below(names.len());
                names[at] = dice.pick(&["**", "**", "a**", "**a", "**.log", "?**", "a**?"]).to_owned();
            }
            end = if dice.once_in(10) { "/" } else { "" };
        }
        _ => {}
    }
    Rule { path: format!("{slot}/{}{end}", names.join("/")), masks, stands }
}

/// A file that has something to do with an exclusion, from its slot on.
fn near(rule: &Rule, slot: &str, dice: &mut Dice) -> String {
    let fill = |mask: &str, dice: &mut Dice| -> String {
        let mut out = String::new();
        for piece in mask.replace("**", "\0").chars() {
            match piece {
                '\0' => out.push_str(dice.pick(&["a/b", "a", "x", "", "a/b/c", "é/"])),
                '*' => out.push_str(dice.pick(&["", "a", "b", "ab", "a.b", "é", ".", "+"])),
                '?' => out.push_str(dice.pick(&["a", "b", "x", "é", "(", "日", "", "\n"])),
                c => out.push(c),
            }
        }
        out
    };
    let mut path = match rule.path.strip_prefix(slot) {
        Some(path) => fill(path.trim_end_matches("/**").trim_end_matches('/'), dice),
        None => format!("/{}", dice.pick(NAMES)),
    };
    if !rule.masks.is_empty() {
        let mask = &rule.masks[dice.below(rule.masks.len())];
        let between = dice.pick(&["", "", "/s", "/é/a"]);
        path = format!("{path}{between}/{}", fill(mask, dice));
    }
    match dice.below(14) {
        0..=2 => path,
        3 | 4 => format!("{path}/a"),
        12 | 13 => format!("{path}/{}", dice.pick(&["b", "é/a", "\n", " ", "a.log", "*"])),
        5 => format!("{path}/{}/{}", dice.pick(NAMES), dice.pick(NAMES)),
        6 => format!("{path}{}", dice.pick(NAMES)),
        7 => format!("{path}{}", dice.pick(&["\n", "/\n/a", "X", ".bak", "$"])),
        8 => path.to_uppercase(),
        9 => format!("/{}/{}", dice.pick(NAMES), dice.pick(ODD_NAMES)),
        10 => format!("/a{path}"),
        _ => path.chars().filter(|_| !dice.once_in(6)).collect(),
    }
}

/// The files that KESL leaves alone because of an exclusion.
fn of_kesl(rule: &Rule) -> PathSet {
    let path = if rule.path.is_empty() { "/" } else { &rule.path };
    let flags = Flags { area: rule.masks.clone(), ..Flags::default() };
    parse(Language::Kesl, path, &flags, Side::Source).unwrap_or_else(|why| panic!("{rule:?}: {why:?}")).set
}

fn of_clamd(expression: &str) -> PathSet {
    parse(Language::ClamExclude, expression, &Flags::default(), Side::Target)
        .unwrap_or_else(|why| panic!("{expression}: {why:?}"))
        .set
}

fn outside(files: &Files, sets: &[PathSet]) -> Files {
    rest(files, |f| sets.iter().any(|set| set.contains_bytes(f)))
}

#[test]
fn clamd_finds_what_the_languages_say_is_not_excluded() {
    let Some(engine) = engine() else { return };
    let every_code: Vec<&str> = finding::CATALOGUE.iter().map(|(code, _)| *code).collect();
    let (mut rules_drawn, mut exact, mut decided, mut stricter, mut looser) = (0, 0, 0, 0, 0);
    let (mut files_made, mut found_exact, mut found_looser) = (0, 0, 0);
    const TREES: usize = 36;
    for tree in 0..TREES {
        let place = Place::in_memory();
        let mut dice = Dice::new(&format!("exclusions {tree}"));
        let mut rules = Vec::new();
        for nth in 10..26 {
            let slot = place.at(&nth.to_string());
            let rule = exclusion(&slot, nth, &mut dice);
            for _ in 0..8 {
                place.file(format!("{nth}{}", near(&rule, &slot, &mut dice)));
            }
            rules.push(rule);
        }
        let all = place.files();

        // No decisions: what is written is exact, and excludes what KESL excludes; what is not written excludes nothing.
        let converted_alone = converted(&rules, &[]);
        let mut sets = Vec::new();
        for (index, rule) in rules.iter().enumerate().filter(|(i, _)| converted_alone.in_scans(*i)) {
            let kesl = of_kesl(rule);
            let rows = converted_alone.rows(index);
            let first = rows.iter().find(|row| row.fate != Fate::Covered).unwrap();
            match first.fate {
                Fate::Exact => {
                    exact += 1;
                    decided += usize::from(all.iter().any(|f| kesl.contains_bytes(f)));
                    sets.push(kesl);
                }
                // A part of it, and nothing else.
                Fate::Stricter => {
                    stricter += 1;
                    let entries = first.written.iter().filter_map(|w| w.entry.strip_prefix("ExcludePath "));
                    for set in entries.map(of_clamd) {
                        let beyond = all.iter().find(|f| set.contains_bytes(f) && !kesl.contains_bytes(f));
                        assert_eq!(beyond, None, "{rule:?}");
                        sets.push(set);
                    }
                }
                fate => panic!("{rule:?}: {fate:?}"),
            }
        }
        let expected = outside(&all, &sets);
        let found = place.judge(&engine, BASICS, &converted_alone).found_in_tree(MODES[tree % 5]);
        same(
            &found,
            &expected,
            &format!("tree {tree}, {}", String::from_utf8_lossy(&converted_alone.fragment)),
        );
        found_exact += found.len();

        // With every decision, the expressions themselves say what is excluded.
        let converted_all = converted(&rules, &every_code);
        let written = converted_all.entries.iter().filter(|(list, _)| *list == "ExcludePath");
        let sets: Vec<PathSet> = written.map(|(_, entry)| of_clamd(entry)).collect();
        let expected = outside(&all, &sets);
        let found = place.judge(&engine, BASICS, &converted_all).found_in_tree(MODES[(tree + 2) % 5]);
        same(
            &found,
            &expected,
            &format!("tree {tree}, {}", String::from_utf8_lossy(&converted_all.fragment)),
        );
        let in_scans = (0..rules.len()).filter(|i| converted_all.in_scans(*i)).count();
        looser += in_scans - (0..rules.len()).filter(|i| converted_alone.in_scans(*i)).count();
        rules_drawn += rules.len();
        files_made += all.len();
        found_looser += found.len();
    }
    eprintln!(
        "{rules_drawn} exclusions in {TREES} trees with {files_made} files: {exact} written as exact ({decided} of them \
         exclude a file), {stricter} as stricter, {found_exact} files found; {looser} more by decision, {found_looser} files found"
    );
    assert!(exact > 120 && decided > 100 && looser > 120, "{exact} {decided} {looser}");
    assert!(
        files_made > found_exact + 300 && found_exact > found_looser + 300,
        "{found_exact} {found_looser}"
    );
}

// ---------------------------------------------------------------------------------------------------------------------
// Regular expressions

/// Two letters for each slot, none of them in `/tmp/crosswalk-` or `/dev/shm/`.
#[rustfmt::skip]
const LETTERS: &[(char, char)] = &[
    ('b', 'B'), ('f', 'F'), ('g', 'G'), ('i', 'I'), ('j', 'J'), ('n', 'N'), ('q', 'Q'), ('u', 'U'), ('x', 'X'), ('y', 'Y'), ('z', 'Z'), ('D', 'C'),
    ('H', 'E'), ('L', 'K'), ('S', 'M'), ('W', 'V'),
];

/// Signs with a meaning in expressions, and those of folders.
const SIGNS: &[&str] = &[
    ".", "$", "^", "+", "*", "?", "(", ")", "[", "]", "{", "}", "|", "\\", "-", "ä", "é", "日", " ", "#", "~",
];

/// What stands in place of a sequence now and then; `x` and `X` are the letters of the slot. Some of it is not read, and
/// some of it clamd cannot parse.
#[rustfmt::skip]
const ODDITIES: &[&str] = &[
    "()", "(|x)", "(x|)", "(x||X)", "x{2}", "x{1,2}", "x{", "[[:alpha:]]", "x**", "x+?", "x?*", "\\x", "\\1", "\\/", ")", "(", "]", "}", "{", "[x", "*",
    "+", "[]x]", "[^]x]", "[x-]", "[-x]", "[^-x]", "[+--]", "[--x]", "[\\x]", "[x\\]", "[\\.]", "[x^]", "[*-.]", "[x[]", "[[x]", "[X-x-]", "[X-x-.]",
    "[]-x]", "[x-X]", "[!-~]", "[.-/]x", "[[.x.]]", "[[=x=]]", "ä*", "ä?", "(ä)*", "(ä|x)+", "[ä]", "(x*)*", "(x+|X)*", "((x)?X)*", "(x?)+", "(x?X?)*",
    "x$X", "x^X", "(x$)", "(^x)", "(x$|X)", "(^)x", "x($)", "$", "^", "(x", "x)", "x|", "|x", "||", "\\", "[^]", "[]", "[x]]", "(((((x)))))", "x.+X", "(.*)x",
    "[^/]x", "[^x]X", "(/|$)", "(/|x)?", "x(/.*)?$", "(.*/)?x", "(x(X|$)|X)", "((^|/)x|X)", "(x|(X|$))", "(/x)*$", "(x/)+X",
];

/// A piece of an expression.
#[derive(Clone, Debug)]
enum Node {
    /// The text itself.
    Text(String),
    /// `.`, or a class as it is written.
    One(String),
    /// A group.
    Group(Vec<Branch>),
    /// An anchor with what stands behind it.
    Start(String),
    End,
    /// As it is written.
    Odd(String),
}

/// Pieces, each with its quantifier.
type Branch = Vec<(Node, &'static str)>;

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "^$.[]*+?(){}|\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text of an expression.
fn written(branches: &[Branch]) -> String {
    let branch = |branch: &Branch| -> String {
        let piece = |(node, times): &(Node, &str)| {
            let node = match node {
                Node::Text(text) => escaped(text),
                Node::One(text) | Node::Odd(text) => text.clone(),
                Node::Group(inner) => format!("({})", written(inner)),
                Node::Start(text) => format!("^{}", escaped(text)),
                Node::End => "$".to_owned(),
            };
            format!("{node}{times}")
        };
        branch.iter().map(piece).collect()
    };
    branches.iter().map(branch).collect::<Vec<_>>().join("|")
}

/// Draws expressions about one slot, and files for them.
struct Slot {
    low: char,
    high: char,
    /// Its folder.
    folder: String,
    dice: Dice,
}

impl Slot {
    fn letter(&mut self) -> String {
        if self.dice.once_in(3) { self.high } else { self.low }.to_string()
    }

    fn class(&mut self) -> String {
        let (low, high) = (self.low, self.high);
        let next = char::from_u32(u32::from(low) + 1).unwrap();
        let parts = [
            low.to_string(),
            high.to_string(),
            format!("{low}-{next}"),
            format!("{high}-{low}"),
            ".".to_owned(),
            "/".to_owned(),
            "$".to_owned(),
            "*-/".to_owned(),
            "|".to_owned(),
            "\\".to_owned(),
        ];
        let mut out = if self.dice.once_in(3) { "[^" } else { "[" }.to_owned();
        for _ in 0..=self.dice.below(3) {
            out.push_str(&parts[self.dice.below(parts.len())]);
        }
        if self.dice.once_in(8) {
            out.push('-');
        }
        out.push(']');
        out
    }

    fn node(&mut self, depth: usize) -> Node {
        match self.dice.below(22) {
            0..=6 => Node::Text(self.letter()),
            7..=10 => Node::Text("/".to_owned()),
            11 => Node::Text(self.dice.pick(SIGNS).to_owned()),
            12 => Node::One(".".to_owned()),
            13 => Node::One("[^/]".to_owned()),
            14..=16 => Node::One(self.class()),
            17..=19 if depth < 3 => {
                let branches = (0..=self.dice.below(3)).map(|_| self.pieces(depth + 1)).collect();
                Node::Group(branches)
            }
            20 if self.dice.once_in(2) => Node::Odd(self.odd()),
            _ => Node::Text(format!("{}/{}", self.letter(), self.letter())),
        }
    }

    fn odd(&mut self) -> String {
        let oddity = self.dice.pick(ODDITIES);
        self.own(oddity)
    }

    /// An oddity with the letters of the slot.
    fn own(&self, oddity: &str) -> String {
        let letter = |c: char| match c {
            'x' => self.low,
            'X' => self.high,
            c => c,
        };
        oddity.chars().map(letter).collect()
    }

    fn pieces(&mut self, depth: usize) -> Branch {
        let mut all = Branch::new();
        for _ in 0..=self.dice.below(3) {
            let node = self.node(depth);
            let plain =
                matches!(&node, Node::Text(text) if text.chars().count() > 1) || matches!(node, Node::Odd(_));
            let times = if plain { "" } else { self.dice.pick(&["", "", "", "", "", "*", "+", "?"]) };
            all.push((node, times));
        }
        all
    }

    fn start(&mut self) -> Node {
        let folder = self.folder.clone();
        Node::Start(match self.dice.below(14) {
            0 => folder,
            1 => "/".to_owned(),
            _ => format!("{folder}/"),
        })
    }

    fn branch(&mut self) -> Branch {
        let mut all = Branch::new();
        match self.dice.below(10) {
            0..=4 => all.push((self.start(), "")),
            5 => {
                // Anchors in some branches of a group only.
                let (start, letter) = (self.start(), self.letter());
                let other = vec![(Node::Text(letter), ""), (Node::Text("/".to_owned()), "")];
                all.push((Node::Group(vec![vec![(start, "")], other]), ""));
            }
            6 => {
                all.push((Node::Start(String::new()), ""));
                all.push((Node::One(".".to_owned()), "*"));
                all.push((Node::Text(self.letter()), ""));
            }
            _ => all.push((Node::Text(self.letter()), "")),
        }
        all.extend(self.pieces(0));
        match self.dice.below(10) {
            0 | 1 => all.push((Node::End, "")),
            2 => all.push((Node::Text("/".to_owned()), "")),
            3 => all
                .push((Node::Group(vec![vec![(Node::Text("/".to_owned()), "")], vec![(Node::End, "")]]), "")),
            4 => {
                let letter = self.letter();
                all.push((Node::Group(vec![vec![(Node::Text(letter), "")], vec![(Node::End, "")]]), ""));
            }
            _ => {}
        }
        all
    }

    /// An oddity with a letter or two around it.
    fn around(&mut self, oddity: &str) -> Vec<Branch> {
        let odd = Node::Odd(self.own(oddity));
        let mut branch: Branch = vec![(Node::Start(format!("{}/", self.folder)), "")];
        if self.dice.once_in(2) {
            branch.push((Node::Text(self.letter()), ""));
        }
        branch.push((odd, ""));
        match self.dice.below(4) {
            0 => branch.push((Node::Text(self.letter()), "")),
            1 => branch.push((Node::End, "")),
            2 => branch.push((Node::Text("/".to_owned()), "")),
            _ => {}
        }
        vec![branch]
    }

    fn expression(&mut self) -> Vec<Branch> {
        let more = if self.dice.once_in(5) { 1 + self.dice.below(2) } else { 0 };
        (0..=more).map(|_| self.branch()).collect()
    }

    fn byte(&mut self) -> u8 {
        let (low, high) = (self.low as u8, self.high as u8);
        [low, low, high, high, b'.', b'/', b'-', b'+', b'$', 0xC3, b'\n', b'^', b'*', b'|', b'\\', b']']
            [self.dice.below(16)]
    }

    /// Text that a branch is likely to match.
    fn sample(&mut self, branches: &[Branch], out: &mut Vec<u8>) {
        let branch = &branches[self.dice.below(branches.len())];
        for (node, times) in branch {
            let times = match *times {
                "*" => self.dice.below(4),
                "+" => 1 + self.dice.below(3),
                "?" => self.dice.below(2),
                _ => 1,
            };
            for _ in 0..times {
                match node {
                    Node::Text(text) | Node::Start(text) => out.extend(text.bytes()),
                    Node::One(class) => {
                        let one = ByteRegex::new(&format!("(?s-u)^{}$", class.replace('\\', "\\\\"))).ok();
                        let bytes: Vec<u8> = (0..6).map(|_| self.byte()).collect();
                        let fits = |b: &&u8| one.as_ref().is_none_or(|one| one.is_match(&[**b]));
                        out.extend(bytes.iter().find(fits));
                    }
                    Node::Group(inner) => self.sample(inner, out),
                    Node::End => {}
                    Node::Odd(text) => {
                        let signs = self.dice.once_in(3);
                        let letters: Vec<u8> =
                            text.bytes().filter(|b| signs || b.is_ascii_alphabetic() || *b == b'/').collect();
                        let most = 1 + self.dice.below(letters.len().max(1));
                        out.extend(letters.into_iter().take(most));
                    }
                }
            }
        }
    }

    /// A file in the slot that has something to do with an expression.
    fn file(&mut self, expression: &[Branch]) -> Option<OsString> {
        let mut text = Vec::new();
        self.sample(expression, &mut text);
        let folder = self.folder.clone().into_bytes();
        let mut text = match text.strip_prefix(folder.as_slice()) {
            Some(rest) => rest.to_vec(),
            None => {
                let (letter, other) = (self.letter(), self.letter());
                let before = [
                    "/".to_owned(),
                    "/".to_owned(),
                    format!("/{letter}"),
                    format!("/{letter}/"),
                    format!("/{other}/{letter}"),
                    "/.".to_owned(),
                ];
                [before[self.dice.below(6)].as_bytes(), &text].concat()
            }
        };
        for _ in 0..[0, 0, 0, 1, 1, 2][self.dice.below(6)] {
            let at = 1 + self.dice.below(text.len().max(1));
            let byte = self.byte();
            match self.dice.below(5) {
                0 if at < text.len() => drop(text.remove(at)),
                1 if at < text.len() => text[at] = byte,
                2 => text.insert(at.min(text.len()), byte),
                3 => text.extend([b'/', byte, self.low as u8]),
                _ => text.push(byte),
            }
        }
        let inside = text.first() == Some(&b'/') && !text.split(|b| *b == b'/').any(|name| name == b"..");
        inside.then(|| OsString::from_vec([folder, text].concat()))
    }
}

/// An expression in its slot.
struct Tried {
    text: String,
    folder: String,
    /// What it takes; `None` when the language says that clamd does not accept it.
    set: Option<PathSet>,
}

impl Tried {
    fn takes(&self, file: &[u8]) -> bool {
        self.set.as_ref().is_some_and(|set| set.contains_bytes(file))
    }

    fn has(&self, file: &[u8]) -> bool {
        file.strip_prefix(self.folder.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/'))
    }
}

/// Blanks around a value are lost, and a quote at its beginning would have to be closed.
fn stands_in_a_line(expression: &str) -> bool {
    expression.trim() == expression && !expression.starts_with('"')
}

/// Odd expressions, and which of [`NAMES_TO_JUDGE`] clamd skips.
#[rustfmt::skip]
const ODD: &[(&str, &[&str])] = &[
    // clamd cannot parse an empty branch beside others, so the expression matches nothing.
    ("(x|)", &[]), ("(|x)", &[]), ("(x||y)", &[]), ("x(|y)$", &[]),
    // Nor a range that begins with `-`, unless `-` comes first in the class and is no range.
    ("[--x]", &[]), ("[^--x]", &[]), ("[]-x]", &[]), ("[+-x-z]", &[]),
    // A closing bracket without an opening one is a character like any other.
    (")", &[")", ")y"]), ("x)", &["x)", "x)y"]), ("x)y", &["x)y"]),
];

const NAMES_TO_JUDGE: &[&str] = &[
    "x", "y", "xy", "-", ".", "]", "^", "a", "A", "é", ")", ")y", "x)", "x)y", "(", "|", "x|", "|y", "-x",
    "--",
];

#[test]
fn odd_expressions_are_read_as_clamd_reads_them_or_not_at_all() {
    let Some(engine) = engine() else { return };
    let place = Place::in_memory();
    let mut lines = String::new();
    for (slot, (expression, _)) in ODD.iter().enumerate() {
        for name in NAMES_TO_JUDGE {
            place.file(format!("{slot:02}/{name}"));
        }
        lines.push_str(&format!("ExcludePath ^{}/{expression}\n", escaped(&place.at(&format!("{slot:02}")))));
    }
    let all = place.files();
    let found = place.start(&engine, BASICS, lines.as_bytes()).unwrap().found_in_tree(&[]);
    for (slot, (expression, skipped)) in ODD.iter().enumerate() {
        let folder = place.at(&format!("{slot:02}"));
        let skips: Files =
            all.difference(&found).filter(|f| f.starts_with(folder.as_bytes())).cloned().collect();
        let expected: Files = skipped.iter().map(|name| format!("{folder}/{name}").into_bytes()).collect();
        assert_eq!(skips, expected, "{expression}");
        let text = format!("^{}/{expression}", escaped(&folder));
        let takes: Files = match parse(Language::ClamExclude, &text, &Flags::default(), Side::Target) {
            Ok(parsed) => all.iter().filter(|f| parsed.set.contains_bytes(f)).cloned().collect(),
            Err(MaskError::NotEstablished(_)) => skips.clone(),
            Err(MaskError::Invalid(_)) => Files::new(),
        };
        assert_eq!(takes, skips, "{expression}");
    }
}

#[test]
fn clamd_reads_expressions_as_the_language_does() {
    let Some(engine) = engine() else { return };
    let (mut read, mut decisive, mut refused, mut reaching, mut not_read) = (0, 0, 0, 0, 0);
    let (mut files_made, mut files_found) = (0, 0);
    let mut wrong: Vec<String> = Vec::new();
    let mut oddities = ODDITIES.iter().cycle();
    const TREES: usize = 40;
    for tree in 0..TREES {
        let place = Place::in_memory();
        let mut tried: Vec<Tried> = Vec::new();
        for (nth, (low, high)) in LETTERS.iter().enumerate() {
            let folder = place.at(&format!("{:02}", nth + 10));
            let dice = Dice::new(&format!("expressions {tree} {low}"));
            let mut slot = Slot { low: *low, high: *high, folder: folder.clone(), dice };
            let mut oddity = slot.dice.once_in(3).then(|| oddities.next().unwrap());
            let (expression, text, set) = loop {
                let expression = match oddity.take() {
                    Some(oddity) => slot.around(oddity),
                    None => slot.expression(),
                };
                let text = written(&expression);
                if !stands_in_a_line(&text) {
                    continue;
                }
                let answer = parse(Language::ClamExclude, &text, &Flags::default(), Side::Target);
                match answer {
                    // What takes the tree itself says nothing about the rest.
                    Ok(parsed) if parsed.set.contains_bytes(place.tree.as_os_str().as_bytes()) => continue,
                    Ok(parsed) => break (expression, text, Some(parsed.set)),
                    Err(MaskError::Invalid(_)) => break (expression, text, None),
                    Err(MaskError::NotEstablished(_)) => not_read += 1,
                }
            };
            for _ in 0..14 {
                if let Some(file) = slot.file(&expression) {
                    place.file(file);
                }
            }
            tried.push(Tried { text, folder, set });
        }
        let all = place.files();
        let before = tried.len();
        tried.retain(|one| all.iter().all(|f| one.has(f) || !one.takes(f)));
        reaching += before - tried.len();
        let lines: String = tried.iter().map(|one| format!("ExcludePath {}\n", one.text)).collect();
        let daemon =
            place.start(&engine, BASICS, lines.as_bytes()).unwrap_or_else(|why| panic!("{why}\n{lines}"));
        let found = daemon.found_in_tree(MODES[tree % 5]);
        assert!(found.is_subset(&all));
        for one in &tried {
            let files: Vec<&Vec<u8>> = all.iter().filter(|f| one.has(f)).collect();
            let taken = files.iter().filter(|f| one.takes(f)).count();
            let judge = Expression::read(&one.text);
            for file in &files {
                let skipped = !found.contains(*file);
                let second = judge.as_ref().map(|judge| judge.takes_bytes(file));
                if skipped != one.takes(file) || second.is_some_and(|second| skipped != second) {
                    let short =
                        |text: &str| text.replace(&one.folder, "…").replace(&escaped(&one.folder), "…");
                    wrong.push(format!(
                        "`{}`: {}: clamd skips it: {skipped}, the language: {:?}, the matcher: {second:?}",
                        short(&one.text),
                        short(&file.escape_ascii().to_string()),
                        one.set.as_ref().map(|_| one.takes(file))
                    ));
                }
            }
            match one.set {
                Some(_) => read += 1,
                None => refused += 1,
            }
            decisive += usize::from(taken > 0 && taken < files.len());
        }
        files_made += all.len();
        files_found += found.len();
    }
    eprintln!(
        "{read} expressions in {TREES} trees with {files_made} files, {files_found} found; {decisive} of the expressions take \
         some files of their slot and leave others; {refused} more that clamd must not accept; {reaching} left out, \
         {not_read} not read"
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert!(read > 300 && decisive > 200 && refused > 10, "{read} {decisive} {refused}");
    assert!(files_found > 1000 && files_made > files_found + 1000, "{files_made} {files_found}");
}

// ---------------------------------------------------------------------------------------------------------------------
// On-access scanning

#[test]
fn clamonacc_leaves_alone_what_the_language_says() {
    let Some(engine) = on_access_engine() else { return };
    let place = Place::new();
    let mut dice = Dice::new("on access");
    let mut folders = BTreeSet::new();
    while folders.len() < 12 {
        let names: Vec<&str> = (0..=dice.below(2)).map(|_| dice.pick(NAMES)).collect();
        // clamonacc stops watching where one of them lies in another, and blanks at the end of a line are lost.
        let folder = place.at(&format!("{}{}", folders.len() + 10, names.join("/")));
        if folder.trim() == folder {
            folders.insert(folder);
        }
    }
    let mut lines = String::new();
    let mut sets = Vec::new();
    for folder in &folders {
        for near in ["/f", "/s/f", "/é/\n/f", "2/f", ".d", "/../x/f", " /f"] {
            place.file(format!("{folder}{near}"));
        }
        lines.push_str(&format!("OnAccessExcludePath {folder}\n"));
        sets.push(parse(Language::ClamOnAccess, folder, &Flags::default(), Side::Target).unwrap().set);
    }
    let all = place.files();
    let expected = outside(&all, &sets);
    let basics = format!("OnAccessIncludePath {}\nOnAccessExcludeRootUID yes\n", place.tree.display());
    let _daemon = place.start(&engine, &basics, lines.as_bytes()).unwrap_or_else(|why| panic!("{why}"));
    let mut client = OnAccess::start(&place);
    let found = client.found(&all, &expected);
    assert!(!client.said().contains("can't exclude"), "{}", client.said());
    same(&found, &expected, &lines);
    eprintln!("{} folders, {} files, {} found", folders.len(), all.len(), found.len());
}
