//! Rules about the source that the compiler does not see: what stands where, and what stands nowhere.
//!
//! They are read from the text. Comments, strings and `#[cfg(test)]` modules are blanked first (see [`code`]), except
//! where a rule is about them. Each rule is one function from files to complaints and one test; beside it stands a
//! test that plants a violation and expects the complaint.

use std::fs;
use std::path::Path;

/// A file: its path from the root of the repository, with `/`, and its text.
type File = (String, String);

/// Folders and files of `src/` that do something in the world: the page and the programs. All else is pure.
const DOORS: [&str; 2] = ["src/app", "src/bin"];

// ---------------------------------------------------------------------------------------------------- purity

/// What reaches outside: the browser, the disk, the environment, the network, the clock, chance.
const OUTSIDE: [&str; 15] = [
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "gloo",
    "yew",
    "std::fs",
    "std::io::stdin",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "RandomState",
    "static mut",
];

/// The engine is a function from bytes and options to values.
fn impure(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in outside_of(files, &DOORS) {
        let code = code(text);
        for name in OUTSIDE {
            complaints.extend(
                positions(&code, name)
                    .chain(imports(&code, name))
                    .map(|at| format!("{path}:{}: the engine must not use {name}", line_of(&code, at))),
            );
        }
    }
    complaints
}

/// Where `use std::{fmt, fs};` brings in `std::fs`.
fn imports<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let (parent, child) = name.split_once("::").unwrap_or((name, name));
    positions(code, parent).filter(move |at| {
        let group = code[*at + parent.len()..].strip_prefix("::{");
        group.and_then(|group| group.split(';').next()).is_some_and(|group| names(group, child))
    })
}

#[test]
fn the_engine_is_pure() {
    none(impure(&sources()));
}

#[test]
fn impurity_is_noticed() {
    let plant = |line: &str| impure(&[file("src/intake/mod.rs", line)]).len();
    for line in [
        "use web_sys::Window;",
        "let text = std::fs::read(path);",
        "let now = Instant::now();",
        "let home = std::env::var(\"HOME\");",
        "fn f() -> std::time::SystemTime { g() }",
        "std::net::TcpStream::connect(host);",
        "use std::{\n    fmt,\n    fs::{self, File},\n};",
    ] {
        assert_eq!(plant(line), 1, "{line}");
    }
    for line in ["// as std::fs::read would", "let s = \"SystemTime\";", "let gloom = 1;", "use std::fmt;"] {
        assert_eq!(plant(line), 0, "{line}");
    }
    assert!(
        impure(&[file("src/bin/crosswalk.rs", "use std::fs;"), file("src/app/mod.rs", "use yew::*;")])
            .is_empty()
    );
}

// ------------------------------------------------------------------------------------------------ hash order

/// Types whose order differs from run to run, or may with the next release.
const MAPS: [&str; 4] = ["HashMap", "HashSet", "FxHashMap", "FxHashSet"];

/// Ways to see that order.
const WALKS: [&str; 12] = [
    "iter",
    "iter_mut",
    "keys",
    "into_keys",
    "values",
    "values_mut",
    "into_values",
    "into_iter",
    "drain",
    "retain",
    "extract_if",
    "difference",
];

/// What a line that names a map must say.
const LOOKUPS_ONLY: &str = "// lookups only";

/// A hash map is for looking things up. Each line that names one says so and gives it a name, and nothing in that
/// file walks over a thing of this name.
fn hash_order(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in outside_of(files, &DOORS) {
        let code = code(text);
        let mut bound = Vec::new();
        for ((number, line), whole) in numbered(&code).zip(text.lines()) {
            let start = line.as_ptr() as usize - code.as_ptr() as usize;
            let trimmed = line.trim_start();
            if trimmed.starts_with("use ") || trimmed.starts_with("pub use ") {
                continue;
            }
            for at in MAPS.iter().flat_map(|map| positions(line, map)) {
                if !whole.contains(LOOKUPS_ONLY) {
                    complaints.push(format!("{path}:{number}: a hash map without `{LOOKUPS_ONLY}`"));
                }
                match binding(&line[..at]) {
                    Some(name) => bound.push((name.to_owned(), scope(&code, start, line))),
                    None => {
                        complaints.push(format!("{path}:{number}: give the hash map a name on this line"))
                    }
                }
            }
        }
        for (name, scope) in bound {
            complaints.extend(walks(&code, &name).filter(|at| scope.contains(at)).map(|at| {
                let line = line_of(&code, at);
                format!("{path}:{line}: walks over `{name}`, a hash map; its order would reach the output")
            }));
        }
    }
    complaints.sort();
    complaints.dedup();
    complaints
}

