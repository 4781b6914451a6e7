//! Traffic as exact sets, so that rules can be compared and subtracted.
//!
//! A [`Piece`] is a product: direction × address family × layer × two coordinates of the layer × addresses of this machine ×
//! addresses of the other side × programs. The layers cut the protocols into those that have coordinates and the rest:
//!
//! | layer | first coordinate | second coordinate |
//! |---|---|---|
//! | TCP, UDP, SCTP | port of this machine | port of the other side |
//! | ICMP, ICMPv6 | type | code |
//! | rest | protocol number | none |
//!
//! So "any protocol" is six pieces for each direction and family, and nothing about ports or types has to be special.
//! Intersections of pieces are pieces; a difference is a union of disjoint pieces. Programs are exact, too: all but some
//! ([`Program::Except`]) is a value here, though no rule of Windows can say it.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A difference with more pieces than this is given up.
pub const MOST_PIECES: usize = 200;

/// A set of numbers as ranges: sorted, apart from each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set(Vec<(u128, u128)>);

impl Set {
    /// The numbers of these ranges, in any order.
    pub fn of(ranges: impl IntoIterator<Item = (u128, u128)>) -> Self {
        let mut given: Vec<_> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        given.sort_unstable();
        let mut set: Vec<(u128, u128)> = Vec::with_capacity(given.len());
        for (first, last) in given {
            match set.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => set.push((first, last)),
            }
        }
        Self(set)
    }

    /// From 0 to this number.
    pub fn to(last: u128) -> Self {
        Self(vec![(0, last)])
    }

    /// The ranges.
    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.0
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its smallest number.
    pub fn first(&self) -> Option<u128> {
        self.0.first().map(|(first, _)| *first)
    }

    /// How many numbers it holds.
    pub fn len(&self) -> u128 {
        self.0.iter().fold(0, |sum: u128, (a, b)| sum.saturating_add(b.saturating_sub(*a).saturating_add(1)))
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (mut left, mut right) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        let mut both = Vec::new();
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                both.push((first, last));
            }
            if a.1 < b.1 {
                left.next()
            } else {
                right.next()
            };
        }
        Self(both)
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for &(first, last) in &self.0 {
            let mut from = Some(first);
            for &(a, b) in other.0.iter().filter(|(a, b)| *b >= first && *a <= last) {
                let Some(at) = from else { break };
                if a > at {
                    left.push((at, a - 1));
                }
                from = b.checked_add(1).filter(|next| *next <= last);
            }
            if let Some(at) = from {
                left.push((at, last));
            }
        }
        Self(left)
    }

    /// What is in one of them.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }
}

/// Programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// All but these, sorted; none = any program.
    Except(Vec<String>),
    /// This one, see [`program_key`].
    Is(String),
}

impl Program {
    /// Any program.
    pub const ANY: Self = Self::Except(Vec::new());

    fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Is(a), Self::Is(b)) => (a == b).then(|| self.clone()),
            (Self::Is(a), Self::Except(out)) | (Self::Except(out), Self::Is(a)) => {
                (!out.contains(a)).then(|| Self::Is(a.clone()))
            }
            (Self::Except(a), Self::Except(b)) => {
                let mut out: Vec<String> = a.iter().chain(b).cloned().collect();
                out.sort_unstable();
                out.dedup();
                Some(Self::Except(out))
            }
        }
    }

    fn minus(&self, other: &Self) -> Vec<Self> {
        match (self, other) {
            (Self::Is(a), _) => {
                let taken = match other {
                    Self::Is(b) => a == b,
                    Self::Except(out) => !out.contains(a),
                };
                if taken { Vec::new() } else { vec![self.clone()] }
            }
            (Self::Except(out), Self::Is(b)) => {
                if out.contains(b) {
                    return vec![self.clone()];
                }
                let mut out = out.clone();
                out.push(b.clone());
                out.sort_unstable();
                vec![Self::Except(out)]
            }
            (Self::Except(out), Self::Except(kept)) => {
                kept.iter().filter(|p| !out.contains(p)).map(|p| Self::Is(p.clone())).collect()
            }
        }
    }
}

/// One spelling for each program: Windows does not tell letter cases apart.
pub fn program_key(path: &str) -> String {
    let upper = |c: char| {
        let mut all = c.to_uppercase();
        match (all.next(), all.next()) {
            // The file system keeps apart what only Unicode's tables call the same letter.
            (Some(one), None) if c.is_ascii() || !one.is_ascii() => one,
            _ => c,
        }
    };
    path.chars().map(upper).collect()
}

