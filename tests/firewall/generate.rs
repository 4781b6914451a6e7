//! Lists of packet rules drawn at random: few values, so that rules overlap and hide each other; and packets near the
//! borders of whatever the rules of either side speak of.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Packet;
use super::source::{ROLES, Rule, Told};
use crate::draw::Dice;
use crate::readers::WindowsRule;

/// One rule as text, by role.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    pub name: String,
    pub enabled: &'static str,
    pub action: &'static str,
    pub direction: &'static str,
    pub protocol: &'static str,
    pub local_ports: String,
    pub remote_ports: String,
    pub local: String,
    pub remote: String,
    pub icmp: &'static str,
    pub program: &'static str,
    /// A key that nobody knows.
    pub odd: bool,
}

/// How tame a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Values that every target can hold.
    Plain,
    /// Among them zones, odd protocols, other products' words, values that cannot be read.
    Odd,
}

const ADDRESSES: [&str; 22] = [
    "",
    "",
    "Any",
    "192.0.2.15",
    "192.0.2.0/24",
    "192.0.2.0/25",
    "192.0.2.128-192.0.2.130",
    "192.0.2.10-192.0.3.7",
    "192.0.2.0/255.255.255.240",
    "10.0.0.0/8",
    "10.255.255.255",
    "0.0.0.0/0",
    "0.0.0.0",
    "255.255.255.255",
    "198.51.100.0/31",
    "192.0.2.1, 192.0.2.3; 192.0.2.2",
    "2001:db8::/32",
    "2001:db8::1",
    "::/0",
    "fe80::1-fe80::9",
    "::1",
    "192.0.2.7, 2001:db8::7",
];
const PORTS: [&str; 16] = [
    "",
    "",
    "",
    "Any",
    "80",
    "443",
    "8443",
    "0",
    "65535",
    "1",
    "79-81",
    "1-1024",
    "0-65535",
    "135-139,445",
    "80, 443",
    "1024-65535",
];
const PROGRAMS: [&str; 8] = [
    "",
    "",
    "",
    "",
    r"C:\Tools\server.exe",
    r"C:\tools\SERVER.exe",
    r"C:\Program Files\Vendor (x86)\client's.exe",
    r"%ProgramFiles%\Vendor\agent.exe",
];

fn of(from: &[&str], dice: &mut Dice) -> String {
    from[dice.below(from.len())].to_owned()
}

impl Spec {
    pub fn drawn(mood: Mood, kesl: bool, dice: &mut Dice) -> Self {
        let odd = mood == Mood::Odd;
        let now = |n: usize, dice: &mut Dice| odd && dice.once_in(n);
        let protocol = match dice.below(12) {
            0..=4 => "TCP",
            5..=6 => "UDP",
            7 => "Any",
            8 => ["ICMP", "ICMPv6"][dice.below(2)],
            9 => ["IGMP", "GRE"][dice.below(2)],
            10 if odd => ["SCTP", "0", "253", "255", "41", "256", "http", "ESP"][dice.below(8)],
            _ => "TCP",
        };
        let ported = matches!(protocol, "TCP" | "UDP") || now(20, dice);
        let port = |dice: &mut Dice| {
            let text = if ported { of(&PORTS, dice) } else { String::new() };
            // How a machine with Linux spells an interval is not known.
            if kesl && (text.contains(['-', ',']) && !(odd && dice.once_in(4))) {
                "443".to_owned()
            } else {
                text
            }
        };
        let (local_ports, remote_ports) = (port(dice), port(dice));
        let address = |dice: &mut Dice| {
            if now(10, dice) {
                return of(
                    &["Trusted networks", "Local networks", "192.0.2.0/33", "server1", "Public networks"],
                    dice,
                );
            }
            of(&ADDRESSES, dice)
        };
        let remote = address(dice);
        let local = if dice.once_in(4) { address(dice) } else { String::new() };
        let icmp = match protocol {
            "ICMP" | "ICMPv6" => ["", "8", "0", "255", "3"][dice.below(5)],
            _ if now(25, dice) => "8",
            _ => "",
        };
        let program = if kesl || !dice.once_in(4) {
            ""
        } else if now(4, dice) {
            [r"C:\Tools\*.exe", "server.exe", r"C:\Tools\s?rver.exe"][dice.below(3)]
        } else {
            PROGRAMS[dice.below(PROGRAMS.len())]
        };
        let action = match dice.below(20) {
            0 if odd && !kesl => "By application rules",
            1 if odd => ["Ask", ""][dice.below(2)],
            n if n % 2 == 0 => "Block",
            _ => "Allow",
        };
        let direction = match dice.below(10) {
            0..=3 => "In",
            4..=6 => "Out",
            7 | 8 => {
                if kesl {
                    "InOut"
                } else {
                    "Both"
                }
            }
            _ if odd => ["InPacket", "OutPacket", "InOutPacket", "Sideways"][dice.below(4)],
            _ => "In",
        };
        let name = match dice.below(if odd { 14 } else { 6 }) {
            7 => String::new(),
            8 => "Same name".to_owned(),
            9 => "Shares / printers | all".to_owned(),
            10 => "O'Brien \u{2019} $(x) `n; Rule \"1\"".to_owned(),
            11 => "all".to_owned(),
            12 => "N".repeat(300),
            13 => "\u{202E}Größe 東京".to_owned(),
            n => format!("Rule {n} {}", dice.below(1000)),
        };
        Spec {
            name,
            enabled: match dice.below(30) {
                0 => "no",
                1 if odd => "perhaps",
                _ => "yes",
            },
            action,
            direction,
            protocol,
            local_ports,
            remote_ports,
            local,
            remote,
            icmp,
            program,
            odd: now(25, dice),
        }
    }

