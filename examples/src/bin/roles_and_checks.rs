//! Who may do what: roles with a hierarchy, scopes, claims, checks of your own, named policies and proof by type.
//!
//! Prints the policy table, then serves on 127.0.0.1:8081.

use std::collections::HashMap;

use actix_web::{App, HttpServer, Responder, delete, get, post, web};
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, Bearer, Denial, Granted, Principal, policy, requires};

#[derive(serde::Deserialize)]
struct Claims {
    sub: String,
    tenant: String,
}

/// Orders by id, each with the tenant it belongs to.
struct Orders(HashMap<u64, String>);

policy! {
    /// Whoever runs the place.
    pub(crate) Operations: bearer, role("ops");
}

/// A scope may be a constant; a wrong one does not compile.
const WRITE: &str = "orders:write";

/// A check runs with extractors of its own, before the body may be read. `Err` says why, to the caller.
async fn same_tenant(id: web::Path<u64>, orders: web::Data<Orders>, caller: Bearer<Claims>) -> Result<(), Denial> {
    match orders.0.get(&id) {
        Some(tenant) if *tenant == caller.tenant => Ok(()),
        Some(_) | None => Err(Denial::forbidden("no such order in your tenant")),
    }
}

#[requires(bearer, scope(WRITE) && (role("ops") || check(same_tenant)))]
#[post("/orders/{id}")]
async fn change_order(
    caller: Bearer<Claims>,
    id: web::Path<u64>,
    change: web::Json<serde_json::Value>,
) -> impl Responder {
    format!("{} changes order {id}: {change}\n", caller.sub)
}

/// Contractors may not, and neither may anyone whose token does not say what roles it has.
#[requires(bearer, scope = "orders:read", !role("contractor") && claim("mfa", true))]
#[get("/orders")]
async fn list_orders(who: Principal, orders: web::Data<Orders>) -> impl Responder {
    format!("{} reads {} orders\n", who.subject(), orders.0.len())
}

/// Can only be called from a handler that `Operations` guards: nobody else can come by the proof.
fn purge(_proof: &Granted<Operations>, orders: &Orders) -> String {
    format!("{} orders purged\n", orders.0.len())
}

#[requires(policy = Operations)]
#[delete("/orders")]
async fn purge_orders(proof: Granted<Operations>, orders: web::Data<Orders>) -> impl Responder {
    purge(&proof, &orders)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let issuer = TestIssuer::new();
    let auth = Auth::builder()
        .realm("orders")
        .bearer(issuer.jwt())
        .role_hierarchy("admin > ops > viewer")
        .scope_implies(WRITE, ["orders:read"])
        .build()?;
    println!("{}", auth.policy_table());

    let orders = web::Data::new(Orders(HashMap::from([(1, "acme".into()), (2, "globex".into())])));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(orders.clone())
            .service(auth.scope("").service(list_orders).service(change_order).service(purge_orders))
    })
    .workers(1)
    .listen(examples::listener("127.0.0.1:8081")?)?;

    let acme =
        issuer.token().subject("alice").scope(WRITE).role("viewer").claim("tenant", "acme").claim("mfa", true).sign();
    let admin = issuer.token().subject("root").role("admin").sign();
    println!("alice of acme, may change order 1 and not 2:\n{acme}\n\nan admin, who is ops too:\n{admin}");
    server.run().await?;
    Ok(())
}