/// Protocols with coordinates of their own, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp4,
    /// ICMPv6.
    Icmp6,
    /// SCTP.
    Sctp,
    /// Every other protocol.
    Rest,
}

impl Layer {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Tcp, Self::Udp, Self::Icmp4, Self::Icmp6, Self::Sctp, Self::Rest];

    /// The protocol's number, where it is one protocol.
    pub const fn number(self) -> Option<u8> {
        match self {
            Self::Tcp => Some(6),
            Self::Udp => Some(17),
            Self::Icmp4 => Some(1),
            Self::Icmp6 => Some(58),
            Self::Sctp => Some(132),
            Self::Rest => None,
        }
    }

    /// The layer of a protocol.
    pub fn of(number: u8) -> Self {
        Self::ALL.into_iter().find(|l| l.number() == Some(number)).unwrap_or(Self::Rest)
    }

    /// Everything that its two coordinates can be.
    pub fn full(self) -> (Set, Set) {
        match self {
            Self::Tcp | Self::Udp | Self::Sctp => (Set::to(65535), Set::to(65535)),
            Self::Icmp4 | Self::Icmp6 => (Set::to(255), Set::to(255)),
            Self::Rest => {
                let own = Self::ALL.iter().filter_map(|l| l.number()).map(|n| (u128::from(n), u128::from(n)));
                (Set::to(255).minus(&Set::of(own)), Set::to(0))
            }
        }
    }
}

/// Every address of a family.
pub fn all_addresses(six: bool) -> Set {
    Set::to(if six { u128::MAX } else { u128::from(u32::MAX) })
}

/// An address as a number, and whether it is one of IPv6.
pub fn number(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), false),
        IpAddr::V6(ip) => (u128::from(ip), true),
    }
}

/// The address of a number.
pub fn address(number: u128, six: bool) -> IpAddr {
    match u32::try_from(number) {
        Ok(four) if !six => Ipv4Addr::from(four).into(),
        _ => Ipv6Addr::from(number).into(),
    }
}

/// A product of sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Towards this machine.
    pub inbound: bool,
    /// IPv6.
    pub six: bool,
    /// Protocols.
    pub layer: Layer,
    /// First coordinate, second coordinate, addresses here, addresses there.
    pub axes: [Set; 4],
    /// Programs.
    pub program: Program,
}

/// The order in which a difference takes the axes: what stays wide is what comes last.
const ORDER: [usize; 4] = [0, 1, 3, 2];

impl Piece {
    /// Everything of a direction, family and layer.
    pub fn everything(inbound: bool, six: bool, layer: Layer) -> Self {
        let (a, b) = layer.full();
        Self {
            inbound,
            six,
            layer,
            axes: [a, b, all_addresses(six), all_addresses(six)],
            program: Program::ANY,
        }
    }

    fn comparable(&self, other: &Self) -> bool {
        self.inbound == other.inbound && self.six == other.six && self.layer == other.layer
    }

    /// Whether it holds no traffic.
    pub fn is_empty(&self) -> bool {
        self.axes.iter().any(Set::is_empty)
    }

    /// What is in both.
    pub fn and(&self, other: &Self) -> Option<Self> {
        if !self.comparable(other) {
            return None;
        }
        let [a, b, c, d] = &self.axes;
        let [e, f, g, h] = &other.axes;
        let axes = [a.and(e), b.and(f), c.and(g), d.and(h)];
        let both = Self { axes, program: self.program.and(&other.program)?, ..self.clone() };
        (!both.is_empty()).then_some(both)
    }

    /// What is in this one only, as disjoint pieces.
    pub fn minus(&self, other: &Self) -> Vec<Self> {
        let Some(both) = self.and(other) else { return vec![self.clone()] };
        let mut left = Vec::new();
        let mut core = self.clone();
        for at in ORDER {
            let (Some(mine), Some(shared)) = (core.axes.get(at), both.axes.get(at)) else { continue };
            let outside = mine.minus(shared);
            if !outside.is_empty() {
                let mut piece = core.clone();
                if let Some(axis) = piece.axes.get_mut(at) {
                    *axis = outside;
                }
                left.push(piece);
            }
            if let Some(axis) = core.axes.get_mut(at) {
                axis.clone_from(shared);
            }
        }
        left.extend(
            self.program.minus(&other.program).into_iter().map(|program| Self { program, ..core.clone() }),
        );
        left
    }