/// The name that the text before a type or a constructor gives: `let seen: `, `seen: &mut Option<`, `self.seen = `.
fn binding(before: &str) -> Option<&str> {
    let bytes = before.as_bytes();
    let at = (0..bytes.len()).rev().find(|&at| {
        let around = |other: &[u8]| {
            (at > 0 && other.contains(&bytes[at - 1]))
                || bytes.get(at + 1).is_some_and(|next| other.contains(next))
        };
        match bytes[at] {
            b':' => !around(b":"),
            b'=' => !around(b"=<>!"),
            _ => false,
        }
    })?;
    let before = before[..at].trim_end();
    // `let seen: Box<_> = HashMap…`: the name stands before the type.
    let before = match before.rsplit_once("let ") {
        Some((_, pattern)) => pattern.split(':').next().unwrap_or(pattern).trim_end(),
        None => before,
    };
    let start = before.rfind(|c: char| !is_word(c)).map_or(0, |at| at + 1);
    let name = &before[start..];
    (!name.is_empty()).then_some(name)
}

/// How far a name of the line at `start` reaches: a variable to the end of its block, a field through the file.
fn scope(code: &str, start: usize, line: &str) -> std::ops::Range<usize> {
    if !line.trim_start().starts_with("let ") {
        return 0..code.len();
    }
    let mut depth = 0;
    for (at, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return start..start + at;
        }
    }
    start..code.len()
}

/// Where something walks over `name`, by a method or by `for`.
fn walks<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    positions(code, name).filter(move |&at| {
        let after = code[at + name.len()..].trim_start();
        let by_method = after.strip_prefix('.').is_some_and(|rest| {
            let rest = rest.trim_start();
            WALKS
                .iter()
                .any(|walk| rest.strip_prefix(walk).is_some_and(|rest| rest.trim_start().starts_with('(')))
        });
        let before = code[..at].trim_end_matches("self.").trim_end();
        let before =
            before.strip_suffix("&mut").or_else(|| before.strip_suffix('&')).unwrap_or(before).trim_end();
        let by_for = after.starts_with('{') && before.ends_with(" in");
        by_method || by_for
    })
}

#[test]
fn hash_order_reaches_no_output() {
    none(hash_order(&sources()));
}

#[test]
fn walking_over_a_hash_map_is_noticed() {
    let plant = |text: &str| hash_order(&[file("src/review/mod.rs", text)]).len();
    let map = "let mut seen: FxHashMap<&str, u32> = FxHashMap::default(); // lookups only\n";
    assert_eq!(plant(map), 0);
    assert_eq!(plant("use std::collections::HashMap;\n"), 0);
    assert_eq!(plant("let seen: HashMap<u8, u8> = x;\n"), 1, "no comment");
    assert_eq!(plant("fn f() -> HashMap<u8, u8> { // lookups only\n"), 1, "no name");
    for walk in [
        "for (name, n) in seen {}",
        "for (name, n) in &seen {}",
        "for (name, n) in &mut self.seen {}",
        "seen.iter().collect()",
        "seen\n    .values_mut()\n    .sum()",
        "self.seen.keys().max()",
        "seen.into_iter().for_each(f)",
        "seen.drain().last()",
    ] {
        assert_eq!(plant(&format!("{map}{walk}\n")), 1, "{walk}");
    }
    for lookup in
        ["seen.get(name)", "seen.insert(name, 1)", "other.iter()", "unseen.iter()", "if name in_seen {}"]
    {
        assert_eq!(plant(&format!("{map}{lookup}\n")), 0, "{lookup}");
    }
    let field = "struct S {\n    by_id: Vec<HashMap<u8, u8>>, // lookups only\n}\n";
    assert_eq!(plant(&format!("{field}self.by_id.iter()")), 1);
    let elsewhere = "fn f() {\n    let seen: HashSet<u8> = x; // lookups only\n}\nfn g(seen: &[u8]) {\n    seen.iter();\n}\n";
    assert_eq!(plant(elsewhere), 0, "another function, another thing of that name");
    let built = "self.index = rows.collect::<FxHashMap<_, _>>(); // lookups only\n";
    assert_eq!(plant(&format!("{built}self.index.values()")), 1);
}

// ----------------------------------------------------------------------------------------------- one direction

