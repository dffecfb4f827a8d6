//! Invoices of organisations, in the style of Hyperswitch. People come with the JWT of a login service, which says who they are and
//! nothing more: what they may do is in the database, for each organisation. Programs come with keys of several kinds in
//! `api-key`. The organisation is named by the path, or by the field `X-Organisation`.
//!
//! ```text
//! cargo run -p services --bin organisations         # prints the tokens of ann, ben and cleo: TOKEN stands for one of them
//! curl -i -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8088/organisations/acme/invoices/1
//! curl -i -H 'api-key: live_acme-secret' -H 'X-Organisation: acme' http://127.0.0.1:8088/invoices
//! curl -i -H 'api-key: live_acme-secret' -X POST http://127.0.0.1:8088/organisations/acme/invoices/1/refunds
//! ```

mod access;
#[cfg(test)]
mod tests;

use actix_web::http::StatusCode;
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer, Responder, get, post, put, web};
use auth_runtime::api_key::{KeyStore, NewKey};
use auth_runtime::authorities::AuthorityLoader;
use auth_runtime::config::{ConfigError, DenialBody};
use auth_runtime::principal::PrincipalKey;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{ApiKeys, Auth, Checked, Denial, policy, requires};
use serde::Serialize;
use serde_json::json;
use services::{Database, DatabaseError};
use strum::VariantNames as _;

use crate::access::{Caller, find_key, load_member, organisation_of};

/// What can be allowed. People have permissions by their role in an organisation, keys by their kind.
#[derive(Clone, Copy, strum::IntoStaticStr, strum::VariantNames)]
enum Permission {
    #[strum(serialize = "invoices.read")]
    InvoicesRead,
    #[strum(serialize = "refunds.create")]
    RefundsCreate,
    #[strum(serialize = "organisation.manage")]
    OrganisationManage,
}

const ISSUER: &str = "https://login.example";

const TABLES: &str = include_str!("tables.sql");

policy! {
    /// A key by its kind; a person by what the database allows it in this organisation.
    ReadsInvoices: any(api_key && scope(Permission::InvoicesRead), bearer && role(Permission::InvoicesRead));

    /// What the organisation's people and keys may do, in that organisation only.
    Manages: any(api_key && scope(Permission::OrganisationManage), bearer && role(Permission::OrganisationManage)),
        check(is_here);

    /// Whose invoice it is not, learns nothing of it.
    Refunds: any(api_key && scope(Permission::RefundsCreate), bearer && role(Permission::RefundsCreate)),
        check = Invoice::load -> Invoice, hide = "from_authenticated";
}

/// A person is here for the organisation that the request is about; a key is for one.
async fn is_here(request: HttpRequest, who: Caller) -> bool {
    who.organisation == organisation_of(&request)
}

#[derive(Clone, Serialize)]
struct Invoice {
    id: i64,
    amount: i64,
    status: String,
}

impl Invoice {
    const COLUMNS: &str = "SELECT id, amount, status FROM invoices WHERE";

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, amount: row.get(1)?, status: row.get(2)? })
    }

    /// The invoice in the path, if it is of this organisation and the caller is there for it.
    async fn load(
        path: web::Path<(String, i64)>,
        who: Caller,
        db: web::Data<Database>,
    ) -> Result<Option<Self>, DatabaseError> {
        let (organisation, id) = path.into_inner();
        let asked = (organisation, who.organisation, id);
        let question = format!("{} organisation = ?1 AND organisation = ?2 AND id = ?3", Self::COLUMNS);
        db.ask(move |db| db.prepare(&question)?.query_map(asked, Self::read)?.next().transpose()).await
    }
}

#[requires(policy = ReadsInvoices, check = Invoice::load -> Invoice, hide = "from_authenticated")]
#[get("/organisations/{organisation}/invoices/{invoice}")]
async fn show_invoice(invoice: Checked<Invoice>) -> impl Responder {
    web::Json(Invoice::clone(&invoice))
}

#[requires(policy = ReadsInvoices)]
#[get("/invoices")]
async fn list_invoices(who: Caller, db: web::Data<Database>) -> Result<impl Responder, DatabaseError> {
    let question = format!("{} organisation = ?1 ORDER BY id", Invoice::COLUMNS);
    let read = move |db: &rusqlite::Connection| {
        db.prepare(&question)?.query_map([who.organisation], Invoice::read)?.collect::<Result<Vec<_>, _>>()
    };
    Ok(web::Json(db.ask(read).await?))
}

