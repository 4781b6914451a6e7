//! Addresses that the network attack blocker leaves alone. The path is CONFIRMED; that the list is in use is not, so the rows wait
//! for the user.

use super::{ADDRESSES, Answers, Certainty, Kind, NodeId, Part, State, XmlDoc, finding, incomplete, under};
use crate::policy::Addresses;

const PATH: &[&str] =
    &["RealTimeProtectionTasks", "NetworkAttackBlocker", "Task", "Settings", "ExcludeAddresses"];

pub(super) fn read(part: &mut Part<'_>, doc: &XmlDoc, answers: &Answers) {
    let Some(list) = under(doc, PATH) else { return };
    let rows: Vec<NodeId> =
        doc.children(list).filter(|n| doc.name(*n).eq_ignore_ascii_case("element")).collect();
    if rows.is_empty() {
        return;
    }
    let answer = part.answer(answers, ADDRESSES, &["yes", "no"]);
    for row in rows {
        let text = doc.child(row, "Address").map_or("", |n| doc.value(n)).trim();
        let known =
            |n: NodeId| ["Address", "__VersionInfo"].iter().any(|k| doc.name(n).eq_ignore_ascii_case(k));
        let (kind, state) = match text.parse::<Addresses>() {
            Ok(Addresses::Ranges(_)) if doc.children(row).all(known) => {
                let state = match answer.as_deref() {
                    Some("yes") => State::Active,
                    Some(_) => State::ByHand {
                        code: finding::NOT_ESTABLISHED,
                        reason: "The list of addresses is not confirmed".to_owned(),
                    },
                    None => State::Waits {
                        question: ADDRESSES,
                        code: finding::WAITS,
                        reason: "Whether the list of addresses is in force waits for your answer".to_owned(),
                    },
                };
                (Kind::NetworkAttackExclusion(text.to_owned()), state)
            }
            _ => (
                Kind::Inventory,
                incomplete("The row holds more than an address, or none that is understood"),
            ),
        };
        let leaves = part.claim([doc.leaves_of(row)]);
        let source = format!("The network attack blocker leaves {text} alone");
        part.push(leaves, kind, state, Certainty::Confirmed, source);
    }
    part.ask(
        ADDRESSES,
        "Does the console show these addresses as excluded from network attack blocking, and is the list in use?",
        "The file holds the addresses; whether the list is in use was not seen in a real export",
        &[("yes", "Yes"), ("no", "No, or I cannot tell: the rows stay with a person")],
        answer,
    );
}
