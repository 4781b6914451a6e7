use super::*;
use crate::watch::unwatched;

fn parse(text: &str) -> JsonDoc {
    JsonDoc::parse(text.to_owned(), &mut unwatched).unwrap()
}

fn refused(text: &str) -> (&'static str, u32, u32, String) {
    let r = JsonDoc::parse(text.to_owned(), &mut unwatched).unwrap_err();
    (r.code, r.line, r.column, r.message)
}

fn leaves(text: &str) -> Vec<(String, String, u32)> {
    let doc = parse(text);
    (0..doc.leaf_count())
        .map(|leaf| {
            let mut path = String::new();
            doc.leaf_path(leaf, &mut path);
            (path, doc.leaf_value(leaf).to_owned(), doc.leaf_line(leaf))
        })
        .collect()
}

fn check(text: &str, expected: &[(&str, &str, u32)]) {
    let expected: Vec<_> = expected.iter().map(|(p, v, l)| ((*p).to_owned(), (*v).to_owned(), *l)).collect();
    assert_eq!(leaves(text), expected, "{text}");
}

#[test]
fn ill_formed_documents_are_refused_with_line_and_column() {
    for (text, line, column) in [
        ("{", 1, 2),
        ("{\"a\":1,\n}", 1, 7),
        ("[1,\n]", 1, 3),
        ("{\"a\" 1}", 1, 6),
        ("{a:1}", 1, 2),
        ("{'a':1}", 1, 2),
        ("[1 2]", 1, 4),
        ("[01]", 1, 2),
        ("[+1]", 1, 2),
        ("[.5]", 1, 2),
        ("[1.]", 1, 2),
        ("[tru]", 1, 2),
        ("[True]", 1, 2),
        ("[NaN]", 1, 2),
        ("{}\n{}", 2, 1),
        ("{} x", 1, 4),
        ("[\n// no\n1]", 2, 1),
        ("[\"a\u{1}\"]", 1, 4),
        ("[\"a\nb\"]", 1, 4),
        (r#"["\x41"]"#, 1, 3),
        (r#"["\u12"]"#, 1, 3),
        (r#"["\ud800"]"#, 1, 3),
        ("[\"ä", 1, 4),
        ("{\"a\":}", 1, 6),
        ("]", 1, 1),
        ("", 1, 1),
    ] {
        let (code, l, c, message) = refused(text);
        assert_eq!((code, l, c), (finding::JSON_ILL_FORMED, line, column), "{text} {message}");
    }
}

#[test]
fn a_refusal_repeats_nothing_of_the_text() {
    let (.., message) = refused("{\"a\": Word1}");
    assert!(!message.contains("Word1"), "{message}");
}

#[test]
fn nesting_is_limited() {
    let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
    assert!(JsonDoc::parse(nested(256), &mut unwatched).is_ok());
    assert_eq!(refused(&nested(257)).0, finding::TOO_DEEP);
    assert_eq!(refused(&nested(257)).2, 257);
    assert_eq!(refused(&"[".repeat(1 << 20)).0, finding::TOO_DEEP);
}

#[test]
fn leaves_are_scalars_and_what_holds_nothing() {
    check(
        "{\"a\": {\"b\": [1, {\"c\": \"x\"}, [], {}]},\n \"d\": null, \"e\":\n true}",
        &[
            ("a.b.0", "1", 1),
            ("a.b.1.c", "x", 1),
            ("a.b.2", "", 1),
            ("a.b.3", "", 1),
            ("d", "null", 2),
            ("e", "true", 3),
        ],
    );
    check("{}", &[("$", "", 1)]);
    check(" [ ] ", &[("$", "", 1)]);
    check("\n5", &[("$", "5", 2)]);
    check("[[[7]]]", &[("0.0.0", "7", 1)]);
}

#[test]
fn paths_tell_keys_apart() {
    check(
        r##"{"a.b": 1, "a": {"b": 2}, "a\\": 3, "a#2": 4, "a": 5, "": 6, "\u0061": 7, "x\ny": 8}"##,
        &[
            ("a\\.b", "1", 1),
            ("a.b", "2", 1),
            ("a\\\\", "3", 1),
            ("a\\#2", "4", 1),
            ("a#2", "5", 1),
            ("", "6", 1),
            ("a#3", "7", 1),
            ("x\\u000ay", "8", 1),
        ],
    );
    let many: String = (0..60).map(|n| format!("\"k{n}\":{n},")).collect();
    let doc = parse(&format!("{{{many}\"k50\":1,\"k3\":2}}"));
    let name = |leaf| {
        let mut path = String::new();
        doc.leaf_path(leaf, &mut path);
        path
    };
    assert_eq!((name(60), name(61)), ("k50#2".to_owned(), "k3#2".to_owned()));
}

#[test]
fn values_are_unescaped_and_numbers_stay_as_they_are() {
    check(
        r#"{"s": "C:\\a\t\"b\" \u00e4\ud83d\ude00 ö", "n": [1.0, 1e400, -0, 12345678901234567890123], "e": ""}"#,
        &[
            ("s", "C:\\a\t\"b\" ä😀 ö", 1),
            ("n.0", "1.0", 1),
            ("n.1", "1e400", 1),
            ("n.2", "-0", 1),
            ("n.3", "12345678901234567890123", 1),
            ("e", "", 1),
        ],
    );
    // Each begins like what it means.
    check(r#"{"\\": "\\", "a\\\\": "\\\\\\"}"#, &[(r"\\", r"\", 1), (r"a\\\\", r"\\\", 1)]);
}

#[test]
fn the_tree_is_walked() {
    let doc = parse(r#"{"a": [10, {"x": 1, "y\n": 2}, 30], "b": {"c": {}}, "a": 4}"#);
    let root = doc.root();
    let keys: Vec<_> = doc.children(root).map(|n| (doc.key(n).to_owned(), doc.nth(n))).collect();
    assert_eq!(keys, [("a".to_owned(), 1), ("b".to_owned(), 1), ("a".to_owned(), 2)]);
    let a = doc.child(root, "a").unwrap();
    assert_eq!(doc.kind(a), JsonKind::Array);
    assert_eq!(doc.leaves_of(a), 0..4);
    let items: Vec<_> = doc.children(a).map(|n| (doc.position(n), doc.value(n), doc.kind(n))).collect();
    assert_eq!(
        items,
        [
            (Some(0), "10", JsonKind::Number),
            (Some(1), "", JsonKind::Object),
            (Some(2), "30", JsonKind::Number)
        ]
    );
    let y = doc.children(a).nth(1).and_then(|n| doc.child(n, "y\n")).unwrap();
    assert_eq!((doc.value(y), doc.leaves_of(y)), ("2", 2..3));
    let b = doc.child(root, "b").unwrap();
    assert_eq!(doc.leaves_of(b), 4..5);
    assert_eq!(doc.leaves_of(root), 0..6);
    assert!(doc.child(root, "c").is_none());
    assert_eq!(doc.leaf_name(2), "1.y\\u000a");
    assert_eq!(doc.leaf_name(5), "a#2");
}

#[test]
fn secrets_are_not_read() {
    let text = r#"{
        "ProxyServer": "anna:Word01@p:1", "ApiToken": {"v": ["Word02", {"w": "Word03"}]},
        "AppSettings.XPassword": "Word04", "Url": "http:\/\/u:Word05@h\/", "Line": "backup /password=Word06",
        "a": {"type": "binary", "value": "V29yZA"}, "b": {"value": "V29yZB", "type": "binary"},
        "c": {"value": {"k": ["Word07"]}, "name": "AdminPwd", "place": "kept"},
        "http://u:Word08@h/": 5, "Pin\u0050assword": 12345,
        "UsePassword": "No", "UseToken": true, "Keys": [], "Secret": ""
    }"#;
    let doc = parse(text);
    let all = format!("{:?}", leaves(text));
    for word in ["Word0", "V29yZ", "12345", "\"5\""] {
        assert!(!all.contains(word), "{word}: {all}");
    }
    for word in ["\"No\"", "\"true\"", "kept", "\"binary\"", "[withheld]"] {
        assert!(all.contains(word), "{word}: {all}");
    }
    let withheld = (0..doc.leaf_count()).filter(|l| doc.leaf_is_secret(*l)).count();
    assert_eq!(withheld, 11);
    assert!(doc.child(doc.root(), "http://u:Word08@h/").is_none());
}

#[test]
fn a_small_tree_for_a_large_text() {
    let one = "{\"Path\":\"C:\\\\Program Files\\\\Order service\",\"Enabled\":true},\n";
    let text = format!("[{}{}]", one.repeat(2000), one.trim_end_matches(",\n"));
    let doc = parse(&text);
    let bytes = doc.nodes.capacity() * size_of::<Node>()
        + doc.leaves.capacity() * 4
        + doc.cooked.text.capacity()
        + doc.cooked.ends.capacity() * 4;
    assert!(bytes < 4 * text.len(), "{bytes} for {}", text.len());
    assert!(size_of::<Node>() <= 32);
}

#[test]
fn cancelled_when_asked() {
    let text = format!("[{}0]", "0,".repeat(40_000));
    let mut asked = 0;
    let refusal = JsonDoc::parse(text, &mut |_| {
        asked += 1;
        std::ops::ControlFlow::Break(())
    })
    .unwrap_err();
    assert_eq!((refusal.code, asked), (finding::CANCELLED, 1));
}
