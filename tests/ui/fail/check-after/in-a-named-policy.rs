use actix_web::web;
use auth_runtime::policy;

async fn may_lock(body: &web::Json<u64>) -> bool {
    **body == 1
}

policy! {
    MayLock: bearer, check_after = may_lock(body);
}

fn main() {}
