//! Step 1: bring exports. A real file input with a label, another one for folders; the drop zone lies around them. Dropping,
//! browsing, pasting and samples all end in the same place.

use std::rc::Rc;

use web_sys::{DragEvent, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::fold::{customer, fold};
use super::how::how;
use super::parts::step;
use crate::app::bridge::{self, Found};
use crate::app::protocol::Sample;
use crate::app::state::{Action, Entry, Fold, Stage, State, Step};
use crate::app::words;
use crate::view::FindingView;

/// Properties of [`Bring`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state.
    pub state: Rc<State>,
    /// Whether files can be read yet.
    pub ready: bool,
    /// Files were chosen.
    pub on_files: Callback<Vec<Found>>,
    /// Something was dropped.
    pub on_drop: Callback<Event>,
    /// Text was pasted.
    pub on_paste: Callback<String>,
    /// A sample is wanted.
    pub on_sample: Callback<Sample>,
    /// Everything else.
    pub on: Callback<Action>,
}

/// The step.
#[component]
pub fn Bring(props: &Props) -> Html {
    let over = use_state_eq(|| false);
    let text = use_node_ref();

    let ondragover = {
        let over = over.clone();
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(true);
        })
    };
    let ondragleave = {
        let over = over.clone();
        Callback::from(move |_: DragEvent| over.set(false))
    };
    let ondrop = {
        let (over, on_drop) = (over.clone(), props.on_drop.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            on_drop.emit(event.into());
        })
    };
    let chosen = |list: fn(&web_sys::FileList) -> Vec<Found>| {
        let on_files = props.on_files.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                if let Some(files) = input.files() {
                    on_files.emit(list(&files));
                }
                // So that the same file can be chosen again.
                input.set_value("");
            }
        })
    };
    let paste = {
        let (text, on_paste) = (text.clone(), props.on_paste.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(area) = text.cast::<HtmlTextAreaElement>() {
                let value = area.value();
                if !value.trim().is_empty() {
                    area.set_value("");
                    on_paste.emit(value);
                }
            }
        })
    };
    let sample = |which: Sample| props.on_sample.reform(move |_: MouseEvent| which);

    // Once something is here, the zone steps back.
    let slim = !props.state.entries.is_empty();
    let lead =
        "Files, folders or ZIP archives; of one customer or of many. They are read here, in this page.";
    html! {
        <section class="card" aria-labelledby="bring">
            { step(1, "bring", "Bring an export", lead) }
            <div class={classes!("drop", over.then_some("over"), slim.then_some("slim"))} {ondragover} {ondragleave} {ondrop}>
                <div class="browsers">
                    <span class="browser">
                        <input id="files" type="file" multiple=true disabled={!props.ready} onchange={chosen(bridge::files)} />
                        <label class="browse" for="files">{ "Choose files" }</label>
                    </span>
                    <span class="browser">
                        <input id="folder" type="file" webkitdirectory=true disabled={!props.ready}
                            onchange={chosen(bridge::folder)} />
                        <label class="browse second" for="folder">{ "Choose a folder" }</label>
                    </span>
                </div>
                <p class="or">{ "or drop files, folders or a ZIP here" }</p>
            </div>
            <div class="more">
                <div class="samples">
                    <span>{ "Nothing at hand? Try a sample:" }</span>
                    <button type="button" class="quiet" disabled={!props.ready} onclick={sample(Sample::Linux)}>
                        { "Linux settings" }
                    </button>
                    <button type="button" class="quiet" disabled={!props.ready} onclick={sample(Sample::Windows)}>
                        { "Windows Server trusted zone" }
                    </button>
                </div>
                <details>
                    <summary>{ "Paste text instead" }</summary>
                    <label for="paste">{ "The text of one export, or a list copied from a console" }</label>
                    <textarea id="paste" ref={text} rows="6" spellcheck="false" autocomplete="off" />
                    <button type="button" disabled={!props.ready} onclick={paste}>{ "Read the pasted text" }</button>
                </details>
                <details>
                    <summary>{ "How to get an export out of Kaspersky" }</summary>
                    { how(&props.on, props.ready) }
                </details>
            </div>
            { recipes(&props.state, &props.on) }
            { brought(&props.state, &props.on) }
        </section>
    }
}

/// Recipes that apply, and how to let go of them.
fn recipes(state: &State, on: &Callback<Action>) -> Html {
    if state.choices.recipes.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3 id="recipes" tabindex="-1">{ "Recipes that are applied" }</h3>
            <ul class="brought">
                { for state.choices.recipes.iter().enumerate().map(|(at, kept)| {
                    let remove = on.reform(move |_: MouseEvent| Action::RecipeRemoved(at));
                    html! {
                        <li key={at}>
                            <div class="what">
                                <p class="name">{ &kept.name }</p>
                                <p class="about">
                                    { format!("It says {}. It is applied to every input that it fits.", words::recipe(&kept.recipe)) }
                                </p>
                            </div>
                            <button type="button" class="quiet" onclick={remove}
                                aria-label={format!("Remove the recipe {}", kept.name)}>{ "Remove" }</button>
                        </li>
                    }
                }) }
            </ul>
        </>
    }
}

