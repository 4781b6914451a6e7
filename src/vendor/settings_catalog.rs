//! Policies of the settings catalog of Intune, as its portal imports them and as Microsoft Graph takes them (reference:
//! defender, 4.2 to 4.5). What a policy says is a list of [`Instance`]s; how JSON spells them stands here and nowhere else.
//!
//! | form | who takes it | evidence |
//! |---|---|---|
//! | [`portal`] | the admin centre: Devices, Configuration, Policies, Import policy; only plain policies, without a template | CONFIRMED by eight exports |
//! | [`graph`] | `POST /beta/deviceManagement/configurationPolicies`; policies of endpoint security, made from a template | CONFIRMED by two bodies, ids by twelve exports |
//!
//! | | portal | graph |
//! |---|---|---|
//! | policy | id, dates, `settingCount`, a template of nulls | `settingCount`, the template |
//! | each setting | `id` "0", "1", … | `@odata.type` |
//! | a choice, a number or a text | reference to a template null | the ids, or null where the caller gives none |
//! | an entry of a collection, a group | reference to a template null | no such key, as in the bodies |
//!
//! In a group it is the caller who says, instance by instance, whether template ids stand there ([`Ids`]).

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::Stamp;

/// A template id of an instance and of its value, where a policy is made from a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// `settingInstanceTemplateReference`.
    pub instance: Option<&'static str>,
    /// `settingValueTemplateReference`; only choices, numbers and texts have one.
    pub value: Option<&'static str>,
}

/// One setting with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// `settingDefinitionId`, in the letter case of the definitions.
    pub definition: String,
    /// Template ids.
    pub ids: Ids,
    /// What it holds.
    pub value: Value,
}

/// What a setting holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One of the definition's options, as the suffix behind its id and `_`, with settings that hang on it.
    Choice(String, Vec<Instance>),
    /// Several of the options, as suffixes behind its id and `_`.
    Choices(Vec<String>),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of groups of settings.
    Groups(Vec<Vec<Instance>>),
}

/// The template of endpoint security that a policy is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// `templateId`.
    pub id: &'static str,
    /// The other words of `templateReference`, where a sample of this template shows them.
    pub words: Option<TemplateWords>,
}

/// How a template is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateWords {
    /// `templateFamily`.
    pub family: &'static str,
    /// `templateDisplayName`.
    pub name: &'static str,
    /// `templateDisplayVersion`.
    pub version: &'static str,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// `windows10`, `macOS`, `linux`.
    pub platforms: &'static str,
    /// `mdm`, `mdm,microsoftSense`.
    pub technologies: &'static str,
    /// The template; `None` for a plain policy of the settings catalog.
    pub template: Option<Template>,
    /// The settings, in order.
    pub settings: Vec<Instance>,
}

/// Name space for identifiers of policies.
const NAME_SPACE: Uuid = Uuid::from_u128(0x8f1d_2c5b_6a3e_5d47_9b0c_71e4_c0a8_5521);

/// The identifier of a policy: always the same for the same words (a route, the input's hash, a number of the policy).
pub fn identifier(of: &str) -> String {
    Uuid::new_v5(&NAME_SPACE, of.as_bytes()).to_string()
}

/// The file that *Import policy* of the portal takes; template ids are not for it and stay out.
pub fn portal(policy: &Policy, stamp: &Stamp<'_>, id: &str) -> Vec<u8> {
    let time = format!("{}T00:00:00.0000000Z", stamp.date);
    let settings: Vec<Json> = policy
        .settings
        .iter()
        .enumerate()
        .map(|(at, i)| json!({ "id": at.to_string(), "settingInstance": instance(i, Form::Portal) }))
        .collect();
    bytes(&json!({
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
        "createdDateTime": time,
        "creationSource": null,
        "description": policy.description,
        "lastModifiedDateTime": time,
        "name": policy.name,
        "platforms": policy.platforms,
        "priorityMetaData": null,
        "roleScopeTagIds": ["0"],
        "settingCount": settings.len(),
        "technologies": policy.technologies,
        "id": id,
        "templateReference": {
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null
        },
        "settings": settings
    }))
}