/// A folder, and the modules that it must not name.
const DIRECTIONS: [(&str, &[&str]); 6] = [
    ("src/kaspersky", &["vendor", "review", "bundle"]),
    ("src/vendor", &["kaspersky", "intake"]),
    ("src/policy", &["kaspersky", "vendor", "review", "bundle"]),
    ("src/mask", &["kaspersky", "vendor", "review", "bundle"]),
    ("src/intake", &["kaspersky", "vendor", "review", "bundle"]),
    ("src/app", &["kaspersky"]),
];

/// Data goes one way: a reader knows no vendor, a vendor no reader, the page no reader, and nobody knows the page.
fn backwards(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files {
        let code = code(text);
        let mut forbidden: Vec<&str> = DIRECTIONS
            .iter()
            .filter(|(folder, _)| within(path, folder))
            .flat_map(|(_, modules)| modules.iter().copied())
            .collect();
        if !within(path, "src/app") && path != "src/bin/app.rs" {
            forbidden.push("app");
        }
        for module in forbidden {
            for at in positions(&code, module).filter(|at| in_path(&code, *at, module)) {
                complaints
                    .push(format!("{path}:{}: must not know the module `{module}`", line_of(&code, at)));
            }
        }
    }
    complaints
}

/// Whether the word at `at` is part of a path or of a `use`: `crate::vendor`, `vendor::eset`, `use crate::{a, vendor}`.
fn in_path(code: &str, at: usize, word: &str) -> bool {
    let before = code[..at].trim_end();
    let after = code[at + word.len()..].trim_start();
    let statement = before.rsplit([';', '}']).next().unwrap_or(before).trim_start();
    let statement = statement
        .strip_prefix("pub")
        .map_or(statement, |rest| rest.trim_start().strip_prefix("(crate)").unwrap_or(rest).trim_start());
    before.ends_with("::") || after.starts_with("::") || statement.starts_with("use ")
}

#[test]
fn data_goes_one_way() {
    none(backwards(&sources()));
}

#[test]
fn looking_back_is_noticed() {
    let plant = |path: &str, text: &str| backwards(&[file(path, text)]).len();
    assert_eq!(plant("src/kaspersky/kesl.rs", "use crate::vendor::eset;"), 1);
    assert_eq!(plant("src/kaspersky/kesl.rs", "use crate::{policy::Policy, vendor};"), 1);
    assert_eq!(plant("src/kaspersky/kesl.rs", "let id = vendor::eset::ID;"), 1);
    assert_eq!(plant("src/kaspersky/kesl.rs", "let vendor = device.vendor; // not vendor::eset"), 0);
    assert_eq!(plant("src/vendor/eset.rs", "fn f(p: &crate::kaspersky::Kesl) {}"), 1);
    assert_eq!(plant("src/vendor/eset.rs", "let words = \"crate::kaspersky\";"), 0);
    assert_eq!(plant("src/policy/mod.rs", "use crate::kaspersky;"), 1);
    assert_eq!(plant("src/policy/mod.rs", "use super::vendor::Target;"), 1);
    assert_eq!(plant("src/app/mod.rs", "use crosswalk::kaspersky::kesl;"), 1);
    assert_eq!(plant("src/ledger.rs", "use crate::app::State;"), 1);
    assert_eq!(plant("src/bin/app.rs", "use crosswalk::app::run;"), 0);
    assert_eq!(plant("src/lib.rs", "pub mod app;\npub mod vendor;\npub mod kaspersky;"), 0);
}

// ------------------------------------------------------------------------------------------------------ panics

/// Words that end the program, or that the compiler does not check.
const PANICS: [&str; 7] =
    [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "unreachable!", "unsafe"];

/// A panic in the browser kills the page, and with it what the user has decided.
fn panics(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files {
        for (number, line) in numbered(&code(text)) {
            for word in PANICS {
                if names(line, word) {
                    complaints.push(format!("{path}:{number}: {word} outside of tests"));
                }
            }
        }
    }
    complaints
}

#[test]
fn nothing_panics() {
    none(panics(&sources()));
}

#[test]
fn a_panic_is_noticed() {
    let plant = |text: &str| panics(&[file("src/app/state.rs", text)]).len();
    for line in [
        "let a = b.unwrap();",
        "let a = b\n    .expect(\"never\");",
        "_ => unreachable!(),",
        "todo!()",
        "panic!(\"no\")",
        "unimplemented!()",
        "unsafe { f() }",
    ] {
        assert_eq!(plant(line), 1, "{line}");
    }
    for line in [
        "let a = b.unwrap_or_default();",
        "// .unwrap() would end it",
        "core::panic::Location",
        "self.expected()",
    ] {
        assert_eq!(plant(line), 0, "{line}");
    }
    assert_eq!(plant("#[cfg(test)]\nmod tests {\n    fn f() { g().unwrap(); }\n}\n"), 0);
    assert_eq!(plant("#[cfg(test)]\nmod tests {\n    fn f() {}\n}\nfn h() { g().unwrap(); }\n"), 1);
}

