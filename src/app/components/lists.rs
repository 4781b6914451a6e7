//! Lists whose columns the user confirms: the first rows, a meaning for each column, what rows would come to. Nothing of a
//! list is converted before the click on *Confirm*.

use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::fold::{fold, heading, level};
use crate::app::draft::{self, Change, Draft};
use crate::app::protocol::{InputId, Parcel, Purpose};
use crate::app::state::{Action, By, Entry, Fold, State, place};
use crate::app::words;
use crate::columns::mapping::LANGUAGES;
use crate::columns::role::ROWS;
use crate::columns::{ColumnMeaning, Confidence, Role};
use crate::view::{ColumnView, PreviewView, TableView};

/// The lists of one input.
pub fn lists(state: &Rc<State>, entry: &Entry, on: &Callback<Action>) -> Html {
    let tables = entry.sheet().map_or(&[][..], |s| &s.tables);
    html! { <>{ for tables.iter().map(|table| list(state, entry, table, tables.len() > 1, on)) }</> }
}

fn list(state: &Rc<State>, entry: &Entry, table: &TableView, several: bool, on: &Callback<Action>) -> Html {
    let id = entry.id;
    let rows = words::things(table.rows, "row");
    let title = match (table.list.is_empty(), table.applied) {
        (true, false) => "Say what the columns of this list mean".to_owned(),
        (true, true) => "The columns of this list".to_owned(),
        (false, _) => format!("The list {}", table.list),
    };
    let about = if table.applied { format!("{rows}, confirmed") } else { format!("{rows}, waits for you") };
    let content = || {
        let draft = state.draft(id, table.at);
        match draft.filter(|d| d.reopened || !table.applied) {
            Some(draft) => editor(state, entry, table, draft, on),
            None if table.applied => summary(state, id, table, on),
            None => html! { <p class="about">{ "Being looked at" }</p> },
        }
    };
    let title = html! {
        <>
            { heading(level(state), &place(id, table.at), &title) }
            { " " }<span class="about">{ about }</span>
        </>
    };
    html! {
        <div key={table.at} class={classes!("list", (!table.applied).then_some("open"))} role="group"
            aria-labelledby={place(id, table.at)}>
            if several {
                { fold(state, Fold::Table(id, table.at), "one", title, on, || html! { <div class="content">{ content() }</div> }) }
            } else {
                <div class="title">{ title }</div>
                { content() }
            }
        </div>
    }
}

/// A list whose columns are confirmed.
fn summary(state: &State, id: InputId, table: &TableView, on: &Callback<Action>) -> Html {
    let at = table.at;
    let by = state.by(id, table);
    let others = state.of_this_shape(id, table);
    let who = match &by {
        Some(By::Shape) if others > 0 => {
            format!("Confirmed by you, for every list of this shape; {others} more here.")
        }
        Some(By::Recipe(name)) => format!("Confirmed by the recipe {name}."),
        _ => "Confirmed by you.".to_owned(),
    };
    let undo = match &by {
        Some(By::Recipe(_)) | None => None,
        Some(By::Shape) if others > 0 => Some(format!("Undo for all {} lists", others + 1)),
        Some(By::Shape | By::Here) => Some("Undo".to_owned()),
    };
    let keep = on.reform(|_: MouseEvent| Action::Taken(Parcel::Recipe, Purpose::Save));
    let change = on.reform(move |_: MouseEvent| Action::Reopened(id, at));
    let take_back = on.reform(move |_: MouseEvent| Action::Unconfirmed(id, at));
    let known: Vec<(&ColumnView, &ColumnMeaning)> =
        table.columns.iter().zip(&table.mapping.columns).collect();
    let told = known.iter().filter(|(_, c)| !matches!(c.role, Role::NoEffect | Role::Unknown));
    let rest = |role: Role| -> Vec<&str> {
        known.iter().filter(|(_, c)| c.role == role).map(|(c, _)| c.name.as_str()).collect()
    };
    let (unknown, idle) = (rest(Role::Unknown), rest(Role::NoEffect));
    html! {
        <>
            <p>{ format!("Each row is one of: {}. {who}", table.mapping.rows.label()) }</p>
            <dl class="meanings">
                { for told.map(|(column, meaning)| html! {
                    <div><dt><code>{ &column.name }</code></dt><dd>{ meaning.role.label() }{ given(meaning) }</dd></div>
                }) }
                if !unknown.is_empty() {
                    <div><dt>{ "Not known" }</dt><dd>{ unknown.join(", ") }</dd></div>
                }
                if !idle.is_empty() {
                    <div><dt>{ "Without effect" }</dt><dd>{ idle.join(", ") }</dd></div>
                }
            </dl>
            <div class="acts">
                <button type="button" class="quiet" onclick={change}>{ "Change" }</button>
                if let Some(undo) = undo {
                    <button type="button" class="quiet" onclick={take_back}>{ undo }</button>
                }
                if state.has_recipe() {
                    <button type="button" class="quiet" onclick={keep}>{ "Keep as a recipe" }</button>
                }
            </div>
            if state.has_recipe() {
                <p class="hint">{ "A recipe holds the meanings of columns and your answers, and no path, name or address. Bring \
                    recipe.json with the next customer's files, and it is applied to all of them." }</p>
            }
        </>
    }
}

