use auth_runtime::{Principal, requires};

#[requires(any(dpop, bearer("partner")))]
async fn handler(who: Principal) -> String {
    who.subject().to_owned()
}

fn main() {}
