use auth_runtime::{Authorities, Jwt, Principal};

async fn load_user(_who: Principal) -> Option<Authorities> {
    None
}

fn main() {
    let _ = Jwt::hs256([7; 32]).authorities(load_user);
}
