//! Promise: nothing lost. Every leaf of the input stands in exactly one row of the ledger, under the path and the
//! physical line that an independent count finds: an own line splitter for INI and lists, roxmltree for XML.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::leaves::{
    Leaf, ini_leaves, json_leaves, klp_leaves, leaves_of, list_leaves, rows_leaves, xml_leaves,
};
use common::{Given, accept_all, convert_read, decoded, generous, inputs, reading, report, routes, text};
use crosswalk::options::Options;
use proptest::prelude::*;
use serde_json::Value;

/// XML parsers turn line ends, and in attributes all white space, into something else; the ledger keeps them. Both are
/// verbatim enough.
fn squashed(value: &str) -> String {
    value.replace("\r\n", "\n").replace(['\n', '\t', '\r'], " ")
}

/// Holds the ledger of every route against the leaves.
fn check(name: &str, bytes: &[u8], label: &str) {
    let Ok(read) = reading(name, bytes) else { panic!("{label} is read") };
    let leaves = match read.format.id() {
        "ksc-klp" => klp_leaves(bytes),
        "rows" => rows_leaves(&decoded(bytes)),
        _ => leaves_of(&decoded(bytes)),
    };
    let options = [Options::default(), generous(), accept_all(generous())];
    for route in routes() {
        for options in &options {
            let files = convert_read(&read, route, options);
            compare(&leaves, &report(&files), &format!("{label} to {route}"));
        }
    }
}

