//! Which method answers a message, and how.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use auth_runtime::Denial;
use rmcp::model::{
    CacheScope, DiscoverResult, ErrorCode, Implementation, InitializeResult, JsonObject, ListToolsResult,
    ProtocolVersion, ServerCapabilities, ToolsCapability,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::message::{Fault, LEGACY, MODERN, Message};
use crate::tools::{self, Call};

/// How long what this server is may be kept, in milliseconds.
const FRESH: u64 = 3_600_000;

/// Answers one message.
///
/// # Errors
/// The denial of a tool, which is the answer of the whole request: 403, the challenge with all scopes of the tool, and where the metadata
/// are ("Runtime Insufficient Scope Errors").
pub(crate) async fn answer(body: &[u8], call: &Call<'_>) -> Result<HttpResponse, Denial> {
    let message = match Message::read(body, call.request) {
        Ok(message) => message,
        Err((id, fault)) => return Ok(refused(id, fault)),
    };
    let Some(id) = message.id.clone() else { return Ok(HttpResponse::Accepted().finish()) };
    Ok(match dispatch(message, call).await? {
        Ok(result) => HttpResponse::Ok().json(json!({ "jsonrpc": "2.0", "id": id, "result": result })),
        Err(fault) => refused(id, fault),
    })
}

fn refused(id: Value, Fault { status, code, message, data }: Fault) -> HttpResponse {
    let mut error = json!({ "code": code, "message": message });
    if let Some(data) = data {
        error["data"] = data;
    }
    HttpResponse::build(status).json(json!({ "jsonrpc": "2.0", "id": id, "error": error }))
}

async fn dispatch(message: Message, call: &Call<'_>) -> Result<Result<Value, Fault>, Denial> {
    let Message { method, mut params, is_modern, .. } = message;
    Ok(match (&*method, is_modern) {
        ("server/discover", true) => value(discovered()),
        ("initialize", false) => value(initialized(&params)),
        ("ping", false) => Ok(json!({})),
        ("tools/list", _) => {
            let mut list = ListToolsResult::with_all_items(tools::permitted(call));
            // Others see other tools, and so does the same caller once it comes with more scopes.
            (list.ttl_ms, list.cache_scope) = (Some(0), Some(CacheScope::Private));
            value(list)
        }
        ("tools/call", _) => {
            let name = params.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let arguments = match params.remove("arguments") {
                Some(Value::Object(arguments)) => arguments,
                _ => JsonObject::new(),
            };
            match tools::call(&name, arguments, call).await? {
                Some(result) => value(result),
                None => Err(Fault::new(StatusCode::OK, ErrorCode::INVALID_PARAMS, "there is no such tool")),
            }
        }
        _ => {
            let status = if is_modern { StatusCode::NOT_FOUND } else { StatusCode::OK };
            Err(Fault::new(status, ErrorCode::METHOD_NOT_FOUND, "there is no such method"))
        }
    })
}

fn value(result: impl Serialize) -> Result<Value, Fault> {
    let failed =
        |_| Fault::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::INTERNAL_ERROR, "the result cannot be sent");
    serde_json::to_value(result).map_err(failed)
}

fn this_server() -> Implementation {
    Implementation::new("files", env!("CARGO_PKG_VERSION"))
}

fn capabilities() -> ServerCapabilities {
    let mut capabilities = ServerCapabilities::default();
    capabilities.tools = Some(ToolsCapability::default());
    capabilities
}

fn discovered() -> DiscoverResult {
    let versions = [MODERN].into_iter().chain(LEGACY).collect();
    DiscoverResult::new(versions, capabilities()).with_server_info(this_server()).with_ttl_ms(FRESH)
}

/// For clients of earlier revisions. There is no session: each request brings its token, and needs nothing else.
fn initialized(params: &JsonObject) -> InitializeResult {
    let wanted = params.get("protocolVersion").and_then(Value::as_str);
    let [newest, ..] = LEGACY;
    let version: ProtocolVersion =
        LEGACY.into_iter().find(|known| wanted == Some(&*known.to_string())).unwrap_or(newest);
    let mut result = InitializeResult::new(capabilities());
    (result.protocol_version, result.server_info) = (version, this_server());
    result
}
