//! Windows Firewall, judged from outside: random ordered lists of rules are simulated packet by packet, once in the order of the
//! source and once through the rules that stand in the artefacts, read back by parsers that are written here from the
//! references (PowerShell's literals, the JSON of Graph, Registry.pol with the grammar of [MS-GPFAS]).
#![cfg(not(target_arch = "wasm32"))]

mod common;

use std::collections::BTreeMap;
use std::net::IpAddr;

use crosswalk::intake::InputInfo;
use crosswalk::intake::leaves::Unclaimed;
use crosswalk::ledger::{Fate, Row};
use crosswalk::mask::{Language, Machine};
use crosswalk::options::Options;
use crosswalk::policy::{
    Addresses, Certainty, Direction, FirewallDefault, FirewallRule, Item, Kind, Meaning, PathMask, Platform,
    Policy, Ports, Protocol, RuleAction, RulePlace, State,
};
use crosswalk::{convert, vendor};
use serde_json::Value;

const ROUTES: [&str; 3] = ["windows-firewall/powershell", "windows-firewall/graph", "windows-firewall/gpo"];

// ---- Policies ----

fn input(name: &str) -> InputInfo {
    InputInfo {
        name: name.to_owned(),
        sha256: "5e".repeat(32),
        bytes: 1,
        format: "rows",
        product: String::new(),
        version: String::new(),
        encoding: "UTF-8",
        platform: Platform::Windows,
    }
}

fn policy(items: Vec<(Kind, State)>) -> Policy {
    let mut leaves = Unclaimed::new(items.len() as u32);
    let items = items
        .into_iter()
        .enumerate()
        .map(|(at, (kind, state))| Item {
            input: 0,
            leaves: leaves.claim_one(at as u32),
            line: 1,
            kind,
            state,
            certainty: Certainty::Told,
            source: String::new(),
        })
        .collect();
    Policy {
        inputs: vec![input("rules.txt")],
        platform: Platform::Windows,
        tasks: Vec::new(),
        items,
        questions: Vec::new(),
        tables: Vec::new(),
        findings: Vec::new(),
    }
}

fn blank(action: RuleAction, protocol: &str) -> FirewallRule {
    FirewallRule {
        name: String::new(),
        list: 0,
        order: 0,
        action,
        direction: Direction { inbound: true, outbound: false, packets: false },
        protocol: protocol.parse().unwrap(),
        icmp_type: None,
        icmp_code: None,
        local_ports: Ports::Any,
        remote_ports: Ports::Any,
        local: Addresses::Any,
        remote: Addresses::Any,
        program: None,
        log: None,
    }
}

fn allow(protocol: &str) -> FirewallRule {
    blank(RuleAction::Allow, protocol)
}

fn block(protocol: &str) -> FirewallRule {
    blank(RuleAction::Block, protocol)
}

impl Changes for FirewallRule {}

trait Changes: Sized + Into<FirewallRule> {
    fn local_port(self, text: &str) -> FirewallRule {
        FirewallRule { local_ports: text.parse().unwrap(), ..self.into() }
    }
    fn remote(self, text: &str) -> FirewallRule {
        FirewallRule { remote: text.parse().unwrap(), ..self.into() }
    }
    fn out(self) -> FirewallRule {
        FirewallRule {
            direction: Direction { inbound: false, outbound: true, packets: false },
            ..self.into()
        }
    }
    fn both(self) -> FirewallRule {
        FirewallRule { direction: Direction::BOTH, ..self.into() }
    }
    fn program(self, path: &str) -> FirewallRule {
        let program = PathMask {
            language: Language::Kes,
            text: path.to_owned(),
            subfolders: Some(false),
            machine: Machine::default(),
        };
        FirewallRule { program: Some(program), ..self.into() }
    }
    fn named(self, name: &str) -> FirewallRule {
        FirewallRule { name: name.to_owned(), ..self.into() }
    }
}

/// A list of active rules in this order.
fn list(rules: Vec<FirewallRule>) -> Policy {
    let ordered = rules.into_iter().enumerate().map(|(order, rule)| FirewallRule { order, ..rule });
    policy(ordered.map(|r| (Kind::FirewallRule(r), State::Active)).collect())
}

// ---- Packets ----

#[derive(Clone, Debug)]
struct Packet {
    inbound: bool,
    protocol: u8,
    /// Ports, or ICMP type and code.
    here: u16,
    there: u16,
    local: IpAddr,
    remote: IpAddr,
    program: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Maybe,
}

/// Whether a rule of the source matches.
fn matches(rule: &FirewallRule, packet: &Packet) -> Match {
    let mut maybe = false;
    let ported = [6, 17, 132].contains(&packet.protocol);
    let icmp = [1, 58].contains(&packet.protocol);
    if rule.direction.packets {
        maybe = true;
    } else if !(if packet.inbound { rule.direction.inbound } else { rule.direction.outbound }) {
        return Match::No;
    }
    if matches!(rule.protocol, Protocol::Number(number) if number != packet.protocol) {
        return Match::No;
    }
    for (ports, port) in [(&rule.local_ports, packet.here), (&rule.remote_ports, packet.there)] {
        if let Ports::Ranges(ranges) = ports {
            if rule.protocol == Protocol::Any || !ported {
                maybe = true;
            } else if !ranges.iter().any(|(a, b)| *a <= port && port <= *b) {
                return Match::No;
            }
        }
    }
    for (value, given) in [(rule.icmp_type, packet.here), (rule.icmp_code, packet.there)] {
        if let Some(value) = value {
            if rule.protocol == Protocol::Any || !icmp {
                maybe = true;
            } else if u16::from(value) != given {
                return Match::No;
            }
        }
    }
    for (addresses, address) in [(&rule.local, packet.local), (&rule.remote, packet.remote)] {
        match addresses {
            Addresses::Any => {}
            Addresses::Zone(_) => maybe = true,
            Addresses::Ranges(ranges) => {
                let inside =
                    |a: IpAddr, b: IpAddr| a.is_ipv4() == address.is_ipv4() && a <= address && address <= b;
                if !ranges.iter().any(|r| inside(r.first, r.last)) {
                    return Match::No;
                }
            }
        }
    }
    if let Some(program) = &rule.program {
        if program.text.contains(['*', '%', '?', '~']) {
            maybe = true;
        } else if !program.text.eq_ignore_ascii_case(packet.program) {
            return Match::No;
        }
    }
    if maybe { Match::Maybe } else { Match::Yes }
}

/// Items of a list in the order of the source, by number of the item; only those in force.
fn ordered(policy: &Policy) -> Vec<usize> {
    let mut all: Vec<(Option<usize>, usize)> = policy
        .items
        .iter()
        .enumerate()
        .filter(|(_, i)| !matches!(i.state, State::Inactive(_)))
        .filter_map(|(at, i)| match &i.kind {
            Kind::FirewallRule(r) => Some((Some(r.order), at)),
            Kind::RuleNotRead(place) => Some((place.order, at)),
            _ => None,
        })
        .collect();
    all.sort();
    all.into_iter().map(|(_, at)| at).collect()
}

// ---- Rules of Windows, as the artefacts hold them ----

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct WinRule {
    id: String,
    title: String,
    inbound: bool,
    block: bool,
    protocol: Option<u8>,
    local_ports: Vec<(u16, u16)>,
    remote_ports: Vec<(u16, u16)>,
    icmp: Vec<(u8, Option<u8>)>,
    local: Vec<(IpAddr, IpAddr)>,
    remote: Vec<(IpAddr, IpAddr)>,
    program: Option<String>,
    description: String,
}

