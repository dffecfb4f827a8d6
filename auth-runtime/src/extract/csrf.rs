//! Forms of pages that old browsers show.

use std::fmt;

use serde::Deserialize;

use actix_web::HttpRequest;

use crate::denial::{Denial, Reason};
use crate::extract::identity::{Identity, IdentityOf, certain};
use crate::grant::{FromGrant, Grant, IdentityError, ViaGrant, Yields};
use crate::policy::Policy;
use crate::scheme::SessionScheme;
use crate::scheme::session::{CurrentSession, FormProof};
use crate::telemetry::limited;

/// Proves that a form was on a page of yours, shown in this session: for browsers that send neither `Sec-Fetch-Site` nor `Origin`, which
/// the [cross-site rule](crate::manual::threats) cannot tell from programs. Every browser since 2020 sends at least one of them with
/// what a form posts; you need this for older ones only.
///
/// ```standalone_crate
/// use actix_web::http::header::ContentType;
/// use actix_web::{HttpResponse, Responder, get, post, web};
/// use auth_runtime::extract::{CsrfField, CsrfToken};
/// use auth_runtime::{Denial, requires};
///
/// #[requires(session)]
/// #[get("/note")]
/// async fn form(token: CsrfToken) -> impl Responder {
///     let page = format!("<form method=post>{}<input name=text><button>Keep</button></form>", token.field());
///     HttpResponse::Ok().content_type(ContentType::html()).body(page)
/// }
///
/// #[derive(serde::Deserialize)]
/// struct Note { csrf: CsrfField, text: String }
///
/// #[requires(session)]
/// #[post("/note")]
/// async fn keep(note: web::Form<Note>, token: CsrfToken) -> Result<String, Denial> {
///     token.verify(&note.csrf)?;
///     Ok(format!("kept: {}", note.text))
/// }
/// ```
///
/// It is bound to the id of the session: signing in, and other roles, make pages that were shown before worthless, and so is the one in the
/// answer that brings the other id. It is another text each
/// time, so that nobody learns it from the length of compressed answers. Nothing is stored.
///
/// # Security
/// The cross-site rule is in force all the same, and before. A handler that takes the token and does not call [`verify`](Self::verify) checks
/// nothing.
pub struct CsrfToken(FormProof);

impl CsrfToken {
    /// A hidden field `csrf` with the token, as HTML.
    pub fn field(&self) -> String {
        format!(r#"<input type="hidden" name="csrf" value="{self}">"#)
    }

    /// Whether this was on a page that was shown in this session; compared in constant time.
    ///
    /// # Errors
    /// The 403 of the cross-site rule.
    pub fn verify(&self, field: &CsrfField) -> Result<(), Denial> {
        if self.0.is_of(&field.0) {
            return Ok(());
        }
        limited!(info, "a form that was on no page of this session is refused");
        Err(Denial::of(Reason::CrossSite))
    }
}

/// The token as text of letters, digits, `-` and `_`.
impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

debug_by_name!([] CsrfToken as "CsrfToken";);

/// What a form sent in the field of the [token](CsrfToken).
#[derive(Deserialize)]
#[serde(transparent)]
pub struct CsrfField(String);

debug_by_name!([] CsrfField as "CsrfField";);

/// As a header carries it, for a page whose scripts send it.
impl From<&str> for CsrfField {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Identity for CsrfToken {
    type Scheme = SessionScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some((principal, _)) = caller.by::<SessionScheme>() else { return Ok(None) };
        let current = principal.details::<CurrentSession>().ok_or(Reason::IdentityUnfit)?;
        let proof = current.form_proof().map_err(|unavailable| unavailable.reason)?;
        Ok(Some(Self(proof)))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<SessionScheme>>> FromGrant<P, ViaGrant> for CsrfToken {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}
