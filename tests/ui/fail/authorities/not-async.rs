use auth_runtime::{Authorities, Jwt, Principal};

fn load_user(_who: Principal) -> Result<Option<Authorities>, std::io::Error> {
    Ok(None)
}

fn main() {
    let _ = Jwt::hs256([7; 32]).authorities(load_user);
}
