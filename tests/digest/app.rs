//! One route for each set of algorithms, and the users.

use std::process::Command;
use std::time::Duration;

use actix_web::{get, web};
use auth_runtime::digest::{DigestAlgorithm, DigestUsers, Ha1, htdigest_line};
use auth_runtime::{Auth, Digest, requires};
use tests::Server;

const REALM: &str = "the realm";
pub(crate) const ALICE: (&str, &str) = ("alice", "won\"der\\land: 100%");
pub(crate) const JURGEN: (&str, &str) = ("jürgen", "schlüssel");

/// In the order of the columns of the manual's table.
pub(crate) const ROUTES: [&str; 5] = ["/sha-256", "/sha-512-256", "/md5", "/sha-256-md5", "/sha-512-256-sha-256"];

macro_rules! routes {
    ($($handler:ident at $path:literal by $name:literal;)+) => {
        $(
            #[requires(digest($name))]
            #[get($path)]
            async fn $handler(caller: Digest) -> String {
                caller.name().to_owned()
            }
        )+

        pub(crate) fn server(nonce_lifetime: Duration) -> Server {
            let auth = auth(nonce_lifetime);
            Server::start(move |config| {
                config.service(auth.scope("")$(.service($handler))+.service(slow));
            })
        }
    };
}

routes! {
    sha_256 at "/sha-256" by "sha-256";
    sha_512_256 at "/sha-512-256" by "sha-512-256";
    md5 at "/md5" by "md5";
    sha_256_md5 at "/sha-256-md5" by "sha-256 md5";
    sha_512_256_sha_256 at "/sha-512-256-sha-256" by "sha-512-256 sha-256";
}

/// Answers after a while, in milliseconds: so old is the nonce when the client asks next.
#[requires(digest("sha-256"))]
#[get("/slow/{pause}")]
async fn slow(caller: Digest, pause: web::Path<u64>) -> String {
    actix_web::rt::time::sleep(Duration::from_millis(*pause)).await;
    caller.name().to_owned()
}

fn auth(nonce_lifetime: Duration) -> Auth {
    let line = |(user, password): (&str, &str)| htdigest_line(user, REALM, password).unwrap();
    let (user, password) = ALICE;
    let ha1 = |algorithm| Ha1::of(algorithm, user, REALM, password).expose_hex().to_owned();
    let lines_256 = format!("{}\n{}", line(ALICE), line(JURGEN));
    let lines_512 = format!("{user}:{REALM}:SHA-512-256:{}", ha1(DigestAlgorithm::Sha512_256));
    let lines_md5 = apache(user, password).unwrap_or_else(|| format!("{user}:{REALM}:{}", ha1(DigestAlgorithm::Md5)));
    let users = |lines: &[&str]| DigestUsers::htdigest(lines.join("\n")).nonce_lifetime(nonce_lifetime);
    let both = [DigestAlgorithm::Sha512_256, DigestAlgorithm::Sha256];
    Auth::builder()
        .realm(REALM)
        .digest_named("sha-256", users(&[&lines_256]))
        .digest_named("sha-512-256", users(&[&lines_512]).algorithms([DigestAlgorithm::Sha512_256]))
        .digest_named("md5", users(&[&lines_md5]).algorithms([]).dangerous_md5())
        .digest_named("sha-256 md5", users(&[&lines_256, &lines_md5]).dangerous_md5())
        .digest_named("sha-512-256 sha-256", users(&[&lines_512, &lines_256]).algorithms(both))
        .build()
        .unwrap()
}

/// What Apache's `htdigest` writes for this user; nothing where it is not installed and need not be.
fn apache(user: &str, password: &str) -> Option<String> {
    use std::io::Write as _;
    use std::process::Stdio;

    let file = std::env::temp_dir().join(format!("auth-htdigest-{}-{:p}", std::process::id(), &user));
    let mut htdigest = Command::new("htdigest");
    htdigest.arg("-c").arg(&file).args([REALM, user]);
    let run = htdigest.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut run) = run else {
        assert!(std::env::var_os("FULL_TESTS").is_none(), "there is no htdigest, which the full tests need");
        crate::clients::tell("NOT TESTED: files of Apache's htdigest: it is not here; `bash tests/full` installs it");
        return None;
    };
    let mut asked = run.stdin.take().unwrap();
    write!(asked, "{password}\n{password}\n").unwrap();
    drop(asked);
    assert!(run.wait().unwrap().success(), "htdigest fails");
    let line = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    Some(line)
}
