//! User names and passwords (RFC 7617). What takes time to hash is in `flood.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_runtime::basic::{Passwords, UserPass};

use crate::app::*;

fn sent(server: &Server, credentials: impl AsRef<[u8]>) -> Answer {
    server.get("/basic").header("Authorization", [b"Basic ", credentials.as_ref()].concat()).send()
}

#[track_caller]
fn build_refuses(text: &str, says: &str) {
    let error = bare().basic(Passwords::htpasswd(text)).build().map(|_| ()).unwrap_err().to_string();
    assert!(error.contains(says), "{error}");
}

#[test]
fn an_unknown_user_a_wrong_and_an_overlong_password_get_the_same_bytes() {
    let server = serve();
    let expected = server.get("/basic").basic("alice", "wrong").send().without_date();
    wrong_password().check(&expected);
    for (user, password) in [
        ("nobody", "wrong".to_owned()),
        ("nobody", PASSWORD.into()),
        ("", String::new()),
        ("", PASSWORD.into()),
        ("alice", String::new()),
        ("Alice", PASSWORD.into()),
        ("alice ", PASSWORD.into()),
        ("alice", format!("{PASSWORD} ")),
        ("alice", "x".repeat(1024)),
        ("alice", "x".repeat(1025)),
        ("alice", "x".repeat(20_000)),
        ("nobody", "x".repeat(20_000)),
        ("alice", format!("{PASSWORD}{}", "x".repeat(1025))),
        ("long", "x".repeat(71)),
        ("long", "x".repeat(73)),
        (&"u".repeat(5000), "x".into()),
        ("alice\u{301}", PASSWORD.into()),
        ("bob", PASSWORD.into()),
    ] {
        let answer = server.get("/basic").basic(user, &password).send();
        assert_eq!(answer.without_date(), expected, "{user}");
    }
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
}

/// A server that takes anybody, and how many it was asked for: what is refused here is refused for its form alone.
fn serve_anyone() -> (Server, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let passwords = Passwords::verify_with(move |_: UserPass| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, std::io::Error>(Some(())) }
    });
    (serve_basic(bare().basic(passwords).build().unwrap()), asked)
}

