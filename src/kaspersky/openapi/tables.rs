//! Lists among the settings become tables whose columns the user confirms. Only those of one active policy: two policies in one
//! conversion would loosen both, and what a profile says holds under its condition only.

use super::walk::{TYPES, Walk};
use super::{JsonDoc, NodeId, Part};
use crate::columns::{Source, Table};
use crate::intake::json::JsonKind;
use crate::kaspersky::confirmed;
use crate::mask::Language;
use crate::options::Answers;

/// Sections that every policy has for the server itself: who may change it, which events are sent.
const OF_THE_SERVER: [&str; 2] = [".KLCONN_ACL_SECTION", "KLEVP_NF_SECTION"];

/// The column of a list of texts.
const VALUE: &str = "(value)";

/// Mask languages by `KLPOL_PRODUCT`.
const LANGUAGES: &[(&str, Language)] =
    &[("KES", Language::Kes), ("WSEE", Language::Ksws), ("kesl", Language::Kesl)];

/// Takes the rows of the lists.
pub(super) fn read(part: &mut Part<'_>, doc: &JsonDoc, walk: &Walk<'_>, answers: &Answers) {
    if walk.policies.len() > 1 || walk.policies.iter().any(|p| p.active == Some(false)) {
        return;
    }
    let product = walk.policies.first().map_or("", |p| p.product.as_str());
    let language = LANGUAGES.iter().find(|(known, _)| *known == product);
    let lists = walk.lists.iter().filter(|(_, name)| !OF_THE_SERVER.iter().any(|s| name.starts_with(s)));
    let tables = lists.map(|(node, name)| {
        let mut table = Table::new(Source::OpenApi, name.clone(), true);
        table.language = language.map(|(_, language)| (*language, "The policy is for this product"));
        for element in doc.children(*node) {
            table.begin_row(doc.leaves_of(element));
            cells(doc, element, "", &mut table);
        }
        table
    });
    confirmed::read(part, tables, answers);
}

/// The cells of an element: what types and locks are wrapped around is left out, elements of lists inside are `*`.
fn cells(doc: &JsonDoc, node: NodeId, prefix: &str, table: &mut Table) {
    let typed = doc.child(node, "type").is_some_and(|t| TYPES.contains(&doc.value(t)));
    let inside = doc.child(node, "value").filter(|_| typed).or_else(|| doc.child(node, "KLPRSS_Val"));
    if let Some(inside) = inside {
        return cells(doc, inside, prefix, table);
    }
    let container = matches!(doc.kind(node), JsonKind::Object | JsonKind::Array);
    // An element without a value is no text that says so.
    if doc.kind(node) == JsonKind::Null {
        return;
    }
    if !container || doc.children(node).next().is_none() {
        let column = table.column(if prefix.is_empty() { VALUE } else { prefix });
        return table.cell(column, doc.leaves_of(node).start);
    }
    for child in doc.children(node) {
        let own = if doc.kind(node) == JsonKind::Array { "*" } else { doc.key(child) };
        let path = if prefix.is_empty() { own.to_owned() } else { format!("{prefix}/{own}") };
        cells(doc, child, &path, table);
    }
}
