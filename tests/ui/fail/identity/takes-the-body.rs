use actix_web::HttpRequest;
use actix_web::dev::Payload;
use auth_runtime::extract::FromGrant;

struct Thief;

impl<P> FromGrant<P> for Thief {
    fn from_grant(_: &HttpRequest, payload: &mut Payload) -> Self {
        payload.take();
        Self
    }
}

fn main() {}
