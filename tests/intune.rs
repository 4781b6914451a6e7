//! `defender/intune` and `defender/graph`: what they write, before judges that are not of the project's making (definitions, real
//! exports, bodies, template ids), and read back into what it does on a machine. The judges themselves are shown to see.
#![cfg(not(target_arch = "wasm32"))]

mod common;
mod settings_catalog;

use std::collections::{BTreeMap, BTreeSet};

use common::{accept_all, answers, fixtures, generated, generous, reading, samples, shared};
use crosswalk::intake::InputInfo;
use crosswalk::intake::leaves::Leaves;
use crosswalk::ledger::Fate;
use crosswalk::mask::{Language, Machine};
use crosswalk::options::Options;
use crosswalk::policy::{
    Action, Certainty, Clock, Cloud, Component, Day, Exclusion, Item, Kind, Meaning, PathMask, Platform,
    Policy, Reach, Rule, Schedule, State, Task, TrustedApplication,
};
use crosswalk::vendor::{self, Entry, Stamp};
use crosswalk::{Conversion, convert, interpret};
use proptest::prelude::*;
use serde_json::{Value, json};
use settings_catalog::reader::{Told, told};
use settings_catalog::{BESIDE_THE_DICTIONARY, Form, Judge, each_instance, parsed, template_ids};

const ROUTES: [(&str, Form, &str, &str); 2] = [
    ("defender/intune", Form::Portal, "defender-exclusions.intune.json", "defender-antivirus.intune.json"),
    ("defender/graph", Form::Graph, "defender-exclusions.graph.json", "defender-antivirus.graph.json"),
];

const LISTS: [&str; 3] = ["ExclusionPath", "ExclusionExtension", "ExclusionProcess"];

fn judge() -> Option<Judge> {
    shared("conformance/defender/intune").map(|folder| Judge::new(&folder))
}

// ---------------------------------------------------------------------------------------------------- policies

const REAL_TIME: usize = 0;
const SCAN: usize = 1;
const BEHAVIOUR: usize = 2;
const GENERAL: usize = 3;

fn policy(kinds: Vec<Kind>) -> Policy {
    let task = |name: &str, component| Task { name: name.to_owned(), component, active: true };
    let item = |kind| Item {
        input: 0,
        leaves: Leaves::default(),
        line: 1,
        kind,
        state: State::Active,
        certainty: Certainty::Confirmed,
        source: "a row".to_owned(),
    };
    Policy {
        inputs: vec![InputInfo {
            name: "input".to_owned(),
            sha256: "0f".repeat(32),
            bytes: 1,
            format: "test",
            product: String::new(),
            version: String::new(),
            encoding: "UTF-8",
            platform: Platform::Windows,
        }],
        platform: Platform::Windows,
        tasks: vec![
            task("real time", Component::OnAccess),
            task("scan", Component::OnDemand),
            task("behaviour", Component::Behaviour),
            task("general", Component::General),
        ],
        items: kinds.into_iter().map(item).collect(),
        questions: Vec::new(),
        tables: Vec::new(),
        findings: Vec::new(),
    }
}

fn setting(task: usize, meaning: Meaning) -> Kind {
    Kind::Setting { task: Some(task), meaning }
}

fn mask(language: Language, text: &str) -> PathMask {
    PathMask { language, text: text.to_owned(), subfolders: Some(true), machine: Machine::default() }
}

fn excluded(text: &str, reach: Reach) -> Kind {
    Kind::Exclusion(Exclusion {
        path: Some(mask(Language::Kes, text)),
        names: Vec::new(),
        threats: Vec::new(),
        hashes: Vec::new(),
        processes: Vec::new(),
        reach,
    })
}

fn trusted(image: &str) -> Kind {
    Kind::TrustedApplication(TrustedApplication {
        image: mask(Language::Kes, image),
        opened_files: Some(true),
        children: None,
        hashes: Vec::new(),
    })
}

fn at(rule: Rule, day: Option<Day>, (hour, minute): (u8, u8), run_missed: Option<bool>) -> Schedule {
    let start = Some(Clock { date: None, time: (hour, minute, 0) });
    Schedule { start, day, run_missed, ..Schedule::of(rule) }
}

