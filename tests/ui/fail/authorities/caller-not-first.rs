use actix_web::web;
use auth_runtime::{Authorities, Jwt, Principal};

async fn load_user(_db: web::Data<u8>, _who: Principal) -> Result<Option<Authorities>, std::io::Error> {
    Ok(None)
}

fn main() {
    let _ = Jwt::hs256([7; 32]).authorities(load_user);
}
