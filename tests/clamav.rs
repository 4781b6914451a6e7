//! ClamAV is the judge of what Crosswalk writes for it: real exports of KESL become fragments of `clamd.conf`, a real
//! clamd is started with them, and the files that it finds are compared with what a plain matcher, written here from the
//! rules of KESL, says is not excluded. Every file holds the EICAR test string, which is put together as the test runs.
//!
//! On-access scanning is tried as root only: fanotify is not for others.
#![cfg(target_os = "linux")]

mod engine;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use crosswalk::ledger::Fate;
use crosswalk::options::Options;
use crosswalk::watch::unwatched;
use crosswalk::{convert, finding, interpret, read, vendor};
use engine::exports::{ALL_CODES, Rule, Stands, converted, export};
use engine::on_access::{OnAccess, on_access_engine};
use engine::{Files, MODES, Place, engine, rest, same};

// ---------------------------------------------------------------------------------------------------------------------
// What KESL excludes: the rows `kesl` and `kesl-area` of the mask rules, spelt out

/// `**` any characters, `*` any but a slash, `?` one character that `one` allows.
fn glob(mask: &[char], text: &[char], one: fn(char) -> bool) -> bool {
    let tails = |mask: &[char], limit: usize| (0..=limit).any(|n| glob(mask, &text[n..], one));
    match mask {
        [] => text.is_empty(),
        ['*', '*', rest @ ..] => tails(rest, text.len()),
        ['*', rest @ ..] => tails(rest, text.iter().position(|c| *c == '/').unwrap_or(text.len())),
        ['?', rest @ ..] => {
            text.split_first().is_some_and(|(c, tail)| *c != '/' && one(*c) && glob(rest, tail, one))
        }
        [c, rest @ ..] => text.split_first().is_some_and(|(d, tail)| c == d && glob(rest, tail, one)),
    }
}

fn full_match(mask: &str, text: &[u8], one: fn(char) -> bool) -> bool {
    let text: Vec<char> = String::from_utf8_lossy(text).chars().collect();
    glob(&mask.chars().collect::<Vec<_>>(), &text, one)
}

/// Whether a rule is about this object.
fn names(rule: &Rule, object: &[u8], one: fn(char) -> bool) -> bool {
    let path = rule.path.as_str();
    let below =
        path.strip_suffix("/**").or_else(|| path.strip_suffix('/')).filter(|f| !f.contains(['*', '?']));
    let below_of = |folder: &str| {
        object.strip_prefix(folder.as_bytes()).is_some_and(|r| r.first() == Some(&b'/') && r.len() > 1)
    };
    if !rule.masks.is_empty() {
        let folder = below.unwrap_or(path);
        let name = object.rsplit(|b| *b == b'/').next().unwrap();
        return below_of(folder) && rule.masks.iter().any(|m| full_match(m, name, one));
    }
    match below {
        Some(folder) => below_of(folder),
        None if path.contains(['*', '?']) => full_match(path, object, one),
        None => object == path.as_bytes() || below_of(path),
    }
}

/// `?` of KESL.
fn any(_: char) -> bool {
    true
}

/// `?` in what the ledger says about ClamAV.
fn ascii(c: char) -> bool {
    c.is_ascii_graphic() || c == ' '
}

/// Whether KESL leaves the file alone.
fn kesl_excludes(rules: &[&Rule], file: &[u8]) -> bool {
    rules.iter().any(|r| names(r, file, any))
}

/// Whether ClamAV leaves it alone, as the ledger says: a folder that matches is skipped with all it holds.
fn ledger_says_skipped(rules: &[&Rule], file: &[u8], tree: &Path) -> bool {
    let start = tree.as_os_str().len();
    let ends = (start..file.len()).filter(|i| file[*i] == b'/').chain([start, file.len()]);
    let objects: Vec<&[u8]> = ends.map(|end| &file[..end]).collect();
    rules.iter().any(|r| objects.iter().any(|o| names(r, o, ascii)))
}

// ---------------------------------------------------------------------------------------------------------------------
// Rows that are exact

/// Excluded paths that a careless writer would get wrong, as they stand below the tree.
#[rustfmt::skip]
const ODD_PATHS: &[&str] = &[
    "db", "folder/", "deep/**", "shared files/Q1 plan", " leading", "trailing ", "a  b   c", "Büro/Läden", "cafe\u{301}",
    "日本/語", "\u{1F600}", "a+b(c)", "^caret", "ca^ret", "$price", "pri$ce$", "pipe|or|", "do.t", "...", ".hidden/.cache",
    "quo\"te", "\"quoted\"", "it's", "''", "#hash", "ha#sh", "price $1#2", "(", ")", "()", "a(b|c)d", "+", "a+", "CASE",
    "tilde~", "per%cent", "semi;colon", "com,ma", "dash/-rf", "--", "x=y", "<a>&b", "back`tick", "at@home", "ex!cl", "Example",
    "ExcludePath", "n\u{a0}b", "\u{a0}", "zero\u{200b}width", "\u{feff}bom", "a:b", "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20",
    "deny/**", "sl/a/sh/", "x$/", "y./**", "z(/|$)",
];

