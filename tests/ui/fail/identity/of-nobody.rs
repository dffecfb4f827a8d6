use auth_runtime::{Denial, FromPrincipal, Principal, public};

struct Employee;

impl FromPrincipal for Employee {
    type Error = Denial;

    fn from_principal(_: &Principal) -> Result<Self, Denial> {
        Ok(Self)
    }
}

#[public]
#[actix_web::get("/")]
async fn handler(_who: Employee) -> &'static str {
    "hello"
}

fn main() {}
