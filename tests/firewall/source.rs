//! Packet rules as the input's text has them: sections of KESL, and lists with confirmed columns. What is not understood
//! stays open, so that such a rule may match whatever its other values let it match.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::Packet;
use crate::readers::rules::address;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Allow,
    Block,
    /// Something else decides, or nobody knows.
    Open,
}

/// A value, or that it was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<T> {
    Any,
    Is(T),
    Open,
}

#[derive(Clone, Debug)]
pub struct Rule {
    /// A leaf of it, as a ledger names it.
    pub key: String,
    /// `None`: it may stand anywhere.
    pub order: Option<u64>,
    pub act: Act,
    /// In, out.
    pub ways: Told<(bool, bool)>,
    pub protocol: Told<u8>,
    pub icmp_type: Told<u8>,
    pub icmp_code: Told<u8>,
    pub local_ports: Told<Vec<(u16, u16)>>,
    pub remote_ports: Told<Vec<(u16, u16)>>,
    pub local: Told<Vec<(IpAddr, IpAddr)>>,
    pub remote: Told<Vec<(IpAddr, IpAddr)>>,
    pub program: Told<String>,
    /// Something in it may narrow it, or it may be off.
    pub open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    No,
    May,
    Must,
}

fn told<T>(value: &Told<T>, fits: impl Fn(&T) -> bool) -> Match {
    match value {
        Told::Any => Match::Must,
        Told::Is(value) if fits(value) => Match::Must,
        Told::Is(_) => Match::No,
        Told::Open => Match::May,
    }
}

impl Rule {
    /// Values that do not belong to the protocol may be left aside by the product, or not.
    fn settled(mut self) -> Self {
        if !matches!(self.protocol, Told::Is(6 | 17)) {
            for ports in [&mut self.local_ports, &mut self.remote_ports] {
                if *ports != Told::Any {
                    *ports = Told::Open;
                }
            }
        }
        if !matches!(self.protocol, Told::Is(1 | 58)) {
            for number in [&mut self.icmp_type, &mut self.icmp_code] {
                if *number != Told::Any {
                    *number = Told::Open;
                }
            }
        }
        self
    }

    pub fn matches(&self, packet: &Packet) -> Match {
        let ports = |ranges: &Told<Vec<(u16, u16)>>, port: u16| {
            told(ranges, |all| packet.has_ports() && all.iter().any(|(a, b)| (*a..=*b).contains(&port)))
        };
        let addresses = |ranges: &Told<Vec<(IpAddr, IpAddr)>>, ip: IpAddr| {
            told(ranges, |all| {
                all.iter().any(|(a, b)| a.is_ipv4() == ip.is_ipv4() && (*a..=*b).contains(&ip))
            })
        };
        let is_icmp = matches!(packet.protocol, 1 | 58);
        let same = |a: &String| a.to_lowercase().replace('/', "\\") == packet.program.to_lowercase();
        let parts = [
            if self.open { Match::May } else { Match::Must },
            told(&self.ways, |(inbound, outbound)| if packet.inbound { *inbound } else { *outbound }),
            told(&self.protocol, |p| *p == packet.protocol),
            told(&self.icmp_type, |t| is_icmp && *t == packet.icmp.0),
            told(&self.icmp_code, |c| is_icmp && *c == packet.icmp.1),
            ports(&self.local_ports, packet.local_port),
            ports(&self.remote_ports, packet.remote_port),
            addresses(&self.local, packet.local),
            addresses(&self.remote, packet.remote),
            told(&self.program, same),
        ];
        *parts.iter().min().expect("parts")
    }
}

/// What the source may do with a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    pub allow: bool,
    pub block: bool,
    /// As something else decides.
    pub open: bool,
    /// No rule may be for it.
    pub unmatched: bool,
    /// The rule that surely decides, when nothing before it may.
    pub by: Option<usize>,
}

impl Fate {
    pub fn surely_allowed(&self) -> bool {
        self.allow && !self.block && !self.open && !self.unmatched
    }
    pub fn surely_blocked(&self) -> bool {
        self.block && !self.allow && !self.open && !self.unmatched
    }
}