    /// The two as one piece, where their union is one.
    fn joined(&self, other: &Self) -> Option<Self> {
        if !self.comparable(other) || self.program != other.program {
            return None;
        }
        let differ = |at: &usize| self.axes.get(*at) != other.axes.get(*at);
        let mut different = (0..4).filter(differ);
        let (at, None) = (different.next(), different.next()) else { return None };
        let mut joined = self.clone();
        if let Some(at) = at
            && let (Some(axis), Some(more)) = (joined.axes.get_mut(at), other.axes.get(at))
        {
            *axis = axis.or(more);
        }
        Some(joined)
    }

    /// One packet of it in words.
    pub fn example(&self) -> String {
        let [a, b, local, remote] = &self.axes;
        // An address in the middle of nowhere says more than 0.0.0.0.
        let told = |set: &Set, what: &str| match set.first() {
            Some(first) if *set != all_addresses(self.six) => format!(" {what} {}", address(first, self.six)),
            _ => String::new(),
        };
        let first = |set: &Set| set.first().unwrap_or(0);
        let (here, there) = if self.inbound { ("to", "from") } else { ("from", "to") };
        let mut text = String::from(if self.inbound { "incoming " } else { "outgoing " });
        let port = |set: &Set, what: &str| match set.ranges() {
            [(0, 65535)] => String::new(),
            _ => format!(" {what} port {}", first(set)),
        };
        let name = match self.layer {
            Layer::Tcp => "TCP",
            Layer::Udp => "UDP",
            Layer::Sctp => "SCTP",
            Layer::Icmp4 => "ICMP",
            Layer::Icmp6 => "ICMPv6",
            Layer::Rest => "",
        };
        text.push_str(name);
        match self.layer {
            Layer::Rest => text.push_str(&format!("protocol {}", first(a))),
            Layer::Icmp4 | Layer::Icmp6 => {
                if a.len() < 256 || b.len() < 256 {
                    text.push_str(&format!(" of type {} and code {}", first(a), first(b)));
                }
            }
            _ => {
                text.push_str(&port(a, &format!("{here} local")));
                text.push_str(&port(b, &format!("{there} remote")));
            }
        }
        text.push_str(&told(local, &format!("{here} this machine's address")));
        text.push_str(&told(remote, there));
        if self.six {
            text.push_str(" over IPv6");
        }
        match &self.program {
            Program::Is(program) => text.push_str(&format!(" of the program {program}")),
            Program::Except(out) if !out.is_empty() => {
                text.push_str(&format!(" of another program than {}", out.join(", ")));
            }
            Program::Except(_) => {}
        }
        text
    }
}

/// Pieces without these; `None` when that takes too many pieces.
pub fn minus<'a>(pieces: &[Piece], others: impl IntoIterator<Item = &'a Piece>) -> Option<Vec<Piece>> {
    let mut left = pieces.to_vec();
    for other in others {
        if left.is_empty() {
            break;
        }
        if left.iter().all(|piece| piece.and(other).is_none()) {
            continue;
        }
        left = left.iter().flat_map(|piece| piece.minus(other)).collect();
        if left.len() > MOST_PIECES {
            return None;
        }
    }
    Some(left)
}

/// The first piece that is in one of each.
pub fn shared(pieces: &[Piece], others: &[Piece]) -> Option<Piece> {
    pieces.iter().find_map(|piece| others.iter().find_map(|other| piece.and(other)))
}

/// Fewer pieces for the same traffic: those that differ on one axis only become one.
pub fn merged(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut at = 0;
    while at < pieces.len() {
        let found = pieces.get(at).and_then(|one| {
            let others = pieces.iter().enumerate().skip(at + 1);
            others.into_iter().find_map(|(n, other)| Some((n, one.joined(other)?)))
        });
        match found {
            Some((n, joined)) => {
                pieces.remove(n);
                pieces.remove(at);
                // A larger piece may join with one that was passed.
                pieces.insert(0, joined);
                at = 0;
            }
            None => at += 1,
        }
    }
    pieces
}

#[cfg(test)]
#[path = "traffic_tests.rs"]
mod tests;