#[test]
fn undecodable_credentials_are_401_never_400_or_500() {
    let (server, asked) = serve_anyone();
    for credentials in [
        &b""[..],
        b"=",
        b"====",
        b"!",
        b"YWxpY2U",                // padding left out
        b"YWxpY2U6d29uZGVybGFuZA", // of a good one
        b"YWxpY2U6d29uZGVybGFuZA=",
        b"YWxpY2U6d29uZGVybGFuZA===",
        b"YWxpY2U6d29uZGVybGFuZB==", // bits after the end
        b"YWxpY2U6d29uZGVybGFuZA== x",
        b"YWxpY2U6 d29uZGVybGFuZA==",
        b"YWxpY2U6d29uZGVybGFuZA==, Bearer x",
        b"\"YWxpY2U6d29uZGVybGFuZA==\"",
        b"YTo_Pz8_",
        b"alice:wonderland",
        b"\xff\xff\xff\xff",
    ] {
        wrong_password().check(&sent(&server, credentials));
    }
    for text in [&b"alice"[..], b"", b"alice\xff:wonderland", b"alice:\xff", b"\xc0\xaf:x", b"alice:\xed\xa0\x80"] {
        wrong_password().check(&sent(&server, base64(text)));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn no_colon_is_no_password() {
    let (server, asked) = serve_anyone();
    for text in ["alice", "alicewonderland", "alice;wonderland", "alice\u{ff1a}wonderland", "alice%3Awonderland"] {
        wrong_password().check(&sent(&server, base64(text)));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn control_characters_are_refused() {
    let (server, asked) = serve_anyone();
    for control in ["\0", "\t", "\n", "\r", "\u{1b}", "\u{1f}", "\u{7f}", "\u{85}", "\u{9f}"] {
        for text in [
            format!("alice:{PASSWORD}{control}"),
            format!("alice{control}:{PASSWORD}"),
            format!("{control}alice:{PASSWORD}"),
        ] {
            wrong_password().check(&sent(&server, base64(text)));
        }
    }
    wrong_password().check(&sent(&server, base64(format!("alice:{PASSWORD}\0ignored"))));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

/// bcrypt reads 72 bytes: who knows those must not get in with anything behind them.
#[test]
fn bcrypt_never_cuts_a_password() {
    let server = serve();
    server.get("/basic").basic("long", &"x".repeat(72)).send().expect("basic long");
    for length in [0, 1, 71, 73, 100, 1023, 1024, 1025, 2000] {
        wrong_password().check(&server.get("/basic").basic("long", &"x".repeat(length)).send());
    }
    wrong_password().check(&server.get("/basic").basic("long", &format!("{}y", "x".repeat(72))).send());
}

#[test]
fn at_most_1_kib_of_password_reaches_a_function() {
    let (server, asked) = serve_anyone();
    server.get("/basic").basic("anyone", &"x".repeat(1024)).send().expect("basic anyone");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    for length in [1025, 5000, 20_000] {
        wrong_password().check(&server.get("/basic").basic("anyone", &"x".repeat(length)).send());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn an_absurd_cost_is_refused_at_load() {
    let alice = HTPASSWD.lines().next().unwrap();
    for cost in ["03", "16", "20", "31"] {
        build_refuses(&alice.replacen("$04$", &format!("${cost}$"), 1), "line 1");
    }
    for hash in [
        "$6$rounds=999999999$saltsalt$pqxtaP8VN9msji06dnBCbUbaSGTOXyo9jZDqZxik1rPexoqRIW4UKuiD0ZHZchCSd7S4/HoRU8bcFbnz2ihUr.",
        "$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=262144,t=4294967295,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ] {
        build_refuses(&format!("{alice}\neve:{hash}"), "line 2");
    }
}

#[test]
fn weak_hashes_are_refused_at_load() {
    for hash in [
        "$apr1$saltsalt$Q17bmANhIA7pctgRGqF/S0",
        "$1$saltsalt$Q17bmANhIA7pctgRGqF/S0",
        "{SHA}fEqNCco3Yq9h5ZUglD3CZJT4lBs=",
        "rqXexS6ZhobKA",
        "hunter2",
        "",
    ] {
        build_refuses(&format!("{HTPASSWD}eve:{hash}"), "line 4");
        let error = bare().basic(Passwords::htpasswd(format!("eve:{hash}"))).build().map(|_| ()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn a_user_given_twice_is_refused() {
    let alice = HTPASSWD.lines().next().unwrap();
    build_refuses(&format!("{HTPASSWD}{alice}"), "line 4");
}

#[test]
fn a_file_is_compared_by_content() {
    let path = scratch("same-time").join("htpasswd");
    let alice = HTPASSWD.lines().next().unwrap();
    let other = alice.replacen("alice", "carol", 1); // as long
    std::fs::write(&path, alice).unwrap();
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    let server = serve_basic(bare().basic(Passwords::htpasswd_file(&path)).build().unwrap());
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    std::fs::write(&path, other).unwrap();
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    eventually("alice is gone", || server.get("/basic").basic("alice", PASSWORD).send().status == 401);
    server.get("/basic").basic("carol", PASSWORD).send().expect("basic carol");
}

/// What is remembered is bound to the stored hash: a changed password counts at once, the old one no more.
#[test]
fn a_changed_password_is_not_remembered() {
    let path = scratch("changed").join("htpasswd");
    let hash_of = |user: &str| HTPASSWD.lines().find(|line| line.starts_with(user)).unwrap().split_once(':').unwrap().1;
    std::fs::write(&path, format!("alice:{}", hash_of("alice"))).unwrap();
    let server = serve_basic(bare().basic(Passwords::htpasswd_file(&path)).build().unwrap());
    for _ in 0..3 {
        server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    }
    std::fs::write(&path, format!("alice:{}", hash_of("bob"))).unwrap();
    eventually("the new password", || server.get("/basic").basic("alice", "builder").send().status == 200);
    wrong_password().check(&server.get("/basic").basic("alice", PASSWORD).send());
}

#[test]
fn a_half_written_file_keeps_the_last_good_one() {
    let path = scratch("half").join("htpasswd");
    std::fs::write(&path, HTPASSWD).unwrap();
    let server = serve_basic(bare().basic(Passwords::htpasswd_file(&path)).build().unwrap());
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    let cut = HTPASSWD.len() / 2; // within the line of bob
    for content in ["", "alice", &HTPASSWD[..cut], "alice:$2y$04$abc", "\u{0}\u{0}\u{0}"] {
        std::fs::write(&path, content).unwrap();
        std::thread::sleep(Duration::from_millis(1300));
        server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
        server.get("/basic").basic("bob", "builder").send().expect("basic bob");
        wrong_password().check(&server.get("/basic").basic("eve", "").send());
    }
    std::fs::remove_file(&path).unwrap();
    std::thread::sleep(Duration::from_millis(1300));
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
}

/// A directory out of reach is no wrong password: 503, and none of its words reach the caller.
#[test]
fn a_backend_out_of_reach_is_503() {
    let passwords = Passwords::verify_with(|sent: UserPass| async move {
        Err::<Option<()>, _>(format!("ldap://10.0.0.1 refused {} with {}", sent.user(), sent.expose_password()))
    });
    let server = serve_basic(bare().basic(passwords).build().unwrap());
    let answer = server.get("/basic").basic("alice", PASSWORD).send();
    Denied::unavailable().check(&answer);
    for word in ["ldap", "alice", PASSWORD] {
        assert!(!format!("{answer:?}").contains(word));
    }
}

fn counted(remember_for: Duration) -> (Passwords<()>, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let passwords = Passwords::verify_with(move |sent: UserPass| {
        count.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, std::io::Error>((sent.expose_password() == PASSWORD).then_some(())) }
    });
    (passwords.remember_for(remember_for), asked)
}

#[test]
fn forget_forgets_one_user() {
    let (passwords, asked) = counted(Duration::from_secs(60));
    let remembered = passwords.remembered();
    let server = serve_basic(bare().basic(passwords).build().unwrap());
    let login = |user: &str| server.get("/basic").basic(user, PASSWORD).send().expect(&format!("basic {user}")).status;
    for _ in 0..3 {
        login("alice");
        login("bob");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    remembered.forget("alice");
    login("bob");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    login("alice");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    remembered.forget_all();
    login("alice");
    login("bob");
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

#[test]
fn passwords_are_remembered_at_most_60_seconds() {
    let (passwords, _) = counted(Duration::from_secs(61));
    assert!(bare().basic(passwords).build().map(|_| ()).unwrap_err().to_string().contains("60 s"));
    let (passwords, asked) = counted(Duration::from_millis(300));
    let server = serve_basic(bare().basic(passwords).build().unwrap());
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    std::thread::sleep(Duration::from_millis(400));
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

/// The remembered text is length-prefixed: user and password cannot be cut elsewhere.
#[test]
fn a_remembered_pair_is_not_another_pair_of_the_same_letters() {
    let (passwords, asked) = counted(Duration::from_secs(60));
    let server = serve_basic(bare().basic(passwords).build().unwrap());
    server.get("/basic").basic("alice", PASSWORD).send().expect("basic alice");
    for (user, password) in [
        ("alic", format!("e{PASSWORD}")),
        ("alicew", PASSWORD[1..].to_owned()),
        ("", format!("alice{PASSWORD}")),
        ("alice", format!(":{PASSWORD}")),
    ] {
        wrong_password().check(&server.get("/basic").basic(user, &password).send());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

#[test]
fn a_wrong_password_is_not_remembered() {
    let (passwords, asked) = counted(Duration::from_secs(60));
    let server = serve_basic(bare().basic(passwords).build().unwrap());
    for n in 1..4 {
        wrong_password().check(&server.get("/basic").basic("alice", "wrong").send());
        assert_eq!(asked.load(Ordering::SeqCst), n);
    }
}
