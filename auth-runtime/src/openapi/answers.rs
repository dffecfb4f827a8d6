//! The responses by which a policy refuses.

use std::collections::BTreeMap;

use actix_web::http::header::{LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, Header, HeaderBuilder, Ref, RefOr, Response, Responses};

use crate::guard::Plan;

/// Of the problem (RFC 9457), among the document's schemas.
pub(super) const SCHEMA: &str = "DenialProblem";
const MEDIA_TYPE: &str = "application/problem+json";

/// Those of one operation, by status.
#[derive(Default)]
pub(super) struct Answers(BTreeMap<u16, Answer>);

struct Answer {
    text: String,
    headers: Vec<(&'static str, Header)>,
    /// Whether the body is the problem.
    is_problem: bool,
}

impl Answers {
    /// Adds those of a policy.
    pub(super) fn refuse_by(&mut self, plan: &Plan) {
        let challenges = plan.first_challenges();
        for status in plan.statuses() {
            let (text, headers) = match status {
                303 => ("A browser that asks for a page is sent to where people sign in.".into(), vec![location()]),
                400 => ("The credentials are malformed, or sent twice.".into(), vec![challenge(None)]),
                401 => (unauthorized(&challenges), vec![challenge(challenges.first())]),
                403 => ("The caller is known, and may not do this.".into(), missing_scope(plan).into_iter().collect()),
                404 => ("Nothing is here, or the caller may not know of it.".into(), Vec::new()),
                429 => {
                    let text = "Too many requests; `Retry-After` says when to come back.";
                    let headers = vec![(RETRY_AFTER.as_str(), seconds()), rate_policy(), rate()];
                    (text.into(), headers)
                }
                503 => ("The service cannot decide at the moment.".into(), vec![(RETRY_AFTER.as_str(), seconds())]),
                _ => ("The request is refused.".into(), Vec::new()),
            };
            let is_problem = ![303, 404].contains(&status) && plan.settings.body.is_none();
            self.0.entry(status).or_insert(Answer { text, headers, is_problem });
        }
    }

    /// Whether a body is the problem.
    pub(super) fn have_problems(&self) -> bool {
        self.0.values().any(|answer| answer.is_problem)
    }

    /// Adds them to those that are described. What is there already keeps its words, and gets what ours has.
    pub(super) fn enter(self, responses: &mut Responses) {
        for (status, answer) in self.0 {
            let described = responses.responses.entry(status.to_string());
            let own = described.or_insert_with(|| RefOr::T(Response::new(&*answer.text)));
            let RefOr::T(own) = own else { continue };
            for (name, header) in answer.headers {
                if !own.headers.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                    own.headers.insert(title(name), header.into());
                }
            }
            // Beside what the handler itself answers with this status.
            if answer.is_problem && !own.content.contains_key(MEDIA_TYPE) {
                let content = Content::new(Some(Ref::from_schema_name(SCHEMA)));
                own.content.insert(MEDIA_TYPE.into(), content.into());
            }
        }
    }
}

fn unauthorized(challenges: &[String]) -> String {
    let text = "Authentication is required, or the credentials are not valid.";
    if challenges.len() < 2 {
        return text.into();
    }
    let each: Vec<_> = challenges.iter().map(|line| format!("`{line}`")).collect();
    format!("{text} `WWW-Authenticate` is sent several times: {}.", each.join(", "))
}

fn challenge(example: Option<&String>) -> (&'static str, Header) {
    let header = HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some("How to authenticate (RFC 9110)."))
        .example(example.map(|line| line.as_str().into()));
    (WWW_AUTHENTICATE.as_str(), header.build())
}

fn location() -> (&'static str, Header) {
    let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::String)));
    (LOCATION.as_str(), header.description(Some("The page where one signs in, which leads back.")).build())
}

/// What a 403 has that a token with another scope would not get.
fn missing_scope(plan: &Plan) -> Option<(&'static str, Header)> {
    let mut alternatives = plan.alternatives().iter();
    alternatives.any(|by| by.description().challenge().is_oauth() && !by.canonical.is_empty()).then(|| challenge(None))
}

fn seconds() -> Header {
    let header = HeaderBuilder::new().schema(Some(Object::with_type(Type::Integer)));
    header.description(Some("Seconds to wait before the next attempt.")).build()
}

/// By draft-ietf-httpapi-ratelimit-headers.
fn rate_policy() -> (&'static str, Header) {
    ("ratelimit-policy", text("How many requests in how many seconds, such as `\"caller\";q=5;w=60`."))
}

fn rate() -> (&'static str, Header) {
    ("ratelimit", text("How many are left, and in how many seconds there are more, such as `\"caller\";r=0;t=12`."))
}

fn text(about: &str) -> Header {
    HeaderBuilder::new().schema(Some(Object::with_type(Type::String))).description(Some(about)).build()
}

/// As people write it: `www-authenticate` is `WWW-Authenticate`.
fn title(name: &str) -> String {
    let word = |word: &str| match word {
        "www" => "WWW".to_owned(),
        "ratelimit" => "RateLimit".to_owned(),
        word => word.get(..1).unwrap_or_default().to_ascii_uppercase() + word.get(1..).unwrap_or_default(),
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// The schema of the problem.
pub(super) fn problem() -> Schema {
    let text = |about: &str| ObjectBuilder::new().schema_type(Type::String).description(Some(about));
    let status = ObjectBuilder::new().schema_type(Type::Integer).description(Some("The status code."));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Why a request was refused (RFC 9457)."))
        .property("type", text("The kind of problem, a URI; `about:blank` where the status says it all."))
        .required("type")
        .property("title", text("The kind of problem, for people."))
        .required("title")
        .property("status", status)
        .required("status")
        .property("detail", text("What went wrong, for the client's developer."))
        .required("detail")
        .property("error", text("The `error` of the challenge (RFC 6750)."))
        .property("error_description", text("The `error_description` of the challenge."))
        .property("scope", text("The scopes that a token needs, separated by spaces."))
        .property("code", text("What went wrong, by the application's own name."))
        .into()
}
