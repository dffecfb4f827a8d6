//! A message of JSON-RPC as it comes by HTTP, and what must agree in both.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{ErrorCode, JsonObject, ProtocolVersion};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Revisions that begin with `initialize`, the newest first; the newest of all is without.
pub(crate) const LEGACY: [ProtocolVersion; 3] =
    [ProtocolVersion::V_2025_11_25, ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_03_26];
pub(crate) const MODERN: ProtocolVersion = ProtocolVersion::V_2026_07_28;

const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// One request or notification.
pub(crate) struct Message {
    /// `None` for a notification, which nobody answers.
    pub(crate) id: Option<Value>,
    pub(crate) method: String,
    pub(crate) params: JsonObject,
    pub(crate) is_modern: bool,
}

/// Why a message is not served.
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    pub(crate) code: ErrorCode,
    pub(crate) message: String,
    pub(crate) data: Option<Value>,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), data: None }
    }

    fn bad_request(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }
}

/// What header and body must agree in stands once in the body, or else others who read it could take another one.
#[derive(Deserialize)]
struct Once {
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "method")]
    _method: Option<IgnoredAny>,
    #[serde(rename = "params")]
    _params: Option<OnceInParams>,
}

#[derive(Deserialize)]
struct OnceInParams {
    #[serde(rename = "name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "uri")]
    _uri: Option<IgnoredAny>,
    #[serde(rename = "_meta")]
    _meta: Option<OnceInMeta>,
}

#[derive(Deserialize)]
struct OnceInMeta {
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    _version: Option<IgnoredAny>,
    #[serde(rename = "io.modelcontextprotocol/clientCapabilities")]
    _capabilities: Option<IgnoredAny>,
}

impl Message {
    /// Reads a body; what is wrong with it is said with its id, as far as there is one.
    pub(crate) fn read(body: &[u8], request: &HttpRequest) -> Result<Self, (Value, Fault)> {
        let read = serde_json::from_slice::<Once>(body).and_then(|_| serde_json::from_slice(body));
        let body: JsonObject = read.map_err(|_| {
            let fault =
                Fault::bad_request(ErrorCode::INVALID_REQUEST, "the body must be one JSON-RPC request or notification");
            (Value::Null, fault)
        })?;
        let id = body.get("id").cloned();
        if id.as_ref().is_some_and(|id| !id.is_string() && !id.is_i64() && !id.is_u64()) {
            let fault = Fault::bad_request(ErrorCode::INVALID_REQUEST, "the id must be a string or an integer");
            return Err((Value::Null, fault));
        }
        let of_id = |fault| (id.clone().unwrap_or_default(), fault);
        let params = body.get("params").and_then(Value::as_object).cloned().unwrap_or_default();
        let method = body.get("method").and_then(Value::as_str).filter(|_| body.get("jsonrpc") == Some(&json!("2.0")));
        let method =
            method.ok_or_else(|| Fault::bad_request(ErrorCode::INVALID_REQUEST, "not a message of JSON-RPC 2.0"));
        let method = method.map_err(of_id)?.to_owned();
        let header = field(request, "mcp-protocol-version").map_err(of_id)?;
        let is_legacy = header.is_none_or(|header| LEGACY.iter().any(|known| known.to_string() == header));
        let meta = params.get("_meta").and_then(Value::as_object);
        let is_modern = !is_legacy || meta.is_some_and(|meta| meta.contains_key(VERSION));
        let message = Self { id: id.clone(), method, params, is_modern };
        message.check_names(request).map_err(of_id)?;
        if is_modern {
            message.check_version(header).map_err(of_id)?;
        }
        Ok(message)
    }

    /// Header and body must say the same, whoever on the way has read the one and not the other ("Server Validation"). Revisions before
    /// the newest have no such headers; where one is sent, it counts.
    fn check_names(&self, request: &HttpRequest) -> Result<(), Fault> {
        let said = |name| self.params.get(name).and_then(Value::as_str);
        let name = match &*self.method {
            "tools/call" | "prompts/get" => said("name"),
            "resources/read" => said("uri"),
            _ => None,
        };
        let method = field(request, "mcp-method")?;
        if method.map_or(self.is_modern, |method| method != self.method) {
            return Err(mismatch("Mcp-Method"));
        }
        let field = field(request, "mcp-name")?;
        if field.map_or(self.is_modern && name.is_some(), |field| name.is_some() && decoded(field).as_deref() != name) {
            return Err(mismatch("Mcp-Name"));
        }
        Ok(())
    }

    /// The newest revision says with each message that it is spoken.
    fn check_version(&self, version: Option<&str>) -> Result<(), Fault> {
        let invalid = |what| Fault::bad_request(ErrorCode::INVALID_PARAMS, format!("`_meta` lacks `{what}`"));
        let meta = self.params.get("_meta").and_then(Value::as_object);
        let requested = meta.and_then(|meta| meta.get(VERSION)).and_then(Value::as_str);
        if version.is_none() || requested.is_some_and(|requested| Some(requested) != version) {
            return Err(mismatch("MCP-Protocol-Version"));
        }
        let requested = requested.ok_or_else(|| invalid(VERSION))?;
        if requested != MODERN.to_string() {
            let supported: Vec<_> = [MODERN].iter().chain(&LEGACY).map(ToString::to_string).collect();
            let data = Some(json!({ "supported": supported, "requested": requested }));
            let fault = Fault::bad_request(ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, "unsupported protocol version");
            return Err(Fault { data, ..fault });
        }
        match meta.and_then(|meta| meta.get(CAPABILITIES)) {
            Some(Value::Object(_)) => Ok(()),
            _ => Err(invalid(CAPABILITIES)),
        }
    }
}

fn mismatch(name: &str) -> Fault {
    Fault::bad_request(ErrorCode::HEADER_MISMATCH, format!("header mismatch: {name}"))
}

/// A field of one line: of two, somebody on the way may have read the other one.
fn field<'a>(request: &'a HttpRequest, name: &str) -> Result<Option<&'a str>, Fault> {
    let mut lines = request.headers().get_all(name);
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(line), None) => line.to_str().map(|line| Some(line.trim())).map_err(|_| mismatch(name)),
        (Some(_), Some(_)) => Err(mismatch(name)),
    }
}

/// A name that is not plain ASCII comes as `=?base64?…?=` ("Value Encoding").
fn decoded(value: &str) -> Option<String> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        Some(encoded) => String::from_utf8(STANDARD.decode(encoded).ok()?).ok(),
        None => Some(value.to_owned()),
    }
}
