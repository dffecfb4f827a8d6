//! The token in forms of old browsers.

use actix_web::{get, post, web};
use auth_runtime::extract::{CsrfField, CsrfToken};
use auth_runtime::{Auth, Denial, requires};
use tests::{Denied, Server};

use crate::app::{App, WithSession as _, cookie};

#[requires(session)]
#[get("/form")]
async fn note_page(token: CsrfToken) -> String {
    token.field()
}

#[derive(serde::Deserialize)]
struct Note {
    csrf: CsrfField,
    text: String,
}

#[requires(session)]
#[post("/form")]
async fn keep(note: web::Form<Note>, token: CsrfToken) -> Result<String, Denial> {
    token.verify(&note.csrf)?;
    Ok(format!("kept: {}", note.text))
}

/// Beside the other pages, with the same sessions.
fn server(auth: &Auth) -> Server {
    let auth = auth.clone();
    Server::start(move |app| {
        app.service(auth.scope("").service(note_page).service(keep));
    })
}

fn token(server: &Server, id: &str) -> String {
    let answer = server.get("/form").session(id).send();
    let (_, value) = answer.text().split_once("name=\"csrf\" value=\"").unwrap();
    value.strip_suffix("\">").unwrap().to_owned()
}

#[test]
fn a_form_counts_in_the_session_in_which_it_was_shown() {
    let app = App::new();
    let server = server(&app.auth);
    let (alice, again, bob) = (app.sign_in("alice"), app.sign_in("alice"), app.sign_in("bob"));
    // As a browser that says neither `Sec-Fetch-Site` nor `Origin`.
    let post = |id: &str, token: &str| {
        let form = format!("csrf={token}&text=hello");
        server.post("/form").session(id).send_body("application/x-www-form-urlencoded", form)
    };
    let (one, two) = (token(&server, &alice), token(&server, &alice));
    assert_ne!(one, two, "another text each time");
    assert!(!one.contains(&alice) && one.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
    for token in [&one, &two, &one] {
        post(&alice, token).expect("kept: hello");
    }
    let refused = || Denied::forbidden("cross-site requests are not accepted here");
    for wrong in [&token(&server, &bob), &token(&server, &again), "", "x", &one[1..], &one.to_lowercase()] {
        refused().check(&post(&alice, wrong));
    }
    let without = server.post("/form").session(&alice).send_body("application/x-www-form-urlencoded", "text=hello");
    assert_eq!(without.status, 400, "a form without the field is no such form");
    // The rule against other sites holds before it.
    let cross = server.post("/form").session(&alice).header("Origin", "https://evil.example");
    refused().check(&cross.send_body("application/x-www-form-urlencoded", format!("csrf={one}&text=x")));
}

#[test]
fn another_id_makes_the_pages_before_worthless() {
    let app = App::new();
    let server = server(&app.auth);
    let id = app.sign_in("alice");
    let before = token(&server, &id);
    actix_web::rt::System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    let id = cookie(&app.get("/me").session(&id).send());
    let form = |token: &str| {
        let form = format!("csrf={token}&text=hello");
        server.post("/form").session(&id).send_body("application/x-www-form-urlencoded", form)
    };
    assert_eq!(form(&before).status, 403);
    form(&token(&server, &id)).expect("kept: hello");
}
