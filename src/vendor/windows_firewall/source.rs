//! What a rule of the source may match, as traffic: exactly where every part of it is known, else the most that it can be.

use super::traffic::{Layer, Piece, Program, Set, all_addresses, number, program_key};
use crate::finding as codes;
use crate::mask::Language;
use crate::policy::{Addresses, FirewallRule, Ports, Protocol, RuleAction};

/// Longest path of a program, in bytes.
const LONGEST_PATH: usize = 1024;

/// Marks a rule whose traffic is known and that is not written all the same.
pub(super) const SURE: &str = "";

/// All traffic.
pub(super) fn everything() -> Vec<Piece> {
    let ways = [(true, false), (true, true), (false, false), (false, true)];
    let of = |(inbound, six)| Layer::ALL.into_iter().map(move |l| Piece::everything(inbound, six, l));
    ways.into_iter().flat_map(of).collect()
}

/// Traffic of a rule as far as it is known.
pub(super) struct Read {
    /// The most that it may match.
    pub most: Vec<Piece>,
    /// Why it cannot be written.
    pub hand: Option<(&'static str, String)>,
}

/// Traffic of a rule that was read.
pub(super) fn traffic(rule: &FirewallRule) -> Read {
    let mut hand: Option<(&'static str, String)> = None;
    let mut note = |code: &'static str, reason: &str| {
        // What is not known goes before what is known.
        if hand.as_ref().is_none_or(|(old, _)| *old == SURE && code != SURE) {
            hand = Some((code, reason.to_owned()));
        }
    };
    if rule.action == RuleAction::ByApplication {
        note(SURE, "The rules for the application decide, and they are not in the file");
    }
    let mut directions: Vec<bool> = [(true, rule.direction.inbound), (false, rule.direction.outbound)]
        .iter()
        .filter(|(_, is)| *is)
        .map(|(d, _)| *d)
        .collect();
    if rule.direction.packets || directions.is_empty() {
        directions = vec![true, false];
        note(codes::CONDITION, "The rule is for single packets; rules of Windows are for connections");
    }
    let ports = |ports: &Ports| match ports {
        Ports::Any => Set::to(65535),
        Ports::Ranges(ranges) => Set::of(ranges.iter().map(|(a, b)| (u128::from(*a), u128::from(*b)))),
    };
    let mut coordinates = Vec::new();
    let has_ports = rule.local_ports != Ports::Any || rule.remote_ports != Ports::Any;
    let has_type = rule.icmp_type.is_some() || rule.icmp_code.is_some();
    match rule.protocol {
        Protocol::Any => coordinates.extend(Layer::ALL.map(|l| (l, l.full()))),
        Protocol::Number(n) => {
            let layer = Layer::of(n);
            let full = layer.full();
            let one = |value: Option<u8>, all: Set| match value {
                Some(v) => Set::of([(u128::from(v), u128::from(v))]),
                None => all,
            };
            coordinates.push((
                layer,
                match layer {
                    Layer::Tcp | Layer::Udp | Layer::Sctp => {
                        (ports(&rule.local_ports), ports(&rule.remote_ports))
                    }
                    Layer::Icmp4 | Layer::Icmp6 => (one(rule.icmp_type, full.0), one(rule.icmp_code, full.1)),
                    Layer::Rest => (Set::of([(u128::from(n), u128::from(n))]), full.1),
                },
            ));
        }
    }
    let kinds: Vec<Layer> = coordinates.iter().map(|(l, _)| *l).collect();
    if has_ports && !matches!(kinds.as_slice(), [Layer::Tcp | Layer::Udp | Layer::Sctp]) {
        note(codes::CONDITION, "The rule has ports, but its protocol has none");
    }
    if has_type && !matches!(kinds.as_slice(), [Layer::Icmp4 | Layer::Icmp6]) {
        note(codes::CONDITION, "The rule has an ICMP type, but its protocol is not ICMP");
    }
    if has_ports && kinds == [Layer::Sctp] {
        note(SURE, "Windows takes ports for TCP and UDP only, and this rule has ports of SCTP");
    }
    let program = match &rule.program {
        None => Program::ANY,
        Some(mask) if literal(&mask.text, mask.language) => Program::Is(program_key(&mask.text)),
        Some(_) => {
            note(
                codes::CONDITION,
                "A rule of Windows takes one program by its full path, without wildcards and variables",
            );
            Program::ANY
        }
    };
    let mut sides = Vec::new();
    for addresses in [&rule.local, &rule.remote] {
        sides.push(match addresses {
            Addresses::Any => [all_addresses(false), all_addresses(true)],
            Addresses::Zone(_) => {
                note(
                    codes::CONDITION,
                    "The rule is for a zone: which addresses that is, the rule does not say, and profiles of Windows only come near it",
                );
                [all_addresses(false), all_addresses(true)]
            }
            Addresses::Ranges(ranges) => {
                let of = |six: bool| {
                    let both = ranges.iter().map(|r| (number(r.first), number(r.last)));
                    Set::of(both.filter(|((_, a), (_, b))| *a == six && *b == six).map(|((a, _), (b, _))| (a, b)))
                };
                [of(false), of(true)]
            }
        });
    }
    let mut most = Vec::new();
    if let [local, remote] = sides.as_slice() {
        for inbound in directions {
            for (at, six) in [(0, false), (1, true)] {
                for (layer, (a, b)) in &coordinates {
                    let address = |side: &[Set; 2]| side.get(at).cloned().unwrap_or_default();
                    let axes = [a.clone(), b.clone(), address(local), address(remote)];
                    let piece = Piece { inbound, six, layer: *layer, axes, program: program.clone() };
                    if !piece.is_empty() {
                        most.push(piece);
                    }
                }
            }
        }
    }
    if most.is_empty() {
        note(codes::NOT_ESTABLISHED, "No traffic can match this rule as it was read, so it was read wrongly");
        most = everything();
    }
    Read { most, hand }
}

/// Whether it is the full path of one file.
fn literal(path: &str, language: Language) -> bool {
    let mut chars = path.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let rest = chars.as_str();
    let bad =
        |c: char| c.is_control() || "/*?\"<>|%:;,$`\u{2028}\u{2029}\u{FEFF}\u{FFFE}\u{FFFF}".contains(c);
    let Some(below) = rest.strip_prefix(":\\") else { return false };
    let parts = || below.split('\\');
    let part = |part: &str| {
        // A short name (PROGRA~1) is another name of a file.
        !part.is_empty() && !part.starts_with(' ') && !part.ends_with([' ', '.']) && !part.contains('~')
    };
    path.len() <= LONGEST_PATH
        && drive
        && language != Language::Kesl
        && !below.contains(bad)
        && parts().all(part)
}
