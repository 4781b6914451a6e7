//! Rules of Windows Firewall, whatever file they stand in, as sets of packets. What a carrier leaves out has the meaning
//! that its format gives to that.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Wrong;

/// Inclusive.
pub type Addresses = Vec<(IpAddr, IpAddr)>;
/// Inclusive.
pub type Ports = Vec<(u16, u16)>;

pub const DOMAIN: u8 = 1;
pub const PRIVATE: u8 = 2;
pub const PUBLIC: u8 = 4;
pub const EVERY: u8 = 7;

/// One rule. Empty sets of ports, addresses and ICMP messages mean any.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowsRule {
    /// By which the system keeps rules apart.
    pub id: String,
    /// What people see.
    pub name: String,
    pub description: String,
    pub enabled: bool,
    pub inbound: bool,
    pub allow: bool,
    /// As bits.
    pub profiles: u8,
    /// `None`: any.
    pub protocol: Option<u8>,
    /// Type and code; a code that is `None` is any.
    pub icmp: Vec<(u8, Option<u8>)>,
    pub local_ports: Ports,
    pub remote_ports: Ports,
    pub local: Addresses,
    pub remote: Addresses,
    pub program: Option<String>,
    /// In which group of the console it stands.
    pub group: String,
}

impl WindowsRule {
    /// A rule that says nothing yet: each carrier has defaults of its own for what it leaves out.
    pub fn blank() -> Self {
        WindowsRule {
            id: String::new(),
            name: String::new(),
            description: String::new(),
            enabled: true,
            inbound: true,
            allow: true,
            profiles: EVERY,
            protocol: None,
            icmp: Vec::new(),
            local_ports: Vec::new(),
            remote_ports: Vec::new(),
            local: Vec::new(),
            remote: Vec::new(),
            program: None,
            group: String::new(),
        }
    }

    /// What it does, without how it is called: the same in every carrier.
    pub fn effect(&self) -> WindowsRule {
        let mut same = WindowsRule {
            id: String::new(),
            name: String::new(),
            description: String::new(),
            group: String::new(),
            ..self.clone()
        };
        same.icmp.sort_unstable();
        same.local_ports = joined(&same.local_ports);
        same.remote_ports = joined(&same.remote_ports);
        same.local.sort_unstable();
        same.remote.sort_unstable();
        same.program = same.program.map(|p| p.to_lowercase());
        same
    }

    /// What no rule can mean: ports of protocols that have none, a name that is missing.
    pub fn check(self) -> Result<Self, Wrong> {
        let ports = !self.local_ports.is_empty() || !self.remote_ports.is_empty();
        if ports && !matches!(self.protocol, Some(6 | 17)) {
            return Err(format!("{}: ports need TCP or UDP, not {:?}", self.name, self.protocol));
        }
        if !self.icmp.is_empty() && !matches!(self.protocol, Some(1 | 58)) {
            return Err(format!("{}: ICMP types need ICMP, not {:?}", self.name, self.protocol));
        }
        if self.name.is_empty() || self.name.eq_ignore_ascii_case("all") {
            return Err("a rule without a name of its own".to_owned());
        }
        Ok(self)
    }
}

/// Ranges in order, those that touch as one.
fn joined(ranges: &Ports) -> Ports {
    let mut all = ranges.clone();
    all.sort_unstable();
    let mut out: Ports = Vec::new();
    for (first, last) in all {
        match out.last_mut() {
            Some((_, end)) if u32::from(first) <= u32::from(*end) + 1 => *end = last.max(*end),
            _ => out.push((first, last)),
        }
    }
    out
}

/// What happens to packets without a rule, by profile, where a file says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Profile and value, each in lower case.
    pub told: BTreeMap<(String, String), i64>,
}

impl Defaults {
    /// Those that say what happens to packets. In Intune they stand below the switch of the firewall, which is on.
    pub fn count(&self) -> usize {
        self.told.keys().filter(|(_, name)| name != "enablefirewall").count()
    }

