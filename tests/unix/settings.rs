//! Settings of Defender for Endpoint: the rules of the reference (defender, sections 7 and 8) and Microsoft's schema as judges, and
//! a reader that turns settings back into what was to be written.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::Value;

/// What is wrong with it.
pub type Verdict = Result<(), String>;

macro_rules! hold {
    ($condition:expr, $($why:tt)*) => {
        if !$condition {
            return Err(format!($($why)*));
        }
    };
}

/// Every place of a document with the types that stand there; elements of a list stand at one place.
pub fn places(value: &Value, at: &str, out: &mut BTreeMap<String, BTreeSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    out.entry(at.to_owned()).or_default().insert(kind);
    match value {
        Value::Object(map) => map.iter().for_each(|(key, v)| places(v, &format!("{at}/{key}"), out)),
        Value::Array(all) => all.iter().for_each(|v| places(v, &format!("{at}[]"), out)),
        _ => {}
    }
}

/// Every place that a schema has a property for.
pub fn schema_places(schema: &Value, at: &str, out: &mut BTreeSet<String>) {
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{at}/{key}");
        out.insert(place.clone());
        schema_places(inner, &place, out);
    }
    if schema["items"].is_object() {
        schema_places(&schema["items"], &format!("{at}[]"), out);
    }
}

const WORDS: &[(&str, &[&str])] = &[
    ("/antivirusEngine/enforcementLevel", &["real_time", "on_demand"]),
    ("/antivirusEngine/behaviorMonitoring", &["enabled"]),
    ("/features/behaviorMonitoring", &["enabled"]),
    ("/antivirusEngine/scheduledScan", &["enabled"]),
    ("/features/scheduledScan", &["enabled"]),
    ("/antivirusEngine/exclusionsMergePolicy", &["merge"]),
    ("/exclusionSettings/mergePolicy", &["merge"]),
    ("/cloudService/automaticSampleSubmissionConsent", &["none", "safe"]),
    ("/antivirusEngine/threatTypeSettings[]/key", &["potentially_unwanted_application"]),
    ("/antivirusEngine/threatTypeSettings[]/value", &["block"]),
    ("/scheduledScan/weeklyConfiguration/scanType", &["full"]),
];

/// Rules of the reference that hold on both systems.
fn common(settings: &Value, exclusions: &Value, epp: bool) -> Verdict {
    let level = settings["antivirusEngine"]["enforcementLevel"].as_str();
    hold!(level.is_some(), "enforcementLevel is missing: the default may be passive");
    words(settings, "")?;
    for time in ["weeklyConfiguration", "dailyConfiguration"] {
        let configuration = &settings["scheduledScan"][time];
        if configuration.is_object() {
            hold!(configuration["timeOfDay"].as_u64().is_some_and(|t| t < 1440), "timeOfDay of {time}");
        }
    }
    let mut once = BTreeSet::new();
    for exclusion in exclusions.as_array().into_iter().flatten() {
        hold!(once.insert(exclusion.to_string()), "{exclusion} stands twice");
        let keys: BTreeSet<&str> =
            exclusion.as_object().ok_or("no object")?.keys().map(String::as_str).collect();
        let mut wanted: BTreeSet<&str> = match exclusion["$type"].as_str() {
            Some("excludedPath") => {
                let path = exclusion["path"].as_str().unwrap_or_default();
                hold!(path.starts_with('/') && path != "/" && path != "/*", "the path {path:?}");
                let folder = exclusion["isDirectory"].as_bool().ok_or("isDirectory is no truth value")?;
                hold!(folder || !path.ends_with('/'), "a file with a slash at its end: {path:?}");
                ["$type", "path", "isDirectory"].into()
            }
            Some("excludedFileExtension") => {
                let extension = exclusion["extension"].as_str().unwrap_or_default();
                hold!(!extension.is_empty() && !extension.contains(['/', '*', '?']), "{extension:?}");
                ["$type", "extension"].into()
            }
            Some("excludedFileName") => {
                let name = exclusion["name"].as_str().unwrap_or_default();
                hold!(name.starts_with('/') && !name.contains(['*', '?']), "a process by {name:?}");
                ["$type", "name"].into()
            }
            other => return Err(format!("no kind of exclusion: {other:?}")),
        };
        if epp {
            hold!(exclusion["scopes"] == serde_json::json!(["epp"]), "without the scope epp it is global");
            wanted.insert("scopes");
        }
        hold!(keys == wanted, "keys {keys:?}");
    }
    Ok(())
}

fn words(value: &Value, at: &str) -> Verdict {
    if let Some((_, known)) = WORDS.iter().find(|(place, _)| *place == at) {
        let word = value.as_str().ok_or_else(|| format!("{at} is no word"))?;
        hold!(known.contains(&word), "{at} is {word}");
    }
    match value {
        Value::Object(map) => map.iter().try_for_each(|(key, v)| words(v, &format!("{at}/{key}"))),
        Value::Array(all) => all.iter().try_for_each(|v| words(v, &format!("{at}[]"))),
        _ => Ok(()),
    }
}

/// `mdatp_managed.json` against the rules and, where they are given, the places and types of the official samples.
pub fn linux(bytes: &[u8], samples: Option<&BTreeMap<String, BTreeSet<&'static str>>>) -> Verdict {
    let managed: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    common(&managed, &managed["exclusionSettings"]["exclusions"], true)?;
    hold!(managed["antivirusEngine"].get("exclusions").is_none(), "exclusions in two places");
    hold!(
        managed["scheduledScan"].get("weeklyConfiguration").is_none(),
        "how days are numbered on Linux is not established"
    );
    let mut mine = BTreeMap::new();
    places(&managed, "", &mut mine);
    for (place, kinds) in samples.map(|known| (mine, known)).into_iter().flat_map(|(mine, known)| {
        mine.into_iter().map(move |(place, kinds)| (place.clone(), (kinds, known.get(&place).cloned())))
    }) {
        let (mine, theirs) = kinds;
        let Some(theirs) = theirs else { return Err(format!("no official sample has {place}")) };
        hold!(mine.is_subset(&theirs), "{place} is {mine:?}, in the samples {theirs:?}");
    }
    Ok(())
}

