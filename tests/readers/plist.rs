//! Property lists as XML: a `dict` is key, value, key, value.

use serde_json::{Map, Value};

use super::Wrong;

/// The value of a property list, as JSON has it.
pub fn read(text: &str) -> Result<Value, Wrong> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document =
        roxmltree::Document::parse_with_options(text, options).map_err(|e| format!("no XML: {e}"))?;
    let root = document.root_element();
    if !root.has_tag_name("plist") || root.attribute("version") != Some("1.0") {
        return Err("no property list of version 1.0".to_owned());
    }
    let mut children = root.children().filter(roxmltree::Node::is_element);
    match (children.next(), children.next()) {
        (Some(one), None) => value(one),
        _ => Err("not exactly one value".to_owned()),
    }
}

fn value(node: roxmltree::Node<'_, '_>) -> Result<Value, Wrong> {
    let text = || node.children().filter_map(|n| n.text()).collect::<String>();
    let children: Vec<_> = node.children().filter(roxmltree::Node::is_element).collect();
    let name = node.tag_name().name();
    let stray = node.children().any(|n| n.is_text() && !n.text().unwrap_or_default().trim().is_empty());
    if node.attributes().len() > 0 || (matches!(name, "dict" | "array") && stray) {
        return Err(format!("{name} with more than a value"));
    }
    Ok(match name {
        "dict" => {
            let mut out = Map::new();
            for pair in children.chunks(2) {
                let [key, node] = pair else { return Err("a key without a value".to_owned()) };
                if !key.has_tag_name("key") {
                    return Err(format!("{} where a key stands", key.tag_name().name()));
                }
                let key: String = key.children().filter_map(|n| n.text()).collect();
                if out.insert(key.clone(), value(*node)?).is_some() {
                    return Err(format!("{key} stands twice"));
                }
            }
            Value::Object(out)
        }
        "array" => Value::Array(children.into_iter().map(value).collect::<Result<_, _>>()?),
        "string" if children.is_empty() => Value::String(text()),
        "true" if text().is_empty() => Value::Bool(true),
        "false" if text().is_empty() => Value::Bool(false),
        "integer" => {
            let number: i64 = text().trim().parse().map_err(|_| format!("{} is no integer", text()))?;
            number.into()
        }
        other => return Err(format!("{other} is not read")),
    })
}
