//! The page of the policies, for the staff of a service.

mod asked;
mod html;
mod routes;
mod trial;
mod view;

use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;

use self::asked::{Asked, Unasked, Whom};
use self::routes::Routes;
use self::trial::Trial;
use self::view::View;
use crate::auth::Auth;
use crate::denial::{Denial, Reason};
use crate::guard::nested;
use crate::limits::{Counted, Whose};
use crate::mount::refuse;
use crate::telemetry::limited;

/// The longest form, in bytes: room for a token of 16 KiB, however it is encoded.
const FORM_BYTES: usize = 64 * 1024;
/// How much of what is none, or a longer one, is read all the same: whoever still sends when the connection ends may lose the answer.
const UNKEPT_BYTES: usize = 1024 * 1024;
/// So many tokens of one caller are judged at once, and then one each second.
const JUDGED: Counted = Counted { of: "review::page", requests: 20, window: Duration::from_secs(20) };
/// In how many seconds there is one to judge.
const RETRY_SECONDS: u32 = 1;
const FORM: &str = "application/x-www-form-urlencoded";
const METHODS: &str = "GET, HEAD, POST";

/// A page that lists who may call what, and says of a token or a described caller which routes it opens, and why not the others.
///
/// Made by [`page`].
#[must_use]
pub struct PolicyPage {
    auth: Auth,
}

debug_by_name!([] PolicyPage as "PolicyPage";);

/// A page with the [policy table](Auth::policy_table) of an `Auth`, to be mounted behind a policy of your choice. For a token that
/// is pasted into it, or a caller that is described by scheme, scopes, roles and claims, it says of each route whether it opens, and
/// if not, which conditions do not hold. It needs no JavaScript; with it, the routes are filtered as one types.
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
/// use auth_runtime::{Auth, policy, requires, review};
///
/// policy! { Staff: bearer, role("ops") }
///
/// #[requires(bearer, scope = "orders:read")]
/// #[get("/orders")]
/// async fn orders() -> &'static str { "" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// let issuer = TestIssuer::new();
/// let auth = Auth::builder().bearer(issuer.jwt()).build().unwrap();
/// let scope = auth.scope("").service(orders).service_as::<Staff>("/policies", review::page(&auth));
/// let app = test::init_service(App::new().service(scope)).await;
///
/// let ops = issuer.token().subject("olga").role("ops").sign();
/// let request = test::TestRequest::get().uri("/policies").bearer(&ops);
/// let page = test::call_and_read_body(&app, request.to_request()).await;
/// let page = String::from_utf8(page.to_vec()).unwrap();
/// assert!(page.contains("any valid bearer token with scope orders:read"));
///
/// let form = [("token", issuer.token().subject("alice").scope("orders:write").sign())];
/// let request = test::TestRequest::post().uri("/policies").bearer(&ops).set_form(form);
/// let page = test::call_and_read_body(&app, request.to_request()).await;
/// let page = String::from_utf8(page.to_vec()).unwrap();
/// assert!(page.contains("would have sufficed: <code>scope(&quot;orders:read&quot;)</code>"));
/// # }
/// ```
///
/// A browser opens pages with what it sends by itself: let the policy take passwords or cookies, as in
/// `policy! { Staff: any(bearer, basic), role("ops") }`.
///
/// # Errors
/// 500, and an error event, where no policy stands in front of it: it shows itself to nobody whom a policy has not let in.
///
/// # Panics
/// While the application is assembled, when it is mounted on the `App` itself.
///
/// # Security
/// It shows hidden routes too, and what each route asks for: let only those see it who may know.
///
/// A pasted token is posted, under the cross-site rule, and stands in no URL, event or answer. It is judged by the keys at hand, in
/// constant configuration: nothing is remembered or counted, no provider, lookup, authority or check is asked; where one would have
/// to be, the page says so. For each caller 20 tokens are judged at once and then one a second; above that the answer is 429.
pub fn page(auth: &Auth) -> PolicyPage {
    PolicyPage { auth: auth.clone() }
}

