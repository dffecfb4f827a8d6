//! Comparing a denial with what was expected.

use std::fmt::Debug;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::denial::Denial;

/// The denial that a test expects: its status, all of its challenges, and members of its body.
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::testing::{ExpectedDenial, TestIssuer};
/// use auth_runtime::{Auth, requires};
///
/// #[requires(bearer, scope = "admin")]
/// #[get("/users")]
/// async fn users() -> &'static str { "all of them" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let auth = Auth::builder().realm("orders").bearer(TestIssuer::new().jwt()).build().unwrap();
/// let app = test::init_service(App::new().service(auth.scope("").service(users))).await;
/// let answer = test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
///
/// ExpectedDenial::new(401).challenge(r#"Bearer realm="orders", scope="admin""#).assert(answer).await;
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is compared before `assert` is called"]
pub struct ExpectedDenial {
    status: u16,
    challenges: Vec<String>,
    members: Vec<(String, Value)>,
}

impl ExpectedDenial {
    /// A denial with this status, and no challenge unless [`challenge`](Self::challenge) adds one.
    pub fn new(status: u16) -> Self {
        Self { status, challenges: Vec::new(), members: Vec::new() }
    }

    /// Expects this `WWW-Authenticate` line, after those already expected.
    pub fn challenge(mut self, line: impl Into<String>) -> Self {
        self.challenges.push(line.into());
        self
    }

    /// Expects this member of the body: of a problem, or of whatever JSON object the application's own
    /// [`denial_body`](crate::config::AuthBuilder::denial_body) makes.
    ///
    /// ```standalone_crate
    /// use actix_web::{App, get, test};
    /// use auth_runtime::config::DenialBody;
    /// use auth_runtime::testing::{ExpectedDenial, TestIssuer};
    /// use auth_runtime::{Auth, requires};
    /// use serde_json::json;
    ///
    /// #[requires(bearer)]
    /// #[get("/users")]
    /// async fn users() -> &'static str { "all of them" }
    ///
    /// # #[actix_web::main]
    /// # async fn main() {
    /// let auth = Auth::builder()
    ///     .bearer(TestIssuer::new().jwt())
    ///     .denial_body(|_, denial| DenialBody::json(&json!({ "code": denial.status().as_u16() })))
    ///     .build()
    ///     .unwrap();
    /// let app = test::init_service(App::new().service(auth.scope("").service(users))).await;
    /// let answer = test::call_service(&app, test::TestRequest::get().uri("/users").to_request()).await;
    ///
    /// ExpectedDenial::new(401).challenge(r#"Bearer realm="api""#).member("code", 401).assert(answer).await;
    /// # }
    /// ```
    pub fn member(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }

    /// Compares.
    ///
    /// # Panics
    /// With everything that differs, and with why the request was refused: the rule, with what held of the caller and what did not.
    pub async fn assert<B: MessageBody>(self, answer: ServiceResponse<B>) {
        let denial = answer.response().error().and_then(|error| error.as_error::<Denial>());
        let explanation = denial.and_then(Denial::explanation).map(str::to_owned).unwrap_or_default();
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: &dyn Debug, found: &dyn Debug| {
            let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
            if expected != found {
                differences.push(format!("{what}:\n  expected {expected}\n  found    {found}"));
            }
        };
        compare("status", &self.status, &answer.status().as_u16());
        let text = |name| -> Vec<String> {
            answer.headers().get_all(name).map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect()
        };
        compare("WWW-Authenticate", &self.challenges, &text(WWW_AUTHENTICATE));
        compare("Cache-Control", &["no-store"], &text(CACHE_CONTROL));
        let problem = text(CONTENT_TYPE) == ["application/problem+json"];
        let body = to_bytes(answer.into_body()).await.unwrap_or_default();
        let json: Option<Value> = serde_json::from_slice(&body).ok();
        if problem {
            let status = json.as_ref().and_then(|json| json.get("status"));
            compare("member `status`", &Some(&Value::from(self.status)), &status);
        }
        match json {
            Some(json) => {
                for (name, value) in &self.members {
                    compare(&format!("member `{name}`"), &Some(value), &json.get(name));
                }
            }
            None if self.members.is_empty() => {}
            None => differences.push(format!("body: expected JSON, found {:?}", String::from_utf8_lossy(&body))),
        }
        assert!(differences.is_empty(), "the denial differs\n{}\n{explanation}", differences.join("\n"));
    }
}
