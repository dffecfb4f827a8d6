//! Tokens. What stands here has been checked, or is the same-shaped stand-in for what failed the check.

mod exports;
mod faulty;
mod generics;
mod handler;
mod inner;
mod module;
mod named;
mod operation;
mod policy;
mod requirement;

pub(crate) use faulty::{expand_faulty_handler, expand_faulty_module, expand_faulty_named};
pub(crate) use handler::{expand_handler, expand_reordered};
pub(crate) use module::expand_module;
pub(crate) use named::{Head, distinct, expand_implications, expand_named};
pub(crate) use operation::expand_faulty_operation;
