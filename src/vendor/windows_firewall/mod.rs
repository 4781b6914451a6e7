//! Windows Firewall (reference: defender, sections 3.2, 4.4, 4.5, 5.6).
//!
//! | route | files | a rule is |
//! |---|---|---|
//! | [`Carrier::POWERSHELL`] | `Set-CrosswalkFirewall.ps1` | the parameters of `New-NetFirewallRule` |
//! | [`Carrier::GRAPH`] | bodies for Microsoft Graph, at most 100 rules each; default actions as a policy of the settings catalog | a group of settings |
//! | [`Carrier::GPO`] | `Registry.pol`, LGPO text, `.reg` | one text of \[MS-GPFAS\] |
//!
//! The three say the same: [`plan`] turns the ordered rules of the source into rules without an order, [`traffic`] and
//! [`express`] are its arithmetic, and an [`Entry`] holds a rule by the names of PowerShell's parameters. A carrier maps those.
//! Rules are for all profiles. Logging of one rule has no counterpart.

pub mod express;
pub mod gpo;
pub mod graph;
pub mod plan;
pub mod powershell;
mod source;
pub mod traffic;

use core::num::NonZeroUsize;

use uuid::Uuid;

use super::{Artefact, Desk, Entry, Route, RouteInfo, Stamp, Verdict, finding, registry, settings};
use crate::finding::{self as codes, Finding, Severity};
use crate::policy::{AddressRange, FirewallRule, Item, Kind, Meaning, Platform, Policy};
use crate::review::Coverage;
use express::Rule;
use plan::{Outcome, Plan};
use traffic::{Set, address};

/// The list of rules.
pub const RULES: &str = "New-NetFirewallRule";
/// What happens to incoming traffic that no rule is for.
pub const DEFAULT_IN: &str = "DefaultInboundAction";
/// What happens to outgoing traffic that no rule is for.
pub const DEFAULT_OUT: &str = "DefaultOutboundAction";

/// Longest part of a name that comes from the source.
const LONGEST_NAME: usize = 80;

/// Name space for the identifiers of rules.
const NAME_SPACE: Uuid = Uuid::from_u128(0x51f4_0c9e_2b7d_5a38_8e61_d20c_97ab_4f13);

const CARRIES: &str =
    "packet rules with protocol, ports, ICMP types, addresses and a program; default actions, by decision";

static POWERSHELL: RouteInfo = RouteInfo {
    id: "windows-firewall/powershell",
    name: "Windows Firewall, PowerShell script",
    platforms: &[Platform::Windows],
    grade: "DOCUMENTED: cmdlets, parameters and values are checked against Microsoft's reference and the script's syntax by a parser; the project has not run it on Windows",
    files: &[powershell::FILE],
    steps: powershell::STEPS,
    carries: CARRIES,
};

static GRAPH: RouteInfo = RouteInfo {
    id: "windows-firewall/graph",
    name: "Windows Firewall, Intune through Microsoft Graph",
    platforms: &[Platform::Windows],
    grade: "Shape confirmed for one rule, not tried: a public body for Graph with one rule has this shape; no sample shows two rules in one policy, nor ICMP types. Real exports show the default actions",
    files: &[graph::RULES_FILE, graph::PROFILES_FILE],
    steps: graph::STEPS,
    carries: CARRIES,
};

static GPO: RouteInfo = RouteInfo {
    id: "windows-firewall/gpo",
    name: "Windows Firewall, Group Policy",
    platforms: &[Platform::Windows],
    grade: "DOCUMENTED: rules follow the grammar of [MS-GPFAS], the values of the profiles a real backup; the project has not applied it",
    files: &gpo::FILES,
    steps: gpo::STEPS,
    carries: CARRIES,
};

