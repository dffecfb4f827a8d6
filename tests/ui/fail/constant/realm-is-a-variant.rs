use auth_runtime::requires;

enum Realm {
    Orders,
}

#[requires(bearer, realm = Realm::Orders)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
