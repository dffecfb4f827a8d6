//! What became of a request.

use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;

use super::cases::Case;
use super::stubs;
use crate::auth::{Matches, MountedRoute};
use crate::denial::{Denial, Reason};
use crate::guard::was_hidden;
use crate::policy::Presence;

/// What became of a request.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    Passes,
    /// With this status, and why.
    Refused(u16, String),
    /// As by an unknown route.
    Hidden,
    /// Neither.
    Undecided(String),
    /// Nobody makes such credentials.
    NotSent,
}

impl Outcome {
    /// Of the answer to a caller; `Err` is a panic.
    pub(super) fn of<B>(
        answered: std::thread::Result<Result<ServiceResponse<B>, Error>>,
        case: &Case,
        route: &MountedRoute,
    ) -> Self {
        let presence = route.policy().map_or(Presence::Public, |spec| spec.presence);
        let is_open = presence == Presence::Public || presence == Presence::Optional && case.caller.scheme().is_none();
        let answer = match answered {
            // Its handler did run.
            Err(_) if is_open => return Self::Passes,
            Err(_) => return Self::Undecided("its answer is a panic".to_owned()),
            Ok(Err(error)) => {
                return Self::without_mark(error.as_error(), error.as_response_error().status_code(), is_open);
            }
            Ok(Ok(answer)) => answer,
        };
        if stubs::is_let_in(answer.request()) {
            return Self::Passes;
        }
        if was_hidden(answer.request()) {
            return Self::Hidden;
        }
        let (status, matched) = (answer.status(), answer.request().match_pattern());
        let is_elsewhere = route.matches() == Matches::Path && matched.as_deref() != Some(route.path());
        let denial = answer.response().error().and_then(|error| error.as_error());
        match Self::without_mark(denial, status, is_open) {
            Self::Undecided(what) if is_elsewhere => {
                let by = matched.map_or("no route".to_owned(), |pattern| format!("`{pattern}`"));
                let remedy = format!("say which path to ask for, by `.path({:?}, \"…\")`", route.path());
                Self::Undecided(format!("{what}, by {by}; {remedy}"))
            }
            Self::Passes if is_elsewhere && status == StatusCode::NOT_FOUND => {
                Self::Undecided("gets 404 by no route".to_owned())
            }
            outcome => outcome,
        }
    }

    /// Of an answer by which it is not known whether the policy let the caller in.
    fn without_mark(denial: Option<&Denial>, status: StatusCode, is_open: bool) -> Self {
        // Where nobody is asked for credentials, other denials are the handler's.
        let is_of_a_guard = |denial: &&Denial| !is_open || denial.reason() == Reason::CredentialsMissing;
        match denial.filter(is_of_a_guard) {
            Some(denial) if denial.status().is_client_error() => {
                let why = denial.explanation().unwrap_or_else(|| denial.reason().label());
                Self::Refused(status.as_u16(), why.to_owned())
            }
            Some(denial) => Self::Undecided(format!("gets {}: {}", status.as_u16(), denial.reason().label())),
            None if is_open => Self::Passes,
            // Middleware may have made another answer of it.
            None if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status) => {
                Self::Refused(status.as_u16(), "an answer that does not say why".to_owned())
            }
            None => Self::Undecided(format!("gets {}, which is not the policy's answer", status.as_u16())),
        }
    }
}
