//! What a caller without a provider's help can see: the answers, the table, the metadata.

use actix_web::http::{StatusCode, header};
use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
use actix_web::{App, web};
use auth_runtime::Auth;
use auth_runtime::testing::{ExpectedDenial, TestIssuer, TestRequestExt as _};
use serde_json::{Value, json};

use crate::tools::Files;

const ORIGIN: &str = "https://files.example";

fn message(method: &str, params: &Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut params = params.clone();
    params["_meta"] = meta;
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

fn asked(issuer: &TestIssuer, scope: &str, method: &str, params: &Value) -> TestRequest {
    let request = TestRequest::post().uri("/mcp").bearer(issuer.token().subject("alice").scope(scope).sign());
    let request = request.insert_header(("MCP-Protocol-Version", "2026-07-28")).insert_header(("Mcp-Method", method));
    let name = params["name"].as_str().unwrap_or_default();
    request.insert_header(("Mcp-Name", name)).set_payload(message(method, params).to_string())
}

fn auth(issuer: &TestIssuer) -> Auth {
    crate::auth(issuer.jwt(), ORIGIN).expect("the configuration is complete")
}

/// Calls the server anew each time, with these files.
macro_rules! call {
    ($auth:expr, $files:expr, $request:expr) => {{
        let app = init_service(App::new().service(crate::services($auth, ORIGIN, $files))).await;
        call_service(&app, $request.to_request()).await
    }};
}

#[actix_web::test]
async fn a_list_has_the_tools_that_the_caller_may_call() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    for (scope, names) in [
        ("files:read", vec!["list_files", "read_file"]),
        ("files:read files:write", vec!["list_files", "read_file", "write_file"]),
    ] {
        let answer = call!(&auth(&issuer), &files, asked(&issuer, scope, "tools/list", &json!({})));
        let listed: Value = read_body_json(answer).await;
        let found: Vec<_> =
            listed["result"]["tools"].as_array().expect("a list").iter().map(|tool| &tool["name"]).collect();
        assert_eq!(found, names, "{listed}");
        assert_eq!(listed["result"]["cacheScope"], "private");
    }
}

#[actix_web::test]
async fn a_call_that_lacks_a_scope_is_challenged_for_all_of_them() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    let write = json!({ "name": "write_file", "arguments": { "name": "a.txt", "text": "hello" } });
    let denied = call!(&auth(&issuer), &files, asked(&issuer, "files:read", "tools/call", &write));
    let metadata = "https://files.example/.well-known/oauth-protected-resource/mcp";
    let scopes = r#"error="insufficient_scope", scope="files:read files:write""#;
    let challenge = format!(r#"Bearer realm="files", {scopes}, resource_metadata="{metadata}""#);
    ExpectedDenial::new(403).challenge(&challenge).assert(denied).await;
    assert!(files.is_empty(), "nothing was written");

    let both = "files:read files:write";
    let written: Value =
        read_body_json(call!(&auth(&issuer), &files, asked(&issuer, both, "tools/call", &write))).await;
    assert_eq!(written["result"]["content"][0]["text"], "5 bytes written");
    let wrong = json!({ "name": "write_file", "arguments": { "name": 7 } });
    let wrong: Value = read_body_json(call!(&auth(&issuer), &files, asked(&issuer, both, "tools/call", &wrong))).await;
    assert_eq!((&wrong["result"]["isError"], &wrong["error"]), (&json!(true), &Value::Null));
}

#[actix_web::test]
async fn files_are_their_owners() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    let write = json!({ "name": "write_file", "arguments": { "name": "a.txt", "text": "hello" } });
    call!(&auth(&issuer), &files, asked(&issuer, "files:read files:write", "tools/call", &write));
    let read = asked(&issuer, "files:read", "tools/call", &json!({ "name": "list_files" }));
    let read = read.bearer(issuer.token().subject("bob").scope("files:read").sign());
    let listed: Value = read_body_json(call!(&auth(&issuer), &files, read)).await;
    assert_eq!(listed["result"]["content"][0]["text"], "");
}