impl WinRule {
    fn takes(&self, packet: &Packet) -> bool {
        let port =
            |list: &[(u16, u16)], port| list.is_empty() || list.iter().any(|(a, b)| *a <= port && port <= *b);
        let address = |list: &[(IpAddr, IpAddr)], ip: IpAddr| {
            let inside = |a: &IpAddr, b: &IpAddr| a.is_ipv4() == ip.is_ipv4() && *a <= ip && ip <= *b;
            list.is_empty() || list.iter().any(|(a, b)| inside(a, b))
        };
        let (kind, code) = (packet.here, packet.there);
        let icmp =
            |(t, c): &(u8, Option<u8>)| u16::from(*t) == kind && c.is_none_or(|c| u16::from(c) == code);
        self.inbound == packet.inbound
            && self.protocol.is_none_or(|p| p == packet.protocol)
            && port(&self.local_ports, packet.here)
            && port(&self.remote_ports, packet.there)
            && (self.icmp.is_empty() || self.icmp.iter().any(icmp))
            && address(&self.local, packet.local)
            && address(&self.remote, packet.remote)
            && self.program.as_ref().is_none_or(|p| p.eq_ignore_ascii_case(packet.program))
    }

    /// What no carrier may write: ports without TCP or UDP, types without ICMP.
    fn is_sound(&self) -> bool {
        let ports = self.local_ports.is_empty() && self.remote_ports.is_empty();
        (ports || [Some(6), Some(17)].contains(&self.protocol))
            && (self.icmp.is_empty() || [Some(1), Some(58)].contains(&self.protocol))
    }
}

fn port_range(text: &str) -> (u16, u16) {
    let (a, b) = text.split_once('-').unwrap_or((text, text));
    (a.parse().unwrap(), b.parse().unwrap())
}

/// `a-b`, `a/24`, `a/255.255.255.0`, `a`.
fn address_range(text: &str) -> (IpAddr, IpAddr) {
    if let Some((a, b)) = text.split_once('-') {
        return (a.parse().unwrap(), b.parse().unwrap());
    }
    let Some((address, mask)) = text.split_once('/') else {
        let one = text.parse().unwrap();
        return (one, one);
    };
    match address.parse().unwrap() {
        IpAddr::V4(ip) => {
            let mask = match mask.parse::<std::net::Ipv4Addr>() {
                Ok(mask) => u32::from(mask),
                Err(_) => !(u32::MAX.checked_shr(mask.parse().unwrap()).unwrap_or(0)),
            };
            assert_ne!(mask, 0, "no reader has to take a mask without ones");
            let ip = u32::from(ip);
            assert_eq!(ip & !mask, 0, "{text}");
            (std::net::Ipv4Addr::from(ip).into(), std::net::Ipv4Addr::from(ip | !mask).into())
        }
        IpAddr::V6(ip) => {
            let bits: u32 = mask.parse().unwrap();
            assert!((1..=128).contains(&bits));
            let host = u128::MAX.checked_shr(bits).unwrap_or(0);
            let ip = u128::from(ip);
            assert_eq!(ip & host, 0, "{text}");
            (std::net::Ipv6Addr::from(ip).into(), std::net::Ipv6Addr::from(ip | host).into())
        }
    }
}

fn icmp_type(text: &str) -> (u8, Option<u8>) {
    match text.split_once(':') {
        Some((kind, "*")) => (kind.parse().unwrap(), None),
        Some((kind, code)) => (kind.parse().unwrap(), Some(code.parse().unwrap())),
        None => (text.parse().unwrap(), None),
    }
}

// ---- PowerShell ----

mod script {
    use super::*;
    use tree_sitter::{Node, Parser, Tree};

    const QUOTES: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}'];

    pub fn parse(text: &str) -> Tree {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).unwrap();
        parser.parse(text, None).unwrap()
    }

    pub fn nodes<'t>(root: Node<'t>, kind: &str) -> Vec<Node<'t>> {
        let mut found = Vec::new();
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if node.kind() == kind {
                found.push(node);
            }
            let mut cursor = node.walk();
            let below: Vec<_> = node.children(&mut cursor).collect();
            open.extend(below.into_iter().rev());
        }
        found
    }

    pub fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
        &source[node.byte_range()]
    }

    /// What PowerShell makes of a single-quoted literal: any of five quotes, and two of them in a row are the second.
    pub fn decode(literal: &str) -> String {
        let inner: Vec<char> = literal.chars().collect();
        assert!(QUOTES.contains(&inner[0]) && QUOTES.contains(&inner[inner.len() - 1]), "{literal}");
        let mut value = String::new();
        let mut at = 1;
        while at < inner.len() - 1 {
            if QUOTES.contains(&inner[at]) {
                at += 1;
                assert!(at < inner.len() - 1 && QUOTES.contains(&inner[at]), "{literal} ends early");
            }
            value.push(inner[at]);
            at += 1;
        }
        value
    }

    pub fn assigned<'t>(tree: &'t Tree, source: &str, variable: &str) -> Node<'t> {
        let of = |n: &Node<'t>| {
            nodes(n.child(0).unwrap(), "variable").first().is_some_and(|v| text(*v, source) == variable)
        };
        let found: Vec<_> = nodes(tree.root_node(), "assignment_expression").into_iter().filter(of).collect();
        assert_eq!(found.len(), 1, "{variable} is assigned once");
        found[0]
    }

    /// The rules of the data, and the default actions.
    pub fn rules(bytes: &[u8]) -> (Vec<WinRule>, Vec<String>) {
        let source = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{FEFF}').unwrap();
        let tree = parse(source);
        assert!(!tree.root_node().has_error());
        let mut rules = Vec::new();
        for table in nodes(assigned(&tree, source, "$Rules"), "hash_literal_expression") {
            let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for entry in nodes(table, "hash_entry") {
                let key = text(nodes(entry, "key_expression")[0], source).to_owned();
                let values =
                    nodes(entry, "string_literal").into_iter().map(|n| decode(text(n, source))).collect();
                assert!(fields.insert(key, values).is_none());
            }
            rules.push(rule(&fields));
        }
        let defaults = nodes(assigned(&tree, source, "$DefaultActions"), "string_literal");
        (rules, defaults.into_iter().map(|n| decode(text(n, source))).collect())
    }

    fn rule(fields: &BTreeMap<String, Vec<String>>) -> WinRule {
        let many = |key: &str| fields.get(key).cloned().unwrap_or_default();
        let one = |key: &str| many(key).first().cloned().unwrap_or_default();
        let known = [
            "Name",
            "DisplayName",
            "Description",
            "Direction",
            "Action",
            "Protocol",
            "LocalPort",
            "RemotePort",
            "IcmpType",
            "LocalAddress",
            "RemoteAddress",
            "Program",
        ];
        assert!(fields.keys().all(|k| known.contains(&k.as_str())), "{fields:?}");
        assert!(["Inbound", "Outbound"].contains(&one("Direction").as_str()));
        assert!(["Allow", "Block"].contains(&one("Action").as_str()));
        WinRule {
            id: one("Name"),
            title: one("DisplayName"),
            inbound: one("Direction") == "Inbound",
            block: one("Action") == "Block",
            protocol: match one("Protocol").as_str() {
                "Any" => None,
                "TCP" => Some(6),
                "UDP" => Some(17),
                "ICMPv4" => Some(1),
                "ICMPv6" => Some(58),
                number => Some(number.parse().unwrap()),
            },
            local_ports: many("LocalPort").iter().map(|t| port_range(t)).collect(),
            remote_ports: many("RemotePort").iter().map(|t| port_range(t)).collect(),
            icmp: many("IcmpType").iter().map(|t| icmp_type(t)).collect(),
            local: many("LocalAddress").iter().map(|t| address_range(t)).collect(),
            remote: many("RemoteAddress").iter().map(|t| address_range(t)).collect(),
            program: fields.get("Program").map(|v| v[0].clone()),
            description: one("Description"),
        }
    }
}

