//! Lists with confirmed columns: as a CSV or pasted text, and as a list of a console. What the columns mean is confirmed
//! the way a person does it: names or looks as the program shows them, meanings of our own.

use std::fmt::Write;

use crosswalk::columns::Mapping;
use crosswalk::options::{Answers, Confirmed};
use crosswalk::{interpret, view};
use serde_json::{Value, json};

use crate::common;
use crate::draw::Dice;

#[derive(Clone, Debug)]
pub struct Column {
    pub role: &'static str,
    name: &'static str,
    /// The element that holds it in a list of a console.
    tag: &'static str,
    /// Words and what they mean, as confirmed.
    values: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Debug)]
pub struct Sheet {
    /// A list of a console; else a text.
    console: bool,
    /// The key that the list stands in; empty: the file is one list.
    list: &'static str,
    rows: &'static str,
    language: &'static str,
    otherwise: Vec<(&'static str, &'static str)>,
    pub columns: Vec<Column>,
    /// Cells of each row, and whether they stand in quotes; a row may end early, or go on.
    pub cells: Vec<Vec<(String, bool)>>,
    separator: char,
    announced: bool,
    heading: bool,
    ends: &'static str,
    encoding: usize,
    /// Some values that need quotation marks have none.
    raw: bool,
}

type Words = &'static [(&'static str, &'static str)];
const DA: Words = &[("Да", "on"), ("Нет", "off")];
const BITS: Words = &[("305", "on"), ("16", "off")];
const TURNED: Words = &[("0", "on"), ("1", "off")];
const PARTS: Words = &[
    ("File Anti-Virus", "on-access"),
    ("Scan", "on-demand"),
    ("Mail", "network"),
    ("Behaviour", "behaviour"),
    ("Any", "all"),
];

/// What a cell of the column holds.
fn cell(column: &Column, dice: &mut Dice) -> String {
    let numbers = column.tag != "tSTRING";
    let words: &[&str] = match (column.role, column.values.first().map(|(word, _)| *word)) {
        ("comment" | "no-effect", _) => {
            &["", "", "c", "a; b", "say \"x\"", "Ä, ö", "1", "two\nlines", "OK, then; fine"]
        }
        ("threat", _) => &["", "*", "*", "*", "not-a-virus:*", "EICAR", "**", "any"],
        ("hash", _) => {
            &["", "", "", "0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0", "zz"]
        }
        ("process", _) => &["", "", "", "", r"C:\a\b.exe", "*"],
        ("unknown", _) if numbers && column.tag != "key" => &["0", "0", "0", "7", ""],
        ("unknown", _) => &["", "", "", "", "7", "x", " ", "0"],
        ("components", Some(_)) => {
            &["*", "*", "Any", "File Anti-Virus", "Scan", "Mail", "Behaviour", "Web", "", "all"]
        }
        ("components", None) => &["*", "*", "*", "*", "All", "File Anti-Virus", "", "Scan, *"],
        (_, Some("Да")) => &["Да", "Да", "Да", "Да", "Нет", "Yes", "да", "Может", ""],
        (_, Some("305")) => &["305", "305", "305", "305", "16", "17", "1", "0", ""],
        (_, Some("0")) => &["0", "0", "0", "1", "1", "2"],
        _ if numbers => &["1", "1", "1", "1", "1", "0", "2", ""],
        _ => &[
            "Yes", "yes", "ON", "on", "Enabled", "True", "1", "1", "No", "off", "Disabled", "false", "0",
            "Maybe", "2", "", "n/a", "yes, but", "-1", "On ",
        ],
    };
    dice.pick(words).to_owned()
}

/// The same column, a bit of everything.
fn column(role: &'static str, console: bool, dice: &mut Dice) -> Column {
    let (heading, field, tag) = match role {
        "path" => ("Path", "Mask", "tSTRING"),
        "subfolders" => ("Include subfolders", "Deep", "tBOOL"),
        "threat" => ("Threat name", "Verdict", "tSTRING"),
        "hash" => ("SHA256", "Digest", "tSTRING"),
        "process" => ("Process", "Starter", "tSTRING"),
        "components" => ("Components", "Areas", "tSTRING"),
        "enabled" => ("State", "Active", "tBOOL"),
        "opened-files" => ("Opened files", "nTriggers", "tDWORD"),
        "comment" => ("Comment", "Remark", "tSTRING"),
        "no-effect" => ("Changed by", "Owner", "tSTRING"),
        _ => ["Odd", "Group"].map(|n| (n, n, ["tDWORD", "key", "tSTRING"][dice.below(3)]))[dice.below(2)],
    };
    let values = match role {
        "components" if dice.once_in(2) => PARTS,
        "opened-files" if console => BITS,
        "enabled" | "subfolders" | "opened-files" => match dice.below(8) {
            0 | 1 if !console => DA,
            2 => TURNED,
            3 if console => BITS,
            _ => &[],
        },
        _ => &[],
    };
    let tag = match (console, values.first()) {
        (false, _) => "tSTRING",
        (true, Some(("305", _))) => "tDWORD",
        _ => tag,
    };
    Column { role, name: if console { field } else { heading }, tag, values }
}

