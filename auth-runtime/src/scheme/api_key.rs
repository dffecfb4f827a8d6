//! placeholder until the scheme lands
use super::*;

/// The scheme behind `api_key`.
pub struct ApiKeyScheme;

impl Scheme for ApiKeyScheme {
    fn name(&self) -> &'static str {
        "api_key"
    }
    fn credentials(&self, _: &Context<'_>) -> Credentials {
        Credentials::Absent
    }
    fn authenticate(&self, _: &Context<'_>) -> Authentication {
        Authentication::Ready(Outcome::Absent)
    }
    fn challenge(&self) -> Challenge {
        Challenge::new("ApiKey")
    }
}
pub struct Key;
