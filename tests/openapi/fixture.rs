//! What the documents are about.

use auth_runtime::api_key::{Key, KeyDigest};
use auth_runtime::basic::Passwords;
use auth_runtime::config::AuthBuilder;
use auth_runtime::digest::{self, DigestUsers};
use auth_runtime::jwt::{Audiences, Said};
use auth_runtime::{ApiKeys, Auth, Jwt};
use tests::{Suspending, Token};

const SECRET: &[u8] = b"a secret of the tests, 32 bytes.";
const ISSUER: &str = "https://idp.example";
const AUDIENCE: &str = "https://api.example";
pub(crate) const KEY: &str = "test_0123456789abcdef";

pub(crate) fn jwt() -> Jwt<Said, Audiences> {
    Jwt::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE)
}

pub(crate) fn keys() -> [(KeyDigest, Key); 1] {
    [(KeyDigest::of(KEY), Key::new("machine").with_scopes(["read"]))]
}

pub(crate) fn token() -> Token {
    Token::new(ISSUER, AUDIENCE, "alice", SECRET)
}

pub(crate) fn scoped(scope: &str) -> String {
    token().scope(scope).sign()
}

pub(crate) fn builder() -> AuthBuilder {
    let password = bcrypt::hash("wonderland", 4).unwrap();
    Auth::builder()
        .realm("docs")
        .bearer(jwt())
        .bearer_named("cookie", jwt().cookie("__Host-token"))
        .bearer_named("edge", jwt().header("X-Edge-Token"))
        .bearer_named("partner", jwt())
        .basic(Passwords::htpasswd(format!("alice:{password}")))
        .digest(DigestUsers::htdigest(digest::htdigest_line("alice", "docs", "wonderland").unwrap()))
        .api_key(ApiKeys::header("X-API-Key", keys()))
        .api_key_named("query", ApiKeys::dangerous_query("api_key", keys()))
        .scheme(Suspending)
        .role_hierarchy("admin > ops > viewer")
}
