//! The tools, and what each of them needs.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use auth_runtime::{Auth, Denial, Principal, requires};
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, Tool};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Texts by owner and name, in memory.
#[derive(Default)]
pub(crate) struct Files(Mutex<BTreeMap<(String, String), String>>);

impl Files {
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.all().is_empty()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<(String, String), String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call of a tool, by whom and in which request.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) request: &'a HttpRequest,
    pub(crate) who: &'a Principal,
    pub(crate) auth: &'a Auth,
    pub(crate) files: &'a Files,
}

impl Call<'_> {
    /// Issuer and subject: another issuer's alice is another.
    fn owner(&self) -> String {
        self.who.key().to_string()
    }
}

#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

#[derive(Deserialize)]
pub(crate) struct Written {
    name: String,
    text: String,
}

#[requires(bearer, scope = "files:read", operation)]
pub(crate) fn list_files(call: &Call<'_>) -> String {
    let (files, owner) = (call.files.all(), call.owner());
    let names = files.keys().filter(|(of, _)| *of == owner).map(|(_, name)| name.as_str());
    names.collect::<Vec<_>>().join("\n")
}

#[requires(bearer, scope = "files:read", operation)]
pub(crate) fn read_file(call: &Call<'_>, file: Named) -> Result<String, String> {
    let text = call.files.all().get(&(call.owner(), file.name)).cloned();
    text.ok_or_else(|| "there is no such file".to_owned())
}

/// Nobody writes without reading: the challenge names both scopes at once.
#[requires(bearer, scope = "files:read files:write", operation)]
pub(crate) fn write_file(call: &Call<'_>, file: Written) -> String {
    let said = format!("{} bytes written", file.text.len());
    call.files.all().insert((call.owner(), file.name), file.text);
    said
}

/// Those that the caller may call.
pub(crate) fn permitted(call: &Call<'_>) -> Vec<Tool> {
    let (text, none) = (json!({ "type": "string" }), json!({}));
    let all = [
        (call.auth.may_admit::<list_files>(call.request), "list_files", "Names of your files", none),
        (call.auth.may_admit::<read_file>(call.request), "read_file", "The text of a file", json!({ "name": text })),
        (
            call.auth.may_admit::<write_file>(call.request),
            "write_file",
            "Writes a file",
            json!({ "name": text, "text": text }),
        ),
    ];
    let permitted = all.into_iter().filter(|(may, ..)| *may);
    permitted.map(|(_, name, description, properties)| Tool::new(name, description, schema(properties))).collect()
}

/// A JSON Schema (2020-12) of an object with these members, all of which must be there.
fn schema(properties: Value) -> JsonObject {
    let required: Vec<_> = properties.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
    let members = [
        ("type", "object".into()),
        ("properties", properties),
        ("required", required.into()),
        ("additionalProperties", false.into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Calls a tool; `None` where there is none of this name.
///
/// # Errors
/// The denial of a caller who may not: it is the answer of the request.
pub(crate) async fn call(name: &str, arguments: JsonObject, call: &Call<'_>) -> Result<Option<CallToolResult>, Denial> {
    let Call { auth, request, .. } = *call;
    let result = match name {
        "list_files" => Ok(list_files(&*auth.admit::<list_files>(request).await?, call)),
        "read_file" => {
            let proof = auth.admit::<read_file>(request).await?;
            read(arguments).and_then(|file| read_file(&proof, call, file))
        }
        "write_file" => {
            let proof = auth.admit::<write_file>(request).await?;
            read(arguments).map(|file| write_file(&proof, call, file))
        }
        _ => return Ok(None),
    };
    Ok(Some(match result {
        Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Err(fault) => CallToolResult::error(vec![ContentBlock::text(fault)]),
    }))
}

/// The model may have made them up: what is wrong is told to it.
fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, String> {
    serde_json::from_value(Value::Object(arguments)).map_err(|error| format!("the arguments do not fit: {error}"))
}
