//! Who may call what is what somebody has reviewed: `auth.lock`, beside this package's `Cargo.toml`.

use actix_web::App;
use actix_web::test::init_service;
use auth_runtime::review;

use crate::environment::Environment;
use crate::{auth, docs};

#[actix_web::test]
async fn policies_are_those_reviewed() {
    let environment = Environment::default();
    let auth = auth::configure(&environment, None).expect("complete");
    let app = init_service(docs::application(App::new(), &auth, &environment, None).0).await;
    review::assert_matches("auth.lock", &auth, app);
}
