//! The whole road: what a ledger says was written is what stands in the files, read back by readers of another making; nothing
//! more, nothing less, counted. Files that hold the same in several forms hold the same. Entries that a route writes
//! whatever the rows say count as said.
#![cfg(not(target_arch = "wasm32"))]

mod borders;
mod common;
mod draw;
mod judge;
mod oracle;
mod road_damage;
mod road_inputs;

use std::collections::{BTreeMap, BTreeSet};

use common::{accept_all, answers, fixtures, generous, samples};
use crosswalk::options::{Confirmed, Options};
use crosswalk::policy::Platform;
use crosswalk::vendor::{self, Entry, Route};
use crosswalk::{Conversion, Reading, convert, interpret};
use draw::Dice;
use judge::readers::{self, Indicator, Obeyed, WindowsRule, unix};

/// One conversion, with what it wrote by the ledger and by the files.
struct Road {
    conversion: Conversion,
    constants: Vec<Entry>,
}

/// What one file holds, as the ledger would show it.
fn shown(read: &Obeyed) -> Vec<String> {
    let mut out = read.exclusions.shown();
    // Intune has one word for taking part in the cloud or not, the others have one for how far.
    let name = |name: &String| {
        if name == "AllowCloudProtection" { "MAPSReporting".to_owned() } else { name.clone() }
    };
    out.extend(read.settings.iter().map(|(key, value)| format!("{} {value}", name(key))));
    for exclusion in &read.unix.exclusions {
        out.push(match exclusion {
            unix::Exclusion::Path(true, path) => format!("excludedPath folder {path}"),
            unix::Exclusion::Path(false, path) => format!("excludedPath file {path}"),
            unix::Exclusion::Extension(ending) => format!("excludedFileExtension {ending}"),
            unix::Exclusion::Process(process) => format!("excludedFileName {process}"),
        });
    }
    // That entries are added to those of the machine is said by the form of the file.
    let own =
        |key: &str| key != "exclusionSettings.mergePolicy" && key != "antivirusEngine.exclusionsMergePolicy";
    out.extend(read.unix.settings.iter().filter(|(key, _)| own(key)).map(|(k, v)| format!("{k} {v}")));
    out.extend(read.indicators.iter().map(indicator));
    out
}

fn indicator(one: &Indicator) -> String {
    format!(
        "{} {}; Action {}; Severity {}; Title {}; Description {}; RecommendedActions {}; GenerateAlert {}",
        one.kind, one.value, one.action, one.severity, one.title, one.description, one.recommended, one.alert
    )
}

/// How the files of a route belong together: each group says everything that the other groups say.
fn form(name: &str) -> String {
    let extension = name.split_once('.').map_or("", |(_, e)| e);
    match extension {
        // Several lists, several tabs, several policies make one whole.
        "txt" if name.starts_with("huntress") => "lists".to_owned(),
        "graph.json" | "intune.json" => "bodies".to_owned(),
        other if other.ends_with("plist") => "plist".to_owned(),
        other if other.ends_with("mobileconfig") => "profile".to_owned(),
        other => other.to_owned(),
    }
}

/// What all files say, by form; each file alone, too.
type Forms = BTreeMap<String, Vec<(String, Obeyed)>>;

fn read_back(conversion: &Conversion) -> Result<Forms, String> {
    let mut out = Forms::new();
    for artefact in &conversion.artefacts {
        let name = artefact.name.as_ref();
        let read = readers::read(name, &artefact.bytes).map_err(|wrong| format!("{name}: {wrong}"))?;
        out.entry(form(name)).or_default().push((name.to_owned(), read));
    }
    Ok(out)
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all
}

/// The first that stands in one list more often than in the other.
fn difference(one: &[String], other: &[String]) -> Option<String> {
    let count = |all: &[String], what: &String| all.iter().filter(|a| *a == what).count();
    one.iter().find(|what| count(one, what) > count(other, what)).cloned()
}

/// The rules of the firewall are compared by what they do and by how they are called.
fn rules(read: &[(String, Obeyed)]) -> Vec<WindowsRule> {
    let mut all: Vec<WindowsRule> = read.iter().flat_map(|(_, r)| r.rules.iter().cloned()).collect();
    all.iter_mut().for_each(|r| {
        r.id.make_ascii_lowercase();
        r.program = r.program.take().map(|p| p.to_lowercase());
        r.description.clear();
        r.group.clear();
    });
    all.sort_unstable();
    all
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    conversions: usize,
    writing: usize,
    artefacts: usize,
    entries: usize,
    rules: usize,
}

