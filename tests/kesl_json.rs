//! An export of KESL says the same in INI and in each spelling of JSON, once the user has compared them: the same items
//! in the same state. Both texts are made here, from the same tree, and by nothing of the engine.

mod common;

use common::{answers, reading};
use crosswalk::interpret;
use crosswalk::policy::{Kind, State};
use proptest::prelude::*;

/// A piece of an export.
#[derive(Clone, Debug)]
enum Piece {
    /// A value.
    Text(String),
    /// Keys with what stands below them.
    Keys(Vec<(String, Piece)>),
    /// Numbered elements.
    List(Vec<Piece>),
}

fn keys(pairs: impl IntoIterator<Item = (&'static str, Piece)>) -> Piece {
    Piece::Keys(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

fn word(text: &str) -> Piece {
    Piece::Text(text.to_owned())
}

/// How lists stand in JSON.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Arrays,
    Items,
    Paths,
}

fn element(n: usize) -> String {
    format!("item_{n:04}")
}

/// `section` with its own values, then the sections below it.
fn ini(piece: &Piece, section: &str, out: &mut String) {
    let mut below = Vec::new();
    let mut own = String::new();
    let Piece::Keys(pairs) = piece else { panic!("a section has keys") };
    for (key, value) in pairs {
        match value {
            Piece::Text(text) => own.push_str(&format!("{key}={text}\n")),
            Piece::Keys(_) => below.push((key.clone(), value)),
            Piece::List(all) => {
                for (n, value) in all.iter().enumerate() {
                    match value {
                        Piece::Text(text) => own.push_str(&format!("{key}.{}={text}\n", element(n))),
                        _ => below.push((format!("{key}.{}", element(n)), value)),
                    }
                }
            }
        }
    }
    // Without values of its own it would be a leaf that JSON does not have.
    if !section.is_empty() && !own.is_empty() {
        out.push_str(&format!("[{section}]\n"));
    }
    out.push_str(&own);
    for (name, value) in below {
        let path = if section.is_empty() { name } else { format!("{section}.{name}") };
        ini(value, &path, out);
    }
}

/// JSON text with the keys in their order.
fn json(piece: &Piece, spelling: Spelling, words: bool) -> String {
    let object = |pairs: Vec<(String, &Piece)>| {
        let pairs = pairs.into_iter().map(|(key, below)| {
            format!("{}: {}", serde_json::to_string(&key).unwrap(), json(below, spelling, words))
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(",\n"))
    };
    match piece {
        Piece::Text(text) => match text.as_str() {
            "Yes" if !words => "true".to_owned(),
            "No" if !words => "false".to_owned(),
            "" if !words => "null".to_owned(),
            number if !words && number.parse::<u32>().is_ok_and(|n| n.to_string() == number) => {
                number.to_owned()
            }
            text => serde_json::to_string(text).unwrap(),
        },
        Piece::Keys(pairs) => {
            let mut all = Vec::new();
            for (key, below) in pairs {
                match (below, spelling) {
                    (Piece::List(list), Spelling::Paths) => {
                        all.extend(
                            list.iter().enumerate().map(|(n, one)| (format!("{key}.{}", element(n)), one)),
                        );
                    }
                    _ => all.push((key.clone(), below)),
                }
            }
            object(all)
        }
        Piece::List(all) => match spelling {
            Spelling::Arrays => {
                let all: Vec<_> = all.iter().map(|one| json(one, spelling, words)).collect();
                format!("[{}]", all.join(", "))
            }
            _ => object(all.iter().enumerate().map(|(n, one)| (element(n), one)).collect()),
        },
    }
}

/// What an item says, without where it stands.
type Said = (String, Kind, State);

fn items(name: &str, text: &str) -> Vec<Said> {
    let options = answers(&[("kesl.json", "confirmed"), ("kesl.schedule", "confirmed")]);
    let read = reading(name, text.as_bytes()).unwrap_or_else(|r| panic!("{r:?}\n{text}"));
    let policy = interpret(&[&read], &options.answers);
    let mut said: Vec<Said> =
        policy.items.into_iter().map(|i| (shown(&i.kind, &i.source), i.kind, i.state)).collect();
    said.sort_by(|a, b| (&a.0, format!("{:?}", a.1)).cmp(&(&b.0, format!("{:?}", b.1))));
    said
}

/// What is not known stands as the document has it; its keys are compared, not its spelling of values.
fn shown(kind: &Kind, source: &str) -> String {
    match kind {
        Kind::Unread | Kind::Withheld => String::new(),
        _ => source.to_owned(),
    }
}

fn text() -> impl Strategy<Value = Piece> {
    let given = vec![
        "Yes",
        "No",
        "",
        "0",
        "17",
        "/srv/db",
        "/srv/*/tmp",
        "*",
        "*.log",
        "Any",
        "Block",
        "Allow",
        "Loud",
        "a=b",
        r"\",
        r"a\b\",
        "\\",
        "Mounted:NFS",
        r"\Everyone",
        "two words",
        "ä€",
        "TCP",
        "Disinfect",
        "Full",
    ];
    prop_oneof![
        4 => prop::sample::select(given).prop_map(word),
        1 => "[a-zA-Z/ *.,;äß]{0,9}".prop_map(|t| Piece::Text(t.trim().to_owned())),
    ]
}

/// Keys that are known somewhere, and two that are not; each once.
fn scalars() -> impl Strategy<Value = Vec<(String, Piece)>> {
    let names = vec![
        "ScanArchived",
        "TimeLimit",
        "FirstAction",
        "UseExcludeMasks",
        "UseExcludeThreats",
        "ScanByAccessType",
        "BlockTime",
        "OperationMode",
        "SourceType",
        "TaskMode",
        "Unheard",
        "Größe",
    ];
    let some = prop::sample::subsequence(names, 0..8);
    some.prop_flat_map(|names| {
        let values = prop::collection::vec(text(), names.len());
        values.prop_map(move |values| names.iter().map(|n| (*n).to_owned()).zip(values).collect())
    })
}

fn scope() -> impl Strategy<Value = Piece> {
    (text(), text(), text(), prop::collection::vec(text(), 1..3)).prop_map(|(desc, on, path, masks)| {
        keys([("AreaDesc", desc), ("UseScanArea", on), ("Path", path), ("AreaMask", Piece::List(masks))])
    })
}

fn rule() -> impl Strategy<Value = Piece> {
    (text(), text(), text()).prop_map(|(name, action, ports)| {
        keys([("Name", name), ("FirewallAction", action), ("LocalPorts", ports)])
    })
}

fn lists() -> impl Strategy<Value = Vec<(String, Piece)>> {
    let texts = || prop::collection::vec(text(), 1..4).prop_map(Piece::List);
    let scopes = || prop::collection::vec(scope(), 1..4).prop_map(Piece::List);
    let rules = prop::collection::vec(rule(), 1..3).prop_map(Piece::List);
    let all = (texts(), texts(), scopes(), scopes(), rules, any::<[bool; 5]>());
    all.prop_map(|(masks, threats, scan, excluded, rules, with)| {
        let names = ["ExcludeMasks", "ExcludeThreats", "ScanScope", "ExcludedFromScanScope", "PacketRules"];
        let all = names.into_iter().zip([masks, threats, scan, excluded, rules]).zip(with);
        all.filter(|(_, with)| *with).map(|((name, list), _)| (name.to_owned(), list)).collect()
    })
}

fn task() -> impl Strategy<Value = Piece> {
    let kinds = vec![
        ("File_Threat_Protection", "OAS"),
        ("Scan_My_Computer", "ODS"),
        ("My own scan", "ODS"),
        ("Anti_Cryptor", "AntiCryptor"),
        ("Device_Control", "DeviceControl"),
        ("Firewall_Management", "Firewall"),
        ("Web_Control", "WebControl"),
        ("Update", "Update"),
    ];
    let rule = prop::sample::select(vec!["6", "2", "4", "11", "Weekly", "Manual"]);
    (prop::sample::select(kinds), any::<bool>(), scalars(), lists(), prop::option::of(rule)).prop_map(
        |((name, kind), active, scalars, lists, rule)| {
            let mut settings = scalars;
            settings.extend(lists);
            let mut task = vec![
                ("TaskName".to_owned(), word(name)),
                ("TaskType".to_owned(), word(kind)),
                ("Active".to_owned(), word(if active { "Yes" } else { "No" })),
            ];
            if !settings.is_empty() {
                task.push(("Settings".to_owned(), Piece::Keys(settings)));
            }
            if let Some(rule) = rule {
                let schedule = [
                    ("RuleType", word(rule)),
                    ("StartTime", word("04:00:00")),
                    ("RandomInterval", word("5")),
                ];
                task.push(("Schedule".to_owned(), keys(schedule)));
            }
            Piece::Keys(task)
        },
    )
}

fn export() -> impl Strategy<Value = Piece> {
    let tasks = || prop::collection::vec(task(), 1..4).prop_map(Piece::List);
    let mounts = prop::collection::vec(text(), 1..3).prop_map(Piece::List);
    let ports =
        prop::collection::vec(text().prop_map(|t| keys([("PortName", word("x")), ("Port", t)])), 1..3);
    (tasks(), tasks(), mounts, text(), ports).prop_map(|(monitoring, on_demand, mounts, ksn, ports)| {
        keys([
            ("Version", word("12.3.0.1")),
            ("AppSettings", keys([("UseKSN", ksn), ("ExcludedMountPoint", mounts)])),
            (
                "NetSettings",
                keys([("MonitorNetworkPorts", word("Selected")), ("NetworkPorts", Piece::List(ports))]),
            ),
            ("MonitoringTask", monitoring),
            ("OnDemandTask", on_demand),
        ])
    })
}

fn compare(export: &Piece) {
    let mut body = String::new();
    ini(export, "", &mut body);
    let expected = items("x.ini", &body);
    for spelling in [Spelling::Arrays, Spelling::Items, Spelling::Paths] {
        for words in [false, true] {
            let json = json(export, spelling, words);
            let got = items("x.json", &json);
            for (n, (a, b)) in expected.iter().zip(&got).enumerate() {
                assert_eq!(a, b, "item {n} of {spelling:?}, words {words}\n{body}\n{json}");
            }
            assert_eq!(expected.len(), got.len(), "{spelling:?}, words {words}\n{body}\n{json}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn ini_and_json_say_the_same(export in export()) {
        compare(&export);
    }
}

/// The comparison is of something: rules of each kind are read.
#[test]
fn an_export_is_read_and_not_only_equal() {
    let excluded = keys([("Path", word("/srv/db")), ("AreaMask", Piece::List(vec![word("*")]))]);
    let settings =
        keys([("ScanArchived", word("Yes")), ("ExcludedFromScanScope", Piece::List(vec![excluded]))]);
    let task = keys([("TaskName", word("x")), ("TaskType", word("OAS")), ("Settings", settings)]);
    let export = keys([("MonitoringTask", Piece::List(vec![task]))]);
    compare(&export);
    let all = items("x.json", &json(&export, Spelling::Arrays, false));
    let exclusions =
        all.iter().filter(|(_, kind, state)| matches!(kind, Kind::Exclusion(_)) && *state == State::Active);
    assert_eq!(exclusions.count(), 1, "{all:?}");
    assert!(!all.iter().any(|(_, kind, _)| matches!(kind, Kind::Unread)), "{all:?}");
}

/// Without the answer nothing is converted, whatever the file says.
#[test]
fn nothing_of_json_is_converted_before_the_answer() {
    let text = r#"{"MonitoringTask": [{"TaskName": "x", "TaskType": "OAS", "Active": false, "Settings": {
        "ScanArchived": true, "ExcludedFromScanScope": [{"Path": "/srv/db", "AreaMask": ["*"]}]}}]}"#;
    let read = reading("x.json", text.as_bytes()).unwrap();
    for given in [None, Some("no"), Some("perhaps")] {
        let options = given.map_or_else(|| answers(&[]), |a| answers(&[("kesl.json", a)]));
        let policy = interpret(&[&read], &options.answers);
        assert!(policy.tasks.iter().all(|t| t.active), "that it is off is a reading, too");
        let active = policy.items.iter().filter(|i| i.state == State::Active);
        assert!(active.clone().count() > 0);
        for item in active {
            assert!(matches!(item.kind, Kind::Context | Kind::Unread | Kind::Inventory), "{item:?}");
        }
        assert!(policy.findings.iter().any(|f| f.code == "CW0110"));
        for route in common::routes_for("linux") {
            let files = common::convert_read(&read, route, &options);
            let report = common::report(&files);
            for row in report["settings"].as_array().unwrap() {
                assert!(row["written"].as_array().is_none_or(Vec::is_empty), "{route}: {row}");
            }
        }
    }
}