/// Values that were given a meaning: *(305: yes)*.
fn given(column: &ColumnMeaning) -> String {
    let meanings = crate::columns::vocabulary::meanings(column.role);
    let label =
        |word: &str| meanings.iter().find(|m| m.word == word).map_or_else(String::new, |m| m.label.into());
    let given: Vec<String> =
        column.values.iter().map(|(v, word)| format!("{v} means {}", label(word))).collect();
    if given.is_empty() { String::new() } else { format!(" ({})", given.join("; ")) }
}

/// A list whose columns are being said.
fn editor(state: &State, entry: &Entry, table: &TableView, draft: &Draft, on: &Callback<Action>) -> Html {
    let (id, at) = (entry.id, table.at);
    let say = {
        let on = on.clone();
        Callback::from(move |change: Change| on.emit(Action::Columns(id, at, change)))
    };
    let confirm = on.reform(move |_: MouseEvent| Action::Confirmed(id, at));
    let close = on.reform(move |_: MouseEvent| Action::Closed(id, at));
    let others = state.of_this_shape(id, table);
    let everywhere = say.reform(|event: Event| {
        let checked = event.target_dyn_into::<web_sys::HtmlInputElement>().is_some_and(|i| i.checked());
        Change::Everywhere(checked)
    });
    html! {
        <>
            <p>{ "No document of the vendor says what these columns mean, so Crosswalk proposes and you confirm. Nothing of the \
                  list is converted before." }</p>
            { rows(id, table, draft, &say) }
            { grid(entry, table, draft, &say) }
            { values(id, table, draft, &say) }
            { settings(id, at, draft, &say) }
            { outcome(level(state), id, table, draft) }
            if others > 0 {
                <label class="option">
                    <input type="checkbox" checked={draft.everywhere} onchange={everywhere} />
                    <span>{ also(others) }</span>
                </label>
            }
            <div class="acts">
                <button type="button" onclick={confirm}>{ "Confirm these columns" }</button>
                if draft.reopened {
                    <button type="button" class="quiet" onclick={close}>{ "Leave it as it was" }</button>
                }
            </div>
        </>
    }
}

fn also(others: usize) -> String {
    let others = if others == 1 { "the other list".into() } else { format!("the other {others} lists") };
    format!("Also for {others} of this shape, and for those that you bring later")
}

/// Properties of [`Pick`].
#[derive(Properties, PartialEq)]
struct PickProps {
    /// Id of the element.
    id: String,
    label: Html,
    /// Values and texts.
    options: Vec<(String, String)>,
    /// The value of one of the options.
    chosen: String,
    say: Callback<String>,
}

/// A choice with its label.
#[component]
fn Pick(props: &PickProps) -> Html {
    let PickProps { id, label, options, chosen, say } = props;
    let place = use_node_ref();
    let onchange = say.reform(|event: Event| {
        event.target_dyn_into::<HtmlSelectElement>().map_or_else(String::new, |select| select.value())
    });
    // An attribute moves no choice that the user made before; the property does.
    use_effect_with((place.clone(), chosen.clone(), options.clone()), |(place, chosen, _)| {
        if let Some(select) = place.cast::<HtmlSelectElement>()
            && select.value() != *chosen
        {
            select.set_value(chosen);
        }
    });
    html! {
        <label class="pick" for={id.clone()}>
            <span>{ label.clone() }</span>
            <select id={id.clone()} ref={place} {onchange}>
                { for options.iter().map(|(value, text)| html! {
                    <option key={value.clone()} value={value.clone()} selected={value == chosen}>{ text }</option>
                }) }
            </select>
        </label>
    }
}