/// A row of every kind that the Windows carriers have a word for.
fn full() -> Policy {
    policy(vec![
        excluded(r"D:\Ledger\", Reach::Everything),
        excluded(r"D:\Ledger\scan\", Reach::Components(vec![Component::OnDemand])),
        excluded("*.led", Reach::Everything),
        trusted(r"C:\Program Files\Ledger\ledger.exe"),
        Kind::NetworkAttackExclusion("192.0.2.7".to_owned()),
        setting(REAL_TIME, Meaning::Switch(true)),
        setting(BEHAVIOUR, Meaning::Switch(true)),
        setting(REAL_TIME, Meaning::Archives(true)),
        setting(SCAN, Meaning::NetworkFiles(true)),
        setting(SCAN, Meaning::RemovableDrives(true)),
        setting(GENERAL, Meaning::UnwantedPrograms(true)),
        setting(REAL_TIME, Meaning::Action(Action::Delete)),
        setting(SCAN, Meaning::Schedule(Some(at(Rule::Weekly, Some(Day::OfWeek(2)), (12, 30), Some(true))))),
        setting(SCAN, Meaning::ProcessorLimit(40)),
        setting(GENERAL, Meaning::Cloud(Cloud::Extended)),
        setting(GENERAL, Meaning::InterfaceLock(true)),
    ])
}

fn converted(policy: &Policy, route: &str, options: &Options) -> Conversion {
    convert(policy, vendor::find(route).unwrap(), options)
}

fn agreed() -> Options {
    accept_all(generous())
}

/// The files of a conversion as JSON.
fn files(conversion: &Conversion) -> BTreeMap<String, Value> {
    conversion.artefacts.iter().map(|a| (a.name.to_string(), parsed(&a.bytes))).collect()
}

/// What the files say is what the ledger says, each entry in the file that it names; what is in no form allowed is not there.
fn reads_back(label: &str, conversion: &Conversion) {
    let info = conversion.route.info();
    let files = files(conversion);
    let mut written: BTreeMap<&str, Told> = BTreeMap::new();
    for entry in conversion.entries() {
        written.entry(entry.file).or_default().push((entry.list.to_owned(), entry.value.clone()));
    }
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, written.keys().copied().collect::<Vec<_>>(), "{label}: files");
    for (name, mut wanted) in written {
        assert!(info.files.contains(&name), "{label}: {name}");
        let mut got = told(&files[name]).unwrap_or_else(|e| panic!("{label}: {name}: {e}"));
        // Lists keep their order among themselves; which list stands first is the format's business.
        got.sort_by(|a, b| a.0.cmp(&b.0));
        wanted.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(got, wanted, "{label}: {name}");
        for (list, value) in got.iter().filter(|(list, _)| LISTS.contains(&list.as_str())) {
            assert!(
                !value.contains('|') && !value.chars().any(char::is_control),
                "{label}: {list} {value:?}"
            );
        }
        let lists = got.iter().filter(|(list, _)| LISTS.contains(&list.as_str())).count();
        assert!(lists == 0 || lists == got.len(), "{label}: {name} mixes lists and settings");
    }
    for row in &conversion.rows {
        for written in &row.written {
            assert!(names.contains(&written.file.as_ref()), "{label}: {} has {:?}", row.id, written);
        }
    }
}

/// Parameters with their values.
type Pairs<'a> = &'a [(&'a str, &'a str)];

fn pairs(of: Pairs) -> Told {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

// ---------------------------------------------------------------------------------------------------- what is written

#[test]
fn every_kind_of_row_has_its_place() {
    let exclusions = pairs(&[
        ("ExclusionPath", r"D:\Ledger\"),
        ("ExclusionPath", r"D:\Ledger\scan\:{PathType:folder,ScanTrigger:OnDemand}"),
        ("ExclusionExtension", ".led"),
        ("ExclusionProcess", r"C:\Program Files\Ledger\ledger.exe"),
    ]);
    let settings = [
        ("DisableRealtimeMonitoring", "0"),
        ("DisableBehaviorMonitoring", "0"),
        ("DisableArchiveScanning", "0"),
        ("DisableScanningNetworkFiles", "0"),
        ("DisableRemovableDriveScanning", "0"),
        ("PUAProtection", "1"),
        ("MAPSReporting", "2"),
        ("SubmitSamplesConsent", "1"),
        ("ScanParameters", "2"),
        ("ScanScheduleDay", "3"),
        ("ScanScheduleTime", "750"),
        ("DisableCatchupFullScan", "0"),
        ("ScanAvgCPULoadFactor", "40"),
        ("UILockdown", "1"),
        ("LowThreatDefaultAction", "3"),
        ("ModerateThreatDefaultAction", "3"),
        ("HighThreatDefaultAction", "3"),
        ("SevereThreatDefaultAction", "3"),
    ];
    // No id of the template is known for a schedule or for the level of membership, so their whole rows stay away.
    let template_has = |name: &str| {
        !name.starts_with("ScanSchedule")
            && !["MAPSReporting", "SubmitSamplesConsent", "ScanParameters", "DisableCatchupFullScan"]
                .contains(&name)
    };
    for (route, form, first, second) in ROUTES {
        let conversion = converted(&full(), route, &agreed());
        reads_back(route, &conversion);
        let files = files(&conversion);
        assert_eq!(told(&files[first]).unwrap(), exclusions, "{route}");
        let wanted: Vec<_> =
            settings.into_iter().filter(|(n, _)| form == Form::Portal || template_has(n)).collect();
        assert_eq!(told(&files[second]).unwrap(), pairs(&wanted), "{route}");
        let by_hand: Vec<_> = conversion.rows.iter().filter(|r| r.fate == Fate::ByHand).collect();
        let expected = if form == Form::Portal { 1 } else { 3 };
        assert_eq!(by_hand.len(), expected, "{route}: {by_hand:#?}");
        for row in by_hand {
            assert!(row.reason.contains("defender/gpo") && row.code == "CW1043", "{route}: {row:?}");
        }
    }
}

/// Single rows: what the portal's file says, and what Graph's body says; nothing means that a person does it.
#[test]
fn values_without_a_place_go_to_a_person() {
    let schedule =
        |hour, minute| setting(SCAN, Meaning::Schedule(Some(at(Rule::Daily, None, (hour, minute), None))));
    let daily = |time| [("ScanParameters", "2"), ("ScanScheduleDay", "0"), ("ScanScheduleTime", time)];
    let (last, none): (_, &[(&str, &str)]) = (daily("1380"), &[]);
    let off: &[(&str, &str)] = &[("MAPSReporting", "0")];
    let least: &[(&str, &str)] = &[("ScanAvgCPULoadFactor", "5")];
    let two: &[(&str, &str)] = &[
        ("LowThreatDefaultAction", "2"),
        ("ModerateThreatDefaultAction", "2"),
        ("HighThreatDefaultAction", "2"),
        ("SevereThreatDefaultAction", "2"),
    ];
    let cases: Vec<(&str, Vec<Kind>, Pairs, Pairs)> = vec![
        ("the last time that Intune takes", vec![schedule(23, 0)], &last, none),
        ("a minute later", vec![schedule(23, 1)], none, none),
        ("the last minute of a day", vec![schedule(23, 59)], none, none),
        ("basic membership", vec![setting(GENERAL, Meaning::Cloud(Cloud::Standard))], none, none),
        ("no cloud", vec![setting(GENERAL, Meaning::Cloud(Cloud::Off))], off, off),
        ("one percent", vec![setting(SCAN, Meaning::ProcessorLimit(1))], least, least),
        ("quarantine", vec![setting(REAL_TIME, Meaning::Action(Action::Block))], two, two),
        ("an address", vec![Kind::NetworkAttackExclusion("192.0.2.7".to_owned())], none, none),
        (
            "two limits: the first",
            vec![setting(SCAN, Meaning::ProcessorLimit(5)), setting(SCAN, Meaning::ProcessorLimit(60))],
            least,
            least,
        ),
        (
            "the same limit twice",
            vec![setting(SCAN, Meaning::ProcessorLimit(5)), setting(GENERAL, Meaning::ProcessorLimit(5))],
            least,
            least,
        ),
    ];
    for (label, kinds, portal, graph) in cases {
        for (route, form, ..) in ROUTES {
            let conversion = converted(&policy(kinds.clone()), route, &agreed());
            reads_back(&format!("{label}, {route}"), &conversion);
            let wanted = if form == Form::Portal { portal } else { graph };
            let got: Told = files(&conversion).values().flat_map(|f| told(f).unwrap()).collect();
            assert_eq!(got, pairs(wanted), "{label}, {route}");
            let open = conversion.rows.iter().filter(|r| r.written.is_empty());
            for row in open {
                assert!(matches!(row.fate, Fate::ByHand | Fate::Covered), "{label}, {route}: {row:?}");
                assert!(row.reason.len() > 20, "{label}, {route}: {}", row.reason);
            }
        }
    }
}

#[test]
fn a_file_without_settings_is_not_written() {
    for (route, _, first, second) in ROUTES {
        let lists = converted(&policy(vec![excluded(r"D:\Ledger\", Reach::Everything)]), route, &agreed());
        assert_eq!(files(&lists).keys().collect::<Vec<_>>(), [first]);
        let settings = converted(&policy(vec![setting(SCAN, Meaning::ProcessorLimit(40))]), route, &agreed());
        assert_eq!(files(&settings).keys().collect::<Vec<_>>(), [second]);
        let nothing = converted(&policy(Vec::new()), route, &agreed());
        assert!(files(&nothing).is_empty());
    }
}

#[test]
fn exclusions_of_real_inputs_read_back() {
    let judge = judge();
    let mut count = 0;
    for given in fixtures().into_iter().chain(samples()) {
        let Ok(read) = reading(&given.name, &given.bytes) else { continue };
        for (n, options) in [answers(&[]), generous(), accept_all(generous())].iter().enumerate() {
            let policy = interpret(&[&read], &options.answers);
            for (route, form, ..) in ROUTES {
                let conversion = converted(&policy, route, options);
                let label = format!("{} {n}, {route}", given.label);
                reads_back(&label, &conversion);
                for (name, file) in files(&conversion) {
                    count += 1;
                    let complaints = judge.as_ref().map_or(Vec::new(), |j| j.complaints(form, &file));
                    assert!(complaints.is_empty(), "{label}: {name}: {complaints:#?}");
                }
            }
        }
    }
    println!("{count} files of real inputs");
    assert!(count >= 20, "{count} files");
}

// ---------------------------------------------------------------------------------------------------- anything

/// A name as nobody should have made it.
fn name() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 ._-]{1,6}",
        1 => prop::sample::select(vec![
            "\"", "'", "\u{2019}", "|", "\u{7}", "\n", "\u{85}", "\u{2028}", "\u{202e}", "\u{200f}", "\u{1d49f}",
            "\u{1f4c1}", "\u{feff}", "=", ">", "{", "}", "$", "`", "%", ";", ",", "*", "?", "**", "é", "\u{301}",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|p| p.concat())
}

fn path() -> impl Strategy<Value = String> {
    (
        prop::sample::select(vec!["C:", "d:", r"\\server\share", "%ProgramData%"]),
        prop::collection::vec(name(), 1..4),
        any::<bool>(),
    )
        .prop_map(|(root, names, folder)| {
            format!("{root}\\{}{}", names.join("\\"), if folder { "\\" } else { "" })
        })
}

fn reach() -> impl Strategy<Value = Reach> {
    prop_oneof![
        Just(Reach::Everything),
        Just(Reach::Components(vec![Component::OnAccess])),
        Just(Reach::Components(vec![Component::OnDemand])),
        Just(Reach::Task(REAL_TIME)),
        Just(Reach::Task(SCAN)),
    ]
}

fn meaning() -> impl Strategy<Value = Meaning> {
    let action = prop::sample::select(vec![
        Action::Recommended,
        Action::Disinfect,
        Action::Delete,
        Action::Block,
        Action::Report,
    ]);
    let cloud = prop::sample::select(vec![Cloud::Off, Cloud::Standard, Cloud::Extended, Cloud::On]);
    let schedule = (any::<bool>(), 1u8..8, 0u8..24, 0u8..60, prop::option::of(any::<bool>())).prop_map(
        |(weekly, day, hour, minute, missed)| {
            let (rule, day) =
                if weekly { (Rule::Weekly, Some(Day::OfWeek(day))) } else { (Rule::Daily, None) };
            Meaning::Schedule(Some(at(rule, day, (hour, minute), missed)))
        },
    );
    prop_oneof![
        any::<bool>().prop_map(Meaning::Switch),
        any::<bool>().prop_map(Meaning::Archives),
        any::<bool>().prop_map(Meaning::NetworkFiles),
        any::<bool>().prop_map(Meaning::RemovableDrives),
        any::<bool>().prop_map(Meaning::UnwantedPrograms),
        any::<bool>().prop_map(Meaning::InterfaceLock),
        action.clone().prop_map(Meaning::Action),
        action.prop_map(Meaning::Fallback),
        (0u8..=120).prop_map(Meaning::ProcessorLimit),
        cloud.prop_map(Meaning::Cloud),
        schedule,
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        3 => (path(), reach()).prop_map(|(path, reach)| excluded(&path, reach)),
        1 => (name(), reach()).prop_map(|(name, reach)| excluded(&format!("*.{name}"), reach)),
        1 => path().prop_map(|p| trusted(&p)),
        1 => name().prop_map(|n| trusted(&format!("{n}.exe"))),
        3 => (0usize..4, meaning()).prop_map(|(task, meaning)| setting(task, meaning)),
    ]
}

#[test]
fn whatever_is_written_passes_the_judges_and_reads_back() {
    let judge = judge();
    let (mut written, mut settings) = (0u32, 0u32);
    let mut runner = proptest::test_runner::TestRunner::new(generated(400));
    let inputs = prop::collection::vec(kind(), 0..10);
    let counts = std::cell::RefCell::new((&mut written, &mut settings));
    runner
        .run(&(inputs, any::<bool>()), |(kinds, accepts)| {
            let options = if accepts { agreed() } else { answers(&[]) };
            for (route, form, _, second) in ROUTES {
                let conversion = converted(&policy(kinds.clone()), route, &options);
                reads_back(route, &conversion);
                for (name, file) in files(&conversion) {
                    let complaints = judge.as_ref().map_or(Vec::new(), |j| j.complaints(form, &file));
                    prop_assert!(complaints.is_empty(), "{route}: {name}: {complaints:#?}");
                    let mut counts = counts.borrow_mut();
                    *counts.0 += 1;
                    *counts.1 += u32::from(name == second);
                }
            }
            Ok(())
        })
        .unwrap();
    println!("{written} files, {settings} of them with settings");
    assert!(written > 400 && settings > 200, "{written} files, {settings} of them with settings");
}

proptest! {
    #![proptest_config(generated(200))]

    /// The writer itself, past every check: a text is data whatever it holds.
    #[test]
    fn any_text_is_data(texts in prop::collection::vec((0usize..3, any::<String>()), 1..8), accepts in any::<bool>()) {
        let (route, _, first, _) = ROUTES[usize::from(accepts)];
        let entries: Vec<Entry> = texts.into_iter().map(|(n, text)| Entry::new(first, LISTS[n], text)).collect();
        let sha = "ab".repeat(32);
        let stamp = Stamp { input_sha256: &sha, date: "2024-01-01" };
        let files = vendor::find(route).unwrap().write(&entries, &stamp);
        prop_assert_eq!(files.len(), 1);
        let mut got = told(&parsed(&files[0].bytes)).unwrap();
        let mut wanted: Told = entries.iter().map(|e| (e.list.to_owned(), e.value.clone())).collect();
        got.sort_by(|a, b| a.0.cmp(&b.0));
        wanted.sort_by(|a, b| a.0.cmp(&b.0));
        prop_assert_eq!(got, wanted);
    }
}

// ---------------------------------------------------------------------------------------------------- the judges

#[test]
fn every_value_of_every_setting_passes_the_judges() {
    use vendor::defender::windows::{Form as Values, SETTINGS};
    let Some(judge) = judge() else { return };
    let mut passed = BTreeMap::new();
    for setting in SETTINGS {
        let values: Vec<u32> = match setting.form {
            Values::Switch => vec![0, 1],
            Values::Choice(all) => all.to_vec(),
            Values::Number(first, last) => (first..=last).collect(),
            Values::TimeOfDay => vec![0, 1, 719, 1379, 1380, 1381, 1439],
        };
        for value in values {
            for (route, form, _, second) in ROUTES {
                let entry = Entry::new(second, setting.name, value.to_string());
                let stamp = Stamp { input_sha256: "00", date: "2024-01-01" };
                for file in vendor::find(route).unwrap().write(&[entry], &stamp) {
                    let policy = parsed(&file.bytes);
                    // The writer writes what it is given; that an id is missing is what `assess` sees to.
                    let mut named = true;
                    each_instance(&policy, &mut |i| named &= template_ids(i).0.is_some());
                    let severity = setting.name.ends_with("DefaultAction");
                    if form == Form::Graph && !named && !severity {
                        continue;
                    }
                    let complaints = judge.complaints(form, &policy);
                    assert!(complaints.is_empty(), "{route}: {} {value}: {complaints:#?}", setting.name);
                    assert_eq!(told(&policy).unwrap(), pairs(&[(setting.name, &value.to_string())]));
                    *passed.entry(route).or_insert(0) += 1;
                }
            }
        }
    }
    println!("{passed:?}");
    assert!(passed["defender/intune"] > 140 && passed["defender/graph"] > 130, "{passed:?}");
}

#[test]
fn ids_beside_the_dictionary_were_seen() {
    let Some(judge) = judge() else { return };
    for (id, kind, options) in BESIDE_THE_DICTIONARY {
        assert!(judge.dictionary.get(id).is_none(), "{id} is in the dictionary");
        let row = judge.seen.get(id).unwrap_or_else(|| panic!("{id} was never seen"));
        assert_eq!(row[0], kind, "{id}");
        for option in options {
            assert!(row[3].split(" ; ").any(|v| v == format!("…_{option}")), "{id}: {option} in {}", row[3]);
        }
    }
}

/// The judge finds in the real files what others found in them.
#[test]
fn the_judge_sees_what_is_expected_of_a_validator() {
    let Some(folder) = shared("conformance/defender") else { return };
    let judge = judge().unwrap();
    let table = std::fs::read_to_string(folder.join("expected-validation.tsv")).unwrap();
    let mut rows = 0;
    for line in table.lines().filter(|l| l.contains("\tintune/definitions/setting_definitions.json\t")) {
        let cells: Vec<&str> = line.split('\t').collect();
        let checked = judge.dictionary.check(&settings_catalog::json(&folder.join(cells[0])));
        let note = format!(
            "{} nodes, {} ids not in the dictionary, {} type and {} option mismatches",
            checked.nodes,
            checked.unknown.len(),
            checked.types.len(),
            checked.options.len()
        );
        assert_eq!(note, cells[3], "{}", cells[0]);
        assert!(checked.limits.is_empty(), "{}: {:?}", cells[0], checked.limits);
        rows += 1;
    }
    println!("{rows} rows of expected results");
    assert_eq!(rows, 23);
}

/// A real file has the shape of the other real files, where it says nothing that they do not.
#[test]
fn shapes_are_those_of_the_real_files() {
    let Some(judge) = judge() else { return };
    println!("{} places in portal files, {} in Graph's", judge.portal.places(), judge.graph.places());
    assert!(judge.portal.places() >= 10 && judge.graph.places() >= 12);
    let mut listed = 0;
    for ids in judge.templates.values() {
        listed += ids.len();
    }
    println!("{listed} settings in {} templates", judge.templates.len());
    for (id, ids) in &judge.templates {
        for (definition, (instance, value)) in ids {
            let row = &judge.seen[definition];
            let text = |id: &Option<String>| id.clone().unwrap_or_default();
            assert_eq!((&row[4], &row[5]), (&text(instance), &text(value)), "{id}: {definition}");
        }
    }
}

fn setting_of<'v>(policy: &'v mut Value, id: &str) -> &'v mut Value {
    let all = policy["settings"].as_array_mut().unwrap();
    let at = all
        .iter()
        .position(|s| s["settingInstance"]["settingDefinitionId"].as_str().unwrap().ends_with(id))
        .unwrap_or_else(|| panic!("no {id}"));
    &mut all[at]["settingInstance"]
}

/// What may be wrong with a file: name, form, the file, how it is damaged.
type Damage = (&'static str, Form, usize, fn(&mut Value));

#[rustfmt::skip]
const DAMAGES: &[Damage] = &[
    ("an option that is not defined", Form::Portal, 1, |p| {
        let value = &mut setting_of(p, "allowarchivescanning")["choiceSettingValue"]["value"];
        *value = json!(value.as_str().unwrap().replace("_1", "_9"));
    }),
    ("an option of another setting", Form::Graph, 1, |p| {
        setting_of(p, "puaprotection")["choiceSettingValue"]["value"] = json!("device_vendor_msft_policy_config_defender_allowarchivescanning_1");
    }),
    ("an option without its setting", Form::Portal, 1, |p| setting_of(p, "puaprotection")["choiceSettingValue"]["value"] = json!("1")),
    ("another type of instance", Form::Portal, 1, |p| {
        setting_of(p, "avgcpuloadfactor")["@odata.type"] = json!("#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance");
    }),
    ("a number beyond the limit", Form::Portal, 1, |p| setting_of(p, "schedulescantime")["simpleSettingValue"]["value"] = json!(1381)),
    ("a number as text", Form::Graph, 1, |p| setting_of(p, "avgcpuloadfactor")["simpleSettingValue"]["value"] = json!("40")),
    ("a number called text", Form::Portal, 1, |p| {
        setting_of(p, "avgcpuloadfactor")["simpleSettingValue"]["@odata.type"] = json!("#microsoft.graph.deviceManagementConfigurationStringSettingValue");
    }),
    ("a text as number", Form::Portal, 0, |p| setting_of(p, "excludedpaths")["simpleSettingCollectionValue"][0]["value"] = json!(7)),
    ("a missing key of an instance", Form::Portal, 0, |p| {
        setting_of(p, "excludedpaths").as_object_mut().unwrap().remove("settingInstanceTemplateReference");
    }),
    ("a missing key of a value", Form::Portal, 1, |p| {
        setting_of(p, "puaprotection")["choiceSettingValue"].as_object_mut().unwrap().remove("children");
    }),
    ("a missing key of the policy", Form::Graph, 0, |p| { p.as_object_mut().unwrap().remove("roleScopeTagIds"); }),
    ("one more key of the policy", Form::Portal, 0, |p| p["assignments"] = json!([])),
    ("one more key of the body", Form::Graph, 0, |p| p["id"] = json!("0")),
    ("one more key of an entry", Form::Graph, 0, |p| {
        setting_of(p, "excludedpaths")["simpleSettingCollectionValue"][0]["settingValueTemplateReference"] = Value::Null;
    }),
    ("the type of a setting of a body left out", Form::Graph, 0, |p| { p["settings"][0].as_object_mut().unwrap().remove("@odata.type"); }),
    ("letters in another case", Form::Portal, 0, |p| {
        setting_of(p, "excludedpaths")["settingDefinitionId"] = json!("device_vendor_msft_policy_config_Defender_ExcludedPaths");
    }),
    ("letters of an option in another case", Form::Graph, 1, |p| {
        let value = &mut setting_of(p, "puaprotection")["choiceSettingValue"]["value"];
        *value = json!(value.as_str().unwrap().replace("pua", "PUA"));
    }),
    ("an invented id", Form::Portal, 0, |p| {
        setting_of(p, "excludedpaths")["settingDefinitionId"] = json!("device_vendor_msft_policy_config_defender_excludedipaddresses");
    }),
    ("a wrong count of settings", Form::Portal, 1, |p| p["settingCount"] = json!(p["settingCount"].as_u64().unwrap() + 1)),
    ("a wrong count of a body", Form::Graph, 1, |p| p["settingCount"] = json!(0)),
    ("a setting twice", Form::Portal, 1, |p| {
        let again = p["settings"][0].clone();
        let all = p["settings"].as_array_mut().unwrap();
        all.push(again);
        let count = all.len();
        all[count - 1]["id"] = json!((count - 1).to_string());
        p["settingCount"] = json!(count);
    }),
    ("settings out of order", Form::Portal, 1, |p| p["settings"][0]["id"] = json!("1")),
    ("template ids of two settings swapped", Form::Graph, 0, |p| {
        let other = setting_of(p, "excludedextensions")["settingInstanceTemplateReference"].clone();
        setting_of(p, "excludedpaths")["settingInstanceTemplateReference"] = other;
    }),
    ("the template id of a value for that of its instance", Form::Graph, 1, |p| {
        let own = setting_of(p, "puaprotection")["settingInstanceTemplateReference"]["settingInstanceTemplateId"].clone();
        setting_of(p, "puaprotection")["choiceSettingValue"]["settingValueTemplateReference"]["settingValueTemplateId"] = own;
    }),
    ("a template id left out", Form::Graph, 1, |p| setting_of(p, "puaprotection")["settingInstanceTemplateReference"] = Value::Null),
    ("the template of the other policy", Form::Graph, 1, |p| {
        p["templateReference"]["templateId"] = json!("45fea5e9-280d-4da1-9792-fb5736da0ca9_1");
    }),
    ("a template for the portal", Form::Portal, 0, |p| {
        p["templateReference"]["templateId"] = json!("45fea5e9-280d-4da1-9792-fb5736da0ca9_1");
    }),
    ("other technologies", Form::Graph, 0, |p| p["technologies"] = json!("mdm")),
    ("another system", Form::Portal, 0, |p| p["platforms"] = json!("windows10X")),
    ("a child outside its group", Form::Portal, 1, |p| {
        let child = setting_of(p, "threatseveritydefaultaction")["groupSettingCollectionValue"][0]["children"][0].clone();
        *setting_of(p, "puaprotection") = child;
    }),
    ("a stranger in a group", Form::Portal, 1, |p| {
        let stranger = setting_of(p, "puaprotection").clone();
        setting_of(p, "threatseveritydefaultaction")["groupSettingCollectionValue"][0]["children"][0] = stranger;
    }),
    ("two groups where one may be", Form::Graph, 1, |p| {
        let groups = &mut setting_of(p, "threatseveritydefaultaction")["groupSettingCollectionValue"];
        let again = groups[0].clone();
        groups.as_array_mut().unwrap().push(again);
    }),
    ("a level of membership that nobody saw", Form::Portal, 1, |p| {
        let child = &mut setting_of(p, "spynetreporting")["choiceSettingValue"]["children"][0]["choiceSettingValue"]["value"];
        *child = json!(child.as_str().unwrap().replace("_2", "_1"));
    }),
    ("no settings at all", Form::Graph, 0, |p| { p["settings"] = json!([]); p["settingCount"] = json!(0); }),
];

#[test]
fn damaged_files_are_noticed() {
    let Some(judge) = judge() else { return };
    for (label, form, which, damage) in DAMAGES {
        let (route, _, first, second) = ROUTES.into_iter().find(|r| r.1 == *form).unwrap();
        let files = files(&converted(&full(), route, &agreed()));
        let mut file = files[[first, second][*which]].clone();
        assert_eq!(judge.complaints(*form, &file), Vec::<String>::new(), "before: {label}");
        let before = file.clone();
        damage(&mut file);
        assert_ne!(before, file, "{label}: nothing was damaged");
        let complaints = judge.complaints(*form, &file);
        assert!(!complaints.is_empty(), "{label} was not noticed");
    }
    println!("{} kinds of damage", DAMAGES.len());
}

/// The same entries in both forms differ in nothing but what the forms are.
#[test]
fn both_forms_say_the_same_of_exclusions() {
    let of = |route: &str, name: &str| {
        let files = files(&converted(&full(), route, &agreed()));
        told(&files[name]).unwrap()
    };
    assert_eq!(of(ROUTES[0].0, ROUTES[0].2), of(ROUTES[1].0, ROUTES[1].2));
    let names: BTreeSet<&str> = ROUTES.iter().flat_map(|r| [r.2, r.3]).collect();
    assert_eq!(names.len(), 4);
}