/// One way of bringing the rules to machines.
pub struct Carrier {
    info: &'static RouteInfo,
    /// The file of a list.
    file: fn(&str) -> &'static str,
    /// Most rules in one file.
    limit: Option<NonZeroUsize>,
    write: fn(&[Entry], &Stamp<'_>) -> Vec<Artefact>,
}

impl Carrier {
    /// `windows-firewall/powershell`.
    pub const POWERSHELL: Self =
        Self { info: &POWERSHELL, file: |_| powershell::FILE, limit: None, write: powershell::write };
    /// `windows-firewall/graph`.
    pub const GRAPH: Self = Self {
        info: &GRAPH,
        file: |list| if list == RULES { graph::RULES_FILE } else { graph::PROFILES_FILE },
        limit: NonZeroUsize::new(graph::MOST_RULES),
        write: graph::write,
    };
    /// `windows-firewall/gpo`.
    pub const GPO: Self = Self { info: &GPO, file: |_| gpo::FILES[0], limit: None, write: gpo::write };

    fn entry(&self, list: &'static str, value: String, fields: Vec<(&'static str, String)>) -> Entry {
        Entry { file: (self.file)(list), list, value, fields }
    }

    /// The default action that blocks a direction.
    fn default_block(&self, inbound: bool) -> Entry {
        self.entry(if inbound { DEFAULT_IN } else { DEFAULT_OUT }, "Block".to_owned(), Vec::new())
    }

    /// A rule of the source.
    fn rule(&self, rule: &FirewallRule, item: &Item, policy: &Policy, plan: &Plan) -> Verdict {
        let Some(outcome) = plan.outcome(item) else {
            return Verdict::by_hand(
                codes::RULE_ORDER,
                "The list is too long to compare every rule with those before it",
            );
        };
        let mut reason = outcome.reason.clone();
        if !outcome.rules.is_empty() {
            reason.push_str("; for all profiles");
            if rule.log == Some(true) {
                reason.push_str("; matches of one rule cannot be logged by themselves");
            }
        }
        let mut entries = self.entries(outcome, rule, item, policy, plan);
        entries.extend(outcome.defaults.iter().map(|inbound| self.default_block(*inbound)));
        Verdict {
            fate: outcome.fate,
            code: outcome.code,
            reason,
            example: outcome.example.clone(),
            entries,
            taken: None,
        }
    }

    fn entries(
        &self,
        outcome: &Outcome,
        source: &FirewallRule,
        item: &Item,
        policy: &Policy,
        plan: &Plan,
    ) -> Vec<Entry> {
        let row = plan::row(item, policy);
        let hash = policy.inputs.get(item.input).map_or("", |i| i.sha256.as_str());
        let name = cleaned(&source.name);
        let count = outcome.rules.len();
        let entry = |(at, rule): (usize, &Rule)| {
            let id = Uuid::new_v5(&NAME_SPACE, format!("{hash} {row} {at}").as_bytes());
            let mut title = format!("Crosswalk {row}");
            if !name.is_empty() {
                title.push_str(&format!(" {name}"));
            }
            if count > 1 {
                title.push_str(&format!(" ({} of {count})", at + 1));
            }
            let mut fields = vec![("Name", format!("{{{}}}", id.to_string().to_uppercase()))];
            fields.extend(said(rule, outcome.block, plan));
            if source.name != name && holds(&source.name) {
                fields.push(("Description", format!("Name in the source: {}", source.name)));
            }
            self.entry(RULES, title, fields)
        };
        outcome.rules.iter().enumerate().map(entry).collect()
    }

    fn default(&self, inbound: bool, allow: bool) -> Verdict {
        let way = if inbound { "incoming" } else { "outgoing" };
        if allow {
            return Verdict::covered(
                codes::TARGET_DEFAULT,
                format!(
                    "Left at the default of Windows for {way} traffic, which protects no less; nothing is opened for all"
                ),
            );
        }
        let reason = format!(
            "The source blocks all {way} traffic that no rule of its list is for. Windows can do that by its default action; but rules that Windows or other programs bring still let traffic through"
        );
        let example = if inbound {
            "incoming TCP to local port 3389, where a rule of Windows or of another program allows it"
        } else {
            "outgoing TCP to remote port 25, where a rule of Windows or of another program allows it"
        };
        Verdict::exact(vec![self.default_block(inbound)], "").looser(codes::DEFAULT_ACTION, reason, example)
    }
}