impl Sheet {
    /// `masks`: those of the rows.
    pub fn drawn(console: bool, linux: bool, masks: Vec<String>, dice: &mut Dice) -> Self {
        let trusted = if console { dice.once_in(3) } else { dice.once_in(12) } && !linux;
        let language = match linux {
            true => "kesl",
            false => dice.pick(&["kes", "kes", "kes", "ksws", "local-list", "kes10"]),
        };
        let mut columns = vec![column("path", console, dice)];
        let mut otherwise = Vec::new();
        let mut may = |role: &'static str, often: usize, else_: &[&'static str], dice: &mut Dice| {
            if dice.below(12) < often {
                let at = dice.below(columns.len() + 1);
                columns.insert(at, column(role, console, dice));
            } else if !else_.is_empty() {
                otherwise.push((role, else_[dice.below(else_.len())]));
            }
        };
        may("enabled", 8, &["on", "on", "on", "on", "on", "off"], dice);
        if trusted {
            may("opened-files", 8, &["on", "on", "on", "off"], dice);
        } else {
            may("components", 5, &["all", "all", "all", "all", "on-access", "on-demand", "network"], dice);
            may("subfolders", if linux { 1 } else { 5 }, &["on", "on", "on", "off", "not-told"], dice);
            may("threat", 4, &[], dice);
            may("hash", 2, &[], dice);
            may("process", 1, &[], dice);
        }
        may("comment", 5, &[], dice);
        may("no-effect", 2, &[], dice);
        may("unknown", 3, &[], dice);
        let row = |mask: String| -> Vec<(String, bool)> {
            let cell = |c: &Column, dice: &mut Dice| match c.role {
                "path" => mask.clone(),
                // Mostly what lets the row through.
                "enabled" | "opened-files" if dice.once_in(2) => good(c).to_owned(),
                "threat" | "hash" | "process" | "unknown" if dice.once_in(2) => String::new(),
                _ => cell(c, dice),
            };
            let mut all: Vec<(String, bool)> = columns.iter().map(|c| (cell(c, dice), false)).collect();
            all.iter_mut().for_each(|c| c.1 = dice.once_in(6));
            match dice.below(24) {
                0 if !console => _ = all.pop(),
                1 if !console => all.push((dice.pick(&["", "x"]).to_owned(), false)),
                _ => {}
            }
            all
        };
        let cells: Vec<_> = masks.into_iter().map(row).collect();
        let mut sheet = Sheet {
            console,
            list: if console && !trusted { dice.pick(&["", "Excluded"]) } else { "" },
            rows: if trusted { "trusted-application" } else { "exclusion" },
            language,
            otherwise,
            columns,
            cells,
            separator: [';', ';', ',', '\t'][dice.below(4)],
            announced: dice.once_in(8),
            heading: !dice.once_in(4),
            ends: dice.pick(&["\n", "\r\n"]),
            encoding: dice.below(6),
            raw: dice.once_in(8),
        };
        // A column without a heading, and now and then with a value.
        if !console && sheet.heading && dice.once_in(10) {
            sheet.columns.push(Column { role: "unknown", name: "", tag: "tSTRING", values: &[] });
            for row in &mut sheet.cells {
                row.push((if dice.once_in(6) { "x" } else { "" }.to_owned(), false));
            }
        }
        sheet
    }

    pub fn linux(&self) -> bool {
        self.language == "kesl"
    }

    pub fn name(&self) -> &'static str {
        if self.console { "x.xml" } else { "x.csv" }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        match self.encoding {
            0 if !self.console => common::utf16le(&text),
            1 if !self.console => common::utf16be(&text),
            2 => common::utf8_bom(&text),
            _ => text.into_bytes(),
        }
    }

    pub fn text(&self) -> String {
        if self.console { self.xml() } else { self.csv() }
    }

    fn csv(&self) -> String {
        let mut out = String::new();
        if self.announced {
            let _ = write!(out, "sep={}{}", self.separator, self.ends);
        }
        let names = self.columns.iter().map(|c| (c.name.to_owned(), false)).collect();
        for row in self.heading.then_some(&names).into_iter().chain(&self.cells) {
            let cell = |(text, quoted): &(String, bool)| {
                // As somebody writes it who knows nothing of quotation marks.
                let raw = self.raw && text.starts_with(['a', 's', 'O']);
                if raw {
                    text.clone()
                } else if *quoted || text.contains(['"', ';', ',', '\t', '\n', '\r']) {
                    format!("\"{}\"", text.replace('"', "\"\""))
                } else {
                    text.clone()
                }
            };
            let cells: Vec<String> = row.iter().map(cell).collect();
            out.push_str(&cells.join(&self.separator.to_string()));
            out.push_str(self.ends);
        }
        out
    }

    fn xml(&self) -> String {
        let mut out = String::from("<propertiesmap>\n");
        if !self.list.is_empty() {
            let _ = writeln!(out, "<key name=\"{}\">", self.list);
        }
        for (n, row) in self.cells.iter().enumerate() {
            let _ = write!(out, "<key name=\"{n:04}\">");
            for (column, (text, _)) in self.columns.iter().zip(row) {
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let (tag, name) = (column.tag, column.name);
                let _ = match (tag, text.as_str()) {
                    ("key", "" | " " | "0") => {
                        write!(out, "<key name=\"{name}\">{}</key>", text.replace('0', ""))
                    }
                    ("key", text) => write!(
                        out,
                        "<key name=\"{name}\"><key name=\"0000\"><tSTRING name=\"Id\">{text}</tSTRING></key></key>"
                    ),
                    (tag, "") if n % 2 == 0 => write!(out, "<{tag} name=\"{name}\"/>"),
                    (tag, text) => write!(out, "<{tag} name=\"{name}\">{text}</{tag}>"),
                };
            }
            out.push_str("</key>\n");
        }
        if !self.list.is_empty() {
            out.push_str("</key>\n");
        }
        out.push_str("<tDWORD name=\"unique_id\">12</tDWORD></propertiesmap>\n");
        out
    }

    /// The confirmed columns, if the program shows the columns that the list has.
    pub fn confirmed(&self) -> Option<Confirmed> {
        let reading = common::reading(self.name(), &self.bytes()).ok()?;
        let policy = interpret(&[&reading], &Answers::default());
        let table = view::tables(&reading, &policy, &Answers::default()).into_iter().next()?;
        let mut mapping = serde_json::to_value(&table.mapping).unwrap();
        let shown = mapping["columns"].as_array().unwrap().len();
        let mut used = 0;
        for (n, column) in mapping["columns"].as_array_mut().unwrap().iter_mut().enumerate() {
            let name = column.get("name").and_then(Value::as_str).map(str::to_owned);
            let own = match &name {
                Some(name) => self.columns.iter().find(|c| c.name == name),
                None => self.columns.get(n),
            };
            used += usize::from(own.is_some());
            let position = name.as_deref() == Some("(position)");
            let role = own.map_or(if position { "no-effect" } else { "unknown" }, |c| c.role);
            column["role"] = json!(role);
            let values = own.map_or(&[][..], |c| c.values).iter();
            let values: serde_json::Map<String, Value> =
                values.map(|(word, means)| ((*word).to_owned(), json!(means))).collect();
            column["values"] = Value::Object(values);
        }
        let named = self.columns.iter().filter(|c| !c.name.is_empty()).count();
        if used < named || (!self.console && !self.heading && shown != self.columns.len()) {
            return None;
        }
        mapping["confirmed"] = json!(true);
        mapping["rows"] = json!(self.rows);
        mapping["language"] = json!(self.language);
        let otherwise: serde_json::Map<String, Value> =
            self.otherwise.iter().map(|(role, means)| ((*role).to_owned(), json!(means))).collect();
        mapping["otherwise"] = Value::Object(otherwise);
        let mapping: Mapping = serde_json::from_value(mapping).unwrap();
        Some(Confirmed { input: None, mapping })
    }

    /// Where the path stands.
    pub fn path(&self) -> usize {
        self.columns.iter().position(|c| c.role == "path").unwrap_or(0)
    }

    /// Lists with one thing less.
    pub fn smaller(&self) -> Vec<Sheet> {
        let mut out = Vec::new();
        let mut with = |change: &dyn Fn(&mut Sheet)| {
            let mut next = self.clone();
            change(&mut next);
            out.push(next);
        };
        (0..self.cells.len()).for_each(|r| with(&|s| _ = s.cells.remove(r)));
        for n in (0..self.columns.len()).filter(|n| self.columns[*n].role != "path") {
            with(&|s| {
                s.columns.remove(n);
                s.cells.iter_mut().filter(|r| r.len() > n).for_each(|r| _ = r.remove(n));
            });
        }
        if self.announced {
            with(&|s| s.announced = false);
        }
        for (r, row) in self.cells.iter().enumerate() {
            for (c, (text, quoted)) in row.iter().enumerate() {
                if *quoted {
                    with(&|s| s.cells[r][c].1 = false);
                }
                if c == self.path() {
                    super::input::shorter(text)
                        .into_iter()
                        .for_each(|t| with(&|s| s.cells[r][c].0 = t.clone()));
                }
            }
        }
        out
    }
}

/// What lets a row through.
fn good(column: &Column) -> &'static str {
    match column.values.iter().find(|(_, means)| *means == "on") {
        Some((word, _)) => word,
        None => "1",
    }
}
