//! Console lists of Kaspersky Endpoint Security for Windows: `propertiesmap` XML (reference: kaspersky-windows, section 4).
//!
//! ```text
//! <propertiesmap>
//!   <key name="0000">                              an element of a list: its name is four digits
//!     <tBOOL name="bEnabled">1</tBOOL>             a field
//!     <key name="Hosts"></key>                     an empty list
//!   </key>
//!   <tSTRING name="SettingsVersion">…</tSTRING>    fields may stand beside the elements
//! </propertiesmap>
//! ```
//!
//! The vocabulary is documented, the fields of most lists are not. So one generic reader finds every list in the tree and shows
//! it as a table; `known` says what is known about the fields of some lists. Only the rule table of the packet rules is
//! documented well enough to be read without the user (`packet_rules`); what a rule's settings are, is not.

pub(crate) mod known;
mod packet_rules;

use super::{Part, Read, confirmed, finding as note};
use crate::columns::{Column, Source, Table};
use crate::finding::{self, Severity};
use crate::intake::xml::{NodeId, XmlDoc};
use crate::intake::{Document, Reading};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, Platform, State};

/// The column that holds the name of the list element.
pub(crate) const POSITION: &str = "(position)";

/// A list in the tree.
struct List {
    /// Path by field names; empty for a list at the root.
    path: String,
    rows: Vec<NodeId>,
}

/// Reads a console list.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let Document::Xml(doc) = &reading.document else { return Read::default() };
    let mut part = Part::new(reading);
    part.read.product = "Kaspersky Endpoint Security for Windows".to_owned();
    part.read.platform = Some(Platform::Windows);
    let mut lists = Vec::new();
    find(doc, doc.root(), "", &mut lists);
    let mut tables: Vec<Table> = lists.iter().map(|list| table(doc, list)).collect();
    known::hints(&mut tables);
    packet_rules::read(&mut part, &mut tables, answers);
    confirmed::read(&mut part, tables, answers);
    describe(&mut part, doc, doc.root());
    part.read.findings.push(note(
        reading,
        finding::PARTIAL_LIST,
        Severity::Info,
        0,
        "A console list holds the rows that were selected when it was exported; lists of computers and of parent policies are not in it",
        "Compare the number of rows with what the console shows",
    ));
    part.finish(|_| None)
}

/// The name of a field or list element.
fn name(doc: &XmlDoc, node: NodeId) -> &str {
    doc.attribute(node, "name").unwrap_or_else(|| doc.name(node))
}

/// A list element: `<key name="0000">`.
fn is_element(doc: &XmlDoc, node: NodeId) -> bool {
    let name = name(doc, node);
    doc.name(node).eq_ignore_ascii_case("key") && name.len() == 4 && name.bytes().all(|b| b.is_ascii_digit())
}

fn is_struct(doc: &XmlDoc, node: NodeId) -> bool {
    doc.children(node).next().is_some()
}

/// The lists of a tree that lie in no other list, in the order of the document.
fn find(doc: &XmlDoc, node: NodeId, path: &str, found: &mut Vec<List>) {
    let rows: Vec<NodeId> = doc.children(node).filter(|c| is_element(doc, *c)).collect();
    if !rows.is_empty() {
        found.push(List { path: path.to_owned(), rows });
    }
    for child in doc.children(node).filter(|c| !is_element(doc, *c) && is_struct(doc, *c)) {
        let inner = if path.is_empty() {
            name(doc, child).to_owned()
        } else {
            format!("{path}/{}", name(doc, child))
        };
        find(doc, child, &inner, found);
    }
}

fn table(doc: &XmlDoc, list: &List) -> Table {
    let mut table = Table::new(Source::PropertiesMap, list.path.clone(), true);
    let position = table.column(POSITION);
    for row in &list.rows {
        let leaves = doc.leaves_of(*row);
        table.begin_row(leaves.clone());
        if !doc.leaf_is_element(leaves.start) {
            table.cell(position, leaves.start);
        }
        fields(doc, *row, "", &mut table);
    }
    if let Some(column) = table.columns.first_mut() {
        column.hint = known::position();
    }
    table
}

/// The fields of a list element: nested ones by path, those of lists inside it with `*` for the element.
fn fields(doc: &XmlDoc, node: NodeId, prefix: &str, table: &mut Table) {
    for child in doc.children(node) {
        let own = if is_element(doc, child) { "*" } else { name(doc, child) };
        let path = if prefix.is_empty() { own.to_owned() } else { format!("{prefix}/{own}") };
        if let Some(address) = known::address(|field| value_of(doc, child, field)) {
            let column = table.column(&path);
            table.made_cell(column, address);
        } else if is_struct(doc, child) {
            fields(doc, child, &path, table);
        } else {
            let column = table.column(&path);
            table.cell(column, doc.leaves_of(child).start);
        }
    }
}

/// Value of a field of a struct; fields of structs inside it with a slash.
fn value_of<'d>(doc: &'d XmlDoc, node: NodeId, path: &str) -> Option<&'d str> {
    let found =
        path.split('/').try_fold(node, |at, part| doc.children(at).find(|c| name(doc, *c) == part))?;
    (!doc.is_secret(found)).then(|| doc.value(found).trim())
}

/// Names of structs, and the version stamp, describe the file; every other field beside the lists stays unread.
fn describe(part: &mut Part<'_>, doc: &XmlDoc, node: NodeId) {
    for child in doc.children(node).filter(|c| !is_element(doc, *c)) {
        let range = doc.leaves_of(child);
        if name(doc, child).eq_ignore_ascii_case("SettingsVersion") {
            let version = doc.value(child).trim().to_owned();
            let leaves = part.claim([range]);
            let source = format!("Version of the settings: {version}");
            part.push(leaves, Kind::Context, State::Active, Certainty::Inferred, source);
            continue;
        }
        let own = name(doc, child).to_owned();
        // The name of a field is part of the field; the name of a struct is a leaf of its own.
        let only_name = is_struct(doc, child) && !doc.leaf_is_element(range.start);
        if only_name {
            let leaves = part.claim(std::iter::once(range.start..range.start + 1));
            part.push(
                leaves,
                Kind::Context,
                State::Active,
                Certainty::Documented,
                format!("Name of a group: {own}"),
            );
            describe(part, doc, child);
        } else if !is_struct(doc, child) {
            let value = doc.value(child).trim().to_owned();
            let leaves = part.claim([range]);
            part.push(leaves, Kind::Unread, State::Active, Certainty::Inferred, format!("{own} = {value}"));
        }
    }
}

/// A column of that name, if the table has it.
fn column(table: &Table, wanted: &str) -> Option<u16> {
    let at = table.columns.iter().position(|c: &Column| c.name.eq_ignore_ascii_case(wanted))?;
    u16::try_from(at).ok()
}
