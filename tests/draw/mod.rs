//! Masks and paths drawn at random, the same ones each time: hostile masks, and paths made from a mask so that a good
//! part of them is taken.

#![allow(dead_code, reason = "each test file uses a part")]

use super::oracle::System;

/// Xorshift: enough for drawing, and fast.
pub struct Dice(u64);

impl Dice {
    /// Every subject has its own row of numbers.
    pub fn new(subject: &str) -> Self {
        let seed = subject
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3));
        Dice(seed | 1)
    }

    fn number(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.number() >> 11) % n as u64) as usize
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// How many pairs a test compares.
pub fn cases(usual: usize) -> usize {
    std::env::var("CROSSWALK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// What may stand in a segment; the first ones are usual, the others are odd.
const USUAL: [&str; 12] = ["a", "b", "A", "ab", "a.b", ".", "*", "*", "?", ".a", "*.a", "a*"];
const ODD: [&str; 26] = [
    "ä", "Ä", "ß", "İ", "i", "I", "**", "***", " ", "[", "]", "[ab]", "{a}", "%", "%a%", "$", "(", "+", "^",
    "<", ":", "|", "日", "'", ",", "~1",
];
const WHOLE: [&str; 8] = ["*", "*.*", "**", "*.", "?", "..", ".", ""];
/// The same without anything odd, for sets that are compared.
const PLAIN: [&str; 11] = ["a", "b", "ab", "a.b", "*", "**", "?", "*.b", "a*", "*.*", ".a"];

const WINDOWS_STARTS: [&str; 16] = [
    "",
    "",
    "",
    r"C:\",
    r"C:\",
    r"C:\",
    "c:/",
    r"D:\",
    r"%ProgramFiles%\",
    r"%PROGRAMFILES%\",
    r"\\srv\data\",
    r"**\",
    r"*\",
    r"?:\",
    r"\",
    r"\Device\HarddiskVolume*\",
];
const LINUX_STARTS: [&str; 8] = ["/", "/", "/", "/", "/", "/", "", "//"];

/// Flags that change what a mask of the language means.
pub fn flags(language: &str, dice: &mut Dice) -> Vec<&'static str> {
    let sets: &[&[&str]] = match language {
        "kes" | "kes10" | "ksws" | "local-list" | "mac-path" => &[&[], &["subfolders"], &["no-subfolders"]],
        "sentinelone" => &[&[], &["file"], &["folder"], &["subfolders"]],
        "mde-linux" | "mde-macos" => &[&[], &["folder"], &["file"], &["process"], &["extension"]],
        "kesl" => &[&[], &[], &["area=*.b"], &["area=a*", "area=?"], &["area=*"], &["area=[ab]"]],
        _ => &[&[]],
    };
    sets[dice.below(sets.len())].to_vec()
}

fn piece(dice: &mut Dice) -> &'static str {
    if dice.once_in(8) { dice.pick(&ODD) } else { dice.pick(&USUAL) }
}

fn pieces(dice: &mut Dice) -> String {
    (0..=dice.below(3)).map(|_| piece(dice)).collect()
}

/// A mask of any language but the regular expressions.
pub fn mask(language: &str, system: System, dice: &mut Dice) -> String {
    if language == "clam-exclude" {
        return expression(dice);
    }
    if matches!(language, "def-ext" | "kesl-area") && !dice.once_in(8) {
        return format!("{}{}", dice.pick(&["", ".", "*."]), pieces(dice));
    }
    let windows = system == System::Windows;
    let mut out = dice.pick(if windows { &WINDOWS_STARTS } else { &LINUX_STARTS }).to_owned();
    let segments = dice.below(4);
    for n in 0..segments {
        if n > 0 {
            out.push(if windows && !dice.once_in(12) { '\\' } else { '/' });
        }
        out.push_str(&if dice.once_in(4) {
            let odd = if dice.once_in(4) { 8 } else { 5 };
            dice.pick(&WHOLE[..odd]).to_owned()
        } else {
            pieces(dice)
        });
    }
    let ends: &[&str] =
        if windows { &["", "", "", "\\", "/", r"\*", r"\*.*"] } else { &["", "", "", "/", "/*"] };
    out.push_str(dice.pick(ends));
    if language == "def-path" && dice.once_in(4) {
        out.push_str(dice.pick(&[r"\:{PathType:file}", r"\:{PathType:folder}"]));
    }
    out
}

