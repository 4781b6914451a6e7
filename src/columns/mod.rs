//! Lists whose columns nobody documents: the user says once what each column means.
//!
//! A console list of Kaspersky Endpoint Security, a branch of an OpenAPI dump, a CSV file, pasted text and the strings of a policy
//! file have one thing in common: rows can be seen, what a column means cannot be known. Such a list is a [`Table`]. For
//! each column a meaning is [proposed](propose()), with how sure that is and why; the user corrects and confirms; nothing is
//! converted before. What was confirmed is a [`Mapping`]. It holds names of columns and what they mean and no policy data, so
//! it is kept in a *recipe* and applied to the next export of the same shape; another shape is refused.
//!
//! | file | subject |
//! |---|---|
//! | [`table`] | rows and columns over the leaves of a document |
//! | [`role`] | what rows and columns can be |
//! | [`vocabulary`] | words that values and headings use: on, off, allow, block, in several languages |
//! | [`look`] | what a value looks like |
//! | [`propose`](mod@propose) | proposals |
//! | [`mapping`] | what was confirmed, the shape it fits |
//! | [`apply`] | a row and a mapping become an item |

pub mod apply;
pub mod look;
pub mod mapping;
pub mod propose;
pub mod role;
pub mod table;
pub mod vocabulary;

pub use mapping::{ColumnMeaning, Mapping};
pub use propose::{ColumnProposal, Confidence, Proposal, propose};
pub use role::{Role, Rows};
pub use table::{Column, Hint, Source, Table};
