//! Promise: never looser by itself, for whole conversions. For every reader and every route inputs are drawn at random,
//! with hostile masks and with some of the answers, and paths near the borders of all masks of both ends. The judge reads
//! the input's bytes in their narrowest sense and the vendor files' bytes in their widest, by matchers of another making.
//!
//! - No path that the output leaves unscanned was scanned under the input, unless a decision says so.
//! - With a code accepted, only entries of the accepted rows may reach further.
//! - A row that is called exact takes the same paths on both sides; one that is called stricter takes none that its source
//!   does not, and its example is really lost; the example of an accepted looser row is really gained.
//! - Files and ledger name the same entries.
//!
//! The same numbers give the same inputs. `CROSSWALK_PATHS` judges more paths, `CROSSWALK_THREADS` in so many threads;
//! `cargo xtask prove` does both.

mod borders;
mod common;
mod draw;
mod judge;
mod oracle;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::{Duration, Instant};

use borders::case::{Case, Complaint};
use borders::input::Input;
use borders::paths::Drawer;
use borders::world::World;
use crosswalk::ledger::Fate;
use crosswalk::vendor::{self, Route};
use crosswalk::{Conversion, Reading, convert, interpret};
use draw::Dice;
use oracle::System;

/// Paths for one conversion; fewer where a code is accepted, since that converts the same input again.
const PATHS: usize = 1500;
const PATHS_ACCEPTED: usize = 500;

/// What was judged for one reader and route.
#[derive(Clone, Copy, Default)]
struct Count {
    conversions: u64,
    accepted: u64,
    /// Conversions that wrote entries.
    writing: u64,
    paths: u64,
    in_source: u64,
    in_output: u64,
    fates: [u64; 12],
}

impl Count {
    fn add(&mut self, other: &Count) {
        self.conversions += other.conversions;
        self.accepted += other.accepted;
        self.writing += other.writing;
        self.paths += other.paths;
        self.in_source += other.in_source;
        self.in_output += other.in_output;
        self.fates.iter_mut().zip(other.fates).for_each(|(mine, other)| *mine += other);
    }
}

/// Something that must not be, with all that it takes to see it again.
#[derive(Clone)]
struct Found {
    input: Input,
    /// How long the input's text is: the shortest ones tell most.
    size: usize,
    route: &'static str,
    accept: Option<String>,
    complaint: Complaint,
    path: Option<String>,
}

#[derive(Default)]
struct Tally {
    counts: BTreeMap<(String, &'static str), Count>,
    inputs: u64,
    refused: u64,
    paths: u64,
    /// By reader, route and kind: how often, and the first ones.
    found: BTreeMap<String, (u64, Vec<Found>)>,
}

/// How many examples of one kind are made smaller and shown.
const SHOWN: usize = 2;

impl Tally {
    fn add(&mut self, other: Tally) {
        for (key, count) in other.counts {
            self.counts.entry(key).or_default().add(&count);
        }
        self.inputs += other.inputs;
        self.refused += other.refused;
        self.paths += other.paths;
        for (kind, (count, first)) in other.found {
            let mine = self.found.entry(kind).or_default();
            mine.0 += count;
            first.into_iter().for_each(|found| keep(&mut mine.1, found));
        }
    }

