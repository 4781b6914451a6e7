//! The shape of real files: which keys an object has, of what JSON type each value is, and what stands below what. An object is
//! known by its place: its `@odata.type` where that is an instance's, else the key that holds it (with the type of a simple value).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::TYPE;

type Keys = BTreeSet<String>;

/// What is seen at one place.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Sets of keys.
    keys: BTreeSet<Keys>,
    /// JSON types by key, and places below.
    types: BTreeMap<String, BTreeSet<String>>,
}

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    strict: BTreeMap<String, Seen>,
    loose: BTreeMap<String, Seen>,
}

fn place(value: &Value, key: &str) -> String {
    let kind = value["@odata.type"].as_str().unwrap_or_default().replace(TYPE, "");
    if kind.ends_with("Instance") {
        kind
    } else if key.starts_with("simpleSetting") {
        format!("{key} {kind}")
    } else {
        key.to_owned()
    }
}

fn walk(value: &Value, key: &str, out: &mut BTreeMap<String, Seen>) {
    let Value::Object(map) = value else { return };
    let seen = out.entry(place(value, key)).or_default();
    seen.keys.insert(map.keys().filter(|k| counts(k)).cloned().collect());
    for (k, v) in map.iter().filter(|(k, _)| counts(k)) {
        seen.types.entry(k.clone()).or_default().extend(types(k, v));
    }
    for (k, v) in map {
        match v {
            Value::Array(all) => all.iter().for_each(|v| walk(v, k, out)),
            v => walk(v, k, out),
        }
    }
}

/// Newer exports have this one more, older ones do not.
fn counts(key: &str) -> bool {
    key != "auditRuleInformation"
}

/// The type of a value, and for objects the place.
fn types(key: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Null => vec!["null".to_owned()],
        Value::Bool(_) => vec!["true or false".to_owned()],
        Value::Number(_) => vec!["number".to_owned()],
        Value::String(_) => vec!["text".to_owned()],
        Value::Object(_) => vec![place(value, key)],
        Value::Array(all) => {
            let mut inner: Vec<String> =
                all.iter().flat_map(|v| types(key, v)).map(|t| format!("list of {t}")).collect();
            inner.push("list".to_owned());
            inner
        }
    }
}

impl Shapes {
    /// `strict` says which keys there are; what it does not show at all, and other types of values, `loose` may.
    pub fn of(strict: &[Value], loose: &[Value]) -> Self {
        let mut out = Self::default();
        strict.iter().for_each(|p| walk(p, "policy", &mut out.strict));
        loose.iter().for_each(|p| walk(p, "policy", &mut out.loose));
        out
    }

    /// How many places were seen.
    pub fn places(&self) -> usize {
        self.strict.keys().chain(self.loose.keys()).collect::<BTreeSet<_>>().len()
    }

    /// What of a file no real one shows. Where `between`, the keys of the policy itself and of its template lie between those
    /// that all real ones have and those that any has; else they are those of one real one.
    pub fn complaints(&self, policy: &Value, between: bool) -> Vec<String> {
        let mut mine = BTreeMap::new();
        walk(policy, "policy", &mut mine);
        let mut out = Vec::new();
        for (place, seen) in mine {
            let (strict, loose) = (self.strict.get(&place), self.loose.get(&place));
            let Some(theirs) = strict.or(loose) else {
                out.push(format!("no real file has a {place}"));
                continue;
            };
            for keys in seen.keys {
                let any = theirs.keys.iter().fold(Keys::new(), |a, b| a.union(b).cloned().collect());
                let all = theirs.keys.iter().fold(any.clone(), |a, b| a.intersection(b).cloned().collect());
                let fits = theirs.keys.contains(&keys)
                    || (between && place == "policy" && keys.is_subset(&any) && keys.is_superset(&all));
                if !fits {
                    out.push(format!("{place} has {keys:?}, real ones {:?}", theirs.keys));
                }
            }
            for (key, types) in seen.types {
                let shown = |seen: Option<&Seen>, t: &String| {
                    seen.and_then(|s| s.types.get(&key)).is_some_and(|all| all.contains(t))
                };
                for t in types.iter().filter(|t| !shown(strict, t) && !shown(loose, t)) {
                    out.push(format!("{place}: {key} is {t}"));
                }
            }
        }
        out
    }
}

/// An export by Graph without what OData adds to an answer and nobody sends.
pub fn without_annotations(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let reference = map.contains_key("settingInstanceTemplateId")
                || map.contains_key("settingValueTemplateId")
                || map.contains_key("templateId");
            let added = |key: &str| {
                (key.contains('@') && key != "@odata.type")
                    || key.starts_with('#')
                    || key == "useTemplateDefault"
                    || (reference && key == "@odata.type")
            };
            let kept = map.into_iter().filter(|(k, _)| !added(k));
            Value::Object(kept.map(|(k, v)| (k, without_annotations(v))).collect())
        }
        Value::Array(all) => Value::Array(all.into_iter().map(without_annotations).collect()),
        other => other,
    }
}
