//! `crosswalk inspect` and `crosswalk compare`.

use crosswalk::convert::convert_at;
use crosswalk::options::{Options, Recipe};
use crosswalk::vendor::{self, Desk};
use crosswalk::{Reading, interpret, view};
use serde_json::json;

use super::bring::{Input, bring};
use super::{Look, Outcome, Stop, output};

pub(crate) fn inspect(look: &Look) -> Result<Outcome, Stop> {
    let answers = look.told.answers()?;
    let batch = bring(&look.files)?;
    let mut text = String::new();
    let mut values = Vec::new();
    for Input { customer, reading } in &batch.inputs {
        let policy = interpret(&[reading], &answers);
        let input = view::input(reading, &policy);
        let items = view::items(reading, &policy, 0, usize::MAX);
        let tables = view::tables(reading, &policy, &answers);
        if look.json {
            values.push(json!({"customer": customer, "input": input, "items": items, "tables": tables}));
        } else {
            text.push_str(&of_customer(customer));
            text.push_str(&describe(&input, &items));
            for table in &tables {
                text.push_str(&of_table(table));
            }
        }
    }
    if look.json {
        text = output::json(&json!({"inputs": values, "refused": batch.refused}));
    }
    output::print(&text)?;
    Ok(Outcome { refused: !batch.refused.is_empty(), ..Outcome::default() })
}

/// Whose an input is, in front of its name.
fn of_customer(customer: &str) -> String {
    if customer.is_empty() { String::new() } else { format!("{customer}/") }
}

fn describe(input: &view::InputView, items: &[view::ItemView]) -> String {
    let mut out = format!("{}: {}\n", input.name, input.label);
    out.push_str(&format!(
        "  {}, {}, {} bytes, {} leaves\n",
        [input.product.as_str(), input.version.as_str()].join(" ").trim(),
        input.encoding,
        input.bytes,
        input.leaves
    ));
    for (kind, count) in &input.counts {
        out.push_str(&format!("  {count:>7} {kind}\n"));
    }
    for question in &input.questions {
        let answer = question
            .answer
            .as_deref()
            .map_or_else(|| "not answered".to_owned(), |a| format!("answered: {a}"));
        out.push_str(&format!("  ? {} [{}; {answer}]\n", question.text, question.key));
        for (value, label) in &question.options {
            out.push_str(&format!("      {}={value}  {label}\n", question.key));
        }
    }
    for finding in &input.findings {
        let line = if finding.line > 0 { format!(" line {}", finding.line) } else { String::new() };
        out.push_str(&format!("  ! {} {}{line}: {}\n", finding.code, finding.severity, finding.message));
    }
    for item in items {
        out.push_str(&format!("  {:>6}  {:<20} {:<18} {}\n", item.line, item.kind, item.state, item.source));
    }
    out
}

/// A list whose columns the user confirms: each column with its proposed or confirmed meaning.
fn of_table(table: &view::TableView) -> String {
    let state = if table.applied { "confirmed" } else { "proposed, nothing is converted before you confirm" };
    let list = if table.list.is_empty() { String::new() } else { format!(" {}", table.list) };
    let mut out = format!(
        "  List{list}: {} rows of {} ({state}: {})\n",
        table.rows,
        table.mapping.rows.label(),
        table.reason
    );
    for (column, meaning) in table.columns.iter().zip(&table.mapping.columns) {
        let sure = if table.applied {
            String::new()
        } else {
            format!(" [{}: {}]", column.confidence.label(), column.reason)
        };
        out.push_str(&format!("    {:<24} {}{sure}\n", column.name, meaning.role.label()));
    }
    out
}

/// `crosswalk recipe`: a recipe with what is confirmed so far, and drafts for the other lists.
pub(crate) fn recipe(look: &Look) -> Result<Outcome, Stop> {
    let answers = look.told.answers()?;
    let batch = bring(&look.files)?;
    let mut recipe = Recipe::of(&answers);
    for Input { reading, .. } in &batch.inputs {
        let policy = interpret(&[reading], &answers);
        for table in view::tables(reading, &policy, &answers) {
            let known = recipe.tables.iter().any(|m| {
                let table = view::table(reading, &policy, table.at);
                table.is_some_and(|t| m.fit(t, &reading.document).is_ok())
            });
            if !known {
                recipe.tables.push(table.mapping);
            }
        }
    }
    output::print(&output::json(&recipe))?;
    Ok(Outcome { refused: !batch.refused.is_empty(), ..Outcome::default() })
}

pub(crate) fn compare(look: &Look) -> Result<Outcome, Stop> {
    let options = Options { answers: look.told.answers()?, ..Options::default() };
    let batch = bring(&look.files)?;
    let mut text = String::new();
    let mut values = Vec::new();
    for Input { customer, reading } in &batch.inputs {
        let (shown, value) = of_input(customer, reading, &options);
        text.push_str(&of_customer(customer));
        text.push_str(&shown);
        values.push(value);
    }
    if look.json {
        text = output::json(&json!({"inputs": values, "refused": batch.refused}));
    }
    output::print(&text)?;
    Ok(Outcome { refused: !batch.refused.is_empty(), ..Outcome::default() })
}

fn of_input(customer: &str, reading: &Reading, options: &Options) -> (String, serde_json::Value) {
    let policy = interpret(&[reading], &options.answers);
    let mut text = format!("{}\n", reading.input.name);
    let mut values = Vec::new();
    let mut desk = Desk::default();
    for route in vendor::all().iter().filter(|r| r.info().fits(policy.platform)) {
        let conversion = convert_at(&policy, *route, options, &mut desk);
        let shown = view::conversion(&conversion, options);
        let told: Vec<String> =
            shown.totals.iter().filter(|(_, n)| *n > 0).map(|(fate, n)| format!("{n} {fate}")).collect();
        text.push_str(&format!("  {:<22} {}\n", shown.target.id, told.join(", ")));
        values.push(json!({"target": shown.target.id, "rows": shown.rows, "entries": shown.entries,
            "totals": shown.totals.into_iter().collect::<std::collections::BTreeMap<_, _>>()}));
    }
    (text, json!({"customer": customer, "input": reading.input.name, "targets": values}))
}