/// What was checked is as old as its load, so the statement that writes repeats the condition: two refunds at once are one.
#[requires(policy = Refunds)]
#[post("/organisations/{organisation}/invoices/{invoice}/refunds")]
async fn refund(invoice: Checked<Invoice>, db: web::Data<Database>) -> Result<HttpResponse, DatabaseError> {
    let id = invoice.id;
    let write = "UPDATE invoices SET status = 'refunded' WHERE id = ?1 AND status = 'paid'";
    Ok(match db.ask(move |db| db.execute(write, [id])).await? {
        0 => {
            HttpResponse::Conflict().json(json!({ "error": { "code": "IR_14", "message": "the invoice is not paid" } }))
        }
        _ => HttpResponse::Created().json(json!({ "refunded": invoice.amount })),
    })
}

/// The new role counts with the next request, although roles are remembered.
#[requires(policy = Manages)]
#[put("/organisations/{organisation}/members/{subject}")]
async fn set_role(
    path: web::Path<(String, String)>,
    role: web::Json<String>,
    db: web::Data<Database>,
    auth: web::Data<Auth>,
) -> Result<impl Responder, Error> {
    let (organisation, subject) = path.into_inner();
    let (member, role) = (PrincipalKey::new(ISSUER, &*subject), role.into_inner());
    let write = "INSERT OR REPLACE INTO members SELECT DISTINCT ?1, ?2, ?3, role FROM permissions WHERE role = ?4";
    let written = db.ask(move |db| db.execute(write, (organisation, ISSUER, subject, role))).await?;
    if written == 0 {
        return Err(Denial::new(StatusCode::UNPROCESSABLE_ENTITY).detail("no such role").code("IR_06").into());
    }
    auth.forget(member);
    Ok(("", StatusCode::NO_CONTENT))
}

/// A key for a shop: told once, and stored by its digest.
#[requires(policy = Manages)]
#[post("/organisations/{organisation}/keys")]
async fn create_key(who: Caller, db: web::Data<Database>) -> Result<impl Responder, Error> {
    let key = NewKey::generate("live").map_err(actix_web::error::ErrorInternalServerError)?;
    let row = (key.digest().as_bytes().to_vec(), who.organisation);
    db.ask(move |db| db.execute("INSERT INTO keys VALUES (?1, hex(randomblob(8)), ?2, 'secret', NULL)", row)).await?;
    Ok((key.expose_secret().to_owned(), StatusCode::CREATED))
}

/// The shape and the codes that clients of the service know.
fn body(denial: &Denial) -> DenialBody {
    let problem = denial.problem();
    let code = problem.code.unwrap_or(match problem.status {
        401 => "IR_01",
        403 => "IR_17",
        _ => "HE_00",
    });
    DenialBody::json(&json!({ "error": { "type": "invalid_request", "code": code, "message": problem.detail } }))
}

/// `people` stands for the login service. With a real one: `Jwt::oidc(ISSUER).audience("https://billing.example")`.
fn auth(people: &TestIssuer, db: &Database) -> Result<Auth, ConfigError> {
    let keys = {
        let db = db.clone();
        KeyStore::lookup(move |digest| find_key(digest, db.clone()))
    };
    let members = AuthorityLoader::of_request(load_member)
        .keyed_by(organisation_of)
        .remember_for(std::time::Duration::from_secs(60));
    Auth::builder()
        .realm("billing")
        .bearer(people.jwt().authorities(members))
        .api_key(ApiKeys::header("api-key", keys).environment("live"))
        .known_roles(Permission::VARIANTS.iter().copied())
        .known_scopes(Permission::VARIANTS.iter().copied())
        .denial_body(|_, denial| body(denial))
        .build()
}

fn people() -> TestIssuer {
    TestIssuer::new().named(ISSUER).for_audience("https://billing.example")
}

fn mount(app: &mut web::ServiceConfig, auth: &Auth, db: &Database) {
    let scope = auth.scope("").app_data(web::Data::new(db.clone())).app_data(web::Data::new(auth.clone()));
    let scope =
        scope.service(show_invoice).service(list_invoices).service(refund).service(set_role).service(create_key);
    app.service(scope);
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (people, db) = (people(), Database::with(TABLES)?);
    let auth = auth(&people, &db)?;
    for (subject, what) in [("ann", "owns acme, looks at globex"), ("ben", "looks at acme"), ("cleo", "was let go")] {
        println!("{subject}, who {what}:\n{}\n", people.token().subject(subject).expires_in(3600).sign());
    }
    let server = HttpServer::new(move || App::new().configure(|app| mount(app, &auth, &db)));
    server.listen(services::listener("127.0.0.1:8088")?)?.run().await?;
    Ok(())
}
