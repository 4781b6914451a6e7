//! Microsoft's definitions of the settings: type, options, limits, pattern.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{TYPE, children, json};

/// The definitions, by id.
pub struct Dictionary(BTreeMap<String, Value>);

/// What the definitions say about a policy.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many instances it has.
    pub nodes: usize,
    /// Ids without a definition.
    pub unknown: Vec<String>,
    /// Instances of another type than the definition's.
    pub types: Vec<String>,
    /// Options that the definition does not have.
    pub options: Vec<String>,
    /// Numbers, texts, counts beyond the limits; children where none belong.
    pub limits: Vec<String>,
}

impl Checked {
    pub fn mismatches(&self) -> impl Iterator<Item = String> + '_ {
        self.types.iter().chain(&self.options).chain(&self.limits).cloned()
    }
}

impl Dictionary {
    pub fn new(path: &Path) -> Self {
        let all: BTreeMap<String, Value> = serde_json::from_value(json(path)).unwrap();
        assert_eq!(all.len(), 153, "definitions");
        Self(all)
    }

    pub fn get(&self, id: &str) -> Option<&Value> {
        self.0.get(id)
    }

    pub fn check(&self, policy: &Value) -> Checked {
        let mut out = Checked::default();
        for setting in policy["settings"].as_array().into_iter().flatten() {
            self.instance(&setting["settingInstance"], None, &mut out);
        }
        out
    }

    fn instance(&self, instance: &Value, parent: Option<&Value>, out: &mut Checked) {
        out.nodes += 1;
        let id = instance["settingDefinitionId"].as_str().unwrap_or_default();
        let definition = self.0.get(id);
        match definition {
            None => out.unknown.push(id.to_owned()),
            Some(definition) => of(id, definition, instance, out),
        }
        // A group names its children; a child of a group stands in no other place.
        let named =
            |group: &Value| group["childIds"].as_array().is_some_and(|ids| ids.iter().any(|i| i == id));
        if let Some(group) = parent.filter(|p| p["childIds"].is_array())
            && !named(group)
        {
            out.limits.push(format!("{id} is no child of {}", group["id"]));
        }
        let belongs = self.0.values().find(|d| named(d));
        if let Some(group) = belongs.filter(|g| parent.is_none_or(|p| p["id"] != g["id"])) {
            out.limits.push(format!("{id} stands outside {}", group["id"]));
        }
        for child in children(instance) {
            self.instance(child, definition.or(Some(&Value::Null)), out);
        }
    }
}

fn of(id: &str, definition: &Value, instance: &Value, out: &mut Checked) {
    let short = |v: &Value| v["@odata.type"].as_str().unwrap_or_default().replace(TYPE, "");
    let (kind, wanted) = (short(instance), short(definition));
    let fits = matches!(
        (kind.as_str(), wanted.as_str()),
        ("ChoiceSettingInstance", "ChoiceSettingDefinition")
            | ("ChoiceSettingCollectionInstance", "ChoiceSettingCollectionDefinition")
            | ("SimpleSettingInstance", "SimpleSettingDefinition")
            | ("SimpleSettingCollectionInstance", "SimpleSettingCollectionDefinition")
            | ("GroupSettingCollectionInstance", "SettingGroupCollectionDefinition")
    );
    if !fits {
        out.types.push(format!("{id} is a {kind}, defined as {wanted}"));
        return;
    }
    let many = |key: &str| instance[key].as_array().cloned().unwrap_or_default();
    let count = match kind.as_str() {
        "ChoiceSettingInstance" => {
            option(id, definition, &instance["choiceSettingValue"]["value"], out);
            1
        }
        "ChoiceSettingCollectionInstance" => {
            let values = many("choiceSettingCollectionValue");
            values.iter().for_each(|v| option(id, definition, &v["value"], out));
            values.len()
        }
        "SimpleSettingInstance" => {
            simple(id, definition, &instance["simpleSettingValue"], out);
            1
        }
        "SimpleSettingCollectionInstance" => {
            let values = many("simpleSettingCollectionValue");
            values.iter().for_each(|v| simple(id, definition, v, out));
            values.len()
        }
        _ => many("groupSettingCollectionValue").len(),
    } as u64;
    let most = definition["maximumCount"].as_u64().unwrap_or(u64::MAX);
    if count < definition["minimumCount"].as_u64().unwrap_or(0) || count > most {
        out.limits.push(format!("{id} has {count} values"));
    }
}

fn option(id: &str, definition: &Value, value: &Value, out: &mut Checked) {
    let options = definition["options"].as_array().unwrap();
    if !options.iter().any(|o| o["itemId"] == *value) {
        out.options.push(format!("{id} has no option {value}"));
    }
}

fn simple(id: &str, definition: &Value, value: &Value, out: &mut Checked) {
    let limits = &definition["valueDefinition"];
    let wanted = limits["@odata.type"].as_str().unwrap().replace("Definition", "");
    if value["@odata.type"] != wanted {
        out.types.push(format!("{id} holds a {}, defined as {wanted}", value["@odata.type"]));
    }
    let wrong = |what: &str| format!("{id}: {} is {what}", value["value"]);
    if wanted.contains("Integer") {
        let Some(number) = value["value"].as_i64() else {
            return out.types.push(wrong("no number"));
        };
        let (least, most) = (limits["minimumValue"].as_i64(), limits["maximumValue"].as_i64());
        if least.is_some_and(|l| number < l) || most.is_some_and(|m| number > m) {
            out.limits.push(wrong("out of range"));
        }
    } else {
        let Some(text) = value["value"].as_str() else {
            return out.types.push(wrong("no text"));
        };
        let length = text.encode_utf16().count() as u64;
        let (least, most) = (limits["minimumLength"].as_u64(), limits["maximumLength"].as_u64());
        if least.is_some_and(|l| length < l) || most.is_some_and(|m| length > m) {
            out.limits.push(wrong("too long or too short"));
        }
        if let Some(pattern) = limits["inputValidationSchema"].as_str()
            && !regex::Regex::new(pattern).unwrap().is_match(text)
        {
            out.limits.push(wrong("against the pattern"));
        }
    }
}