/// First match decides; a rule that may match is followed both ways.
pub fn source(rules: &[Rule], packet: &Packet) -> Fate {
    let mut fate = Fate::default();
    let mut sure = true;
    let add = |fate: &mut Fate, act: Act| match act {
        Act::Allow => fate.allow = true,
        Act::Block => fate.block = true,
        Act::Open => fate.open = true,
    };
    // What may stand anywhere may stand first.
    for rule in rules.iter().filter(|r| r.order.is_none()) {
        if rule.matches(packet) != Match::No {
            add(&mut fate, rule.act);
            sure = false;
        }
    }
    let mut ordered: Vec<(usize, &Rule)> =
        rules.iter().enumerate().filter(|(_, r)| r.order.is_some()).collect();
    ordered.sort_by_key(|(_, r)| r.order);
    for (n, rule) in ordered {
        match rule.matches(packet) {
            Match::No => {}
            Match::May => {
                add(&mut fate, rule.act);
                sure = false;
            }
            Match::Must => {
                add(&mut fate, rule.act);
                fate.by = sure.then_some(n);
                return fate;
            }
        }
    }
    fate.unmatched = true;
    fate
}

// ---------------------------------------------------------------- values

const PROTOCOLS: [(&str, u8); 10] = [
    ("icmp", 1),
    ("icmpv4", 1),
    ("igmp", 2),
    ("tcp", 6),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("sctp", 132),
];

fn any(text: &str) -> bool {
    text.is_empty() || text == "*" || text.eq_ignore_ascii_case("any")
}

fn protocol(text: &str) -> Told<u8> {
    let lower = text.trim().to_lowercase();
    if any(&lower) {
        return Told::Any;
    }
    let named = PROTOCOLS.iter().find(|(name, _)| *name == lower).map(|(_, n)| *n);
    named.or_else(|| lower.parse().ok()).map_or(Told::Open, Told::Is)
}

fn number(text: &str) -> Told<u8> {
    if any(text.trim()) { Told::Any } else { text.trim().parse().map_or(Told::Open, Told::Is) }
}

fn several<T>(text: &str, one: impl Fn(&str) -> Option<T>) -> Told<Vec<T>> {
    if any(text.trim()) {
        return Told::Any;
    }
    let parts = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|p| !p.is_empty());
    parts.map(one).collect::<Option<Vec<T>>>().map_or(Told::Open, Told::Is)
}

fn ports(text: &str) -> Told<Vec<(u16, u16)>> {
    several(text, |part| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        (first <= last).then_some((first, last))
    })
}

fn addresses(text: &str) -> Told<Vec<(IpAddr, IpAddr)>> {
    several(text, |part| address(part).ok())
}

// ---------------------------------------------------------------- KESL

/// Values of one rule.
type Keys = Vec<(String, String)>;

/// Rules of the firewall task that runs; none when it is off.
pub fn kesl(text: &str) -> Vec<Rule> {
    let mut sections: BTreeMap<String, (Keys, bool)> = BTreeMap::new();
    let mut open = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(['#', ';'])) {
        if let Some(path) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            open = path.trim().to_owned();
            sections.entry(open.clone()).or_default();
            continue;
        }
        let section = sections.entry(open.clone()).or_default();
        match line.split_once('=') {
            Some((key, value)) => {
                let value = value.trim();
                let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
                section.0.push((key.trim().to_owned(), value.to_owned()));
            }
            None => section.1 = true,
        }
    }
    let mut out = Vec::new();
    for (path, (keys, broken)) in &sections {
        let Some((task, item)) = path.split_once(".Settings.PacketRules.") else { continue };
        let own = &sections[task].0;
        let of_task = |name: &str| own.iter().filter(|(k, _)| k == name).map(|(_, v)| v.as_str()).next_back();
        if of_task("Active").is_some_and(|a| a.eq_ignore_ascii_case("no")) {
            continue;
        }
        out.push(kesl_rule(path, item, keys, *broken));
    }
    out
}

