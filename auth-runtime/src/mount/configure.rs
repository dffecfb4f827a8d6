//! What `.configure(…)` takes.

use crate::mount::service_config::ServiceConfig;

/// A function that adds services through a [`ServiceConfig`]: `fn orders(config: &mut ServiceConfig)`, or a closure.
///
/// A trait, so that it can say what is wrong with another function; [`FnOnce`] above it tells a closure what it is given.
/// `By` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "this does not add services through `&mut auth_runtime::ServiceConfig`",
    label = "not a function of `&mut auth_runtime::ServiceConfig`",
    note = "where it takes actix's `web::ServiceConfig`, take `&mut auth_runtime::ServiceConfig` instead: it has the same methods, \
            for what says who may call it",
    note = "pass the function itself, as in `.configure(orders)`"
)]
pub trait Configure<By>: FnOnce(&mut ServiceConfig) {}

/// The way of every function that fits.
#[derive(Debug)]
#[non_exhaustive]
pub enum ByFunction {}

#[diagnostic::do_not_recommend]
impl<F: FnOnce(&mut ServiceConfig)> Configure<ByFunction> for F {}

/// Never met: with one impl only, the compiler would assume it, and report two signatures instead of the message above.
#[derive(Debug)]
#[non_exhaustive]
pub enum Never {}

trait Unmet: FnOnce(&mut ServiceConfig) {}

#[diagnostic::do_not_recommend]
impl<F: Unmet> Configure<Never> for F {}
