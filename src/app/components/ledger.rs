//! The ledger of one conversion: rows by fate, a page at a time, with what can be decided for each.

use std::rc::Rc;

use yew::prelude::*;

use super::parts::{Pager, badge};
use crate::app::protocol::Way;
use crate::app::state::{Action, Ledger};
use crate::app::words;
use crate::options::Choice;
use crate::view::RowView;

/// Properties of [`LedgerTable`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The conversion.
    pub way: Way,
    /// Name of its input.
    pub name: AttrValue,
    /// Its ledger.
    pub ledger: Rc<Ledger>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The table with its filter.
#[component]
pub fn LedgerTable(props: &Props) -> Html {
    let Props { way, name, ledger, on } = props;
    let meaning = match &ledger.fate {
        Some(fate) => words::fate(fate).map_or("", |f| f.meaning),
        None => "Every setting of the export, in its own order.",
    };
    let on_turn = {
        let way = way.clone();
        on.reform(move |to: usize| Action::Turned(way.clone(), to))
    };
    html! {
        <>
            <fieldset class="filter">
                <legend id={format!("ledger-{}", way.slug())} tabindex="-1">{ "What became of every setting" }</legend>
                { for words::FATES.iter().filter_map(|f| chip(way, Some(f.word), ledger, on)) }
                { chip(way, None, ledger, on) }
            </fieldset>
            <p class="meaning">{ meaning }</p>
            <div class="scroll" tabindex="0" role="region" aria-label={format!("Ledger of {name}")}>
                <table class="ledger">
                    <caption>{ format!("{} of {name}", caption(ledger)) }</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="line">{ "Line" }</th>
                            <th scope="col">{ "Setting" }</th>
                            <th scope="col">{ "What became of it" }</th>
                            <th scope="col">{ "Your decision" }</th>
                        </tr>
                    </thead>
                    <tbody>{ for ledger.rows.iter().map(|r| row(way, r, on)) }</tbody>
                </table>
            </div>
            <Pager offset={ledger.offset} count={ledger.count()} noun={format!("the ledger of {name}")} {on_turn} />
        </>
    }
}

fn caption(ledger: &Ledger) -> String {
    let rows = words::things(ledger.count(), "row");
    match &ledger.fate {
        Some(fate) => format!("{rows} with the fate “{fate}”"),
        None => format!("All {rows}"),
    }
}

fn chip(way: &Way, fate: Option<&'static str>, ledger: &Ledger, on: &Callback<Action>) -> Option<Html> {
    let count = words::count(&ledger.result.view, fate);
    let checked = ledger.fate.as_deref() == fate;
    if count == 0 && !checked {
        return None;
    }
    let onchange = {
        let way = way.clone();
        on.reform(move |_: Event| Action::Filtered(way.clone(), fate.map(String::from)))
    };
    let word = fate.unwrap_or("all");
    Some(html! {
        <label key={word} class={classes!("chip", fate.map(words::tone))}>
            <input type="radio" name={format!("fate-{}", way.slug())} {checked} {onchange} />
            <span>{ word }{ " " }<b>{ count }</b></span>
        </label>
    })
}

fn row(way: &Way, row: &RowView, on: &Callback<Action>) -> Html {
    html! {
        <tr key={row.id.clone()}>
            <td class="line" data-label="Line">{ row.line }</td>
            <th scope="row" data-label="Setting">
                <span class="kind">{ &row.kind }</span>
                <span class="source">{ &row.source }</span>
            </th>
            <td data-label="What became of it">
                { badge(&row.fate) }
                <span class="reason">{ &row.reason }</span>
                if let Some(example) = &row.example {
                    <span class="example">{ "For example: " }<span>{ example }</span></span>
                }
                { for row.written.iter().map(|(file, entry)| html! {
                    <span class="written">{ file }{ ": " }<code>{ entry }</code></span>
                }) }
            </td>
            <td class="act" data-label="Your decision">{ decision(way, row, on) }</td>
        </tr>
    }
}

fn decision(way: &Way, row: &RowView, on: &Callback<Action>) -> Html {
    let button = |text: &'static str, class: &'static str, choice: Option<Choice>| {
        let (way, key) = (way.clone(), row.id.clone());
        let onclick =
            on.reform(move |_: MouseEvent| Action::Decided { way: way.clone(), row: key.clone(), choice });
        html! {
            <button type="button" {class} {onclick} aria-label={format!("{text}: {}", row.source)}>{ text }</button>
        }
    };
    match row.decision.as_deref() {
        Some("accepted") => html! {
            <><span class="decided">{ "Accepted" }</span>{ button("Take back", "quiet small", None) }</>
        },
        Some("dropped") => html! {
            <><span class="decided">{ "Left out" }</span>{ button("Take back", "quiet small", None) }</>
        },
        Some(other) => html! { <span class="decided">{ other }</span> },
        None if row.fate == "looser" => html! {
            <>{ button("Accept", "small", Some(Choice::Accept)) }{ button("Leave out", "quiet small", Some(Choice::Drop)) }</>
        },
        None if !row.written.is_empty() => button("Leave out", "quiet small", Some(Choice::Drop)),
        None => match row.fate.as_str() {
            "by-hand" => html! {
                <><span class="decided">{ "Yours to do" }</span>{ button("Leave out", "quiet small", Some(Choice::Drop)) }</>
            },
            "unconfirmed" => html! {
                <><span class="decided">{ "Answer first" }</span>{ button("Leave out", "quiet small", Some(Choice::Drop)) }</>
            },
            _ => html! { <span class="none">{ "None needed" }</span> },
        },
    }
}
