//! What is going on: progress with a way out, and the last thing said. One live region, always in the document, so
//! that screen readers hear it.

use yew::prelude::*;

/// Properties of [`Status`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is being done, if anything.
    pub work: Option<String>,
    /// How far it is, in bytes.
    pub progress: Option<(usize, usize)>,
    /// The last thing said.
    pub notice: String,
    /// The user wants it to stop.
    pub on_cancel: Callback<()>,
}

/// The bar at the foot of the window.
#[component]
pub fn Status(props: &Props) -> Html {
    let cancel = props.on_cancel.reform(|_: MouseEvent| ());
    let share = props.progress.map(|(done, total)| (done.saturating_mul(100) / total.max(1)).to_string());
    let busy = props.work.is_some();
    let shown = busy || !props.notice.is_empty();
    html! {
        <div class={classes!("status", shown.then_some("shown"), busy.then_some("busy"))}>
            <p role="status">
                { match &props.work { Some(work) => format!("{work} …"), None => props.notice.clone() } }
            </p>
            if let Some(work) = &props.work {
                <progress max="100" value={share} aria-label={work.clone()}></progress>
                <button type="button" class="quiet" onclick={cancel}>{ "Cancel" }</button>
            }
        </div>
    }
}