fn select(
    id: String,
    label: Html,
    options: Vec<(String, String)>,
    chosen: &str,
    say: Callback<String>,
) -> Html {
    html! { <Pick key={id.clone()} id={id.clone()} {label} {options} chosen={chosen.to_owned()} {say} /> }
}

fn owned(options: impl Iterator<Item = (&'static str, &'static str)>) -> Vec<(String, String)> {
    options.map(|(value, text)| (value.to_owned(), text.to_owned())).collect()
}

/// What each row is, and whose masks.
fn rows(id: InputId, table: &TableView, draft: &Draft, say: &Callback<Change>) -> Html {
    let key = |what: &str| format!("{what}-{id}-{}", table.at);
    let kind = say.reform(|word: String| {
        let info = ROWS.iter().find(|info| info.word == word);
        Change::Rows(info.map_or(crate::columns::Rows::Listed, |info| info.rows))
    });
    let language = say.reform(|id: String| Change::Language(Some(id).filter(|id| !id.is_empty())));
    let chosen = draft.mapping.language.as_deref().unwrap_or("");
    let mut languages = owned(LANGUAGES.iter().map(|(language, label)| (language.id(), *label)));
    if draft.mapping.language.is_none() {
        languages.insert(0, (String::new(), "choose".into()));
    }
    html! {
        <div class="picks">
            <div>
                { select(key("rows"), html! { "Each row is one of" },
                    owned(ROWS.iter().map(|info| (info.word, info.label))), draft.mapping.rows.word(), kind) }
                <p class="hint">{ sure(table.confidence, &table.reason) }</p>
            </div>
            if draft::has_masks(&draft.mapping) {
                <div>
                    { select(key("language"), html! { "Masks follow the rules of" }, languages, chosen, language) }
                    <p class="hint">{ &table.language_reason }</p>
                </div>
            }
        </div>
    }
}

fn sure(confidence: Confidence, reason: &str) -> Html {
    html! { <><b class={classes!("sure", tone(confidence))}>{ words::confidence(confidence) }</b>{ " " }{ reason }</> }
}

const fn tone(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "good",
        Confidence::Medium => "quiet",
        Confidence::Low => "look",
    }
}

/// The first rows, with the meaning of each column above it.
fn grid(entry: &Entry, table: &TableView, draft: &Draft, say: &Callback<Change>) -> Html {
    let (id, at) = (entry.id, table.at);
    let shown = table.sample.len();
    let caption = if shown < table.rows {
        format!("The first {shown} of {}", words::things(table.rows, "row"))
    } else {
        format!("All {}", words::things(shown, "row"))
    };
    let order = draft.order(table);
    let moved = order.iter().enumerate().any(|(to, from)| to != *from);
    let end = if moved { " Columns that look as if they said nothing stand at the end." } else { "" };
    html! {
        <>
        <p>{ "Above each column, choose what it says." }{ end }</p>
        <div class="scroll wide" tabindex="0" role="region" aria-label={format!("First rows of {}", entry.name)}>
            <table class="grid">
                <caption>{ caption }</caption>
                <thead>
                    <tr>
                        { for order.iter().filter_map(|&column| {
                            let (view, meaning) = (table.columns.get(column)?, draft.mapping.columns.get(column)?);
                            Some(head(format!("role-{id}-{at}-{column}"), column, view, meaning, draft, say))
                        }) }
                    </tr>
                </thead>
                <tbody>
                    { for table.sample.iter().map(|row| html! {
                        <tr>{ for order.iter().map(|column| html! { <td>{ row.get(*column) }</td> }) }</tr>
                    }) }
                </tbody>
            </table>
        </div>
        </>
    }
}

