//! Operations inside a request: several behind one route, each with a policy of its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, ResponseError as _, get, post, web};
use auth_runtime::config::AuthBuilder;
use auth_runtime::denial::Reason;
use auth_runtime::observe::{AuditLog, DECISIONS, Decision};
use auth_runtime::{Auth, Authorities, Denial, Principal, policy, public, requires};
use serde::Deserialize;
use serde_json::{Value, json};
use tests::{Answer, Denied, DigestChallenge, Server};

use crate::fixture::{KEY, auth as of_all_tests, builder, jwt, row, scoped, token};
use crate::observed::{self, listen, snapshotter};

policy! {
    ReadFiles: bearer, scope("files:read");
    ByKey: api_key;
    Few: bearer, limit = "2/h";
    Secret: bearer, scope("admin"), hide;
    Owner: bearer, check = is_of_owner;
    Vault: digest, realm = "vault";
    Names: digest;
    Editing: bearer, role("editor");
    EditingWithout: bearer, role("editor"), without_authorities;
    Counted: bearer, scope("never");
}

async fn is_of_owner(who: Principal, request: HttpRequest) -> Result<(), Denial> {
    let owner = request.headers().get("x-owner").and_then(|owner| owner.to_str().ok());
    if owner == Some(who.subject()) { Ok(()) } else { Err(Denial::forbidden("not yours").code("owner")) }
}

/// A handler stands for its policy.
#[requires(optional(bearer))]
#[get("/anyone")]
async fn anyone() -> &'static str {
    "anyone"
}

/// Nobody calls it who was not admitted.
#[requires(any(bearer, api_key), scope("files:read") && scope("files:write"), operation)]
fn write_file() -> Value {
    json!("written")
}

/// The methods of the service, whatever its protocol.
async fn call(method: &str, request: &HttpRequest) -> Result<Value, Denial> {
    let auth = request.app_data::<web::Data<Auth>>().expect("data of the test");
    match method {
        "read" => {
            auth.admit::<ReadFiles>(request).await.map(|operation| json!(operation.caller().map(Principal::subject)))
        }
        "write" => Ok(write_file(&*auth.admit::<write_file>(request).await?)),
        "by_key" => auth.admit::<ByKey>(request).await.map(|_| json!("by key")),
        "anyone" => {
            auth.admit::<anyone>(request).await.map(|operation| json!(operation.caller().map(Principal::subject)))
        }
        "few" => auth.admit::<Few>(request).await.map(|_| json!("few")),
        "owner" => auth.admit::<Owner>(request).await.map(|_| json!("yours")),
        "vault" => auth.admit::<Vault>(request).await.map(|_| json!("vault")),
        "names" => {
            auth.admit::<Names>(request).await.map(|operation| json!(operation.caller().map(Principal::subject)))
        }
        "edit" => auth.admit::<Editing>(request).await.map(|_| json!("edited")),
        "edit_without" => auth.admit::<EditingWithout>(request).await.map(|_| json!("edited")),
        "counted" => auth.admit::<Counted>(request).await.map(|_| json!("counted")),
        "secret" => match auth.admit::<Secret>(request).await {
            Ok(_) => Ok(json!("secret")),
            // Looks like what there is not.
            Err(denial) if denial.is_hidden() => Err(unknown()),
            Err(denial) => Err(denial),
        },
        _ => Err(unknown()),
    }
}

fn unknown() -> Denial {
    Denial::not_found("no such method")
}

