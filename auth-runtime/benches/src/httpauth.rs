//! The kept crates a user would combine: `actix-web-httpauth` for the token, `actix-web-grants` for the scope.

use actix_web::dev::ServiceRequest;
use actix_web::test::TestRequest;
use actix_web::{App, Error, HttpMessage as _, get, web};
use actix_web_grants::authorities::AttachAuthorities as _;
use actix_web_grants::protect;
use actix_web_httpauth::extractors::AuthenticationError;
use actix_web_httpauth::extractors::bearer::{self, BearerAuth};
use actix_web_httpauth::middleware::HttpAuthentication;
use auth_runtime::Algorithm;

use crate::hand_written::{Accepted, Claims};
use crate::subject::Subject;

async fn validate(request: ServiceRequest, bearer: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    let accepted = request.app_data::<web::Data<Accepted>>().expect("configured");
    match accepted.claims(bearer.token()) {
        Ok(claims) => {
            request.attach(claims.scope.split(' ').map(str::to_owned).collect::<Vec<_>>());
            request.extensions_mut().insert(claims);
            Ok(request)
        }
        Err(_) => {
            let config = request.app_data::<bearer::Config>().cloned().unwrap_or_default();
            Err((AuthenticationError::from(config).into(), request))
        }
    }
}

#[get("/orders")]
#[protect("admin")]
async fn orders(claims: web::ReqData<Claims>) -> &'static str {
    std::hint::black_box(&claims.sub);
    "orders"
}

/// Middleware and attribute, the scope `admin` demanded.
pub async fn subject(algorithm: Algorithm, request: impl Fn() -> TestRequest + 'static) -> Subject {
    let accepted = web::Data::new(Accepted::of(algorithm));
    let config = bearer::Config::default().realm("api").scope("admin");
    let scope = web::scope("/api").wrap(HttpAuthentication::bearer(validate)).service(orders);
    Subject::new(App::new().app_data(accepted).app_data(config).service(scope), request).await
}

#[get("/orders")]
async fn extracted(bearer: BearerAuth) -> &'static str {
    std::hint::black_box(bearer.token());
    "orders"
}

/// The extractor alone, which only reads the header: its 401 is the cheapest.
pub async fn extractor(request: impl Fn() -> TestRequest + 'static) -> Subject {
    let config = bearer::Config::default().realm("api").scope("admin");
    Subject::new(App::new().app_data(config).service(web::scope("/api").service(extracted)), request).await
}
