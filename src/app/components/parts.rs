//! Small pieces that several steps use.

use yew::prelude::*;

use crate::app::protocol::{PAGE, ResultView, Tally};
use crate::app::words;
use crate::view::{FindingView, InputView};

/// The heading of a step, with its number; the focus can be moved to it.
pub fn step(number: u8, id: &'static str, title: &str, lead: &str) -> Html {
    html! {
        <div class="step">
            <h2 id={id} tabindex="-1"><span class="number" aria-hidden="true">{ number }</span>{ title }</h2>
            <p class="lead">{ lead }</p>
        </div>
    }
}

/// A fate as a word with a mark beside it, so that colour is never the only sign.
pub fn badge(fate: &str) -> Html {
    html! { <span class={classes!("badge", words::tone(fate))}>{ fate }</span> }
}

/// Findings of a conversion that were not said about its file already.
pub fn findings_here<'r>(
    result: &'r ResultView,
    input: &'r InputView,
) -> impl Iterator<Item = &'r FindingView> {
    result.view.findings.iter().filter(|f| !input.findings.contains(f))
}

/// Findings in the order given.
pub fn findings(list: &[FindingView]) -> Html {
    if list.is_empty() {
        return html! {};
    }
    html! {
        <ul class="findings">
            { for list.iter().map(|f| html! {
                <li class={f.severity.clone()}>
                    <p>
                        <strong>{ severity(&f.severity) }</strong>
                        { " " }{ &f.message }
                        if f.line > 0 { <span class="where">{ format!(" (line {})", f.line) }</span> }
                    </p>
                    <p class="hint">
                        { &f.hint }
                        if !f.code.is_empty() { { " " }<code class="code">{ &f.code }</code> }
                    </p>
                </li>
            }) }
        </ul>
    }
}

fn severity(word: &str) -> &'static str {
    match word {
        "error" => "Not done.",
        "warning" => "Look at this.",
        _ => "Good to know.",
    }
}

/// How a kind fares, drawn: carried over, for a person, the rest. The sentence beside it says the same in words.
pub fn bar(tally: &Tally) -> Html {
    let all = tally.all.saturating_sub(tally.off).max(1);
    let share = |n: usize| n.saturating_mul(1000) / all;
    let (carried, person) = (share(tally.carried), share(tally.person));
    html! {
        <svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="rest" x="0" y="0" width="1000" height="10" />
            <rect class="look" x={carried.to_string()} y="0" width={person.to_string()} height="10" />
            <rect class="good" x="0" y="0" width={carried.to_string()} height="10" />
        </svg>
    }
}

/// Properties of [`Pager`].
#[derive(Properties, PartialEq)]
pub struct PagerProps {
    /// First one shown.
    pub offset: usize,
    /// How many there are.
    pub count: usize,
    /// What they are.
    pub noun: AttrValue,
    /// Another page is wanted: its first one.
    pub on_turn: Callback<usize>,
}

/// Turns the pages of a long table.
#[component]
pub fn Pager(props: &PagerProps) -> Html {
    let PagerProps { offset, count, noun, on_turn } = props;
    let (offset, count) = (*offset, *count);
    if count <= PAGE {
        return html! {};
    }
    let turn = |to: usize| on_turn.reform(move |_: MouseEvent| to);
    let last = (offset + PAGE).min(count);
    html! {
        <nav class="pager" aria-label={format!("Pages of {noun}")}>
            <button type="button" class="quiet" disabled={offset == 0} onclick={turn(offset.saturating_sub(PAGE))}>
                { "Previous" }
            </button>
            <span>{ format!("{} to {last} of {count}", offset + 1) }</span>
            <button type="button" class="quiet" disabled={last >= count} onclick={turn(offset + PAGE)}>{ "Next" }</button>
        </nav>
    }
}
