//! Lists whose columns a person confirmed, read from their bytes and from the mapping by what docs/recipes.md says: CSV
//! files and pasted lists, console lists, lists in answers of Security Center. A row takes part only when every value in
//! it is understood; a row with a condition that no path entry can say, and a row that is off, is no rule here.

use std::collections::{BTreeMap, BTreeSet};

use crosswalk::options::Options;
use serde_json::Value;

use super::source::place;
use super::{ACCESS, Component, DEMAND, PROCESS, SCRIPT};

/// What one row leaves unscanned.
pub struct RowRule {
    /// The leaf that holds the mask.
    pub key: String,
    pub mask: String,
    pub components: Vec<Component>,
    /// `None`: not told.
    pub subfolders: Option<bool>,
}

/// A list with the mapping that fits it.
pub struct Table {
    /// Whose rules the masks follow.
    pub language: String,
    pub rules: Vec<RowRule>,
    /// What looks like a mask, understood or not.
    pub words: Vec<String>,
}

/// Formats whose lists wait for confirmed columns.
pub const FORMATS: [&str; 3] = ["rows", "kes-console-list", "ksc-openapi"];

/// Confirmed mappings, as a recipe has them.
fn mappings(options: &Options) -> Vec<Value> {
    let all = options.answers.columns.iter().map(|c| serde_json::to_value(&c.mapping).unwrap());
    all.filter(|m| m["confirmed"] == true).collect()
}

/// Whether the masks speak of Linux paths.
pub fn of_linux(options: &Options) -> bool {
    mappings(options).iter().any(|m| m["language"] == "kesl")
}

/// Every list of the text that has a mapping.
pub fn tables(format: &str, text: &str, options: &Options) -> Vec<Table> {
    let source = match format {
        "rows" => "rows",
        "kes-console-list" => "propertiesmap",
        "ksc-openapi" => "openapi",
        other => panic!("{other} has no lists that are known here"),
    };
    let fitting = mappings(options).into_iter().filter(|m| m["source"] == source);
    let table = |mapping: Value| {
        let rows = match source {
            "rows" => csv_rows(text, &mapping),
            "propertiesmap" => console_rows(text, &mapping),
            _ => json_rows(text, &mapping),
        };
        let words = rows.iter().flatten().map(|c| c.text.clone()).filter(|t| t.contains(['\\', '/', '*']));
        Table {
            language: mapping["language"].as_str().unwrap_or_default().to_owned(),
            words: words.collect(),
            rules: rows.iter().filter_map(|row| rule(&mapping, row)).collect(),
        }
    };
    fitting.map(table).collect()
}

/// One value of a row.
struct Cell {
    /// Which column of the mapping; none: no column that anybody knows.
    column: Option<usize>,
    key: String,
    text: String,
    /// Nothing is said by it: an empty text, and zero where a field is a number.
    empty: bool,
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn columns(mapping: &Value) -> &[Value] {
    mapping["columns"].as_array().unwrap()
}

/// What a value means by the mapping, or by the words that mean the same everywhere. Great and small letters are one.
fn meaning<'m>(column: &'m Value, text: &str) -> Option<&'m str> {
    let lower = text.to_lowercase();
    let mut values = column["values"].as_object().into_iter().flatten();
    if let Some((_, told)) = values.find(|(word, _)| word.to_lowercase() == lower) {
        return told.as_str();
    }
    Some(match (word(&column["role"]), lower.as_str()) {
        ("components", "*" | "all") => "all",
        ("components", _) => return None,
        (_, "on" | "yes" | "true" | "enabled" | "1") => "on",
        (_, "off" | "no" | "false" | "disabled" | "0") => "off",
        _ => return None,
    })
}