/// Compares ledger and files.
fn compare(road: &Road, count: &mut Count) -> Result<(), String> {
    let conversion = &road.conversion;
    let id = conversion.route.info().id;
    count.conversions += 1;
    // The ledger: every entry of a row, and the constants.
    let entries: Vec<&Entry> = conversion.entries().collect();
    let told: BTreeSet<String> =
        conversion.rows.iter().flat_map(|r| r.written.iter().map(|w| w.entry.clone())).collect();
    let constant: BTreeSet<String> =
        road.constants.iter().map(|e| crosswalk::text::owned(e.shown())).collect();
    let all: BTreeSet<String> = told.union(&constant).cloned().collect();
    let kept: BTreeSet<String> = entries.iter().map(|e| crosswalk::text::owned(e.shown())).collect();
    if all != kept {
        return Err(format!("the rows name {all:?}, the conversion holds {kept:?}"));
    }
    if kept.len() != entries.len() {
        return Err(format!("an entry stands twice: {entries:?}"));
    }
    let names: BTreeSet<&str> = conversion.artefacts.iter().map(|a| a.name.as_ref()).collect();
    let files = conversion.rows.iter().flat_map(|r| r.written.iter().map(|w| w.file.as_ref()));
    if let Some(file) = files.clone().find(|f| !names.contains(f)) {
        return Err(format!("the ledger names {file}, which is not there: {names:?}"));
    }
    if names.len() != conversion.artefacts.len() {
        return Err(format!("two files of one name: {names:?}"));
    }
    if entries.is_empty() && !conversion.artefacts.is_empty() {
        return Err(format!("files without entries: {names:?}"));
    }
    if id.starts_with("clamav") {
        return Ok(());
    }
    let forms = read_back(conversion)?;
    count.artefacts += conversion.artefacts.len();
    count.writing += usize::from(!forms.is_empty());
    count.entries += entries.len();
    // Each entry of a row stands in the file that the row names.
    for written in conversion.rows.iter().flat_map(|r| &r.written) {
        if id.starts_with("windows-firewall") {
            break;
        }
        let (_, read) = forms
            .values()
            .flatten()
            .find(|(name, _)| *name == written.file)
            .ok_or("a file that was not read")?;
        if !shown(read).iter().any(|s| crosswalk::text::owned(s.as_str()) == written.entry) {
            return Err(format!("{} is not in {}", written.entry, written.file));
        }
    }
    if id.starts_with("windows-firewall") {
        firewall(&entries, &forms, count)?;
        return needed(id, &forms, entries.len());
    }
    let wanted = sorted(entries.iter().map(|e| e.shown()).collect());
    for (form, read) in &forms {
        let got = sorted(read.iter().flat_map(|(_, r)| shown(r)).collect());
        // What only the body of a call can hold, the tables do not have.
        let wanted: Vec<String> = match (id, form.as_str()) {
            ("defender/indicators", "csv") => {
                let call = ["FileMd5 ", "CertificateThumbprint "];
                wanted.iter().filter(|w| !call.iter().any(|c| w.starts_with(c))).cloned().collect()
            }
            _ => wanted.clone(),
        };
        if let Some(lost) = difference(&wanted, &got) {
            return Err(format!("{form}: {lost} is written by the ledger, and not there; there is {got:?}"));
        }
        if let Some(more) = difference(&got, &wanted) {
            return Err(format!("{form}: {more} is there, and not written by the ledger"));
        }
    }
    needed(id, &forms, entries.len())
}

/// Every form is there.
fn needed(id: &str, forms: &Forms, entries: usize) -> Result<(), String> {
    let needed: &[&str] = match id {
        "windows-firewall/gpo" | "defender/gpo" => &["pol", "lgpo.txt", "reg"],
        "defender/macos" => &["plist", "profile"],
        // What the tables cannot hold is in the bodies, and all the rest, too.
        "defender/indicators" if !forms.contains_key("api.json") && entries > 0 => &["api.json"],
        _ if forms.is_empty() => &["a file"],
        _ => &[],
    };
    if entries > 0 && !needed.is_empty() && forms.keys().map(String::as_str).ne(sorted_words(needed)) {
        return Err(format!("forms {:?}, not {needed:?}", forms.keys()));
    }
    Ok(())
}

fn sorted_words<'w>(words: &[&'w str]) -> Vec<&'w str> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words
}

/// What happens to packets without a rule, by profile and name.
fn defaults(read: &[(String, Obeyed)]) -> BTreeMap<(String, String), i64> {
    read.iter().flat_map(|(_, r)| r.defaults.told.clone()).collect()
}