fn compare(leaves: &[Leaf], report: &Value, label: &str) {
    let lines: BTreeMap<&str, u64> = leaves.iter().map(|l| (l.path.as_str(), l.line)).collect();
    assert_eq!(lines.len(), leaves.len(), "{label}: the judge's own paths are unique");
    let values: BTreeMap<&str, &str> = leaves.iter().map(|l| (l.path.as_str(), l.value.as_str())).collect();
    let mut seen = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let rows = report["settings"].as_array().unwrap();
    for row in rows {
        assert!(ids.insert(text(row, "id")), "{label}: row id {} stands once", row["id"]);
        let paths: Vec<&str> =
            row["origin"]["leaves"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
        assert!(!paths.is_empty(), "{label}: row {} has leaves", row["id"]);
        for path in &paths {
            assert!(seen.insert(*path), "{label}: {path} stands in two rows");
            assert!(lines.contains_key(path), "{label}: the document has no leaf {path:?}");
        }
        // The first in document order is the one whose line the row tells.
        let told = row["origin"]["line"].as_u64().unwrap();
        assert_eq!(told, lines[paths[0]], "{label}: line of {}", paths[0]);
        assert!(paths.iter().all(|p| lines[p] >= told), "{label}: {} is the first leaf", paths[0]);
        if row["fate"] == "unread" {
            for path in &paths {
                assert!(
                    squashed(text(row, "source")).contains(&squashed(values[path])),
                    "{label}: {path} = {:?} verbatim in {row}",
                    values[path]
                );
            }
        }
    }
    let missing: Vec<&&str> = lines.keys().filter(|p| !seen.contains(**p)).collect();
    assert!(missing.is_empty(), "{label}: lost leaves {missing:?}");
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for row in rows {
        *counts.entry(text(row, "fate")).or_default() += 1;
    }
    let totals = report["totals"].as_object().unwrap();
    for (fate, total) in totals {
        assert_eq!(
            total.as_u64().unwrap(),
            counts.remove(fate.as_str()).unwrap_or(0),
            "{label}: total of {fate}"
        );
    }
    assert!(counts.is_empty(), "{label}: fates without a total: {counts:?}");
}

#[test]
fn nothing_lost_in_samples_and_fixtures() {
    let mut read = 0;
    for Given { label, name, bytes } in inputs() {
        if reading(&name, &bytes).is_err() {
            println!("{label}: refused, see tests/refusals.rs");
            continue;
        }
        check(&name, &bytes, &label);
        read += 1;
    }
    assert!(read >= 4);
}

#[test]
fn the_judge_counts_as_the_design_says() {
    let paths =
        |leaves: Vec<Leaf>| leaves.into_iter().map(|l| format!("{}@{}", l.path, l.line)).collect::<Vec<_>>();
    assert_eq!(
        paths(ini_leaves("V=1\n[A]\nk=1\nk=2\n[B]\n[B]\n# c\nbroken\n[A]\n")),
        ["V@1", "A.k@3", "A.k#2@4", "B@5", "B#2@6", "line 7@7", "line 8@8", "A@9"]
    );
    assert_eq!(
        paths(xml_leaves("<r xmlns='u' a='1'>\n<x/><x>\n</x>t<x><y p:z='' xmlns:p='v'/></x></r>")),
        [
            "/r[1]/@a@1",
            "/r[1]/x[1]@2",
            "/r[1]/x[2]@2",
            "/r[1]/text()[1]@3",
            "/r[1]/x[3]/y[1]@3",
            "/r[1]/x[3]/y[1]/@p:z@3"
        ]
    );
    assert_eq!(
        paths(json_leaves("{\"a\": [1, {\"b\": \"\\u0041\"}],\n \"a\": {}, \"c.d\": [\n] }")),
        ["a.0@1", "a.1.b@1", "a#2@2", "c\\.d@2"]
    );
    assert_eq!(
        paths(list_leaves("1;a;\r\n\r\n1;b")),
        ["row 1 column 1@1", "row 1 column 2@1", "row 1 column 3@1", "row 3 column 1@3", "row 3 column 2@3"]
    );
}

#[test]
fn nothing_lost_when_an_empty_section_stands_twice() {
    check("x.ini", b"Version=11.1.0.1\n[AppSettings]\nUseKSN=No\n[Empty]\n[Empty]\n", "twice empty");
}

#[test]
fn nothing_lost_when_an_empty_section_holds_a_comment() {
    check(
        "x.ini",
        b"Version=11.1.0.1\n[AppSettings]\n# nothing here\n[NetSettings]\nbroken\n",
        "comment in an empty section",
    );
}

#[test]
fn nothing_lost_when_a_tag_spans_lines_or_text_is_a_no_break_space() {
    check(
        "x.xml",
        b"<KAV-WSEE-Settings>\n<a\n b='1'\n>text</a><c\n><!--\n-->&#65;</c></KAV-WSEE-Settings>",
        "tag over lines",
    );
    check("x.xml", "<KAV-WSEE-Settings><a/>\u{a0}<b/></KAV-WSEE-Settings>".as_bytes(), "no-break space");
}

#[test]
fn nothing_lost_in_odd_ini() {
    let odd = "Version = 11.1.0.1 \r\n\r\n\t[ AppSettings ]\r\n  UseKSN  =  \"No\"  \r\nUseKSN=Yes\r\nA.b.c=1=2==\r\nX=\r\n=5\r\n\
               [MonitoringTask.item_0000]\r\nTaskName=File_Threat_Protection\r\nTaskType=OAS\r\n[MonitoringTask.item_0000]\r\nTaskName=Other\r\n\
               [MonitoringTask.item_0007.Settings.ExcludedFromScanScope.item_0003]\r\nPath=/a\r\nPath=/b\r\nhalf=\"open\r\n[Bad\r\nü=ö\r\n";
    check("x.ini", odd.as_bytes(), "odd");
    check("x.ini", &common::utf8_bom(odd), "odd with mark");
    check("x.ini", &common::utf16le(odd), "odd UTF-16LE");
    check("x.ini", &common::utf16be(odd), "odd UTF-16BE");
}

#[test]
fn nothing_lost_in_support_bundles() {
    let odd = "Settings of all tasks:\nScanArchived=Yes\nTaskID 1 File_Threat_Protection configuration:\nUseExcludeMasks=Yes\n[ScanScope.item_0000]\nPath=/\n\
               TaskID 2 Scan_My_Computer configuration:\nUseExcludeMasks=No\nUseExcludeMasks=Yes\n[Empty]\nTaskID 33 My  own scan configuration:\nbroken\n\
               [ExcludedFromScanScope.item_0000]\nPath=/a\nTaskID 2 Scan_My_Computer configuration:\nUseExcludeMasks=No\nTaskID x y configuration:\nTaskID 5 configuration:\n";
    check("x.txt", odd.replace("My  own", "My own").as_bytes(), "several tasks");
    check(
        "x.txt",
        &common::utf16le(
            "TaskID 1 A configuration:\r\nUseExcludeMasks=Yes\r\nTaskID 1 A configuration:\r\n[B]\r\n",
        ),
        "twice",
    );
}

#[test]
fn nothing_lost_in_odd_json() {
    let odd = "{ \"Version\": \"12.1.0\", \"AppSettings\": {\"UseKSN\": \"No\", \"UseKSN\": null, \"New.Key\": 1.50e3, \"\": [], \"line 7\": \"x\"},\n\
               \"MonitoringTask\": [{\"TaskName\": \"File_Threat_Protection\", \"TaskType\": \"OAS\", \"Settings\": {\n\
               \"ExcludedFromScanScope\": [{\"Path\": \"/a\\u002fb\", \"AreaMask\": [\"*\", [\"x\"], {}]}, 5, [], null],\n\
               \"ExcludedFromScanScope.item_0000\": {\"Path\": \"/a\"}, \"ScanScope\": {\"item_0000\": {\"Path\": \"C:\\\\x\"}, \"y\": 7}}}, {}],\n\
               \"OnDemandTask.item_0000\": {\"TaskName\": \"a\\\\b\"}, \"Deep\": [[[[{\"a\": [[]]}]]]], \"ä.#\": \"ö\" }\n";
    check("x.json", odd.as_bytes(), "odd");
    check("x.json", odd.replace('\n', "\r\n").as_bytes(), "odd CRLF");
    check("x.json", &common::utf8_bom(odd), "odd with mark");
    check("x.json", &common::utf16be(odd), "odd UTF-16BE");
    check("x.json", b"{\"ScanArchived\": true, \"ExcludedFromScanScope\": []}", "one task");
}

#[test]
fn nothing_lost_in_odd_xml() {
    let odd = "<?xml version=\"1.0\"?>\n<!-- c -->\n<KAV-WSEE-Settings xmlns=\"urn:x\" xmlns:p=\"urn:y\" Version=\"3\">\n t1 \n\
               <p:A q=\"1\" p:r=\"&lt;\">x<!-- in -->y</p:A> t2<![CDATA[ <cd> ]]>&#x41;<B/><B></B>\n<B> </B><?pi d?>\n\
               <Settings><TrustedZone p:z=\"\"><ExclutionRules/><ExclutionRules><element><Enabled>yes</Enabled>text</element>\
               <element/></ExclutionRules></TrustedZone></Settings><settings><trustedzone>x</trustedzone></settings>\n</KAV-WSEE-Settings>\n<!-- end -->";
    check("x.xml", odd.as_bytes(), "odd");
    check("x.xml", odd.replace('\n', "\r\n").as_bytes(), "odd CRLF");
    check("x.xml", &common::utf16le(odd), "odd UTF-16LE");
}

#[test]
fn nothing_lost_in_odd_lists() {
    let odd = "1;D:\\a\\;*;*;1;0;1;c;1\r\n\r\n1;D:\\b;*\r\n1;\"x;y\";*;*;1;0;1;;1\r\n;;;;;;;;\r\n0;;;;;;;;\r\nfree text\r\n2;D:\\c;*;A;0;0;0;é;7";
    check("x.csv", &common::utf16le(odd), "odd");
    check("x.csv", odd.as_bytes(), "odd UTF-8");
    check(
        "x.xml",
        &common::utf16le("1;C:\\a.exe;\r\n1;C:\\b.exe\r\n1;C:\\b.exe;x;\r\n0;;\r\n"),
        "odd trusted",
    );
}

#[test]
fn nothing_lost_in_odd_policy_files() {
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let packed = |bytes: &[u8]| [b"ZLIB", &miniz_oxide::deflate::compress_to_vec(bytes, 6)[..]].concat();
    let magic = b"\x08\0\0\0kscpolfmn\x01\0\0".to_vec();
    let inner = [&wide("first"), &[0, 0, 9][..], &wide("first"), &[1, 0], &wide("Заявка"), &[0; 3]].concat();
    for parts in [
        vec![
            magic.clone(),
            packed(&inner),
            wide("beside"),
            b"ZLIBZLIB\xFF\xFF".to_vec(),
            wide("odd one"),
            vec![7],
        ],
        vec![magic.clone(), vec![4; 31], wide("abc"), packed(&[]), packed(&inner), packed(&inner)],
        vec![magic, vec![1], wide("C:\\a\\b.exe"), packed(&[&inner[..], &packed(&inner)].concat())],
    ] {
        check("x.klp", &parts.concat(), "odd policy file");
    }
}

fn encoded(text: &str, how: u8) -> Vec<u8> {
    match how {
        0 => text.as_bytes().to_vec(),
        1 => common::utf8_bom(text),
        2 => common::utf16le(text),
        _ => common::utf16be(text),
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "Yes",
            "No",
            "/srv/db",
            "*",
            "*.log",
            "",
            "a=b",
            "Mounted:NFS",
            "12",
            "\"two words\"",
            "\"",
            "AllShared",
            "yes"
        ])
        .prop_map(str::to_owned),
        "[ -~äß€я]{0,12}",
    ]
}

