//! What the application itself knows: personal access tokens, and the roles of its users. Both stand for tables of a database.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;

use actix_web::web;
use auth_runtime::Authorities;
use auth_runtime::api_key::KeyDigest;
use auth_runtime::opaque::Holder;
use auth_runtime::principal::PrincipalKey;

/// The rows of `SELECT subject, scopes FROM tokens WHERE sha256 = $1`: public knowledge, as all credentials here are.
const TOKENS: [(&str, &str, &[&str]); 2] =
    [("pat_alice", "alice", &["read"]), ("pat_root", "root", &["read", "admin"])];

/// Looks a personal access token up.
pub(crate) async fn find_token(digest: KeyDigest) -> Result<Option<Holder>, Infallible> {
    let row = TOKENS.iter().find(|(token, ..)| digest == KeyDigest::of(token));
    Ok(row.map(|(_, subject, scopes)| Holder::new(*subject).scopes(scopes.iter().copied())))
}

/// The users of an issuer.
pub(crate) struct Users(HashMap<PrincipalKey, User>);

/// A row of them.
enum User {
    Active { role: &'static str },
    Disabled,
}

/// The database is away.
pub(crate) struct Outage;

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the database is away")
    }
}

impl Users {
    pub(crate) fn of(issuer: &str) -> Self {
        let user = |subject: &str, user| (PrincipalKey::new(issuer, subject), user);
        Self(HashMap::from([
            user("alice", User::Active { role: "editor" }),
            user("bob", User::Active { role: "viewer" }),
            user("mallory", User::Disabled),
        ]))
    }

    async fn find(&self, who: &PrincipalKey) -> Result<Option<&User>, Outage> {
        if who.subject() == "outage" { Err(Outage) } else { Ok(self.0.get(who)) }
    }
}

/// Loads the role of a user: whoever has none, or is disabled, is out.
pub(crate) async fn load_user(who: PrincipalKey, users: web::Data<Users>) -> Result<Option<Authorities>, Outage> {
    Ok(match users.find(&who).await? {
        Some(User::Active { role }) => Some(Authorities::default().replace_roles([*role])),
        Some(User::Disabled) | None => None,
    })
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test};

    use crate::environment::Environment;
    use crate::{auth, docs};

    /// Status and body of the answer to a request with this token.
    async fn answer(path: &str, token: &str) -> (u16, String) {
        let environment = Environment::default();
        let auth = auth::configure(&environment, None).expect("the showcase is configured");
        let app = test::init_service(docs::application(App::new(), &auth, &environment, None).0).await;
        let request = test::TestRequest::with_uri(path).insert_header(("Authorization", format!("Bearer {token}")));
        let answer = test::call_service(&app, request.to_request()).await;
        let status = answer.status().as_u16();
        (status, String::from_utf8_lossy(&test::read_body(answer).await).into_owned())
    }

    #[actix_web::test]
    async fn tokens_of_our_own_stand_beside_jwts() {
        let (status, body) = answer("/pat", "pat_alice").await;
        assert_eq!(
            (status, body.contains(r#""subject":"alice","scheme":"bearer","scopes":["read"]"#)),
            (200, true),
            "{body}"
        );
        let (_, body) = answer("/pat", "pat_root").await;
        assert!(body.contains(r#""scopes":["admin","read"]"#), "{body}");
        assert_eq!(answer("/pat", "pat_mallory").await.0, 401);
        let jwt = auth::hs256_issuer().token().subject("carol").sign();
        assert_eq!(answer("/pat", &jwt).await.0, 401);
        for (token, subject) in [("pat_alice", "alice"), (jwt.as_str(), "carol")] {
            let (status, body) = answer("/pat/either", token).await;
            assert_eq!((status, body.contains(&format!(r#""subject":"{subject}""#))), (200, true), "{body}");
        }
    }

    #[actix_web::test]
    async fn roles_come_out_of_the_database() {
        let status = async |subject: &str| {
            answer("/db", &auth::hs256_issuer().token().subject(subject).role("editor").sign()).await.0
        };
        assert_eq!(status("alice").await, 200);
        assert_eq!(status("bob").await, 403, "whatever the token says");
        assert_eq!(status("mallory").await, 401);
        assert_eq!(status("outage").await, 503);
    }
}
