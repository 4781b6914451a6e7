//! How each export is made, from the table of the readers, and the collector as a download.

use yew::prelude::*;

use crate::app::protocol::{Parcel, Purpose};
use crate::app::state::Action;
use crate::collector;
use crate::{HOW_TO, HowTo};

/// The ways to an export, by product.
pub fn how(on: &Callback<Action>, ready: bool) -> Html {
    let mut products: Vec<(&str, Vec<&HowTo>)> = Vec::new();
    for way in HOW_TO {
        match products.iter_mut().find(|(product, _)| *product == way.product) {
            Some((_, ways)) => ways.push(way),
            None => products.push((way.product, vec![way])),
        }
    }
    html! {
        <div class="how">
            { for products.iter().map(|(product, ways)| html! {
                <details key={*product}>
                    <summary>{ *product }</summary>
                    <ul>{ for ways.iter().map(|way| one(way)) }</ul>
                    if ways.iter().any(|way| way.steps.iter().any(|s| s.contains(collector::FILE))) {
                        { script(on, ready) }
                    }
                </details>
            }) }
        </div>
    }
}

fn one(way: &HowTo) -> Html {
    html! {
        <li>
            <p><strong>{ way.what }</strong>{ " " }<span class="about">{ way.console }</span></p>
            <ol class="steps">{ for way.steps.iter().map(|step| html! { <li>{ *step }</li> }) }</ol>
            <p class="hint">
                if !way.file.is_empty() { { "What comes out: " }{ way.file }{ ". " } }
                { way.promise }
                { format!(". How sure these steps are: {}, {}", way.certainty.to_lowercase(), way.source) }
            </p>
        </li>
    }
}

/// The collector, and what to know before it is run.
fn script(on: &Callback<Action>, disabled: bool) -> Html {
    let onclick = on.reform(|_: MouseEvent| Action::Taken(Parcel::Collector, Purpose::Save));
    html! {
        <div class="collector">
            <button type="button" class="quiet" disabled={!disabled} {onclick}>{ format!("Download {}", collector::FILE) }</button>
            <p class="hint">
                { "The script was never run against a live server: read it before you run it. It asks for your name and password, \
                   signs in to the OpenAPI of the Administration Server, reads the policies that you name with their profiles, and \
                   writes the answers into one JSON file. It changes nothing on the server." }
            </p>
        </div>
    }
}
