//! What a document says otherwise than its completion.

use std::collections::BTreeMap;

use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::Operation;

use crate::openapi::description::{RULES, json};
use crate::openapi::fault::DescriptionError;
use crate::openapi::operations;

#[allow(clippy::panic)] // it fails a test
#[track_caller]
pub(super) fn assert(api: &OpenApi, completed: Result<OpenApi, DescriptionError>) {
    let differences = match completed {
        Err(error) => error.faults().iter().map(ToString::to_string).collect(),
        Ok(completed) => differences(api, &completed),
    };
    if !differences.is_empty() {
        panic!(
            "the API description and the policies differ:\n- {}\ncomplete the document by `openapi::describe`",
            differences.join("\n- ")
        );
    }
}

fn differences(api: &OpenApi, completed: &OpenApi) -> Vec<String> {
    let mut found = Vec::new();
    let demanded = all(completed);
    for ((path, method), operation) in all(api) {
        match demanded.get(&(path, method.clone())) {
            None => found.push(format!("{method} {path} is hidden by its policy, and in the document")),
            Some(demanded) => {
                let differs = |difference| found.push(format!("{method} {path} {difference}"));
                compare(&operation, demanded, differs);
            }
        }
    }
    let schemas = |api: &OpenApi| api.components.iter().flat_map(|all| all.schemas.keys().cloned()).collect::<Vec<_>>();
    let kept = schemas(completed);
    for name in schemas(api).into_iter().filter(|name| !kept.contains(name)) {
        found.push(format!("schema `{name}` is of hidden routes only, and in the document"));
    }
    let of_document = api.components.as_ref().map(|all| &all.security_schemes);
    let named = completed.components.iter().flat_map(|all| all.security_schemes.keys());
    for name in named.filter(|name| !of_document.is_some_and(|all| all.contains_key(*name))) {
        found.push(format!("security scheme `{name}` is not in the document"));
    }
    found
}

fn all(api: &OpenApi) -> BTreeMap<(&str, String), Operation> {
    let of_path = |(path, item)| operations::of(item).into_iter().map(move |(method, found)| ((path, method), found));
    api.paths.paths.iter().map(|(path, item)| (path.as_str(), item)).flat_map(of_path).collect()
}

fn compare(operation: &Operation, demanded: &Operation, mut differs: impl FnMut(String)) {
    if operation.security != demanded.security {
        let demands = json(&demanded.security);
        match &operation.security {
            None => differs(format!("says no `security`, and its policy {demands}")),
            Some(own) => differs(format!("says `security` {}, and its policy {demands}", json(own))),
        }
    }
    for (status, response) in &demanded.responses.responses {
        match operation.responses.responses.get(status) {
            None => differs(format!("does not describe the response {status}")),
            Some(own) if own != response => {
                differs(format!("does not describe the response {status} as it is answered"))
            }
            Some(_) => {}
        }
    }
    for name in RULES {
        let word = |extensions: &Option<Extensions>| extensions.as_ref().and_then(|all| all.get(name)).cloned();
        match (word(&operation.extensions), word(&demanded.extensions)) {
            (Some(_), None) => differs(format!("tells `{name}`, which this description leaves out")),
            (None, Some(word)) => differs(format!("lacks `{name}` {word}")),
            (Some(own), Some(word)) if own != word => differs(format!("says `{name}` {own}, and its policy {word}")),
            _ => {}
        }
    }
}
