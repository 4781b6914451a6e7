//! Packet rules in the field's terms: ports as ranges, addresses as ranges or zones, protocols by name or number. A value
//! that is none of these is an error for the reader to say; a rule that exists is understood.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;

use super::PathMask;

/// A packet rule. Rules are ordered: the first that matches decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirewallRule {
    /// Its name.
    pub name: String,
    /// Which list of the input it stands in: rules of one list are ordered among themselves, and nothing says how two lists
    /// are.
    pub list: u32,
    /// Position in the list, lower goes first; rules of the same position go by the document.
    pub order: usize,
    /// What happens to traffic that it matches.
    pub action: RuleAction,
    /// Which way the traffic goes.
    pub direction: Direction,
    /// Protocol.
    pub protocol: Protocol,
    /// ICMP type; `None` = any.
    pub icmp_type: Option<u8>,
    /// ICMP code; `None` = any.
    pub icmp_code: Option<u8>,
    /// Ports of this machine.
    pub local_ports: Ports,
    /// Ports of the other side.
    pub remote_ports: Ports,
    /// Addresses of this machine.
    pub local: Addresses,
    /// Addresses of the other side.
    pub remote: Addresses,
    /// The program it is limited to.
    pub program: Option<PathMask>,
    /// Whether matches are logged; `None` = the source does not say.
    pub log: Option<bool>,
}

/// Where a packet rule stands that could not be read: the rules behind it are for what it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RulePlace {
    /// As [`FirewallRule::list`].
    pub list: u32,
    /// As [`FirewallRule::order`]; `None` where that could not be read either.
    pub order: Option<usize>,
}

/// What happens to traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleAction {
    /// Let through.
    Allow,
    /// Stopped.
    Block,
    /// The rules for the application decide.
    ByApplication,
}

impl RuleAction {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Block => "block",
            Self::ByApplication => "as the application's rules say",
        }
    }
}

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Direction {
    /// Towards this machine.
    pub inbound: bool,
    /// From this machine.
    pub outbound: bool,
    /// Single packets rather than connections.
    pub packets: bool,
}

impl Direction {
    /// Both ways, connections.
    pub const BOTH: Self = Self { inbound: true, outbound: true, packets: false };
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.inbound, self.outbound) {
            (true, false) => "incoming",
            (false, true) => "outgoing",
            _ => "incoming and outgoing",
        })?;
        if self.packets { f.write_str(" packets") } else { Ok(()) }
    }
}

/// Protocol above IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// Any.
    Any,
    /// By its IANA number.
    Number(u8),
}

impl Protocol {
    /// TCP.
    pub const TCP: Self = Self::Number(6);
    /// UDP.
    pub const UDP: Self = Self::Number(17);

    /// Whether it has ports.
    pub fn has_ports(self) -> bool {
        matches!(self, Self::TCP | Self::UDP | Self::Number(132))
    }
}

/// Names of IANA's protocol numbers that firewalls use.
const PROTOCOLS: &[(&str, u8)] = &[
    ("ICMP", 1),
    ("ICMPv4", 1),
    ("IGMP", 2),
    ("TCP", 6),
    ("UDP", 17),
    ("GRE", 47),
    ("ESP", 50),
    ("AH", 51),
    ("ICMPv6", 58),
    ("SCTP", 132),
];

impl std::str::FromStr for Protocol {
    type Err = NotUnderstood;

    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("any") || text == "*" {
            return Ok(Self::Any);
        }
        let named = PROTOCOLS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, n)| *n);
        let number = || text.parse().ok();
        named.or_else(number).map(Self::Number).ok_or(NotUnderstood("a protocol"))
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any protocol"),
            Self::Number(n) => match PROTOCOLS.iter().find(|(_, number)| number == n) {
                Some((name, _)) => f.write_str(name),
                None => write!(f, "protocol {n}"),
            },
        }
    }
}

/// A value that is not what it should be; it says what that would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotUnderstood(pub &'static str);

/// A set of ports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ports {
    /// Any port.
    #[default]
    Any,
    /// These, first and last, in the order of the source.
    Ranges(Vec<(u16, u16)>),
}

impl std::str::FromStr for Ports {
    type Err = NotUnderstood;

    /// `Any`, `443`, `8000-8100`, `80, 443`, `80;443`.
    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("any") || text == "*" {
            return Ok(Self::Any);
        }
        let parts = text.split([',', ';', ' ', '\n']).map(str::trim).filter(|p| !p.is_empty());
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (first <= last).then_some((first, last))
        };
        let ranges: Option<Vec<_>> = parts.map(range).collect();
        ranges.map(Self::Ranges).ok_or(NotUnderstood("ports, such as 443 or 8000-8100"))
    }
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Ranges(ranges) = self else { return f.write_str("any") };
        for (n, (first, last)) in ranges.iter().enumerate() {
            if n > 0 {
                f.write_str(",")?;
            }
            if first == last { write!(f, "{first}")? } else { write!(f, "{first}-{last}")? }
        }
        Ok(())
    }
}

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Addresses {
    /// Any address.
    #[default]
    Any,
    /// These.
    Ranges(Vec<AddressRange>),
    /// A zone of the source product, by name: which addresses it holds is not part of the rule.
    Zone(String),
}

/// Addresses from first to last, of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AddressRange {
    /// First.
    pub first: IpAddr,
    /// Last.
    pub last: IpAddr,
}

