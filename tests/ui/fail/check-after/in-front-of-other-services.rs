use actix_web::web;
use auth_runtime::observe::RequestParts;
use auth_runtime::{Auth, requires, route};

async fn may_lock(body: &web::Json<u64>) -> bool {
    **body == 1
}

#[requires(bearer, check_after = may_lock(body))]
#[actix_web::post("/lock")]
async fn lock(body: web::Json<u64>) -> &'static str {
    let _ = &body;
    "locked"
}

async fn plain() -> &'static str {
    "not checked"
}

async fn others(auth: &Auth, parts: &RequestParts) {
    let pages = web::resource("/").to(plain);
    let _ = auth.scope("/a").service_as::<lock>("/pages", pages);
    let _ = auth.scope("/b").route("/plain", route::post().requires::<lock>().to(plain));
    let _ = auth.scope("/c").configure(|config| {
        config.service_as::<lock>("/pages", web::resource("/").to(plain));
    });
    let _ = auth.verify::<lock>(parts).await;
}

fn main() {}
