//! Packet rules become rules of Windows Firewall: judged by a firewall of another making. The source is read from the input's
//! own text, ordered, the first match decides; the target from the bytes of the vendor files, block beats allow. Packets
//! are drawn on and beside the borders of every rule of both sides.
//!
//! - No packet is let through by a written rule unless the source surely lets it through by a rule.
//! - A packet that the source surely stops by a rule whose row is called written or covered, is stopped.
//! - Where every row is called exact or covered, both sides do the same with each packet that a rule of the source is for.
//! - All carriers, and all forms of one carrier, say the same.
//!
//! `CROSSWALK_CASES` judges more lists. What a rule does to packets that belong to a connection that is already open is not
//! modelled: a packet here is the first of its connection.

mod common;
mod draw;
mod firewall;
mod oracle;
mod readers;

use std::collections::BTreeMap;

use crosswalk::ledger::{Fate as Row, Row as LedgerRow};
use crosswalk::options::{Confirmed, Options};
use crosswalk::policy::Platform;
use crosswalk::vendor::{self, Route};
use crosswalk::{Conversion, convert, interpret};
use draw::Dice;
use firewall::generate::{self, Mood, Pools, Spec};
use firewall::source::{self, Act, Match, Rule};
use firewall::{PROFILES, Verdict, target};
use readers::Obeyed;

/// Packets for each list and route.
const PACKETS: usize = 400;

/// Every route that writes rules of the firewall.
fn routes() -> Vec<&'static dyn Route> {
    let all: Vec<_> =
        vendor::all().iter().copied().filter(|r| r.info().id.starts_with("windows-firewall/")).collect();
    assert_eq!(all.len(), 3, "a script, Intune, and Group Policy");
    all
}

/// The files of one form put together: `rules-2.x` goes with `rules.x`.
fn forms<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<BTreeMap<String, Obeyed>, String> {
    let mut out: BTreeMap<String, Obeyed> = BTreeMap::new();
    for (name, bytes) in files {
        let read = readers::read(name, bytes).map_err(|wrong| format!("{name}: {wrong}"))?;
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        // Rules and profiles are two files of one whole in Intune.
        let intune = extension.ends_with("json");
        let key =
            if intune { "json".to_owned() } else { format!("{}.{extension}", stem.trim_end_matches('-')) };
        let all = out.entry(key).or_default();
        all.rules.extend(read.rules);
        for (place, value) in read.defaults.told {
            if all.defaults.told.insert(place, value).is_some_and(|before| before != value) {
                return Err(format!("{name}: another default than in the file before"));
            }
        }
        let rest = Obeyed { rules: Vec::new(), defaults: readers::Defaults::default(), ..read };
        if !rest.is_empty() {
            return Err(format!("{name}: more than rules of the firewall"));
        }
    }
    Ok(out)
}

fn effects(read: &Obeyed) -> Vec<readers::WindowsRule> {
    let mut all: Vec<_> = read.rules.iter().map(readers::WindowsRule::effect).collect();
    all.sort_unstable();
    all
}

#[derive(Clone, Debug)]
struct Complaint {
    kind: &'static str,
    detail: String,
}

fn complain<T>(kind: &'static str, detail: impl Into<String>) -> Result<T, Complaint> {
    Err(Complaint { kind, detail: detail.into() })
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    lists: usize,
    rules: usize,
    written: usize,
    packets: usize,
    allowed: usize,
    blocked: usize,
    /// Packets of lists that are exact from first to last, and those lists.
    exact: usize,
    exact_lists: usize,
    rows: [usize; 12],
}

impl Count {
    fn add(&mut self, other: Count) {
        self.lists += other.lists;
        self.rules += other.rules;
        self.written += other.written;
        self.packets += other.packets;
        self.allowed += other.allowed;
        self.blocked += other.blocked;
        self.exact += other.exact;
        self.exact_lists += other.exact_lists;
        self.rows.iter_mut().zip(other.rows).for_each(|(a, b)| *a += b);
    }
}

/// An input with what the judge reads out of it.
struct Case {
    name: &'static str,
    text: String,
    options: Options,
    rules: Vec<Rule>,
}

impl Case {
    fn of(list: &[Spec], kesl: bool, seed: &str) -> Self {
        let mut dice = Dice::new(seed);
        let mut options = Options::default();
        if kesl {
            let text = generate::kesl_text(list, &mut dice);
            return Case { name: "x.ini", rules: source::kesl(&text), text, options };
        }
        let text = generate::rows_text(list, &mut dice);
        let mapping = serde_json::from_value(generate::mapping()).unwrap();
        options.answers.columns.push(Confirmed { input: None, mapping });
        Case { name: "x.txt", rules: source::rows(&text), text, options }
    }

