//! Rows of a list whose columns the user confirms. Until then every row waits; with a confirmed mapping that fits, it is
//! converted; with one that does not fit, the user hears what is different.

use super::{Part, finding as note, machine};
use crate::columns::apply::{self, Row};
use crate::columns::mapping::Fitted;
use crate::columns::{Mapping, Rows, Table, propose};
use crate::finding::{self, Severity};
use crate::mask::{Machine, System};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, Platform, State};

/// The question that waiting rows name. It is answered by a recipe or in the page, not by a word.
pub(crate) const COLUMNS: &str = "columns";

/// Takes all rows of the lists of an input into the policy. What variables stand for is asked once for all of them.
pub(crate) fn read(part: &mut Part<'_>, tables: impl IntoIterator<Item = Table>, answers: &Answers) {
    let about_machine = machine::told(part, answers);
    for table in tables.into_iter().filter(|table| !table.is_empty()) {
        one(part, table, about_machine.machine, answers);
    }
    about_machine.ask(part);
}

fn one(part: &mut Part<'_>, mut table: Table, machine: Machine, answers: &Answers) {
    let found = fitted(part, &table, answers);
    table.applied = found.is_some();
    match &found {
        None => wait(part, &table),
        Some(fitted) => {
            for at in 0..table.len() {
                let document = &part.reading.document;
                let row = Row { fitted, table: &table, at, document, machine };
                let made = apply::apply(&row);
                let leaves = part.claim([table.leaves(at)]);
                part.push(leaves, made.kind, made.state, Certainty::Told, made.source);
            }
            platform(part, fitted.mapping);
        }
    }
    part.read.tables.push(table);
}

/// The first confirmed mapping that fits, and findings about those that do not.
pub(crate) fn fitted<'a>(part: &mut Part<'_>, table: &Table, answers: &'a Answers) -> Option<Fitted<'a>> {
    let reading = part.reading;
    let name = if table.list.is_empty() { "The list".to_owned() } else { format!("The list {}", table.list) };
    let mut differences = Vec::new();
    for confirmed in answers.columns_for(&reading.input.name) {
        let mapping = &confirmed.mapping;
        match mapping.fit(table, &reading.document) {
            Ok(fitted) => {
                let lacks = if mapping.confirmed && confirmed.input.is_none() && mapping.is_ambiguous() {
                    Some("Two of its columns look the same and have no names, so this list may have them in another order: give the list a heading, or confirm its columns on the page".to_owned())
                } else if mapping.confirmed {
                    mapping.complete().err()
                } else {
                    Some("It is a draft: check every column, then set \"confirmed\": true".to_owned())
                };
                let Some(lacks) = lacks else { return Some(fitted) };
                part.read.findings.push(note(
                    reading,
                    finding::RECIPE_DRAFT,
                    Severity::Warning,
                    0,
                    format!("{name} fits a recipe that is not ready. {lacks}"),
                    "Nothing of the list is converted until then",
                ));
                return None;
            }
            // A recipe for other lists of other exports has nothing to do with this one.
            Err(difference) if mapping.source == table.source && mapping.list == table.list => {
                differences.push(difference);
            }
            Err(_) => {}
        }
    }
    let (code, message, hint) = match differences.first() {
        Some(difference) => (
            finding::RECIPE_REFUSED,
            format!("{name} does not have the shape that the recipe was made for: {difference}"),
            "Confirm the columns of this list anew",
        ),
        None => (
            finding::COLUMNS_OPEN,
            format!(
                "{name} has {} whose columns are not documented: nothing of it is converted before you say what they mean",
                rows(table.len())
            ),
            "Confirm the columns on the page and keep them as a recipe, or: crosswalk recipe FILE > recipe.json, check it, then --recipe recipe.json",
        ),
    };
    // One finding for all lists of a dump that wait.
    let others = part.read.tables.iter().filter(|t| !t.applied).count();
    let before = part.read.findings.iter_mut().find(|f| code == finding::COLUMNS_OPEN && f.code == code);
    match before {
        Some(found) => {
            found.message = format!(
                "{} lists have columns that are not documented: nothing of them is converted before you say what they mean",
                others + 1
            );
        }
        None => part.read.findings.push(note(reading, code, Severity::Warning, 0, message, hint)),
    }
    None
}

/// A row as it stands, behind the name of its list.
fn named(table: &Table, at: usize, part: &Part<'_>) -> String {
    let row = table.verbatim(at, &part.reading.document);
    if table.list.is_empty() { row } else { format!("{}: {row}", table.list) }
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// Rows that another list should refer to and does not.
pub(crate) fn unused(part: &mut Part<'_>, table: &Table, reason: &str) {
    for at in 0..table.len() {
        let source = named(table, at, part);
        let leaves = part.claim([table.leaves(at)]);
        let state = State::ByHand { code: finding::NOT_ESTABLISHED, reason: reason.to_owned() };
        part.push(leaves, Kind::Inventory, state, Certainty::Told, source);
    }
}

/// Rows of which nothing is converted yet.
pub(crate) fn wait(part: &mut Part<'_>, table: &Table) {
    for at in 0..table.len() {
        let source = named(table, at, part);
        let leaves = part.claim([table.leaves(at)]);
        let state = State::Waits {
            question: COLUMNS,
            code: finding::WAITS_COLUMNS,
            reason: "What the columns of the list mean waits for your confirmation".to_owned(),
        };
        part.push(leaves, Kind::Inventory, state, Certainty::Inferred, source);
    }
    let proposal = propose(table, &part.reading.document);
    if let Some((language, _)) = proposal.language.filter(|_| proposal.rows != Rows::Listed) {
        part.read.platform.get_or_insert(system(language));
    }
}

fn system(language: crate::mask::Language) -> Platform {
    match language.system() {
        System::Linux => Platform::Linux,
        System::MacOs => Platform::MacOs,
        System::Windows => Platform::Windows,
    }
}

fn platform(part: &mut Part<'_>, mapping: &Mapping) {
    if let Some(language) = mapping.mask_language() {
        part.read.platform.get_or_insert(system(language));
    }
}
