//! What other sites try.

use tests::Denied;

use crate::app::{App, ORIGIN, WithSession as _};

const FOREIGN: [&[(&str, &str)]; 5] = [
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "same-site")],
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "same-origin")],
];

#[test]
fn another_site_cannot_act_in_a_session() {
    let app = App::new();
    let id = app.sign_in("alice");
    for headers in FOREIGN {
        for target in ["/note", "/logout"] {
            let request = headers.iter().fold(app.server.post(target), |it, (name, value)| it.header(name, value));
            let answer = request.session(&id).send();
            Denied::forbidden("cross-site requests are not accepted here").check(&answer);
            assert_eq!(answer.only("set-cookie"), None);
        }
    }
    app.server.post("/note").session(&id).header("Origin", ORIGIN).send().expect("noted by alice");
    app.server.post("/note").session(&id).send().expect("noted by alice");
    app.post("/note").session(&id).send().expect("noted by alice");
}

#[test]
fn another_site_can_sign_nobody_in() {
    let app = App::new();
    for headers in FOREIGN {
        let request = headers.iter().fold(app.server.post("/login"), |it, (name, value)| it.header(name, value));
        let answer = app.log_in(request, "mallory", "right", "viewer");
        Denied::forbidden("cross-site requests are not accepted here").check(&answer);
        assert_eq!(answer.only("set-cookie"), None);
    }
    assert_eq!(app.log_in(app.server.post("/login").header("Origin", ORIGIN), "alice", "right", "").status, 303);
    assert_eq!(app.log_in(app.server.post("/login"), "alice", "right", "").status, 303, "not a browser");
}
