use auth_runtime::requires;

#[requires(baerer, scop = "read", rolle("ops") && claim("tenant"), realm = 1, hiden)]
async fn handler() -> &'static str {
    "hello"
}

fn main() {}