fn head(
    key: String,
    column: usize,
    view: &ColumnView,
    meaning: &ColumnMeaning,
    draft: &Draft,
    say: &Callback<Change>,
) -> Html {
    let roles: Vec<Role> = draft.mapping.rows.roles().collect();
    let options = owned(roles.iter().map(|role| (role.word(), role.label())));
    let chosen = say.reform(move |word: String| {
        let role = roles.iter().find(|role| role.word() == word).copied();
        Change::Role { column, role: role.unwrap_or(Role::Unknown) }
    });
    let label = html! { <><span class="unseen">{ "Meaning of " }</span><code>{ &view.name }</code></> };
    // Why it was proposed says nothing about another meaning.
    let proposed = draft.proposed.get(column) == Some(&meaning.role);
    html! {
        <th scope="col" class={classes!((meaning.role == Role::Unknown).then_some("unknown"))}>
            { select(key, label, options, meaning.role.word(), chosen) }
            <p class="hint">{ format!("Looks like: {}", view.look) }</p>
            if proposed {
                <p class="hint">{ sure(view.confidence, &view.reason) }</p>
            } else {
                <p class="hint">{ "Your choice" }</p>
            }
        </th>
    }
}

/// What the values mean of columns with few different ones.
fn values(id: InputId, table: &TableView, draft: &Draft, say: &Callback<Change>) -> Html {
    let columns = table.columns.iter().zip(&draft.mapping.columns).enumerate();
    html! {
        { for columns.map(|(column, (view, meaning))| {
            let (meanings, list) = draft::words(meaning, &view.values);
            if meanings.is_empty() {
                return html! {};
            }
            html! {
                <fieldset class="values" key={column}>
                    <legend>{ "What the values of " }<code>{ &view.name }</code>{ format!(" mean: {}", meaning.role.label()) }</legend>
                    if list.is_empty() {
                        <p class="hint">{ "There are many different values. Words that are known are read; a row with any other \
                            stays with a person." }</p>
                    }
                    <div class="picks">
                        { for list.iter().enumerate().map(|(n, word)| {
                            let mut options = owned(meanings.iter().map(|m| (m.word, m.label)));
                            if !word.known {
                                options.insert(0, (String::new(), "not said".into()));
                            }
                            let value = word.value.to_owned();
                            let said = say.reform(move |word: String| Change::Value {
                                column, value: value.clone(), word: Some(word).filter(|w| !w.is_empty()),
                            });
                            let label = html! { <><code>{ word.value }</code>{ format!(" in {}", words::things(word.rows, "row")) }</> };
                            select(format!("value-{id}-{}-{column}-{n}", table.at), label, options, word.word.unwrap_or(""), said)
                        }) }
                    </div>
                    if list.iter().any(|w| w.word.is_none()) {
                        <p class="hint">{ "A row with a value whose meaning is not said stays with a person." }</p>
                    }
                </fieldset>
            }
        }) }
    }
}

/// What no column says, said once.
fn settings(id: InputId, at: usize, draft: &Draft, say: &Callback<Change>) -> Html {
    let list: Vec<_> = draft::settings(&draft.mapping).collect();
    if list.is_empty() {
        return html! {};
    }
    html! {
        <fieldset class="values">
            <legend>{ "What no column says, for all rows" }</legend>
            <div class="picks">
                { for list.into_iter().map(|setting| {
                    let role = setting.role;
                    let chosen = draft.mapping.otherwise.get(&role).map_or("", String::as_str);
                    let said = say.reform(move |word: String| Change::Otherwise {
                        role, word: Some(word).filter(|w| !w.is_empty()),
                    });
                    let key = format!("setting-{id}-{at}-{}", role.word());
                    select(key, html! { setting.label }, owned(setting.options.iter().copied()), chosen, said)
                }) }
            </div>
        </fieldset>
    }
}

/// How the first rows would be read, or what is missing.
fn outcome(level: u8, id: InputId, table: &TableView, draft: &Draft) -> Html {
    let key = format!("{}-outcome", place(id, table.at));
    let content = match &draft.preview {
        None => html! { <p class="about">{ "Being looked at" }</p> },
        Some(Err(why)) => html! { <p class="missing"><strong>{ "Not complete. " }</strong>{ why }</p> },
        Some(Ok(rows)) => html! { <ol class="preview">{ for rows.iter().map(previewed) }</ol> },
    };
    html! {
        <div class="coming">
            { heading(level + 1, &key, "How the first rows would be read") }
            { content }
        </div>
    }
}

fn previewed(row: &PreviewView) -> Html {
    let tone = match row.state.as_str() {
        "in force" => "good",
        "for a person" => "look",
        _ => "quiet",
    };
    html! {
        <li>
            <span class={classes!("badge", tone)}>{ &row.state }</span>{ " " }
            <span class="source">{ &row.source }</span>
            if !row.reason.is_empty() { <span class="reason">{ &row.reason }</span> }
        </li>
    }
}
