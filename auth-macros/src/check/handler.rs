//! Whether the item can be a handler at all.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{ReturnType, Safety};

use crate::diag::{Sink, written};
use crate::parse::{Dialect, Handler};

/// actix-web has sixteen argument places; the tuple behind `Authorized` keeps all of them for the user.
pub(crate) const MOST_ARGUMENTS: usize = 16;

/// Reports whatever keeps a function from being wrapped.
pub(crate) fn check_handler(handler: &Handler, dialect: Dialect, sink: &Sink) {
    let (signature, attribute) = (&handler.signature, dialect.name());
    let name = signature.ident.unraw();
    for other in &handler.ours {
        let fault = match other.path().segments.last() {
            Some(second) if second.ident == attribute => {
                format!("`#[{attribute}]` given twice on `{name}`; join the two in one attribute")
            }
            _ => format!("`#[requires]` and `#[public]` on the same handler `{name}`; remove one"),
        };
        sink.report(other, fault);
    }
    if let Some(receiver) = signature.receiver() {
        let fault =
            format!("`{name}` is a method; `#[{attribute}]` stands on free functions, so move it out of the `impl`");
        sink.report(receiver, fault);
    }
    if signature.asyncness.is_none() {
        sink.report(signature.fn_token, format!("handler `{name}` must be async"));
    }
    check_qualifiers(handler, &name, sink);
    if matches!(signature.output, ReturnType::Default) {
        let fault = format!("handler `{name}` returns nothing; return what actix-web can send, such as `HttpResponse`");
        sink.report(&signature.ident, fault);
    }
    if let Some(first_too_many) = handler.arguments.get(MOST_ARGUMENTS) {
        let count = handler.arguments.len();
        let fault = format!(
            "handler `{name}` takes {count} arguments; {MOST_ARGUMENTS} is the most, so extract some as one tuple"
        );
        sink.report(&first_too_many.pattern, fault);
    }
    for argument in &handler.arguments {
        for attribute in &argument.attributes {
            if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                let remedy = "write the handler twice, each under its own `cfg`";
                sink.report(attribute, format!("an argument of a handler cannot be conditional; {remedy}"));
            }
        }
    }
}

fn check_qualifiers(handler: &Handler, name: &Ident, sink: &Sink) {
    let signature = &handler.signature;
    let refuse = |tokens: TokenStream, word: &str| {
        sink.report(tokens, format!("handler `{name}` must be a plain async fn; remove `{word}`"));
    };
    if let Some(word) = &signature.constness {
        refuse(word.to_token_stream(), "const");
    }
    if let Safety::Unsafe(word) = &signature.safety {
        refuse(word.to_token_stream(), "unsafe");
    }
    if let Some(abi) = &signature.abi {
        refuse(abi.to_token_stream(), &written(abi));
    }
    if let Some(variadic) = &signature.variadic {
        refuse(variadic.to_token_stream(), "...");
    }
}

/// Anything that is neither a function nor, for `#[requires]`, a module.
pub(crate) fn check_other(item: &TokenStream, dialect: Dialect, sink: &Sink) {
    let attribute = dialect.name();
    let places = if dialect == Dialect::Requires { "an async fn or an inline module" } else { "an async fn" };
    // The first token that is not an attribute: `struct`, `impl`, `pub`.
    let mut tokens = item.clone().into_iter().peekable();
    while matches!(tokens.peek(), Some(proc_macro2::TokenTree::Punct(_))) {
        tokens.next();
        tokens.next();
    }
    let at = tokens.next().map_or_else(|| item.clone(), |token| token.into_token_stream());
    sink.report(at, format!("`#[{attribute}]` stands on {places}; move it to the handler"));
}
