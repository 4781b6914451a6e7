//! Judges of policies of Intune's settings catalog that are not of the project's making: Microsoft's definitions of the settings,
//! the shapes of real exports and bodies, the ids of real templates. All of them lie in `../shared/conformance/defender/intune`.
//!
//! [`Judge::complaints`] says what is wrong with a file; nothing means that it passes.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod dictionary;
pub mod reader;
pub mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use dictionary::Dictionary;
use shape::Shapes;

/// Before each `@odata.type`.
pub const TYPE: &str = "#microsoft.graph.deviceManagementConfiguration";

/// The two forms of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For the portal's *Import policy*.
    Portal,
    /// For `POST /beta/deviceManagement/configurationPolicies`.
    Graph,
}

/// JSON with or without a byte order mark.
pub fn parsed(bytes: &[u8]) -> Value {
    let body = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    serde_json::from_slice(body).unwrap_or_else(|e| panic!("no JSON: {e}"))
}

/// A file as JSON.
pub fn json(path: &Path) -> Value {
    parsed(&std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// The files of a folder that end so, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    all.sort();
    all
}

/// `settingInstanceTemplateId` and `settingValueTemplateId`.
pub type TemplateIds = (Option<String>, Option<String>);

/// Ids of definitions that are not in the dictionary, with the type of their instance and the options that were seen: each must
/// stand so in `setting_ids_seen.tsv`.
pub const BESIDE_THE_DICTIONARY: [(&str, &str, &[&str]); 5] = [
    ("device_vendor_msft_policy_config_defender_excludedpaths", "SimpleSettingCollectionInstance", &[]),
    ("device_vendor_msft_policy_config_defender_excludedextensions", "SimpleSettingCollectionInstance", &[]),
    ("device_vendor_msft_policy_config_defender_excludedprocesses", "SimpleSettingCollectionInstance", &[]),
    (
        "device_vendor_msft_policy_config_admx_microsoftdefenderantivirus_spynetreporting",
        "ChoiceSettingInstance",
        &["1"],
    ),
    (
        "device_vendor_msft_policy_config_admx_microsoftdefenderantivirus_spynetreporting_spynetreporting",
        "ChoiceSettingInstance",
        &["2"],
    ),
];

/// Everything that judges.
pub struct Judge {
    pub dictionary: Dictionary,
    pub portal: Shapes,
    pub graph: Shapes,
    /// A real portal file: what is the same in all of them.
    constants: Value,
    /// `templateId` to the real `templateReference`.
    references: BTreeMap<String, Value>,
    /// `templateId` to the ids of settings in real policies of that template.
    pub templates: BTreeMap<String, BTreeMap<String, TemplateIds>>,
    /// `templateId` to platforms and technologies, from `template_ids.tsv`.
    profiles: BTreeMap<String, (String, String)>,
    /// Rows of `setting_ids_seen.tsv`: type, options, template ids.
    pub seen: BTreeMap<String, Vec<String>>,
}

fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|l| l.split('\t').map(str::to_owned).collect()).collect()
}

impl Judge {
    /// From `conformance/defender/intune`.
    pub fn new(folder: &Path) -> Self {
        let all = |part: &str| files(&folder.join(part)).iter().map(|p| json(p)).collect::<Vec<_>>();
        let exports: Vec<Value> = ["oib/native", "hotcakex", "ennbee"].into_iter().flat_map(all).collect();
        assert_eq!(exports.len(), 8, "portal exports");
        let bodies: Vec<Value> = ["graph_post_av_exclusions.json", "graph_post_firewall_rules.json"]
            .map(|name| json(&folder.join(name)))
            .to_vec();
        let made: Vec<Value> = all("oib/graph").into_iter().map(shape::without_annotations).collect();
        assert_eq!(made.len(), 12, "exports of policies by Graph");
        let mut templates: BTreeMap<String, BTreeMap<String, TemplateIds>> = BTreeMap::new();
        let mut references = BTreeMap::new();
        for policy in bodies.iter().chain(&made) {
            let reference = &policy["templateReference"];
            let id = reference["templateId"].as_str().unwrap();
            if id.is_empty() {
                continue;
            }
            references.insert(id.to_owned(), reference.clone());
            let known = templates.entry(id.to_owned()).or_default();
            each_instance(policy, &mut |instance| {
                let definition = instance["settingDefinitionId"].as_str().unwrap().to_owned();
                let ids = template_ids(instance);
                let before = known.insert(definition.clone(), ids.clone());
                assert!(before.is_none_or(|b| b == ids), "{definition}: real policies agree on its ids");
            });
        }
        Self {
            dictionary: Dictionary::new(&folder.join("definitions/setting_definitions.json")),
            portal: Shapes::of(&exports, &[]),
            graph: Shapes::of(&bodies, &made),
            constants: json(&folder.join("hotcakex/Microsoft_Defender.json")),
            references,
            templates,
            profiles: table(&folder.join("template_ids.tsv"))
                .into_iter()
                .map(|r| (r[1].clone(), (r[2].clone(), r[3].clone())))
                .collect(),
            seen: table(&folder.join("setting_ids_seen.tsv"))
                .into_iter()
                .map(|r| (r[0].clone(), r[1..].to_vec()))
                .collect(),
        }
    }