// ---- Graph ----

const GROUP: &str = "vendor_msft_firewall_mdmstore_firewallrules_{firewallrulename}";

fn graph_rules(body: &Value) -> Vec<WinRule> {
    let settings = body["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 1);
    let instance = &settings[0]["settingInstance"];
    assert_eq!(instance["settingDefinitionId"], GROUP);
    let groups = instance["groupSettingCollectionValue"].as_array().unwrap();
    assert!(groups.len() <= 100);
    groups.iter().map(graph_rule).collect()
}

fn graph_rule(group: &Value) -> WinRule {
    let mut rule = WinRule::default();
    let mut seen = Vec::new();
    for child in group["children"].as_array().unwrap() {
        let id = child["settingDefinitionId"].as_str().unwrap();
        let name = id.strip_prefix(GROUP).unwrap();
        assert!(!seen.contains(&name), "{name} twice");
        seen.push(name);
        let choice = || child["choiceSettingValue"]["value"].as_str().unwrap().strip_prefix(id).unwrap();
        let simple = || &child["simpleSettingValue"]["value"];
        let options = || -> Vec<&str> {
            let values = child["choiceSettingCollectionValue"].as_array().unwrap();
            values.iter().map(|v| v["value"].as_str().unwrap().strip_prefix(id).unwrap()).collect()
        };
        let texts = || -> Vec<&str> {
            let values = child["simpleSettingCollectionValue"].as_array().unwrap();
            values.iter().map(|v| v["value"].as_str().unwrap()).collect()
        };
        match name {
            "_enabled" => assert_eq!(choice(), "_1"),
            "_profiles" => assert_eq!(options(), ["_2147483647"]),
            "_interfacetypes" => assert_eq!(options(), ["_all"]),
            "_name" => rule.title = simple().as_str().unwrap().to_owned(),
            "_description" => rule.description = simple().as_str().unwrap().to_owned(),
            "_direction" => rule.inbound = ["_out", "_in"].iter().position(|o| *o == choice()).unwrap() == 1,
            "_action_type" => rule.block = ["_1", "_0"].iter().position(|o| *o == choice()).unwrap() == 1,
            "_protocol" => rule.protocol = Some(simple().as_u64().unwrap().try_into().unwrap()),
            "_localportranges" => rule.local_ports = texts().into_iter().map(port_range).collect(),
            "_remoteportranges" => rule.remote_ports = texts().into_iter().map(port_range).collect(),
            "_localaddressranges" => rule.local = texts().into_iter().map(address_range).collect(),
            "_remoteaddressranges" => rule.remote = texts().into_iter().map(address_range).collect(),
            "_icmptypesandcodes" => {
                assert!(texts().iter().all(|t| t.contains(':') && *t != "*:*"));
                rule.icmp = texts().into_iter().map(icmp_type).collect();
            }
            "_app_filepath" => rule.program = Some(simple().as_str().unwrap().to_owned()),
            other => panic!("{other} is no setting of the reference"),
        }
    }
    for name in ["_enabled", "_name", "_direction", "_action_type", "_profiles", "_interfacetypes"] {
        assert!(seen.contains(&name), "{name} is not said");
    }
    rule
}

// ---- Group Policy ----

mod policy_file {
    use super::*;

    /// Values as key, name and text; DWORDs as `dword:n`.
    pub type Values = Vec<(String, String, String)>;

    struct Units<'b>(&'b [u8]);

    impl Units<'_> {
        fn take(&mut self, count: usize) -> Vec<u8> {
            let (head, rest) = self.0.split_at(count);
            self.0 = rest;
            head.to_vec()
        }
        fn expect(&mut self, c: char) {
            assert_eq!(self.take(2), [c as u8, 0]);
        }
        fn dword(&mut self) -> u32 {
            u32::from_le_bytes(self.take(4).try_into().unwrap())
        }
        fn name(&mut self) -> String {
            let mut units = Vec::new();
            loop {
                match u16::from_le_bytes(self.take(2).try_into().unwrap()) {
                    0 => return String::from_utf16(&units).unwrap(),
                    unit => units.push(unit),
                }
            }
        }
    }

    pub fn pol(bytes: &[u8]) -> Values {
        let mut all = Units(bytes);
        assert_eq!(all.take(4), b"PReg");
        assert_eq!(all.dword(), 1);
        let mut values = Vec::new();
        while !all.0.is_empty() {
            all.expect('[');
            let key = all.name();
            all.expect(';');
            let name = all.name();
            all.expect(';');
            let kind = all.dword();
            all.expect(';');
            let size = all.dword() as usize;
            all.expect(';');
            let data = all.take(size);
            all.expect(']');
            let text = match kind {
                4 => format!("dword:{}", u32::from_le_bytes(data.try_into().unwrap())),
                1 => {
                    let units: Vec<u16> = data.chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
                    assert_eq!(units.last(), Some(&0));
                    String::from_utf16(&units[..units.len() - 1]).unwrap()
                }
                other => panic!("type {other}"),
            };
            values.push((key, name, text));
        }
        values
    }

    pub fn lgpo(bytes: &[u8]) -> Values {
        let text = common::decoded(bytes);
        let blocks = text.trim_end().split("\r\n\r\n");
        blocks
            .map(|block| {
                let lines: Vec<&str> = block.split("\r\n").collect();
                assert_eq!((lines.len(), lines[0]), (4, "Computer"));
                let data = match lines[3].split_once(':').unwrap() {
                    ("DWORD", n) => format!("dword:{n}"),
                    ("SZ", text) => text.replace("\\\\", "\\"),
                    other => panic!("{other:?}"),
                };
                (lines[1].to_owned(), lines[2].to_owned(), data)
            })
            .collect()
    }

    pub fn reg(bytes: &[u8]) -> Values {
        let text = common::decoded(bytes);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("Windows Registry Editor Version 5.00"));
        let unquoted = |t: &str| t[1..t.len() - 1].replace("\\\"", "\"").replace("\\\\", "\\");
        let mut key = String::new();
        let mut values = Vec::new();
        for line in lines.filter(|l| !l.is_empty()) {
            if let Some(inner) = line.strip_prefix("[HKEY_LOCAL_MACHINE\\") {
                key = inner.strip_suffix(']').unwrap().to_owned();
                continue;
            }
            let (name, data) = line.split_once("\"=").unwrap();
            let data = match data.strip_prefix("dword:") {
                Some(n) => format!("dword:{}", u32::from_str_radix(n, 16).unwrap()),
                None => unquoted(data),
            };
            values.push((key.clone(), unquoted(&format!("{name}\"")), data));
        }
        values
    }

    /// A rule by the grammar of the specification; what the grammar does not have is an error.
    pub fn rule(id: &str, text: &str) -> Result<WinRule, String> {
        let rest = text.strip_prefix("v2.10|").ok_or("no version")?;
        let rest = rest.strip_suffix('|').ok_or("no end")?;
        let mut rule = WinRule { id: id.to_owned(), inbound: true, ..WinRule::default() };
        let mut once = Vec::new();
        for field in rest.split('|') {
            let (token, value) = field.split_once('=').ok_or_else(|| format!("{field} is no field"))?;
            if value.is_empty() {
                return Err(format!("{token} is empty"));
            }
            let many =
                ["LPort", "RPort", "LPort2_10", "RPort2_10", "LA4", "RA4", "LA6", "RA6", "ICMP4", "ICMP6"];
            if !many.contains(&token) {
                if once.contains(&token) {
                    return Err(format!("{token} twice"));
                }
                once.push(token);
            }
            let number = |n: &str| n.parse::<u16>().map_err(|_| format!("{n} is no port"));
            let range = |t: &str| -> Result<(u16, u16), String> {
                let (a, b) = t.split_once('-').ok_or("no range")?;
                Ok((number(a)?, number(b)?))
            };
            let address = |six: bool| -> Result<(IpAddr, IpAddr), String> {
                let range = value.contains('-');
                if !range && (six || value.matches('.').count() != 6) {
                    return Err(format!("{value} is neither range nor subnet"));
                }
                let (a, b) = address_range(value);
                if a.is_ipv6() == six && a <= b { Ok((a, b)) } else { Err(value.to_owned()) }
            };
            match token {
                "Action" => {
                    rule.block = *["Allow", "Block"].iter().find(|a| **a == value).ok_or("action")? == "Block"
                }
                "Active" => {
                    if value != "TRUE" {
                        return Err("not active".to_owned());
                    }
                }
                "Dir" => {
                    rule.inbound = *["In", "Out"].iter().find(|d| **d == value).ok_or("direction")? == "In"
                }
                "Protocol" if value.len() <= 3 => {
                    rule.protocol = Some(value.parse().map_err(|_| "protocol")?)
                }
                "LPort" => rule.local_ports.push((number(value)?, number(value)?)),
                "RPort" => rule.remote_ports.push((number(value)?, number(value)?)),
                "LPort2_10" => rule.local_ports.push(range(value)?),
                "RPort2_10" => rule.remote_ports.push(range(value)?),
                "LA4" => rule.local.push(address(false)?),
                "RA4" => rule.remote.push(address(false)?),
                "LA6" => rule.local.push(address(true)?),
                "RA6" => rule.remote.push(address(true)?),
                "ICMP4" | "ICMP6" => {
                    if !value.contains(':') || (token == "ICMP4") != (rule.protocol == Some(1)) {
                        return Err(format!("{field} for {:?}", rule.protocol));
                    }
                    rule.icmp.push(icmp_type(value));
                }
                "App" => rule.program = Some(value.to_owned()),
                "Name" => rule.title = value.to_owned(),
                "Desc" => rule.description = value.to_owned(),
                other => return Err(format!("{other} is no token")),
            }
        }
        for needed in ["Action", "Active", "Dir", "Name"] {
            if !once.contains(&needed) {
                return Err(format!("no {needed}"));
            }
        }
        Ok(rule)
    }
}