// ---------------------------------------------------------------------------------------- the page's own policy

/// What the page's content security policy would refuse, or what would go around it: inline styles and scripts,
/// handlers in attributes, HTML made from text.
fn against_the_policy(files: &[File]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut complain =
        |path: &str, line: usize, what: &str| complaints.push(format!("{path}:{line}: {what}"));
    for (path, text) in files {
        let rust = path.ends_with(".rs");
        let markup = path.ends_with(".html") || path.ends_with(".svg");
        let text = if rust { code(text) } else { without_html_comments(text) };
        for at in positions(&text, "from_html_unchecked") {
            complain(path, line_of(&text, at), "HTML made from text");
        }
        if !rust && !markup {
            continue;
        }
        for at in positions(&text, "style") {
            let before = text[..at].chars().next_back();
            let after = &text[at + "style".len()..];
            if before == Some('<') {
                complain(path, line_of(&text, at), "an inline <style>");
            } else if before.is_some_and(char::is_whitespace) && after.starts_with('=') {
                complain(path, line_of(&text, at), "an inline style=");
            }
        }
        for at in positions(&text, "<script") {
            let body = text[at..].split_once('>').and_then(|(_, rest)| Some(rest.split_once("</script")?.0));
            if body.is_none_or(|body| !body.trim().is_empty()) {
                complain(path, line_of(&text, at), "a <script> with a body");
            }
        }
        if markup {
            for at in attributes_on(&text) {
                complain(path, line_of(&text, at), "a handler in an attribute");
            }
        }
    }
    complaints
}

/// Where an attribute such as `onclick=` starts.
fn attributes_on(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.match_indices(" on").map(|(at, _)| at + 1).filter(|at| {
        let rest = text[at + 2..].trim_start_matches(|c: char| c.is_ascii_lowercase());
        rest.len() < text.len() - at - 2 && rest.starts_with('=')
    })
}

fn without_html_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let (inside, after) = comment.split_once("-->").unwrap_or((comment, ""));
        kept.push_str(before);
        kept.extend(inside.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    kept + rest
}

#[test]
fn the_page_keeps_its_own_policy() {
    let mut files = read("www", &["html", "svg", "js"]);
    files
        .extend(sources().into_iter().filter(|(path, _)| within(path, "src/app") || within(path, "src/bin")));
    assert!(files.iter().any(|(path, _)| path == "www/index.html"), "the page has moved: {files:?}");
    none(against_the_policy(&files));
}

#[test]
fn a_breach_of_the_policy_is_noticed() {
    let plant = |path: &str, text: &str| against_the_policy(&[file(path, text)]).len();
    assert_eq!(plant("www/index.html", "<p style=\"color: red\">"), 1);
    assert_eq!(plant("www/index.html", "<style>p {}</style>"), 1);
    assert_eq!(plant("www/index.html", "<script>start()</script>"), 1);
    assert_eq!(plant("www/index.html", "<script src=\"boot.js\">\n  start()\n</script>"), 1);
    assert_eq!(plant("www/index.html", "<button onclick=\"f()\">"), 1);
    assert_eq!(plant("www/index.html", "<script src=\"boot.js\" defer></script>\n<!-- style=\"\" -->"), 0);
    assert_eq!(plant("www/index.html", "<link rel=\"stylesheet\" href=\"style.css\">"), 0);
    assert_eq!(plant("src/app/row.rs", "html! { <p style=\"color: red\"></p> }"), 1);
    assert_eq!(plant("src/app/row.rs", "html! { <p style={colour}></p> }"), 1);
    assert_eq!(plant("src/app/row.rs", "let style = Style::new(); let s = Style { style };"), 0);
    assert_eq!(plant("src/app/row.rs", "Html::from_html_unchecked(text)"), 1);
    assert_eq!(plant("src/app/row.rs", "html! { <button onclick={go} class=\"style\"/> }"), 0);
}

// ------------------------------------------------------------------------------------------- reading the source

