//! Progress out, cancellation in. The engine calls a [`Watch`] now and then with how far it is; the caller
//! answers whether to go on. In the browser *cancel* ends the worker instead, so the answer there is always to go on.

use std::ops::ControlFlow;

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the input that are behind us.
    pub done: usize,
    /// Bytes of the input.
    pub total: usize,
}

/// Called by the engine every few thousand events.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// A watch for callers that neither show progress nor cancel.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