// ---- Conversions ----

struct Converted {
    rows: Vec<Row>,
    rules: Vec<WinRule>,
    /// Directions whose default blocks.
    blocked: Vec<bool>,
    files: BTreeMap<String, Vec<u8>>,
}

fn converted(policy: &Policy, route: &str, options: &Options) -> Converted {
    let conversion = convert(policy, vendor::find(route).unwrap(), options);
    let files: BTreeMap<String, Vec<u8>> =
        conversion.artefacts.iter().map(|a| (a.name.to_string(), a.bytes.clone())).collect();
    let (mut rules, mut blocked) = (Vec::new(), Vec::new());
    match route {
        "windows-firewall/powershell" => {
            if let Some(bytes) = files.get("Set-CrosswalkFirewall.ps1") {
                let (found, defaults) = script::rules(bytes);
                rules = found;
                blocked = defaults.iter().map(|d| d == "DefaultInboundAction").collect();
            }
        }
        "windows-firewall/graph" => {
            let mut names: Vec<_> = files.keys().filter(|n| n.contains("rules")).collect();
            names.sort_by_key(|n| (n.len(), n.to_string()));
            for name in names {
                rules.extend(graph_rules(&serde_json::from_slice(&files[name]).unwrap()));
            }
            if let Some(bytes) = files.get("windows-firewall-defaults.intune.json") {
                let text = String::from_utf8(bytes.clone()).unwrap();
                for (way, inbound) in [("inbound", true), ("outbound", false)] {
                    let times = text.matches(&format!("profile_default{way}action_1\"")).count();
                    assert!(times == 0 || times == 3);
                    if times == 3 {
                        blocked.push(inbound);
                    }
                }
            }
        }
        _ => {
            if let Some(bytes) = files.get("windows-firewall.pol") {
                let values = policy_file::pol(bytes);
                assert_eq!(values, policy_file::lgpo(&files["windows-firewall.lgpo.txt"]));
                assert_eq!(values, policy_file::reg(&files["windows-firewall.reg"]));
                const KEY: &str = "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall";
                assert_eq!(values[0], (KEY.into(), "PolicyVersion".into(), "dword:538".into()));
                for (key, name, data) in &values[1..] {
                    if *key == format!("{KEY}\\FirewallRules") {
                        rules.push(policy_file::rule(name, data).unwrap_or_else(|e| panic!("{e}: {data}")));
                    } else {
                        assert_eq!(data, "dword:1");
                        if *key == format!("{KEY}\\PublicProfile") {
                            blocked.push(name == "DefaultInboundAction");
                        }
                    }
                }
            }
        }
    }
    Converted { rows: conversion.rows, rules, blocked, files }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Result_ {
    Blocked,
    Allowed,
    Default,
}

fn windows(rules: &[WinRule], packet: &Packet) -> Result_ {
    let mut result = Result_::Default;
    for rule in rules.iter().filter(|r| r.takes(packet)) {
        if rule.block {
            return Result_::Blocked;
        }
        result = Result_::Allowed;
    }
    result
}

/// Why what was written is not what the ledger says, for one packet.
fn judge(policy: &Policy, rows: &[Row], rules: &[WinRule], packet: &Packet) -> Result<(), String> {
    let result = windows(rules, packet);
    let mut doubt = false;
    let mut may_be_blocked = false;
    for at in ordered(policy) {
        let item = &policy.items[at];
        let (found, action) = match &item.kind {
            Kind::FirewallRule(rule) if item.state == State::Active => {
                (matches(rule, packet), Some(rule.action))
            }
            _ => (Match::Maybe, None),
        };
        let row = &rows[at];
        match found {
            Match::No => continue,
            Match::Maybe => {
                // A row that is said to be dead decides nothing.
                if row.fate == Fate::Covered {
                    return Err(format!("{packet:?}: row {} is covered and may decide it", row.id));
                }
                doubt = true;
                may_be_blocked |= action != Some(RuleAction::Allow);
                continue;
            }
            Match::Yes => {}
        }
        let fate = row.fate;
        if fate == Fate::Covered {
            return Err(format!("{packet:?}: row {} is covered and decides it", row.id));
        }
        let allowed = result == Result_::Allowed;
        return match action {
            Some(RuleAction::Block) | Some(RuleAction::ByApplication) | None if allowed => {
                Err(format!("{packet:?}: row {} does not allow it, and Windows does", row.id))
            }
            Some(RuleAction::Allow) if allowed && may_be_blocked => {
                Err(format!("{packet:?}: a row before {} may block it, and Windows allows it", row.id))
            }
            Some(RuleAction::Block)
                if [Fate::Exact, Fate::Stricter].contains(&fate) && result != Result_::Blocked =>
            {
                Err(format!("{packet:?}: row {} is {} and Windows does not block it", row.id, fate.word()))
            }
            Some(RuleAction::Allow) if fate == Fate::Exact && !doubt && !allowed => {
                Err(format!("{packet:?}: row {} is exact and Windows does not allow it: {result:?}", row.id))
            }
            _ => Ok(()),
        };
    }
    if may_be_blocked && result == Result_::Allowed {
        return Err(format!("{packet:?}: a row may block it, none allows it, and Windows does"));
    }
    if !doubt && result != Result_::Default {
        return Err(format!("{packet:?}: no row is for it, and Windows says {result:?}"));
    }
    Ok(())
}

// ---- Chance ----

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 20) % sides as u64) as usize
    }
    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())].clone()
    }
}

