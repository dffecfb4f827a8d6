#[cfg(test)]
mod tests {
    use actix_web::test;
    use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};

    use super::*;

    #[actix_web::test]
    async fn only_admins_list_users() {
        let issuer = TestIssuer::new();
        let auth = Auth::builder().realm("orders").bearer(issuer.jwt()).build().unwrap();
        let app = test::init_service(App::new().service(auth.scope("/api").service(list_users))).await;

        let admin = issuer.token().subject("alice").scope("admin").sign();
        let request = test::TestRequest::get().uri("/api/users").bearer(admin).to_request();
        let answer = test::call_service(&app, request).await;
        assert_eq!(answer.status(), 200);

        let reader = issuer.token().scope("read").sign();
        let request = test::TestRequest::get().uri("/api/users").bearer(reader).to_request();
        let answer = test::call_service(&app, request).await;
        ExpectedDenial::new(403)
            .challenge(r#"Bearer realm="orders", error="insufficient_scope", scope="admin""#)
            .assert(answer)
            .await;
    }
}
