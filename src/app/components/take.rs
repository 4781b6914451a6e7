//! Step 5: take it away. One archive, or single files; steps to import; a sanitised copy for a bug report.

use std::rc::Rc;

use yew::prelude::*;

use super::parts::{findings, findings_here, step};
use crate::app::protocol::{InputId, Parcel, Purpose};
use crate::app::state::{Action, Ledger, State};
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
    let state = &props.state;
    let several = state.ledgers.len() > 1;
    let zip = props.on.reform(|_: MouseEvent| Action::Taken(Parcel::Zip, Purpose::Save));
    html! {
        <section class="card" aria-labelledby="take">
            { step(5, "take", "Take it away", "The vendor's files, the steps to import them, and the full report for your records.") }
            <button type="button" class="main" onclick={zip}>{ "Download everything as one ZIP" }</button>
            { for state.read().filter_map(|(entry, view)| {
                let ledger = state.ledgers.get(&entry.id)?;
                Some(html! {
                    <article key={entry.id.to_string()} aria-label={view.name.clone()}>
                        if several { <h3>{ &view.name }</h3> }
                        { know(ledger, view) }
                        { steps(ledger) }
                        { files(entry.id, ledger, &props.on) }
                        { sanitised(entry.id, view, &props.on) }
                    </article>
                })
            }) }
        </section>
    }
}

fn know(ledger: &Ledger, view: &InputView) -> Html {
    let list: Vec<_> =
        findings_here(&ledger.result, view).filter(|f| f.severity != "error").cloned().collect();
    if list.is_empty() {
        return html! {};
    }
    html! { <><h3 class="sub">{ "Know before you import" }</h3>{ findings(&list) }</> }
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

fn files(id: InputId, ledger: &Ledger, on: &Callback<Action>) -> Html {
    let take = |name: &String, purpose: Purpose| {
        let name = name.clone();
        on.reform(move |_: MouseEvent| Action::Taken(Parcel::File { id, name: name.clone() }, purpose))
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