    fn convert(&self, route: &'static dyn Route) -> Result<(Conversion, Vec<String>), Complaint> {
        let reading = match common::reading(self.name, self.text.as_bytes()) {
            Ok(reading) => reading,
            Err(refusal) => return complain("the list is refused", format!("{refusal:?}")),
        };
        let mut policy = interpret(&[&reading], &self.options.answers);
        // What was exported on Linux goes to machines with Windows here.
        policy.platform = Platform::Windows;
        let conversion = convert(&policy, route, &self.options);
        let keys = conversion.rows.iter().map(|row| {
            let mut all = String::new();
            for leaf in row.leaves.iter() {
                let mut path = String::new();
                reading.document.leaf_path(leaf, &mut path);
                all.push_str(&path);
                all.push('\n');
            }
            all
        });
        let keys = keys.collect();
        Ok((conversion, keys))
    }
}

/// The row of each rule of the source.
fn rows<'c>(case: &Case, conversion: &'c Conversion, keys: &[String]) -> Vec<Option<&'c LedgerRow>> {
    let of = |rule: &Rule| {
        let at = keys.iter().position(|k| k.lines().any(|l| l.starts_with(&rule.key)));
        at.map(|at| &conversion.rows[at])
    };
    case.rules.iter().map(of).collect()
}

/// Judges one list by one route.
fn judge(case: &Case, route: &'static dyn Route, packets: usize, seed: &str) -> Result<Count, Complaint> {
    twisted(case, route, packets, seed, |_| ())
}

/// The same, with the written rules changed before they are judged.
fn twisted(
    case: &Case,
    route: &'static dyn Route,
    packets: usize,
    seed: &str,
    twist: impl FnOnce(&mut Vec<readers::WindowsRule>),
) -> Result<Count, Complaint> {
    let (conversion, keys) = case.convert(route)?;
    let files = conversion.artefacts.iter().map(|a| (a.name.as_ref(), a.bytes.as_slice()));
    let forms = match forms(files) {
        Ok(forms) => forms,
        Err(wrong) => return complain("a file that cannot be read back", wrong),
    };
    let rows = rows(case, &conversion, &keys);
    let mut read = forms.values().next().cloned().unwrap_or_default();
    for (name, other) in &forms {
        if effects(other) != effects(&read) || other.defaults != read.defaults {
            return complain("two forms that differ", name.clone());
        }
    }
    let mut ids: Vec<String> = read.rules.iter().map(|r| r.id.to_lowercase()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|w| w[0] == w[1]) {
        return complain("two rules with one id", format!("{ids:?}"));
    }
    let mut count =
        Count { lists: 1, rules: case.rules.len(), written: read.rules.len(), ..Count::default() };
    for row in rows.iter().flatten() {
        count.rows[Row::ALL.iter().position(|f| *f == row.fate).expect("a fate")] += 1;
    }
    let Some(()) = rows.iter().all(Option::is_some).then_some(()) else {
        return complain("a rule without a row", format!("{:?}", case.rules));
    };
    let fates: Vec<Row> = rows.iter().flatten().map(|row| row.fate).collect();
    let exact = !fates.is_empty() && fates.iter().all(|f| matches!(f, Row::Exact | Row::Covered));
    count.exact_lists = usize::from(exact);
    if read.rules.is_empty() && !exact {
        return Ok(count);
    }
    twist(&mut read.rules);
    let pools = Pools::of(&case.rules, &read.rules);
    let mut dice = Dice::new(seed);
    for n in 0..packets {
        let packet = match case.rules.len() {
            len if n % 4 != 0 && len > 0 => pools.near(&case.rules[dice.below(len)], &mut dice),
            _ => pools.packet(&mut dice),
        };
        if !packet.exists() {
            continue;
        }
        let fate = source::source(&case.rules, &packet);
        count.packets += 1;
        for profile in PROFILES {
            let verdict = target(&read.rules, &read.defaults, &packet, profile);
            let told = || {
                let by = fate.by.map(|n| format!(", by {} {}", fates[n].word(), case.rules[n].key));
                let written = match verdict {
                    Verdict::Allowed(n) | Verdict::Blocked(n) => format!("{:?}", read.rules[n]),
                    Verdict::Default(_) => String::new(),
                };
                format!("{packet:?}\nsource {fate:?}{}\ntarget {verdict:?} {written}", by.unwrap_or_default())
            };
            if let Verdict::Allowed(_) = verdict {
                count.allowed += 1;
                if !fate.surely_allowed() {
                    return complain("a written rule lets through what the source may stop", told());
                }
            }
            if let Verdict::Blocked(_) = verdict {
                count.blocked += 1;
            }
            let Some(by) = fate.by else { continue };
            let done = matches!(fates[by], Row::Exact | Row::Stricter | Row::Covered);
            if fate.surely_blocked() && done && verdict.passes() {
                return complain("a rule called written or covered stops nothing", told());
            }
            if exact {
                count.exact += 1;
                let same = match case.rules[by].act {
                    Act::Allow => verdict.passes(),
                    Act::Block => !verdict.passes(),
                    Act::Open => return complain("what is open is called exact", told()),
                };
                if !same {
                    return complain("a list that is exact does something else", told());
                }
            }
        }
    }
    Ok(count)
}