    fn complain(&mut self, format: &str, found: Found) {
        let kind = format!("{format} to {}: {}", found.route, found.complaint.kind);
        let (count, first) = self.found.entry(kind).or_default();
        *count += 1;
        keep(first, found);
    }
}

/// Keeps the shortest ones. The same input shows the same thing many times.
fn keep(all: &mut Vec<Found>, found: Found) {
    let longest = all.last().map_or(0, |f| f.size);
    if all.len() < SHOWN || found.size < longest {
        if all.iter().all(|f| f.size != found.size) {
            all.push(found);
        }
        all.sort_by_key(|f| f.size);
        all.truncate(SHOWN);
    }
}

/// Judges one conversion by so many paths.
fn judge(
    (input, reading, text): (&Input, &Reading, &str),
    (route, accept): (&'static dyn Route, Option<&str>),
    paths: usize,
    dice: &mut Dice,
    tally: &mut Tally,
) -> Conversion {
    let mut options = input.options();
    options.accept.extend(accept.map(str::to_owned));
    let id = route.info().id;
    let format = reading.format.id();
    let conversion = convert(&interpret(&[reading], &options.answers), route, &options);
    let mut count = Count {
        conversions: u64::from(accept.is_none()),
        accepted: u64::from(accept.is_some()),
        ..Count::default()
    };
    let found = |complaint: Complaint, path: Option<String>| Found {
        input: input.clone(),
        size: text.len(),
        route: id,
        accept: accept.map(str::to_owned),
        complaint,
        path,
    };
    if accept.is_none() {
        for row in conversion.rows.iter().filter(|r| ["exclusion", "trusted application"].contains(&r.kind)) {
            let fate = Fate::ALL.iter().position(|f| *f == row.fate).expect("a fate");
            count.fates[fate] += 1;
            if row.fate == Fate::Looser && (!row.written.is_empty() || row.example.is_none()) {
                let what = format!("{}: {:?}, {:?}", row.source, row.written, row.example);
                let kind = "a looser row that is written, or without an example".to_owned();
                tally.complain(format, found(Complaint { kind, detail: what }, None));
            }
        }
    }
    let world = World::drawn(&options, dice);
    let mut case = Case::read(reading, text, &options, &conversion, world);
    for complaint in std::mem::take(&mut case.wrong) {
        tally.complain(format, found(complaint, None));
    }
    if case.entries() > 0 {
        count.writing += 1;
        let system = input.system();
        let folders = world.folders();
        let drawer = Drawer::new(&case.masks, &folders, system);
        let mut drawn: Vec<String> = (0..paths).map(|_| drawer.draw(dice)).collect();
        drawn.sort_unstable();
        drawn.dedup();
        for path in drawn {
            let Some(seen) = case.judge(&path) else { continue };
            count.paths += 1;
            count.in_source += u64::from(seen.in_source);
            count.in_output += u64::from(seen.in_output);
            for complaint in seen.wrong {
                tally.complain(format, found(complaint, Some(path.clone())));
            }
        }
    }
    tally.paths += count.paths;
    tally.counts.entry((format.to_owned(), id)).or_default().add(&count);
    conversion
}

/// Judges one input by every route, and again with every code accepted that a row is looser for.
fn judge_input(input: &Input, paths: [usize; 2], dice: &mut Dice, tally: &mut Tally) {
    let (name, bytes) = input.bytes();
    tally.inputs += 1;
    let Ok(reading) = common::reading(name, &bytes) else {
        tally.refused += 1;
        return;
    };
    let text = common::decoded(&bytes);
    let given = (input, &reading, text.as_str());
    // Indicators name files by their content; `unix_defender.rs` judges them.
    for route in vendor::all().iter().filter(|r| r.info().id != "defender/indicators") {
        let info = route.info();
        let policy = interpret(&[&reading], &input.options().answers);
        if !info.fits(policy.platform) {
            assert!(convert(&policy, *route, &input.options()).artefacts.is_empty(), "{}: {text}", info.id);
            continue;
        }
        let plain = judge(given, (*route, None), paths[0], dice, tally);
        let mut codes: Vec<&str> =
            plain.rows.iter().filter(|r| r.fate == Fate::Looser).map(|r| r.code).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            judge(given, (*route, Some(code)), paths[1], dice, tally);
        }
    }
}

/// Looks for the same kind of thing in another input: with the same path, then with so many drawn ones.
fn again(first: &Found, input: &Input, paths: usize) -> Option<Found> {
    let (name, bytes) = input.bytes();
    let reading = common::reading(name, &bytes).ok()?;
    let text = common::decoded(&bytes);
    let mut options = input.options();
    options.accept.extend(first.accept.clone());
    let conversion = convert(&interpret(&[&reading], &options.answers), vendor::find(first.route)?, &options);
    let found = |complaint: Complaint, path: Option<String>| Found {
        input: input.clone(),
        size: text.len(),
        complaint,
        path,
        ..first.clone()
    };
    let of_kind = |c: &Complaint| c.kind == first.complaint.kind;
    // Several machines are possible, so it is tried more than once.
    for n in 0..4 {
        let mut dice = Dice::new(&format!("again {n}"));
        let world = World::drawn(&options, &mut dice);
        let mut case = Case::read(&reading, &text, &options, &conversion, world);
        let Some(path) = &first.path else {
            match std::mem::take(&mut case.wrong).into_iter().find(of_kind) {
                Some(complaint) => return Some(found(complaint, None)),
                None => continue,
            }
        };
        let (system, folders) = (input.system(), world.folders());
        let drawer = Drawer::new(&case.masks, &folders, system);
        let drawn = if case.entries() > 0 { paths } else { 0 };
        let mut drawn: Vec<String> = (0..drawn).map(|_| drawer.draw(&mut dice)).collect();
        drawn.push(path.clone());
        drawn.sort_by_key(|p| p.chars().count());
        let hit = drawn.into_iter().find_map(|path| {
            let complaint = case.judge(&path)?.wrong.into_iter().find(of_kind)?;
            Some(found(complaint, Some(path)))
        });
        if hit.is_some() {
            return hit;
        }
    }
    None
}

/// Makes what was found smaller, as long as the same kind of thing is found and there is time.
fn smallest(first: &Found, end: Instant) -> Found {
    let mut best = first.clone();
    for paths in [0, 300] {
        // On from where the last thing was taken away, and round again until nothing can be.
        let (mut at, mut since) = (0, 0);
        while Instant::now() < end {
            let candidates = best.input.smaller();
            if since >= candidates.len() {
                break;
            }
            at %= candidates.len();
            match again(&best, &candidates[at], paths) {
                Some(next) => (best, since) = (next, 0),
                None => (at, since) = (at + 1, since + 1),
            }
        }
    }
    best
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.replace('_', "").parse().ok()).unwrap_or(usual)
}

