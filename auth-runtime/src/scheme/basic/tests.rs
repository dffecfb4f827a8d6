//! Rules of Basic authentication, through the scheme.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::header::AUTHORIZATION;
use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;

use crate::denial::Reason;
use crate::file::testing::TempFile;
use crate::http::peer::AddressShare;
use crate::scheme::basic::stored_hash::tests::{BUILDER, PASSWORD_ARGON2, WONDERLAND, WONDERLAND_SHA512};
use crate::scheme::basic::*;
use crate::scheme::probe::{self, Presence};
use crate::shares::{Claimant, Share};
use crate::time::{Clock, SystemClock};

const WAIT: Duration = Duration::from_secs(2);

fn hashing() -> Arc<Hashing> {
    Arc::new(Hashing::new(1, 16, WAIT))
}

fn users() -> String {
    format!("alice:{WONDERLAND}\nbob:{BUILDER}\ncarol:{WONDERLAND_SHA512}\ndave:{PASSWORD_ARGON2}\n")
}

fn scheme(passwords: Passwords<impl Send + Sync + 'static>) -> (BasicScheme, Arc<Hashing>) {
    let hashing = hashing();
    (passwords.build_with(None, Arc::clone(&hashing)).unwrap(), hashing)
}

async fn find_lines(scheme: &BasicScheme, lines: &[&str]) -> Option<Outcome> {
    let request =
        lines.iter().fold(TestRequest::default(), |request, line| request.append_header((AUTHORIZATION, *line)));
    probe::ask(scheme, &request.to_http_request(), &clock()).await
}

async fn send_lines(scheme: &BasicScheme, lines: &[&str]) -> Outcome {
    find_lines(scheme, lines).await.unwrap()
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

async fn send(scheme: &BasicScheme, user: &str, password: &str) -> Outcome {
    send_lines(scheme, &[&format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))]).await
}

fn is_wrong(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(rejection) if rejection.reason() == Reason::CredentialsWrong)
}

fn principal(outcome: Outcome) -> Principal {
    match outcome {
        Outcome::Verified(principal) => principal,
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn users_of_every_kind_of_hash_get_in() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    for (user, password) in [("alice", "wonderland"), ("bob", "builder"), ("carol", "wonderland"), ("dave", "password")]
    {
        let principal = principal(send(&scheme, user, password).await);
        assert_eq!((principal.scheme(), principal.subject()), ("basic", user));
        assert_eq!(principal.details::<User>().unwrap().name(), user);
        assert!(principal.roles().is_none() && principal.scopes().is_none());
    }
}

#[actix_web::test]
async fn the_scheme_name_is_case_insensitive_and_spaces_may_follow() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    let base64 = STANDARD.encode("alice:wonderland");
    for line in [format!("basic {base64}"), format!("BASIC   {base64}")] {
        principal(send_lines(&scheme, &[&line]).await);
    }
}

#[actix_web::test]
async fn bad_credentials_are_all_refused_alike() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    for (user, password) in
        [("alice", "builder"), ("nobody", "wonderland"), ("", ""), ("alice", ""), ("Alice", "wonderland")]
    {
        assert!(is_wrong(&send(&scheme, user, password).await), "{user}:{password}");
    }
    let encode = |text: &[u8]| format!("Basic {}", STANDARD.encode(text));
    for line in ["Basic", "Basic ", "Basic x", "Basic YWxpY2U6d29uZGVybGFuZA", &encode(b"alice"), &encode(b"a:\xff")] {
        assert!(is_wrong(&send_lines(&scheme, &[line]).await), "{line}");
    }
    assert!(is_wrong(&send(&scheme, "alice", "wonderland\0").await));
}

#[actix_web::test]
async fn absent_where_the_field_is_of_another_scheme() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    assert!(find_lines(&scheme, &[]).await.is_none());
    assert!(find_lines(&scheme, &["Bearer x"]).await.is_none());
}

#[actix_web::test]
async fn two_authorization_lines_are_refused() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    let line = format!("Basic {}", STANDARD.encode("alice:wonderland"));
    let outcome = send_lines(&scheme, &[&line, &line]).await;
    assert!(matches!(outcome, Outcome::Refused(rejection) if rejection.reason() == Reason::AuthorizationRepeated));
}

#[test]
fn credentials_are_ambient() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    for (line, expected) in
        [("Basic x", Presence::Ambient), ("basic", Presence::Ambient), ("Bearer x", Presence::Absent)]
    {
        let request = TestRequest::default().append_header((AUTHORIZATION, line)).to_http_request();
        assert_eq!(probe::find(&scheme, &request, &clock()), expected);
    }
}