/// The body of `POST /beta/deviceManagement/configurationPolicies`. It holds no identifier and no date: the service gives them.
pub fn graph(policy: &Policy) -> Vec<u8> {
    let settings: Vec<Json> = policy
        .settings
        .iter()
        .map(|i| json!({ "@odata.type": kind("Setting"), "settingInstance": instance(i, Form::Graph) }))
        .collect();
    let template = match policy.template {
        None => json!({
            "templateId": "",
            "templateFamily": "none",
            "templateDisplayName": null,
            "templateDisplayVersion": null
        }),
        Some(Template { id, words: None }) => json!({ "templateId": id }),
        Some(Template { id, words: Some(words) }) => json!({
            "templateId": id,
            "templateFamily": words.family,
            "templateDisplayName": words.name,
            "templateDisplayVersion": words.version
        }),
    };
    bytes(&json!({
        "name": policy.name,
        "description": policy.description,
        "platforms": policy.platforms,
        "technologies": policy.technologies,
        "roleScopeTagIds": ["0"],
        "settingCount": settings.len(),
        "settings": settings,
        "templateReference": template
    }))
}

fn bytes(policy: &Json) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(policy).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Portal,
    Graph,
}

fn kind(name: &str) -> String {
    format!("#microsoft.graph.deviceManagementConfiguration{name}")
}

/// An object of these keys.
fn object<const N: usize>(keys: [(&str, Json); N]) -> Map<String, Json> {
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A reference to a template: `{key: id}`, or null.
fn reference(form: Form, key: &str, id: Option<&str>) -> Json {
    match id.filter(|_| form == Form::Graph) {
        Some(id) => Json::Object(object([(key, id.into())])),
        None => Json::Null,
    }
}

fn instance(of: &Instance, form: Form) -> Json {
    let option = |suffix: &str| Json::from(format!("{}_{suffix}", of.definition));
    let single = |map| with_reference(map, form, of.ids.value);
    let (name, key, value) = match &of.value {
        Value::Choice(suffix, children) => {
            ("ChoiceSetting", "choiceSettingValue", single(choice(option(suffix), children, form)))
        }
        Value::Choices(suffixes) => {
            let values = suffixes.iter().map(|s| entry(choice(option(s), &[], form), form));
            ("ChoiceSettingCollection", "choiceSettingCollectionValue", values.collect())
        }
        Value::Integer(number) => {
            ("SimpleSetting", "simpleSettingValue", single(simple("Integer", (*number).into())))
        }
        Value::Text(text) => {
            ("SimpleSetting", "simpleSettingValue", single(simple("String", text.as_str().into())))
        }
        Value::Texts(texts) => {
            let values = texts.iter().map(|t| entry(simple("String", t.as_str().into()), form));
            ("SimpleSettingCollection", "simpleSettingCollectionValue", values.collect())
        }
        Value::Groups(groups) => {
            let values = groups.iter().map(|g| entry(object([("children", instances(g, form))]), form));
            ("GroupSettingCollection", "groupSettingCollectionValue", values.collect())
        }
    };
    let template = reference(form, "settingInstanceTemplateId", of.ids.instance);
    Json::Object(object([
        ("@odata.type", kind(&format!("{name}Instance")).into()),
        ("settingDefinitionId", of.definition.as_str().into()),
        ("settingInstanceTemplateReference", template),
        (key, value),
    ]))
}

fn instances(of: &[Instance], form: Form) -> Json {
    of.iter().map(|i| instance(i, form)).collect()
}

fn choice(option: Json, children: &[Instance], form: Form) -> Map<String, Json> {
    let mut map = object([("value", option), ("children", instances(children, form))]);
    if form == Form::Graph {
        map.insert("@odata.type".to_owned(), kind("ChoiceSettingValue").into());
    }
    map
}

fn simple(name: &str, value: Json) -> Map<String, Json> {
    object([("@odata.type", kind(&format!("{name}SettingValue")).into()), ("value", value)])
}

/// The value of a choice, a number or a text.
fn with_reference(mut map: Map<String, Json>, form: Form, id: Option<&str>) -> Json {
    let reference = reference(form, "settingValueTemplateId", id);
    map.insert("settingValueTemplateReference".to_owned(), reference);
    Json::Object(map)
}

/// One of several values: its reference to a template is null for the portal, and no key for Graph.
fn entry(map: Map<String, Json>, form: Form) -> Json {
    match form {
        Form::Portal => with_reference(map, form, None),
        Form::Graph => Json::Object(map),
    }
}

#[cfg(test)]
mod tests;