impl Route for Carrier {
    fn info(&self) -> &'static RouteInfo {
        self.info
    }

    fn assess(&self, item: &Item, policy: &Policy, _: Option<Coverage>, desk: &mut Desk) -> Verdict {
        match &item.kind {
            Kind::FirewallRule(rule) => self.rule(rule, item, policy, desk.firewall(policy)),
            Kind::Setting { meaning: Meaning::FirewallDefault(Some(default)), .. } => {
                match (default.direction.inbound, default.direction.outbound, default.direction.packets) {
                    (inbound, outbound, false) if inbound != outbound => self.default(inbound, default.allow),
                    _ => Verdict::by_hand(
                        codes::CONDITION,
                        "A default for single packets has no counterpart: rules and defaults of Windows are for connections",
                    ),
                }
            }
            Kind::Setting { meaning: Meaning::FirewallDefault(None), .. } => Verdict::by_hand(
                codes::SET_BY_HAND,
                "Compare this setting of the old firewall and set what you need in Windows Firewall by hand",
            ),
            Kind::Setting { meaning: Meaning::Zone, .. } => Verdict::by_hand(
                codes::CONDITION,
                "Zones of addresses have no counterpart: profiles of Windows only come near them. Use the addresses in the rules that need them",
            ),
            Kind::Context | Kind::Withheld | Kind::Unread | Kind::Inventory | Kind::RuleNotRead(_) => {
                settings::common(item, "Windows Firewall")
            }
            _ => Verdict::unsupported(
                codes::FIREWALL_ONLY,
                "Windows Firewall carries firewall rules alone; take defender/powershell or another route of Microsoft Defender for this",
            ),
        }
    }

    fn limit(&self, file: &str) -> Option<NonZeroUsize> {
        self.limit.filter(|_| file == (self.file)(RULES))
    }

    fn write(&self, entries: &[Entry], stamp: &Stamp<'_>) -> Vec<Artefact> {
        (self.write)(entries, stamp)
    }

    fn findings(&self, policy: &Policy, entries: &[Entry], desk: &mut Desk) -> Vec<Finding> {
        let mut found = vec![
            finding(
                codes::NOT_TRIED,
                Severity::Info,
                self.info.grade,
                "Try it on one machine first, then look at what is in force",
            ),
            finding(
                codes::OTHER_RULES,
                Severity::Warning,
                "These rules stand beside those that Windows and other programs have: an allow rule that is there lets more through than the source did, a block rule that is there goes before what is allowed here. Nothing of it holds while the firewall is off for a profile",
                "Check that Windows Firewall is on for all three profiles, and look through the allow rules that are there",
            ),
        ];
        let rules = entries.iter().filter(|e| e.list == RULES).count();
        let plan = desk.firewall(policy);
        if plan.rewrites() {
            found.push(finding(
                codes::REWRITTEN,
                Severity::Info,
                "Rules of the source are ordered and the first that matches decides; on Windows a block goes before every allow. Block rules were written without the traffic that rules before them allow, so that the result is the same; the ledger says so, row by row",
                "If you add or change a rule by hand later, remember that no order puts an allow before a block",
            ));
        }
        if plan.lists > 1 {
            found.push(finding(
                codes::SEVERAL_LISTS,
                Severity::Warning,
                format!("The input holds {} lists of firewall rules in force, and nothing says which comes first; rules that meet a rule of another list are left by hand", plan.lists),
                "Convert one list at a time, or bring the rules into one list",
            ));
        }
        if self.info.id == GRAPH.id && entries.iter().any(|e| e.list != RULES) {
            found.push(finding(
                codes::BEFORE_IMPORT,
                Severity::Warning,
                "The policy with the default actions also switches Windows Firewall on for all three profiles: in Intune default actions hang on that setting",
                "If another firewall is to stay in charge, leave that file out",
            ));
        }
        if self.info.id == GRAPH.id && rules > 1 {
            found.push(finding(
                codes::RULES_IN_GRAPH,
                Severity::Info,
                "Only the first rule of a policy refers to the template's values, as one public tool writes it; the one sample that is known has one rule",
                "If Graph refuses a body, use windows-firewall/gpo or windows-firewall/powershell; both carry the same rules",
            ));
        }
        found
    }
}

