//! Step 4: what became of every setting, and what only a person can decide. Looser forms are offered with their reason
//! and an example; nothing is taken without a click.

use std::rc::Rc;

use yew::prelude::*;

use super::fold::{by_customer, heading, level};
use super::ledger::LedgerTable;
use super::parts::{findings, findings_here, step};
use crate::app::protocol::Way;
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
            { by_customer(state, Step::Decide, on, |e| state.ledgers_of(e.id).next().is_some(), |e, _| about(state, e), |entry, view| {
                let several = state.ledgers_of(entry.id).nth(1).is_some();
                html! { { for state.ledgers_of(entry.id).map(|(way, ledger)| one(way, view, ledger, several, state, on)) } }
            }) }
        </section>
    }
}

/// An input in one line.
fn about(state: &State, entry: &Entry) -> String {
    let mut ledgers = state.ledgers_of(entry.id);
    match (ledgers.next(), ledgers.next()) {
        (Some((_, ledger)), None) => words::tally(&words::sum(ledger.result.tallies.iter(), "setting")),
        (Some(_), Some(_)) => format!("for {} products", state.ledgers_of(entry.id).count()),
        _ => String::new(),
    }
}

fn one(
    way: &Way,
    view: &InputView,
    ledger: &Rc<Ledger>,
    several: bool,
    state: &State,
    on: &Callback<Action>,
) -> Html {
    let result = &ledger.result;
    let all = words::sum(result.tallies.iter(), "setting");
    let failures: Vec<_> = findings_here(result, view).filter(|f| f.severity == "error").cloned().collect();
    let name = &result.view.target.name;
    html! {
        <section key={way.target.clone()} class="way" aria-label={format!("{} for {name}", view.name)}>
            if several {
                { heading(level(state), "", name) }
            }
            <div class="outcome">
                <p class="sum">
                    if !several {
                        { name }{ ": " }
                    }
                    { words::carried(&all) }
                </p>
                <p class="rest">
                    { for words::rest(&all).into_iter().map(|part| format!("{part}. ")) }
                    { format!("{} in the files.", words::things(result.view.entries, "entry")) }
                </p>
            </div>
            { findings(&failures) }
            { offers(way, &result.view.offers, on) }
            <LedgerTable way={way.clone()} name={view.name.clone()} ledger={ledger.clone()} on={on.clone()} />
        </section>
    }
}

fn offers(way: &Way, list: &[OfferView], on: &Callback<Action>) -> Html {
    if list.is_empty() {
        return html! {};
    }
    html! {
        <ul class="offers" aria-label="Looser forms that you may accept">
            { for list.iter().map(|one| html! { <li key={one.code.clone()}>{ offer(way, one, on) }</li> }) }
        </ul>
    }
}

fn offer(way: &Way, offer: &OfferView, on: &Callback<Action>) -> Html {
    let rows = words::things(offer.rows, "row");
    let (way, code, accept) = (way.clone(), offer.code.clone(), !offer.accepted);
    let onclick =
        on.reform(move |_: MouseEvent| Action::Accepted { way: way.clone(), code: code.clone(), on: accept });
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
