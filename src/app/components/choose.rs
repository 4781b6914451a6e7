//! Step 3: what each product could carry of this policy, and the choice of one.

use std::rc::Rc;

use yew::prelude::*;

use super::fold::customer;
use super::parts::{bar, step};
use crate::app::protocol::RouteView;
use crate::app::state::{Action, State};
use crate::app::words;

/// Properties of [`Choose`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state.
    pub state: Rc<State>,
    /// What the user does.
    pub on: Callback<Action>,
}

/// The step.
#[component]
pub fn Choose(props: &Props) -> Html {
    let state = &props.state;
    let platforms = state.platforms();
    html! {
        <section class="card" aria-labelledby="choose">
            { step(3, "choose", "Choose the new product", "What each one can carry of your settings. Choose one, or several that go together: antivirus, firewall, indicators. You can change your mind.") }
            if state.held {
                <div class="held">
                    <p>{ "You cancelled the comparison. Your files are still here." }</p>
                    <button type="button" onclick={props.on.reform(|_: MouseEvent| Action::Resumed)}>{ "Go on" }</button>
                </div>
            } else {
                { for platforms.iter().map(|platform| html! {
                    <div key={(*platform).to_owned()}>
                        <h3>{ format!("For the {} files", words::platform(platform)) }</h3>
                        { cards(products(state, platform, false), state, &props.on) }
                        { others(products(state, platform, true), state, &props.on) }
                    </div>
                }) }
            }
        </section>
    }
}

type Products<'s> = Vec<(&'s str, Vec<&'s RouteView>)>;

/// The routes of a platform, by product: those that carry something, or the others.
fn products<'s>(state: &'s State, platform: &str, idle: bool) -> Products<'s> {
    let own = || state.routes.iter().filter(|r| r.target.platform == platform);
    // Where there are settings alone, every route is as good as the other.
    let all_idle = own().all(|r| words::is_idle(&r.tallies));
    let mut groups: Products<'_> = Vec::new();
    for route in own().filter(|r| (words::is_idle(&r.tallies) && !all_idle) == idle) {
        let product = words::product(&route.target.id);
        match groups.iter_mut().find(|(name, _)| *name == product) {
            Some((_, own)) => own.push(route),
            None => groups.push((product, vec![route])),
        }
    }
    groups
}

fn cards(products: Products<'_>, state: &State, on: &Callback<Action>) -> Html {
    html! {
        { for products.into_iter().map(|(product, routes)| html! {
            <>
                <p class="product">{ product }</p>
                <ul class="routes" aria-label={product.to_owned()}>
                    { for routes.into_iter().map(|r| route(r, state, on)) }
                </ul>
            </>
        }) }
    }
}

/// Routes for which these files hold nothing.
fn others(products: Products<'_>, state: &State, on: &Callback<Action>) -> Html {
    let count: usize = products.iter().map(|(_, routes)| routes.len()).sum();
    if count == 0 {
        return html! {};
    }
    html! {
        <details class="others">
            <summary>{ format!("{} for which these files hold nothing", words::things(count, "more way")) }</summary>
            { cards(products, state, on) }
        </details>
    }
}

fn route(route: &RouteView, state: &State, on: &Callback<Action>) -> Html {
    let target = &route.target;
    let chosen = state.choices.targets.get(&target.platform).is_some_and(|ids| ids.contains(&target.id));
    let all = words::sum(route.tallies.iter(), "setting");
    let (platform, id) = (target.platform.clone(), target.id.clone());
    let onclick = on.reform(move |_: MouseEvent| Action::Chosen {
        platform: platform.clone(),
        target: id.clone(),
        on: !chosen,
    });
    html! {
        <li key={target.id.clone()} data-target={target.id.clone()} class={classes!("route", chosen.then_some("chosen"))}>
            <h4>{ &target.name }</h4>
            if chosen {
                <span class="badge good">{ "Chosen" }</span>
            }
            { bar(&all) }
            <div>
                <p class="sum">{ words::carried(&all) }</p>
                <p class="rest">{ words::rest(&all).join("; ") }</p>
            </div>
            <ul class="tallies">
                { for route.tallies.iter().map(|t| html! { <li>{ words::tally(t) }</li> }) }
            </ul>
            if route.customers.len() > 1 {
                <details class="each">
                    <summary>{ format!("By customer ({})", route.customers.len()) }</summary>
                    <ul>
                        { for route.customers.iter().map(|(name, sum)| html! {
                            <li><strong>{ customer(name) }</strong>{ ": " }{ words::tally(sum) }</li>
                        }) }
                    </ul>
                </details>
            }
            <p class="grade"><span>{ "How well it is proven: " }</span>{ &target.grade }</p>
            <button type="button" class={if chosen { "quiet" } else { "" }} {onclick}>
                { if chosen { "Do not convert" } else { "Convert" } }<span class="unseen">{ " for " }{ &target.name }</span>
            </button>
        </li>
    }
}
