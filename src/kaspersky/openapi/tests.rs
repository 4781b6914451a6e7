use super::*;
use crate::intake;
use crate::options::Answers;
use crate::policy::{Item, Policy};
use crate::watch::unwatched;

fn policy(text: &str) -> Policy {
    let reading = intake::read("a.json", text.as_bytes(), &mut unwatched).unwrap();
    assert_eq!(reading.format.id(), "ksc-openapi", "{text}");
    let policy = crate::kaspersky::interpret(&[&reading], &Answers::default());
    let mut times = vec![0; reading.document.leaf_count() as usize];
    for leaf in policy.items.iter().flat_map(|item| item.leaves.iter()) {
        times[leaf as usize] += 1;
    }
    assert!(times.iter().all(|n| *n == 1), "{times:?} in {text}");
    policy
}

/// What the rows say, without those that only describe.
fn settings(text: &str) -> Vec<String> {
    let listed = |item: &Item| matches!(item.kind, Kind::Inventory | Kind::Unread);
    policy(text).items.into_iter().filter(listed).map(|item| item.source).collect()
}

fn context(text: &str) -> Vec<String> {
    policy(text).items.into_iter().filter(|i| i.kind == Kind::Context).map(|item| item.source).collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    policy(text).findings.iter().map(|f| f.code).collect()
}

