//! The arithmetic of traffic against a count of every point of small spaces.

use super::super::express::{self, Rule};
use super::*;

/// Numbers without a pattern, always the same ones.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) % sides
    }
}

/// Points at which sets are compared: the small numbers, and the ends of what ports, types and addresses can be.
const POINTS: [u128; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 255, 65535, u32::MAX as u128];

fn set(dice: &mut Dice, full: &Set) -> Set {
    match dice.roll(4) {
        0 => full.clone(),
        1 => full.minus(&Set::of([(2, 4)])),
        _ => {
            let ranges = (0..=dice.roll(2)).map(|_| {
                let (a, b) = (u128::from(dice.roll(8)), u128::from(dice.roll(8)));
                (a.min(b), a.max(b))
            });
            Set::of(ranges.collect::<Vec<_>>()).and(full)
        }
    }
}

fn has(set: &Set, point: u128) -> bool {
    set.ranges().iter().any(|(a, b)| *a <= point && point <= *b)
}

fn piece(dice: &mut Dice, layers: &[Layer]) -> Piece {
    let layer = layers[dice.roll(layers.len() as u64) as usize];
    let mut piece = Piece::everything(dice.roll(2) == 0, dice.roll(2) == 0, layer);
    for at in 0..4 {
        piece.axes[at] = set(dice, &piece.axes[at].clone());
    }
    piece.program = match dice.roll(4) {
        0 => Program::Is("A".to_owned()),
        1 => Program::Except(vec!["A".to_owned()]),
        _ => Program::ANY,
    };
    piece
}

/// A packet, coordinate by coordinate.
#[derive(Debug, Clone)]
struct Point {
    inbound: bool,
    six: bool,
    layer: Layer,
    axes: [u128; 4],
    program: &'static str,
}

fn inside(piece: &Piece, point: &Point) -> bool {
    let program = match &piece.program {
        Program::Is(p) => p == point.program,
        Program::Except(out) => !out.iter().any(|p| p == point.program),
    };
    piece.inbound == point.inbound
        && piece.six == point.six
        && piece.layer == point.layer
        && (0..4).all(|at| has(&piece.axes[at], point.axes[at]))
        && program
}

fn points(dice: &mut Dice, layers: &[Layer], count: usize) -> Vec<Point> {
    (0..count)
        .map(|_| {
            let layer = layers[dice.roll(layers.len() as u64) as usize];
            let six = dice.roll(2) == 0;
            let (a, b) = layer.full();
            let all = all_addresses(six);
            let mut on = |full: &Set| loop {
                let point = POINTS[dice.roll(POINTS.len() as u64) as usize];
                if has(full, point) {
                    return point;
                }
            };
            let axes = [on(&a), on(&b), on(&all), on(&all)];
            Point { inbound: dice.roll(2) == 0, six, layer, axes, program: ["A", "B"][dice.roll(2) as usize] }
        })
        .collect()
}

#[test]
fn sets_of_numbers() {
    let mut dice = Dice(7);
    for _ in 0..2000 {
        let full = Set::to(9);
        let (a, b) = (set(&mut dice, &full), set(&mut dice, &full));
        for n in 0..10 {
            assert_eq!(has(&a.and(&b), n), has(&a, n) && has(&b, n));
            assert_eq!(has(&a.or(&b), n), has(&a, n) || has(&b, n));
            assert_eq!(has(&a.minus(&b), n), has(&a, n) && !has(&b, n), "{a:?} {b:?} {n}");
        }
        assert_eq!(a.len(), (0..10).filter(|n| has(&a, *n)).count() as u128);
        for set in [a.and(&b), a.or(&b), a.minus(&b)] {
            assert!(set.ranges().windows(2).all(|w| w[0].1 + 1 < w[1].0), "{set:?}");
        }
    }
    assert!(Set::to(u128::MAX).minus(&Set::to(u128::MAX)).is_empty());
}

#[test]
fn pieces_at_every_point() {
    let mut dice = Dice(11);
    let layers = [Layer::Tcp, Layer::Rest];
    for _ in 0..3000 {
        let (a, b) = (piece(&mut dice, &layers), piece(&mut dice, &layers));
        let b = Piece { inbound: a.inbound, six: a.six, layer: a.layer, ..b };
        let b = match a.layer {
            Layer::Rest => Piece {
                axes: [
                    b.axes[0].and(&Layer::Rest.full().0),
                    Set::to(0),
                    b.axes[2].clone(),
                    b.axes[3].clone(),
                ],
                ..b
            },
            _ => b,
        };
        let difference = a.minus(&b);
        let joined = merged([difference.clone(), vec![a.clone()]].concat());
        for point in points(&mut dice, &[a.layer], 60) {
            let (in_a, in_b) = (inside(&a, &point), inside(&b, &point));
            assert_eq!(
                a.and(&b).is_some_and(|both| inside(&both, &point)),
                in_a && in_b,
                "{a:?} {b:?} {point:?}"
            );
            let times = difference.iter().filter(|p| inside(p, &point)).count();
            assert_eq!(times, usize::from(in_a && !in_b), "{a:?} {b:?} {point:?}");
            assert_eq!(joined.iter().any(|p| inside(p, &point)), in_a);
        }
    }
}

