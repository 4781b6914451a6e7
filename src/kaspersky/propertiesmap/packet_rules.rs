//! Packet rules of the console (reference: kaspersky-windows, 4.4). The table `Rules` is documented: order, on or off, action, zone. What a rule
//! matches stands in a block of `Resources`, whose protocol, direction and ports nobody has established, and neither is how
//! a rule finds its block. So a rule is by hand, with all that is known about it, until the user has confirmed the columns of
//! `Resources`, the one among them by which rules refer to a block.

use super::super::{Part, confirmed};
use super::column;
use crate::columns::apply::Row;
use crate::columns::mapping::Fitted;
use crate::columns::{Rows, Table};
use crate::finding;
use crate::mask::Machine;
use crate::options::Answers;
use crate::policy::{Addresses, Certainty, FirewallRule, Kind, RuleAction, RulePlace, State};

/// Rules that come with the product, by `RuleId` (documented).
const PREDEFINED: &[(&str, &str)] = &[
    ("100", "DNS over TCP"),
    ("101", "DNS over UDP"),
    ("102", "sending e-mail"),
    ("110", "any activity in trusted networks"),
    ("125", "any activity in local networks"),
    ("130", "remote desktop"),
    ("131", "TCP through local ports"),
    ("132", "UDP through local ports"),
    ("133", "incoming TCP stream"),
    ("134", "incoming UDP stream"),
    ("137", "ICMP unreachable, incoming"),
    ("138", "ICMP echo reply, incoming"),
    ("140", "ICMP time exceeded, incoming"),
    ("142", "incoming ICMP"),
    ("266", "ICMPv6 echo request, incoming"),
];

/// `AccessFlag`: action, and whether it is logged (documented).
const ACTIONS: &[(&str, RuleAction, bool)] = &[
    ("0", RuleAction::Allow, false),
    ("2", RuleAction::ByApplication, false),
    ("3", RuleAction::Block, false),
    ("4", RuleAction::Allow, true),
    ("6", RuleAction::ByApplication, true),
    ("7", RuleAction::Block, true),
];

/// `ResIdEx2`: zones (documented).
const ZONES: &[(&str, &str)] =
    &[("50", "trusted networks"), ("51", "local networks"), ("52", "public networks")];

/// The fields of a rule that are documented.
const FIELDS: &[&str] =
    &[super::POSITION, "RuleId", "RuleState", "RuleTypeId", "AppIdEx", "ResIdEx", "ResIdEx2", "AccessFlag"];

/// Takes the rules, and the blocks that confirmed columns explain, out of the tables.
pub(super) fn read(part: &mut Part<'_>, tables: &mut Vec<Table>, answers: &Answers) {
    let is_rules = |t: &Table| column(t, "RuleId").is_some() && column(t, "AccessFlag").is_some();
    let Some(at) = tables.iter().position(is_rules) else { return };
    let rules = tables.remove(at);
    let blocks = tables.iter().position(|t| t.list == "Resources").map(|at| tables.remove(at));
    let Some(mut blocks) = blocks else {
        for row in 0..rules.len() {
            rule(part, &rules, row, None);
        }
        return;
    };
    match confirmed::fitted(part, &blocks, answers).filter(|f| f.mapping.rows == Rows::FirewallRule) {
        None => {
            for row in 0..rules.len() {
                rule(part, &rules, row, None);
            }
            confirmed::wait(part, &blocks);
        }
        Some(fitted) => {
            blocks.applied = true;
            for row in 0..rules.len() {
                rule(part, &rules, row, Some((&blocks, &fitted)));
            }
            confirmed::unused(part, &blocks, "No packet rule of the list refers to this block");
        }
    }
    part.read.tables.push(blocks);
}