/// All Rust sources, except files that hold tests only.
fn sources() -> Vec<File> {
    let mut files = read("src", &["rs"]);
    files.retain(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"));
    assert!(files.iter().any(|(path, _)| path == "src/lib.rs"), "the sources have moved");
    files
}

fn read(folder: &str, endings: &[&str]) -> Vec<File> {
    let mut files = Vec::new();
    collect(Path::new(env!("CARGO_MANIFEST_DIR")), folder, endings, &mut files);
    files.sort();
    files
}

fn collect(root: &Path, folder: &str, endings: &[&str], files: &mut Vec<File>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(root, &name, endings, files);
        } else if endings.iter().any(|ending| name.ends_with(&format!(".{ending}"))) {
            files.push((name, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

fn file(path: &str, text: &str) -> File {
    (path.to_owned(), text.to_owned())
}

fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Whether a file stands in a folder, or is the module of that name: `src/app/row.rs` and `src/app.rs` in `src/app`.
fn within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn outside_of<'a>(files: &'a [File], folders: &'a [&str]) -> impl Iterator<Item = &'a File> {
    files.iter().filter(|(path, _)| !folders.iter().any(|folder| within(path, folder)))
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a line names `word` as a whole, not as a part of a longer name.
fn names(line: &str, word: &str) -> bool {
    positions(line, word).next().is_some()
}

/// Where `word` stands as a whole.
fn positions<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text[..*at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let open =
            |c: Option<char>, edge: Option<char>| !(edge.is_some_and(is_word) && c.is_some_and(is_word));
        open(before, word.chars().next()) && open(after, word.chars().next_back())
    })
}

/// The source with comments, the insides of strings and `#[cfg(test)]` items blanked. Lines stay where they are.
fn code(text: &str) -> String {
    without_tests(&without_words(text))
}

/// Blanks comments and the insides of strings and characters.
fn without_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let before = out.chars().next_back();
        let inside = if rest.starts_with("//") {
            Some((0, rest.find('\n').unwrap_or(rest.len()), 0))
        } else if rest.starts_with("/*") {
            Some((0, block_comment(rest), 0))
        } else if c == '"' {
            Some((1, 1 + string(&rest[1..]), 1))
        } else if matches!(c, 'r' | 'b' | 'c') && !before.is_some_and(is_word) {
            raw_string(rest)
        } else if c == '\'' {
            character(rest)
        } else {
            None
        };
        let Some((keep, end, close)) = inside else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.push_str(&rest[..keep]);
        out.extend(rest[keep..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        let after = (end + close).min(rest.len());
        out.push_str(&rest[end..after]);
        rest = &rest[after..];
    }
    out
}

/// Length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of a string up to its closing quotation mark.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// Start and end of the inside of `r"…"`, `r#"…"#`, `br"…"`, and the length of what closes it.
fn raw_string(text: &str) -> Option<(usize, usize, usize)> {
    let prefix = ["br", "cr", "r"].iter().find(|prefix| text.starts_with(*prefix))?.len();
    let hashes = text[prefix..].chars().take_while(|c| *c == '#').count();
    let start = prefix + hashes + 1;
    text[prefix + hashes..].starts_with('"').then_some(())?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text[start..].find(&close).map_or(text.len(), |at| start + at);
    Some((start, end, close.len()))
}

/// Start and end of the inside of `'x'`, and the length of what closes it; a lifetime has none.
fn character(text: &str) -> Option<(usize, usize, usize)> {
    let rest = &text[1..];
    let first = rest.chars().next()?;
    let inside = if first == '\\' {
        let escape = 1 + rest[1..].chars().next()?.len_utf8();
        escape + rest[escape..].find('\'')?
    } else {
        first.len_utf8()
    };
    (first != '\'' && rest[inside..].starts_with('\'')).then_some((1, 1 + inside, 1))
}

/// Blanks what `#[cfg(test)]` stands on: up to the matching brace, or to the semicolon.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, item)) = rest.split_once(MARK) {
        out.push_str(before);
        let mut depth = 0usize;
        let mut end = item.len();
        for (at, c) in item.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(c, '}' | ';') {
                end = at + 1;
                break;
            }
        }
        out.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    out + rest
}

#[test]
fn comments_strings_and_tests_are_blanked_and_lines_stay() {
    let text = "let a = \"x // y\"; // z\nlet b = r#\"q\"w\"#; let c = '\"'; let d: &'a str = \"\\\"e\";\n/* f\n /* g */ h */ i\n";
    let blanked = without_words(text);
    assert_eq!(blanked.lines().count(), text.lines().count());
    for gone in ["x", "y", "z", "q", "w", "e\"", "f", "g", "h"] {
        assert!(!blanked.contains(gone), "{gone} is still in {blanked}");
    }
    for kept in ["let a = \"", "let c = '", "&'a str = \"", " i\n"] {
        assert!(blanked.contains(kept), "{kept} is gone from {blanked}");
    }
    assert_eq!(code("#[cfg(test)]\nuse a::b;\nc\n"), "\n\nc\n");
}