/// Files in and around an excluded path.
fn surround(place: &Place, path: &str) {
    let path = path.strip_suffix("/**").unwrap_or(path).trim_end_matches('/');
    for inside in ["f", "sub/f", ".h", "-", "sub/.h/..f", "new\nline/f", "\n", " ", "a(b)/[c]/{d}\\e"] {
        place.file(format!("{path}/{inside}"));
    }
    place.file(OsString::from_vec([path.as_bytes(), b"/not\xffutf8"].concat()));
    place.file(format!("{path}{}/f", "/d".repeat(60)));
    place.file(format!("{path}/{}", "n".repeat(255)));
    place.file(format!("{path}{}", format!("/{}", "m".repeat(200)).repeat(5)));
    // Names that share a beginning or an end, or differ in a sign that means something in an expression.
    for around in ["2", ".bak", "\n", "\nx", " ", "/../-", "$", "x", "\\", "|", "\u{301}"] {
        place.file(format!("{path}{around}/f"));
    }
    let (folder, name) = path.rsplit_once('/').map_or((String::new(), path), |(f, n)| (format!("{f}/"), n));
    place.file(format!("{folder}x{name}/f"));
    place.file(format!("{folder}{}/f", name.to_uppercase()));
    place.file(format!("{folder}{}/f", name.to_lowercase()));
    place.file(format!("{folder}{}", name.chars().next().unwrap()));
    // The same path from the root on, but below another folder.
    place.file(format!("elsewhere{}/f", place.at(path)));
    for (at, c) in path.char_indices().filter(|(_, c)| !c.is_alphanumeric() && *c != '/') {
        let (before, after) = (&path[..at], &path[at + c.len_utf8()..]);
        for instead in ["", "X", "\\", &format!("{c}{c}"), &format!("\\{c}")] {
            place.file(format!("{before}{instead}{after}/f"));
        }
    }
}

#[test]
fn a_real_clamd_finds_exactly_the_files_outside_the_exclusions() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    // Paths that are files, not folders; a slash at the end says that a folder is meant.
    let files = ["single", "bin/a.out", "not-a-folder/", "nor-this/**", "pipe.fi|e"];
    let mut rules: Vec<Rule> =
        ODD_PATHS.iter().chain(&files).map(|p| Rule::new(place.at(p), &[], Stands::Everywhere)).collect();
    rules.push(Rule::new(place.at("never-there"), &[], Stands::Everywhere));
    for path in files {
        let path = path.trim_end_matches("/**").trim_end_matches('/');
        place.file(path);
        place.file(format!("{path}2"));
        place.file(format!("{path}.d/f"));
        place.file(format!("x{path}"));
    }
    for path in ODD_PATHS {
        surround(&place, path);
    }
    // Links are not followed: what they lead to is scanned or skipped where it stands.
    symlink(place.at("db/f"), place.at("link-to-excluded-file")).unwrap();
    symlink(place.at("db2"), place.at("db/link-to-scanned-folder")).unwrap();
    symlink(place.at("db"), place.at("link-to-excluded-folder")).unwrap();

    let converted = converted(&rules, &[]);
    for (index, rule) in rules.iter().enumerate() {
        let rows = converted.rows(index);
        assert_eq!(rows.len(), 3, "{rule:?}");
        assert_eq!(rows[0].fate, Fate::Exact, "{rule:?}: {}", rows[0].reason);
        assert!(rows[1..].iter().all(|r| r.fate == Fate::Covered), "{rule:?}");
    }
    let daemon = place.judge(&engine, "MaxDirectoryRecursion 0\n", &converted);
    let all = place.files();
    let meant: Vec<&Rule> = rules.iter().collect();
    let expected = rest(&all, |f| kesl_excludes(&meant, f));
    let excluded: Files = all.difference(&expected).cloned().collect();
    assert!(expected.len() > 500 && excluded.len() > 500, "{} {}", expected.len(), excluded.len());
    for mode in MODES {
        same(&daemon.found_in_tree(mode), &expected, &format!("the whole tree, {mode:?}"));
        if mode.contains(&"--multiscan") {
            continue;
        }
        let one_by_one = |files: &Files| -> Files {
            let paths: Vec<&OsStr> = files.iter().map(|f| OsStr::from_bytes(f)).collect();
            paths.chunks(400).flat_map(|some| daemon.found(some, mode)).collect()
        };
        same(&one_by_one(&excluded), &Files::new(), &format!("each excluded file by name, {mode:?}"));
        same(&one_by_one(&expected), &expected, &format!("each other file by name, {mode:?}"));
    }
    // A path may be written in other ways; ClamAV resolves it before it compares.
    for path in ["db/", "db/.", "db2/../db", "./db//sub", "link-to-excluded-folder/f"] {
        for mode in MODES {
            same(&daemon.found([place.tree.join(path)], mode), &Files::new(), &format!("{path} {mode:?}"));
        }
    }
}