    /// Stops everything, or lets everything through.
    pub fn all(action: &'static str, direction: &'static str) -> Self {
        Spec {
            name: format!("All {action}"),
            enabled: "yes",
            action,
            direction,
            protocol: "Any",
            ..Spec::default()
        }
    }
}

/// A list.
pub fn list(mood: Mood, kesl: bool, dice: &mut Dice) -> Vec<Spec> {
    let count = match dice.below(40) {
        0 => 101 + dice.below(40),
        n if n < 12 => 1 + dice.below(3),
        n if n < 30 => 2 + dice.below(8),
        _ => 6 + dice.below(18),
    };
    let mut out: Vec<Spec> = (0..count).map(|_| Spec::drawn(mood, kesl, dice)).collect();
    // Copies: a rule that is dead, the same with the other action, the same with other letters.
    for _ in 0..dice.below(3) {
        let mut copy = out[dice.below(out.len())].clone();
        match dice.below(3) {
            0 => copy.action = if copy.action == "Allow" { "Block" } else { "Allow" },
            1 => copy.direction = "Out",
            _ => {}
        }
        let at = dice.below(out.len() + 1);
        out.insert(at, copy);
    }
    let both = if kesl { "InOut" } else { "Both" };
    match dice.below(8) {
        0 | 1 => out.push(Spec::all("Block", ["In", both][dice.below(2)])),
        2 => {
            let at = dice.below(out.len() + 1);
            out.insert(at, Spec::all("Block", ["In", "Out", both][dice.below(3)]));
        }
        3 => {
            let at = dice.below(out.len() + 1);
            out.insert(at, Spec::all("Allow", ["In", both][dice.below(2)]));
        }
        _ => {}
    }
    out
}

/// The list as a product on Linux exports it. The values of its default actions stand beside it.
pub fn kesl_text(list: &[Spec], dice: &mut Dice) -> String {
    let word = |dice: &mut Dice| ["Allow", "Block"][dice.below(2)];
    let mut out = format!(
        "Version=12.1.0.1274\n[AppSettings]\nUseKSN=No\n[MonitoringTask.item_0000]\nTaskName=Firewall_Management\nTaskType=Firewall\nActive=Yes\n[MonitoringTask.item_0000.Settings]\nDefaultIncomingAction={}\nDefaultIncomingPacketAction={}\nOpenNagentPorts=Yes\n",
        word(dice),
        word(dice)
    );
    // The number counts, not the place in the file.
    let mut numbers: Vec<usize> = (0..list.len()).collect();
    if dice.once_in(3) {
        numbers.reverse();
    }
    for n in numbers {
        let spec = &list[n];
        out.push_str(&format!(
            "[MonitoringTask.item_0000.Settings.PacketRules.item_{n:04}]\nName={}\n",
            spec.name
        ));
        out.push_str(&format!("FirewallAction={}\nProtocol={}\n", spec.action, spec.protocol));
        let values = [
            ("RemotePorts", &spec.remote_ports),
            ("LocalPorts", &spec.local_ports),
            ("RemoteAddress", &spec.remote),
            ("LocalAddress", &spec.local),
        ];
        for (key, value) in values {
            if !value.is_empty() {
                out.push_str(&format!("{key}={value}\n"));
            }
        }
        if !spec.icmp.is_empty() {
            out.push_str(&format!("ICMPType={}\n", spec.icmp));
        }
        out.push_str(&format!("Direction={}\n", spec.direction));
        if spec.odd {
            out.push_str("OnlyFor=somebody\n");
        }
    }
    out
}