    pub fn set(&mut self, profile: &str, name: &str, value: i64) -> Result<(), Wrong> {
        let (profile, name) = (profile.to_lowercase(), name.to_lowercase());
        let known = ["enablefirewall", "defaultinboundaction", "defaultoutboundaction"];
        if !["domain", "private", "public"].contains(&profile.as_str()) || !known.contains(&name.as_str()) {
            return Err(format!("what {name} of the profile {profile} means is not known"));
        }
        if !(0..=1).contains(&value) || name == "enablefirewall" && value == 0 {
            return Err(format!("{name} {value}"));
        }
        match self.told.insert((profile, name), value) {
            None => Ok(()),
            Some(_) => Err("a default stands twice".to_owned()),
        }
    }

    /// Whether packets without a rule pass. In: blocked, out: let through, unless a file says otherwise.
    pub fn allows(&self, profile: u8, inbound: bool) -> bool {
        let profile = match profile {
            DOMAIN => "domain",
            PRIVATE => "private",
            _ => "public",
        };
        let name = if inbound { "defaultinboundaction" } else { "defaultoutboundaction" };
        match self.told.get(&(profile.to_owned(), name.to_owned())) {
            Some(block) => *block == 0,
            None => !inbound,
        }
    }
}

// ---------------------------------------------------------------- words of the formats

/// `80`, `5000-5010`; several with a comma where a carrier has one text for all.
pub fn port(text: &str) -> Result<(u16, u16), Wrong> {
    let number = |text: &str| {
        let plain = text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| plain).ok_or_else(|| format!("{text:?} is no port"))
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if first > last { Err(format!("{text}: backwards")) } else { Ok((first, last)) }
}

/// An address, a range without blanks, a subnet by its bits or by its mask.
pub fn address(text: &str) -> Result<(IpAddr, IpAddr), Wrong> {
    let wrong = || format!("{text:?} is no address");
    let ip = |text: &str| text.parse::<IpAddr>().map_err(|_| wrong());
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (ip(first)?, ip(last)?);
        if first.is_ipv4() != last.is_ipv4() || first > last {
            return Err(format!("{text}: backwards, or of two kinds"));
        }
        return Ok((first, last));
    }
    let Some((start, bits)) = text.split_once('/') else {
        let one = ip(text)?;
        return Ok((one, one));
    };
    let bits = match bits.parse::<Ipv4Addr>() {
        Ok(mask) => {
            let mask = u32::from(mask);
            if mask.leading_ones() + mask.trailing_zeros() != 32 && mask != 0 {
                return Err(wrong());
            }
            mask.leading_ones()
        }
        Err(_) => bits.parse().map_err(|_| wrong())?,
    };
    match ip(start)? {
        IpAddr::V4(a) if bits <= 32 => {
            let host = u32::MAX.checked_shr(bits).unwrap_or(0);
            let a = u32::from(a);
            Ok((Ipv4Addr::from(a & !host).into(), Ipv4Addr::from(a | host).into()))
        }
        IpAddr::V6(a) if bits <= 128 => {
            let host = u128::MAX.checked_shr(bits).unwrap_or(0);
            let a = u128::from(a);
            Ok((Ipv6Addr::from(a & !host).into(), Ipv6Addr::from(a | host).into()))
        }
        _ => Err(wrong()),
    }
}

/// `3:4`, `1:*`, and where a carrier allows it `8` alone.
pub fn icmp(text: &str, alone: bool) -> Result<(u8, Option<u8>), Wrong> {
    let wrong = || format!("{text:?} is no ICMP message");
    match text.split_once(':') {
        None if alone => Ok((text.parse().map_err(|_| wrong())?, None)),
        None => Err(wrong()),
        Some((kind, "*")) => Ok((kind.parse().map_err(|_| wrong())?, None)),
        Some((kind, code)) => {
            Ok((kind.parse().map_err(|_| wrong())?, Some(code.parse().map_err(|_| wrong())?)))
        }
    }
}

/// A full path, or one that begins with a variable.
pub fn program(text: &str) -> Result<String, Wrong> {
    let full = text.get(1..3) == Some(":\\") || text.starts_with('%') || text.starts_with("\\\\");
    if !full || text.contains(['*', '?', '|', '"']) {
        return Err(format!("{text:?} is no full path of a program"));
    }
    Ok(text.to_owned())
}