#[test]
fn a_configuration_recognizes_the_users_of_its_file() {
    let recognizes = |scheme: &BasicScheme, line: &str| {
        let request = TestRequest::default().append_header((AUTHORIZATION, line)).to_http_request();
        probe::recognizes(scheme, &request, &clock())
    };
    let by_file = scheme(Passwords::htpasswd(users())).0;
    let by_function = Passwords::verify_with(member).build(None).unwrap();
    let line = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:x")));
    assert_eq!(recognizes(&by_file, &line("alice")), Recognition::Mine);
    assert_eq!(recognizes(&by_file, &line("eve")), Recognition::No);
    assert_eq!(recognizes(&by_function, &line("eve")), Recognition::Perhaps);
    assert_eq!(recognizes(&by_file, "Basic x"), Recognition::No);
    assert_eq!(recognizes(&by_function, "Basic x"), Recognition::No);
}

#[test]
fn the_challenge_names_utf_8() {
    let (scheme, _) = scheme(Passwords::htpasswd(users()));
    assert_eq!(scheme.describe().challenge().render("R", &[]), "Basic realm=\"R\", charset=\"UTF-8\"");
}

#[actix_web::test]
async fn unknown_users_wrong_and_overlong_passwords_pay_one_hash_each() {
    let (scheme, hashing) = scheme(Passwords::htpasswd(users()));
    let long = "x".repeat(PASSWORD_MAX + 1);
    let bcrypt_long = "x".repeat(73);
    let sent = [
        ("nobody", "wonderland"),
        ("alice", "wrong"),
        ("alice", ""),
        ("alice", &long),
        ("nobody", &long),
        ("alice", &bcrypt_long),
        ("nobody", &bcrypt_long),
    ];
    for (number, (user, password)) in (1..).zip(sent) {
        assert!(is_wrong(&send(&scheme, user, password).await));
        assert_eq!(hashing.started(), number, "{user}");
    }
}

#[actix_web::test]
async fn an_unknown_user_never_gets_in_with_the_password_of_the_stand_in() {
    let (scheme, _) = scheme(Passwords::htpasswd(format!("alice:{WONDERLAND}")));
    for _ in 0..2 {
        assert!(is_wrong(&send(&scheme, "nobody", "wonderland").await));
        principal(send(&scheme, "alice", "wonderland").await);
    }
}

#[actix_web::test]
async fn a_verified_password_is_remembered_and_bypasses_the_queue() {
    let hashing = Arc::new(Hashing::new(1, 1, Duration::from_millis(10)));
    let scheme = Passwords::htpasswd(users()).build_with(None, Arc::clone(&hashing)).unwrap();
    principal(send(&scheme, "alice", "wonderland").await);
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let mut busy =
        Box::pin(hashing.run(Claimant::stranger(Share::of(AddressShare::Unknown, ())), move || wait.recv().is_err()));
    assert!((&mut busy).now_or_never().is_none());
    principal(send(&scheme, "alice", "wonderland").now_or_never().unwrap());
    let outcome = send(&scheme, "bob", "builder").await;
    assert_eq!(probe::reason(&outcome), Reason::HashingBusy);
    assert_eq!(hashing.started(), 2);
    drop(release);
    busy.await.unwrap();
}

#[actix_web::test]
async fn wrong_passwords_are_not_remembered() {
    let (scheme, hashing) = scheme(Passwords::htpasswd(users()));
    for _ in 0..3 {
        assert!(is_wrong(&send(&scheme, "alice", "wrong").await));
    }
    assert_eq!(hashing.started(), 3);
}

#[actix_web::test]
async fn forget_makes_the_next_request_pay() {
    let passwords = Passwords::htpasswd(users());
    let remembered = passwords.remembered();
    let (scheme, hashing) = scheme(passwords);
    for expected in [1, 1] {
        principal(send(&scheme, "alice", "wonderland").await);
        assert_eq!(hashing.started(), expected);
    }
    remembered.forget("bob");
    principal(send(&scheme, "alice", "wonderland").await);
    assert_eq!(hashing.started(), 1);
    remembered.forget("alice");
    principal(send(&scheme, "alice", "wonderland").await);
    assert_eq!(hashing.started(), 2);
}

