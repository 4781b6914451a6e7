//! Policies of the settings catalog of Intune, as its portal imports them and as Microsoft Graph takes them (reference:
//! defender, 4.2 to 4.5). What a policy says is a list of [`Instance`]s; how JSON spells them stands here and nowhere else.

/// A template id of an instance and of its value, where a policy is made from a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// `settingInstanceTemplateReference`.
    pub instance: Option<&'static str>,
    /// `settingValueTemplateReference`.
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
    /// Several of the options, as suffixes.
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
