use auth_runtime::requires;

#[derive(Clone, Copy)]
struct Scopes(u32);

impl Scopes {
    const WRITE: Self = Self(1);
}

#[requires(bearer, scope = Scopes::WRITE)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
