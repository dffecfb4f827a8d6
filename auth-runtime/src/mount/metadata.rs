//! Serving the document.

use std::cell::Cell;
use std::panic::Location;
use std::sync::Arc;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ALLOW, CACHE_CONTROL, CONTENT_TYPE,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::auth::Auth;
use crate::metadata::Published;
use crate::mount::declarations::{Declarations, refuse};
use crate::mount::declared::Declared;
use crate::mount::pattern::Pattern;
use crate::mount::shadow::Holder;

/// Serves the metadata of this service (RFC 9728), open to everyone and to pages of every origin.
///
/// Made by [`Auth::resource_metadata_service`].
#[must_use]
pub struct ResourceMetadataService {
    auth: Auth,
    published: Arc<Published>,
    holder: Holder,
    /// Whether a scope has declared it, and enters it with its own.
    nested: Cell<bool>,
}

debug_by_name!([] ResourceMetadataService as "ResourceMetadataService";);

impl Auth {
    /// Serves what [`resource_metadata`](crate::config::AuthBuilder::resource_metadata) configured, at the path that RFC
    /// 9728 section 3.1 fixes. Mount it on the `App` itself: below a scope with a path nobody would find it.
    ///
    /// ```
    /// # use actix_web::App;
    /// # use auth_runtime::{Auth, Jwt, resource_metadata::ResourceMetadata};
    /// # let auth = Auth::builder()
    /// #     .bearer(Jwt::hs256([7; 32]).issuer("https://idp.example").audience("https://api.example"))
    /// #     .public_origin("https://api.example")
    /// #     .resource_metadata(ResourceMetadata::new())
    /// #     .build()?;
    /// let app = App::new().service(auth.resource_metadata_service()).service(auth.scope("/orders"));
    /// # Ok::<(), auth_runtime::config::ConfigError>(())
    /// ```
    ///
    /// # Panics
    /// While the application is assembled: when this `Auth` was built without resource metadata, and when it is mounted in
    /// a scope with a path.
    ///
    /// # Security
    /// The document is public. It names issuers, and the scopes of all policies linked into the program that offer
    /// `bearer`, except what only policies with `hide` use.
    #[track_caller]
    pub fn resource_metadata_service(&self) -> ResourceMetadataService {
        let holder = Holder::at("", "resource_metadata_service", Location::caller());
        match self.published() {
            Some(published) => ResourceMetadataService {
                auth: self.clone(),
                published: Arc::clone(published),
                holder,
                nested: Cell::new(false),
            },
            None => refuse("this `Auth` has no resource metadata; add `.resource_metadata(…)` to its builder"),
        }
    }

    /// Where the resource metadata is, as challenges say; `None` when it is not configured.
    pub fn resource_metadata_url(&self) -> Option<&str> {
        self.published().map(|published| published.url.as_str())
    }
}

impl HttpServiceFactory for ResourceMetadataService {
    fn register(self, config: &mut AppService) {
        if !self.nested.get() {
            let mut declared = Declarations::default();
            declared.admit(&self.auth, &Pattern::default(), |to| self.declare(to));
            declared.assemble(config);
        }
        let published = self.published;
        let path = published.path.clone();
        let answer = move |request: HttpRequest| {
            let answer = published.answer(request.method());
            async move { answer }
        };
        web::resource(path).route(web::to(answer)).register(config);
    }
}

#[diagnostic::do_not_recommend]
impl Declared for ResourceMetadataService {
    fn declare(&self, to: &mut Declarations) {
        self.nested.set(true);
        let reason = "clients find the authorization server by it";
        to.only_at_root("the resource metadata", self.holder.clone(), &self.published.path, reason);
    }
}

impl Published {
    fn answer(&self, method: &Method) -> HttpResponse {
        match *method {
            Method::GET | Method::HEAD => HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, "application/json"))
                .insert_header((CACHE_CONTROL, format!("public, max-age={}", self.max_age.as_secs())))
                .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
                .body(self.json.clone()),
            // Clients in a browser send fields of their own, such as `MCP-Protocol-Version`, and so ask first.
            Method::OPTIONS => HttpResponse::NoContent()
                .insert_header((ALLOW, METHODS))
                .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
                .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS))
                .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "*"))
                .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
                .finish(),
            _ => HttpResponse::MethodNotAllowed().insert_header((ALLOW, METHODS)).finish(),
        }
    }
}

const METHODS: &str = "GET, HEAD, OPTIONS";
