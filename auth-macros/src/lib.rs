//! The procedural macros of `auth-runtime`, which re-exports and documents them; depend on that crate alone.
//!
//! Each macro is the same four steps, in `attribute.rs`: parse what was written, check it, expand what was found sound,
//! or else show all faults beside an item of the same shape.
// The macros are documented where they are re-exported, so that their examples run; what stands here would follow that.
#![allow(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod attribute;
mod check;
mod diag;
mod expand;
mod keyword;
mod model;
mod parse;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn requires(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::requires(arguments.into(), item.into()).into()
}

#[proc_macro_attribute]
pub fn public(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute::public(arguments.into(), item.into()).into()
}

#[proc_macro]
pub fn policy(entries: TokenStream) -> TokenStream {
    attribute::policy(entries.into()).into()
}
