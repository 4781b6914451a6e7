//! Trusted processes: which programs they are can be seen, how a row is built is not established, so each is only listed.

use super::{Certainty, Kind, Part, State, XmlDoc, finding, under};

/// Lists the rows.
pub(super) fn read(part: &mut Part<'_>, doc: &XmlDoc) {
    let Some(list) = under(doc, &["Settings", "TrustedZone", "TrustedProcesses"]) else { return };
    for row in doc.children(list).filter(|n| doc.name(*n).eq_ignore_ascii_case("element")) {
        let range = doc.leaves_of(row);
        let mut fields = Vec::new();
        for leaf in range.clone().filter(|leaf| !doc.leaf_value(*leaf).trim().is_empty()) {
            let name = doc.leaf_name(leaf);
            if !name.contains("__VersionInfo") {
                let last = name.rsplit('/').next().unwrap_or("");
                fields.push(format!(
                    "{} = {}",
                    last.split('[').next().unwrap_or(last),
                    doc.leaf_value(leaf).trim()
                ));
            }
        }
        let leaves = part.claim([range]);
        let state = State::ByHand {
            code: finding::NOT_ESTABLISHED,
            reason: "How a trusted process is stored is not established: look it up in the console (full path, hash, where it is used, backup reads)".to_owned(),
        };
        part.push(
            leaves,
            Kind::Inventory,
            state,
            Certainty::Inferred,
            format!("Trusted process: {}", fields.join(", ")),
        );
    }
}
