use auth_runtime::{Principal, requires};

async fn may_lock(who: &Principal) -> bool {
    who.subject() == "alice"
}

#[requires(bearer, check_after = may_lock(who))]
#[actix_web::post("/lock")]
async fn lock(who: Principal) -> &'static str {
    let _ = &who;
    "locked"
}

fn main() {}
