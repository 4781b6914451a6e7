//! Recipes as the page meets them: a JSON file that says `crosswalk_recipe`. It is told from an export by its content.

use super::protocol::{Choices, Kept, RefusalView};
use crate::intake::display_name;
use crate::options::{Answers, Confirmed, Recipe};

/// Name under which a recipe is handed out.
pub const FILE: &str = "recipe.json";

/// The key that marks a recipe.
const MARK: &str = "crosswalk_recipe";

/// A recipe is small; a file beyond this many bytes is none.
const MAX: usize = 4 << 20;

/// The recipe that a file is; `None` when it is no recipe.
pub fn read(name: &str, bytes: &[u8]) -> Option<Result<Kept, RefusalView>> {
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(MAX + 1))?).ok()?;
    let text = text.trim_start_matches('\u{FEFF}').trim();
    if bytes.len() > MAX || !text.starts_with('{') || !text.contains(MARK) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let form = value.get(MARK)?;
    let name = display_name(name);
    let refuse = |message: String, hint: &str| RefusalView {
        code: String::new(),
        input: name.clone(),
        line: 0,
        column: 0,
        message,
        hint: hint.to_owned(),
    };
    if form.as_u64() != Some(u64::from(Recipe::FORM)) {
        return Some(Err(refuse(
            format!("This is a recipe of form {form}; this Crosswalk reads form {}", Recipe::FORM),
            "Use the Crosswalk that kept it, or a newer one; or confirm the columns here and keep a new recipe",
        )));
    }
    let kept = match serde_json::from_value::<Recipe>(value) {
        Ok(recipe) => Ok(Kept { name, recipe }),
        Err(error) => Err(refuse(
            format!("This is a recipe, but it cannot be read: {error}"),
            "Keep it again from the page, or correct it by its schema, docs/recipe.schema.json",
        )),
    };
    Some(kept)
}

/// Why a recipe among the files of a folder or an archive is not applied.
pub fn not_by_itself(path: &str) -> RefusalView {
    RefusalView {
        code: String::new(),
        input: crate::text::owned(path),
        line: 0,
        column: 0,
        message: "This is a recipe of Crosswalk, no export".to_owned(),
        hint: "Bring it by itself, and it is applied to all inputs".to_owned(),
    }
}

/// What the choices come to, for the next customer: confirmed columns, and answers on which the inputs agree.
pub fn of(choices: &Choices) -> Recipe {
    let mut answers = Answers::default();
    for kept in &choices.recipes {
        for (key, value) in &kept.recipe.answers {
            answers.given.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    for (key, value) in choices.answers.values().flatten() {
        if choices.answers.values().all(|own| own.get(key).is_none_or(|other| other == value)) {
            answers.given.insert(key.clone(), value.clone());
        } else {
            answers.given.remove(key);
        }
    }
    let here = choices.columns.iter().map(|c| &c.mapping);
    for mapping in here.chain(choices.recipes.iter().flat_map(|k| &k.recipe.tables)) {
        // Of two meanings for one shape a recipe could only ever apply the first.
        if !answers.columns.iter().any(|c| super::draft::same_shape(&c.mapping, mapping)) {
            answers.columns.push(Confirmed { input: None, mapping: mapping.clone() });
        }
    }
    Recipe::of(&answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_told_by_its_content() {
        let refusal = |text: &str| match read("x/r.json", text.as_bytes()) {
            Some(Err(refusal)) => refusal.message,
            other => panic!("{other:?}"),
        };
        for (text, kept) in [
            (r#"{"crosswalk_recipe":1}"#, true),
            ("\u{FEFF} {\"crosswalk_recipe\":1,\"answers\":{\"windows.drive\":\"C\"}}\n", true),
            (r#"{"other":"crosswalk_recipe"}"#, false),
            (r#"["crosswalk_recipe"]"#, false),
            ("crosswalk_recipe=1", false),
            ("{\"crosswalk_recipe\":", false),
        ] {
            assert_eq!(read("r.json", text.as_bytes()).is_some_and(|r| r.is_ok()), kept, "{text}");
        }
        assert!(refusal(r#"{"crosswalk_recipe":2}"#).contains("form 2"));
        assert!(refusal(r#"{"crosswalk_recipe":"x"}"#).contains("form \"x\""));
        assert!(refusal(r#"{"crosswalk_recipe":1,"tabels":[]}"#).contains("tabels"));
    }

    #[test]
    fn a_recipe_keeps_the_answers_on_which_inputs_agree() {
        let mut choices = Choices::default();
        let say = |choices: &mut Choices, id, key: &str, value: &str| {
            choices.answers.entry(id).or_default().insert(key.into(), value.into());
        };
        say(&mut choices, 1, "windows.drive", "C");
        say(&mut choices, 2, "windows.drive", "C");
        say(&mut choices, 1, "task", "a");
        say(&mut choices, 2, "task", "b");
        say(&mut choices, 2, "only.here", "x");
        let recipe = of(&choices);
        let keys: Vec<&str> = recipe.answers.keys().map(String::as_str).collect();
        assert_eq!(keys, ["only.here", "windows.drive"]);
    }
}