/// JSON text with keys of exports anywhere in it.
fn json_text() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        6 => prop::sample::select(vec![
            "AppSettings", "MonitoringTask", "OnDemandTask.item_0000", "item_0000", "item_0001", "Settings", "TaskName",
            "TaskType", "ExcludedFromScanScope", "ExcludedFromScanScope.item_0000", "Path", "AreaMask", "UseScanArea",
            "Schedule", "RuleType", "PacketRules", "ScanArchived", "UseExcludeMasks", "ExcludeMasks", "Unknown", "",
        ]).prop_map(str::to_owned),
        1 => "[a-z.#é ]{0,4}",
    ];
    let scalar = prop_oneof![
        value().prop_map(|v| serde_json::to_string(&v).unwrap()),
        prop::sample::select(vec!["true", "false", "null", "0", "-1.5e+10", "17", "\"OAS\"", "\"ODS\""])
            .prop_map(str::to_owned),
    ];
    let tree = scalar.prop_recursive(5, 60, 6, move |inner| {
        let pair = (key.clone(), inner.clone())
            .prop_map(|(k, v)| format!("{}:{v}", serde_json::to_string(&k).unwrap()));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(",\n"))),
            prop::collection::vec(pair, 0..6).prop_map(|all| format!("{{\n{}}}", all.join(", "))),
        ]
    });
    prop::collection::vec(tree, 3).prop_map(|all| {
        format!(
            "{{\"AppSettings\": {}, \"MonitoringTask\": [{}], \"OnDemandTask\": {}}}",
            all[0], all[1], all[2]
        )
    })
}

