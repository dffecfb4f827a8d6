//! The linker collects every policy of the program. A script runs this binary linked by lld and by GNU ld.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, get, post};
use auth_runtime::registry::policies;
use auth_runtime::review::PolicyRow;
use auth_runtime::testing::assert_every_policy_denies;
use auth_runtime::{Auth, Granted, Jwt, policy, public, requires, route};
use tests::Token;

#[requires(bearer)]
#[get("/function")]
async fn function() -> &'static str {
    "function"
}

/// Used by nothing in this program.
#[requires(bearer, scope = "admin")]
#[post("/unused")]
#[allow(dead_code)]
async fn unused() -> &'static str {
    "unused"
}

#[requires(bearer)]
async fn generic<T: Default + std::fmt::Display + 'static>() -> String {
    T::default().to_string()
}

#[requires(optional(bearer))]
#[get("/optional")]
async fn optional() -> &'static str {
    "optional"
}

#[public(reason = "liveness probe")]
#[get("/health")]
async fn health() -> &'static str {
    "ok"
}

mod outer {
    pub(crate) mod inner {
        #[auth_runtime::requires(bearer, role = "ops")]
        #[actix_web::get("/nested")]
        pub(crate) async fn nested() -> &'static str {
            "nested"
        }
    }
}

#[requires(bearer, scope = "x")]
mod defaulted {
    #[actix_web::get("/defaulted")]
    pub(crate) async fn by_default() -> &'static str {
        "by default"
    }
}

policy! {
    Area: bearer, role("ops");
    pub(crate) Unused: bearer, role("viewer");
    // Of another crate.
    Area => linked::StaffArea
}

#[requires(policy = Area)]
#[get("/area")]
async fn area(proof: Granted<Area>) -> &'static str {
    linked::of_staff(&proof.weaken())
}

macro_rules! handlers {
    ($($name:ident)+) => {$(
        #[requires(bearer)]
        async fn $name() -> &'static str {
            stringify!($name)
        }
    )+};
}

handlers! { from_macro_one from_macro_two }

const SECRET: &[u8] = b"a secret of the tests, 32 bytes.";

fn auth() -> Auth {
    Auth::builder().bearer(Jwt::hs256(SECRET).issuer("i").audience("a")).build().unwrap()
}

#[actix_web::test]
async fn every_policy_of_the_program_is_in_the_registry_once() {
    #[requires(bearer)]
    #[get("/in-function")]
    async fn in_function() -> &'static str {
        "in function"
    }
    let service = auth()
        .scope("")
        .service(function)
        .service(optional)
        .service(health)
        .service(outer::inner::nested)
        .service(defaulted::by_default)
        .service(area)
        .service(in_function)
        .service(linked::mounted)
        .route("/generic", route::get().to(generic::<u8>))
        .route("/generic", route::post().to(generic::<String>))
        .route("/one", route::get().to(from_macro_one))
        .route("/two", route::get().to(from_macro_two));
    let app = init_service(App::new().service(service)).await;

    let mut found: Vec<&str> = policies().map(|policy| policy.handler()).collect();
    found.sort_unstable();
    let expected = [
        "linked::StaffArea",
        "linked::mounted",
        "linked::private::open",
        "linked::unmounted",
        "registry::Area",
        "registry::Unused",
        "registry::area",
        "registry::defaulted::by_default",
        "registry::from_macro_one",
        "registry::from_macro_two",
        "registry::function",
        "registry::generic",
        "registry::health",
        "registry::in_function",
        "registry::optional",
        "registry::outer::inner::nested",
        "registry::unused",
    ];
    assert_eq!(found, expected);

    // All that is mounted is found by its guard, which denies what is unlinked: so these are linked, too.
    let token = Token::new("i", "a", "alice", SECRET).roles(&["ops"]).scope("x").sign();
    for path in ["/function", "/nested", "/defaulted", "/area", "/in-function", "/mounted", "/generic", "/one", "/two"]
    {
        let denied = call_service(&app, TestRequest::with_uri(path).to_request()).await;
        assert_eq!(denied.status(), 401, "{path}");
        let request = TestRequest::with_uri(path).insert_header(("Authorization", format!("Bearer {token}")));
        assert_eq!(call_service(&app, request.to_request()).await.status(), 200, "{path}");
    }
}

#[actix_web::test]
async fn every_policy_denies_a_bare_request_unless_it_says_otherwise() {
    let report = assert_every_policy_denies(&auth()).await;
    assert_eq!(report.public, ["linked::private::open", "registry::health"]);
    assert_eq!(report.optional, ["registry::optional"]);
    assert_eq!(report.denied.len(), policies().count() - 3);
    assert!(report.denied.contains(&"linked::unmounted") && report.denied.contains(&"registry::unused"));
}

#[test]
fn a_policy_is_data_for_other_tools() {
    let policy = policies().find(|policy| policy.handler().ends_with("::nested")).unwrap();
    let line = include_str!("registry.rs").lines().position(|line| line.contains("role = \"ops\")]")).unwrap() + 1;
    let expected = serde_json::json!({
        "handler": "registry::outer::inner::nested",
        "file": file!(),
        "line": line,
        "routes": [{ "methods": ["GET"], "path": "/nested", "name": null, "guarded": false }],
        "presence": "required",
        "schemes": [{ "keyword": "bearer", "configuration": null, "condition": null }],
        "requirement": { "role": "ops" },
        "realm": null,
        "hide": "nothing",
        "shared_cache": false,
        "without_authorities": false,
        "limit": null,
        "operation": false,
        "check_after": null,
        "reason": null,
    });
    assert_eq!(serde_json::to_value(policy).unwrap(), expected);
}

#[test]
fn the_policy_table_lists_what_the_linker_found() {
    let table = auth().policy_table();
    assert!(table.mounted().is_empty(), "nothing was assembled");
    for (route, rule) in [
        ("POST /unused", "bearer, scope(\"admin\")"),
        ("GET /nested", "bearer, role(\"ops\")"),
        ("GET /unmounted", "bearer, scope(\"admin\")"),
        ("GET /health", "public(reason = \"liveness probe\")"),
        ("GET /optional", "optional(bearer)"),
    ] {
        let named =
            |row: &&PolicyRow| route == format!("{} {}", row.method().unwrap_or("any"), row.path().unwrap_or(""));
        let row = table.unmounted().iter().find(named);
        assert_eq!(row.and_then(PolicyRow::rule), Some(rule), "{route} in\n{table}");
    }
    assert_eq!(table.unmounted().len(), policies().count());
}