impl AddressRange {
    /// All addresses that share the first `prefix` bits with `address`.
    pub fn subnet(address: IpAddr, prefix: u8) -> Option<Self> {
        Some(match address {
            IpAddr::V4(ip) => {
                let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                if prefix > 32 {
                    return None;
                }
                let bits = u32::from(ip);
                Self { first: Ipv4Addr::from(bits & !host).into(), last: Ipv4Addr::from(bits | host).into() }
            }
            IpAddr::V6(ip) => {
                let host = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                if prefix > 128 {
                    return None;
                }
                let bits = u128::from(ip);
                Self { first: Ipv6Addr::from(bits & !host).into(), last: Ipv6Addr::from(bits | host).into() }
            }
        })
    }

    /// The prefix length, where the range is a subnet.
    pub fn prefix(&self) -> Option<u8> {
        let length = |differ: u128, all: u32| {
            // The bits that differ stand at the end, without a gap.
            (differ & differ.wrapping_add(1) == 0).then(|| all - differ.count_ones())
        };
        let length = match (self.first, self.last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let (a, b) = (u32::from(a), u32::from(b));
                length(u128::from(a ^ b), 32).filter(|_| a & (a ^ b) == 0)
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let (a, b) = (u128::from(a), u128::from(b));
                length(a ^ b, 128).filter(|_| a & (a ^ b) == 0)
            }
            _ => None,
        };
        length.and_then(|l| u8::try_from(l).ok())
    }
}

impl std::str::FromStr for AddressRange {
    type Err = NotUnderstood;

    /// `192.0.2.15`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.9`, the same for IPv6.
    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        const WHAT: NotUnderstood = NotUnderstood("an address, a subnet or a range of addresses");
        let text = text.trim();
        let ip = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| WHAT);
        if let Some((address, prefix)) = text.split_once('/') {
            let prefix = match prefix.trim().parse::<Ipv4Addr>() {
                // A mask of ones, then zeros.
                Ok(mask) => {
                    let bits = u32::from(mask);
                    let ones = bits.leading_ones();
                    if bits.count_ones() != ones {
                        return Err(WHAT);
                    }
                    u8::try_from(ones).map_err(|_| WHAT)?
                }
                Err(_) => prefix.trim().parse::<u8>().map_err(|_| WHAT)?,
            };
            return Self::subnet(ip(address)?, prefix).ok_or(WHAT);
        }
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (ip(first)?, ip(last)?),
            None => (ip(text)?, ip(text)?),
        };
        if first.is_ipv4() != last.is_ipv4() || first > last {
            return Err(WHAT);
        }
        Ok(Self { first, last })
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.prefix() {
            _ if self.first == self.last => write!(f, "{}", self.first),
            Some(prefix) => write!(f, "{}/{prefix}", self.first),
            None => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl std::str::FromStr for Addresses {
    type Err = NotUnderstood;

    /// `Any`, or addresses, subnets and ranges with a comma, semicolon or blank between them.
    fn from_str(text: &str) -> Result<Self, NotUnderstood> {
        let text = text.trim();
        if text.is_empty() || text.eq_ignore_ascii_case("any") || text == "*" {
            return Ok(Self::Any);
        }
        let parts = text.split([',', ';', ' ', '\n']).filter(|p| !p.trim().is_empty());
        parts.map(str::parse).collect::<Result<Vec<_>, _>>().map(Self::Ranges)
    }
}

impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any"),
            Self::Zone(name) => f.write_str(name),
            Self::Ranges(ranges) => {
                for (n, range) in ranges.iter().enumerate() {
                    if n > 0 {
                        f.write_str(",")?;
                    }
                    write!(f, "{range}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for FirewallRule {
    /// `allow TCP incoming local 443 remote any from 192.0.2.0/24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} local {} remote {} from {}",
            self.action.word(),
            self.protocol,
            self.direction,
            self.local_ports,
            self.remote_ports,
            self.remote
        )?;
        if self.local != Addresses::Any {
            write!(f, " to {}", self.local)?;
        }
        match &self.program {
            Some(program) => write!(f, " for {}", program.text),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read() {
        for (text, shown) in [
            ("Any", Some("any")),
            ("", Some("any")),
            ("443", Some("443")),
            ("0-65535", Some("0-65535")),
            ("80, 443; 8000-8100", Some("80,443,8000-8100")),
            ("65536", None),
            ("90-80", None),
            ("http", None),
        ] {
            assert_eq!(text.parse::<Ports>().ok().map(|p| p.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn addresses_are_read() {
        for (text, shown) in [
            ("any", Some("any")),
            ("192.0.2.15", Some("192.0.2.15")),
            ("192.0.2.15/24", Some("192.0.2.0/24")),
            ("192.0.2.0/255.255.255.0", Some("192.0.2.0/24")),
            ("192.0.2.0/255.0.255.0", None),
            ("192.0.2.1-192.0.2.9", Some("192.0.2.1-192.0.2.9")),
            ("192.0.2.0-192.0.2.255", Some("192.0.2.0/24")),
            ("192.0.2.1-192.0.2.2", Some("192.0.2.1-192.0.2.2")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("192.0.2.9-192.0.2.1", None),
            ("192.0.2.1-2001:db8::1", None),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("::/0", Some("::/0")),
            ("::1/129", None),
            ("192.0.2.1/33", None),
            ("198.51.100.1, 192.0.2.0/30", Some("198.51.100.1,192.0.2.0/30")),
            ("server1", None),
        ] {
            assert_eq!(text.parse::<Addresses>().ok().map(|a| a.to_string()).as_deref(), shown, "{text}");
        }
    }

    #[test]
    fn protocols_have_names_and_numbers() {
        for (text, shown) in [
            ("tcp", "TCP"),
            ("17", "UDP"),
            ("ICMPv6", "ICMPv6"),
            ("any", "any protocol"),
            ("253", "protocol 253"),
        ] {
            assert_eq!(text.parse::<Protocol>().unwrap().to_string(), shown);
        }
        assert!("http".parse::<Protocol>().is_err());
    }
}