fn ini_line() -> impl Strategy<Value = String> {
    let sections = vec![
        "AppSettings",
        "NetSettings",
        "MonitoringTask.item_0000",
        "MonitoringTask.item_0000.Settings",
        "OnDemandTask.item_0003",
        "MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0000",
        "MonitoringTask.item_0000.Settings.ExcludedFromScanScope.item_0012",
        "OnDemandTask.item_0003.Settings.ScanScope.item_0000",
        "BackupTask.Settings",
        "Own.item_0000.Deep.item_0001.Deeper.x.y",
        "Größe",
    ];
    let keys = vec![
        "TaskName",
        "TaskType",
        "Active",
        "Path",
        "UseScanArea",
        "AreaMask.item_0000",
        "AreaMask.item_0001",
        "AreaDesc",
        "UseExcludeMasks",
        "ExcludeMasks.item_0000",
        "Unknown",
        "ÜbergrößE",
        "a.b",
        "ExcludedMountPoint.item_0000",
        "UseKSN",
        "FirstAction",
        "two words",
    ];
    let space = || prop::sample::select(vec!["", "", " ", "\t", "  "]);
    prop_oneof![
        2 => (space(), prop::sample::select(sections), space()).prop_map(|(a, s, b)| format!("{a}[{b}{s}{a}]{b}")),
        6 => (space(), prop::sample::select(keys), space(), value()).prop_map(|(a, k, b, v)| format!("{a}{k}{b}={b}{v}{a}")),
        1 => Just(String::new()),
        1 => "[#;][ -~]{0,10}",
        1 => prop::sample::select(vec!["broken", "[open", "=no key", "TaskID one Boot configuration:", "a\\b=1", "  ", "]x="]).prop_map(str::to_owned),
    ]
}

