//! The state of Defender on one machine, as `Get-MpPreference` prints it: a list of properties, or JSON.
//!
//! ```text
//! ExclusionPath                 : {C:\Data, D:\Shop\*.mdf}
//! DisableArchiveScanning        : False
//! ScanScheduleTime              : 02:00:00
//! ```
//!
//! | form | what it cannot tell |
//! |---|---|
//! | `Get-MpPreference \| ConvertTo-Json` | – |
//! | `Get-MpPreference`, copied out of the window | a list of more than four values is cut (`…}`); a value with a comma looks like two |
//!
//! Whoever is no administrator sees `N/A: Must be an administrator to view exclusions` in place of lists. How the properties
//! print is not in the references; it was written from PowerShell's documented formatting, so a property that is not understood
//! counts as not told.

use std::collections::BTreeMap;

use serde_json::Value;

use super::windows::{self, Form};
use super::{EXTENSIONS, LISTS, PATHS, PROCESSES};
use crate::finding as codes;
use crate::finding::Refusal;
use crate::mask::{self, Flags, Language, Machine, PathSet, Relation, Side};
use crate::vendor::Entry;
use crate::vendor::existing::{Compared, Standing};

/// A list as it stands on the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Listed {
    values: Vec<String>,
    /// Why there may be more.
    open: Option<&'static str>,
}

/// What was pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    lists: BTreeMap<&'static str, Listed>,
    settings: BTreeMap<&'static str, Option<u32>>,
}

/// What to run on the machine, as administrator.
pub(super) const COMMAND: &str = "Get-MpPreference | ConvertTo-Json";

const CUT: &str = "the pasted list was cut; paste the output of: Get-MpPreference | ConvertTo-Json";
const BROKEN: &str =
    "the window broke a line of the list; paste the output of: Get-MpPreference | ConvertTo-Json";
const HIDDEN: &str = "Defender hides its lists from whoever is no administrator";
const COMMAS: &str = "a value with a comma looks like two in this form; paste the output of: Get-MpPreference | ConvertTo-Json";

/// Reads the output of `Get-MpPreference`.
///
/// # Errors
///
/// The text is neither of the two forms, or holds none of the properties that are compared.
pub fn read(text: &str) -> Result<State, Refusal> {
    let text = text.trim_start_matches('\u{FEFF}').trim();
    let state = if text.starts_with(['{', '[']) { of_json(text)? } else { of_list(text) };
    if state.lists.is_empty() && state.settings.is_empty() {
        return Err(Refusal::new(
            codes::NO_STATE,
            "This is not what Get-MpPreference prints: none of its properties was found",
            "On the machine, as administrator: Get-MpPreference | ConvertTo-Json | Set-Clipboard, then paste it here",
        ));
    }
    Ok(state)
}

fn of_json(text: &str) -> Result<State, Refusal> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        Refusal::new(
            codes::NO_STATE,
            format!("The JSON is not well-formed: {error}"),
            "On the machine, as administrator: Get-MpPreference | ConvertTo-Json | Set-Clipboard, then paste it here",
        )
    })?;
    // One machine, or an array of one.
    let object = match &value {
        Value::Array(all) => all.first(),
        other => Some(other),
    };
    let mut state = State::default();
    let Some(Value::Object(object)) = object else { return Ok(state) };
    for (name, value) in object {
        if let Some(list) = LISTS.iter().find(|l| l.eq_ignore_ascii_case(name)) {
            state.lists.insert(list, listed(texts(value)));
        } else if let Some(setting) = windows::SETTINGS.iter().find(|s| s.name.eq_ignore_ascii_case(name)) {
            state.settings.insert(setting.name, number_of_json(setting.form, value));
        }
    }
    Ok(state)
}

/// A list in JSON: an array, one text, nothing, or what Windows PowerShell makes of some arrays: `{"value": […], "Count": 2}`.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        Value::String(one) => vec![one.clone()],
        Value::Object(wrapped) => wrapped.get("value").map(texts).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn listed(values: Vec<String>) -> Listed {
    let hidden = values.iter().any(|v| v.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("N/A:")));
    if hidden { Listed { values: Vec::new(), open: Some(HIDDEN) } } else { Listed { values, open: None } }
}

fn number_of_json(form: Form, value: &Value) -> Option<u32> {
    match value {
        Value::Bool(on) => Some(u32::from(*on)),
        Value::Number(n) => n.as_u64().and_then(|n| u32::try_from(n).ok()),
        Value::String(text) => number_of_text(form, text),
        // A time of day, as Windows PowerShell writes it.
        Value::Object(time) => {
            time.get("TotalMinutes")?.as_f64().filter(|m| (0.0..1440.0).contains(m)).map(|m| m as u32)
        }
        _ => None,
    }
}

fn number_of_text(form: Form, text: &str) -> Option<u32> {
    let text = text.trim();
    if form == Form::TimeOfDay {
        // `02:00:00`, or with a date before it.
        let clock = text.rsplit_once(' ').map_or(text, |(_, clock)| clock);
        let mut parts = clock.split(':').map(|p| p.parse::<u32>().ok());
        let (hour, minute) = (parts.next()??, parts.next()??);
        return (hour < 24 && minute < 60).then_some(hour * 60 + minute);
    }
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(1),
        "false" => Some(0),
        other => other.parse().ok(),
    }
}