/// The rule of one row, if every value of it is understood, it is on, and a path is all that it asks for.
fn rule(mapping: &Value, row: &[Cell]) -> Option<RowRule> {
    let mut told: BTreeMap<&str, &str> = BTreeMap::new();
    let mut path = None;
    let mut seen = BTreeSet::new();
    for cell in row {
        let Some(at) = cell.column else {
            if cell.empty {
                continue;
            }
            return None;
        };
        let column = &columns(mapping)[at];
        let role = word(&column["role"]);
        let text = cell.text.trim();
        // Twice the same field: which one holds nobody tells.
        if !seen.insert(at) && !cell.empty {
            return None;
        }
        match role {
            "path" => path = Some(cell),
            "comment" | "no-effect" | "name" | "order" => {}
            "threat" if cell.empty || text == "*" => {}
            "enabled" | "subfolders" | "opened-files" | "children" | "components" => {
                if !cell.text.trim().is_empty() {
                    told.insert(role, meaning(column, text)?);
                } else if role != "subfolders" {
                    told.insert(role, "nothing");
                }
            }
            // A condition, or what may be one.
            _ if cell.empty => {}
            _ => return None,
        }
    }
    for column in columns(mapping) {
        // A row that ends early.
        let role = word(&column["role"]);
        if ["enabled", "components", "opened-files"].contains(&role) {
            told.entry(role).or_insert("nothing");
        }
    }
    let of_role = |role: &str| columns(mapping).iter().any(|c| c["role"] == role);
    let said = |role: &str| match told.get(role) {
        Some(told) => Some(*told),
        None if of_role(role) => None,
        None => mapping["otherwise"][role].as_str(),
    };
    let trusted = mapping["rows"] == "trusted-application";
    let rows = word(&mapping["rows"]);
    if !["exclusion", "trusted-application"].contains(&rows) || said("enabled") != Some("on") {
        return None;
    }
    let components = if trusted {
        if said("opened-files") == Some("on") { vec![PROCESS] } else { return None }
    } else {
        match said("components") {
            Some("all") => vec![ACCESS, DEMAND, SCRIPT],
            Some("on-access") => vec![ACCESS],
            Some("on-demand") => vec![DEMAND],
            _ => return None,
        }
    };
    let subfolders = match said("subfolders") {
        Some("on") => Some(true),
        Some("off") => Some(false),
        _ => None,
    };
    let path = path.filter(|p| !p.text.trim().is_empty())?;
    let (key, mask) = (path.key.clone(), path.text.trim().to_owned());
    Some(RowRule { key, mask, components, subfolders })
}

// ---------------------------------------------------------------- CSV

/// The number of its first line, and its cells.
type Record = (usize, Vec<String>);

/// Records of a CSV text, each with the number of its first line; empty lines are left out. A record whose quotation marks
/// do not close, or close in the middle of a value, says nothing.
fn records(text: &str, separator: Option<char>) -> Vec<Record> {
    let mut out = Vec::new();
    let (mut line, mut begun) = (1, 1);
    let (mut record, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut was_quoted, mut broken) = (false, false, false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted => match chars.next_if_eq(&'"') {
                Some(_) => cell.push('"'),
                None => quoted = false,
            },
            _ if quoted => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
            '"' if cell.is_empty() && !was_quoted => (quoted, was_quoted) = (true, true),
            '\n' | '\r' => {
                if c == '\r' {
                    chars.next_if_eq(&'\n');
                }
                if !record.is_empty() || !cell.trim().is_empty() || was_quoted {
                    record.push(std::mem::take(&mut cell));
                    let whole = std::mem::take(&mut record);
                    out.push((begun, if broken { Vec::new() } else { whole }));
                }
                broken = false;
                (cell, was_quoted) = (String::new(), false);
                line += 1;
                begun = line;
            }
            _ if Some(c) == separator => {
                record.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            c => {
                broken |= was_quoted;
                cell.push(c);
            }
        }
    }
    if !quoted && !broken && (!record.is_empty() || !cell.trim().is_empty()) {
        record.push(cell);
        out.push((begun, record));
    }
    out
}

fn csv_rows(text: &str, mapping: &Value) -> Vec<Vec<Cell>> {
    let columns = columns(mapping);
    let first = text.lines().next().unwrap_or_default();
    let announced = first.strip_prefix("sep=").and_then(|s| s.chars().next());
    let candidates = match announced {
        Some(separator) => vec![Some(separator)],
        None if columns.len() == 1 => vec![None],
        None => vec![Some(';'), Some('\t'), Some(',')],
    };
    let named: Vec<&str> = columns.iter().filter_map(|c| c["name"].as_str()).collect();
    // By its headings, or by most rows of as many cells as there are columns.
    let mut best: Option<(usize, Vec<Record>)> = None;
    for separator in candidates {
        let mut all = records(text, separator);
        if announced.is_some() {
            all.remove(0);
        }
        let fits = match named.is_empty() {
            true => all.iter().filter(|(_, r)| r.len() == columns.len()).count(),
            false => usize::from(all.first().is_some_and(|(_, heading)| same_names(heading, &named))),
        };
        if fits > best.as_ref().map_or(0, |(fits, _)| *fits) {
            best = Some((fits, all));
        }
    }
    let Some((_, all)) = best else { return Vec::new() };
    let heading = if named.is_empty() { None } else { all.first().map(|(_, heading)| heading.clone()) };
    let at = |n: usize| match &heading {
        Some(heading) => {
            let name = match heading.get(n)?.trim() {
                "" => format!("column {}", n + 1),
                name => name.to_owned(),
            };
            columns.iter().position(|c| c["name"] == name)
        }
        None => (n < columns.len()).then_some(n),
    };
    let row = |(line, cells): &Record| {
        let cell = |(n, text): (usize, &String)| Cell {
            column: at(n),
            empty: text.trim().is_empty(),
            key: format!("row {line} column {}", n + 1),
            text: text.clone(),
        };
        cells.iter().enumerate().map(cell).collect()
    };
    all.iter().skip(usize::from(heading.is_some())).map(row).collect()
}