#[actix_web::test]
async fn pages_of_other_origins_are_refused_and_get_is_not_allowed() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    let evil = "https://evil.example";
    for (origins, status) in
        [(&[][..], 200), (&[ORIGIN], 200), (&[evil], 403), (&[ORIGIN, evil], 403), (&[evil, ORIGIN], 403)]
    {
        let request = asked(&issuer, "files:read", "tools/list", &json!({}));
        let request = origins.iter().fold(request, |request, origin| request.append_header((header::ORIGIN, *origin)));
        assert_eq!(call!(&auth(&issuer), &files, request).status(), status, "{origins:?}");
    }
    let get = TestRequest::get().uri("/mcp").bearer(issuer.token().scope("files:read").sign());
    assert_eq!(call!(&auth(&issuer), &files, get).status(), StatusCode::METHOD_NOT_ALLOWED);
}

/// Whoever on the way decides by the headers, or by its own reading of the body, decides about what is done.
#[actix_web::test]
async fn what_could_be_read_in_two_ways_is_not_served() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    let write = json!({ "name": "write_file", "arguments": { "name": "a.txt", "text": "hello" } });
    let good = || asked(&issuer, "files:read files:write", "tools/call", &write);
    let body = message("tools/call", &write).to_string();
    let old = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": write }).to_string();
    const VERSION: &str = r#""io.modelcontextprotocol/protocolVersion""#;
    let before = || TestRequest::post().uri("/mcp").bearer(issuer.token().scope("files:read files:write").sign());
    for (what, request) in [
        ("two names", good().append_header(("Mcp-Name", "read_file"))),
        ("two methods", good().append_header(("Mcp-Method", "tools/list"))),
        ("two versions", good().append_header(("MCP-Protocol-Version", "2025-11-25"))),
        ("another name", good().insert_header(("Mcp-Name", "read_file"))),
        ("another method", good().insert_header(("Mcp-Method", "tools/list"))),
        ("another name, before", before().insert_header(("Mcp-Name", "read_file")).set_payload(old.clone())),
        ("another method, before", before().insert_header(("Mcp-Method", "tools/list")).set_payload(old.clone())),
        ("a member twice", good().set_payload(body.replace(r#""name":"write"#, r#""name":"read_file","name":"write"#))),
        ("a version twice", good().set_payload(body.replace(VERSION, &format!(r#"{VERSION}:"2025-11-25",{VERSION}"#)))),
        ("a method twice", good().set_payload(body.replace(r#""method""#, r#""method":"ping","method""#))),
        ("no id", good().set_payload(body.replace(r#""id":7"#, r#""id":null"#))),
        ("an object for an id", good().set_payload(body.replace(r#""id":7"#, r#""id":{}"#))),
        ("half an id", good().set_payload(body.replace(r#""id":7"#, r#""id":7.5"#))),
    ] {
        let answer = call!(&auth(&issuer), &files, request);
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{what}");
        assert!(files.is_empty(), "{what}: something was written");
    }
    for request in [good(), before().set_payload(old)] {
        assert_eq!(call!(&auth(&issuer), &files, request).status(), StatusCode::OK);
    }
    assert!(!files.is_empty());
}

#[actix_web::test]
async fn each_tool_stands_in_the_policy_table_and_its_scopes_in_the_metadata() {
    let (issuer, files) = (TestIssuer::new(), web::Data::new(Files::default()));
    let auth = auth(&issuer);
    let document = call!(&auth, &files, TestRequest::get().uri("/.well-known/oauth-protected-resource/mcp"));
    let document: Value = read_body_json(document).await;
    assert_eq!(document["scopes_supported"], json!(["files:read", "files:write"]));
    let table = auth.policy_table();
    let rows: Vec<_> = table.operations().iter().map(|row| (row.handler(), row.who())).collect();
    let (read, write) = (
        "any valid bearer token with scope files:read",
        "any valid bearer token with scope files:read and scope files:write",
    );
    let tools = ["list_files", "read_file", "write_file"].map(|name| format!("mcp_server::tools::{name}"));
    assert_eq!(rows, [(&*tools[0], read), (&*tools[1], read), (&*tools[2], write)]);
    assert_eq!(
        table.mounted().iter().filter(|row| row.path() == Some("/mcp")).count(),
        3,
        "one route, by three methods"
    );
}