impl HttpServiceFactory for PolicyPage {
    fn register(self, config: &mut AppService) {
        if config.is_root() {
            refuse(
                "the page of the policies has no policy in front of it; mount it in a scope by \
                 `.service_as::<Policy>(\"/policies\", review::page(&auth))`",
            );
        }
        let page = Rc::new(self);
        let answer = move |request: HttpRequest, payload: web::Payload| {
            let page = Rc::clone(&page);
            async move { page.answer(&request, payload).await }
        };
        web::resource(["", "/"]).to(answer).register(config);
    }
}

impl PolicyPage {
    async fn answer(&self, request: &HttpRequest, payload: web::Payload) -> Result<HttpResponse, Denial> {
        if !nested::is_surrounded(request) {
            limited!(
                error,
                "the page of the policies has no policy in front of it, and is not shown; mount it by `.service_as::<Policy>(…)`"
            );
            return Ok(HttpResponse::InternalServerError().finish());
        }
        let asked = match *request.method() {
            Method::GET | Method::HEAD => Asked::of_query(request.query_string()),
            Method::POST if !self.auth.settings().origins.permits(request) => {
                return Err(Denial::of(Reason::CrossSite));
            }
            Method::POST => posted(request, payload).await,
            _ => return Ok(HttpResponse::MethodNotAllowed().insert_header((ALLOW, METHODS)).finish()),
        };
        let asked = match asked {
            Ok(asked) if !self.may_judge(&asked, request).await => Err(Unasked::TooOften),
            asked => asked,
        };
        Ok(self.show(asked).unwrap_or_else(|_| HttpResponse::InternalServerError().finish()))
    }

    fn show(&self, asked: Result<Asked, Unasked>) -> Result<HttpResponse, getrandom::Error> {
        let judged = asked.as_ref().map_err(|fault| *fault).and_then(|asked| Trial::of(&self.auth, asked));
        let trial = judged.as_ref().map(Option::as_ref).map_err(|fault| *fault);
        let nothing = Asked::default();
        let asked = asked.as_ref().unwrap_or(&nothing);
        let judge = |row: &_| Some(trial.ok().flatten()?.at(&self.auth, row));
        let routes = Routes::new(&self.auth.policy_table(), &asked.filter, judge);
        let nonce = nonce()?;
        let view = View {
            nonce: &nonce,
            realm: self.auth.realm(),
            schemes: &trial::schemes(&self.auth),
            places: &trial::places(&self.auth),
            asked,
            trial,
        };
        let mut answer = HttpResponse::build(trial.err().map_or(StatusCode::OK, Unasked::status));
        if matches!(trial, Err(Unasked::TooOften)) {
            answer.insert_header((RETRY_AFTER, RETRY_SECONDS));
        }
        Ok(answer
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_SECURITY_POLICY, content_policy(&nonce)))
            .insert_header((REFERRER_POLICY, "same-origin"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(view.html(&routes)))
    }

    async fn may_judge(&self, asked: &Asked, request: &HttpRequest) -> bool {
        if !matches!(asked.whom, Whom::Bearer(..)) {
            return true;
        }
        let settings = self.auth.settings();
        let whose = match nested::caller(request) {
            Some(caller) => Whose::Caller(caller),
            None => Whose::Address(settings.address_share(request.into())),
        };
        settings.limiter.take(JUDGED, whose).done().await.is_ok()
    }
}

async fn posted(request: &HttpRequest, mut payload: web::Payload) -> Result<Asked, Unasked> {
    let is_form = |sent: &str| sent.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM));
    let is_form = request.headers().get(CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).is_some_and(is_form);
    let (mut form, mut length) = (Vec::new(), 0_usize);
    while let Some(bytes) = payload.next().await {
        let bytes = bytes.map_err(|_| Unasked::FormUnknown)?;
        length = length.saturating_add(bytes.len());
        if length > UNKEPT_BYTES {
            break;
        }
        if length <= FORM_BYTES {
            form.extend_from_slice(&bytes);
        }
    }
    match is_form {
        false => Err(Unasked::FormUnknown),
        true if length > FORM_BYTES => Err(Unasked::FieldTooLong),
        true => Asked::of_form(&form),
    }
}

/// Only what this answer itself says runs or styles it.
fn content_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

fn nonce() -> Result<String, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    Ok(STANDARD.encode(random))
}
