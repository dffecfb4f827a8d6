use auth_runtime::Opaque;
use auth_runtime::api_key::{Key, KeyDigest};

async fn find_token(_digest: KeyDigest) -> Result<Option<Key>, std::io::Error> {
    Ok(None)
}

fn main() {
    let _ = Opaque::lookup(find_token);
}
