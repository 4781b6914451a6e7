//! serde_json as judge: what it refuses as JSON is refused, what it reads is read, and the leaves hold the same values.
//! Meant differences: numbers that no float holds are kept as they are written.

mod common;

use common::reading;
use crosswalk::intake::Document;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Texts whose form is well-formed or broken in one place.
const CASES: &[&str] = &[
    "{}",
    "{\"a\":1}",
    "{\"a\":1,}",
    "{,}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1}}",
    "{\"a\":[1,2}",
    "{\"a\":[1,,2]}",
    "{\"a\":[,1]}",
    "{\"a\":tru}",
    "{\"a\":nul}",
    "{\"a\":True}",
    "{\"a\":-}",
    "{\"a\":-0}",
    "{\"a\":00}",
    "{\"a\":1.}",
    "{\"a\":.5}",
    "{\"a\":1e}",
    "{\"a\":1e+}",
    "{\"a\":1E-7}",
    "{\"a\":0x1}",
    "{\"a\":+1}",
    "{\"a\":Infinity}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\u00g0\"}",
    "{\"a\":\"\\a\"}",
    "{\"a\":\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"}",
    "{\"a\":\"\\ud83d\\ude00\"}",
    "{\"a\":\"\\ud83d\"}",
    "{\"a\":\"\\ude00\"}",
    "{\"a\":\"\\ud83d\\u0041\"}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\u{7f}\u{85}\u{2028}\u{feff}\"}",
    "{\"a\":'x'}",
    "{a:1}",
    "{\"a\":1}//x",
    "{\"a\":/**/1}",
    "{\"a\":1}\u{a0}",
    "{\"a\":1}\u{b}",
    "{\u{85}\"a\":1}",
    "{\"a\":1}\n\r\t ",
    "{\"a\":1} {}",
    "{\"a\":NaN}",
    "{\"a\":undefined}",
    "{\"a\":[[[[[[]]]]]]}",
    "{\"a\"\n:\r\n[\n]\n}",
];

/// Keys that make it an export, so that it is not refused for another reason.
fn export(inside: &str) -> String {
    format!("{{\"AppSettings\":{inside}}}")
}

fn same_verdict(text: &str) {
    // serde_json reads 128 levels, the project 256.
    if text.matches(['[', '{']).count() > 100 || !text.starts_with('{') {
        return;
    }
    let raw = serde_json::from_str::<IgnoredAny>(text).is_ok();
    let strict = serde_json::from_str::<Value>(text);
    match reading("x.json", text.as_bytes()) {
        Ok(read) => {
            assert!(raw, "serde_json refuses {text:?}");
            if let (Document::Json(doc), Ok(value)) = (&read.document, &strict) {
                let mut all = Vec::new();
                scalars(value, &mut all);
                all.sort();
                let mut own: Vec<String> = (0..doc.leaf_count())
                    .filter(|leaf| !doc.leaf_is_secret(*leaf) && !doc.kind(doc.node_of(*leaf)).is_container())
                    .map(|leaf| doc.leaf_value(leaf).to_owned())
                    .collect();
                own.sort();
                // serde_json keeps one of repeated keys, and writes numbers in its own way.
                all.retain(|v| v.parse::<f64>().is_err());
                for value in all {
                    let held =
                        own.contains(&value) || (0..doc.leaf_count()).any(|leaf| doc.leaf_is_secret(leaf));
                    assert!(held, "{value:?} of {text:?} in {own:?}");
                }
            }
        }
        Err(refusal) if refusal.code == "CW0014" => {
            assert!(strict.is_err(), "{refusal:?} for {text:?}");
            assert!(refusal.line > 0 && refusal.column > 0, "{refusal:?}");
        }
        Err(refusal) => {
            // Recognised as JSON of nobody: it is well-formed.
            let early = ["CW0001", "CW0003", "CW0004"].contains(&refusal.code);
            assert!(raw || early, "{refusal:?} for {text:?}");
        }
    }
}

fn scalars(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(keys) => keys.values().for_each(|v| scalars(v, out)),
        Value::Array(all) => all.iter().for_each(|v| scalars(v, out)),
        Value::String(text) => out.push(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push(value.to_string()),
    }
}

#[test]
fn serde_json_agrees_about_single_cases() {
    let mut both = [0, 0];
    for case in CASES {
        for text in [(*case).to_owned(), export(case)] {
            same_verdict(&text);
            both[usize::from(serde_json::from_str::<IgnoredAny>(&text).is_ok())] += 1;
        }
    }
    assert!(both.iter().all(|n| *n > 10), "cases of both kinds: {both:?}");
}

fn well_formed() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<bool>().prop_map(|b| b.to_string()),
        Just("null".to_owned()),
        "\\PC{0,6}".prop_map(|t| serde_json::to_string(&t).unwrap()),
        prop::sample::select(vec!["\"\\u00e4\\ud83d\\ude00\"", "\"\\\\\"", "1e400", "\"a\\/b\""])
            .prop_map(str::to_owned),
    ];
    scalar.prop_recursive(4, 24, 4, |inner| {
        let pair = ("[a-c.é]{0,2}", inner.clone())
            .prop_map(|(k, v)| format!("{}: {v}", serde_json::to_string(&k).unwrap()));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(", "))),
            prop::collection::vec(pair, 0..4).prop_map(|all| format!("{{{}}}", all.join(",\n"))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn serde_json_agrees_about_documents(inside in well_formed()) {
        same_verdict(&export(&inside));
    }

    #[test]
    fn serde_json_agrees_about_mutated_documents(
        inside in well_formed(),
        at in any::<prop::sample::Index>(),
        what in prop::sample::select(vec!["", ",", ":", "\"", "\\", "{", "}", "[", "]", "0", "-", ".", "e", "/", "\n", "\u{1}", "t", "u"]),
        instead: bool,
    ) {
        let text: Vec<char> = export(&inside).chars().collect();
        let at = at.index(text.len());
        let mut changed: String = text[..at].iter().collect();
        changed.push_str(what);
        changed.extend(&text[(at + usize::from(instead)).min(text.len())..]);
        same_verdict(&changed);
    }

    #[test]
    fn serde_json_agrees_about_cut_documents(inside in well_formed(), at in any::<prop::sample::Index>()) {
        let text: Vec<char> = export(&inside).chars().collect();
        let cut: String = text[..at.index(text.len())].iter().collect();
        same_verdict(&cut);
    }
}