/// A mask whose set is to be compared: accepted more often, and with few letters.
pub fn plain_mask(language: &str, system: System, dice: &mut Dice) -> String {
    match language {
        "clam-exclude" => return expression(dice),
        "def-ext" => return dice.pick(&["a", "b", ".a", ".b", "ab"]).to_owned(),
        "kesl-area" => return format!("{}{}", dice.pick(&PLAIN), dice.pick(&["", "", "b", "*"])),
        _ => {}
    }
    let windows = system == System::Windows;
    let starts: &[&str] = if windows {
        &["", "", r"C:\", r"C:\", r"D:\", r"%PUBLIC%\", r"%ProgramFiles%\", r"**\", r"\\s\h\"]
    } else {
        &["/", "/", "/", ""]
    };
    let separator = if windows { "\\" } else { "/" };
    let names: Vec<&str> = (0..dice.below(4)).map(|_| dice.pick(&PLAIN)).collect();
    let end = dice.pick(&["", "", separator]);
    format!("{}{}{}", dice.pick(starts), names.join(separator), end)
}

const ATOMS: [&str; 14] =
    ["a", "b", "/", "/", "/a", "/b", ".", "[^/]", "[ab]", r"\.", r"\$", "(a|b)", "(/a)", "ä"];
const STRANGE: [&str; 16] = [
    "{2}",
    "[[:alpha:]]",
    r"\w",
    r"\1",
    "()",
    "(",
    ")",
    "|",
    "*",
    "[]a]",
    "[a-b]",
    "[^]",
    "]",
    "\\",
    "^",
    "$",
];

/// A regular expression, now and then a broken one.
fn expression(dice: &mut Dice) -> String {
    let mut out = dice.pick(&["", "^", "^/", "^/a"]).to_owned();
    for _ in 0..dice.below(5) {
        out.push_str(if dice.once_in(14) { dice.pick(&STRANGE) } else { dice.pick(&ATOMS) });
        out.push_str(dice.pick(&["", "", "", "", "*", "+", "?"]));
        if dice.once_in(12) {
            out.push('|');
        }
    }
    out + dice.pick(&["", "", "$", "/", "/$"])
}

/// A path that the mask may take: wildcards replaced by something, and a little changed.
pub fn path(language: &str, mask: &str, system: System, dice: &mut Dice) -> String {
    let windows = system == System::Windows;
    let mask = mask.split(r"\:{").next().unwrap_or(mask);
    let mut text = if language == "clam-onaccess" && !dice.once_in(4) {
        format!("{mask}{}", dice.pick(&["", "/a", "/a/b", "/*"]))
    } else {
        filled(mask, windows, dice)
    };
    if dice.once_in(3) {
        text = changed(text, dice);
    }
    if dice.once_in(4) {
        let turned = |c: char| match c.is_uppercase() {
            true => c.to_lowercase().next().unwrap_or(c),
            false => c.to_uppercase().next().unwrap_or(c),
        };
        let at = dice.below(text.chars().count().max(1));
        text = text.chars().enumerate().map(|(n, c)| if n >= at { turned(c) } else { c }).collect();
    }
    if windows { windows_path(&text, dice) } else { linux_path(&text, dice) }
}

fn filled(mask: &str, windows: bool, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut chars = mask.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                let crosses = chars.next_if_eq(&'*').is_some();
                let all = ["", "a", "b.a", "ab", ".", "a.b", "ä", "a/b", "/a/", "b/a/ab"];
                let reach = if crosses || dice.once_in(5) { 10 } else { 7 };
                out.push_str(dice.pick(&all[..reach]));
            }
            '?' => out.push_str(match dice.below(8) {
                0 => dice.pick(&["", "/", "ab", "."]),
                _ => dice.pick(&["a", "b", "ä", "日"]),
            }),
            '\\' if windows => out.push('/'),
            // Signs of regular expressions.
            '^' | '$' | '(' | ')' | '|' | '+' | '[' | ']' | '\\' if !windows && !dice.once_in(6) => {
                if c == '[' && chars.peek() == Some(&'^') {
                    out.push('b');
                    chars.by_ref().find(|c| *c == ']');
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn changed(text: String, dice: &mut Dice) -> String {
    match dice.below(7) {
        0 => text + dice.pick(&["/a", "/a.b", "/a/b", "a", "."]),
        1 => text.rsplit_once('/').map_or(text.clone(), |(before, _)| before.to_owned()),
        2 => text.replacen('/', "/b/", 1),
        3 => match text.rsplit_once('/') {
            Some((before, after)) => format!("{before}/a/{after}"),
            None => format!("a/{text}"),
        },
        4 => match text.char_indices().nth(dice.below(text.chars().count().max(1))) {
            Some((at, c)) => format!("{}{}", &text[..at], &text[at + c.len_utf8()..]),
            None => text,
        },
        5 => text.rsplit('/').next().unwrap_or("a").to_owned(),
        _ => format!("{}/{text}", dice.pick(&["a", "b/a"])),
    }
}

/// Segments that a file system knows.
fn real(text: &str) -> impl Iterator<Item = &str> {
    text.split('/').filter(|s| !matches!(*s, "" | "." | ".."))
}

fn windows_path(text: &str, dice: &mut Dice) -> String {
    let lower = text.to_ascii_lowercase();
    let letter = text.chars().next().filter(|c| c.is_ascii_alphabetic() && text[1..].starts_with(":/"));
    let (root, rest) = if let (Some(c), true) = (letter, !dice.once_in(12)) {
        (format!("{c}:"), &text[2..])
    } else if lower.starts_with("%programfiles%/") && !dice.once_in(12) {
        (text[..14].to_owned(), &text[15..])
    } else if lower.starts_with("//srv/data/") && !dice.once_in(12) {
        (text[..10].replace('/', "\\"), &text[11..])
    } else {
        let roots = ["C:", "C:", "C:", "D:", "d:", "%ProgramFiles%", r"\\srv\data", ""];
        (dice.pick(&roots[..if text.contains('/') { 7 } else { 8 }]).to_owned(), text)
    };
    let clean = |s: &str| -> String { s.chars().filter(|c| !r#"<>:"|?*%"#.contains(*c)).collect() };
    let names: Vec<String> = real(rest).map(clean).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).flat_map(real).collect();
    if names.is_empty() {
        names.push("a");
    }
    if root.is_empty() { names[0].to_owned() } else { format!(r"{root}\{}", names.join("\\")) }
}

fn linux_path(text: &str, dice: &mut Dice) -> String {
    let mut names: Vec<&str> = real(text).collect();
    if names.is_empty() {
        names.push("a");
    }
    match names[..] {
        [name] if !text.starts_with('/') && dice.once_in(2) => name.to_owned(),
        _ => format!("/{}", names.join("/")),
    }
}

/// All paths of up to three segments over a few names.
pub fn all_paths(system: System) -> Vec<String> {
    const NAMES: [&str; 6] = ["a", "b", "ab", "a.b", ".a", "bab"];
    let (roots, separator): (&[&str], _) = match system {
        System::Windows => (&["C:", "D:", "%PUBLIC%", "%ProgramFiles%", r"\\s\h"], "\\"),
        System::Linux => (&[""], "/"),
    };
    let depth = if system == System::Windows { 3 } else { 4 };
    let mut out = Vec::new();
    for root in roots {
        let mut level = vec![(*root).to_owned()];
        for _ in 0..depth {
            level = level.iter().flat_map(|p| NAMES.map(|name| format!("{p}{separator}{name}"))).collect();
            out.extend(level.iter().cloned());
        }
    }
    out.sort_by_key(|p| (p.chars().count(), p.clone()));
    out
}