fn params(inside: &str) -> String {
    format!(r#"{{"type":"params","value":{{{inside}}}}}"#)
}

fn variable(name: &str, value: &str, attributes: &str) -> String {
    format!(r#""{name}":{}"#, params(&format!(r#""KLPRSS_Val":{value}{attributes}"#)))
}

/// One variable in one container.
fn one(value: &str, attributes: &str) -> String {
    let inner = params(&variable("Var", value, attributes));
    format!(r#"{{"PxgRetVal":{{{}}}}}"#, variable("Box", &inner, r#","KLPRSS_Mnd":false"#))
}

#[test]
fn wrapping_is_taken_off_and_locks_are_kept() {
    let check = |value: &str, attributes: &str, expected: &[&str]| {
        let mut rows = vec!["Box: 1 part (not locked)".to_owned()];
        rows.extend(expected.iter().map(|e| format!("Box / Var{e}")));
        assert_eq!(settings(&one(value, attributes)), rows, "{value} {attributes}");
    };
    check("5", "", &[" = 5"]);
    check("5", r#","KLPRSS_Mnd":true"#, &[" = 5 (locked)"]);
    check("true", r#","KLPRSS_Mnd":false"#, &[" = true (not locked)"]);
    check("null", "", &[" = null"]);
    check(r#""""#, "", &[" = (empty)"]);
    check(r#""C:\\x""#, r#","KLPRSS_Mnd":true"#, &[r" = C:\x (locked)"]);
    check("5", r#","KLPRSS_Mnd":true,"KLPRSS_ValLck":true"#, &[" = 5 (locked from above)"]);
    check(
        "5",
        r#","KLPRSS_ValLck":true,"KLPRSS_ValLckPolicy":"Head office","KLPRSS_ValLckGroup":"g""#,
        &[" = 5 (locked from above by the policy Head office)"],
    );
    for kind in ["long", "float", "double", "date", "datetime"] {
        let value = format!(r#"{{"type":"{kind}","value":"1"}}"#);
        check(&value, r#","KLPRSS_Mnd":true"#, &[" = 1 (locked)"]);
    }
    check("[]", r#","KLPRSS_Mnd":true"#, &[" = (nothing) (locked)"]);
    check("{}", "", &[" = (nothing)"]);
    check(&params(""), "", &[" = (nothing)"]);
    check(
        r#"["a",null]"#,
        r#","KLPRSS_Mnd":true"#,
        &[": 2 entries (locked)", ": (value) = a", ": An empty row"],
    );
    check(
        &format!("[{},{}]", params(r#""Path":"a","On":true"#), params(r#""Path":"b","On":false"#)),
        r#","KLPRSS_ValConcatArray":true,"KLPRSS_ValConcatItemName":"Path""#,
        &[": 2 entries", ": Path = a, On = true", ": Path = b, On = false"],
    );
    check(
        &params(&format!(r#""Deep":{}"#, params(r#""x":{"type":"long","value":7}"#))),
        "",
        &[": 1 part", " / Deep: 1 part", " / Deep / x = 7"],
    );
    // An object that only happens to have these keys is none of the encoding.
    check(
        r#"{"type":"folder","value":"x"}"#,
        r#","KLPRSS_Mnd":true"#,
        &[": 2 parts (locked)", " / type = folder (locked)", " / value = x (locked)"],
    );
}

#[test]
fn bare_values_are_read_like_answers() {
    assert_eq!(settings(&params(r#""a":1"#)), ["a = 1"]);
    assert_eq!(settings(&format!("[{}]", params(r#""a":1"#))), ["a = 1"]);
    assert_eq!(settings(&format!(r#"{{"b":{}}}"#, params(r#""a":1"#))), ["b: 1 part", "b / a = 1"]);
    assert_eq!(context(r#"{"PxgRetVal":["One","Two"]}"#), ["Has the section One", "Has the section Two"]);
}

#[test]
fn binaries_and_what_tells_of_a_secret_are_withheld() {
    for (value, name) in [
        (r#"{"type":"binary","value":"V29yZDE="}"#, "Var"),
        (r#""Word1""#, "ProxyPassword"),
        (r#""http://anna:Word1@proxy.example:3128""#, "Var"),
        (r#"{"type":"params","value":{"KLPRSS_Val":"Word1"}}"#, "AccountPassword"),
    ] {
        let text = one(value, r#","KLPRSS_Mnd":true"#).replace("Var", name);
        let read = format!("{:?}", policy(&text));
        assert!(!read.contains("Word1") && !read.contains("V29yZDE"), "{read}");
        assert!(read.contains("Withheld"), "{read}");
    }
    let recorded = r#"{"PxgRetVal":{"a":1},"X-KSC-Session":"Word1","Authorization":"Word1"}"#;
    assert!(!format!("{:?}", policy(recorded)).contains("Word1"));
}

fn attributes(product: &str, more: &str) -> String {
    params(&format!(
        r#""KLPOL_ID":3,"KLPOL_DN":"Office","KLPOL_PRODUCT":"{product}","KLPOL_VERSION":"11.0.0.0"{more}"#
    ))
}

#[test]
fn attributes_of_policies_are_read() {
    let list = format!(
        r#"{{"PxgRetVal":[{}]}}"#,
        attributes(
            "KES",
            r#","KLPOL_ACTIVE":true,"KLPOL_CREATED":{"type":"datetime","value":"2026-03-02T06:30:00Z"}"#
        )
    );
    assert_eq!(
        context(&list),
        [
            "Policy 3: number (KLPOL_ID) = 3",
            "Policy 3: name (KLPOL_DN) = Office",
            "Policy 3: product (KLPOL_PRODUCT) = KES: Kaspersky Endpoint Security for Windows",
            "Policy 3: version of the policy's format, not of the product (KLPOL_VERSION) = 11.0.0.0",
            "Policy 3: active (KLPOL_ACTIVE) = true",
            "Policy 3: created (KLPOL_CREATED) = 2026-03-02T06:30:00Z",
        ]
    );
    let read = policy(&list);
    assert_eq!(read.inputs[0].product, "Kaspersky Endpoint Security for Windows");
    assert_eq!(read.inputs[0].version, "");
    assert_eq!(read.platform, Platform::Windows);
    assert_eq!(codes(&list), [finding::KSC_NO_SETTINGS]);
    // The same without the array, as one policy's data comes.
    let data = format!(
        r#"{{"PxgRetVal":{}}}"#,
        attributes("KES", "").replace(r#"{"type":"params","value":"#, "").replace("}}", "}")
    );
    assert_eq!(context(&data).len(), 4, "{data}");
}

#[test]
fn the_product_tells_the_system_when_it_is_the_only_one() {
    let list = |products: &[&str]| {
        let all: Vec<String> = products.iter().map(|p| attributes(p, "")).collect();
        policy(&format!(r#"{{"PxgRetVal":[{}]}}"#, all.join(",")))
    };
    for (products, platform, name, code) in [
        (&["kesl"][..], Platform::Linux, LINUX, None),
        (&["kesl", "kesl"], Platform::Linux, LINUX, Some(finding::SEVERAL_POLICIES)),
        (&["WSEE"], Platform::Windows, "Kaspersky Security for Windows Server", None),
        (&["Other"], Platform::Windows, "Other", None),
        (
            &["kesl", "KES"],
            Platform::Windows,
            "Kaspersky Endpoint Security for Windows, Kaspersky Endpoint Security for Linux",
            Some(finding::SEVERAL_PRODUCTS),
        ),
    ] {
        let read = list(products);
        assert_eq!((read.platform, read.inputs[0].platform), (platform, platform), "{products:?}");
        assert_eq!(read.inputs[0].product, name);
        let several = [finding::SEVERAL_PRODUCTS, finding::SEVERAL_POLICIES];
        let said = read.findings.iter().map(|f| f.code).find(|c| several.contains(c));
        assert_eq!(said, code, "{products:?}");
    }
}

#[test]
fn profiles_are_read_and_their_settings_are_left_to_a_person() {
    let wrapped = |name: &str, value: &str| variable(name, value, r#","KLPRSS_Mnd":true"#);
    let profile = params(&format!(
        "{},{}",
        wrapped("KLSSPOL_PRF_ENABLED", "true"),
        wrapped("EXPRESSION", &params(r#""Tag":"Laptop""#))
    ));
    let list = format!(r#"{{"PxgRetVal":{{"Outside":{profile}}}}}"#);
    assert_eq!(
        context(&list),
        [
            "Profile Outside: switched on (KLSSPOL_PRF_ENABLED) = true (locked)",
            "Profile Outside: condition (EXPRESSION): 1 part (locked)",
            "Profile Outside: condition (EXPRESSION) / Tag = Laptop (locked)",
        ]
    );
    let section = format!(r#"{{"name":"Sec","answer":{}}}"#, one("5", ""));
    let collection = format!(
        r#"{{"crosswalk_collection":1,"policies":[{{"id":3,"data":{{"PxgRetVal":{{"KLPOL_ID":3,"KLPOL_PRODUCT":"KES"}}}},"names":{{"PxgRetVal":["Sec"]}},"sections":[{section}],"profile_list":{list},"profiles":[{{"name":"Outside","names":{{"PxgRetVal":["Sec"]}},"sections":[{section}]}}]}}]}}"#
    );
    let read = policy(&collection);
    let states: Vec<(&str, bool)> = read
        .items
        .iter()
        .filter(|i| i.kind == Kind::Inventory)
        .map(|i| (i.source.as_str(), matches!(i.state, State::ByHand { code: finding::CONDITION, .. })))
        .collect();
    assert_eq!(
        states,
        [
            ("Sec / Box: 1 part (not locked)", false),
            ("Sec / Box / Var = 5", false),
            ("Profile Outside / Sec / Box: 1 part (not locked)", true),
            ("Profile Outside / Sec / Box / Var = 5", true),
        ]
    );
    assert!(read.items.iter().all(|i| i.kind != Kind::Unread));
    assert_eq!(codes(&collection), [finding::KSC_INVENTORY]);
}

#[test]
fn what_the_collector_could_not_read_is_said() {
    let two = r#"{"crosswalk_collection":1,"policies":[
        {"id":3,"data":{"PxgRetVal":{"KLPOL_ID":3,"KLPOL_PRODUCT":"KES","KLPOL_ACTIVE":false,"KLPOL_ACCEPT_PARENT":true}},"sections":[],"profiles_missing":true},
        {"id":4,"data":{"PxgRetVal":{"KLPOL_ID":4,"KLPOL_PRODUCT":"KES"}},"sections":[{"name":"S","answer":{"PxgRetVal":{"a":1}}}],"new":{"x":1}}]}"#;
    assert_eq!(
        codes(two),
        [
            finding::SEVERAL_POLICIES,
            finding::KSC_INVENTORY,
            finding::KSC_PROFILES_MISSING,
            finding::KSC_NOT_ACTIVE,
            finding::PARTIAL_LIST,
        ]
    );
    assert_eq!(settings(two)[1], "Policy 4 / S / a = 1");
    // What a newer collector adds is not lost.
    assert!(settings(two).iter().any(|row| row.ends_with("x = 1")), "{:?}", settings(two));
}

#[test]
fn lists_are_found_with_their_names() {
    let found = |text: &str| -> Vec<(u32, String)> {
        let doc = JsonDoc::parse(text.to_owned(), &mut unwatched).unwrap();
        Walk::over(&doc)
            .lists
            .into_iter()
            .map(|(node, name)| (doc.children(node).count() as u32, name))
            .collect()
    };
    let row = |path: &str| params(&format!(r#""Path":"{path}","On":true"#));
    for (value, expected) in [
        (r#"["a","b"]"#.to_owned(), Some(2)),
        (r#"["a",null]"#.to_owned(), Some(2)),
        (format!("[{},{}]", row("a"), row("b")), Some(2)),
        (format!("[{}]", row("a")), Some(1)),
        (format!("[{},{}]", row("a"), params(r#""Path":"b""#)), None),
        (format!("[{},\"b\"]", row("a")), None),
        ("[1,2]".to_owned(), None),
        ("[null]".to_owned(), None),
        ("[]".to_owned(), None),
        (r#"[["a"],["b"]]"#.to_owned(), None),
        (format!("[{}]", params("")), None),
    ] {
        let names: Vec<_> = found(&one(&value, "")).into_iter().filter(|(_, n)| n == "Box / Var").collect();
        assert_eq!(
            names,
            expected.map(|n| (n, "Box / Var".to_owned())).into_iter().collect::<Vec<_>>(),
            "{value}"
        );
    }
    // What describes a policy is no list of settings.
    let listed = format!(r#"{{"PxgRetVal":[{}]}}"#, attributes("KES", r#","KLPOL_X":["a"]"#));
    assert_eq!(found(&listed), []);
    assert_eq!(found(r#"{"PxgRetVal":["One","Two"]}"#), []);
}

#[test]
fn a_sanitised_copy_reads_the_same_and_names_nobody() {
    let text = include_str!("../../../tests/suite/ksc-openapi-collection/input.json");
    let shape = |text: &str| {
        let read = policy(text);
        read.items.iter().map(|i| (format!("{:?}", i.leaves), i.kind.clone())).collect::<Vec<_>>()
    };
    let reading = intake::read("a.json", text.as_bytes(), &mut unwatched).unwrap();
    let copy = String::from_utf8(crate::bundle::sanitised(&reading).bytes).unwrap();
    assert!(!copy.contains("Outside") && !copy.contains("Order department"), "{copy}");
    // What was a secret is a word in the copy, so its rows differ; the others stand where they stood.
    let (mine, theirs) = (shape(text), shape(&copy));
    let same = theirs.iter().filter(|row| mine.contains(row)).count();
    assert!(same + 8 >= mine.len(), "{same} of {}", mine.len());
}