fn kesl_rule(path: &str, item: &str, keys: &Keys, broken: bool) -> Rule {
    let one = |name: &str, absent: &str| {
        let mut found = keys.iter().filter(|(k, _)| k == name).map(|(_, v)| v.clone());
        let first = found.next().unwrap_or_else(|| absent.to_owned());
        if found.next().is_some() { None } else { Some(first) }
    };
    fn of<T>(text: Option<String>, read: impl Fn(&str) -> Told<T>) -> Told<T> {
        text.map_or(Told::Open, |t| read(&t))
    }
    let known = [
        "Name",
        "FirewallAction",
        "Protocol",
        "RemotePorts",
        "LocalPorts",
        "ICMPType",
        "ICMPCode",
        "Direction",
        "RemoteAddress",
        "LocalAddress",
        "LogAttempts",
    ];
    let mut names: Vec<&String> = keys.iter().map(|(k, _)| k).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    let act = match one("FirewallAction", "Allow").map(|a| a.to_lowercase()).as_deref() {
        Some("allow") => Act::Allow,
        Some("block") => Act::Block,
        _ => Act::Open,
    };
    let ways = of(one("Direction", "IncomingOutgoing"), |text| {
        let text = text.to_lowercase().replace("coming", "").replace("going", "").replace("packet", "");
        match text.as_str() {
            "inout" => Told::Is((true, true)),
            "in" => Told::Is((true, false)),
            "out" => Told::Is((false, true)),
            _ => Told::Open,
        }
    });
    Rule {
        key: format!("{path}."),
        order: item.strip_prefix("item_").and_then(|n| n.parse().ok()),
        act,
        ways,
        protocol: of(one("Protocol", "Any"), protocol),
        icmp_type: of(one("ICMPType", "Any"), number),
        icmp_code: of(one("ICMPCode", "Any"), number),
        local_ports: of(one("LocalPorts", "Any"), ports),
        remote_ports: of(one("RemotePorts", "Any"), ports),
        local: of(one("LocalAddress", "Any"), addresses),
        remote: of(one("RemoteAddress", "Any"), addresses),
        program: Told::Any,
        open: broken || names.len() != count || names.iter().any(|n| !known.contains(&n.as_str())),
    }
    .settled()
}

// ---------------------------------------------------------------- lists

/// Columns that the generated lists have, in their order, by the role that was confirmed.
pub const ROLES: [&str; 12] = [
    "order",
    "name",
    "enabled",
    "action",
    "direction",
    "protocol",
    "local-ports",
    "remote-ports",
    "local-address",
    "remote-address",
    "icmp-type",
    "program",
];

/// Rules of a text with tabs between its cells and a heading above.
pub fn rows(text: &str) -> Vec<Rule> {
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let cell = |role: &str| {
            let at = ROLES.iter().position(|r| *r == role).expect("a role");
            cells.get(at).map_or("", |c| c.trim())
        };
        let enabled = match cell("enabled").to_lowercase().as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        if enabled == Some(false) {
            continue;
        }
        let ways = match cell("direction").to_lowercase().as_str() {
            "in" | "inpacket" => Told::Is((true, false)),
            "out" | "outpacket" => Told::Is((false, true)),
            "both" | "inoutpacket" => Told::Is((true, true)),
            _ => Told::Open,
        };
        let act = match cell("action").to_lowercase().as_str() {
            "allow" => Act::Allow,
            "block" => Act::Block,
            _ => Act::Open,
        };
        let program = match cell("program") {
            "" => Told::Any,
            path if path.contains(['*', '?']) || !path.contains('\\') => Told::Open,
            path => Told::Is(path.to_owned()),
        };
        let rule = Rule {
            key: format!("row {} column ", n + 1),
            order: match cell("order") {
                "" => Some(n as u64 - 1),
                text => text.parse().ok(),
            },
            act,
            ways,
            protocol: protocol(cell("protocol")),
            icmp_type: number(cell("icmp-type")),
            icmp_code: Told::Any,
            local_ports: ports(cell("local-ports")),
            remote_ports: ports(cell("remote-ports")),
            local: addresses(cell("local-address")),
            remote: addresses(cell("remote-address")),
            program,
            open: enabled.is_none() || cells.len() != ROLES.len(),
        };
        out.push(rule.settled());
    }
    out
}