const PORTS: &[&str] = &["Any", "Any", "80", "443", "80,443", "79-443", "0-1023", "1024-65535", "443-444"];
const PLACES: &[&str] = &[
    "Any",
    "Any",
    "Any",
    "10.0.0.0/8",
    "10.0.0.1",
    "10.0.0.1-10.0.1.9",
    "0.0.0.0/0",
    "2001:db8::/32",
    "10.1.0.0/16,2001:db8::1",
];
const PROGRAMS: [&str; 3] = ["C:\\Apps\\one.exe", "C:\\Apps\\two.exe", "C:\\Windows\\three.exe"];

fn random_rule(dice: &mut Dice, odd: bool) -> FirewallRule {
    let action = if odd && dice.roll(25) == 0 {
        RuleAction::ByApplication
    } else {
        dice.of(&[RuleAction::Allow, RuleAction::Block])
    };
    let protocol = dice.of(&["TCP", "TCP", "TCP", "UDP", "Any", "ICMP", "ICMPv6", "47", "SCTP"]);
    let mut rule = blank(action, protocol);
    rule.direction = Direction {
        packets: odd && dice.roll(30) == 0,
        ..dice.of(&[Direction::BOTH, block("Any").direction, block("Any").out().direction])
    };
    if rule.protocol.has_ports() || (odd && dice.roll(40) == 0) {
        rule.local_ports = dice.of(PORTS).parse().unwrap();
        if dice.roll(3) == 0 {
            rule.remote_ports = dice.of(PORTS).parse().unwrap();
        }
    }
    if protocol.starts_with("ICMP") {
        rule.icmp_type = dice.of(&[None, Some(8), Some(3)]);
        rule.icmp_code = dice
            .of(&[None, None, Some(0), Some(1)])
            .filter(|_| rule.icmp_type.is_some() || dice.roll(4) == 0);
    }
    rule.remote = dice.of(PLACES).parse().unwrap();
    if dice.roll(6) == 0 {
        rule.local = dice.of(PLACES).parse().unwrap();
    }
    if odd && dice.roll(20) == 0 {
        rule.remote = Addresses::Zone("trusted networks".to_owned());
    }
    if dice.roll(4) == 0 {
        let path = if odd && dice.roll(6) == 0 { "C:\\Apps\\*.exe" } else { dice.of(&PROGRAMS[..2]) };
        rule = rule.program(path);
    }
    rule
}

fn random_policy(dice: &mut Dice, odd: bool) -> Policy {
    let count = 1 + dice.roll(7);
    let mut items = Vec::new();
    for order in 0..count {
        let rule = FirewallRule { order, name: format!("r{order}"), ..random_rule(dice, odd) };
        let by_hand = || State::ByHand { code: "CW1034", reason: "x".to_owned() };
        items.push(match dice.roll(if odd { 24 } else { 1 }) {
            1 => (Kind::RuleNotRead(RulePlace { list: 0, order: Some(order) }), by_hand()),
            2 => (Kind::FirewallRule(rule), by_hand()),
            3 => (Kind::FirewallRule(rule), State::Inactive("off".to_owned())),
            4 if dice.roll(3) == 0 => (Kind::RuleNotRead(RulePlace { list: 0, order: None }), by_hand()),
            _ => (Kind::FirewallRule(rule), State::Active),
        });
    }
    // The document need not have the order of the list.
    if dice.roll(3) == 0 {
        items.reverse();
    }
    policy(items)
}

fn random_packet(dice: &mut Dice) -> Packet {
    let protocol = dice.of(&[6u8, 6, 6, 17, 1, 58, 47, 132, 200]);
    let (here, there) = match protocol {
        1 | 58 => (dice.of(&[8u16, 3, 0, 255]), dice.of(&[0u16, 1, 2])),
        6 | 17 | 132 => {
            let ports = [0u16, 79, 80, 81, 443, 444, 445, 1023, 1024, 65535];
            (dice.of(&ports), dice.of(&ports))
        }
        _ => (0, 0),
    };
    let six = dice.roll(3) == 0;
    let places: &[&str] = if six {
        &["2001:db8::1", "2001:db8:0:1::", "2001:db7::9", "::"]
    } else {
        &[
            "10.0.0.1",
            "10.0.0.0",
            "10.0.1.9",
            "10.0.1.10",
            "10.1.2.3",
            "10.255.255.255",
            "11.0.0.0",
            "192.0.2.7",
            "255.255.255.255",
        ]
    };
    Packet {
        inbound: dice.roll(2) == 0,
        protocol,
        here,
        there,
        local: dice.of(places).parse().unwrap(),
        remote: dice.of(places).parse().unwrap(),
        program: dice.of(&PROGRAMS),
    }
}

fn lists() -> usize {
    std::env::var("FIREWALL_LISTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1500)
}

#[test]
fn random_lists_packet_by_packet() {
    let mut dice = Dice(20260302);
    let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
    let accepted = common::accept_all(Options::default());
    let mut written = 0;
    for round in 0..lists() {
        let policy = random_policy(&mut dice, round % 3 != 0);
        let options = if round % 5 == 0 { accepted.clone() } else { Options::default() };
        let done = converted(&policy, ROUTES[0], &options);
        written += done.rules.len();
        for row in &done.rows {
            *fates.entry(row.fate.word()).or_default() += 1;
            assert!(row.fate != Fate::Stricter || row.example.is_some());
        }
        assert!(done.rules.iter().all(WinRule::is_sound), "{:?}", done.rules);
        for _ in 0..400 {
            let packet = random_packet(&mut dice);
            if let Err(why) = judge(&policy, &done.rows, &done.rules, &packet) {
                panic!("list {round}: {why}\n{:#?}\n{:#?}", policy.items, done.rules);
            }
        }
    }
    println!("{written} rules of Windows, {fates:?}");
    for fate in ["exact", "stricter", "looser", "covered", "by-hand"] {
        assert!(fates.get(fate).is_some_and(|n| *n > 20), "{fate} is rare: {fates:?}");
    }
}

#[test]
fn the_three_carriers_hold_the_same_rules() {
    let mut dice = Dice(99);
    let accepted = common::accept_all(Options::default());
    for _ in 0..200 {
        let policy = random_policy(&mut dice, true);
        let all = ROUTES.map(|route| converted(&policy, route, &accepted));
        let [script, graph, gpo] = &all;
        assert_eq!(script.rules, gpo.rules);
        // Graph has no identifiers.
        let nameless: Vec<WinRule> =
            script.rules.iter().map(|r| WinRule { id: String::new(), ..r.clone() }).collect();
        assert_eq!(nameless, graph.rules);
        let sorted = |b: &[bool]| {
            let mut b = b.to_vec();
            b.sort_unstable();
            b
        };
        assert_eq!(sorted(&script.blocked), sorted(&graph.blocked));
        assert_eq!(sorted(&script.blocked), sorted(&gpo.blocked));
        for other in [graph, gpo] {
            let told =
                |c: &Converted| c.rows.iter().map(|r| (r.fate, r.code, r.reason.clone())).collect::<Vec<_>>();
            assert_eq!(told(script), told(other));
        }
        let mut ids: Vec<&str> = gpo.rules.iter().map(|r| r.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), gpo.rules.len());
    }
}