#[actix_web::test]
async fn a_changed_file_takes_effect_despite_the_memory() {
    let file = TempFile::new(&format!("alice:{WONDERLAND}\nbob:{BUILDER}"));
    let (scheme, _) = scheme(Passwords::htpasswd_file(file.path()));
    principal(send(&scheme, "alice", "wonderland").await);
    principal(send(&scheme, "bob", "builder").await);
    let Verifier::File { users: FileContent::Watched(watched), .. } = &scheme.verifier else { panic!() };

    file.write(&format!("alice:{BUILDER}")); // a new password for one, the other gone
    watched.refresh();
    assert!(is_wrong(&send(&scheme, "alice", "wonderland").await));
    assert!(is_wrong(&send(&scheme, "bob", "builder").await));
    principal(send(&scheme, "alice", "builder").await);

    for half_written in ["", "alice:$2y$04$abc", "alice"] {
        file.write(half_written);
        watched.refresh();
        principal(send(&scheme, "alice", "builder").await);
    }
}

#[actix_web::test]
async fn dropped_requests_leave_no_more_jobs_than_permits() {
    let (scheme, hashing) = scheme(Passwords::htpasswd(users()));
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let mut busy =
        Box::pin(hashing.run(Claimant::stranger(Share::of(AddressShare::Unknown, ())), move || wait.recv().is_err()));
    assert!((&mut busy).now_or_never().is_none());
    for number in 0..300 {
        assert!(send(&scheme, "alice", &number.to_string()).now_or_never().is_none());
    }
    assert_eq!((hashing.started(), hashing.waiting()), (1, 0));
    drop(release);
    busy.await.unwrap();
    principal(send(&scheme, "alice", "wonderland").await);
}

#[actix_web::test]
async fn roles_come_from_roles_of() {
    let passwords = Passwords::htpasswd(users()).roles_of(|user| match user.name() {
        "alice" => vec!["ops"],
        _ => vec![],
    });
    let (scheme, _) = scheme(passwords);
    let roles = |principal: Principal| principal.roles().unwrap().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(roles(principal(send(&scheme, "alice", "wonderland").await)), ["ops"]);
    assert!(roles(principal(send(&scheme, "bob", "builder").await)).is_empty());
}

/// A directory of the application's own.
struct Member {
    number: u32,
}

async fn member(sent: UserPass) -> Result<Option<Member>, String> {
    match (sent.user(), sent.expose_password()) {
        (_, "down") => Err("directory unreachable".to_owned()),
        ("bob", "builder") => Ok(Some(Member { number: 7 })),
        _ => Ok(None),
    }
}

#[actix_web::test]
async fn a_function_of_the_users_verifies_and_names_its_own_type() {
    let passwords = Passwords::verify_with(member).roles_of(|member| [format!("member-{}", member.number)]);
    let scheme = passwords.build(Some("club".into())).unwrap();
    let bob = principal(send(&scheme, "bob", "builder").await);
    assert_eq!(bob.details::<Member>().unwrap().number, 7);
    assert_eq!(bob.roles().unwrap().collect::<Vec<_>>(), ["member-7"]);
    assert_eq!(bob.configuration(), Some("club"));
    assert!(is_wrong(&send(&scheme, "bob", "wrong").await));
    assert!(is_wrong(&send(&scheme, "bob", &"x".repeat(PASSWORD_MAX + 1)).await));
}

#[actix_web::test]
async fn an_error_of_the_function_is_a_503() {
    let scheme = Passwords::verify_with(member).build(None).unwrap();
    let outcome = send(&scheme, "bob", "down").await;
    assert_eq!(probe::reason(&outcome), Reason::BackendUnavailable);
}

#[actix_web::test]
async fn what_a_function_says_is_remembered_only_on_demand() {
    for (remember, expected) in [(Duration::ZERO, 3), (Duration::from_secs(5), 1)] {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let passwords = Passwords::verify_with(move |sent| {
            count.fetch_add(1, Ordering::Relaxed);
            member(sent)
        });
        let scheme = passwords.remember_for(remember).build(None).unwrap();
        for _ in 0..3 {
            principal(send(&scheme, "bob", "builder").await);
        }
        assert_eq!(calls.load(Ordering::Relaxed), expected);
    }
}

#[test]
fn faults_of_the_configuration_are_told_at_build() {
    let error = |passwords: Passwords| passwords.build(None).unwrap_err().to_string();
    assert_eq!(
        error(Passwords::htpasswd("alice:hunter2")),
        "htpasswd text, line 1: user `alice`: a plain password is not accepted; set the password anew with `htpasswd -B`"
    );
    assert!(error(Passwords::htpasswd_file("no/such/file")).starts_with("no/such/file: cannot be read"));
    assert!(error(Passwords::htpasswd(users()).remember_for(Duration::from_secs(61))).contains("60 s"));
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?} {:?}", Passwords::htpasswd(users()), scheme(Passwords::htpasswd(users())).0);
    assert!(!shown.contains("$2") && !shown.contains("alice"), "{shown}");
}
