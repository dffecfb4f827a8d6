//! By what the credentials of a configuration are told from those of others in the same place.

/// Which of the credentials in one place a configuration recognizes as its own.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialForm {
    /// JSON Web Tokens whose `iss` is this; for sure.
    JwtOf(Box<str>),
    /// JSON Web Tokens of issuers that are not known beforehand, unless another configuration is sure.
    AnyJwt,
    /// Whatever is not a JSON Web Token, unless another configuration is sure.
    Opaque,
    /// What begins with this; for sure.
    Prefix(Box<str>),
    /// What [`Scheme::recognizes`](super::Scheme::recognizes) finds in a list of its own; for sure.
    Listed,
    /// Everything, unless another configuration is sure.
    Any,
}

impl CredentialForm {
    /// Why nobody could say which of the two some credentials were made for.
    pub(super) fn conflict(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Any, Self::Any) => Some("both claim every credential there".into()),
            (Self::AnyJwt, Self::AnyJwt | Self::Any) | (Self::Any, Self::AnyJwt) => {
                Some("both claim JWTs of any issuer".into())
            }
            (Self::Opaque, Self::Opaque | Self::Any) | (Self::Any, Self::Opaque) => {
                Some("both claim every token that is not a JWT".into())
            }
            (Self::Prefix(prefix), Self::Listed) | (Self::Listed, Self::Prefix(prefix)) => {
                Some(format!("a key of the list could begin with prefix `{}`", prefix.escape_debug()))
            }
            (Self::JwtOf(one), Self::JwtOf(two)) if one == two => {
                Some(format!("both claim the JWTs of `{}`", one.escape_debug()))
            }
            (Self::Prefix(one), Self::Prefix(two)) if one.starts_with(&**two) || two.starts_with(&**one) => {
                Some(format!("prefixes `{}` and `{}` begin alike", one.escape_debug(), two.escape_debug()))
            }
            // Every JWT begins so: the base64url of `{"`.
            (Self::Prefix(prefix), Self::JwtOf(_) | Self::AnyJwt)
            | (Self::JwtOf(_) | Self::AnyJwt, Self::Prefix(prefix))
                if prefix.starts_with("ey") || "ey".starts_with(&**prefix) =>
            {
                Some(format!("a JWT could begin with prefix `{}`", prefix.escape_debug()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denial::Challenge;
    use crate::scheme::SchemeDescription;

    fn bearer(forms: &[CredentialForm]) -> SchemeDescription {
        let description = SchemeDescription::new(Challenge::oauth("Bearer")).authorization("Bearer");
        forms.iter().cloned().fold(description, SchemeDescription::form)
    }

    #[test]
    fn what_form_can_tell_apart_is_no_conflict() {
        use CredentialForm::*;
        let forms = [JwtOf("a".into()), JwtOf("b".into()), AnyJwt, Opaque, Prefix("mrp_".into()), Prefix("x_".into())];
        for (place, one) in forms.iter().enumerate() {
            for other in forms.iter().skip(place + 1) {
                let (first, second) = (bearer(std::slice::from_ref(one)), bearer(std::slice::from_ref(other)));
                assert_eq!(first.conflict(&second), None, "{one:?} {other:?}");
            }
        }
        assert_eq!(bearer(&[]).conflict(&bearer(&[JwtOf("a".into())])), None, "one is sure");
        assert_eq!(bearer(&[Listed]).conflict(&bearer(&[Listed])), None);
    }

    #[test]
    fn what_both_would_claim_is_one() {
        use CredentialForm::*;
        for (one, other) in [
            (AnyJwt, AnyJwt),
            (Opaque, Opaque),
            (Any, Any),
            (Any, AnyJwt),
            (Opaque, Any),
            (Listed, Prefix("mrp_".into())),
            (JwtOf("a".into()), JwtOf("a".into())),
            (Prefix("mrp_".into()), Prefix("mrp_live_".into())),
            (Prefix("ey".into()), AnyJwt),
            (JwtOf("a".into()), Prefix("eyJ".into())),
            (Prefix("e".into()), AnyJwt),
        ] {
            let (first, second) = (bearer(std::slice::from_ref(&one)), bearer(std::slice::from_ref(&other)));
            assert!(first.conflict(&second).is_some(), "{one:?} {other:?}");
        }
        assert!(bearer(&[]).conflict(&bearer(&[])).is_some());
    }

    #[test]
    fn other_places_are_no_conflict() {
        let key = SchemeDescription::new(Challenge::new("ApiKey")).header("X-API-Key");
        assert_eq!(bearer(&[]).conflict(&key), None);
        assert!(key.conflict(&key.clone().cookie("c")).is_some());
        assert_eq!(key.clone().header("x-api-key").conflict(&bearer(&[])), None);
    }
}