/// The list as cells with tabs between them.
pub fn rows_text(list: &[Spec], dice: &mut Dice) -> String {
    let numbered = dice.once_in(2);
    let mut lines: Vec<String> = Vec::new();
    for (n, spec) in list.iter().enumerate() {
        let order = if numbered { (n + 1).to_string() } else { String::new() };
        let order = if spec.odd && numbered { "first".to_owned() } else { order };
        let cells = [
            order,
            spec.name.clone(),
            spec.enabled.to_owned(),
            spec.action.to_owned(),
            spec.direction.to_owned(),
            spec.protocol.to_owned(),
            spec.local_ports.clone(),
            spec.remote_ports.clone(),
            spec.local.clone(),
            spec.remote.clone(),
            spec.icmp.to_owned(),
            spec.program.to_owned(),
        ];
        lines.push(cells.join("\t"));
    }
    if numbered && dice.once_in(3) {
        lines.reverse();
    }
    let heading = ROLES.map(|role| format!("{}{}", &role[..1].to_uppercase(), &role[1..])).join("\t");
    format!("{heading}\n{}\n", lines.join("\n"))
}

/// The confirmed meaning of these columns.
pub fn mapping() -> serde_json::Value {
    let column = |role: &str| {
        let name = format!("{}{}", &role[..1].to_uppercase(), &role[1..]);
        match role {
            "direction" => serde_json::json!({"name": name, "role": role, "values":
                {"In": "in", "Out": "out", "Both": "both", "InPacket": "in-packets", "OutPacket": "out-packets",
                 "InOutPacket": "both-packets"}}),
            "enabled" => {
                serde_json::json!({"name": name, "role": role, "values": {"yes": "on", "no": "off"}})
            }
            "action" => serde_json::json!({"name": name, "role": role, "values":
                {"Allow": "allow", "Block": "block", "By application rules": "by-application"}}),
            _ => serde_json::json!({"name": name, "role": role}),
        }
    };
    serde_json::json!({
        "source": "rows", "confirmed": true, "rows": "firewall-rule", "language": "kes",
        "columns": ROLES.map(column).to_vec(),
    })
}

// ---------------------------------------------------------------- packets

/// Values to draw from: on each border, and just beside it.
pub struct Pools {
    v4: Vec<u32>,
    v6: Vec<u128>,
    ports: Vec<u16>,
    protocols: Vec<u8>,
    messages: Vec<u8>,
    programs: Vec<String>,
}

impl Pools {
    pub fn of(source: &[Rule], target: &[WindowsRule]) -> Self {
        let mut pools = Pools {
            v4: vec![0, u32::MAX, u32::from(Ipv4Addr::new(203, 0, 113, 5))],
            v6: vec![0, 1, u128::MAX, u128::from(Ipv6Addr::new(0x2001, 0xdb8, 9, 9, 0, 0, 0, 9))],
            ports: vec![0, 1, u16::MAX, 50000],
            protocols: vec![6, 6, 6, 6, 17, 17, 1, 58],
            messages: vec![0, 8, 255],
            programs: vec![r"C:\Other\program.exe".to_owned()],
        };
        for rule in source {
            for told in [&rule.local, &rule.remote] {
                if let Told::Is(ranges) = told {
                    ranges.iter().for_each(|r| pools.address(*r));
                }
            }
            for told in [&rule.local_ports, &rule.remote_ports] {
                if let Told::Is(ranges) = told {
                    ranges.iter().for_each(|r| pools.port(*r));
                }
            }
            if let Told::Is(p) = rule.protocol {
                pools.protocols.extend([p, p.wrapping_add(1), p.wrapping_sub(1)]);
            }
            for told in [&rule.icmp_type, &rule.icmp_code] {
                if let Told::Is(t) = told {
                    pools.messages.extend([*t, t.wrapping_add(1), t.wrapping_sub(1)]);
                }
            }
            if let Told::Is(path) = &rule.program {
                pools.programs.push(path.clone());
            }
        }
        for rule in target {
            rule.local.iter().chain(&rule.remote).for_each(|r| pools.address(*r));
            rule.local_ports.iter().chain(&rule.remote_ports).for_each(|r| pools.port(*r));
            pools.protocols.extend(rule.protocol);
            pools.messages.extend(rule.icmp.iter().flat_map(|(t, c)| [Some(*t), *c]).flatten());
            pools.programs.extend(rule.program.clone());
        }
        pools.v4.sort_unstable();
        pools.v4.dedup();
        pools.v6.sort_unstable();
        pools.v6.dedup();
        pools.ports.sort_unstable();
        pools.ports.dedup();
        pools
    }