fn firewall(entries: &[&Entry], forms: &Forms, count: &mut Count) -> Result<(), String> {
    let (told_rules, told_defaults) = road_inputs::rules_of(entries)?;
    for (form, read) in forms {
        let (mut told, mut there) = (told_rules.clone(), rules(read));
        count.rules += there.len();
        if form == "bodies" {
            // In Intune a rule is known by its name.
            told.iter_mut().chain(&mut there).for_each(|r| r.id.clear());
        }
        told.sort_unstable();
        there.sort_unstable();
        if let Some(lost) = told.iter().find(|r| !there.contains(r)) {
            return Err(format!("{form}: {lost:?} is written by the ledger, and not there: {there:?}"));
        }
        if told != there {
            return Err(format!("{form}: {} rules by the ledger, {} there", told.len(), there.len()));
        }
        // In Intune a default stands below the switch of its profile, which is on.
        let policy = form == "bodies" && !told_defaults.is_empty();
        let mut wanted = BTreeMap::new();
        for profile in ["domain", "private", "public"] {
            let on = policy.then(|| ("enablefirewall".to_owned(), 1));
            for (name, value) in told_defaults.iter().map(|(n, v)| (n.clone(), *v)).chain(on) {
                wanted.insert((profile.to_owned(), name), value);
            }
        }
        if defaults(read) != wanted {
            return Err(format!("{form}: defaults {:?}, by the ledger {wanted:?}", defaults(read)));
        }
    }
    Ok(())
}

/// Converts for one route, and for one system whatever the input is for.
fn go(reading: &Reading, platform: Option<Platform>, route: &'static dyn Route, options: &Options) -> Road {
    let mut policy = interpret(&[reading], &options.answers);
    if let Some(platform) = platform {
        policy.platform = platform;
    }
    let conversion = convert(&policy, route, options);
    let fits = route.info().fits(policy.platform);
    let constants =
        if fits && !conversion.artefacts.is_empty() { route.constants(&policy) } else { Vec::new() };
    Road { conversion, constants }
}

#[derive(Default)]
struct Tally {
    counts: BTreeMap<&'static str, Count>,
    wrong: BTreeMap<String, (usize, String)>,
    inputs: usize,
}

impl Tally {
    /// One input, every route; `None` and every other system for which a route exists.
    fn judge(&mut self, label: &str, name: &str, bytes: &[u8], options: &Options) {
        let Ok(reading) = common::reading(name, bytes) else { return };
        self.inputs += 1;
        for platform in [None, Some(Platform::Windows), Some(Platform::MacOs), Some(Platform::Linux)] {
            for route in vendor::all() {
                let info = route.info();
                let road = go(&reading, platform, *route, options);
                let count = self.counts.entry(info.id).or_default();
                if let Err(wrong) = compare(&road, count) {
                    let kind: String = wrong.chars().take(24).collect();
                    let entry = self.wrong.entry(format!("{}: {kind}", info.id)).or_default();
                    entry.0 += 1;
                    if entry.1.is_empty() || entry.1.len() > bytes.len() + 2000 {
                        let text = String::from_utf8_lossy(bytes);
                        let text: String = text.chars().take(1500).collect();
                        entry.1 = format!("{label} as {platform:?}: {wrong}\n{text}");
                    }
                }
            }
        }
    }

    fn finish(self, what: &str) -> Self {
        println!("{what}: {} inputs", self.inputs);
        for (id, count) in &self.counts {
            println!("  {id}: {count:?}");
        }
        for (kind, (times, shown)) in &self.wrong {
            println!("---- {kind}, {times} times\n{shown}\n");
        }
        assert!(self.wrong.is_empty(), "{:?}", self.wrong.keys().collect::<Vec<_>>());
        self
    }
}

/// The answers, columns and accepted codes of a golden case.
fn of_case(label: &str) -> Option<Options> {
    let case = common::root().join("tests/suite").join(label).with_file_name("case.json");
    let case: serde_json::Value = serde_json::from_slice(&std::fs::read(case).ok()?).unwrap();
    let mut options = Options::default();
    for (key, value) in case["answers"].as_object().into_iter().flatten() {
        options.answers.given.insert(key.clone(), value.as_str().unwrap().to_owned());
    }
    for mapping in case["tables"].as_array().into_iter().flatten() {
        let mapping = serde_json::from_value(mapping.clone()).unwrap();
        options.answers.columns.push(Confirmed { input: None, mapping });
    }
    for code in case["accept"].as_array().into_iter().flatten() {
        options.accept.insert(code.as_str().unwrap().to_owned());
    }
    Some(options)
}

#[test]
fn ledgers_and_files_agree_in_fixtures_and_samples() {
    let mut tally = Tally::default();
    for given in fixtures().into_iter().chain(samples()) {
        let mut sets = vec![Options::default(), generous(), accept_all(generous())];
        sets.extend(of_case(&given.label));
        sets.extend(of_case(&given.label).map(accept_all));
        sets.push(answers(&[("ksws.product", "kess"), ("ksws.subfolders", "no"), ("ksws.addresses", "yes")]));
        for options in sets {
            tally.judge(&given.label, &given.name, &given.bytes, &options);
        }
    }
    let tally = tally.finish("fixtures and samples");
    for (id, count) in tally.counts {
        assert!(count.conversions > 100, "{id}: {count:?}");
        assert!(id.starts_with("clamav") || count.entries > 0, "{id}: nothing was written");
    }
}