/// One rule.
fn rule(part: &mut Part<'_>, rules: &Table, row: usize, blocks: Option<(&Table, &Fitted<'_>)>) {
    let document = &part.reading.document;
    let field = |name: &str| column(rules, name).map(|c| rules.text(row, c, document)).unwrap_or_default();
    let (id, state, flag, zone) =
        (field("RuleId"), field("RuleState"), field("AccessFlag"), field("ResIdEx2"));
    let predefined = PREDEFINED.iter().find(|(known, _)| *known == id).map(|(_, name)| *name);
    let custom = matches!(state.as_str(), "2" | "3");
    let name = match predefined.filter(|_| !custom) {
        Some(name) => name.to_owned(),
        None => field(super::POSITION),
    };
    let action = ACTIONS.iter().find(|(known, ..)| *known == flag);
    let zone_name = ZONES.iter().find(|(known, _)| *known == zone).map(|(_, name)| *name);
    let known = format!(
        "Packet rule {name}: {}{}{}",
        action.map_or("an action that is not known", |(_, action, _)| action.word()),
        if action.is_some_and(|(.., log)| *log) { " and log" } else { "" },
        match zone.as_str() {
            "0" => ", any address".to_owned(),
            other => format!(", {}", zone_name.map_or_else(|| format!("network {other}"), str::to_owned)),
        }
    );
    let unknown = rules
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .find(|n| !FIELDS.iter().any(|f| f.eq_ignore_ascii_case(n)));
    let mut ranges = vec![rules.leaves(row)];
    let made = (|| -> Result<(FirewallRule, usize), String> {
        if let Some(unknown) =
            unknown.filter(|n| column(rules, n).is_some_and(|c| !rules.text(row, c, document).is_empty()))
        {
            return Err(format!("The rule has a field that is not known and that may narrow it: {unknown}"));
        }
        let (_, action, log) = *action.ok_or_else(|| format!("What AccessFlag {flag} means is not known"))?;
        if field("RuleTypeId") != "4" {
            return Err("It is no network packet rule (RuleTypeId is not 4)".to_owned());
        }
        if field("AppIdEx") != "0" {
            return Err("It belongs to an application, and which one the file does not say".to_owned());
        }
        if !custom {
            return Err("Protocol and ports of predefined rules are not in the file".to_owned());
        }
        let Some((table, fitted)) = blocks else {
            return Err(
                "Protocol, direction and ports stand in a block whose columns are not confirmed".to_owned()
            );
        };
        let wanted = field("ResIdEx");
        let block = |at: usize| Row { fitted, table, at, document, machine: Machine::default() };
        let mut found =
            (0..table.len()).filter(|at| block(*at).reference().as_deref() == Some(wanted.as_str()));
        let (Some(at), None) = (found.next(), found.next()) else {
            return Err(format!("Not exactly one block of settings has the number {wanted}"));
        };
        let block = block(at);
        if let Some(reason) = block.problem() {
            return Err(reason);
        }
        let order = field(super::POSITION).parse().unwrap_or(row);
        let mut rule = block.rule(Some((order, name.clone(), action, log)))?;
        rule.list = rules.leaves(0).start;
        match (zone.as_str(), zone_name) {
            ("0", _) => {}
            (_, Some(zone)) if rule.remote == Addresses::Any => {
                rule.remote = Addresses::Zone(zone.to_owned())
            }
            _ => {
                return Err(
                    "The rule is limited to a network, and how that joins its addresses is not known"
                        .to_owned(),
                );
            }
        }
        Ok((rule, at))
    })();
    let by_hand = |reason: String| State::ByHand { code: finding::NOT_ESTABLISHED, reason };
    let (kind, problem, source, certainty) = match made {
        Ok((rule, at)) => {
            if let Some((table, _)) = blocks {
                ranges.push(table.leaves(at));
            }
            let source = format!("Packet rule {name}: {rule}");
            (Kind::FirewallRule(rule), None, source, Certainty::Told)
        }
        Err(reason) => {
            let order = Some(field(super::POSITION).parse().unwrap_or(row));
            let place = RulePlace { list: rules.leaves(0).start, order };
            (Kind::RuleNotRead(place), Some(reason), known, Certainty::Documented)
        }
    };
    let state = match (state.as_str(), problem) {
        ("0" | "2", _) => State::Inactive("RuleState: the rule is switched off".to_owned()),
        ("1" | "3", None) => State::Active,
        ("1" | "3", Some(reason)) => by_hand(reason),
        (other, _) => by_hand(format!("What RuleState {other} means is not known")),
    };
    let leaves = part.claim(ranges);
    part.push(leaves, kind, state, certainty, source);
}