/// What the line of a configuration cannot hold, or an expression could be misread for, is left to a person.
#[test]
fn what_clamd_would_misread_is_not_written() {
    let long = |bytes: usize| format!("/{}", "d".repeat(bytes - 1));
    let rules: Vec<Rule> = [
        ("/a[b]".to_owned(), &[][..]),
        ("/a{2}".to_owned(), &[]),
        ("/a\\b".to_owned(), &[]),
        ("/a\tb".to_owned(), &[]),
        ("/a\u{85}b".to_owned(), &[]),
        (long(511), &[]),
        (long(512), &[]),
        (format!("{}/", long(510)), &[]),
        ("/.".repeat(3), &[]),
        (format!("/{}", ".".repeat(509)), &[]),
        ("/*/*".to_owned(), &[]),
        ("/?*".to_owned(), &[]),
        ("/".to_owned(), &["**"]),
        ("/".to_owned(), &["?*"]),
        ("/a".to_owned(), &["x[1]"]),
        ("/a*/b".to_owned(), &["*.log"]),
        ("Mounted:NFS".to_owned(), &[]),
    ]
    .into_iter()
    .flat_map(|(path, masks)| {
        [Stands::Everywhere, Stands::RealTime].map(|s| Rule::new(path.clone(), masks, s))
    })
    .collect();
    for rule in rules {
        let converted = converted(std::slice::from_ref(&rule), &ALL_CODES);
        assert!(converted.fragment.is_empty(), "{rule:?}: {}", String::from_utf8_lossy(&converted.fragment));
        assert!(converted.rows(0).iter().all(|r| r.fate == Fate::ByHand), "{rule:?}");
    }
}

/// The longest paths that are written hold; with one byte more, nothing is written.
#[test]
fn long_paths_are_exact_or_left_alone() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    let mut rules = Vec::new();
    for length in 505..=514 {
        for (first, end) in [('a', ""), ('b', "/"), ('c', "/**")] {
            let start = place.at(&format!("{first}{length}/"));
            let left = length - start.len() - end.len();
            let (folders, last) = (left / 101, left % 101);
            // A name must have a byte, and the rest must not begin with a slash.
            let tail =
                format!("{}{}", format!("{}/", "d".repeat(100)).repeat(folders - 1), "e".repeat(last + 101));
            let path = format!("{start}{tail}{end}");
            assert_eq!(path.len(), length);
            for file in [
                format!("{start}{tail}/in"),
                format!("{start}{tail}Z/out"),
                format!("{start}{tail}/s/in"),
                format!("{start}{tail}.Z"),
            ] {
                place.file(file);
            }
            rules.push(Rule::new(path, &[], Stands::Everywhere));
        }
    }
    let converted = converted(&rules, &ALL_CODES);
    let written: Vec<&Rule> =
        (0..rules.len()).filter(|i| converted.in_scans(*i)).map(|i| &rules[i]).collect();
    assert_eq!(written.len(), 18, "up to 510 bytes");
    for (index, rule) in rules.iter().enumerate() {
        let fate = if rule.path.len() <= 510 { Fate::Exact } else { Fate::ByHand };
        assert_eq!(converted.rows(index)[0].fate, fate, "{} bytes", rule.path.len());
    }
    let daemon = place.judge(&engine, "MaxDirectoryRecursion 0\n", &converted);
    let expected = rest(&place.files(), |f| kesl_excludes(&written, f));
    for mode in MODES {
        same(&daemon.found_in_tree(mode), &expected, &format!("{mode:?}"));
    }
}

/// A comment that is longer than a line may be must not become a line of its own.
#[test]
fn a_fragment_for_many_inputs_starts_a_daemon() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    let (text, _) = export(&[Rule::new(place.at("db"), &[], Stands::Everywhere)]);
    let readings: Vec<_> = (0..40)
        .map(|n| read("export.ini", format!("{text}\n# {n}\n").as_bytes(), &mut unwatched).unwrap())
        .collect();
    let policy = interpret(&readings.iter().collect::<Vec<_>>(), &Options::default().answers);
    let conversion = convert(&policy, vendor::find("clamav/conf").unwrap(), &Options::default());
    let fragment = &conversion.artefacts[0].bytes;
    assert!(fragment.split(|b| *b == b'\n').all(|line| line.len() < 1000));
    for file in ["db/f", "db2/f"] {
        place.file(file);
    }
    let daemon = place.start(&engine, "", fragment).unwrap_or_else(|why| panic!("{why}"));
    let found = daemon.found_in_tree(&[]);
    assert_eq!(found, [place.at("db2/f").into_bytes()].into());
}

// ---------------------------------------------------------------------------------------------------------------------
// Rows that are looser