#[test]
fn the_judge_can_say_no() {
    let mut dice = Dice(5);
    let mut seen = [0usize; 3];
    let mut tried = 0;
    for _ in 0..300 {
        let policy = random_policy(&mut dice, false);
        let done = converted(&policy, ROUTES[0], &Options::default());
        let Some(at) = done.rules.iter().position(|r| r.block) else { continue };
        tried += 1;
        let packets: Vec<Packet> = (0..800).map(|_| random_packet(&mut dice)).collect();
        let bad = |rules: &[WinRule]| packets.iter().any(|p| judge(&policy, &done.rows, rules, p).is_err());
        let mut gone = done.rules.clone();
        gone.remove(at);
        let mut turned = done.rules.clone();
        turned[at].block = false;
        let mut wide = done.rules.clone();
        wide[at] = WinRule { block: true, inbound: wide[at].inbound, ..WinRule::default() };
        for (n, rules) in [gone, turned, wide].iter().enumerate() {
            seen[n] += usize::from(bad(rules));
        }
    }
    println!(
        "{tried} lists, noticed: a block rule gone {}, turned {}, widened {}",
        seen[0], seen[1], seen[2]
    );
    assert!(tried > 100 && seen.iter().all(|n| *n * 10 > tried * 6), "{seen:?} of {tried}");
}

// ---- Single cases ----

fn fates(policy: &Policy) -> Vec<(Fate, usize)> {
    let done = converted(policy, ROUTES[0], &Options::default());
    done.rows.iter().map(|r| (r.fate, r.written.len())).collect()
}

#[test]
fn an_allow_inside_a_block() {
    let policy = list(vec![
        allow("TCP").local_port("443").remote("192.0.2.0/24"),
        block("TCP").local_port("443"),
        block("TCP").local_port("443").remote("192.0.2.1"),
    ]);
    assert_eq!(fates(&policy), [(Fate::Exact, 1), (Fate::Exact, 1), (Fate::Covered, 0)]);
    let done = converted(&policy, ROUTES[0], &Options::default());
    assert_eq!(done.rules[1].remote.len(), 3, "two ranges of IPv4 and all of IPv6");
    assert!(done.rows[2].reason.contains("rows 1 and 2"), "{}", done.rows[2].reason);
}

#[test]
fn a_block_of_everything_is_offered_only() {
    let policy = list(vec![allow("TCP").local_port("443"), block("Any"), allow("TCP").local_port("80")]);
    assert_eq!(fates(&policy), [(Fate::Exact, 1), (Fate::Looser, 0), (Fate::Covered, 0)]);
    let accepted = common::accept_all(Options::default());
    for route in ROUTES {
        let done = converted(&policy, route, &accepted);
        assert_eq!((done.rules.len(), done.blocked.as_slice()), (1, &[true][..]), "{route}");
    }
    // Where it can be said, it is: everything but one net.
    let policy = list(vec![allow("Any").remote("10.0.0.0/8"), block("Any")]);
    assert_eq!(fates(&policy), [(Fate::Exact, 1), (Fate::Exact, 1)]);
    // Nothing before it: one rule.
    assert_eq!(fates(&list(vec![block("Any").both()])), [(Fate::Exact, 2)]);
}

#[test]
fn a_program_cannot_be_taken_out() {
    let policy = list(vec![allow("TCP").out().program("C:\\App\\a.exe"), block("TCP").out()]);
    assert_eq!(fates(&policy), [(Fate::Exact, 1), (Fate::ByHand, 0)]);
    let policy = list(vec![
        allow("TCP").out().program("C:\\App\\a.exe"),
        block("TCP").out().program("c:\\app\\A.EXE"),
        block("UDP").out().program("C:\\App\\b.exe"),
    ]);
    assert_eq!(fates(&policy), [(Fate::Exact, 1), (Fate::Covered, 0), (Fate::Exact, 1)]);
    for path in [
        "C:\\App\\*.exe",
        "%ProgramFiles%\\a.exe",
        "a.exe",
        "C:\\PROGRA~1\\a.exe",
        "\\\\srv\\a.exe",
        "C:\\a.exe\\",
        "C:/a.exe",
    ] {
        assert_eq!(fates(&list(vec![block("TCP").program(path)])), [(Fate::ByHand, 0)], "{path}");
    }
}

#[test]
fn what_is_not_read_counts_against_the_rules_behind_it() {
    let by_hand = State::ByHand { code: "CW1034", reason: "x".to_owned() };
    let rules =
        |order, rule: FirewallRule| (Kind::FirewallRule(FirewallRule { order, ..rule }), State::Active);
    let unread = |order| (Kind::RuleNotRead(RulePlace { list: 0, order }), by_hand.clone());
    let fates_of =
        |items: Vec<(Kind, State)>| fates(&policy(items)).iter().map(|(f, _)| *f).collect::<Vec<_>>();
    // Behind: nothing changes.
    assert_eq!(fates_of(vec![rules(0, allow("TCP")), unread(Some(1))]), [Fate::Exact, Fate::ByHand]);
    // Before: the allow may be decided, the block is written whole.
    assert_eq!(
        fates_of(vec![unread(Some(0)), rules(1, allow("TCP")), rules(2, block("UDP"))]),
        [Fate::ByHand, Fate::ByHand, Fate::Stricter]
    );
    // Nobody knows where: before everything.
    assert_eq!(fates_of(vec![rules(0, allow("TCP")), unread(None)]), [Fate::ByHand, Fate::ByHand]);
    // Switched off: it does not count.
    let off = (Kind::RuleNotRead(RulePlace { list: 0, order: Some(0) }), State::Inactive("off".to_owned()));
    assert_eq!(fates_of(vec![off, rules(1, allow("TCP"))]), [Fate::Inactive, Fate::Exact]);
}

#[test]
fn several_lists_have_no_order() {
    let of =
        |list: u32, rule: FirewallRule| (Kind::FirewallRule(FirewallRule { list, ..rule }), State::Active);
    let two = policy(vec![
        of(0, allow("TCP").local_port("443")),
        of(1, block("TCP").local_port("443")),
        of(1, block("UDP")),
        of(0, block("UDP")),
    ]);
    assert_eq!(
        fates(&two).iter().map(|(f, _)| *f).collect::<Vec<_>>(),
        [Fate::ByHand, Fate::ByHand, Fate::Exact, Fate::Exact]
    );
    let conversion = convert(&two, vendor::find(ROUTES[0]).unwrap(), &Options::default());
    assert!(conversion.findings.iter().any(|f| f.code == "CW0212"));
}

#[test]
fn default_actions() {
    let default = |inbound: bool, packets: bool, allow: bool| {
        let direction = Direction { inbound, outbound: !inbound, packets };
        let meaning = Meaning::FirewallDefault(Some(FirewallDefault { direction, allow }));
        (Kind::Setting { task: None, meaning }, State::Active)
    };
    let policy = policy(vec![
        default(true, false, false),
        default(true, false, true),
        default(true, true, false),
        default(false, false, false),
    ]);
    let plain = converted(&policy, ROUTES[2], &Options::default());
    let fates: Vec<Fate> = plain.rows.iter().map(|r| r.fate).collect();
    assert_eq!(fates, [Fate::Looser, Fate::Covered, Fate::ByHand, Fate::Looser]);
    let accepted = common::accept_all(Options::default());
    for route in ROUTES {
        let done = converted(&policy, route, &accepted);
        assert_eq!(done.blocked.len(), 2, "{route}");
        let all: String = done.files.values().map(|b| common::decoded(b)).collect();
        assert!(!all.contains("DefaultInboundAction = 'Allow'"));
    }
}

/// Names that try to get out of where they stand.
const WORST: &[&str] = &[
    "",
    "'; Remove-Item C:\\ -Recurse; '",
    "\u{2019}; Remove-Item \u{2018}",
    "$(Remove-Item C:\\)",
    "a/b|Action=Allow|c",
    "`r`n",
    "two\nlines\u{2028}three\u{85}",
    "# crosswalk:rules",
    "@{ Action = 'Allow' }",
    "\"]}",
    "#>",
    "   ",
    "\u{202E}gnp.exe",
    "\u{FEFF}x\u{FFFE}",
    "\u{1F525} w\u{E4}ll",
    "{firewallrulename}",
    "%SystemRoot%",
    "@FirewallAPI.dll,-28502",
];

