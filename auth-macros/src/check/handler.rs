//! Whether the item can be a handler at all.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, GenericParam, ReturnType, Safety, Signature, Token, Type, Visibility};

use crate::diag::{Sink, written};
use crate::parse::{Argument, Block, Dialect, Handler, mentions};

/// actix-web has sixteen argument places; the tuple behind `Authorized` keeps all of them for the user.
pub(crate) const MOST_ARGUMENTS: usize = 16;

/// Reports whatever keeps a function from being wrapped.
pub(crate) fn check_handler(handler: &Handler, dialect: Dialect, sink: &Sink) {
    let (signature, attribute) = (&handler.signature, dialect.name());
    let name = signature.ident.unraw();
    check_ours(handler, dialect, sink);
    check_place(handler, &name, attribute, sink);
    if signature.asyncness.is_none() {
        sink.report(signature.fn_token, format!("handler `{name}` must be async"));
    }
    check_qualifiers(handler, &name, sink);
    if matches!(&signature.output, ReturnType::Default)
        || matches!(&signature.output, ReturnType::Type(_, output) if is_nothing(output))
    {
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
        check_owned(argument, &name, sink);
        for attribute in &argument.attributes {
            if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
                let remedy = "write the handler twice, each under its own `cfg`";
                sink.report(attribute, format!("an argument of a handler cannot be conditional; {remedy}"));
            }
        }
    }
}

/// Reports a second attribute of ours.
pub(crate) fn check_ours(handler: &Handler, dialect: Dialect, sink: &Sink) {
    let (name, attribute) = (handler.signature.ident.unraw(), dialect.name());
    for other in &handler.ours {
        let fault = match other.path().segments.last() {
            Some(second) if second.ident == attribute => {
                format!("`#[{attribute}]` given twice on `{name}`; join the two in one attribute")
            }
            _ => format!("`#[requires]` and `#[public]` on the same handler `{name}`; remove one"),
        };
        sink.report(other, fault);
    }
}

/// A handler is a free function, so that a type can stand beside it.
fn check_place(handler: &Handler, name: &Ident, attribute: &str, sink: &Sink) {
    let (kind, around): (_, &dyn ToTokens) = match (handler.signature.receiver(), handler.block()) {
        (Some(receiver), _) => ("a method", receiver),
        (None, Block::Other) => return,
        (None, _) => ("an associated function", &handler.signature.ident),
    };
    let block = if handler.block() == Block::Trait { "trait" } else { "impl" };
    let remedy = format!("`#[{attribute}]` stands on free functions, so move it out of the `{block}`");
    sink.report(around, format!("`{name}` is {kind}; {remedy}"));
}

/// A route attribute mounts one function: nothing there says which of those that a generic one stands for.
pub(crate) fn check_generics(handler: &Handler, sink: &Sink) {
    let Some(route) = handler.routes.first() else { return };
    let (name, parameters) = (handler.signature.ident.unraw(), &handler.signature.generics.params);
    let parameter = parameters.iter().find(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    let named = parameter.map(ToTokens::to_token_stream);
    let unnamed = || {
        let types = handler.arguments.iter().map(|argument| argument.ty.to_token_stream());
        types.into_iter().find(|ty| mentions(ty.clone(), &["impl"]))
    };
    let Some(generic) = named.or_else(unnamed) else { return };
    let route = written(route.path());
    let fault = format!("handler `{name}` is generic, and `#[{route}]` mounts one function");
    let remedy = format!("name the type, or remove `#[{route}]` and mount it by `route::get().to({name}::<…>)`");
    sink.report(generic, format!("{fault}; {remedy}"));
}

fn is_nothing(output: &Type) -> bool {
    matches!(output, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// What a handler takes is made for it: there is nobody to borrow it from.
fn check_owned(argument: &Argument, name: &Ident, sink: &Sink) {
    let Type::Reference(reference) = &argument.ty else { return };
    if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static") {
        return;
    }
    let owned = match written(&reference.elem).as_str() {
        "str" => "String".to_owned(),
        "[u8]" => "web::Bytes".to_owned(),
        other => other.to_owned(),
    };
    let borrowed = written(&argument.ty).replacen("& ", "&", 1);
    let fault = format!("handler `{name}` borrows `{borrowed}`, but owns what it takes");
    sink.report(&argument.ty, format!("{fault}; take `{owned}`"));
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
    if let Some(function) = function_without_body(item) {
        let fault = format!(
            "`{}` has no body; `#[{attribute}]` stands on a free function that has one, so move it there",
            function.unraw()
        );
        sink.report(function, fault);
        return;
    }
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

/// The name of a function that a trait or an `extern` block only declares.
fn function_without_body(item: &TokenStream) -> Option<Ident> {
    let parser = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let signature: Signature = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(signature.ident)
    };
    parser.parse2(item.clone()).ok()
}
