//! Step 4: what became of every setting, and what only a person can decide. Looser forms are offered with their reason
//! and an example; nothing is taken without a click.

use std::rc::Rc;

use yew::prelude::*;

use super::ledger::LedgerTable;
use super::parts::{findings, findings_here, step};
use crate::app::state::{Action, State};
use crate::app::words;
use crate::view::OfferView;

/// Properties of [`Decide`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state.
    pub state: Rc<State>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The step.
#[component]
pub fn Decide(props: &Props) -> Html {
    let state = &props.state;
    let several = state.ledgers.len() > 1;
    html! {
        <section class="card" aria-labelledby="decide">
            <div class="head">
                { step(4, "decide", "Decide what is left", "Nothing comes out less protected than before unless you accept it here.") }
                <button type="button" class="quiet" disabled={!state.can_undo()}
                    onclick={props.on.reform(|_: MouseEvent| Action::Undone)}>{ "Undo the last step" }</button>
            </div>
            { for state.read().filter_map(|(entry, view)| {
                let ledger = state.ledgers.get(&entry.id)?;
                let result = &ledger.result;
                let all = words::sum(result.tallies.iter(), "setting");
                let failures: Vec<_> = findings_here(result, view).filter(|f| f.severity == "error").cloned().collect();
                Some(html! {
                    <article key={entry.id.to_string()} aria-label={view.name.clone()}>
                        if several { <h3>{ &view.name }</h3> }
                        <div class="outcome">
                            <p class="sum">{ &result.view.target.name }{ ": " }{ words::carried(&all) }</p>
                            <p class="rest">
                                { words::rest(&all).join("; ") }{ ". " }
                                { format!("{} in the files.", words::things(result.view.entries, "entry")) }
                            </p>
                        </div>
                        { findings(&failures) }
                        { offers(&result.view.offers, &props.on) }
                        <LedgerTable id={entry.id} name={view.name.clone()} ledger={ledger.clone()} on={props.on.clone()} />
                    </article>
                })
            }) }
        </section>
    }
}

fn offers(list: &[OfferView], on: &Callback<Action>) -> Html {
    if list.is_empty() {
        return html! {};
    }
    html! {
        <ul class="offers" aria-label="Looser forms that you may accept">
            { for list.iter().map(|offer| html! { <li key={offer.code.clone()}>{ one(offer, on) }</li> }) }
        </ul>
    }
}

fn one(offer: &OfferView, on: &Callback<Action>) -> Html {
    let rows = words::things(offer.rows, "row");
    let (code, accept) = (offer.code.clone(), !offer.accepted);
    let onclick = on.reform(move |_: MouseEvent| Action::Accepted { code: code.clone(), on: accept });
    let button = if accept { format!("Accept for {rows}") } else { format!("Take back for {rows}") };
    html! {
        <>
            <p class="why">
                <strong>{ if accept { format!("{rows} not written. ") } else { format!("{rows} written by your decision. ") } }</strong>
                { &offer.meaning }{ ". " }<code class="code">{ &offer.code }</code>
            </p>
            if let Some(example) = &offer.example {
                <p class="example">
                    { if accept { "If you accept, for example: " } else { "For example: " } }
                    <span>{ example }</span>
                </p>
            }
            <button type="button" class={if accept { "" } else { "quiet" }} {onclick}>{ button }</button>
        </>
    }
}
