//! Step 4: what became of every setting, and what only a person can decide. Looser forms are offered with their reason
//! and an example; nothing is taken without a click.

use std::rc::Rc;

use yew::prelude::*;

use super::fold::by_customer;
use super::ledger::LedgerTable;
use super::parts::{findings, findings_here, step};
use crate::app::protocol::InputId;
use crate::app::state::{Action, Entry, Ledger, State, Step};
use crate::app::words;
use crate::view::{InputView, OfferView};

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
    let Props { state, on } = props;
    html! {
        <section class="card" aria-labelledby="decide">
            <div class="head">
                { step(4, "decide", "Decide what is left", "Nothing comes out less protected than before unless you accept it here.") }
                <button type="button" class="quiet" disabled={!state.can_undo()}
                    onclick={on.reform(|_: MouseEvent| Action::Undone)}>{ "Undo the last step" }</button>
            </div>
            { by_customer(state, Step::Decide, on, |e| state.ledgers.contains_key(&e.id), |e, _| about(state, e), |entry, view| {
                state.ledgers.get(&entry.id).map_or_else(|| html! {}, |ledger| one(entry, view, ledger, on))
            }) }
        </section>
    }
}

/// An input in one line.
fn about(state: &State, entry: &Entry) -> String {
    let Some(ledger) = state.ledgers.get(&entry.id) else { return String::new() };
    words::tally(&words::sum(ledger.result.tallies.iter(), "setting"))
}

fn one(entry: &Entry, view: &InputView, ledger: &Rc<Ledger>, on: &Callback<Action>) -> Html {
    let result = &ledger.result;
    let all = words::sum(result.tallies.iter(), "setting");
    let failures: Vec<_> = findings_here(result, view).filter(|f| f.severity == "error").cloned().collect();
    html! {
        <>
            <div class="outcome">
                <p class="sum">{ &result.view.target.name }{ ": " }{ words::carried(&all) }</p>
                <p class="rest">
                    { for words::rest(&all).into_iter().map(|part| format!("{part}. ")) }
                    { format!("{} in the files.", words::things(result.view.entries, "entry")) }
                </p>
            </div>
            { findings(&failures) }
            { offers(entry.id, &result.view.offers, on) }
            <LedgerTable id={entry.id} name={view.name.clone()} ledger={ledger.clone()} on={on.clone()} />
        </>
    }
}

fn offers(id: InputId, list: &[OfferView], on: &Callback<Action>) -> Html {
    if list.is_empty() {
        return html! {};
    }
    html! {
        <ul class="offers" aria-label="Looser forms that you may accept">
            { for list.iter().map(|one| html! { <li key={one.code.clone()}>{ offer(id, one, on) }</li> }) }
        </ul>
    }
}

fn offer(id: InputId, offer: &OfferView, on: &Callback<Action>) -> Html {
    let rows = words::things(offer.rows, "row");
    let (code, accept) = (offer.code.clone(), !offer.accepted);
    let onclick = on.reform(move |_: MouseEvent| Action::Accepted { id, code: code.clone(), on: accept });
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