/// Whether the headings are those of the mapping, in any order; a column without a heading has a name made of its place.
fn same_names(heading: &[String], named: &[&str]) -> bool {
    let mut one: Vec<&str> = heading.iter().map(|h| h.trim()).filter(|h| !h.is_empty()).collect();
    let mut other: Vec<&str> = named.iter().copied().filter(|n| !n.starts_with("column ")).collect();
    one.sort_unstable();
    other.sort_unstable();
    one == other
}

// ---------------------------------------------------------------- console lists

fn is_number(name: &str) -> bool {
    name.len() == 4 && name.chars().all(|c| c.is_ascii_digit())
}

fn console_rows(text: &str, mapping: &Value) -> Vec<Vec<Cell>> {
    let document = roxmltree::Document::parse(text).unwrap();
    let name = |n: &roxmltree::Node<'_, '_>| n.attribute("name").unwrap_or_default().to_owned();
    let mut at = document.root_element();
    for part in
        mapping["list"].as_str().unwrap_or_default().split('/').map(str::trim).filter(|p| !p.is_empty())
    {
        let Some(next) = at.children().find(|n| n.is_element() && name(n) == part) else { return Vec::new() };
        at = next;
    }
    let columns = columns(mapping);
    let of_name = |name: &str| columns.iter().position(|c| c["name"] == name);
    let mut out = Vec::new();
    for row in at.children().filter(|n| n.has_tag_name("key") && is_number(&name(n))) {
        let mut cells = Vec::new();
        if row.children().any(|n| n.is_text() && !n.text().unwrap_or_default().trim().is_empty()) {
            continue;
        }
        for field in row.children().filter(|n| n.is_element()) {
            let own = name(&field);
            if field.attributes().len() != 1 {
                let (column, key) = (None, place(field));
                cells.push(Cell { column, key, text: String::new(), empty: false });
            }
            let text = field.text().unwrap_or_default().to_owned();
            let number = !field.has_tag_name("tSTRING") && text.trim().parse() == Ok(0_u64);
            let empty = text.trim().is_empty() || number;
            cells.push(Cell { column: of_name(&own), key: place(field), text, empty });
            for inner in
                field.descendants().filter(|n| n.is_element() && *n != field && !n.has_tag_name("key"))
            {
                let text = inner.text().unwrap_or_default().to_owned();
                let column = of_name(&format!("{own}/*/{}", name(&inner)));
                let empty = text.trim().is_empty();
                cells.push(Cell { column, key: place(inner), text, empty });
            }
        }
        out.push(cells);
    }
    out
}

// ---------------------------------------------------------------- answers of Security Center

/// The value inside its wrapping: typed values and settings with their lock.
fn unwrapped(value: &Value) -> &Value {
    if let Some(inner) = value.get("KLPRSS_Val") {
        return unwrapped(inner);
    }
    match (value.get("type"), value.get("value")) {
        (Some(_), Some(inner)) => unwrapped(inner),
        _ => value,
    }
}

fn json_rows(text: &str, mapping: &Value) -> Vec<Vec<Cell>> {
    let document: Value = serde_json::from_str(text).unwrap();
    let list = word(&mapping["list"]);
    let mut parts = list.split(" / ");
    let section = parts.next().unwrap_or_default();
    let mut found = Vec::new();
    for policy in document["policies"].as_array().into_iter().flatten() {
        for answer in policy["sections"].as_array().into_iter().flatten().filter(|s| s["name"] == section) {
            found.push(&answer["answer"]["PxgRetVal"]);
        }
    }
    // The same place in two policies: which one holds where nobody tells here.
    let [mut at] = found[..] else { return Vec::new() };
    for part in parts {
        at = unwrapped(at).get(part).unwrap_or(&Value::Null);
    }
    let columns = columns(mapping);
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let cell = |name: &str, value: &Value| {
        let text = shown(unwrapped(value));
        let (column, empty) = (columns.iter().position(|c| c["name"] == name), text.trim().is_empty());
        Cell { column, key: String::new(), text, empty }
    };
    let row = |value: &Value| match unwrapped(value) {
        Value::Object(fields) => fields.iter().map(|(name, value)| cell(name, value)).collect(),
        other => vec![cell("(value)", other)],
    };
    let rows: Vec<Vec<Cell>> = unwrapped(at).as_array().into_iter().flatten().map(row).collect();
    // A list that has another column than the mapping is refused.
    if rows.iter().flatten().any(|c| c.column.is_none()) { Vec::new() } else { rows }
}