/// The shortest list that shows the same.
fn smaller(
    list: &[Spec],
    kesl: bool,
    seed: &str,
    kind: &str,
    route: &'static dyn Route,
) -> (Vec<Spec>, Complaint) {
    let shows = |list: &[Spec]| match judge(&Case::of(list, kesl, seed), route, PACKETS * 8, seed) {
        Err(complaint) if complaint.kind == kind => Some(complaint),
        _ => None,
    };
    let mut list = list.to_vec();
    let mut complaint = shows(&list).unwrap_or(Complaint { kind: "it went away", detail: String::new() });
    let mut at = 0;
    while at < list.len() {
        let mut fewer = list.clone();
        fewer.remove(at);
        match shows(&fewer) {
            Some(found) => (list, complaint) = (fewer, found),
            None => at += 1,
        }
    }
    (list, complaint)
}

fn lists(mood: Mood, kesl: bool, subject: &str, cases: usize) -> BTreeMap<&'static str, Count> {
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for n in 0..draw::cases(cases) {
        let seed = format!("{subject} {n}");
        let mut dice = Dice::new(&seed);
        let list = generate::list(mood, kesl, &mut dice);
        let case = Case::of(&list, kesl, &seed);
        for route in routes() {
            let id = route.info().id;
            match judge(&case, route, PACKETS, &seed) {
                Ok(count) => counts.entry(id).or_default().add(count),
                Err(complaint) => {
                    let entry = found.entry(format!("{id}: {}", complaint.kind)).or_default();
                    entry.0 += 1;
                    if entry.0 == 1 {
                        let (list, complaint) = smaller(&list, kesl, &seed, complaint.kind, route);
                        entry.1 = format!("{}\n{}", Case::of(&list, kesl, &seed).text, complaint.detail);
                    }
                }
            }
        }
    }
    for (id, count) in &counts {
        println!("{subject}, {id}: {count:?}");
    }
    for (kind, (times, shown)) in &found {
        println!("---- {kind}, {times} times\n{shown}");
    }
    assert!(found.is_empty(), "{:?}", found.keys().collect::<Vec<_>>());
    counts
}

#[test]
fn lists_of_a_console_that_a_target_can_hold() {
    let counts = lists(Mood::Plain, false, "plain rows", 400);
    for (id, count) in counts {
        assert!(count.exact_lists > 10 && count.allowed > 1000 && count.blocked > 1000, "{id}: {count:?}");
    }
}

#[test]
fn lists_of_a_console_with_whatever_people_write() {
    lists(Mood::Odd, false, "odd rows", 400);
}

#[test]
fn exports_that_a_target_can_hold() {
    let counts = lists(Mood::Plain, true, "plain kesl", 400);
    for (id, count) in counts {
        assert!(count.exact_lists > 10 && count.allowed > 1000 && count.blocked > 1000, "{id}: {count:?}");
    }
}

#[test]
fn exports_with_odd_values() {
    lists(Mood::Odd, true, "odd kesl", 400);
}

#[test]
fn carriers_say_the_same() {
    for n in 0..draw::cases(200) {
        let seed = format!("carriers {n}");
        let mut dice = Dice::new(&seed);
        let kesl = dice.once_in(2);
        let list = generate::list(Mood::Plain, kesl, &mut dice);
        let case = Case::of(&list, kesl, &seed);
        let mut said: Option<(&str, Vec<Row>, Vec<readers::WindowsRule>)> = None;
        for route in routes() {
            let (conversion, keys) = case.convert(route).unwrap();
            let files = conversion.artefacts.iter().map(|a| (a.name.as_ref(), a.bytes.as_slice()));
            let read = forms(files).unwrap().into_values().next().unwrap_or_default();
            let fates: Vec<Row> = rows(&case, &conversion, &keys).iter().flatten().map(|r| r.fate).collect();
            let all = effects(&read);
            match &said {
                // A carrier may hold less than another; what two hold in full they hold alike.
                Some((other, before, rules)) if *before == fates => {
                    assert_eq!(*rules, all, "{other} and {}\n{}", route.info().id, case.text);
                }
                _ => said = Some((route.info().id, fates, all)),
            }
        }
    }
}

// ---------------------------------------------------------------- the judge itself

