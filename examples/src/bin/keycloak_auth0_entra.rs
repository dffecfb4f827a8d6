//! The usual identity providers: what each calls issuer, audience, scopes and roles, and how that is said here.
//!
//! ```text
//! PROVIDER=keycloak ISSUER=https://sso.example/realms/main AUDIENCE=orders-api cargo run -p examples --bin keycloak_auth0_entra
//! ```
//!
//! `PROVIDER` is one of `keycloak`, `keycloak-client`, `auth0`, `entra` and `entra-tenants`. Keys are fetched in the
//! background: until they are there, the routes answer 503 and `/ready` says so. Serves on 127.0.0.1:8086.

use std::convert::Infallible;

use actix_web::{App, HttpResponse, HttpServer, Responder, get, web};
use auth_runtime::jwt::{Audiences, Issuer, Said, Unsaid};
use auth_runtime::{Auth, Jwt, Principal, public, requires};
use examples::variable;

/// Without its audience: where keys and issuer come from.
type IdentityProvider = Jwt<Said, Unsaid>;
type Accepted = Jwt<Said, Audiences>;

/// Keycloak, with the roles of the realm.
///
/// - `iss`: `https://HOST/realms/REALM`, without a slash at the end.
/// - `aud`: only what a mapper adds; without one it is `account`. Give the client scope an audience mapper that names this API.
/// - scopes: `scope`; realm roles: `realm_access.roles`.
///
/// (Keycloak, Server Administration Guide, "Audience support" and "Role scope mappings".)
fn keycloak(source: IdentityProvider, audience: &str) -> Accepted {
    source.audience(audience).roles_claim(["realm_access", "roles"])
}

/// Keycloak, with the roles of one client: `resource_access.CLIENT.roles`. The client is this API, as in the audience.
fn keycloak_client(source: IdentityProvider, client: &str) -> Accepted {
    source.audience(client).roles_claim(["resource_access", client, "roles"])
}

/// Auth0.
///
/// - `iss`: `https://TENANT.REGION.auth0.com/`, with the slash at the end.
/// - `aud`: the API's identifier; beside it the tenant's `/userinfo`, which does no harm.
/// - scopes: `scope`. With "Add Permissions in the Access Token" what a user may do is in `permissions`, which stand here as
///   roles: an application asks for scopes, an administrator grants permissions.
///
/// (Auth0 documentation, "Access Token Profiles" and "Enable Role-Based Access Control for APIs".)
fn auth0(source: IdentityProvider, identifier: &str) -> Accepted {
    source.audience(identifier).roles_claim(["permissions"])
}

/// Microsoft Entra ID.
///
/// - `iss`: `https://login.microsoftonline.com/TENANT/v2.0`, for tokens of version 2.0, which the API's manifest asks for with
///   `"requestedAccessTokenVersion": 2`; otherwise version 1.0, `https://sts.windows.net/TENANT/`, with the slash.
/// - `aud`: the API's client id in version 2.0; its App ID URI, `api://…`, in version 1.0.
/// - scopes: `scp`, for users; roles: `roles`, for users and for programs, whose tokens have no `scp`.
/// - the caller: `sub` differs for every API; `oid` is the same in all of the tenant.
///
/// (Microsoft identity platform, "Access token claims reference".)
fn entra(source: IdentityProvider, audience: &str) -> Accepted {
    source.audience(audience).roles_claim(["roles"]).subject_claim("oid")
}

/// Entra ID for several customers, each of which is a tenant. Never take the tenant from the token alone: whoever has a
/// tenant could call then.
async fn customer(iss: String) -> Result<Option<Issuer>, Infallible> {
    // From the database of customers.
    let customers = ["11111111-2222-3333-4444-555555555555"];
    let known = customers.iter().any(|tenant| iss == format!("https://login.microsoftonline.com/{tenant}/v2.0"));
    Ok(known.then(|| Issuer::oidc(iss)))
}