/// `Name : value` lines. A long value goes on in the next lines, which begin with blanks.
fn of_list(text: &str) -> State {
    let mut found: Vec<(&str, String, bool)> = Vec::new();
    for line in text.lines() {
        let property = line.split_once(':').filter(|(name, _)| {
            let name = name.trim_end();
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        });
        match (property, found.last_mut()) {
            (Some((name, value)), _) => found.push((name.trim(), value.trim().to_owned(), false)),
            (None, Some((_, value, broken))) if line.starts_with(' ') => {
                // The window breaks a line wherever it ends, and whether a blank stood there is lost.
                value.push_str(line.trim_start());
                *broken = true;
            }
            _ => {}
        }
    }
    let mut state = State::default();
    for (name, value, broken) in found {
        if let Some(list) = LISTS.iter().find(|l| l.eq_ignore_ascii_case(name)) {
            let mut listed = braced(&value);
            if broken {
                listed.open = listed.open.or(Some(BROKEN));
            }
            state.lists.insert(list, listed);
        } else if let Some(setting) = windows::SETTINGS.iter().find(|s| s.name.eq_ignore_ascii_case(name)) {
            state.settings.insert(setting.name, number_of_text(setting.form, &value));
        }
    }
    state
}

fn braced(value: &str) -> Listed {
    let Some(inside) = value.strip_prefix('{') else {
        return listed(if value.is_empty() { Vec::new() } else { vec![value.to_owned()] });
    };
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let cut = inside.strip_suffix("...").or_else(|| inside.strip_suffix('…'));
    let values = cut.unwrap_or(inside).split(", ").map(str::trim).filter(|v| !v.is_empty());
    let mut found = listed(values.map(str::to_owned).collect());
    if cut.is_some() {
        found.open = Some(CUT);
    }
    if found.open.is_none() && found.values.iter().any(|v| !looks_whole(v)) {
        found.open = Some(COMMAS);
    }
    found
}

/// Whether a value of a list can stand by itself; the half of one that held a comma often cannot.
fn looks_whole(value: &str) -> bool {
    let drive = value.get(1..2) == Some(":");
    let extension = !value.contains(['\\', '/', ' ']);
    drive || extension || value.starts_with("\\\\") || value.starts_with('%')
}

/// Compares entries with what is there.
pub fn compare(entries: &[Entry], state: &State) -> Vec<Compared> {
    let there: Vec<(&'static str, Vec<There<'_>>)> =
        state.lists.iter().map(|(list, listed)| (*list, there(list, &listed.values))).collect();
    let mut memo = mask::Memo::default();
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let told = if LISTS.contains(&entry.list) {
            let values = there.iter().find(|(list, _)| *list == entry.list).map(|(_, values)| values);
            let open = state.lists.get(entry.list).map_or(Some("it was not pasted"), |l| l.open);
            in_list(entry, values.map_or(&[], Vec::as_slice), open, &mut memo)
        } else if let Some(setting) = windows::find(entry.list) {
            of_setting(entry, setting.form, state.settings.get(entry.list))
        } else {
            continue;
        };
        let (standing, there) = told;
        rows.push(Compared { list: entry.list, value: entry.value.clone(), standing, there });
    }
    rows
}

fn of_setting(entry: &Entry, form: Form, there: Option<&Option<u32>>) -> (Standing, String) {
    match there {
        None => (Standing::Unknown, "it was not pasted".to_owned()),
        Some(None) => (Standing::Unknown, "its value was not understood".to_owned()),
        Some(Some(there)) if entry.value.parse() == Ok(*there) => (Standing::There, String::new()),
        Some(Some(there)) => (Standing::Conflict, windows::shown(form, *there)),
    }
}

/// The paths of a value of a list, where it has any. Contextual entries say more than a path.
fn set(list: &str, value: &str, side: Side) -> Option<PathSet> {
    let language = match list {
        PATHS => Language::DefPath,
        EXTENSIONS => Language::DefExt,
        PROCESSES => Language::DefProcess,
        _ => return None,
    };
    let flags = Flags { machine: Machine::default(), ..Flags::default() };
    let read = mask::parse(language, value, &flags, side).ok()?;
    read.conditions.is_empty().then_some(read.set)
}

/// Longer lists are compared value by value, not by the paths that they take.
const MANY: usize = 500;

/// A value that is there.
struct There<'a> {
    value: &'a str,
    key: String,
    set: Option<PathSet>,
}

fn there<'a>(list: &str, values: &'a [String]) -> Vec<There<'a>> {
    let set = |value: &str| set(list, value, Side::Source).filter(|_| values.len() <= MANY);
    values.iter().map(|value| There { value, key: key(list, value), set: set(value) }).collect()
}

/// Defender does not tell letter cases apart, nor `log` from `.log`.
fn key(list: &str, value: &str) -> String {
    let value = if list == EXTENSIONS { value.trim_start_matches('.') } else { value };
    value.to_lowercase()
}

fn in_list(
    entry: &Entry,
    values: &[There<'_>],
    open: Option<&'static str>,
    memo: &mut mask::Memo,
) -> (Standing, String) {
    let own = key(entry.list, &entry.value);
    if values.iter().any(|there| there.key == own) {
        return (Standing::There, String::new());
    }
    // The entry in its widest sense inside one that is there, in its narrowest.
    if let Some(own) = set(entry.list, &entry.value, Side::Target).filter(|_| values.len() <= MANY) {
        let wider = values.iter().find(|there| {
            let compared = there.set.as_ref().map(|set| memo.compare(&own, set));
            compared
                .is_some_and(|c| c.is_ok_and(|c| matches!(c.relation, Relation::Equal | Relation::Inside)))
        });
        if let Some(wider) = wider {
            return (Standing::There, format!("inside {}", wider.value));
        }
    }
    match open {
        Some(why) => (Standing::Unknown, why.to_owned()),
        None => (Standing::New, String::new()),
    }
}

#[cfg(test)]
#[path = "preference_tests.rs"]
mod tests;
