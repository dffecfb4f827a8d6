//! The operations of a path by their methods, which utoipa keeps in fields.

use utoipa::openapi::PathItem;
use utoipa::openapi::path::Operation;

/// Takes them out, with their methods in capitals.
pub(super) fn take(item: &mut PathItem) -> Vec<(String, Operation)> {
    let others = std::mem::take(&mut item.additional_operations);
    let named = fields(item).into_iter().filter_map(|(method, field)| Some((method.to_owned(), field.take()?)));
    named.chain(others).collect()
}

/// Puts one back.
pub(super) fn put(item: &mut PathItem, method: &str, operation: Operation) {
    if let Some((_, field)) = fields(item).into_iter().find(|(name, _)| *name == method) {
        *field = Some(operation);
    } else {
        item.additional_operations.insert(method.to_owned(), operation);
    }
}

/// All of them, to be looked at.
pub(super) fn of(item: &PathItem) -> Vec<(String, Operation)> {
    take(&mut item.clone())
}

fn fields(item: &mut PathItem) -> [(&'static str, &mut Option<Operation>); 9] {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("OPTIONS", &mut item.options),
        ("HEAD", &mut item.head),
        ("PATCH", &mut item.patch),
        ("TRACE", &mut item.trace),
        ("QUERY", &mut item.query),
    ]
}