/// The settings in a property list: of the payload where it is a profile, and the list itself where it is none.
pub fn payload(list: &Value) -> Option<Value> {
    let Some(content) = list["PayloadContent"].as_array() else { return Some(list.clone()) };
    let found = content.iter().find(|p| p["PayloadType"] == "com.microsoft.wdav")?;
    let mut settings = found.as_object()?.clone();
    settings.retain(|key, _| !key.starts_with("Payload"));
    Some(Value::Object(settings))
}

/// The schema with the names that it has.
pub struct Schema {
    validator: jsonschema::Validator,
    places: BTreeSet<String>,
}

impl Schema {
    pub fn new(schema: &Value) -> Self {
        let mut places = BTreeSet::new();
        schema_places(schema, "", &mut places);
        assert!(places.len() > 60, "{} names in the schema", places.len());
        Self { validator: jsonschema::validator_for(schema).expect("a schema"), places }
    }

    /// Types and values.
    pub fn valid(&self, settings: &Value) -> Verdict {
        match self.validator.iter_errors(settings).next() {
            Some(error) => Err(format!("{}: {error}", error.instance_path())),
            None => Ok(()),
        }
    }

    /// Names; the schema itself lets others pass.
    pub fn names(&self, settings: &Value) -> Verdict {
        let mut mine = BTreeMap::new();
        places(settings, "", &mut mine);
        for place in mine.keys().filter(|p| !p.is_empty() && !p.ends_with("[]")) {
            hold!(self.places.contains(place), "the schema has no {place}");
        }
        Ok(())
    }
}

/// Settings for macOS, from a profile or a bare list.
pub fn macos(list: &Value, schema: Option<&Schema>) -> Verdict {
    let settings = payload(list).ok_or("no payload com.microsoft.wdav")?;
    common(&settings, &settings["antivirusEngine"]["exclusions"], false)?;
    hold!(settings.get("exclusionSettings").is_none(), "exclusionSettings is for Linux");
    let weekly = &settings["scheduledScan"]["weeklyConfiguration"];
    if weekly.is_object() {
        let day = weekly["dayOfWeek"].as_u64();
        hold!(day.is_some_and(|d| (1..=8).contains(&d)), "dayOfWeek {day:?}: 0 is never on macOS");
        hold!(settings["features"]["scheduledScan"] == "enabled", "the schedule is not switched on");
    }
    if let Some(schema) = schema {
        schema.valid(&settings)?;
        schema.names(&settings)?;
    }
    Ok(())
}

/// The frame of a profile.
pub fn profile(list: &Value) -> Verdict {
    let id = Regex::new("^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$").unwrap();
    let content = list["PayloadContent"].as_array().ok_or("no PayloadContent")?;
    let [payload] = &content[..] else { return Err(format!("{} payloads", content.len())) };
    hold!(list["PayloadType"] == "Configuration", "the outer PayloadType");
    hold!(payload["PayloadType"] == "com.microsoft.wdav", "the inner PayloadType");
    hold!(list["PayloadScope"] == "System", "PayloadScope");
    let mut ids = BTreeSet::new();
    for part in [list, payload] {
        let own = part["PayloadUUID"].as_str().unwrap_or_default();
        hold!(id.is_match(own) && ids.insert(own), "the identifier {own:?}");
        hold!(part["PayloadVersion"].as_u64() == Some(1), "PayloadVersion");
        hold!(part["PayloadEnabled"] == true, "PayloadEnabled");
        for text in ["PayloadIdentifier", "PayloadOrganization", "PayloadDisplayName"] {
            hold!(part[text].as_str().is_some_and(|t| !t.is_empty()), "{text}");
        }
    }
    Ok(())
}

/// What the settings say: list and value.
pub fn said(settings: &Value) -> BTreeSet<(String, String)> {
    let mut out = BTreeSet::new();
    said_below(settings, "", &mut out);
    out
}

fn said_below(value: &Value, at: &str, out: &mut BTreeSet<(String, String)>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        match inner {
            Value::Object(_) => said_below(inner, &place, out),
            Value::Array(all) if key == "exclusions" => out.extend(all.iter().map(exclusion)),
            Value::Array(all) => out.extend(all.iter().map(|one| {
                (
                    format!("{place}.{}", one["key"].as_str().unwrap()),
                    one["value"].as_str().unwrap().to_owned(),
                )
            })),
            // How exclusions of several sources go together is said by the route itself.
            _ if key.ends_with("ergePolicy") => {}
            Value::String(text) => {
                out.insert((place, text.clone()));
            }
            other => {
                out.insert((place, other.to_string()));
            }
        }
    }
}

fn exclusion(one: &Value) -> (String, String) {
    let text = |key: &str| one[key].as_str().unwrap().to_owned();
    match (one["$type"].as_str().unwrap(), one["isDirectory"].as_bool()) {
        ("excludedPath", Some(true)) => ("excludedPath folder".into(), text("path")),
        ("excludedPath", Some(false)) => ("excludedPath file".into(), text("path")),
        ("excludedFileExtension", None) => ("excludedFileExtension".into(), text("extension")),
        ("excludedFileName", None) => ("excludedFileName".into(), text("name")),
        other => panic!("{other:?}"),
    }
}
