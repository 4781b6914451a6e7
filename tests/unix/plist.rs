//! Property lists as JSON: once by `roxmltree`, once by Python's `plistlib`. Neither knows how the project writes one.

use std::process::{Command, Stdio};

use serde_json::{Map, Value};

/// Reads a property list by its XML.
pub fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| e.to_string())?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text.trim_start_matches('\u{FEFF}'), options)
        .map_err(|e| e.to_string())?;
    let root = document.root_element();
    if root.tag_name().name() != "plist" {
        return Err(format!("the root is {}", root.tag_name().name()));
    }
    let inner: Vec<_> = root.children().filter(|n| n.is_element()).collect();
    match inner[..] {
        [one] => element(one),
        _ => Err(format!("{} values in the root", inner.len())),
    }
}

fn element(node: roxmltree::Node<'_, '_>) -> Result<Value, String> {
    let text: String = node.children().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
    let inner: Vec<_> = node.children().filter(|n| n.is_element()).collect();
    Ok(match node.tag_name().name() {
        "dict" => {
            let mut map = Map::new();
            for pair in inner.chunks(2) {
                let [key, value] = pair else { return Err("a key without a value".into()) };
                if key.tag_name().name() != "key" {
                    return Err(format!("{} where a key should be", key.tag_name().name()));
                }
                let key = key.text().unwrap_or_default().to_owned();
                if map.insert(key.clone(), element(*value)?).is_some() {
                    return Err(format!("{key} stands twice"));
                }
            }
            Value::Object(map)
        }
        "array" => Value::Array(inner.into_iter().map(element).collect::<Result<_, _>>()?),
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "integer" => Value::from(text.trim().parse::<i64>().map_err(|e| e.to_string())?),
        "real" => Value::from(text.trim().parse::<f64>().map_err(|e| e.to_string())?),
        "string" | "data" | "date" => Value::from(text),
        other => return Err(format!("{other} is no element of a property list")),
    })
}

const SCRIPT: &str = "
import sys, json, plistlib
for path in sys.argv[1:]:
    try:
        with open(path, 'rb') as file:
            print(json.dumps({'value': plistlib.load(file)}, default=str))
    except Exception as error:
        print(json.dumps({'error': repr(error)}))
";

/// What Python makes of each; `None` when it is missing and nobody demands it.
pub fn python(files: &[Vec<u8>]) -> Option<Vec<Result<Value, String>>> {
    let there = Command::new("python3")
        .args(["-c", "import plistlib"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let required = std::env::var("CROSSWALK_JUDGES").is_ok_and(|wish| wish == "required");
    assert!(there || !required, "CROSSWALK_JUDGES=required, but python3 with plistlib is missing");
    if !there {
        println!("skipped: python3 with plistlib is missing");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut out = Vec::new();
    for (at, some) in files.chunks(200).enumerate() {
        let mut python = Command::new("python3");
        python.args(["-c", SCRIPT]);
        for (n, bytes) in some.iter().enumerate() {
            let path = folder.path().join(format!("{at}-{n}.plist"));
            std::fs::write(&path, bytes).unwrap();
            python.arg(path);
        }
        let output = python.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let answer: Value = serde_json::from_str(line).unwrap();
            out.push(match answer["error"].as_str() {
                Some(why) => Err(why.to_owned()),
                None => Ok(answer["value"].clone()),
            });
        }
    }
    assert_eq!(out.len(), files.len());
    Some(out)
}
