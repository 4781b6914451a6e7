//! From traffic to rules of Windows, exactly: a set of pieces becomes rules whose union is that set, or nothing. Rules may
//! overlap, as long as none takes more.

use super::traffic::{Layer, Piece, Program, Set, all_addresses, merged, minus};

/// Most rules for one source rule and direction.
pub const MOST_RULES: usize = 16;

/// Most values in a list of ports, types or addresses.
const MOST_VALUES: usize = 128;

/// A rule as Windows says it, for all profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Towards this machine.
    pub inbound: bool,
    /// `None` = any.
    pub protocol: Option<u8>,
    /// Ports of this machine; `None` = any.
    pub local_ports: Option<Set>,
    /// Ports of the other side; `None` = any.
    pub remote_ports: Option<Set>,
    /// ICMP types, each with one code or all.
    pub icmp: Vec<(u128, Option<u128>)>,
    /// Addresses of this machine, IPv4 and IPv6; `None` = any.
    pub local: Option<(Set, Set)>,
    /// Addresses of the other side.
    pub remote: Option<(Set, Set)>,
    /// Key of the program; `None` = any.
    pub program: Option<String>,
}

/// The pieces of one direction as rules; `None` where no [`MOST_RULES`] rules say just this.
pub fn rules(pieces: &[Piece]) -> Option<Vec<Rule>> {
    let mut left = merged(pieces.to_vec());
    let mut rules = Vec::new();
    // Protocols without coordinates: few are named, all of them take a rule for any protocol.
    let (every, _) = Layer::Rest.full();
    let rest: Vec<Piece> = left.iter().filter(|p| p.layer == Layer::Rest).cloned().collect();
    left.retain(|p| p.layer != Layer::Rest);
    let mut any = Vec::new();
    let mut named = Vec::new();
    for piece in rest {
        let [numbers, ..] = &piece.axes;
        if *numbers != every {
            if numbers.len() > MOST_RULES as u128 {
                return None;
            }
            for number in numbers.ranges().iter().flat_map(|(a, b)| *a..=*b) {
                let mut one = piece.clone();
                one.axes[0] = Set::of([(number, number)]);
                named.push(one);
            }
            continue;
        }
        any.push(piece);
    }
    for piece in &any {
        for layer in Layer::ALL.into_iter().filter(|l| *l != Layer::Rest) {
            let wide = spread(piece, layer);
            if !minus(core::slice::from_ref(&wide), pieces)?.is_empty() {
                return None;
            }
        }
    }
    for layer in Layer::ALL.into_iter().filter(|l| *l != Layer::Rest) {
        let wide: Vec<Piece> = any.iter().map(|piece| spread(piece, layer)).collect();
        left = minus(&left, &wide)?;
    }
    for (group, has_protocol) in [(any, false), (merged(left), true), (named, true)] {
        for (four, six) in families(group) {
            rules.push(rule(four, six, has_protocol)?);
            if rules.len() > MOST_RULES {
                return None;
            }
        }
    }
    Some(rules)
}

/// The same addresses and programs, everything of another layer.
fn spread(piece: &Piece, layer: Layer) -> Piece {
    let (a, b) = layer.full();
    let [_, _, local, remote] = piece.axes.clone();
    Piece { layer, axes: [a, b, local, remote], ..piece.clone() }
}

/// Pieces of IPv4 and IPv6, as few rules can say them together.
fn families(pieces: Vec<Piece>) -> Vec<(Option<Piece>, Option<Piece>)> {
    let cut = aligned(&pieces).map(paired);
    let plain = paired(pieces);
    cut.filter(|cut| cut.len() < plain.len()).unwrap_or(plain)
}

/// The same pieces, those of one family cut where the other family's are cut.
fn aligned(pieces: &[Piece]) -> Option<Vec<Piece>> {
    let inside = |a: &Set, b: &Set| a.minus(b).is_empty();
    let mut cut: Vec<Piece> = Vec::new();
    for one in pieces {
        let [a, b, ..] = &one.axes;
        let alike = |o: &&Piece| o.six != one.six && o.layer == one.layer && o.program == one.program;
        for other in pieces.iter().filter(alike) {
            let [c, d, local, remote] = &other.axes;
            if inside(a, c) && inside(b, d) && (a, b) != (c, d) {
                let axes = [a.clone(), b.clone(), local.clone(), remote.clone()];
                cut.push(Piece { axes, ..other.clone() });
            }
        }
    }
    let mut all = merged(minus(pieces, &cut)?);
    all.extend(cut);
    Some(all)
}