/// Files in and around what the looser rows exclude.
#[rustfmt::skip]
const LOOSER_TREE: &[&str] = &[
    "logs/a.log", "logs/a.log2", "logs/A.LOG", "logs/.log", "logs/sub/b.log", "logs/d.log/inner", "logs/d.log/x/inner", "logs/alog",
    "logs/core.1", "logs/core.12", "logs/core.ä", "logs/core.d/x", "logs/core.1d/x", "logs/n\n.log", "logs2/a.log", "a.log",
    "elsewhere/logs/a.log",
    "stars/ab", "stars/aXb", "stars/a/b", "stars/a/x/b", "stars/s/a1b/f", "stars/q.x", "stars/q.xx", "stars/x",
    "two/ab.dat", "two/é.dat", "two/aé.dat", "two/éé.dat", "two/a.dat", "two/abc.dat", "two/s/zz.dat", "two/€.dat",
    "any/a.swp~", "a.swp~/x/y", "a.swp", "^$#+(|).x", "X^$#+(|).x", "s/^$#+(|).d/x",
    "w/a/tmp", "w/a/b/tmp", "w/b/tmp/inner", "w/tmp", "w/a/tmp2", "w/a/TMP", "w/é/tmp",
    "w2/x", "w2/a/x", "w2/a/b/c/x", "w2/a/xx", "w2/d/x/inner", "w2/a\nb/x", "w3/a.o", "w3/a/b/c.o", "w3/d.o/x", "w3/a.oo",
    "one/f", "one/g/f", "one", "oneX/f",
    "q/x1.dat", "q/xä.dat", "q/x.dat", "q/x12.dat", "q/x-.dat/f", "q/y12.dat", "q/yä.dat", "q/yää.dat", "q/y1.dat",
    "p+/()|$.#", "p+/(a)|$.#", "p+/(a)|$X#", "pp/(a)|$.#", "p+/(d)|$.#/x",
    "rt-masks/a.jrn", "rt-masks/s/a.jrn", "rt-masks/d.jrn/a", "rt-masks/a", "rt-wild/a.jrn", "rt-wild/s/a.jrn", "rt-wild/d.jrn/a",
    "rt-blank /f", "rt-blank/f", "scans/f", "scans2/f", "scans-below/f", "scans-below/s/f", "one-scan/f",
    "scans-masks/a.bak", "scans-masks/d.bak/a", "scans-masks/a", "one-scan-wild/a", "one-scan-wild/ab", "one-scan-wild/d/f",
];