/// What a rule of Windows takes, said again.
fn takes(rule: &Rule, point: &Point) -> bool {
    let ports = |list: &Option<Set>, port| list.as_ref().is_none_or(|set| has(set, port));
    let address = |list: &Option<(Set, Set)>, n| {
        list.as_ref().is_none_or(|(four, six)| has(if point.six { six } else { four }, n))
    };
    let [a, b, local, remote] = point.axes;
    let number = point.layer.number().map_or(a, u128::from);
    if rule.inbound != point.inbound || rule.protocol.is_some_and(|p| u128::from(p) != number) {
        return false;
    }
    let ported = matches!(point.layer, Layer::Tcp | Layer::Udp);
    if ported && !(ports(&rule.local_ports, a) && ports(&rule.remote_ports, b)) {
        return false;
    }
    let typed = rule.icmp.is_empty() || rule.icmp.iter().any(|(t, c)| *t == a && c.is_none_or(|c| c == b));
    typed
        && address(&rule.local, local)
        && address(&rule.remote, remote)
        && rule.program.as_ref().is_none_or(|p| p == point.program)
}

#[test]
fn rules_say_just_the_pieces() {
    let mut dice = Dice(23);
    let mut said = 0;
    for round in 0..4000 {
        let mut pieces: Vec<Piece> = Vec::new();
        if round % 2 == 0 {
            // Any protocol, with something taken out.
            let mut wide = piece(&mut dice, &[Layer::Tcp]);
            wide.program = Program::ANY;
            let six = dice.roll(2) == 0;
            for layer in Layer::ALL {
                for six in [false, six] {
                    let (a, b) = layer.full();
                    let all = all_addresses(six);
                    let axes = [a, b, wide.axes[2].and(&all), wide.axes[3].and(&all)];
                    let one = Piece { inbound: true, six, layer, axes, program: Program::ANY };
                    if !one.is_empty() && !pieces.contains(&one) {
                        pieces.push(one);
                    }
                }
            }
            let out = piece(&mut dice, &Layer::ALL);
            if dice.roll(2) == 0 {
                let Some(left) = minus(&pieces, [&Piece { inbound: true, ..out }]) else { continue };
                pieces = left;
            }
        } else {
            for _ in 0..=dice.roll(4) {
                let one = piece(&mut dice, &Layer::ALL);
                pieces.push(Piece { inbound: true, ..one });
            }
            pieces.retain(|p| !p.is_empty());
        }
        let Some(rules) = express::rules(&pieces) else { continue };
        assert!(rules.len() <= express::MOST_RULES);
        said += 1;
        for point in points(&mut dice, &Layer::ALL, 200) {
            let wanted = pieces.iter().any(|p| inside(p, &point));
            let written = rules.iter().any(|r| takes(r, &point));
            assert_eq!(written, wanted, "{pieces:?}\n{rules:?}\n{point:?}");
        }
    }
    assert!(said > 400, "only {said} were said");
}

#[test]
fn what_cannot_be_said_is_not_said() {
    let all = || Layer::ALL.map(|l| Piece::everything(true, false, l)).to_vec();
    assert_eq!(express::rules(&all()).unwrap().len(), 1);
    // Every protocol but one port of TCP: the other protocols can only be said together with TCP.
    let mut hole = Piece::everything(true, false, Layer::Tcp);
    hole.axes[0] = Set::of([(443, 443)]);
    assert!(express::rules(&minus(&all(), [&hole]).unwrap()).is_none());
    // Every program but one.
    let mut hole = Piece::everything(true, false, Layer::Udp);
    hole.program = Program::Is("A".to_owned());
    let udp = [Piece::everything(true, false, Layer::Udp)];
    assert!(express::rules(&minus(&udp, [&hole]).unwrap()).is_none());
    // Ports of SCTP.
    let mut sctp = Piece::everything(true, false, Layer::Sctp);
    sctp.axes[0] = Set::of([(80, 80)]);
    assert!(express::rules(&[sctp]).is_none());
}

#[test]
fn letters_of_programs() {
    assert_eq!(program_key(r"c:\Ä\x.exe"), program_key(r"C:\ä\X.EXE"));
    // The Kelvin sign is no k to the file system, and neither is a dotless i an i.
    assert_ne!(program_key("\u{212A}"), program_key("k"));
    assert_ne!(program_key("ı"), program_key("i"));
}
