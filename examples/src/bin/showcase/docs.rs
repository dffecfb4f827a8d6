//! What describes the server: the description of its API, Swagger UI that shows it, and the page of its policies.

use std::cell::OnceCell;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::ErrorInternalServerError;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, Error, HttpResponse, get, web};
use auth_runtime::openapi::{self, Description, DescriptionError, ServiceConfig};
use auth_runtime::{Auth, policy, public, requires, review};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::environment::Environment;
use crate::revoke::Revoking;
use crate::{figures, routes};

policy! {
    /// Who may read what describes the server, unless that is open: by token, or in a browser by password.
    pub(crate) Staff: any(bearer, basic("staff")), role("ops");
    /// Who may read who may call what: in a browser one signs in.
    pub(crate) Reviewers: any(session, bearer, basic("staff")), role("ops");
}

/// What the page may load and do: its own, and nothing from elsewhere.
const PAGE_POLICY: &str =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

/// What the operations of the routes are put into.
#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Showcase", description = "Every scheme and every answer on one server."))]
struct Document;

/// The whole application, which collects the operations of its routes while they are mounted.
#[allow(clippy::type_complexity, reason = "an application has no shorter type")]
pub(crate) fn application<T, B>(
    app: App<T>,
    auth: &Auth,
    environment: &Environment,
    revoking: Option<&Revoking>,
) -> (
    App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + use<T, B>,
    >,
    web::Data<Collected>,
)
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>,
    B: MessageBody + 'static,
{
    let mount = |config: &mut ServiceConfig<'_>| routes::mount(config, auth, environment, revoking);
    let (app, document) = app
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(openapi::scope(auth.scope("")).configure(mount))
        .split_for_parts();
    let (auth, is_open) = (auth.clone(), environment.open_docs);
    let collected = web::Data::new(Collected { auth, document, is_open, json: OnceCell::new() });
    (app.app_data(collected.clone()).app_data(figures::recorded()), collected)
}

/// Adds document and page, for everyone or for the staff, and the page of the policies, for the staff.
pub(crate) fn mount(config: &mut ServiceConfig<'_>, auth: &Auth, environment: &Environment) {
    config.map(|config| {
        config.service_as::<Reviewers>("/policies", review::page(auth));
        // Where people sign in at a provider, if there is one.
        config.service(auth.scheme_routes());
    });
    config.service(figures::figures);
    if environment.open_docs {
        config.service(open_document).map(|config| {
            config.service_public("the page has no data, and the document is open", "/docs", page());
        });
    } else {
        config.service(staff_document).map(|config| {
            config.service_as::<Staff>("/docs", page());
        });
    }
}

fn page() -> actix_web::Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let config = Config::from("/openapi.json")
        // No document, and no setting, out of an address that somebody sends; no credentials left in the browser.
        .query_config_enabled(false)
        .persist_authorization(false)
        // Without the field that loads other documents.
        .use_base_layout()
        .validator_url("none")
        .show_extensions(true);
    web::scope("")
        .wrap(DefaultHeaders::new().add(("Content-Security-Policy", PAGE_POLICY)))
        .service(web::redirect("", "/docs/"))
        .service(SwaggerUi::new("/{_:.*}").config(config))
}

/// What was collected, and the document that it becomes when all of the application is known.
pub(crate) struct Collected {
    auth: Auth,
    document: OpenApi,
    is_open: bool,
    json: OnceCell<web::Bytes>,
}

impl Collected {
    fn description(&self) -> Description<'_> {
        let description = Description::of(&self.auth);
        if self.is_open { description } else { description.with_rules() }
    }

    fn complete(&self) -> Result<OpenApi, DescriptionError> {
        self.description().complete(self.document.clone())
    }

    fn answer(&self) -> actix_web::Result<HttpResponse> {
        let json = match self.json.get() {
            Some(json) => json,
            None => {
                let json = self.complete().map_err(ErrorInternalServerError)?.to_json()?;
                self.json.get_or_init(|| json.into())
            }
        };
        Ok(HttpResponse::Ok().content_type("application/json").body(json.clone()))
    }
}

/// This document.
#[utoipa::path(responses((status = 200, description = "an OpenAPI document", body = Object)))]
#[requires(policy = Staff)]
#[get("/openapi.json")]
async fn staff_document(collected: web::Data<Collected>) -> actix_web::Result<HttpResponse> {
    collected.answer()
}

/// This document.
#[utoipa::path(responses((status = 200, description = "an OpenAPI document", body = Object)))]
#[public(reason = "`DOCS=open`")]
#[get("/openapi.json")]
async fn open_document(collected: web::Data<Collected>) -> actix_web::Result<HttpResponse> {
    collected.answer()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]

    use actix_web::test::{TestRequest, call_and_read_body_json, call_service, init_service};
    use auth_runtime::testing::TestRequestExt as _;
    use serde_json::Value;

    use super::*;
    use crate::auth;

    /// Operations and policies of every environment: a handler without description fails here, by its name.
    #[actix_web::test]
    async fn the_document_says_what_the_policies_demand() {
        for open_docs in [false, true] {
            let environment = Environment { open_docs, ..Environment::default() };
            let auth = auth::configure(&environment, None).expect("complete");
            let (app, collected) = application(App::new(), &auth, &environment, None);
            let app = init_service(app).await;
            let request = TestRequest::get().uri("/openapi.json");
            let request = if open_docs { request } else { request.basic("alice", "wonderland") };
            let json: Value = call_and_read_body_json(&app, request.to_request()).await;
            let document = collected.complete().unwrap_or_else(|error| panic!("{error}"));
            collected.description().assert(&document);
            assert_eq!(json, serde_json::to_value(document).expect("JSON"));
            assert!(json["paths"].get("/hidden").is_none(), "{json}");
            assert_eq!(json["paths"]["/ops"]["get"].get("x-roles").is_some(), !open_docs, "{json}");
        }
    }

    #[actix_web::test]
    async fn what_describes_the_server_is_for_its_staff() {
        let environment = Environment::default();
        let auth = auth::configure(&environment, None).expect("complete");
        let app = init_service(application(App::new(), &auth, &environment, None).0).await;
        for path in ["/openapi.json", "/docs/", "/docs", "/docs/swagger-ui-bundle.js", "/policies"] {
            let get = || TestRequest::get().uri(path);
            let status = async |request: TestRequest| call_service(&app, request.to_request()).await.status().as_u16();
            assert_eq!(status(get()).await, 401, "{path}");
            assert_eq!(status(get().basic("bob", "builder")).await, 403, "{path}");
            let expected = if path == "/docs" { 307 } else { 200 };
            assert_eq!(status(get().basic("alice", "wonderland")).await, expected, "{path}");
        }
    }
}