#[test]
fn names_get_nowhere() {
    let long = "x".repeat(4000);
    let names = || WORST.iter().copied().chain([long.as_str()]).enumerate();
    let rules =
        || names().map(|(n, name)| block("TCP").local_port(&n.to_string()).named(name)).collect::<Vec<_>>();
    let policy = list(rules());
    let all = ROUTES.map(|route| converted(&policy, route, &Options::default()));
    for done in &all {
        assert_eq!(done.rules.len(), WORST.len() + 1);
        let mut titles: Vec<&str> = done.rules.iter().map(|r| r.title.as_str()).collect();
        for (rule, name) in done.rules.iter().zip(rules()) {
            assert!(rule.block && rule.protocol == Some(6), "{rule:?}");
            assert!(
                rule.title.starts_with("Crosswalk ") && !rule.title.contains(['/', '|']),
                "{}",
                rule.title
            );
            assert!(rule.title.chars().count() < 120 && !rule.title.chars().any(char::is_control));
            if !rule.description.is_empty() {
                assert_eq!(rule.description, format!("Name in the source: {}", name.name));
            }
        }
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), done.rules.len());
    }
    // Everything of the script but the data is constant.
    let bare = converted(&list(vec![block("TCP")]), ROUTES[0], &Options::default());
    let source = |c: &Converted| String::from_utf8(c.files["Set-CrosswalkFirewall.ps1"].clone()).unwrap();
    let (full, bare) = (source(&all[0]), source(&bare));
    for kind in ["command", "variable", "comment", "expandable_string_literal"] {
        let of = |text: &str| -> Vec<String> {
            let tree = script::parse(text.trim_start_matches('\u{FEFF}'));
            let text = text.trim_start_matches('\u{FEFF}');
            script::nodes(tree.root_node(), kind)
                .into_iter()
                .map(|n| script::text(n, text).to_owned())
                .collect()
        };
        assert_eq!(of(&full), of(&bare), "{kind}");
    }
    assert!(!full.replace("\r\n", "").contains(['\r', '\n']));
}

#[test]
fn the_script_keeps_to_the_reference() {
    let Some(folder) = common::shared("conformance/defender/powershell") else { return };
    let table = std::fs::read_to_string(folder.join("parameters.tsv")).unwrap();
    let known: Vec<Vec<&str>> = table.lines().map(|l| l.split('\t').collect()).collect();
    let has = |command: &str, parameter: &str| {
        known.iter().any(|r| r[0] == command && r[1] == format!("-{parameter}"))
    };
    for name in [
        "Name",
        "DisplayName",
        "Description",
        "Direction",
        "Action",
        "Protocol",
        "LocalPort",
        "RemotePort",
        "IcmpType",
        "LocalAddress",
        "RemoteAddress",
        "Program",
        "Group",
        "Enabled",
        "Profile",
        "PolicyStore",
    ] {
        assert!(has("New-NetFirewallRule", name), "{name}");
    }
    let done = converted(&list(vec![block("TCP")]), ROUTES[0], &Options::default());
    let text = String::from_utf8(done.files["Set-CrosswalkFirewall.ps1"].clone()).unwrap();
    let text = text.trim_start_matches('\u{FEFF}');
    let tree = script::parse(text);
    assert!(!tree.root_node().has_error());
    let mut commands = Vec::new();
    for node in script::nodes(tree.root_node(), "command") {
        let name = script::nodes(node, "command_name").first().map(|n| script::text(*n, text)).unwrap_or("");
        commands.push(name.to_owned());
        if !["New-NetFirewallRule", "Set-NetFirewallProfile"].contains(&name) {
            continue;
        }
        for parameter in script::nodes(node, "command_parameter") {
            let parameter = script::text(parameter, text).trim_start_matches('-');
            assert!(has(name, parameter) || parameter == "ErrorAction", "{name} -{parameter}");
        }
    }
    commands.sort();
    commands.dedup();
    // What changes something: nothing but these.
    let changing: Vec<&String> = commands
        .iter()
        .filter(|c| ["New-", "Set-", "Remove-", "Add-", "Invoke-"].iter().any(|verb| c.starts_with(verb)))
        .collect();
    assert_eq!(
        changing,
        [
            "Add-Rule",
            "Invoke-Apply",
            "Invoke-Undo",
            "Invoke-Verify",
            "New-NetFirewallRule",
            "Remove-NetFirewallRule",
            "Set-DefaultAction",
            "Set-NetFirewallProfile",
            "Set-StrictMode"
        ]
    );
    // A script with a fault is noticed.
    assert!(script::parse(&text.replacen("$Rules = @(", "$Rules = @(((", 1)).root_node().has_error());
}

/// Keys at every depth, values of `@odata.type`, with what is in lists merged.
fn shape(value: &Value, path: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{path}.{key}");
                if key == "@odata.type" {
                    out.push(format!("{path}={value}"));
                }
                out.push(path.clone());
                shape(value, &path, out);
            }
        }
        Value::Array(all) => all.iter().for_each(|v| shape(v, path, out)),
        _ => {}
    }
}

#[test]
fn bodies_have_the_shape_of_the_sample() {
    let Some(folder) = common::shared("conformance/defender/intune") else { return };
    let sample: Value =
        serde_json::from_slice(&std::fs::read(folder.join("graph_post_firewall_rules.json")).unwrap())
            .unwrap();
    let policy = list(vec![
        FirewallRule { icmp_type: Some(8), ..allow("ICMP") },
        allow("TCP").local_port("443").program("C:\\App\\a.exe").remote("10.0.0.0/8"),
    ]);
    let done = converted(&policy, ROUTES[1], &Options::default());
    let body: Value = serde_json::from_slice(&done.files["windows-firewall-rules.graph.json"]).unwrap();
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    shape(&sample, "", &mut theirs);
    shape(&body, "", &mut ours);
    for key in &theirs {
        assert!(ours.contains(key), "{key} is missing");
    }
    assert_eq!(body["templateReference"]["templateId"], sample["templateReference"]["templateId"]);
    for key in ["platforms", "technologies", "roleScopeTagIds"] {
        assert_eq!(body[key], sample[key]);
    }
    // Ids of the table, on the first rule; a setting without a known id has none.
    let table = std::fs::read_to_string(folder.join("firewall_rule_setting_ids.tsv")).unwrap();
    let groups = body["settings"][0]["settingInstance"]["groupSettingCollectionValue"].as_array().unwrap();
    for (n, group) in groups.iter().enumerate() {
        for child in group["children"].as_array().unwrap() {
            let suffix = child["settingDefinitionId"].as_str().unwrap().strip_prefix(GROUP).unwrap();
            let row: Vec<&str> =
                table.lines().map(|l| l.split('\t').collect::<Vec<_>>()).find(|r| r[0] == suffix).unwrap();
            let reference = &child["settingInstanceTemplateReference"];
            if n == 0 && suffix != "_icmptypesandcodes" {
                assert_eq!(reference["settingInstanceTemplateId"], row[2], "{suffix}");
            } else {
                assert!(reference.is_null(), "{suffix}");
            }
            for value in [&child["choiceSettingValue"], &child["simpleSettingValue"]] {
                if value.is_object() {
                    let id = &value["settingValueTemplateReference"]["settingValueTemplateId"];
                    if n == 0 { assert_eq!(id, row[3], "{suffix}") } else { assert!(id.is_null()) }
                }
            }
        }
    }
}

