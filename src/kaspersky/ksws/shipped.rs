//! Rows that the product shipped, told from the customer's own by a clean export of the same version: a row that stands there with the
//! same switches is the product's. Without one, only the position in the list gives a hint, and the number depends on the version.

use std::collections::BTreeSet;

use super::rules::{objects_of, rules};
use super::{Document, NodeId, Reading, XmlDoc};

/// A row in a form that can be compared: switches and scope of the rule, then its object. Descriptions are in the language of
/// the console, so they do not count; nor do version stamps.
pub(super) fn row(doc: &XmlDoc, rule: NodeId, object: NodeId) -> String {
    let mut out = String::new();
    let left_out = |name: &str, list: &[&str]| list.iter().any(|l| l.eq_ignore_ascii_case(name));
    let of_rule =
        doc.children(rule).filter(|n| !left_out(doc.name(*n), &["Objects", "Description", "__VersionInfo"]));
    let of_object = doc.children(object).filter(|n| !left_out(doc.name(*n), &["__VersionInfo"]));
    for node in of_rule.chain(of_object) {
        out.push_str(&doc.name(node).to_ascii_lowercase());
        for leaf in doc.leaves_of(node) {
            out.push('=');
            out.push_str(&doc.leaf_value(leaf).trim().to_lowercase());
        }
        out.push('\n');
    }
    out
}

/// The rows of a clean export; none when the input is no export of this family.
pub fn rows(clean: &Reading) -> BTreeSet<String> {
    let Document::Xml(doc) = &clean.document else { return BTreeSet::new() };
    let of_rule = |rule: NodeId| objects_of(doc, rule).map(move |object| row(doc, rule, object));
    rules(doc).into_iter().flat_map(of_rule).collect()
}
