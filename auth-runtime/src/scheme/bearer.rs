//! placeholder until the scheme lands
use super::*;

/// The scheme behind `bearer`.
pub struct BearerScheme;

impl Scheme for BearerScheme {
    fn name(&self) -> &'static str {
        "bearer"
    }
    fn credentials(&self, _: &Context<'_>) -> Credentials {
        Credentials::Absent
    }
    fn authenticate(&self, _: &Context<'_>) -> Authentication {
        Authentication::Ready(Outcome::Absent)
    }
    fn challenge(&self) -> Challenge {
        Challenge::new("Bearer")
    }
}
