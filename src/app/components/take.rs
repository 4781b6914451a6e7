//! Step 5: take it away. One archive, or single files; steps to import; a sanitised copy for a bug report.

use std::rc::Rc;

use yew::prelude::*;

use super::existing::Existing;
use super::fold::{by_customer, heading, level};
use super::parts::{findings, findings_here, step};
use crate::app::protocol::{InputId, Parcel, Purpose, Way};
use crate::app::state::{Action, Entry, Ledger, State, Step};
use crate::app::words;
use crate::view::InputView;

/// Properties of [`Take`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state.
    pub state: Rc<State>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The step.
#[component]
pub fn Take(props: &Props) -> Html {
    let Props { state, on } = props;
    let alone = state.alone();
    let zip = on.reform(move |_: MouseEvent| Action::Taken(Parcel::Zip { alone }, Purpose::Save));
    let keep = on.reform(|_: MouseEvent| Action::Taken(Parcel::Recipe, Purpose::Save));
    html! {
        <section class="card" aria-labelledby="take">
            { step(5, "take", "Take it away", "The vendor's files, the steps to import them, and the full report for your records.") }
            <button type="button" class="main" onclick={zip}>{ "Download everything as one ZIP" }</button>
            { layout(state) }
            if state.has_recipe() {
                <div class="keep">
                    <button type="button" class="quiet" onclick={keep}>{ "Keep as a recipe" }</button>
                    <p class="hint">
                        { "recipe.json holds the meanings of columns and your answers, for the next customer. It holds no policy data: \
                           no path, name or address." }
                    </p>
                </div>
            }
            { targets(state) }
            { by_customer(state, Step::Take, on, |e| state.ledgers_of(e.id).next().is_some(), |e, _| about(state, e), |entry, view| {
                let several = state.ledgers_of(entry.id).nth(1).is_some();
                html! {
                    <>
                        { for state.ledgers_of(entry.id).map(|(way, ledger)| html! {
                            <section key={way.target.clone()} class="way" aria-label={ledger.result.view.target.name.clone()}>
                                if several {
                                    { heading(level(state), "", &ledger.result.view.target.name) }
                                }
                                { know(ledger, view) }
                                { files(way, ledger, on) }
                            </section>
                        }) }
                        { existing(entry.id, state, on) }
                        { sanitised(entry.id, view, on) }
                    </>
                }
            }) }
        </section>
    }
}

/// An input in one line.
fn about(state: &State, entry: &Entry) -> String {
    let told = state.ledgers_of(entry.id).map(|(_, ledger)| {
        format!("{} for {}", words::things(ledger.result.files.len(), "file"), ledger.result.view.target.name)
    });
    told.collect::<Vec<_>>().join("; ")
}

/// How the ZIP is arranged, where it is not just the files.
fn layout(state: &State) -> Html {
    if state.alone() {
        return html! {};
    }
    let customers = state.customers().iter().filter(|(name, _)| !name.is_empty()).count();
    let text = match customers {
        0 => "In it, each input has a folder of its own.".to_owned(),
        1 => "In it, each input has a folder of its own, below the customer's.".to_owned(),
        n => format!("In it, each of the {n} customers has a folder of its own, and each input one below."),
    };
    html! { <p class="hint">{ text }</p> }
}

/// Steps to import, once for each product.
fn targets(state: &State) -> Html {
    let mut seen: Vec<&str> = Vec::new();
    let ledgers = state.ledgers.values().filter(|ledger| {
        let id = ledger.result.view.target.id.as_str();
        let fresh = !seen.contains(&id);
        if fresh {
            seen.push(id);
        }
        fresh
    });
    html! { { for ledgers.map(|ledger| steps(ledger)) } }
}

fn know(ledger: &Ledger, view: &InputView) -> Html {
    let list: Vec<_> =
        findings_here(&ledger.result, view).filter(|f| f.severity != "error").cloned().collect();
    if list.is_empty() {
        return html! {};
    }
    html! { <><h3 class="sub">{ "Know before you import" }</h3>{ findings(&list) }</> }
}

/// Where a machine can be compared with.
fn existing(id: InputId, state: &State, on: &Callback<Action>) -> Html {
    let given = state.choices.existing.contains_key(&id);
    match state.ledgers_of(id).find_map(|(_, ledger)| ledger.result.view.target.prints_state.as_ref()) {
        Some(command) => html! { <Existing {id} command={command.clone()} {given} on={on.clone()} /> },
        None => html! {},
    }
}

fn steps(ledger: &Ledger) -> Html {
    let target = &ledger.result.view.target;
    html! {
        <>
            <h3 class="sub">{ "How to import into " }{ &target.name }</h3>
            <ol class="steps">{ for target.steps.iter().map(|s| html! { <li>{ s }</li> }) }</ol>
        </>
    }
}

fn files(way: &Way, ledger: &Ledger, on: &Callback<Action>) -> Html {
    let take = |name: &String, purpose: Purpose| {
        let (way, name) = (way.clone(), name.clone());
        on.reform(move |_: MouseEvent| {
            Action::Taken(Parcel::File { way: way.clone(), name: name.clone() }, purpose)
        })
    };
    html! {
        <details>
            <summary>{ "Single files" }</summary>
            <ul class="files">
                { for ledger.result.files.iter().map(|name| html! {
                    <li key={name.clone()}>
                        <span class="name">{ name }</span>
                        <button type="button" class="quiet small" onclick={take(name, Purpose::Save)}
                            aria-label={format!("Download {name}")}>{ "Download" }</button>
                        <button type="button" class="quiet small" onclick={take(name, Purpose::Copy)}
                            aria-label={format!("Copy {name}")}>{ "Copy" }</button>
                    </li>
                }) }
            </ul>
        </details>
    }
}

fn sanitised(id: InputId, view: &InputView, on: &Callback<Action>) -> Html {
    let onclick = on.reform(move |_: MouseEvent| Action::Taken(Parcel::Sanitised { id }, Purpose::Save));
    html! {
        <details>
            <summary>{ "Something wrong? A copy of your file for a bug report" }</summary>
            <p>{ "The copy has the shape of your file with every value replaced: equal values by equal stand-ins. Look \
                  through it before you send it to anybody." }</p>
            <button type="button" class="quiet" {onclick} aria-label={format!("Download a sanitised copy of {}", view.name)}>
                { "Download a sanitised copy" }
            </button>
        </details>
    }
}
