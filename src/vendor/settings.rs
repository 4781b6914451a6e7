//! Verdicts that do not depend on the route: what the antivirus targets of this project make of items that no file of
//! theirs can carry. A table rather than a copy in each route.

use super::Verdict;
use crate::finding;
use crate::policy::{Item, Kind, Meaning};

/// Verdict for an item that the route itself has no word for.
pub fn common(item: &Item, product: &str) -> Verdict {
    match &item.kind {
        Kind::FirewallRule(_) => Verdict::unsupported(
            finding::NO_FIREWALL,
            format!("{product} is no firewall; {} packet rules", firewall(product)),
        ),
        Kind::WebRule(_) => Verdict::unsupported(
            finding::NO_COUNTERPART,
            format!(
                "{product} filters no web addresses in this file; {}a web filter or the browser's policy does",
                if product.contains("Defender") {
                    "defender/indicators carries single sites, for others "
                } else {
                    ""
                }
            ),
        ),
        Kind::DeviceRule(_) => Verdict::unsupported(
            finding::NO_COUNTERPART,
            format!("{product} controls no devices in this file; a policy for device control does"),
        ),
        Kind::NetworkAttackExclusion(_) => Verdict::unsupported(
            finding::NO_COUNTERPART,
            format!(
                "{product} has no list of addresses that its network protection leaves alone in this file"
            ),
        ),
        Kind::MountPoint(_) => Verdict::by_hand(
            finding::MOUNT_POINT,
            "A mount-point exclusion keeps the interceptor out of a whole mount; decide whether a folder exclusion would do",
        ),
        Kind::TrustedApplication(_) => Verdict::by_hand(
            finding::NO_COUNTERPART,
            format!("{product} has no trust for a program's behaviour; watch for alerts, then decide"),
        ),
        Kind::Exclusion(e) if !e.threats.is_empty() => Verdict::unsupported(
            finding::THREAT_NAMES,
            format!("Kaspersky's threat names do not match those of {product}"),
        ),
        Kind::Exclusion(_) => {
            Verdict::by_hand(finding::MASK_BY_HAND, "The mask cannot be carried over exactly")
        }
        Kind::Setting { meaning, .. } => of_meaning(meaning, product),
        Kind::Context => Verdict::none(
            crate::ledger::Fate::Context,
            finding::METADATA,
            finding::meaning(finding::METADATA),
        ),
        Kind::Withheld => Verdict::none(
            crate::ledger::Fate::Withheld,
            finding::WITHHELD,
            "The value looks like a secret; it was not read and stands in no file",
        ),
        Kind::Unread => Verdict::none(
            crate::ledger::Fate::Unread,
            finding::UNREAD,
            "Crosswalk does not know this setting; it is listed word for word and converted into nothing",
        ),
        Kind::Inventory | Kind::RuleNotRead(_) => {
            Verdict::by_hand(finding::NOT_ESTABLISHED, "Listed only: what it says exactly is not established")
        }
    }
}

/// What carries packet rules on the product's system.
fn firewall(product: &str) -> &'static str {
    match product {
        "Microsoft Defender" => {
            "windows-firewall/powershell, windows-firewall/graph or windows-firewall/gpo carries"
        }
        _ => "on Linux nftables or ufw carries",
    }
}

fn of_meaning(meaning: &Meaning, product: &str) -> Verdict {
    let by_hand = |what: &str| {
        Verdict::by_hand(finding::SET_BY_HAND, format!("{what} in {product} by hand, if you need it"))
    };
    match meaning {
        Meaning::Switch(true) => by_hand("Check that the counterpart of this component is on"),
        Meaning::Switch(false) => Verdict::none(
            crate::ledger::Fate::Inactive,
            finding::OFF,
            "The component is switched off in the source",
        ),
        Meaning::ListSwitch(_) => Verdict::covered(finding::SWITCH, "The rows of the list say what it does"),
        Meaning::Scope { everything: true, .. } => Verdict::covered(
            finding::TARGET_DEFAULT,
            format!("{product} scans everything that is not excluded"),
        ),
        Meaning::Scope { everything: false, .. } => Verdict::covered(
            finding::TARGET_DEFAULT,
            format!(
                "{product} scans everything that is not excluded, which protects no less than this scope"
            ),
        ),
        Meaning::Schedule(Some(schedule)) if schedule.is_manual() => Verdict::covered(
            finding::TARGET_DEFAULT,
            "Started by a person in the source; nothing is scheduled in the target",
        ),
        Meaning::Schedule(Some(schedule)) => by_hand(&format!("Set the schedule ({})", schedule.rule.word())),
        Meaning::Schedule(None) => by_hand("Set the schedule"),
        Meaning::Action(_) | Meaning::Fallback(_) => by_hand("Choose the action on a threat"),
        Meaning::Archives(false) => Verdict::covered(
            finding::TARGET_DEFAULT,
            format!("Left at the setting of {product}, which protects no less"),
        ),
        Meaning::Archives(true) => by_hand("Check that archives and mail are scanned"),
        Meaning::Heuristics(_) | Meaning::HeuristicLevel(_) => Verdict::unsupported(
            finding::NO_COUNTERPART,
            format!("{product} has no switch for the depth of heuristic analysis here"),
        ),
        Meaning::SizeLimit(_) | Meaning::TimeLimit(_) => {
            by_hand("Compare the limits for large files and set them")
        }
        Meaning::NetworkFiles(true) => by_hand("Check that files on network shares are scanned"),
        Meaning::RemovableDrives(true) => by_hand("Check that removable drives are scanned"),
        Meaning::UnwantedPrograms(true) => by_hand("Check that unwanted programs are detected"),
        Meaning::NetworkFiles(false) | Meaning::RemovableDrives(false) | Meaning::UnwantedPrograms(false) => {
            Verdict::covered(
                finding::TARGET_DEFAULT,
                format!("Left at the setting of {product}, which protects no less"),
            )
        }
        Meaning::ProcessorLimit(percent) => {
            by_hand(&format!("Limit the processor's time of scans to {percent} percent"))
        }
        Meaning::InterfaceLock(true) => by_hand("Lock the user interface"),
        Meaning::InterfaceLock(false) => Verdict::covered(
            finding::TARGET_DEFAULT,
            "Users may open the product in the source; nothing is locked in the target either",
        ),
        Meaning::Cloud(_) => by_hand("Decide whether the machine may ask the vendor's cloud, and set it"),
        Meaning::FirewallDefault(_) | Meaning::Zone => Verdict::unsupported(
            finding::NO_FIREWALL,
            format!("{product} is no firewall; {} this", firewall(product)),
        ),
        Meaning::Housekeeping => Verdict::unsupported(
            finding::NO_COUNTERPART,
            format!("How the old product ran itself; {product} has settings of its own for that"),
        ),
        Meaning::Other => by_hand("Compare this setting and set its counterpart"),
    }
}