#[test]
fn the_first_match_decides_in_the_source() {
    let spec = |action, direction, ports: &str| Spec {
        enabled: "yes",
        action,
        direction,
        protocol: "TCP",
        local_ports: ports.to_owned(),
        ..Spec::default()
    };
    let list = [spec("Block", "In", "80"), spec("Allow", "In", "79-81"), Spec::all("Block", "Both")];
    let case = Case::of(&list, false, "first");
    let pools = Pools::of(&case.rules, &[]);
    let mut dice = Dice::new("first");
    let mut packet = pools.packet(&mut dice);
    packet.protocol = 6;
    packet.inbound = true;
    for (port, allowed, by) in [(78, false, 2), (79, true, 1), (80, false, 0), (81, true, 1), (82, false, 2)]
    {
        packet.local_port = port;
        let fate = source::source(&case.rules, &packet);
        assert_eq!((fate.surely_allowed(), fate.surely_blocked()), (allowed, !allowed), "{port}");
        let key = &case.rules[fate.by.unwrap()].act;
        assert_eq!(*key, [Act::Block, Act::Allow, Act::Block][by]);
    }
    packet.inbound = false;
    assert!(source::source(&case.rules, &packet).surely_blocked(), "the last rule is for both ways");
}

#[test]
fn what_is_not_understood_may_match() {
    let odd = Spec { enabled: "yes", action: "Block", direction: "In", protocol: "http", ..Spec::default() };
    let allow = Spec { enabled: "yes", action: "Allow", direction: "In", protocol: "TCP", ..Spec::default() };
    let case = Case::of(&[odd, allow], false, "odd");
    let mut dice = Dice::new("odd");
    let mut packet = Pools::of(&case.rules, &[]).packet(&mut dice);
    (packet.protocol, packet.inbound) = (6, true);
    assert_eq!(case.rules[0].matches(&packet), Match::May);
    assert!(!source::source(&case.rules, &packet).surely_allowed());
    packet.inbound = false;
    assert_eq!(case.rules[0].matches(&packet), Match::No);
}

/// Written rules that are changed are found out by packets.
#[test]
fn changed_rules_are_found_out() {
    type Twist = fn(&mut readers::WindowsRule);
    let twists: [(&str, Twist); 8] = [
        ("allow for block", |r| r.allow = !r.allow),
        ("in for out", |r| r.inbound = !r.inbound),
        ("off", |r| r.enabled = false),
        ("any protocol", |r| {
            (r.protocol, r.local_ports, r.remote_ports, r.icmp) = (None, Vec::new(), Vec::new(), Vec::new());
        }),
        ("one port more", |r| {
            for ranges in [&mut r.local_ports, &mut r.remote_ports] {
                ranges.iter_mut().for_each(|(_, last)| *last = last.saturating_add(1));
            }
        }),
        ("any address", |r| (r.local, r.remote) = (Vec::new(), Vec::new())),
        ("any program", |r| r.program = None),
        ("ends exchanged", |r| std::mem::swap(&mut r.local_ports, &mut r.remote_ports)),
    ];
    let route = routes()[0];
    let mut seen: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for n in 0..150 {
        let seed = format!("twisted {n}");
        let mut dice = Dice::new(&seed);
        // Short lists: in long ones another rule often does the same.
        let list: Vec<Spec> =
            (0..1 + dice.below(3)).map(|_| Spec::drawn(Mood::Plain, false, &mut dice)).collect();
        let case = Case::of(&list, false, &seed);
        // Only where the whole list is carried over, both sides must agree.
        if !judge(&case, route, PACKETS, &seed).is_ok_and(|c| c.exact_lists == 1 && c.written > 0) {
            continue;
        }
        for (name, twist) in twists {
            let mut changed = false;
            let found = twisted(&case, route, PACKETS * 4, &seed, |rules| {
                // What is opened wider must be found; what stops more, or does what another rule or the default does, need not.
                let wider = name.starts_with("any ") || name == "one port more";
                let from = n % rules.len();
                let order = (from..rules.len()).chain(0..from);
                let Some(at) = order.into_iter().find(|at| !wider || rules[*at].allow) else { return };
                let before = rules[at].clone();
                twist(&mut rules[at]);
                changed = rules[at].effect() != before.effect();
            });
            if changed {
                let entry = seen.entry(name).or_default();
                entry.0 += usize::from(found.is_err());
                entry.1 += 1;
            }
        }
    }
    println!("found of tried: {seen:?}");
    for (name, (found, tried)) in seen {
        let wider = name.starts_with("any ") || name == "one port more";
        assert!(tried > 3 && found * 10 >= tried * if wider { 8 } else { 4 }, "{name}: {found} of {tried}");
    }
}
