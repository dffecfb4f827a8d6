//! placeholder until the scheme lands
use super::*;

/// The scheme behind `basic`.
pub struct BasicScheme;

impl Scheme for BasicScheme {
    fn name(&self) -> &'static str {
        "basic"
    }
    fn credentials(&self, _: &Context<'_>) -> Credentials {
        Credentials::Absent
    }
    fn authenticate(&self, _: &Context<'_>) -> Authentication {
        Authentication::Ready(Outcome::Absent)
    }
    fn challenge(&self) -> Challenge {
        Challenge::new("Basic")
    }
}
pub struct User;