/// The rule by the names of PowerShell's parameters.
fn said(rule: &Rule, block: bool, plan: &Plan) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("Direction", if rule.inbound { "Inbound" } else { "Outbound" }.to_owned()),
        ("Action", if block { "Block" } else { "Allow" }.to_owned()),
        ("Protocol", protocol(rule.protocol)),
    ];
    let mut list = |name: &'static str, values: Vec<String>| {
        if !values.is_empty() {
            fields.push((name, values.join(",")));
        }
    };
    list("LocalPort", rule.local_ports.as_ref().map(ports).unwrap_or_default());
    list("RemotePort", rule.remote_ports.as_ref().map(ports).unwrap_or_default());
    let icmp = rule.icmp.iter().map(|(kind, code)| match code {
        Some(code) => format!("{kind}:{code}"),
        None => kind.to_string(),
    });
    list("IcmpType", icmp.collect());
    list("LocalAddress", rule.local.as_ref().map(addresses).unwrap_or_default());
    list("RemoteAddress", rule.remote.as_ref().map(addresses).unwrap_or_default());
    if let Some(program) = &rule.program {
        fields.push(("Program", plan.program(program).to_owned()));
    }
    fields
}

fn protocol(number: Option<u8>) -> String {
    match number {
        None => "Any".to_owned(),
        Some(1) => "ICMPv4".to_owned(),
        Some(6) => "TCP".to_owned(),
        Some(17) => "UDP".to_owned(),
        Some(58) => "ICMPv6".to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The number of a protocol as [`protocol`] spells it; `None` = any.
fn protocol_number(text: &str) -> Option<u8> {
    (0..=u8::MAX).find(|n| protocol(Some(*n)) == text)
}

fn ports(set: &Set) -> Vec<String> {
    let range = |(a, b): &(u128, u128)| if a == b { a.to_string() } else { format!("{a}-{b}") };
    set.ranges().iter().map(range).collect()
}

fn addresses((four, six): &(Set, Set)) -> Vec<String> {
    let range = |(a, b): &(u128, u128), six: bool| {
        let range = AddressRange { first: address(*a, six), last: address(*b, six) };
        // A mask without ones is no subnet for every reader.
        match range.prefix() {
            Some(0) => format!("{}-{}", range.first, range.last),
            _ => range.to_string(),
        }
    };
    let four = four.ranges().iter().map(|r| range(r, false));
    four.chain(six.ranges().iter().map(|r| range(r, true))).collect()
}

/// The values of a field that is a list.
fn values<'e>(entry: &'e Entry, name: &str) -> Vec<&'e str> {
    entry.field(name).split(',').filter(|v| !v.is_empty()).collect()
}

/// ICMP types with their codes, `8:0` or `8:*`.
fn icmp(entry: &Entry) -> Vec<String> {
    let whole = |v: &str| if v.contains(':') { v.to_owned() } else { format!("{v}:*") };
    values(entry, "IcmpType").into_iter().map(whole).collect()
}

/// Whether every carrier can hold a text.
fn holds(text: &str) -> bool {
    registry::holds_text(text)
        && !text.is_empty()
        && !text.contains('|')
        && text.chars().count() <= 4 * LONGEST_NAME
}

/// A name without what a carrier cannot hold: control characters, `/` and `|`.
fn cleaned(name: &str) -> String {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '/' | '|' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
    };
    let spaced: String = name.chars().map(|c| if bad(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let short: String = words.join(" ").chars().take(LONGEST_NAME).collect();
    short.trim().to_owned()
}