fn configured(provider: &str, issuer: &str, audience: &str) -> Option<Accepted> {
    Some(match provider {
        "keycloak" => keycloak(Jwt::oidc(issuer), audience),
        "keycloak-client" => keycloak_client(Jwt::oidc(issuer), audience),
        "auth0" => auth0(Jwt::oidc(issuer), audience),
        "entra" => entra(Jwt::oidc(issuer), audience),
        "entra-tenants" => entra(Jwt::tenants(customer), audience),
        _ => return None,
    })
}

#[requires(bearer, scope = "orders.read")]
#[get("/orders")]
async fn orders(caller: Principal) -> impl Responder {
    format!("orders for {}\n", caller.subject())
}

#[requires(bearer, role = "orders.admin")]
#[get("/admin")]
async fn admin(caller: Principal) -> impl Responder {
    format!("administered by {}\n", caller.subject())
}

#[public(reason = "readiness probe")]
#[get("/ready")]
async fn ready(auth: web::Data<Auth>) -> impl Responder {
    if auth.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() }.finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Why the provider's keys cannot be had is an event.
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let provider = variable("PROVIDER")?;
    // Each tenant is an issuer of its own.
    let issuer = if provider == "entra-tenants" { String::new() } else { variable("ISSUER")? };
    let jwt = configured(&provider, &issuer, &variable("AUDIENCE")?)
        .ok_or("`PROVIDER` must be `keycloak`, `keycloak-client`, `auth0`, `entra` or `entra-tenants`")?;
    let auth = Auth::builder().realm("orders").bearer(jwt).build()?;
    let server = HttpServer::new(move || {
        let scope = auth.scope("").app_data(web::Data::new(auth.clone()));
        App::new().service(scope.service(orders).service(admin).service(ready))
    })
    .listen(examples::listener("127.0.0.1:8086")?)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test;
    use auth_runtime::testing::{TestIssuer, TestRequestExt as _, TestToken};
    use serde_json::json;

    use super::*;

    const SECRET: [u8; 32] = [7; 32];
    const KEYCLOAK: &str = "https://sso.example/realms/main";
    const AUTH0: &str = "https://acme.eu.auth0.com/";
    const TENANT: &str = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0";

    /// What the token opens, with keys of our own in place of the provider's: `/orders`, then `/admin`.
    async fn answers(jwt: Accepted, token: TestToken) -> (StatusCode, StatusCode) {
        let auth = Auth::builder().bearer(jwt).build().expect("complete");
        let app = test::init_service(App::new().service(auth.scope("").service(orders).service(admin))).await;
        let token = token.sign();
        let mut statuses = Vec::new();
        for uri in ["/orders", "/admin"] {
            let request = test::TestRequest::get().uri(uri).bearer(&token).to_request();
            statuses.push(test::call_service(&app, request).await.status());
        }
        (statuses[0], statuses[1])
    }

    /// The provider's keys, here a secret.
    fn source(issuer: &str) -> IdentityProvider {
        Jwt::hs256(SECRET).issuer(issuer)
    }

    fn token(issuer: &str, audience: &str) -> TestToken {
        TestIssuer::with_secret(SECRET).named(issuer).for_audience(audience).token().subject("f:1:alice")
    }

    const BOTH: (StatusCode, StatusCode) = (StatusCode::OK, StatusCode::OK);
    const ORDERS: (StatusCode, StatusCode) = (StatusCode::OK, StatusCode::FORBIDDEN);
    const ADMIN: (StatusCode, StatusCode) = (StatusCode::FORBIDDEN, StatusCode::OK);
    const NEITHER: (StatusCode, StatusCode) = (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN);
    const NOBODY: (StatusCode, StatusCode) = (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED);

    #[actix_web::test]
    async fn keycloak_roles_are_of_the_realm_or_of_the_client() {
        let typical = || {
            token(KEYCLOAK, "orders-api")
                .scope("openid orders.read")
                .claim("azp", "shop")
                .claim("realm_access", json!({ "roles": ["offline_access", "orders.admin"] }))
                .claim(
                    "resource_access",
                    json!({ "orders-api": { "roles": ["viewer"] }, "shop": { "roles": ["orders.admin"] } }),
                )
        };
        assert_eq!(answers(keycloak(source(KEYCLOAK), "orders-api"), typical()).await, BOTH);
        // The same name among the roles of another client is another role.
        assert_eq!(answers(keycloak_client(source(KEYCLOAK), "orders-api"), typical()).await, ORDERS);
        let client = json!({ "orders-api": { "roles": ["orders.admin"] } });
        let granted = typical().claim("resource_access", client);
        assert_eq!(answers(keycloak_client(source(KEYCLOAK), "orders-api"), granted).await, BOTH);
        // Without the mapper.
        let account = typical().claim("aud", "account");
        assert_eq!(answers(keycloak(source(KEYCLOAK), "orders-api"), account).await, NOBODY);
    }

    #[actix_web::test]
    async fn auth0_permissions_are_roles_and_its_issuer_ends_in_a_slash() {
        let api = "https://orders.example";
        let typical = || {
            token(AUTH0, api)
                .claim("aud", json!([api, "https://acme.eu.auth0.com/userinfo"]))
                .scope("openid orders.read")
                .claim("permissions", json!(["orders.admin"]))
        };
        assert_eq!(answers(auth0(source(AUTH0), api), typical()).await, BOTH);
        assert_eq!(answers(auth0(source(AUTH0), api), typical().claim("permissions", json!([]))).await, ORDERS);
        let slashless = AUTH0.trim_end_matches('/');
        assert_eq!(answers(auth0(source(slashless), api), typical()).await, NOBODY);
    }

    #[actix_web::test]
    async fn entra_users_have_scopes_and_programs_have_roles() {
        let api = "99999999-8888-7777-6666-555555555555";
        let typical = || token(TENANT, api).claim("ver", "2.0").claim("oid", "a-user-of-the-tenant");
        let user = || typical().claim("scp", "orders.read");
        assert_eq!(answers(entra(source(TENANT), api), user()).await, ORDERS);
        assert_eq!(answers(entra(source(TENANT), api), user().claim("roles", json!(["orders.admin"]))).await, BOTH);
        let program = typical().claim("roles", json!(["orders.admin"]));
        assert_eq!(answers(entra(source(TENANT), api), program).await, ADMIN);
        assert_eq!(answers(entra(source(TENANT), api), typical()).await, NEITHER);
        assert_eq!(answers(entra(source(TENANT), api), user().without("oid")).await, NOBODY);

        // Version 1.0 has another issuer, and the App ID URI as its audience.
        let (issuer, uri) = ("https://sts.windows.net/11111111-2222-3333-4444-555555555555/", "api://orders");
        let first = || token(issuer, uri).claim("ver", "1.0").claim("oid", "a-user").claim("scp", "orders.read");
        assert_eq!(answers(entra(source(issuer), uri), first()).await, ORDERS);
        assert_eq!(answers(entra(source(TENANT), api), first()).await, NOBODY);
    }

    #[actix_web::test]
    async fn only_customers_are_tenants() {
        let known = customer(TENANT.to_owned()).await;
        assert!(known.is_ok_and(|found| found.is_some()));
        for stranger in
            ["https://login.microsoftonline.com/66666666-7777-8888-9999-000000000000/v2.0", "https://evil.example"]
        {
            assert!(customer(stranger.to_owned()).await.is_ok_and(|found| found.is_none()), "{stranger}");
        }
        let stranger = token("https://evil.example", "api").claim("oid", "x").claim("scp", "orders.read");
        assert_eq!(answers(entra(Jwt::tenants(customer), "api"), stranger).await, NOBODY);
    }

    #[actix_web::test]
    async fn every_provider_starts_without_its_keys_and_says_that_it_is_not_ready() {
        for provider in ["keycloak", "keycloak-client", "auth0", "entra"] {
            // Nobody listens there.
            let jwt = configured(provider, "http://127.0.0.1:1", "api").expect("a known name");
            let auth = Auth::builder().bearer(jwt).build().expect("complete");
            assert!(!auth.is_ready(), "{provider}");
            assert!(auth.not_ready().eq(["bearer"]), "{provider}");
        }
        assert!(configured("okta", "http://127.0.0.1:1", "api").is_none());
    }
}