#[test]
fn looser_rows_are_as_loose_as_the_ledger_says_and_no_looser() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    use Stands::{Everywhere, OneScan, RealTime, Scans};
    let rule = |path: &str, masks: &[&str], stands| Rule::new(place.at(path), masks, stands);
    let rules = [
        (rule("logs", &["*.log", "core.?"], Everywhere), finding::FOLDERS_TOO),
        (rule("stars/", &["a**b", "***.x"], Everywhere), finding::FOLDERS_TOO),
        (rule("two", &["??.dat"], Everywhere), finding::FOLDERS_TOO),
        (Rule::new("/".to_owned(), &["*.swp~", "^$#+(|).*"], Everywhere), finding::FOLDERS_TOO),
        (rule("w/*/tmp", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("w2/**/x", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("w3/**.o", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("one/*", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("q/x?.dat", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("q/y??.dat", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("p+/(*)|$.#", &[], Everywhere), finding::FOLDERS_TOO),
        (rule("rt-masks", &["*.jrn"], RealTime), finding::REALTIME_MASK_TO_ALL),
        (rule("rt-wild/*.jrn", &[], RealTime), finding::REALTIME_MASK_TO_ALL),
        (rule("rt-blank ", &[], RealTime), finding::REALTIME_TO_ALL),
        (rule("scans", &[], Scans), finding::ONDEMAND_TO_ALL),
        (rule("scans-below/", &[], Scans), finding::ONDEMAND_TO_ALL),
        (rule("one-scan", &[], OneScan), finding::ONDEMAND_TO_ALL),
        (rule("scans-masks", &["*.bak"], Scans), finding::ONDEMAND_MASK_TO_ALL),
        (rule("one-scan-wild/?", &[], OneScan), finding::ONDEMAND_MASK_TO_ALL),
    ];
    let (rules, codes): (Vec<Rule>, Vec<&str>) = rules.into_iter().unzip();

    // Nobody consents: nothing is written, and every file is found.
    let refused = converted(&rules, &[]);
    assert!(refused.fragment.is_empty());
    for (index, code) in codes.iter().enumerate() {
        for row in refused.rows(index) {
            assert_eq!((row.fate, row.code), (Fate::Looser, *code), "{:?}", rules[index]);
            assert!(row.example.is_some() && row.written.is_empty());
        }
    }
    // Consent to one reason is not consent to another.
    for code in ALL_CODES {
        let some = converted(&rules, &[code]);
        let expected: Vec<bool> = codes.iter().map(|c| *c == code).collect();
        let written: Vec<bool> = (0..rules.len()).map(|i| some.in_scans(i)).collect();
        assert_eq!(written, expected, "{code}");
    }

    let converted = converted(&rules, &ALL_CODES);
    assert!((0..rules.len()).all(|i| converted.in_scans(i)));
    let daemon = place.judge(&engine, "MaxDirectoryRecursion 0\n", &converted);
    let meant: Vec<&Rule> = rules.iter().collect();

    for file in LOOSER_TREE {
        place.file(file);
        place.file(format!("elsewhere{}", place.at(file)));
    }
    let all = place.files();
    let expected = rest(&all, |f| ledger_says_skipped(&meant, f, &place.tree));
    for mode in MODES {
        same(&daemon.found_in_tree(mode), &expected, &format!("{mode:?}"));
    }
    // The claim of the ledger itself: what is skipped beyond the exclusions lies in a folder that matches, and what is
    // scanned in spite of them has another letter where the mask has a question mark.
    let skipped: Files = all.difference(&expected).cloned().collect();
    let beyond = rest(&skipped, |f| kesl_excludes(&meant, f));
    assert!(
        beyond.len() >= 12
            && beyond.iter().all(|f| {
                let folder = Path::new(OsStr::from_bytes(f)).parent().unwrap().as_os_str().as_bytes();
                ledger_says_skipped(&meant, folder, &place.tree)
            })
    );
    let in_spite: Vec<_> = expected.iter().filter(|f| kesl_excludes(&meant, f)).collect();
    assert!(in_spite.len() >= 4 && in_spite.iter().all(|f| !f.is_ascii()));

    // The examples are true, each in a tree of its own: one may be a folder where another is a file.
    for (index, rule) in rules.iter().enumerate() {
        let rows = converted.rows(index);
        let example = rows[0].example.as_deref().unwrap();
        let paths: Vec<&str> =
            example.split("; so would ").map(|p| p.split(" would be skipped").next().unwrap()).collect();
        assert_eq!(
            paths.len() == 2,
            [finding::REALTIME_MASK_TO_ALL, finding::ONDEMAND_MASK_TO_ALL].contains(&codes[index])
        );
        for path in paths {
            place.clear();
            let path = if path.starts_with(place.tree.to_str().unwrap()) {
                path.to_owned()
            } else {
                place.at(path.trim_start_matches('/'))
            };
            place.file(&path);
            place.file("control");
            assert_eq!(place.files().len(), 2, "{example}");
            for mode in MODES {
                let found = daemon.found_in_tree(mode);
                assert_eq!(found, [place.at("control").into_bytes()].into(), "{rule:?}: {example} {mode:?}");
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Random exclusions, random trees

/// xorshift64*
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize) % n
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const SEED: u64 = 0x1eaf_c0de_0000_0001;

/// Few names, so that masks and files meet; close to each other, so that a slip shows.
#[rustfmt::skip]
const SEGMENTS: &[&str] = &[
    "a", "b", "ab", "A", "aa", "a.b", "aXb", "a b", " a", "b ", "a+", "aa+", "(a)", "a|b", "^a", "a$", "$", "#", "'", "\"", "\"a\"", "ä",
    "é", "日", "-", ".a", "..a", "a~", "x.log", "Xlog", "x.log.1", "xXlog", ".log", "a)", "(", "*",
];

/// Names that an export cannot hold, or that are not converted.
const ODDER_SEGMENTS: &[&str] = &["a\nb", "[a]", "{2}", "\\a", "a\\", "a\u{301}", "\n", "\t"];

#[rustfmt::skip]
const NAME_MASKS: &[&str] = &["*.log", "a*", "?", "??", "*a*", "a?b", "**", "x.*", "ä?", "*.???", "?a", "*$", "^*", "*(*", "a**b", "#*", "*.log.?"];

fn random_path(random: &mut Random, more: usize) -> Vec<&'static str> {
    (0..=1 + random.below(more)).map(|_| random.of(SEGMENTS)).filter(|s| *s != "*").collect()
}

fn random_rule(random: &mut Random, place: &Place, literal: bool) -> Rule {
    let mut segments = random_path(random, 3);
    let wild = !literal && random.below(3) > 0;
    let masks: Vec<&str> = if wild || literal {
        Vec::new()
    } else {
        (0..=random.below(2)).map(|_| random.of(NAME_MASKS)).collect()
    };
    let mut end = "";
    if wild && !segments.is_empty() {
        let at = random.below(segments.len());
        segments[at] = random
            .of(&["*", "?", "a*", "*a", "*.log", "a?b", "**", "?a", "a**", "**.log", "?*", "???", "*b*"]);
    } else {
        end = random.of(&["", "", "/", "/**"]);
    }
    if segments.is_empty() && masks.is_empty() {
        segments.push("only");
    }
    let path = segments.join("/");
    let path = if path.is_empty() { place.tree.display().to_string() } else { place.at(&path) };
    let stands = if literal {
        Stands::Everywhere
    } else {
        [Stands::Everywhere, Stands::RealTime, Stands::Scans, Stands::OneScan][random.below(4)]
    };
    Rule::new(format!("{path}{end}"), &masks, stands)
}

/// A path below the tree that has something to do with a rule.
fn near(random: &mut Random, rule: &Rule, place: &Place) -> Option<String> {
    let path = rule.path.trim_end_matches("/**").trim_end_matches('/').strip_prefix(&place.at(""))?;
    let mut fill = |mask: &str| {
        let (deep, any, one) =
            (random.of(&["a/b", "a", "x"]), random.of(SEGMENTS), random.of(&["a", "é", "(", ""]));
        mask.replace("**", deep).replace('*', any).replace('?', one)
    };
    let mut path = fill(path);
    if let Some(mask) = rule.masks.first() {
        path = format!("{path}/{}", fill(mask));
    }
    Some(match random.below(10) {
        0 | 1 => path,
        2 => format!("{path}/a"),
        3 => format!("{path}/{}", random.of(SEGMENTS)),
        4 => format!("{path}{}", random.of(SEGMENTS)),
        5 => format!("{path}\n"),
        6 => format!("{path}/\n/a"),
        7 => path.to_uppercase(),
        _ => path.chars().filter(|_| random.below(5) > 0).collect(),
    })
}

#[test]
fn random_exclusions_in_random_trees() {
    let Some(engine) = engine() else { return };
    let mut random = Random(SEED);
    let (mut rules_written, mut files_found, mut files_skipped) = (0, 0, 0);
    for batch in 0..14 {
        let place = Place::in_memory();
        let literal = batch % 2 == 0;
        let mut rules: Vec<Rule> = Vec::new();
        while rules.len() < 24 {
            let rule = random_rule(&mut random, &place, literal);
            if rule.path.len() > place.tree.as_os_str().len()
                && rules.iter().all(|r| (&r.path, &r.masks) != (&rule.path, &rule.masks))
            {
                rules.push(rule);
            }
        }
        for rule in &rules {
            for _ in 0..8 {
                if let Some(path) = near(&mut random, rule, &place) {
                    place.file(path.trim_start_matches('/'));
                }
            }
        }
        for _ in 0..60 {
            let mut path = random_path(&mut random, 4).join("/");
            if random.below(6) == 0 {
                path = format!("{path}/{}", random.of(ODDER_SEGMENTS));
            }
            place.file(path.trim_start_matches('/'));
        }
        let converted = converted(&rules, if literal { &[] } else { &ALL_CODES });
        let told = format!(
            "seed {SEED:#x}, batch {batch}: {rules:#?}\n{}",
            String::from_utf8_lossy(&converted.fragment)
        );
        if literal {
            for (index, rule) in rules.iter().enumerate() {
                assert!(
                    matches!(converted.rows(index)[0].fate, Fate::Exact | Fate::Covered),
                    "{rule:?}\n{told}"
                );
            }
        }
        let daemon = place.judge(&engine, "MaxDirectoryRecursion 0\n", &converted);
        let all = place.files();
        let written: Vec<&Rule> =
            (0..rules.len()).filter(|i| converted.in_scans(*i)).map(|i| &rules[i]).collect();
        let expected = rest(&all, |f| {
            if literal { kesl_excludes(&written, f) } else { ledger_says_skipped(&written, f, &place.tree) }
        });
        // One mode in which the daemon walks the tree, and one in which the client does.
        for mode in [MODES[batch % 2], MODES[2 + batch % 3]] {
            same(&daemon.found_in_tree(mode), &expected, &format!("{mode:?}, {told}"));
        }
        rules_written += written.len();
        files_found += expected.len();
        files_skipped += all.len() - expected.len();
    }
    eprintln!("{rules_written} rules, {files_found} files found, {files_skipped} skipped");
    assert!(
        rules_written > 300 && files_found > 1200 && files_skipped > 600,
        "{rules_written} {files_found} {files_skipped}"
    );
}

// ---------------------------------------------------------------------------------------------------------------------
// Why the converter does what it does: the engine itself

/// Each of these would be misread if it were written. Should a later engine read them well, the converter may become
/// more generous.
#[test]
fn the_engine_is_as_odd_as_the_converter_thinks() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    let start = |line: &str| place.start(&engine, "", format!("{line}\n").as_bytes());
    let skips = |line: &str, files: &[&str]| -> Vec<bool> {
        let daemon = start(line).unwrap_or_else(|why| panic!("{line}: {why}"));
        let found = daemon.found_in_tree(&[]);
        files.iter().map(|f| !found.contains(place.at(f).as_bytes())).collect()
    };
    for file in ["file", "ü", "a b", "plain"] {
        place.file(file);
    }
    let at = |path: &str| place.at(path);
    // A slash at the end of an expression is also put behind the path, so a file matches like a folder.
    assert_eq!(skips(&format!("ExcludePath ^{}/", at("file")), &["file", "plain"]), [true, false]);
    assert_eq!(skips(&format!("ExcludePath ^{}/.", at("file")), &["file", "plain"]), [false, false]);
    // Expressions see bytes.
    assert_eq!(skips(&format!("ExcludePath ^{}[^/][^/]$", at("")), &["ü", "plain"]), [true, false]);
    assert_eq!(skips(&format!("ExcludePath ^{}[^/]$", at("")), &["ü", "plain"]), [false, false]);
    // Blanks at the end of a line are lost, a carriage return is not.
    assert_eq!(skips(&format!("ExcludePath  \t^{}$ \t ", at("plain")), &["plain"]), [true]);
    assert_eq!(skips(&format!("ExcludePath ^{}$\r", at("plain")), &["plain"]), [false]);
    // There are no comments behind a value, and an expression that cannot be parsed matches nothing.
    assert_eq!(skips(&format!("ExcludePath ^{}$ # x", at("plain")), &["plain"]), [false]);
    assert_eq!(skips("ExcludePath (", &["plain"]), [false]);
    // A line is cut after 1023 bytes, and the rest is a line of its own, also that of a comment.
    let line = |length: usize| {
        let start = format!("ExcludePath ^{}(plain|", at(""));
        format!("{start}{})", "n".repeat(length - start.len() - 1))
    };
    assert_eq!(skips(&line(1023), &["plain", "ü"]), [true, false]);
    assert_eq!(skips(&line(1024), &["plain", "ü"]), [false, false]);
    for line in [
        line(1030),
        format!("# {}", "c".repeat(1100)),
        "ExcludePath \"^/unclosed".to_owned(),
        "ExcludePath ".to_owned(),
    ] {
        assert!(start(&line).is_err(), "{line}");
    }
    // A path is compared by its first 512 bytes.
    let name = |n: usize| format!("long/{}", "e".repeat(n - at("long/").len()));
    for length in [511, 512] {
        let (start, end) = (name(200), "f".repeat(length - 201));
        let (short, long) = (
            format!("{start}/{}/{}", &end[..200], &end[201..]),
            format!("{start}/{}/{}Z", &end[..200], &end[201..]),
        );
        assert_eq!(at(&short).len(), length);
        place.file(&short);
        place.file(&long);
        let line = format!("ExcludePath ^{}(/|$)", at(&short));
        assert_eq!(skips(&line, &[&short, &long]), [true, length == 512], "{length}");
    }
}

/// The weaker defaults that the findings name are defaults.
#[test]
fn the_findings_about_defaults_are_true() {
    let Some(engine) = engine() else { return };
    let place = Place::new();
    let deep = |n: usize| format!("{}f", "d/".repeat(n));
    for file in [deep(15), deep(16)] {
        place.file(file);
    }
    for (name, size) in [("fits", 100 << 20), ("large", (100 << 20) + 1)] {
        fs::File::options().write(true).open(place.file(name)).unwrap().set_len(size).unwrap();
    }
    let rules = [Rule::new(place.at("db"), &[], Stands::Everywhere)];
    let converted = converted(&rules, &[]);
    let daemon = place.judge(&engine, "", &converted);
    let expected: Files = [deep(15), "fits".to_owned()].map(|f| place.at(&f).into_bytes()).into();
    same(&daemon.found_in_tree(&[]), &expected, "defaults");
    let said: String = converted.conversion.findings.iter().map(|f| format!("{}\n", f.message)).collect();
    for words in ["goes 15 folders deep", "files over 100 MB", "over 5 MB", "folder for temporary files"] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// On-access scanning

/// Files in and around what on-access scanning leaves alone.
#[rustfmt::skip]
const WATCHED_TREE: &[&str] = &[
    "ex/f", "ex/sub/f", "ex/sub/deep/f", "ex/sub/deep/er/f", "ex2/f", "EX/f", "with blank/f", "with blank2/f", "quo\"te/f", "quo/f",
    "#ha$h+(|)/f", "Büro/f", "Buro/f", "below/f", "below2/f", "file", "file2", "everywhere/f", "everywhere/s/f", "everywhere2/f",
    "everywhere-file", "masks/a.log", "masks/d.log/f", "masks/f", "other/f", "x/ex/f",
];

#[test]
fn clamonacc_leaves_alone_exactly_the_excluded_folders() {
    let Some(engine) = on_access_engine() else { return };
    let place = Place::new();
    let real_time = |path: &str| Rule::new(place.at(path), &[], Stands::RealTime);
    let rules = [
        // A folder before folders in it: in this order they would end on-access scanning.
        real_time("ex"),
        real_time("ex/sub"),
        real_time("ex/sub/deep/**"),
        real_time("with blank"),
        real_time("quo\"te"),
        real_time("#ha$h+(|)"),
        real_time("Büro"),
        real_time("below/"),
        real_time("not-there/"),
        real_time("file"),
        Rule::new(place.at("everywhere"), &[], Stands::Everywhere),
        Rule::new(place.at("everywhere-file"), &[], Stands::Everywhere),
        Rule::new(place.at("masks"), &["*.log"], Stands::Everywhere),
    ];
    for file in WATCHED_TREE {
        place.file(file);
    }
    let converted = converted(&rules, &[finding::FOLDERS_TOO]);
    // Nothing but folders that are there can be left alone, so real-time rows are stricter.
    for (index, rule) in rules.iter().enumerate() {
        let fate = match (rule.stands, rule.masks.is_empty()) {
            (Stands::RealTime, _) => Fate::Stricter,
            (_, true) => Fate::Exact,
            (_, false) => Fate::Looser,
        };
        assert_eq!(converted.rows(index)[0].fate, fate, "{rule:?}");
    }
    let all = place.files();
    let basics = format!("OnAccessIncludePath {}\nOnAccessExcludeRootUID yes\n", place.tree.display());
    let daemon = place.judge(&engine, &basics, &converted);

    // On demand, what is excluded in real time only is found.
    let scanned: Vec<&Rule> = rules.iter().filter(|r| r.stands == Stands::Everywhere).collect();
    let expected = rest(&all, |f| ledger_says_skipped(&scanned, f, &place.tree));
    assert!(expected.contains(place.at("ex/f").as_bytes()));
    same(&daemon.found_in_tree(&[]), &expected, "on demand");

    // On access, all of them are left alone but the file: the row says stricter, and this is its example. clamd is given
    // each file alone, so a folder whose name matches a mask for files is no matter.
    let meant: Vec<&Rule> = rules.iter().filter(|r| !r.path.ends_with("/file")).collect();
    let expected = rest(&all, |f| kesl_excludes(&meant, f));
    assert_eq!(converted.rows(9)[0].example.as_deref(), Some(place.at("file").as_str()));
    assert!(expected.contains(place.at("file").as_bytes()));
    let mut client = OnAccess::start(&place);
    let found = client.found(&all, &expected);
    assert!(!client.said().contains("can't exclude"), "{}", client.said());
    same(&found, &expected, "on access");

    // The other example of these rows: a folder that was not there.
    assert_eq!(converted.rows(8)[0].example.as_deref(), Some(place.at("not-there/a").as_str()));
    fs::create_dir(place.at("not-there")).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let later: Files = [place.file("not-there/a").into_os_string().into_vec()].into();
    let found = client.found(&later, &later);
    assert!(found.is_superset(&later), "{}", client.said());
}

/// What the order of the lines, the findings and the comments on the on-access client rest on.
#[test]
fn clamonacc_is_as_odd_as_the_converter_thinks() {
    let Some(engine) = on_access_engine() else { return };
    let place = Place::new();
    for file in ["ex/f", "ex/sub/f", "other/f", "temporary/f", "fits", "large"] {
        place.file(file);
    }
    for (name, size) in [("fits", 5 << 20), ("large", (5 << 20) + 1)] {
        fs::File::options().write(true).open(place.at(name)).unwrap().set_len(size).unwrap();
    }
    let all = place.files();
    let scanned = |lines: &[String], ends: bool, expected: &[&str]| {
        let tree = place.tree.display();
        let basics = format!(
            "OnAccessIncludePath {tree}\nOnAccessExcludeRootUID yes\nTemporaryDirectory {tree}/temporary\n"
        );
        let _daemon =
            place.start(&engine, &basics, lines.join("\n").as_bytes()).unwrap_or_else(|why| panic!("{why}"));
        let mut client = OnAccess::start(&place);
        let start = Instant::now();
        while ends && !client.said().contains("can't exclude") {
            assert!(start.elapsed() < Duration::from_secs(10), "{lines:?}: {}", client.said());
            std::thread::sleep(Duration::from_millis(50));
        }
        let expected: Files = expected.iter().map(|f| place.at(f).into_bytes()).collect();
        let found = client.found(&all, &expected);
        same(&found, &expected, &format!("{lines:?} {}", client.said()));
    };
    let excluded = |path: &str| format!("OnAccessExcludePath {}\n", place.at(path));
    // Files over 5 MB and those in the folder for temporary files are left alone; a slash at the end is no folder.
    scanned(&[excluded("ex/")], false, &["ex/f", "ex/sub/f", "other/f", "fits"]);
    // The deeper folder first, or on-access scanning ends.
    scanned(&[excluded("ex/sub"), excluded("ex")], false, &["other/f", "fits"]);
    scanned(&[excluded("ex"), excluded("ex/sub")], true, &[]);
    scanned(&[format!("OnAccessExcludePath {}\n", place.tree.display())], true, &[]);
    // The list for scans holds on access, too, where clamd is given a path.
    scanned(&[format!("ExcludePath ^{}(/|$)\n", place.at("ex"))], false, &["other/f", "fits"]);
}