    fn address(&mut self, (first, last): (IpAddr, IpAddr)) {
        match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let (a, b) = (u32::from(a), u32::from(b));
                self.v4.extend([a.saturating_sub(1), a, a.midpoint(b), b, b.saturating_add(1)]);
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let (a, b) = (u128::from(a), u128::from(b));
                self.v6.extend([a.saturating_sub(1), a, b, b.saturating_add(1)]);
            }
            _ => {}
        }
    }

    fn port(&mut self, (first, last): (u16, u16)) {
        self.ports.extend([
            first.saturating_sub(1),
            first,
            first.midpoint(last),
            last,
            last.saturating_add(1),
        ]);
    }

    pub fn packet(&self, dice: &mut Dice) -> Packet {
        fn one<T: Clone>(from: &[T], dice: &mut Dice) -> T {
            from[dice.below(from.len())].clone()
        }
        let protocol = one(&self.protocols, dice);
        let six = match protocol {
            1 => false,
            58 => true,
            _ => dice.once_in(4),
        };
        let address = |dice: &mut Dice| match six {
            true => IpAddr::from(Ipv6Addr::from(one(&self.v6, dice))),
            false => IpAddr::from(Ipv4Addr::from(one(&self.v4, dice))),
        };
        Packet {
            inbound: dice.once_in(2),
            protocol,
            icmp: (one(&self.messages, dice), one(&self.messages, dice)),
            local_port: one(&self.ports, dice),
            remote_port: one(&self.ports, dice),
            local: address(dice),
            remote: address(dice),
            program: if dice.once_in(2) { one(&self.programs, dice) } else { self.programs[0].clone() },
        }
    }

    /// A packet that a rule of the source is for, with one value moved over its border now and then.
    pub fn near(&self, rule: &Rule, dice: &mut Dice) -> Packet {
        let mut packet = self.packet(dice);
        if let Told::Is(p) = rule.protocol {
            packet.protocol = p;
        }
        if let Told::Is((inbound, outbound)) = rule.ways {
            packet.inbound = if inbound && outbound { dice.once_in(2) } else { inbound };
        }
        let port = |told: &Told<Vec<(u16, u16)>>, now: u16, dice: &mut Dice| match told {
            Told::Is(ranges) if !ranges.is_empty() => {
                let (a, b) = ranges[dice.below(ranges.len())];
                [a, b, a.midpoint(b)][dice.below(3)]
            }
            _ => now,
        };
        packet.local_port = port(&rule.local_ports, packet.local_port, dice);
        packet.remote_port = port(&rule.remote_ports, packet.remote_port, dice);
        let address = |told: &Told<Vec<(IpAddr, IpAddr)>>, now: IpAddr, dice: &mut Dice| match told {
            Told::Is(ranges) if !ranges.is_empty() => {
                let (a, b) = ranges[dice.below(ranges.len())];
                if dice.once_in(2) { a } else { b }
            }
            _ => now,
        };
        packet.remote = address(&rule.remote, packet.remote, dice);
        packet.local = address(&rule.local, packet.local, dice);
        // Both ends are of one family: the one that the rule names goes before the other.
        if packet.local.is_ipv4() != packet.remote.is_ipv4() {
            let six = if matches!(rule.remote, Told::Is(_)) {
                packet.remote.is_ipv6()
            } else {
                packet.local.is_ipv6()
            };
            let other = match six {
                true => IpAddr::from(Ipv6Addr::from(self.v6[dice.below(self.v6.len())])),
                false => IpAddr::from(Ipv4Addr::from(self.v4[dice.below(self.v4.len())])),
            };
            if matches!(rule.remote, Told::Is(_)) { packet.local = other } else { packet.remote = other }
        }
        if let Told::Is(t) = rule.icmp_type {
            packet.icmp.0 = t;
        }
        if let Told::Is(path) = &rule.program {
            packet.program = path.clone();
        }
        // One step over a border.
        match dice.below(8) {
            0 => packet.local_port = packet.local_port.wrapping_add([1, u16::MAX][dice.below(2)]),
            1 => packet.remote_port = packet.remote_port.wrapping_add([1, u16::MAX][dice.below(2)]),
            2 => packet.remote = step(packet.remote, dice),
            3 => packet.local = step(packet.local, dice),
            4 => packet.inbound = !packet.inbound,
            5 => packet.program = self.programs[dice.below(self.programs.len())].clone(),
            _ => {}
        }
        packet
    }
}

fn step(ip: IpAddr, dice: &mut Dice) -> IpAddr {
    let up = dice.once_in(2);
    match ip {
        IpAddr::V4(ip) => {
            let n = u32::from(ip);
            Ipv4Addr::from(if up { n.saturating_add(1) } else { n.saturating_sub(1) }).into()
        }
        IpAddr::V6(ip) => {
            let n = u128::from(ip);
            Ipv6Addr::from(if up { n.saturating_add(1) } else { n.saturating_sub(1) }).into()
        }
    }
}