    /// What is wrong with a file.
    pub fn complaints(&self, form: Form, policy: &Value) -> Vec<String> {
        let mut out = match form {
            Form::Portal => self.portal.complaints(policy, false),
            Form::Graph => self.graph.complaints(policy, true),
        };
        let checked = self.dictionary.check(policy);
        out.extend(checked.mismatches());
        out.extend(self.beside(policy, &checked.unknown));
        let settings = policy["settings"].as_array().map_or(&[][..], Vec::as_slice);
        if settings.is_empty() {
            out.push("no settings".to_owned());
        }
        if policy["settingCount"].as_u64() != Some(settings.len() as u64) {
            out.push(format!("settingCount {} for {} settings", policy["settingCount"], settings.len()));
        }
        let mut once = BTreeSet::new();
        for setting in settings {
            let id = setting["settingInstance"]["settingDefinitionId"].as_str().unwrap_or_default();
            if !once.insert(id) {
                out.push(format!("{id} stands twice"));
            }
        }
        match form {
            Form::Portal => self.portal_only(policy, settings, &mut out),
            Form::Graph => self.graph_only(policy, &mut out),
        }
        out
    }

    /// Ids that the dictionary does not have must be of the list above, as they were seen.
    fn beside(&self, policy: &Value, unknown: &[String]) -> Vec<String> {
        let mut out = Vec::new();
        for id in unknown {
            if !BESIDE_THE_DICTIONARY.iter().any(|(known, _, _)| known == id) {
                out.push(format!("{id} is no known id"));
            }
        }
        each_instance(policy, &mut |instance| {
            let id = instance["settingDefinitionId"].as_str().unwrap_or_default();
            let Some((_, kind, options)) = BESIDE_THE_DICTIONARY.iter().find(|(known, _, _)| *known == id)
            else {
                return;
            };
            if instance["@odata.type"] != format!("{TYPE}{kind}") {
                out.push(format!("{id} is no {}", instance["@odata.type"]));
            }
            if *kind == "ChoiceSettingInstance" {
                let value = instance["choiceSettingValue"]["value"].as_str().unwrap_or_default();
                let suffix = value.strip_prefix(id).and_then(|s| s.strip_prefix('_')).unwrap_or(value);
                if !options.contains(&suffix) {
                    out.push(format!("{id}: {value} was not seen"));
                }
            }
        });
        out
    }

    fn portal_only(&self, policy: &Value, settings: &[Value], out: &mut Vec<String>) {
        for same in [
            "@odata.context",
            "platforms",
            "technologies",
            "roleScopeTagIds",
            "priorityMetaData",
            "creationSource",
            "templateReference",
        ] {
            if policy[same] != self.constants[same] {
                out.push(format!("{same} is {}, real exports have {}", policy[same], self.constants[same]));
            }
        }
        for (n, setting) in settings.iter().enumerate() {
            if setting["id"].as_str() != Some(n.to_string().as_str()) {
                out.push(format!("setting {n} has the id {}", setting["id"]));
            }
        }
        let like = |text: &str| -> String {
            text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
        };
        for time in ["createdDateTime", "lastModifiedDateTime"] {
            let theirs = like(self.constants[time].as_str().unwrap());
            if policy[time].as_str().map(like).as_deref() != Some(&theirs) {
                out.push(format!("{time} is {}", policy[time]));
            }
        }
        if policy["id"].as_str().is_none_or(|id| uuid::Uuid::parse_str(id).is_err()) {
            out.push(format!("the id {} is no UUID", policy["id"]));
        }
    }

    fn graph_only(&self, policy: &Value, out: &mut Vec<String>) {
        let reference = &policy["templateReference"];
        let id = reference["templateId"].as_str().unwrap_or_default();
        if self.references.get(id) != Some(reference) {
            out.push(format!("no real policy has the template {reference}"));
        }
        let profile = self.profiles.get(id).map(|(p, t)| (p.as_str(), t.as_str()));
        if profile != Some((policy["platforms"].as_str().unwrap(), policy["technologies"].as_str().unwrap()))
        {
            out.push(format!("{} and {} are not those of {id}", policy["platforms"], policy["technologies"]));
        }
        let Some(known) = self.templates.get(id) else { return };
        each_instance(policy, &mut |instance| {
            let definition = instance["settingDefinitionId"].as_str().unwrap_or_default();
            let ids = template_ids(instance);
            if known.get(definition) != Some(&ids) {
                out.push(format!("{definition} has {ids:?} in {id}, real ones {:?}", known.get(definition)));
            }
            // The table of ids says the same of the ids as the policies it was made from.
            let row = self.seen.get(definition).map(|r| (r[4].as_str(), r[5].as_str()));
            let mine = (ids.0.as_deref().unwrap_or_default(), ids.1.as_deref().unwrap_or_default());
            if row != Some(mine) {
                out.push(format!("{definition} has {mine:?}, the table {row:?}"));
            }
        });
    }
}

/// The template ids of an instance and of its value.
pub fn template_ids(instance: &Value) -> TemplateIds {
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let value = ["choiceSettingValue", "simpleSettingValue"]
        .iter()
        .find_map(|key| text(&instance[*key]["settingValueTemplateReference"]["settingValueTemplateId"]));
    (text(&instance["settingInstanceTemplateReference"]["settingInstanceTemplateId"]), value)
}

/// Every instance of a policy, the outer ones first.
pub fn each_instance(policy: &Value, see: &mut dyn FnMut(&Value)) {
    for setting in policy["settings"].as_array().into_iter().flatten() {
        instance_and_children(&setting["settingInstance"], see);
    }
}

fn instance_and_children(instance: &Value, see: &mut dyn FnMut(&Value)) {
    see(instance);
    for child in children(instance) {
        instance_and_children(child, see);
    }
}

/// The instances right below one.
pub fn children(instance: &Value) -> Vec<&Value> {
    let mut holders: Vec<&Value> = vec![&instance["choiceSettingValue"]];
    for key in ["choiceSettingCollectionValue", "groupSettingCollectionValue"] {
        holders.extend(instance[key].as_array().into_iter().flatten());
    }
    holders.into_iter().flat_map(|h| h["children"].as_array().into_iter().flatten()).collect()
}
