//! An application and its tests: `cargo test -p examples --bin testing`.

use actix_web::{App, HttpServer, Responder, get};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Bearer, public, requires};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
}

#[requires(bearer, scope = "admin")]
#[get("/users")]
async fn list_users(caller: Bearer<Claims>) -> impl Responder {
    format!("hello {}\n", caller.sub)
}

#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok\n"
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = TestIssuer::new();
    let auth = Auth::builder().realm("tested").bearer(issuer.jwt()).build()?;
    println!("{}", issuer.token().scope("admin").sign());
    HttpServer::new(move || App::new().service(auth.scope("").service(list_users).service(health)))
        .workers(1)
        .listen(examples::listener("127.0.0.1:8083")?)?
        .run()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::StatusCode;
    use actix_web::test::{self, TestRequest};
    use auth_runtime::testing::{ExpectedDenial, ManualClock, TestRequestExt as _, assert_every_policy_denies, mutate};

    use super::*;

    /// Sends a request to the application under an `Auth` that trusts the issuer.
    macro_rules! call {
        ($auth:expr, $request:expr) => {{
            let app = test::init_service(App::new().service($auth.scope("").service(list_users).service(health))).await;
            test::call_service(&app, $request.to_request()).await
        }};
    }

    fn auth(issuer: &TestIssuer) -> Auth {
        Auth::builder().realm("tested").bearer(issuer.jwt()).build().expect("a sound configuration")
    }

    #[actix_web::test]
    async fn an_admin_sees_the_users() {
        let issuer = TestIssuer::new();
        let token = issuer.token().subject("alice").scope("admin").sign();
        let answer = call!(auth(&issuer), TestRequest::get().uri("/users").bearer(token));
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(test::read_body(answer).await, "hello alice\n");
    }

    #[actix_web::test]
    async fn without_the_scope_the_challenge_names_it() {
        let issuer = TestIssuer::new();
        let token = issuer.token().scope("read").sign();
        let answer = call!(auth(&issuer), TestRequest::get().uri("/users").bearer(token));
        ExpectedDenial::new(403)
            .challenge(r#"Bearer realm="tested", error="insufficient_scope", scope="admin""#)
            .member("error", "insufficient_scope")
            .assert(answer)
            .await;
    }

    #[actix_web::test]
    async fn tokens_of_others_are_refused() {
        let issuer = TestIssuer::new();
        let good = issuer.token().scope("admin");
        for bad in [good.clone().wrong_key(), good.clone().wrong_audience(), good.wrong_issuer()] {
            let answer = call!(auth(&issuer), TestRequest::get().uri("/users").bearer(bad.sign()));
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
    }

    #[actix_web::test]
    async fn a_token_expires() {
        let clock = ManualClock::at(1_900_000_000);
        let issuer = TestIssuer::new().clock(clock.clone());
        let auth = Auth::builder().bearer(issuer.jwt()).clock(clock.clone()).build().expect("a sound configuration");
        let token = issuer.token().scope("admin").expires_in(60).sign();

        let answer = call!(auth, TestRequest::get().uri("/users").bearer(&token));
        assert_eq!(answer.status(), StatusCode::OK);
        // A minute to live, a minute of leeway, and a second.
        clock.advance(Duration::from_secs(121));
        let answer = call!(auth, TestRequest::get().uri("/users").bearer(&token));
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    }

    #[actix_web::test]
    async fn nothing_is_open_but_the_probe() {
        let report = assert_every_policy_denies(&auth(&TestIssuer::new())).await;
        assert_eq!(report.public, ["testing::health"]);
        assert!(report.optional.is_empty());
    }
    #[actix_web::test]
    async fn a_weaker_policy_is_noticed() {
        let issuer = TestIssuer::new();
        mutate(&auth(&issuer), async |auth| {
            let token = |scope| issuer.token().scope(scope).subject("alice").sign();
            for (scope, status) in [("admin", StatusCode::OK), ("read", StatusCode::FORBIDDEN)] {
                assert_eq!(call!(auth, TestRequest::get().uri("/users").bearer(token(scope))).status(), status);
            }
        })
        .await
        .assert_all_noticed();
    }
}
