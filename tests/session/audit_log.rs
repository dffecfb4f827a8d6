//! Who signs in and out, in the audit log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::rt::System;
use auth_runtime::observe::AuditLog;
use serde_json::Value;

use crate::app::{App, WithSession as _};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn signing_in_and_out_and_other_rights_are_logged_without_the_id_of_the_session() {
    let (app, paper) = (App::new(), Paper::default());
    app.auth.audit(AuditLog::new(paper.clone()));
    assert_eq!(app.log_in(app.post("/login"), "alice or her password", "wrong", "viewer").status, 403);
    let id = app.sign_in("alice");
    let sid = app.get("/id").session(&id).send().text().split(' ').next().unwrap().to_owned();
    System::new().block_on(app.auth.set_rights("alice", ["editor"])).unwrap();
    let renewed = app.get("/me").session(&id).send();
    let id = crate::app::cookie(&renewed);
    app.post("/logout").session(&id).send();
    let other = app.sign_in("alice");
    app.post("/logout/everywhere").session(&other).send();
    let began = Instant::now();
    let text = loop {
        let text = String::from_utf8(paper.0.lock().unwrap().clone()).unwrap();
        if text.lines().count() >= 6 {
            break text;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{text}");
        std::thread::sleep(Duration::from_millis(5));
    };
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (refused, lines) = lines.split_first().unwrap();
    assert_eq!((&refused["event.name"], &refused["user.id"]), (&"auth.sign_in_refused".into(), &Value::Null));
    assert_eq!(refused["client.address"], "127.0.0.1");
    let names: Vec<_> = lines.iter().map(|line| line["event.name"].as_str().unwrap()).collect();
    let (signed_in, signed_out) = ("auth.signed_in", "auth.signed_out");
    assert_eq!(names, [signed_in, "auth.rights_changed", signed_out, signed_in, "auth.signed_out_everywhere"]);
    assert!(lines.iter().all(|line| line["user.id"] == "alice" && line["auth.issuer"] == "local:session"));
    assert_eq!((&lines[0]["session.id"], &lines[2]["session.id"]), (&sid.clone().into(), &sid.into()));
    assert_eq!(lines[0]["timestamp"], "2026-05-28T20:26:40.000Z", "by the clock of the `Auth`");
    assert_eq!(lines[0]["client.address"], "127.0.0.1");
    assert_eq!((&lines[1]["auth.count"], &lines[4]["auth.count"]), (&1.into(), &1.into()));
    assert!(!text.contains(&id) && !text.contains(&other) && !text.contains("her password"));
}