#[test]
fn default_actions_have_the_shape_of_real_exports() {
    let Some(folder) = common::shared("conformance/defender/intune") else { return };
    let real = std::fs::read(folder.join("ennbee/CIS_L1_Firewall_Windows_11_Intune_3.0.1.json")).unwrap();
    let real: Value = serde_json::from_slice(real.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&real)).unwrap();
    let policy = list(vec![allow("TCP").local_port("443").both(), block("Any").both()]);
    let done = converted(&policy, ROUTES[1], &common::accept_all(Options::default()));
    let ours: Value = serde_json::from_slice(&done.files["windows-firewall-defaults.intune.json"]).unwrap();
    let settings = ours["settings"].as_array().unwrap();
    assert_eq!(settings.len(), 3);
    for setting in settings {
        let ours = &setting["settingInstance"];
        let id = |i: &Value| i["settingDefinitionId"].clone();
        let real = real["settings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| &s["settingInstance"])
            .find(|i| id(i) == id(ours));
        let real = real.unwrap();
        assert_eq!(real["choiceSettingValue"]["value"], ours["choiceSettingValue"]["value"]);
        for child in ours["choiceSettingValue"]["children"].as_array().unwrap() {
            let theirs = real["choiceSettingValue"]["children"]
                .as_array()
                .unwrap()
                .iter()
                .find(|i| id(i) == id(child))
                .unwrap();
            let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            let wanted: Vec<String> =
                keys(theirs).into_iter().filter(|k| k != "auditRuleInformation").collect();
            assert_eq!(keys(child), wanted);
        }
    }
}

#[test]
fn texts_of_rules_keep_to_the_grammar() {
    let Some(folder) = common::shared("conformance/defender/gpo") else { return };
    let abnf = std::fs::read_to_string(folder.join("ms-gpfas_2.2.2.19_excerpt.abnf")).unwrap();
    let tokens: Vec<&str> = abnf
        .lines()
        .filter(|l| l.starts_with("TYPE-VALUE"))
        .map(|l| l.split('"').nth(1).unwrap().trim_end_matches('='))
        .collect();
    assert!(tokens.len() > 20);
    let mut dice = Dice(3);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..300 {
        let done = converted(&random_policy(&mut dice, false), ROUTES[2], &Options::default());
        let Some(bytes) = done.files.get("windows-firewall.pol") else { continue };
        for (key, _, text) in
            policy_file::pol(bytes).iter().filter(|(key, ..)| key.ends_with("FirewallRules"))
        {
            assert!(key.starts_with("SOFTWARE\\Policies\\"));
            for field in text.trim_end_matches('|').split('|').skip(1) {
                let token = field.split('=').next().unwrap().to_owned();
                assert!(tokens.contains(&token.as_str()), "{token}");
                seen.insert(token);
            }
        }
    }
    for token in ["LPort", "LPort2_10", "RPort2_10", "LA4", "RA4", "RA6", "ICMP4", "ICMP6", "App"] {
        assert!(seen.contains(token), "{token} was never written: {seen:?}");
    }
    // The parser can say no.
    for bad in [
        "v2.10|Action=Block|Active=TRUE|Dir=In|Name=x",
        "v2.10|Action=Deny|Active=TRUE|Dir=In|Name=x|",
        "v2.10|Action=Block|Active=TRUE|Dir=In|Name=a|b|",
        "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=80-90|Name=x|",
        "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=1|ICMP4=8|Name=x|",
        "v2.10|Action=Block|Active=TRUE|Dir=In|RA4=2001:db8::1-2001:db8::2|Name=x|",
        "v2.10|Action=Block|Active=TRUE|Dir=In|TTK=1|Name=x|",
    ] {
        assert!(policy_file::rule("{x}", bad).is_err(), "{bad}");
    }
}

#[test]
fn more_than_a_hundred_rules() {
    let rules: Vec<FirewallRule> = (1..=250).map(|port| allow("TCP").local_port(&port.to_string())).collect();
    let done = converted(&list(rules), ROUTES[1], &Options::default());
    let names: Vec<&String> = done.files.keys().collect();
    assert_eq!(
        names,
        [
            "windows-firewall-rules-2.graph.json",
            "windows-firewall-rules-3.graph.json",
            "windows-firewall-rules.graph.json"
        ]
    );
    assert_eq!(done.rules.len(), 250);
    assert_eq!(done.rows[249].written[0].file, "windows-firewall-rules-3.graph.json");
}

#[test]
fn long_lists_take_no_time() {
    let start = std::time::Instant::now();
    for (count, written) in [(1900, true), (60_000, false)] {
        let rules = (0..count).map(|n| {
            let rule = if n % 2 == 0 { allow("Any") } else { block("Any") };
            rule.both().remote(&format!("10.{}.{}.0/24", n / 256 % 256, n % 256))
        });
        let done = converted(&list(rules.collect()), ROUTES[2], &Options::default());
        assert_eq!(!done.rules.is_empty(), written, "{count}");
    }
    println!("{:?}", start.elapsed());
    assert!(start.elapsed().as_secs() < 60);
}

/// Policies of KESL read packet rules without anybody confirming columns, so they make a test bed for the order of the list.
#[test]
fn packet_rules_of_linux_policies_as_a_test_bed() {
    let given = common::fixtures().into_iter().find(|g| g.label.starts_with("kesl-branch-office/")).unwrap();
    let text = String::from_utf8(given.bytes).unwrap();
    const SECTION: &str = "[MonitoringTask.item_0001.Settings.PacketRules.item_0000]";
    let (before, rest) = text.split_once(SECTION).unwrap();
    let after = &rest[rest.find("\n[").unwrap()..];
    let mut dice = Dice(77);
    let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..60 {
        let mut rules = String::new();
        let mut numbers: Vec<usize> = (0..6).collect();
        if dice.roll(2) == 0 {
            numbers.reverse();
        }
        for number in numbers {
            let protocol = dice.of(&["TCP", "TCP", "UDP", "Any", "ICMP", "nonsense"]);
            rules.push_str(&SECTION.replace("0000", &format!("{number:04}")));
            rules.push_str(&format!("\nName=r{number}\nFirewallAction={}\n", dice.of(&["Allow", "Block"])));
            rules.push_str(&format!("Protocol={protocol}\nRemotePorts=Any\n"));
            let ports = if ["TCP", "UDP"].contains(&protocol) {
                dice.of(&["Any", "80", "80,443", "443"])
            } else {
                "Any"
            };
            rules.push_str(&format!("LocalPorts={ports}\n"));
            let way = dice.of(&["Incoming", "Outgoing", "IncomingOutgoing", "In", "IncomingPacket"]);
            rules.push_str(&format!(
                "Direction={way}\nRemoteAddress={}\n\n",
                dice.of(&["Any", "10.0.0.0/8", "10.0.0.1", "Trusted"])
            ));
        }
        let text = format!("{before}{rules}{after}");
        let reading = common::reading("input.ini", text.as_bytes()).unwrap();
        let mut policy = crosswalk::interpret(&[&reading], &Options::default().answers);
        assert_eq!(ordered(&policy).len(), 6, "{text}");
        policy.platform = Platform::Windows;
        let done = converted(&policy, ROUTES[2], &Options::default());
        for at in ordered(&policy) {
            *fates.entry(done.rows[at].fate.word()).or_default() += 1;
        }
        for _ in 0..400 {
            let packet = random_packet(&mut dice);
            judge(&policy, &done.rows, &done.rules, &packet).unwrap_or_else(|why| panic!("{why}\n{rules}"));
        }
    }
    println!("{fates:?}");
    for fate in ["exact", "stricter", "covered", "by-hand"] {
        assert!(fates.get(fate).is_some_and(|n| *n > 5), "{fate} is rare: {fates:?}");
    }
}
