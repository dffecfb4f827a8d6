//! Operations: sync and async, borrowing, generic, on modules, over a named policy.

use std::fmt::Display;

use actix_web::{HttpRequest, post, web};
use auth_runtime::{Auth, Denial, Granted, Principal, policy, requires};

use super::{requirement, spec};

policy! { pub(crate) Writing: bearer, scope("op:write"); }

/// It is documented.
#[requires(bearer, scope = "op:read", operation)]
#[must_use]
pub(crate) fn read_file<'a>(names: &'a [String]) -> Option<&'a str> {
    names.first().map(String::as_str)
}

#[requires(policy = Writing, role = "clerk", operation, realm = "files")]
async fn write_file<T>(name: T) -> String
where
    T: Display,
{
    format!("{name} written")
}

#[requires(bearer, scope = "op", operation)]
mod tools {
    use auth_runtime::{Principal, requires};

    #[requires(scope = "op:list")]
    pub(crate) async fn list_files(_who: &Principal) -> Vec<String> {
        vec!["a.txt".to_owned()]
    }

    /// Without a condition of its own, and without an answer.
    #[requires]
    pub(crate) fn touch() {}
}

/// Another route to the same function.
#[requires(policy = read_file)]
#[post("/read_file")]
async fn by_route(proof: Granted<read_file>, names: web::Json<Vec<String>>) -> String {
    read_file(&proof, &names).unwrap_or_default().to_owned()
}

#[requires(bearer)]
#[post("/dispatched")]
async fn dispatch(request: HttpRequest, auth: web::Data<Auth>, who: Principal) -> Result<String, Denial> {
    let names = tools::list_files(&*auth.admit::<tools::list_files>(&request).await?, &who).await;
    tools::touch(&*auth.admit::<tools::touch>(&request).await?);
    let read = auth.admit::<read_file>(&request).await?;
    let name = read_file(&read, &names).unwrap_or_default();
    Ok(write_file(&*auth.admit::<write_file>(&request).await?, name).await)
}

#[test]
fn operations_have_policies() {
    assert_eq!(requirement("operations::read_file"), r#"Scope("op:read")"#);
    assert_eq!(requirement("operations::write_file"), r#"All([Scope("op:write"), Role("clerk")])"#);
    assert_eq!(requirement("tools::list_files"), r#"All([Scope("op"), Scope("op:list")])"#);
    assert_eq!(requirement("tools::touch"), r#"Scope("op")"#);
    assert!(spec("operations::write_file").is_operation() && !spec("operations::Writing").is_operation());
    assert!(!spec("operations::by_route").is_operation() && spec("operations::read_file").routes().is_empty());
}
