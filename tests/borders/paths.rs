//! Paths drawn near the borders of masks: a mask with something in place of its wildcards, then a little changed.

use crate::draw::Dice;
use crate::oracle::System;

/// What stands for wildcards, and what is added.
const IN_NAME: [&str; 10] = ["", "", "a", "b", "ab", "a.b", ".", "Ä", "x.log", "日"];
const ACROSS: [&str; 8] = ["", "/", "a/", "a", "a/b", "b/a/x", "/a.b/", "a/b/c/d/e/f"];
const ONE: [&str; 10] = ["a", "b", "B", "Ä", "日", " ", "", "/", "ab", "."];
const LETTERS: [&str; 8] = ["a", "b", "A", "x", ".", "Ä", "~", "ab"];
const BELOW: [&str; 8] = ["a", "b", "Data", "x.log", ".a", "a.b", "x.tar.gz", "tmp~"];

/// Draws paths for the masks of one conversion.
pub struct Drawer<'m> {
    masks: Vec<String>,
    folders: &'m [String],
    system: System,
}

impl<'m> Drawer<'m> {
    /// `folders`: what variables stand for.
    pub fn new(masks: &[String], folders: &'m [String], system: System) -> Self {
        let cut = |m: &String| match system {
            System::Windows => m.replace('\\', "/"),
            System::Linux => m.clone(),
        };
        let mut masks: Vec<String> = masks.iter().map(cut).collect();
        masks.sort();
        masks.dedup();
        Drawer { masks, folders, system }
    }

    /// A path, or what comes near to one.
    pub fn draw(&self, dice: &mut Dice) -> String {
        let mut text = filled(&self.masks[dice.below(self.masks.len())], dice);
        if self.system == System::Windows {
            text = self.rooted(text, dice);
        } else if !text.starts_with('/') {
            text = format!("{}{text}", dice.pick(&["/", "/", "/a/", "/srv/b/", "/a/b/c/d/"]));
        }
        for _ in 0..[0, 0, 1, 1, 2][dice.below(5)] {
            text = self.changed(text, dice);
        }
        if dice.once_in(3) {
            let deep = if dice.once_in(4) { dice.below(10) } else { 1 };
            for _ in 0..deep {
                text.push('/');
                text.push_str(dice.pick(&BELOW));
            }
        }
        clean(&text, self.system)
    }

    /// A mask for any place gets one.
    fn rooted(&self, text: String, dice: &mut Dice) -> String {
        if text.get(1..3) == Some(":/") || text.starts_with("//") || text.starts_with('%') {
            return text;
        }
        let root = dice.pick(&[
            "C:/",
            "C:/",
            "D:/",
            "C:/a/",
            "D:/a/b/",
            "//srv/data/",
            "%PUBLIC%/",
            "Z:/a/b/c/d/e/",
        ]);
        format!("{root}{}", text.trim_start_matches('/'))
    }

    fn changed(&self, text: String, dice: &mut Dice) -> String {
        let root = root_length(&text, self.system);
        let (start, rest) = text.split_at(root);
        let rest = rest.to_owned();
        let new = match dice.below(12) {
            0 => rest.rsplit_once('/').map_or(rest.clone(), |(before, _)| before.to_owned()),
            1 => rest.split_once('/').map_or(rest.clone(), |(_, after)| after.to_owned()),
            2 => match rest.rsplit_once('/') {
                Some((before, after)) => format!("{before}/{}/{after}", dice.pick(&BELOW)),
                None => format!("{}/{rest}", dice.pick(&BELOW)),
            },
            3 => format!("{}/{rest}", dice.pick(&BELOW)),
            4 => rest.to_uppercase(),
            5 => rest.to_lowercase(),
            6 | 7 => letter_changed(&rest, dice),
            8 => match rest.rsplit_once('.') {
                Some((before, after)) if !after.contains('/') => before.to_owned(),
                _ => format!("{rest}{}", dice.pick(&[".b", ".", ".log", "."])),
            },
            9 => format!("{rest}{}", dice.pick(&LETTERS)),
            10 if self.system == System::Windows => return self.moved(start, &rest, dice),
            _ => match rest.rsplit_once('/') {
                Some((before, after)) => format!("{before}{after}"),
                None => rest.clone(),
            },
        };
        format!("{start}{new}")
    }

    /// The same on another drive, or in the folder of a variable.
    fn moved(&self, start: &str, rest: &str, dice: &mut Dice) -> String {
        if dice.once_in(2) {
            return format!(
                "{}{rest}",
                dice.pick(&["C:/", "D:/", "E:/", "c:/", "//srv/data/", "//srv/other/"])
            );
        }
        let folder = self.folders[dice.below(self.folders.len())].replace('\\', "/");
        let whole = format!("{start}{rest}");
        // Out of the folder where the path is in one, into it otherwise.
        match whole.strip_prefix(&folder) {
            Some(inside) => format!("C:{inside}"),
            None => format!("{folder}/{rest}"),
        }
    }
}

fn filled(mask: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(mask.len() + 16);
    let mut chars = mask.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                let crosses = chars.next_if_eq(&'*').is_some();
                while chars.next_if_eq(&'*').is_some() {}
                let across = crosses || dice.once_in(10);
                out.push_str(dice.pick(if across { &ACROSS } else { &IN_NAME }));
            }
            '?' => {
                let reach = if dice.once_in(4) { 10 } else { 5 };
                out.push_str(dice.pick(&ONE[..reach]));
            }
            c => out.push(c),
        }
    }
    out
}

fn letter_changed(text: &str, dice: &mut Dice) -> String {
    let at = dice.below(text.chars().count().max(1));
    let with = dice.pick(&LETTERS);
    let mut out = String::with_capacity(text.len() + 4);
    for (n, c) in text.chars().enumerate() {
        match n == at {
            true if dice.once_in(3) && c.is_lowercase() => out.extend(c.to_uppercase()),
            true if dice.once_in(2) => {}
            true => out.push_str(with),
            false => out.push(c),
        }
    }
    out
}

/// How much of the text is its root, with the separator behind it.
fn root_length(text: &str, system: System) -> usize {
    if system == System::Linux {
        return usize::from(text.starts_with('/'));
    }
    let after = |at: usize| text[at..].find('/').map_or(text.len(), |n| at + n + 1);
    match text.as_bytes() {
        [_, b':', b'/', ..] => 3,
        [b'/', b'/', ..] => after(after(2)),
        [b'%', ..] => after(0),
        _ => 0,
    }
}

/// Empty names and what no name holds taken out.
fn clean(text: &str, system: System) -> String {
    let (start, rest) = text.split_at(root_length(text, system));
    let windows = system == System::Windows;
    let mut out = start.trim_end_matches('/').to_owned();
    let separator = if windows { '\\' } else { '/' };
    for name in rest.split('/') {
        let name: String = match windows {
            true => name.chars().filter(|c| !r#"<>:"|?*%"#.contains(*c)).collect(),
            false => name.to_owned(),
        };
        if !matches!(name.as_str(), "" | "." | "..") {
            out.push(separator);
            out.push_str(&name);
        }
    }
    if windows { out.replace('/', "\\") } else { out }
}
