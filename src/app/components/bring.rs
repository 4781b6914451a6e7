//! Step 1: bring an export. A real file input with a label; the drop zone lies around it. Dropping, browsing, pasting
//! and samples all end in the same place.

use web_sys::{DragEvent, File, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::parts::step;
use crate::app::bridge;
use crate::app::protocol::Sample;
use crate::app::state::{Action, Entry, Stage};
use crate::app::words;

/// Properties of [`Bring`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was brought so far.
    pub entries: Vec<Entry>,
    /// Whether files can be read yet.
    pub ready: bool,
    /// Files were dropped or chosen.
    pub on_files: Callback<Vec<File>>,
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
        let (over, on_files) = (over.clone(), props.on_files.clone());
        Callback::from(move |event: DragEvent| {
            event.prevent_default();
            over.set(false);
            on_files.emit(bridge::dropped(&event));
        })
    };
    let onchange = {
        let on_files = props.on_files.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                if let Some(list) = input.files() {
                    on_files.emit(bridge::files(&list));
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
    let slim = !props.entries.is_empty();
    html! {
        <section class="card" aria-labelledby="bring">
            { step(1, "bring", "Bring an export", "One file or several. They are read here, in this page.") }
            <div class={classes!("drop", over.then_some("over"), slim.then_some("slim"))} {ondragover} {ondragleave} {ondrop}>
                <label class="browse" for="files">{ "Choose files" }</label>
                <input id="files" type="file" multiple=true disabled={!props.ready} {onchange} />
                <p class="or">{ "or drop them here" }</p>
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
                    <label for="paste">{ "The text of one export" }</label>
                    <textarea id="paste" ref={text} rows="6" spellcheck="false" autocomplete="off" />
                    <button type="button" disabled={!props.ready} onclick={paste}>{ "Read the pasted text" }</button>
                </details>
                <details>
                    <summary>{ "How to get an export out of Kaspersky" }</summary>
                    { how() }
                </details>
            </div>
            <Brought entries={props.entries.clone()} on={props.on.clone()} />
        </section>
    }
}

/// Properties of [`Brought`].
#[derive(Properties, PartialEq)]
struct BroughtProps {
    entries: Vec<Entry>,
    on: Callback<Action>,
}

/// What was brought, and what became of it.
#[component]
fn Brought(props: &BroughtProps) -> Html {
    if props.entries.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3 id="brought" tabindex="-1">{ "Your files" }</h3>
            <ul class="brought">
                { for props.entries.iter().map(|entry| {
                    let id = entry.id;
                    let remove = props.on.reform(move |_: MouseEvent| Action::Removed(id));
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
                }) }
            </ul>
        </>
    }
}

fn stage(stage: &Stage) -> Html {
    match stage {
        Stage::Reading => html! { <p class="about">{ "Being read" }</p> },
        Stage::Read(view) => {
            let about = format!("{}, {}", view.label, words::size(view.bytes));
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
                    <p class="hint">{ &refusal.hint }{ " " }<code class="code">{ &refusal.code }</code></p>
                </div>
            }
        }
    }
}

fn how() -> Html {
    html! {
        <dl class="how">
            <dt>{ "Endpoint Security for Linux" }</dt>
            <dd>
                { "On the machine, as root: " }<code>{ "kesl-control --export-settings --file settings.ini" }</code>
                { ". The settings of one task do too: " }
                <code>{ "kesl-control --get-settings 1 --file task1.ini" }</code>{ "." }
            </dd>
            <dt>{ "Security for Windows Server, Embedded Systems Security, CyberSecurity for Nodes" }</dt>
            <dd>
                { "In the console: Trusted Zone, Export. Or on the machine: " }
                <code>{ "kavshell export C:\\export\\settings.xml" }</code>{ "." }
            </dd>
            <dt>{ "Endpoint Security for Windows" }</dt>
            <dd>
                { "In the policy: General settings, Exclusions, Scan exclusions and trusted applications, Settings; \
                   select nothing, so that all rows are exported, then Export as XML." }
            </dd>
            <dt>{ "The program on a single PC" }</dt>
            <dd>
                { "Exclusions and actions on object detection: Manage exclusions, then Export; Specify trusted \
                   applications, then Export." }
            </dd>
        </dl>
    }
}