/// Pieces of IPv4 and IPv6 that one rule can say together.
fn paired(pieces: Vec<Piece>) -> Vec<(Option<Piece>, Option<Piece>)> {
    let (mut sixes, fours): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(|p| p.six);
    let alike = |a: &Piece, b: &Piece| {
        a.layer == b.layer && a.axes.get(..2) == b.axes.get(..2) && a.program == b.program
    };
    let mut pairs: Vec<_> = fours
        .into_iter()
        .map(|four| {
            let at = sixes.iter().position(|six| alike(&four, six));
            let six = at.map(|at| sixes.remove(at));
            (Some(four), six)
        })
        .collect();
    pairs.extend(sixes.into_iter().map(|six| (None, Some(six))));
    pairs
}

fn rule(four: Option<Piece>, six: Option<Piece>, has_protocol: bool) -> Option<Rule> {
    let one = four.as_ref().or(six.as_ref())?;
    let program = match &one.program {
        Program::Except(out) if out.is_empty() => None,
        Program::Except(_) => return None,
        Program::Is(key) => Some(key.clone()),
    };
    let mut rule = Rule {
        inbound: one.inbound,
        protocol: None,
        local_ports: None,
        remote_ports: None,
        icmp: Vec::new(),
        local: None,
        remote: None,
        program,
    };
    if has_protocol {
        coordinates(one, &mut rule)?;
    }
    (rule.local, rule.remote) = addresses(four.as_ref(), six.as_ref());
    let long = |list: &Option<(Set, Set)>| {
        list.as_ref().is_some_and(|(four, six)| four.ranges().len() + six.ranges().len() > MOST_VALUES)
    };
    if long(&rule.local) || long(&rule.remote) { None } else { Some(rule) }
}

/// The lists of addresses here and there. A list of one family keeps the other family out, so one side has to have a list
/// where a rule is for one family.
#[allow(clippy::type_complexity, reason = "two lists, each of two families")]
fn addresses(four: Option<&Piece>, six: Option<&Piece>) -> (Option<(Set, Set)>, Option<(Set, Set)>) {
    match (four, six) {
        (Some(four), Some(six)) => {
            let [_, _, local, remote] = &four.axes;
            let [_, _, local6, remote6] = &six.axes;
            let all = (all_addresses(false), all_addresses(true));
            let list = |a: &Set, b: &Set| Some((a.clone(), b.clone())).filter(|both| *both != all);
            (list(local, local6), list(remote, remote6))
        }
        (Some(one), None) | (None, Some(one)) => {
            let [_, _, local, remote] = &one.axes;
            let all = all_addresses(one.six);
            let of = |set: &Set| match one.six {
                true => (Set::default(), set.clone()),
                false => (set.clone(), Set::default()),
            };
            let here = (*local != all).then(|| of(local));
            let there = (*remote != all || here.is_none()).then(|| of(remote));
            (here, there)
        }
        (None, None) => (None, None),
    }
}

fn coordinates(piece: &Piece, rule: &mut Rule) -> Option<()> {
    let [a, b, ..] = &piece.axes;
    let (all_a, all_b) = piece.layer.full();
    match piece.layer {
        Layer::Tcp | Layer::Udp => {
            rule.local_ports = (*a != all_a).then(|| a.clone());
            rule.remote_ports = (*b != all_b).then(|| b.clone());
            if a.ranges().len() + b.ranges().len() > MOST_VALUES {
                return None;
            }
        }
        Layer::Icmp4 | Layer::Icmp6 => {
            let codes = if *b == all_b { 1 } else { b.len() };
            let all = *a == all_a && *b == all_b;
            if !all && a.len().saturating_mul(codes) > MOST_VALUES as u128 {
                return None;
            }
            let numbers =
                |set: &Set| -> Vec<u128> { set.ranges().iter().flat_map(|(x, y)| *x..=*y).collect() };
            if !all {
                let codes = if *b == all_b { vec![None] } else { numbers(b).into_iter().map(Some).collect() };
                let each = |kind: u128| codes.iter().map(move |code| (kind, *code));
                rule.icmp = numbers(a).into_iter().flat_map(each).collect();
            }
        }
        Layer::Sctp => {
            // Windows takes ports for TCP and UDP only.
            if *a != all_a || *b != all_b {
                return None;
            }
        }
        Layer::Rest => {}
    }
    rule.protocol = match piece.layer.number() {
        Some(number) => Some(number),
        None => Some(u8::try_from(a.first()?).ok()?),
    };
    Some(())
}