fn xml_node() -> impl Strategy<Value = String> {
    let names = vec![
        "element",
        "Settings",
        "TrustedZone",
        "ExclutionRules",
        "Objects",
        "Path",
        "Type",
        "Enabled",
        "p:other",
        "Straße",
        "Description",
        "UseObjects",
    ];
    let pieces = vec![
        "yes",
        "no",
        "4",
        "D:\\a\\*.mdf",
        " ",
        "\n",
        "&amp;",
        "&#228;",
        "<!-- c -->",
        "<![CDATA[<x>]]>",
        "<?pi x?>",
        "tail",
        "&lt;&gt;",
    ];
    let text = prop::collection::vec(prop::sample::select(pieces), 0..3).prop_map(|p| p.concat());
    let attributes =
        prop::sample::select(vec!["", "", " a='1'", " p:b=\"&quot;\" c='x\ny'", " xmlns='urn:z'"]);
    let name = prop::sample::select(names);
    let leaf = (name.clone(), attributes.clone(), text.clone())
        .prop_map(|(n, a, t)| if t.is_empty() { format!("<{n}{a}/>") } else { format!("<{n}{a}>{t}</{n}>") });
    leaf.prop_recursive(5, 40, 5, move |inner| {
        (
            name.clone(),
            attributes.clone(),
            prop::collection::vec(prop_oneof![3 => inner, 1 => text.clone()], 1..5),
        )
            .prop_map(|(n, a, c)| format!("<{n}{a}>{}</{n}>", c.concat()))
    })
}

proptest! {
    #![proptest_config(common::generated(24))]

    #[test]
    fn nothing_lost_in_generated_ini(body in prop::collection::vec(ini_line(), 0..25), crlf: bool, how in 0u8..4) {
        let end = if crlf { "\r\n" } else { "\n" };
        let text = format!("Version=11.1.0.3013{end}[AppSettings]{end}UseKSN=No{end}{}", body.join(end));
        check("generated.ini", &encoded(&text, how), &text);
    }

    #[test]
    fn nothing_lost_in_generated_xml(body in prop::collection::vec(xml_node(), 0..6), crlf: bool, how in 0u8..4, declared: bool) {
        let head = if declared { "<?xml version=\"1.0\"?>\n" } else { "" };
        let text = format!("{head}<KAV-WSEE-Settings xmlns:p='urn:p'>\n{}</KAV-WSEE-Settings>\n", body.join("\n"));
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        check("generated.xml", &encoded(&text, how), &text);
    }

    #[test]
    fn nothing_lost_in_generated_lists(rows in prop::collection::vec(prop::collection::vec("[ -:<-~äя]{0,8}", 1..12), 0..8), how in 0u8..4) {
        let rows: Vec<String> = rows.iter().map(|r| r.join(";")).collect();
        // A file counts as a list when more than half of its lines are rows.
        let good = "1;D:\\a\\;*;*;1;0;1;first;1\r\n".repeat(rows.len() + 1);
        let text = format!("{good}{}\r\n", rows.join("\r\n"));
        check("generated.csv", &encoded(&text, how), &text);
    }

    #[test]
    fn nothing_lost_in_generated_json(text in json_text(), how in 0u8..4) {
        check("x.json", &encoded(&text, how), &text);
    }
}
