//! One configuration that knows every scheme a policy of this binary names: policies are collected by the linker, so
//! each test sees them all.

use std::sync::OnceLock;

use auth_runtime::api_key::{Key, KeyDigest, KeyStore};
use auth_runtime::basic::{Passwords, UserPass};
use auth_runtime::config::AuthBuilder;
use auth_runtime::digest::{self, DigestAlgorithm, DigestUsers, Ha1, StoredUser, UserQuery};
use auth_runtime::dpop::DpopTokens;
use auth_runtime::outgoing::OutgoingTokens;
use auth_runtime::review::PolicyRow;
use auth_runtime::{Algorithm, ApiKeys, Auth, Jwt};
use serde_json::json;
use tests::{Suspending, Token, base64url};

use crate::answering::Storing;
use crate::decisions::Sure;
use crate::joint::Numbered;
use crate::schemes::{Counted, Failing, Panicking, PanickingLater, Patient, Stuck};
use crate::{authorities, certificates};
use crate::{opaque, policy_page};

pub(crate) const SECRET: &[u8] = b"a secret of the tests, 32 bytes.";
pub(crate) const PARTNER_SECRET: &[u8] = b"the partner's secret, 32 bytes..";

pub(crate) const ISSUER: &str = "https://idp.example";
const PARTNER: &str = "https://partner.example";
pub(crate) const AUDIENCE: &str = "https://api.example";

/// A key with the scope `read` and the role `ops`.
pub(crate) const KEY: &str = "test_0123456789abcdef";
/// A key without scopes and roles.
pub(crate) const KEY_PLAIN: &str = "test_fedcba9876543210";
/// A key that has expired.
pub(crate) const KEY_EXPIRED: &str = "test_aaaaaaaaaaaaaaaa";
/// A key that the directory fails on.
pub(crate) const KEY_UNREACHABLE: &str = "test_bbbbbbbbbbbbbbbb";

/// The origin of the tests' own pages.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// What a user function of the tests says about a member.
pub(crate) struct Member {
    pub(crate) number: u32,
}

/// What a user function of the tests says about a key.
pub(crate) struct DirectoryKey {
    key: Key,
    pub(crate) owner: &'static str,
}

impl AsRef<Key> for DirectoryKey {
    fn as_ref(&self) -> &Key {
        &self.key
    }
}

pub(crate) async fn directory(digest: KeyDigest) -> Result<Option<DirectoryKey>, &'static str> {
    match digest {
        digest if digest == KeyDigest::of(KEY) => Ok(Some(DirectoryKey { key: Key::new("7"), owner: "carol" })),
        digest if digest == KeyDigest::of(KEY_UNREACHABLE) => Err("the directory is out of reach:\nsecret detail"),
        _ => Ok(None),
    }
}

pub(crate) fn keys() -> KeyStore {
    KeyStore::from([
        (KeyDigest::of(KEY), Key::new("billing").with_scopes(["read"]).with_roles(["ops"])),
        (KeyDigest::of(KEY_PLAIN), Key::new("plain").with_scopes([""; 0]).with_roles([""; 0])),
        (KeyDigest::of(KEY_EXPIRED), Key::new("expired").expiring_at(1_700_000_000)),
    ])
}

pub(crate) fn jwt() -> Jwt<auth_runtime::jwt::Said, auth_runtime::jwt::Audiences> {
    Jwt::hs256(SECRET).issuer(ISSUER).audience(AUDIENCE)
}

fn partner() -> Jwt<auth_runtime::jwt::Said, auth_runtime::jwt::Audiences> {
    Jwt::hs256(PARTNER_SECRET).issuer(PARTNER).audience(AUDIENCE)
}

pub(crate) async fn member(sent: UserPass) -> Result<Option<Member>, &'static str> {
    match (sent.user(), sent.expose_password()) {
        ("nobody-knows", _) => Err("the directory is out of reach:\nsecret detail"),
        ("bob", "builder") => Ok(Some(Member { number: 7 })),
        _ => Ok(None),
    }
}

async fn digest_member(query: UserQuery) -> Result<Option<StoredUser<Member>>, &'static str> {
    let stored = |algorithm, name: &str| {
        StoredUser::new(name, Ha1::of(algorithm, name, query.realm(), "builder"), Member { number: 7 })
    };
    match query.name() {
        Some("nobody-knows") => Err("the directory is out of reach:\nsecret detail"),
        Some("bob") => Ok(Some(stored(query.algorithm(), "bob"))),
        // Of an algorithm that nobody asked for.
        Some("old-line") => Ok(Some(stored(DigestAlgorithm::Md5, "old-line"))),
        _ => Ok(None),
    }
}

/// Users with passwords for Digest.
pub(crate) fn digest_users() -> DigestUsers {
    let users = [
        ("alice", "orders", "wonderland"),
        ("alice", "vault", "looking glass"),
        ("jürgen", "orders", "schlüssel"),
        ("bob", "orders", "builder"),
    ];
    let lines = users.map(|(user, realm, password)| digest::htdigest_line(user, realm, password).unwrap());
    DigestUsers::htdigest(lines.join("\n")).roles_of(|user| match user.name() {
        "alice" => vec!["ops"],
        _ => vec![],
    })
}