/// What was brought, and what became of it: in the order it came, or by customer where there are customers.
fn brought(state: &State, on: &Callback<Action>) -> Html {
    if state.entries.is_empty() && state.left.is_empty() {
        return html! {};
    }
    let by_customer = state.entries.iter().any(|e| !e.customer().is_empty() || e.name.contains('/'));
    html! {
        <>
            <h3 id="brought" tabindex="-1">{ "Your files" }</h3>
            if by_customer {
                { customers(state, on) }
            } else {
                <ul class="brought">{ for state.entries.iter().map(|entry| one(entry, on)) }</ul>
            }
            { left(&state.left) }
        </>
    }
}

fn customers(state: &State, on: &Callback<Action>) -> Html {
    let waiting = state.entries.iter().filter(|e| e.stage == Stage::Reading).count();
    let refused: Vec<_> = state.entries.iter().filter(|e| matches!(e.stage, Stage::Refused(_))).collect();
    let customers = state.customers();
    html! {
        <>
            if waiting > 0 { <p class="about">{ format!("{} being read", words::things(waiting, "file")) }</p> }
            if !refused.is_empty() {
                <div class="customer refused" role="group" aria-label="Not read">
                    <details open={refused.len() <= 20}>
                        <summary><h4>{ format!("{} not read", words::things(refused.len(), "file")) }</h4></summary>
                        <ul class="brought">{ for refused.iter().map(|entry| one(entry, on)) }</ul>
                    </details>
                </div>
            }
            { for customers.iter().map(|(name, own)| {
                let settings = own.iter().map(|(_, view)| view.items).sum();
                let about = format!("{}, {}", words::things(own.len(), "input"), words::things(settings, "setting"));
                let summary = html! { <><h4>{ customer(name) }</h4>{ " " }<span class="about">{ about }</span></> };
                let dismiss = {
                    let name = (*name).to_owned();
                    on.reform(move |_: MouseEvent| Action::Dismissed(name.clone()))
                };
                let key = format!("customer {name}");
                html! {
                    <div {key} class="customer" role="group" aria-label={customer(name)}>
                        { fold(state, Fold::Customer(Step::Bring, (*name).to_owned()), "all", summary, on, || html! {
                            <>
                                <ul class="brought">{ for own.iter().map(|(entry, _)| one(entry, on)) }</ul>
                                if own.len() > 1 {
                                    <button type="button" class="quiet small" onclick={dismiss}>
                                        { format!("Remove all {} of {}", own.len(), customer(name)) }
                                    </button>
                                }
                            </>
                        }) }
                    </div>
                }
            }) }
        </>
    }
}

fn one(entry: &Entry, on: &Callback<Action>) -> Html {
    let id = entry.id;
    let remove = on.reform(move |_: MouseEvent| Action::Removed(id));
    html! {
        <li key={id.to_string()}>
            <div class="what">
                <p class="name">{ &entry.name }</p>
                { stage(&entry.stage) }
            </div>
            <button type="button" class="quiet" onclick={remove}
                aria-label={format!("Remove {}", entry.name)}>{ "Remove" }</button>
        </li>
    }
}

fn stage(stage: &Stage) -> Html {
    match stage {
        Stage::Reading => html! { <p class="about">{ "Being read" }</p> },
        Stage::Read(sheet) => {
            let about = format!("{}, {}", sheet.view.label, words::size(sheet.view.bytes));
            html! { <p class="about">{ about }</p> }
        }
        Stage::Refused(refusal) => {
            let place = match (refusal.line, refusal.column) {
                (0, _) => String::new(),
                (line, 0) => format!(" (line {line})"),
                (line, column) => format!(" (line {line}, column {column})"),
            };
            html! {
                <div class="refusal">
                    <p><strong>{ "Not read. " }</strong>{ &refusal.message }{ place }</p>
                    if !refusal.hint.is_empty() {
                        <p><strong>{ "What to do. " }</strong>{ &refusal.hint }</p>
                    }
                    if !refusal.code.is_empty() { <p class="code">{ &refusal.code }</p> }
                </div>
            }
        }
    }
}

/// Files that nobody exported.
fn left(list: &[(u32, Rc<FindingView>)]) -> Html {
    if list.is_empty() {
        return html! {};
    }
    /// Beyond this many, a list of them helps nobody.
    const MANY: usize = 100;
    html! {
        <details class="left">
            <summary>{ format!("{} left out: nobody exported them", words::things(list.len(), "file")) }</summary>
            <ul>
                { for list.iter().take(MANY).map(|(_, note)| html! {
                    <li><span class="source">{ &note.input }</span>{ " " }<span class="about">{ &note.message }</span></li>
                }) }
                if list.len() > MANY { <li>{ format!("and {} more", list.len() - MANY) }</li> }
            </ul>
        </details>
    }
}
