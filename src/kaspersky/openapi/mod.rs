//! Answers of the OpenAPI of Kaspersky Security Center (reference: kaspersky-windows, section 8), bare or as the
//! [collector](crate::collector) gathers them.
//!
//! ```json
//! {"PxgRetVal": {"ExampleContainer": {"type": "params", "value": {
//!     "KLPRSS_Mnd": false,
//!     "KLPRSS_Val": {"type": "params", "value": {
//!         "ExampleFolders": {"type": "params", "value": {"KLPRSS_Mnd": true, "KLPRSS_Val": ["D:\\Data\\Orders\\"]}}}}}}}}
//! ```
//!
//! reads as `ExampleContainer / ExampleFolders [0] = D:\Data\Orders\ (locked)`.
//!
//! What the settings of the products are called is not known, so every one of them is listed. What is known is the shape:
//! policies and their attributes, profiles, and around each setting whether it is locked (`walk`). A list among the
//! settings is offered to a person who knows its columns (`tables`).

mod tables;
mod walk;

use super::{Part, Read, finding as note};
use crate::finding::{self, Severity};
use crate::intake::json::{JsonDoc, NodeId};
use crate::intake::{Document, Reading};
use crate::options::Answers;
use crate::policy::{Certainty, Kind, Platform, State};
use walk::{PolicyFacts, Walk, What};

/// `KLPOL_PRODUCT` and what it stands for.
const PRODUCTS: &[(&str, &str)] = &[
    ("KES", "Kaspersky Endpoint Security for Windows"),
    ("WSEE", "Kaspersky Security for Windows Server"),
    ("1103", "Kaspersky Security Center Network Agent"),
    ("kesl", LINUX),
    ("KESMAC12", "Kaspersky Endpoint Security for Mac"),
    ("KSVLA", "Kaspersky Security for Virtualization Light Agent"),
];

const LINUX: &str = "Kaspersky Endpoint Security for Linux";

/// The product that a policy is for: its name where that is known, else as it stands.
fn product(short: &str) -> &str {
    PRODUCTS.iter().find(|(known, _)| *known == short).map_or(short, |(_, name)| name)
}

/// Reads an answer or a collection.
pub(super) fn read(reading: &Reading, answers: &Answers) -> Read {
    let mut part = Part::new(reading);
    let Document::Json(doc) = &reading.document else { return part.finish(|_| None) };
    let walk = Walk::over(doc);
    tables::read(&mut part, doc, &walk, answers);
    for row in walk.rows {
        let (kind, state) = match (row.what, row.profile) {
            (What::Context, _) => (Kind::Context, State::Active),
            (What::Setting, None) => (Kind::Inventory, State::Active),
            (What::Setting, Some(name)) => (
                Kind::Inventory,
                State::ByHand {
                    code: finding::CONDITION,
                    reason: format!(
                        "It stands in a policy profile, which holds under a condition only; everywhere else it would reach too far. The profile: {name}"
                    ),
                },
            ),
        };
        let leaves = part.claim(row.leaves);
        part.push(leaves, kind, state, row.certainty, row.text);
    }
    let mut products: Vec<&str> =
        walk.policies.iter().map(|p| p.product.as_str()).filter(|p| !p.is_empty()).collect();
    products.sort_unstable();
    products.dedup();
    let names: Vec<&str> = products.iter().map(|short| product(short)).collect();
    // The version of a policy is that of its format, not of the product: KES 11.5 answers 11.0.0.0.
    part.read.product = names.join(", ");
    part.read.platform = (names == [LINUX]).then_some(Platform::Linux);
    findings(&mut part, &walk.policies, &names, walk.settings, walk.profiles_missing);
    part.finish(|_| None)
}

fn findings(
    part: &mut Part<'_>,
    policies: &[PolicyFacts],
    products: &[&str],
    settings: bool,
    profiles_missing: u32,
) {
    let mut say = |code, severity, message: String, hint: &str| {
        part.read.findings.push(note(part.reading, code, severity, 0, message, hint));
    };
    if products.len() > 1 {
        say(
            finding::SEVERAL_PRODUCTS,
            Severity::Warning,
            format!("The file holds policies of {} products: {}", products.len(), products.join(", ")),
            "Collect one policy at a time with -PolicyId, so that each can be taken to the product that replaces it",
        );
    } else if policies.len() > 1 {
        say(
            finding::SEVERAL_POLICIES,
            Severity::Warning,
            format!(
                "The file holds {} policies; which computers follow which one stands in Security Center",
                policies.len()
            ),
            "Collect one policy at a time with -PolicyId",
        );
    }
    if settings {
        say(
            finding::KSC_INVENTORY,
            Severity::Info,
            "Every setting is listed with its lock; what the settings of the products are called in Security Center is not established, so only lists whose columns you confirm are converted".to_owned(),
            "Confirm the lists that you know, or export the lists from the policy in the console",
        );
    } else {
        say(
            finding::KSC_NO_SETTINGS,
            Severity::Warning,
            "The answer says which policies there are, and holds no settings".to_owned(),
            "Run the collector, which asks for the contents of each policy, too",
        );
    }
    if profiles_missing > 0 {
        say(
            finding::KSC_PROFILES_MISSING,
            Severity::Warning,
            format!("Policies whose profiles could not be read from the server: {profiles_missing}"),
            "Look in the console whether these policies have profiles; their settings are not in the file",
        );
    }
    let off = policies.iter().filter(|p| p.active == Some(false)).count();
    if off > 0 {
        say(
            finding::KSC_NOT_ACTIVE,
            Severity::Info,
            format!("Policies that are not active: {off}"),
            "What a policy says that is not active is not in force",
        );
    }
    if policies.iter().any(|p| p.inherits) {
        say(
            finding::PARTIAL_LIST,
            Severity::Info,
            "A policy may take settings from the policy of the group above, and computers have lists of their own".to_owned(),
            "Look at the policy of the group above, too",
        );
    }
}

/// The values whose keys are names of profiles, for a sanitised copy: a person made them up.
pub(crate) fn profile_names(doc: &JsonDoc) -> Vec<NodeId> {
    Walk::over(doc).profile_names
}

/// Whether a value is the word of a type, as in `"type":"params"`.
pub(crate) fn is_type(doc: &JsonDoc, node: NodeId) -> bool {
    doc.key(node) == "type" && walk::TYPES.contains(&doc.unmasked(node))
}

/// How sure the shape of a policy is, and what attributes are called.
const SHAPE: Certainty = Certainty::Documented;

#[cfg(test)]
mod tests;