#[derive(Deserialize)]
struct Call {
    id: u32,
    method: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Calls {
    One(Call),
    Batch(Vec<Call>),
}

/// JSON-RPC: the denial of a single call is the answer of the request, that of one among several is its error.
async fn answer(calls: Calls, request: &HttpRequest) -> Result<web::Json<Value>, Denial> {
    let result = |id: u32, result: Value| json!({ "jsonrpc": "2.0", "id": id, "result": result });
    match calls {
        Calls::One(Call { id, method }) => Ok(web::Json(result(id, call(&method, request).await?))),
        Calls::Batch(calls) => {
            let mut answers = Vec::new();
            for Call { id, method } in calls {
                answers.push(match call(&method, request).await {
                    Ok(value) => result(id, value),
                    Err(denial) => json!({
                        "jsonrpc": "2.0",
                        "id": id,
                        "error": { "code": -32000 - i32::from(denial.status().as_u16()), "message": denial.problem().detail },
                    }),
                });
            }
            Ok(web::Json(answers.into()))
        }
    }
}

#[requires(any(bearer, api_key))]
#[post("/rpc")]
async fn rpc(calls: web::Json<Calls>, request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    answer(calls.into_inner(), &request).await
}

/// The same, for the test that counts.
#[requires(bearer)]
#[post("/counted")]
async fn counted_rpc(calls: web::Json<Calls>, request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    answer(calls.into_inner(), &request).await
}

#[requires(any(digest, bearer))]
#[get("/digest/{methods}")]
async fn digest_rpc(methods: web::Path<String>, request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    let calls = methods.split(',').map(|method| Call { id: 1, method: method.into() });
    answer(Calls::Batch(calls.collect()), &request).await
}

/// GraphQL: errors stand beside what could be had.
#[requires(optional(any(bearer, api_key)))]
#[post("/graphql")]
async fn graphql(fields: web::Json<Vec<String>>, request: HttpRequest) -> web::Json<Value> {
    let (mut data, mut errors) = (json!({}), Vec::new());
    for field in fields.iter() {
        match call(field, &request).await {
            Ok(value) => data[field] = value,
            Err(denial) => {
                let challenges: Vec<_> = denial.challenges().iter().map(|line| line.to_str().unwrap()).collect();
                let extensions = json!({ "status": denial.status().as_u16(), "challenges": challenges });
                errors.push(json!({ "path": [field], "message": denial.problem().detail, "extensions": extensions }));
            }
        }
    }
    web::Json(json!({ "data": data, "errors": errors }))
}

/// What the caller could ask for.
#[requires(optional(bearer))]
#[get("/methods")]
async fn list_methods(request: HttpRequest, auth: web::Data<Auth>) -> web::Json<Value> {
    let possible = [
        ("read", auth.may_admit::<ReadFiles>(&request)),
        ("write", auth.may_admit::<write_file>(&request)),
        ("by_key", auth.may_admit::<ByKey>(&request)),
        ("anyone", auth.may_admit::<anyone>(&request)),
        ("secret", auth.may_admit::<Secret>(&request)),
        ("owner", auth.may_admit::<Owner>(&request)),
        ("open", auth.may_admit::<open>(&request)),
    ];
    web::Json(possible.into_iter().filter(|(_, may)| *may).map(|(method, _)| method).collect())
}

#[public(reason = "no guard at all")]
#[get("/open")]
async fn open(request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    answer(Calls::One(Call { id: 1, method: "read".into() }), &request).await
}

/// A request that goes on for longer than its token is good.
#[requires(bearer)]
#[get("/slow")]
async fn slow(request: HttpRequest) -> HttpResponse {
    let at_once = call("read", &request).await.is_ok();
    tokio::time::sleep(Duration::from_millis(1300)).await;
    match call("read", &request).await {
        Err(denial) if at_once => denial.error_response(),
        _ => HttpResponse::Ok().finish(),
    }
}

fn serve(auth: Auth) -> Server {
    Server::start(move |app| {
        app.app_data(web::Data::new(auth.clone())).service(
            auth.scope("")
                .service(rpc)
                .service(counted_rpc)
                .service(digest_rpc)
                .service(graphql)
                .service(list_methods)
                .service(open)
                .service(slow),
        );
    })
}

fn server() -> Server {
    serve(builder().operations(10).build().unwrap())
}

fn ask(server: &Server, token: &str, calls: &Value) -> Answer {
    server.post("/rpc").bearer(token).send_body("application/json", calls.to_string())
}

fn single(method: &str) -> Value {
    json!({ "id": 1, "method": method })
}

fn batch(methods: &[&str]) -> Value {
    methods.iter().enumerate().map(|(id, method)| json!({ "id": id, "method": method })).collect()
}

fn graph(request: tests::Request, fields: &[&str]) -> Value {
    request.send_body("application/json", json!(fields).to_string()).json()
}

/// What each call of a batch brought: its result, or code and message of its error.
fn brought(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let each = |one: &Value| match one.get("result") {
        Some(result) => result.clone(),
        None => json!([one["error"]["code"], one["error"]["message"]]),
    };
    answer.json().as_array().unwrap().iter().map(each).collect()
}

#[test]
fn a_call_is_judged_by_its_own_policy_and_its_denial_is_that_of_a_handler() {
    let server = server();
    let (reading, writing) = (scoped("files:read"), scoped("files:read files:write"));
    assert_eq!(ask(&server, &reading, &single("read")).json()["result"], "alice");
    assert_eq!(ask(&server, &writing, &single("write")).json()["result"], "written");
    // All scopes in one challenge, whatever the caller has.
    let denied = ask(&server, &reading, &single("write"));
    let challenge = r#"Bearer realm="orders", error="insufficient_scope", scope="files:read files:write""#;
    Denied::forbidden("the credentials lack a required scope").challenge(challenge).check(&denied);
    assert_eq!(denied.only("content-type"), Some("application/problem+json"));
    assert_eq!(denied.only("cache-control"), Some("no-store"));
    // The guard around is asked first.
    let missing = server.post("/rpc").send_body("application/json", single("read").to_string());
    assert_eq!((missing.status, missing.all("www-authenticate").len()), (401, 2));
}

#[test]
fn in_a_batch_each_call_has_an_answer_of_its_own() {
    let calls = batch(&["read", "write", "secret", "nothing", "anyone"]);
    let lacks = json!([-32403, "the credentials lack a required scope"]);
    let none = json!([-32404, "no such method"]);
    let answer = ask(&server(), &scoped("files:read"), &calls);
    assert_eq!(brought(&answer), [json!("alice"), lacks, none.clone(), none, json!("alice")]);
    assert!(answer.all("www-authenticate").is_empty());
    let answer = ask(&server(), &scoped("admin"), &batch(&["secret"]));
    assert_eq!(brought(&answer), ["secret"]);
}

#[test]
fn fields_of_one_query_are_judged_one_by_one_for_nobody_too() {
    let server = server();
    let unknown = graph(server.post("/graphql"), &["anyone", "read"]);
    assert_eq!(unknown["data"], json!({ "anyone": null }));
    let missing = json!([{
        "path": ["read"],
        "message": "authentication is required",
        "extensions": { "status": 401, "challenges": [r#"Bearer realm="orders", scope="files:read""#] },
    }]);
    assert_eq!(unknown["errors"], missing);
    let alice = graph(server.post("/graphql").bearer(scoped("files:read")), &["anyone", "read"]);
    assert_eq!(alice, json!({ "data": { "anyone": "alice", "read": "alice" }, "errors": [] }));
}

#[test]
fn only_the_credential_counts_that_the_guard_around_has_accepted() {
    let server = server();
    // A token decides in front of a key; the operation takes keys only, and does not look for another.
    let both = || server.post("/graphql").bearer(scoped("files:read files:write")).header("X-API-Key", KEY);
    let answer = graph(both(), &["write", "by_key"]);
    assert_eq!(answer["data"], json!({ "write": "written" }));
    let challenge = r#"ApiKey realm="orders", in="header", name="X-API-Key""#;
    assert_eq!(answer["errors"][0]["extensions"], json!({ "status": 401, "challenges": [challenge] }));
    let by_key = graph(server.post("/graphql").header("X-API-Key", KEY), &["by_key", "anyone"]);
    assert_eq!(by_key["data"], json!({ "by_key": "by key", "anyone": null }));
}

#[test]
fn a_use_of_digest_counts_once_and_its_answer_has_one_proof() {
    let server = server();
    let challenge = server.get("/digest/names").send();
    let challenge = challenge.all("www-authenticate").into_iter().find(|line| line.starts_with("Digest")).unwrap();
    let challenge = DigestChallenge::read(challenge);
    for nc in 1..=3 {
        let uri = "/digest/names,names,vault";
        let field = challenge.answer("alice", "wonderland", "GET", uri, nc).field();
        let answer = server.get(uri).header("Authorization", field).send();
        // Alice of the other realm is another.
        let other = json!([-32401, "authentication is required"]);
        assert_eq!(brought(&answer), [json!("alice"), json!("alice"), other]);
        assert_eq!(answer.all("authentication-info").len(), 1);
    }
}

#[test]
fn operations_are_bounded_and_a_limit_counts_each() {
    let server = server();
    let ten = ["read"; 10];
    assert_eq!(brought(&ask(&server, &scoped("files:read"), &batch(&ten))), ["alice"; 10]);
    let eleven = brought(&ask(&server, &scoped("files:read"), &batch(&["read"; 11])));
    assert_eq!(eleven[9..], [json!("alice"), json!([-32413, "the request has too many operations"])]);
    let few = brought(&ask(&server, &token().sign(), &batch(&["few"; 3])));
    assert_eq!(few, [json!("few"), json!("few"), json!([-32429, "too many requests"])]);
    let denied = ask(&server, &token().sign(), &single("few"));
    assert_eq!((denied.status, denied.only("retry-after").is_some()), (429, true));
}

#[test]
fn checks_run_and_see_the_request() {
    let server = server();
    let own = |owner: &str| {
        let request = server.post("/rpc").bearer(token().sign()).header("X-Owner", owner);
        request.send_body("application/json", single("owner").to_string())
    };
    assert_eq!(own("alice").json()["result"], "yours");
    let denied = own("bob");
    assert_eq!((denied.status, &denied.json()["code"]), (403, &json!("owner")));
}

#[test]
fn what_could_be_called_is_told_without_counting() {
    listen();
    let server = serve(builder().operations(0).build().unwrap());
    let methods = |token: &str| server.get("/methods").bearer(token).send().json();
    assert_eq!(server.get("/methods").send().json(), json!(["anyone", "open"]));
    assert_eq!(methods(&scoped("files:read")), json!(["read", "anyone", "owner", "open"]));
    assert_eq!(
        methods(&scoped("files:read files:write admin")),
        json!(["read", "write", "anyone", "secret", "owner", "open"])
    );
}

#[test]
fn without_a_guard_around_nothing_is_admitted_and_an_event_says_what_to_do() {
    listen();
    let closed = |answer: &Answer| {
        assert_eq!(answer.status, 500, "{answer:?}");
        Denied::failed().check(answer);
    };
    let server = server();
    closed(&server.get("/open").bearer(scoped("files:read")).send());
    // Nobody said that requests have operations.
    closed(&ask(&serve(builder().build().unwrap()), &scoped("files:read"), &single("read")));
    // The guard is of another `Auth`.
    let (guards, asked) = (builder().operations(10).build().unwrap(), builder().operations(10).build().unwrap());
    let of_two = Server::start(move |app| {
        app.app_data(web::Data::new(asked.clone())).service(guards.scope("").service(rpc));
    });
    closed(&ask(&of_two, &scoped("files:read"), &single("read")));
    let told = observed::told(&[("reason", "operation_unguarded"), ("kind", "operation"), ("remedy", ".operations(")]);
    assert!(told >= 3, "{told}");
}

#[test]
fn each_operation_is_a_decision_with_an_event_and_a_count_and_the_request_has_its_own() {
    listen();
    snapshotter();
    let auth = builder().operations(10).build().unwrap();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    auth.on_decision(move |decision: &Decision| {
        let policy = decision.policy().handler().rsplit("::").next().unwrap();
        let reason = decision.reason().map(Reason::label);
        log.lock().unwrap().push((policy, decision.is_of_operation(), reason, decision.caller().is_some()));
    });
    let file = std::env::temp_dir().join(format!("operations-{}.jsonl", std::process::id()));
    auth.audit(AuditLog::file(&file).unwrap());
    let server = serve(auth);
    let counted = |policy: &str| -> u64 {
        let metrics = observed::metrics(&format!("http::operations::{policy}"));
        metrics.iter().filter(|((name, _), _)| name == DECISIONS).map(|(_, seen)| seen.count).sum()
    };
    let calls = batch(&["counted", "counted"]).to_string();
    server.post("/counted").bearer(scoped("files:read")).send_body("application/json", calls);
    assert_eq!((counted("counted_rpc"), counted("Counted")), (1, 2));
    for _ in 0..200 {
        if heard.lock().unwrap().len() == 3 {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let denied = ("Counted", true, Some("scope_missing"), true);
    assert_eq!(*heard.lock().unwrap(), [("counted_rpc", false, None, true), denied, denied]);
    let events = observed::events("http::operations::Counted");
    assert!(events.len() == 2 && events.iter().all(|event| event.field("kind") == "operation"), "{events:?}");
    assert!(observed::events("http::operations::counted_rpc").iter().all(|event| event.field("kind").is_empty()));
    let lines = std::fs::read_to_string(&file).unwrap();
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["auth.kind"], &first["error.type"]), (&json!("operation"), &json!("scope_missing")));
    std::fs::remove_file(&file).unwrap();
}

static LOADS: AtomicUsize = AtomicUsize::new(0);

async fn load(_: Principal) -> Result<Option<Authorities<()>>, String> {
    LOADS.fetch_add(1, Ordering::SeqCst);
    Ok(Some(Authorities::new(()).add_roles(["editor"])))
}

#[requires(bearer, without_authorities)]
#[post("/unloaded")]
async fn unloaded(calls: web::Json<Calls>, request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    answer(calls.into_inner(), &request).await
}

#[requires(bearer)]
#[post("/loaded")]
async fn loaded(calls: web::Json<Calls>, request: HttpRequest) -> Result<web::Json<Value>, Denial> {
    answer(calls.into_inner(), &request).await
}

#[test]
fn what_the_application_knows_of_the_caller_is_asked_once_for_all_operations() {
    let auth: AuthBuilder =
        Auth::builder().dangerous_allow_unconfigured().bearer(jwt().authorities(load)).operations(10);
    let auth = auth.build().unwrap();
    let server = Server::start(move |app| {
        app.app_data(web::Data::new(auth.clone())).service(auth.scope("").service(loaded).service(unloaded));
    });
    let calls = batch(&["edit", "edit_without", "edit"]);
    for (path, loads) in [("/loaded", 1), ("/unloaded", 2), ("/unloaded", 3)] {
        let answer = server.post(path).bearer(token().sign()).send_body("application/json", calls.to_string());
        let lacks = json!([-32403, "the caller lacks a required role"]);
        assert_eq!(brought(&answer), [json!("edited"), lacks, json!("edited")]);
        assert_eq!(LOADS.load(Ordering::SeqCst), loads);
    }
}

#[test]
fn nothing_is_admitted_once_the_credentials_have_ended() {
    let answer = server().get("/slow").bearer(token().scope("files:read").expires_in(1).sign()).send();
    let said = r#"error="invalid_token", error_description="the credentials are not valid any more""#;
    let challenge = format!(r#"Bearer realm="orders", {said}, scope="files:read""#);
    Denied::unauthorized("the credentials are not valid any more").challenge(&challenge).check(&answer);
    assert_eq!(server().get("/slow").bearer(scoped("files:read")).send().status, 200);
}

#[test]
fn a_service_behind_a_policy_may_ask_too() {
    let auth = builder().operations(1).build().unwrap();
    let server = Server::start(move |app| {
        let dispatch = async |request: HttpRequest| call("read", &request).await.map(web::Json);
        let service = web::resource("").route(web::get().to(dispatch));
        app.app_data(web::Data::new(auth.clone())).service(auth.scope("").service_as::<anyone>("/service", service));
    });
    server.get("/service").bearer(scoped("files:read")).send().expect(r#""alice""#);
    assert_eq!(server.get("/service").bearer(token().sign()).send().status, 403);
    assert_eq!(server.get("/service").send().status, 401);
}

#[test]
fn policies_of_operations_stand_in_the_table() {
    let table = of_all_tests().policy_table();
    let write = table.operations().iter().find(|row| row.handler().ends_with("operations::write_file")).unwrap();
    assert_eq!(
        write.who(),
        "any valid bearer token; or an API key; in each case with scope files:read and scope files:write"
    );
    assert_eq!((write.path(), write.statuses()), (None, &[400, 401, 403, 429, 503][..]));
    assert!(table.to_string().contains("\n# Operations inside requests\n(no route of its own) "));
    assert!(!table.unmounted().iter().any(|row| row.handler() == write.handler()));
    // What is not said of a function is listed with the named policies.
    assert_eq!(row("operations::ReadFiles").who(), "any valid bearer token with scope files:read");
}