#[test]
fn ledgers_and_files_agree_in_drawn_inputs() {
    let mut tally = Tally::default();
    for n in 0..draw::cases(250) {
        let mut dice = Dice::new(&format!("road {n}"));
        let input = borders::input::Input::drawn(&mut dice);
        let (name, bytes) = input.bytes();
        let options = if dice.once_in(2) { accept_all(input.options()) } else { input.options() };
        tally.judge("drawn", name, &bytes, &options);
    }
    tally.finish("drawn inputs");
}

#[test]
fn ledgers_and_files_agree_in_settings_and_lists_of_other_kinds() {
    let mut tally = Tally::default();
    for n in 0..draw::cases(250) {
        let mut dice = Dice::new(&format!("road of others {n}"));
        let (name, text, options) = road_inputs::drawn(&mut dice);
        let options = if dice.once_in(2) { accept_all(options) } else { options };
        tally.judge("drawn", name, text.as_bytes(), &options);
    }
    tally.finish("settings and other lists");
}

/// The judge can say no: each damage to a file is seen, whichever of the forms it is in.
#[test]
fn every_damage_is_seen() {
    let mut seen: BTreeMap<(&'static str, &'static str), usize> = BTreeMap::new();
    let mut missed: Vec<String> = Vec::new();
    let mut conversions: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut damage = |reading: &Reading, platform: Option<Platform>, options: &Options, dice: &mut Dice| {
        for route in vendor::all() {
            let id = route.info().id;
            let mut road = go(reading, platform, *route, options);
            let so_far = conversions.entry(id).or_default();
            if road.conversion.artefacts.is_empty() || id.starts_with("clamav") || *so_far >= 25 {
                continue;
            }
            assert_eq!(compare(&road, &mut Count::default()), Ok(()), "{id}");
            *so_far += 1;
            for at in 0..road.conversion.artefacts.len() {
                let whole = road.conversion.artefacts[at].bytes.clone();
                let name = road.conversion.artefacts[at].name.to_string();
                let mut mutants = road_damage::mutants(&name, &whole);
                // Some of each file.
                while mutants.len() > 60 {
                    mutants.swap_remove(dice.below(mutants.len()));
                }
                for (kind, bytes) in mutants {
                    if bytes == whole {
                        continue;
                    }
                    road.conversion.artefacts[at].bytes = bytes.clone();
                    match compare(&road, &mut Count::default()) {
                        Err(_) => *seen.entry((id, kind)).or_default() += 1,
                        Ok(()) => missed
                            .push(format!("{id} {name}: {kind}\n{}", road_damage::first(&whole, &bytes))),
                    }
                }
                road.conversion.artefacts[at].bytes = whole;
                // A file that is not there at all.
                let file = road.conversion.artefacts.remove(at);
                match compare(&road, &mut Count::default()) {
                    Err(_) => *seen.entry((id, "no file")).or_default() += 1,
                    Ok(()) => missed.push(format!("{id}: {name} is not there")),
                }
                road.conversion.artefacts.insert(at, file);
            }
        }
    };
    for given in fixtures() {
        let Ok(reading) = common::reading(&given.name, &given.bytes) else { continue };
        let mut dice = Dice::new(&given.label);
        let options = accept_all(of_case(&given.label).unwrap_or_else(generous));
        for platform in [None, Some(Platform::Windows)] {
            damage(&reading, platform, &options, &mut dice);
        }
    }
    for n in 0..60 {
        let mut dice = Dice::new(&format!("road of others {n}"));
        let (name, text, options) = road_inputs::drawn(&mut dice);
        let Ok(reading) = common::reading(name, text.as_bytes()) else { continue };
        for platform in [None, Some(Platform::Windows), Some(Platform::MacOs)] {
            damage(&reading, platform, &accept_all(options.clone()), &mut dice);
        }
    }
    let total: usize = seen.values().sum();
    println!("{total} damages seen in conversions {conversions:?}");
    let mut kinds: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for ((id, kind), count) in &seen {
        kinds.entry(id).or_default().insert(kind, *count);
    }
    for (id, kinds) in kinds {
        println!("  {id}: {} {kinds:?}", kinds.values().sum::<usize>());
    }
    for one in missed.iter().take(20) {
        println!("---- missed {one}");
    }
    assert!(missed.is_empty(), "{} damages were not seen", missed.len());
    assert!(total > 2000, "{total}");
}