/// Alice by all algorithms, Bob by one.
fn digest_users_of_several_algorithms() -> DigestUsers {
    let ha1 = |algorithm| Ha1::of(algorithm, "alice", "orders", "wonderland").expose_hex().to_owned();
    let lines = [
        digest::htdigest_line("alice", "orders", "wonderland").unwrap(),
        format!("alice:orders:SHA-512-256:{}", ha1(DigestAlgorithm::Sha512_256)),
        format!("alice:orders:{}", ha1(DigestAlgorithm::Md5)),
        digest::htdigest_line("bob", "orders", "builder").unwrap(),
    ];
    let users = DigestUsers::htdigest(lines.join("\n"));
    users.algorithms([DigestAlgorithm::Sha512_256, DigestAlgorithm::Sha256]).dangerous_md5()
}

/// What Apache's `htdigest` writes for alice, whose password is `wonderland`.
const DIGEST_MD5_LINE: &str = "alice:orders:290299e122b2d009c128d129079dcddf";

/// A JWK set with the secret under the name `one`.
fn key_set() -> String {
    let key = json!({ "kty": "oct", "alg": "HS256", "kid": "one", "k": base64url(SECRET) });
    json!({ "keys": [key] }).to_string()
}

/// Everything configured; a test adds what it needs.
pub(crate) fn builder() -> AuthBuilder {
    // Cost 4: the tests are not about the time it takes.
    let htpasswd = ["alice:wonderland", "jürgen:schlüssel"].map(|line| {
        let (user, password) = line.split_once(':').unwrap();
        format!("{user}:{}\n", bcrypt::hash(password, 4).unwrap())
    });
    let auth = certificates::configured(Auth::builder())
        .realm("orders")
        .bearer(jwt())
        .bearer_named("partner", partner())
        .bearer_named("set", Jwt::jwk_set(key_set()).issuer(ISSUER).audience(AUDIENCE))
        .bearer_named("cookie", jwt().cookie("__Host-token"))
        .bearer_named("field", jwt().header("X-Assertion"))
        .dpop(jwt())
        .dpop_named("nonce", DpopTokens::of(jwt()).require_nonce())
        .dpop_named(
            "fapi",
            DpopTokens::of(jwt()).proof_algorithms([Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256]),
        )
        .dpop_named("small", DpopTokens::of(jwt()).replay_memory(4))
        .dpop_named("proxied", DpopTokens::of(jwt()).stripped_base_path("/api"))
        .bearer_named("query", jwt().dangerous_query_parameter("access_token"))
        .basic(Passwords::htpasswd(htpasswd.concat()).roles_of(|user| match user.name() {
            "alice" => vec!["ops"],
            _ => vec![],
        }))
        .basic_named("members", Passwords::verify_with(member))
        .digest(digest_users())
        .digest_named("members", DigestUsers::lookup(digest_member).without_userhash())
        .digest_named("legacy", DigestUsers::htdigest(DIGEST_MD5_LINE).algorithms([]).dangerous_md5())
        .digest_named("several", digest_users_of_several_algorithms())
        .digest_named("proxied", digest_users().stripped_base_path("/api"))
        .api_key(ApiKeys::header("X-API-Key", keys()).environment("test"))
        .api_key_named("query", ApiKeys::dangerous_query("api_key", keys()))
        .api_key_named("cookie", ApiKeys::cookie("__Host-key", keys()))
        .api_key_named("directory", ApiKeys::header("X-API-Key", KeyStore::lookup(directory)))
        .scheme(Patient)
        .scheme(Counted)
        .scheme(Stuck)
        .scheme(Failing)
        .scheme(Panicking)
        .scheme(PanickingLater)
        .scheme(Numbered::default())
        .scheme(Storing)
        .scheme(Suspending)
        .scheme_named("one", Sure)
        .scheme_named("other", Sure)
        .role_hierarchy("admin > ops > viewer")
        .scope_implies("orders:write", ["orders:read"])
        .public_origin(ORIGIN)
        .outgoing(OutgoingTokens::at(ISSUER).client_secret_basic("orders", "not asked").build().unwrap())
        // All tests are one address, and send what is wrong more often than anybody may.
        .limits(tests::uncounted());
    policy_page::configure(opaque::configure(authorities::configure(auth)))
}

/// The configuration as most tests need it, built once.
pub(crate) fn auth() -> Auth {
    static AUTH: OnceLock<Auth> = OnceLock::new();
    AUTH.get_or_init(|| builder().build().expect("the fixture configures every scheme")).clone()
}

/// What the policy table says of a handler, whose path ends so, that nothing mounts.
pub(crate) fn row(handler: &str) -> PolicyRow {
    let table = builder().build().expect("the fixture configures every scheme").policy_table();
    let row = table.unmounted().iter().find(|row| row.handler().ends_with(handler));
    row.unwrap_or_else(|| panic!("no handler {handler}")).clone()
}

/// A token about alice that is accepted.
pub(crate) fn token() -> Token {
    Token::new(ISSUER, AUDIENCE, "alice", SECRET)
}

/// The same, with these scopes, signed.
pub(crate) fn scoped(scope: &str) -> String {
    token().scope(scope).sign()
}

/// A token of the partner that `bearer("partner")` accepts.
pub(crate) fn partner_token() -> Token {
    Token::new(PARTNER, AUDIENCE, "pat", PARTNER_SECRET)
}