/// Judges inputs of one row of numbers until so many paths were judged.
fn run(paths: u64, thread: u64, threads: u64) -> Tally {
    let mut tally = Tally::default();
    let mut n = thread;
    while tally.paths < paths {
        let mut dice = Dice::new(&format!("input {n}"));
        let input = Input::drawn(&mut dice);
        judge_input(&input, [PATHS, PATHS_ACCEPTED], &mut dice, &mut tally);
        n += threads;
    }
    tally
}

#[test]
fn no_conversion_is_looser_near_the_borders_of_masks() {
    let (paths, threads) = (number("CROSSWALK_PATHS", 1_000_000), number("CROSSWALK_THREADS", 1).max(1));
    let begun = Instant::now();
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..threads).map(|n| scope.spawn(move || run(paths.div_ceil(threads), n, threads))).collect();
        all.into_iter().for_each(|t| tally.add(t.join().expect("a thread ends well")));
    });
    print(&tally, begun);
    for format in ["kesl-export", "kesl-task", "ksws-xml", "local-exclusions", "rows", "kes-console-list"] {
        // A firewall holds no masks.
        let masks = |route: &str| !route.starts_with("windows-firewall/");
        let of_format = tally.counts.iter().filter(|((f, route), _)| f == format && masks(route));
        for ((_, route), count) in of_format {
            assert!(count.writing > 0 && count.in_output > 0, "{format} to {route} was judged");
        }
    }
    let mut wrong = String::new();
    for (kind, (count, first)) in &tally.found {
        let _ = writeln!(wrong, "\n{kind}: {count}");
        for found in first {
            let found = smallest(found, Instant::now() + Duration::from_secs(5));
            let accepted = found.accept.map_or(String::new(), |code| format!(", {code} accepted"));
            let _ = writeln!(wrong, "  {}{accepted}", found.complaint.detail);
            let _ = writeln!(wrong, "    answers {:?}", found.input.answers);
            for confirmed in &found.input.options().answers.columns {
                let _ = writeln!(wrong, "    {}", serde_json::to_string(&confirmed.mapping).unwrap());
            }
            found.input.text().lines().for_each(|line| _ = writeln!(wrong, "    | {line}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What was judged, in a form that can be put into a note.
fn print(tally: &Tally, begun: Instant) {
    println!(
        "{} paths judged in {} inputs ({} refused), {:.1} s",
        tally.paths,
        tally.inputs,
        tally.refused,
        begun.elapsed().as_secs_f32()
    );
    for ((format, route), count) in &tally.counts {
        println!(
            "{format} to {route}: {} conversions ({} with entries), {} with a code accepted; {} paths, unscanned {} in the source and {} in the output",
            count.conversions, count.writing, count.accepted, count.paths, count.in_source, count.in_output
        );
        let fates = Fate::ALL.iter().zip(count.fates).filter(|(_, n)| *n > 0);
        let fates: Vec<String> = fates.map(|(fate, n)| format!("{} {n}", fate.word())).collect();
        println!("    rows: {}", fates.join(", "));
    }
}

/// The judge sees what an accepted row gains when it is told that nobody accepted it.
#[test]
fn the_judge_of_borders_can_say_no() {
    let text = "Version=12.1.0.1\n[AppSettings]\nUseKSN=No\n[MonitoringTask.item_0000]\nTaskType=OAS\nActive=Yes\n[MonitoringTask.item_0000.Settings]\n\
                [MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000]\nUseScanArea=Yes\nPath=/srv/db\nAreaMask.item_0000=*\n\
                [OnDemandTask.item_0001]\nTaskType=ODS\n[OnDemandTask.item_0001.Settings]\nUseExcludeMasks=No\n";
    let reading = common::reading("x.ini", text.as_bytes()).unwrap();
    let accepted = common::accept_all(common::answers(&[]));
    let mut dice = Dice::new("no");
    let world = World::drawn(&accepted, &mut dice);
    let policy = interpret(&[&reading], &accepted.answers);
    let mut conversion = convert(&policy, vendor::find("defender/linux").unwrap(), &accepted);
    let mut case = Case::read(&reading, text, &accepted, &conversion, world);
    assert!(case.judge("/srv/db/x").unwrap().wrong.is_empty(), "the user accepted it");
    for row in &mut conversion.rows {
        row.decision = None;
        if row.fate == Fate::Looser {
            row.fate = Fate::Exact;
        }
    }
    let mut case = Case::read(&reading, text, &accepted, &conversion, world);
    let wrong: Vec<String> = case.judge("/srv/db/x").unwrap().wrong.into_iter().map(|c| c.kind).collect();
    assert_eq!(wrong, ["looser without a decision", "a row called exact takes more"]);
    let paths = Drawer::new(&case.masks, &[], System::Linux);
    let said = (0..200).filter(|_| case.judge(&paths.draw(&mut dice)).is_some_and(|s| !s.wrong.is_empty()));
    assert!(said.count() > 50, "drawn paths show it");
}

/// The judge of lists sees what a conversion gains that takes a condition, or a row that is off, for nothing.
#[test]
fn the_judge_of_lists_can_say_no() {
    let text = "Path;State;Threat name;Odd\nD:\\a\\;on;*;\nD:\\b\\;off;*;\nD:\\c\\;on;EICAR;\nD:\\d\\;on;*;7\n\
                D:\\e\\;perhaps;*;\n";
    let reading = common::reading("x.csv", text.as_bytes()).unwrap();
    let told = |roles: [&str; 4]| {
        let names = ["Path", "State", "Threat name", "Odd"];
        let columns =
            names.iter().zip(roles).map(|(name, role)| serde_json::json!({"name": name, "role": role}));
        let otherwise = match roles[1] {
            "enabled" => serde_json::json!({"components": "all", "subfolders": "on"}),
            _ => serde_json::json!({"components": "all", "subfolders": "on", "enabled": "on"}),
        };
        let mapping = serde_json::json!({"source": "rows", "confirmed": true, "rows": "exclusion", "language": "kes",
            "columns": columns.collect::<Vec<_>>(), "otherwise": otherwise});
        let mut options = crosswalk::options::Options::default();
        let mapping = serde_json::from_value(mapping).unwrap();
        options.answers.columns.push(crosswalk::options::Confirmed { input: None, mapping });
        options
    };
    let right = told(["path", "enabled", "threat", "unknown"]);
    let wrong_about = |roles: [&str; 4]| -> Vec<char> {
        let other = told(roles);
        let policy = interpret(&[&reading], &other.answers);
        let conversion = convert(&policy, vendor::find("defender/powershell").unwrap(), &other);
        let mut case =
            Case::read(&reading, text, &right, &conversion, World::drawn(&right, &mut Dice::new("no")));
        assert!(case.judge("D:\\a\\x").unwrap().in_source, "the first row is read");
        let looser = |c: &char| !case.judge(&format!("D:\\{c}\\x")).unwrap().wrong.is_empty();
        ['a', 'b', 'c', 'd', 'e'].into_iter().filter(looser).collect()
    };
    assert!(wrong_about(["path", "enabled", "threat", "unknown"]).is_empty());
    assert_eq!(wrong_about(["path", "no-effect", "threat", "unknown"]), ['b', 'e']);
    assert_eq!(wrong_about(["path", "enabled", "no-effect", "unknown"]), ['c']);
    assert_eq!(wrong_about(["path", "enabled", "threat", "no-effect"]), ['d']);
}
