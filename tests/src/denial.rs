//! A denial, compared whole.

use serde_json::{Map, Value, json};

use crate::client::Answer;

/// The denial a test expects, with everything that is in it: nothing beyond it may be in the answer.
#[must_use = "nothing is compared before `check` is called"]
#[derive(Clone, Debug)]
pub struct Denied {
    status: u16,
    title: &'static str,
    challenges: Vec<String>,
    members: Map<String, Value>,
    retry_after: bool,
}

impl Denied {
    /// 401, with this `detail`.
    pub fn unauthorized(detail: &str) -> Self {
        Self::new(401, "Unauthorized", detail)
    }

    /// 401 because no acceptable credentials were sent.
    pub fn missing() -> Self {
        Self::unauthorized("authentication is required")
    }

    /// 400, with this `detail`.
    pub fn bad_request(detail: &str) -> Self {
        Self::new(400, "Bad Request", detail)
    }

    /// 403, with this `detail`.
    pub fn forbidden(detail: &str) -> Self {
        Self::new(403, "Forbidden", detail)
    }

    /// 500: the developer must act, and the caller learns nothing.
    pub fn failed() -> Self {
        Self::new(500, "Internal Server Error", "the server failed to decide")
    }

    /// 503: later, perhaps.
    pub fn unavailable() -> Self {
        Self { retry_after: true, ..Self::new(503, "Service Unavailable", "the service cannot decide at the moment") }
    }

    /// 429: too many requests.
    pub fn too_many(detail: &str) -> Self {
        Self { retry_after: true, ..Self::new(429, "Too Many Requests", detail) }
    }

    fn new(status: u16, title: &'static str, detail: &str) -> Self {
        let members = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
        let Value::Object(members) = members else { unreachable!() };
        Self { status, title, challenges: Vec::new(), members, retry_after: false }
    }

    /// Expects this `WWW-Authenticate` line, after those already expected. Where it is an OAuth challenge its `error`,
    /// `error_description` and `scope` are expected in the body too.
    pub fn challenge(mut self, line: &str) -> Self {
        let parsed = parse_challenge(line);
        for name in ["error", "error_description", "scope"] {
            if let Some(value) = parsed.iter().find(|(known, _)| known == name) {
                self.members.insert(name.to_owned(), value.1.clone().into());
            }
        }
        self.challenges.push(line.to_owned());
        self
    }

    /// Compares.
    ///
    /// # Panics
    /// With what differs, and the whole answer.
    #[track_caller]
    pub fn check(&self, answer: &Answer) {
        self.check_head(answer);
        assert_eq!(answer.json(), Value::Object(self.members.clone()), "body of {answer:#?}");
        assert_eq!(answer.only("content-length"), Some(&*answer.body.len().to_string()), "{answer:#?}");
    }

    /// Compares all but the body.
    ///
    /// # Panics
    /// With what differs, and the whole answer.
    #[track_caller]
    pub fn check_head(&self, answer: &Answer) {
        assert_eq!(answer.status, self.status, "status {} of {answer:#?}", self.title);
        assert_eq!(answer.all("www-authenticate"), self.challenges, "challenges of {answer:#?}");
        assert_eq!(answer.all("cache-control"), ["no-store"], "{answer:#?}");
        assert_eq!(answer.all("content-type"), ["application/problem+json"], "{answer:#?}");
        assert_eq!(answer.only("retry-after").is_some(), self.retry_after, "Retry-After of {answer:#?}");
        assert!(answer.only("retry-after").is_none_or(|seconds| seconds.parse::<u16>().is_ok_and(|it| it > 0)));
        for vary in answer.all("vary") {
            assert!(!vary.to_ascii_lowercase().contains("authorization"), "{answer:#?}");
        }
        assert!(answer.all("proxy-authenticate").is_empty(), "{answer:#?}");
        for line in answer.all("www-authenticate") {
            let parameters = parse_challenge(line);
            assert_eq!(parameters.first().map(|(name, _)| name.as_str()), Some("realm"), "{line}");
            for (index, (name, value)) in parameters.iter().enumerate() {
                assert!(parameters[..index].iter().all(|(other, _)| other != name), "`{name}` twice in {line}");
                if name == "error_description" {
                    let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
                    assert!(value.bytes().all(allowed), "{line}");
                    assert!(!["scope=", "error=", "resource_metadata="].iter().any(|it| value.contains(it)), "{line}");
                }
            }
        }
    }
}

/// The parameters of one challenge, as an independent parser reads them.
#[track_caller]
fn parse_challenge(line: &str) -> Vec<(String, String)> {
    let challenges = http_auth::parse_challenges(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let [challenge] = &*challenges else { panic!("not one challenge: {line}") };
    challenge.params.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_unescaped())).collect()
}
