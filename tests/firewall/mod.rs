//! An independent firewall: packets, ordered rules of the source as its own text has them, and what the two sides make
//! of a packet. The source decides by the first rule that matches; where a value of a rule was not understood the rule
//! may match or may not, and both are followed. In Windows Firewall a rule that blocks beats those that allow.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod generate;
pub mod source;

use std::net::IpAddr;

use crate::readers::rules::{DOMAIN, PRIVATE, PUBLIC};
use crate::readers::{Defaults, WindowsRule};

/// The first packet of a connection, or a packet of a protocol without connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub inbound: bool,
    pub protocol: u8,
    /// Type and code, of ICMP only.
    pub icmp: (u8, u8),
    pub local_port: u16,
    pub remote_port: u16,
    pub local: IpAddr,
    pub remote: IpAddr,
    pub program: String,
}

impl Packet {
    /// Whether protocol and addresses belong together.
    pub fn exists(&self) -> bool {
        let families = self.local.is_ipv4() == self.remote.is_ipv4();
        families
            && match self.protocol {
                1 => self.remote.is_ipv4(),
                58 => self.remote.is_ipv6(),
                _ => true,
            }
    }

    pub fn has_ports(&self) -> bool {
        matches!(self.protocol, 6 | 17)
    }
}

pub const PROFILES: [u8; 3] = [DOMAIN, PRIVATE, PUBLIC];

/// What Windows Firewall does with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A written rule blocks it: which.
    Blocked(usize),
    /// A written rule lets it through, and none blocks it.
    Allowed(usize),
    /// No written rule is for it.
    Default(bool),
}

impl Verdict {
    pub fn passes(self) -> bool {
        matches!(self, Verdict::Allowed(_) | Verdict::Default(true))
    }
}

fn plain(path: &str) -> String {
    path.to_lowercase().replace('/', "\\")
}

/// Whether a written rule is for a packet.
pub fn takes(rule: &WindowsRule, packet: &Packet, profile: u8) -> bool {
    let port = |ranges: &[(u16, u16)], port: u16| {
        ranges.is_empty() || packet.has_ports() && ranges.iter().any(|(a, b)| (*a..=*b).contains(&port))
    };
    let address = |ranges: &[(IpAddr, IpAddr)], ip: IpAddr| {
        ranges.is_empty()
            || ranges.iter().any(|(a, b)| a.is_ipv4() == ip.is_ipv4() && (*a..=*b).contains(&ip))
    };
    let icmp = rule.icmp.is_empty()
        || rule.icmp.iter().any(|(t, c)| *t == packet.icmp.0 && c.is_none_or(|c| c == packet.icmp.1));
    rule.enabled
        && rule.inbound == packet.inbound
        && rule.profiles & profile != 0
        && rule.protocol.is_none_or(|p| p == packet.protocol)
        && icmp
        && port(&rule.local_ports, packet.local_port)
        && port(&rule.remote_ports, packet.remote_port)
        && address(&rule.local, packet.local)
        && address(&rule.remote, packet.remote)
        && rule.program.as_ref().is_none_or(|p| plain(p) == plain(&packet.program))
}

/// The target: block beats allow; what is left is for the profile.
pub fn target(rules: &[WindowsRule], defaults: &Defaults, packet: &Packet, profile: u8) -> Verdict {
    let mut allowed = None;
    for (n, rule) in rules.iter().enumerate() {
        if takes(rule, packet, profile) {
            if !rule.allow {
                return Verdict::Blocked(n);
            }
            allowed = allowed.or(Some(n));
        }
    }
    match allowed {
        Some(n) => Verdict::Allowed(n),
        None => Verdict::Default(defaults.allows(profile, packet.inbound)),
    }
}
