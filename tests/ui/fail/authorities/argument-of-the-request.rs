use actix_web::web;
use auth_runtime::{Authorities, Jwt, Principal};

async fn load_user(_who: Principal, _shop: web::Path<String>) -> Result<Option<Authorities>, std::io::Error> {
    Ok(None)
}

fn main() {
    let _ = Jwt::hs256([7; 32]).authorities(load_user);
}
