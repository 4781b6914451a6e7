use super::*;

const BOTH: Ids = Ids { instance: Some("i"), value: Some("v") };
const INSTANCE: Ids = Ids { instance: Some("i"), value: None };

fn of(definition: &str, ids: Ids, value: Value) -> Instance {
    Instance { definition: definition.to_owned(), ids, value }
}

fn policy(settings: Vec<Instance>) -> Policy {
    Policy {
        name: "Name".to_owned(),
        description: "Words".to_owned(),
        platforms: "windows10",
        technologies: "mdm,microsoftSense",
        template: None,
        settings,
    }
}

fn every_kind() -> Vec<Instance> {
    let texts = |values: &[&str]| Value::Texts(values.iter().map(|v| (*v).to_owned()).collect());
    let child = of("c_number", Ids::default(), Value::Integer(17));
    let group =
        vec![of("g_name", BOTH, Value::Text("One".to_owned())), of("g_list", INSTANCE, texts(&["80"]))];
    vec![
        of("c", BOTH, Value::Choice("1".to_owned(), vec![child])),
        of("s", INSTANCE, Value::Choices(vec!["a".to_owned(), "b".to_owned()])),
        of("t", BOTH, texts(&["C:\\\"x\""])),
        of("g", INSTANCE, Value::Groups(vec![group])),
    ]
}

fn read(bytes: &[u8]) -> Json {
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn the_portal_gets_every_kind_without_templates() {
    let stamp = Stamp { input_sha256: "00", date: "2024-01-01" };
    let file = read(&portal(&policy(every_kind()), &stamp, "an id"));
    assert_eq!((&file["id"], &file["settingCount"]), (&json!("an id"), &json!(4)));
    assert_eq!(file["createdDateTime"], "2024-01-01T00:00:00.0000000Z");
    assert_eq!(
        file["settings"],
        json!([
            {"id": "0", "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": "c",
                "settingInstanceTemplateReference": null,
                "choiceSettingValue": {"value": "c_1", "settingValueTemplateReference": null, "children": [{
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                    "settingDefinitionId": "c_number",
                    "settingInstanceTemplateReference": null,
                    "simpleSettingValue": {
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
                        "settingValueTemplateReference": null,
                        "value": 17}}]}}},
            {"id": "1", "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingCollectionInstance",
                "settingDefinitionId": "s",
                "settingInstanceTemplateReference": null,
                "choiceSettingCollectionValue": [
                    {"value": "s_a", "settingValueTemplateReference": null, "children": []},
                    {"value": "s_b", "settingValueTemplateReference": null, "children": []}]}},
            {"id": "2", "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingCollectionInstance",
                "settingDefinitionId": "t",
                "settingInstanceTemplateReference": null,
                "simpleSettingCollectionValue": [{
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                    "settingValueTemplateReference": null,
                    "value": "C:\\\"x\""}]}},
            {"id": "3", "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationGroupSettingCollectionInstance",
                "settingDefinitionId": "g",
                "settingInstanceTemplateReference": null,
                "groupSettingCollectionValue": [{"settingValueTemplateReference": null, "children": [
                    {
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                        "settingDefinitionId": "g_name",
                        "settingInstanceTemplateReference": null,
                        "simpleSettingValue": {
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                            "settingValueTemplateReference": null,
                            "value": "One"}},
                    {
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingCollectionInstance",
                        "settingDefinitionId": "g_list",
                        "settingInstanceTemplateReference": null,
                        "simpleSettingCollectionValue": [{
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                            "settingValueTemplateReference": null,
                            "value": "80"}]}]}]}}
        ])
    );
}

#[test]
fn graph_gets_every_kind_with_the_ids_that_the_caller_gives() {
    let words = TemplateWords { family: "f", name: "n", version: "Version 1" };
    let template = Some(Template { id: "t_1", words: Some(words) });
    let body = read(&graph(&Policy { template, ..policy(every_kind()) }));
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    let expected = [
        "description",
        "name",
        "platforms",
        "roleScopeTagIds",
        "settingCount",
        "settings",
        "technologies",
        "templateReference",
    ];
    assert_eq!(keys, expected);
    assert_eq!(
        body["templateReference"],
        json!({"templateId": "t_1", "templateFamily": "f", "templateDisplayName": "n", "templateDisplayVersion": "Version 1"})
    );
    let ty = "#microsoft.graph.deviceManagementConfigurationSetting";
    assert_eq!(
        body["settings"],
        json!([
            {"@odata.type": ty, "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": "c",
                "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                "choiceSettingValue": {
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
                    "value": "c_1",
                    "settingValueTemplateReference": {"settingValueTemplateId": "v"},
                    "children": [{
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                        "settingDefinitionId": "c_number",
                        "settingInstanceTemplateReference": null,
                        "simpleSettingValue": {
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue",
                            "settingValueTemplateReference": null,
                            "value": 17}}]}}},
            {"@odata.type": ty, "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingCollectionInstance",
                "settingDefinitionId": "s",
                "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                "choiceSettingCollectionValue": [
                    {"@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue", "value": "s_a", "children": []},
                    {"@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue", "value": "s_b", "children": []}]}},
            {"@odata.type": ty, "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingCollectionInstance",
                "settingDefinitionId": "t",
                "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                "simpleSettingCollectionValue": [{
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                    "value": "C:\\\"x\""}]}},
            {"@odata.type": ty, "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationGroupSettingCollectionInstance",
                "settingDefinitionId": "g",
                "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                "groupSettingCollectionValue": [{"children": [
                    {
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                        "settingDefinitionId": "g_name",
                        "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                        "simpleSettingValue": {
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                            "settingValueTemplateReference": {"settingValueTemplateId": "v"},
                            "value": "One"}},
                    {
                        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingCollectionInstance",
                        "settingDefinitionId": "g_list",
                        "settingInstanceTemplateReference": {"settingInstanceTemplateId": "i"},
                        "simpleSettingCollectionValue": [{
                            "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                            "value": "80"}]}]}]}}
        ])
    );
}

#[test]
fn a_template_without_words_is_its_id() {
    let template = Some(Template { id: "t_1", words: None });
    let body = read(&graph(&Policy { template, ..policy(Vec::new()) }));
    assert_eq!(body["templateReference"], json!({"templateId": "t_1"}));
    assert_eq!(read(&graph(&policy(Vec::new())))["templateReference"]["templateFamily"], "none");
}