// ---------------------------------------------------------------- [MS-GPFAS] 2.2.2.19

/// A rule as a text of the registry; the name of the value is its id.
pub fn gpfas(id: &str, text: &str) -> Result<WindowsRule, Wrong> {
    let wrong = |what: &str| format!("{id}: {what} in {text}");
    let guid = id.strip_prefix('{').and_then(|i| i.strip_suffix('}')).ok_or_else(|| wrong("no id"))?;
    let digits = guid.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    if !digits || !guid.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) {
        return Err(wrong("no id"));
    }
    let body = text.strip_suffix('|').ok_or_else(|| wrong("no | at the end"))?;
    let mut fields = body.split('|');
    if fields.next() != Some("v2.10") {
        return Err(wrong("another version than 2.10"));
    }
    let mut rule = WindowsRule { id: id.to_owned(), profiles: 0, ..WindowsRule::blank() };
    let mut once: Vec<&str> = Vec::new();
    for field in fields {
        let (kind, value) = field.split_once('=').ok_or_else(|| wrong("a field without ="))?;
        let many = [
            "Profile",
            "LPort",
            "RPort",
            "LPort2_10",
            "RPort2_10",
            "LA4",
            "LA6",
            "RA4",
            "RA6",
            "ICMP4",
            "ICMP6",
        ];
        if once.contains(&kind) && !many.contains(&kind) {
            return Err(wrong("a field that stands twice"));
        }
        once.push(kind);
        match (kind, value) {
            ("Action", "Allow") => rule.allow = true,
            ("Action", "Block") => rule.allow = false,
            ("Active", "TRUE") => rule.enabled = true,
            ("Active", "FALSE") => rule.enabled = false,
            ("Dir", "In") => rule.inbound = true,
            ("Dir", "Out") => rule.inbound = false,
            ("Profile", "Domain") => rule.profiles |= DOMAIN,
            ("Profile", "Private") => rule.profiles |= PRIVATE,
            ("Profile", "Public") => rule.profiles |= PUBLIC,
            ("Protocol", number) => {
                rule.protocol = Some(number.parse().map_err(|_| wrong("a protocol that is no number"))?);
            }
            ("LPort" | "RPort", one) => {
                let (first, last) = port(one)?;
                if first != last {
                    return Err(wrong("a range where one port stands"));
                }
                if kind == "LPort" { &mut rule.local_ports } else { &mut rule.remote_ports }
                    .push((first, last));
            }
            ("LPort2_10" | "RPort2_10", range) => {
                if !range.contains('-') {
                    return Err(wrong("one port where a range stands"));
                }
                let range = port(range)?;
                if kind == "LPort2_10" { &mut rule.local_ports } else { &mut rule.remote_ports }.push(range);
            }
            ("LA4" | "RA4" | "LA6" | "RA6", range) => {
                let range = address(range)?;
                if range.0.is_ipv4() != kind.ends_with('4') {
                    return Err(wrong("an address of the other kind"));
                }
                if kind.starts_with('L') { &mut rule.local } else { &mut rule.remote }.push(range);
            }
            ("ICMP4" | "ICMP6", message) => {
                let fits = rule.protocol == Some(if kind == "ICMP4" { 1 } else { 58 });
                if !fits {
                    return Err(wrong("messages of another protocol"));
                }
                rule.icmp.push(icmp(message, false)?);
            }
            ("App", path) => rule.program = Some(program(path)?),
            ("Name", name) => rule.name = name.to_owned(),
            ("Desc", text) => rule.description = text.to_owned(),
            ("EmbedCtxt", group) => rule.group = group.to_owned(),
            ("Edge", "FALSE") => {}
            _ => return Err(wrong(&format!("{kind}={value}, which is not known,"))),
        }
    }
    for needed in ["Action", "Active", "Dir", "Name"] {
        if !once.contains(&needed) {
            return Err(wrong(&format!("no {needed}")));
        }
    }
    if rule.profiles == 0 {
        rule.profiles = EVERY;
    }
    rule.check()
}
