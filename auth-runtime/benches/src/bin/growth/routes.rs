//! From one to a thousand routes, each with a policy of its own.
//!
//! actix tries its routes in order, so the last one costs what passing all others does; the first one shows what the
//! number of policies alone does.

use actix_web::{App, guard, web};
use auth_benches::measured::Point;
use auth_benches::ours::{Memory, auth};
use auth_benches::subject::Subject;
use auth_benches::tokens::token;
use auth_runtime::Algorithm;
use auth_runtime::testing::TestRequestExt as _;

use crate::{interleaved, thousand};

async fn bare_orders() -> &'static str {
    "orders"
}

pub(crate) async fn measure() -> Vec<Point> {
    let mut subjects = Vec::new();
    for count in [1, 10, 100, 1000] {
        for (ours, bare, index) in [("ours, first", "bare, first", 0), ("ours, last", "bare, last", count - 1)] {
            let token = token(Algorithm::HS256).sign();
            let request =
                move || actix_web::test::TestRequest::get().uri(&format!("/api/orders{index}")).bearer(&token);
            let scope = auth(Algorithm::HS256, Memory::On).scope("/api");
            let app = App::new().service(scope.configure(|config| thousand::mount(config, count)));
            subjects.push((ours, count, Subject::new(app, request.clone()).await));
            let scope = (0..count).fold(web::scope("/api"), |scope, n| {
                scope.service(web::resource(format!("/orders{n}")).guard(guard::Get()).to(bare_orders))
            });
            subjects.push((bare, count, Subject::new(App::new().service(scope), request).await));
        }
    }
    interleaved(subjects).await
}
