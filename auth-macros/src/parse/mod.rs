//! Text to parsed model: what was written, with the tokens it was written in.

mod access;
mod age;
mod args;
mod call;
mod condition;
mod item;
mod limit;
mod module;
mod named;
mod route;
mod source_text;
mod split;
mod surroundings;
mod unknown;
mod value;

pub(crate) use args::{Args, Clause, Dialect, Key, parse_again, parse_args};
pub(crate) use condition::{Condition, ConditionKind};
pub(crate) use item::{Argument, Handler, Item, mentions, parse_item};
pub(crate) use limit::RateLimit;
pub(crate) use module::{Module, ModuleItem};
pub(crate) use named::{Entries, Implication, NamedEntry, parse_named};
pub(crate) use route::{Route, is_routes, parse_routes, reads_route};
#[cfg(test)]
pub(crate) use route::{is_ours, is_route};
pub(crate) use surroundings::Block;

#[cfg(test)]
mod tests;
