//! The page: one static document, one worker, the same WebAssembly module in both.
//!
//! ```text
//!   page (window)                                        worker
//!   ┌────────────────────────────────────────┐           ┌────────────────────────────┐
//!   │ components ──Action──▶ state ──Effect──▶│ bridge    │ worker ──▶ workbench ──▶ engine
//!   │      ▲                   │             │──Request─▶│                            │
//!   │      └──────props────────┘             │◀─Response─│                            │
//!   └────────────────────────────────────────┘           └────────────────────────────┘
//! ```
//!
//! | file | what it is | knows the browser? |
//! |---|---|---|
//! | `protocol` | what page and worker say to each other | no |
//! | `state` | what the page shows: a pure reducer that answers an action with effects | no |
//! | `draft` | the meanings of a list's columns while the user still says them | no |
//! | `recipe` | recipes: told from exports, made from the choices | no |
//! | `words` | the words of the page for fates, grades and counts | no |
//! | `workbench` | holds the files and the policies, answers requests | no |
//! | `worker` | the workbench behind `postMessage` | yes |
//! | `bridge` | the worker as the page sees it: start, ask, cancel; files, downloads, focus | yes |
//! | `components` | what is drawn | yes |
//!
//! Invariants: only this folder, and in it only the last three, may name the browser. The page holds what it shows
//! and no more: files and policies live in the worker, rows come a page at a time.

pub mod draft;
pub mod protocol;
pub mod recipe;
pub mod state;
pub mod words;
pub mod workbench;

#[cfg(feature = "page")]
pub mod bridge;
#[cfg(feature = "page")]
pub mod components;
#[cfg(feature = "page")]
pub mod worker;
