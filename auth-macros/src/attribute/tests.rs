//! The whole macros, on token streams.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;

mod arbitrary;
mod keywords;
mod logic;
mod messages;
mod snapshots;

/// Faults of the expansion, in order.
fn faults(expansion: &TokenStream) -> Vec<String> {
    let file: syn::File = syn::parse2(expansion.clone()).unwrap_or_else(|error| panic!("{error}: {expansion}"));
    file.items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.segments.last().unwrap().ident == "compile_error" => {
                Some(syn::parse2::<syn::LitStr>(item.mac.tokens.clone()).unwrap().value())
            }
            _ => None,
        })
        .collect()
}

/// Faults of `#[requires(arguments)]` on a handler.
fn faults_of(arguments: &str) -> Vec<String> {
    let handler = quote!(
        async fn handler() -> &'static str {
            ""
        }
    );
    faults(&super::requires(arguments.parse().unwrap(), handler))
}

#[test]
fn all_faults_of_an_attribute_are_reported() {
    let found = faults_of(r#"baerer, scop = "read", rolle("ops") && claim("tenant"), realm = 1, hiden"#);
    assert_eq!(found.len(), 6, "{found:#?}");
}

#[test]
fn a_condition_out_of_a_macro_stays_together_as_in_parentheses() {
    let handler = quote!(
        async fn handler() -> &'static str {
            ""
        }
    );
    let expansion = |arguments: TokenStream| super::requires(arguments, handler.clone());
    let fragment = |tokens| Group::new(Delimiter::None, tokens);
    let either = quote!(role("a") || role("b"));
    let given = fragment(either.clone());
    let (scope, both) = (fragment(quote!(scope)), fragment(quote!(role("a") && role("b"))));
    let nested = fragment(quote!(scope("x") && #given));
    let neither = fragment(quote!(!role("a") || role("b")));
    let deep = fragment(quote!(#neither && scope("y")));
    for (written, meant) in [
        (quote!(bearer, scope("x") && #given), quote!(bearer, scope("x") && (#either))),
        (quote!(bearer, #given && scope("x")), quote!(bearer, (#either) && scope("x"))),
        (quote!(bearer, !#both), quote!(bearer, !(role("a") && role("b")))),
        (quote!(bearer, #nested), quote!(bearer, scope("x") && (#either))),
        (quote!(bearer, #given), quote!(bearer, #either)),
        (quote!(any(api_key, bearer && #given)), quote!(any(api_key, bearer && (#either)))),
        (quote!(bearer, #scope("x") && #given), quote!(bearer, scope("x") && (#either))),
        (quote!(bearer, scope("x") && #neither), quote!(bearer, scope("x") && (!role("a") || role("b")))),
        (quote!(bearer, !#neither), quote!(bearer, !(!role("a") || role("b")))),
        (quote!(bearer, #neither && scope("x")), quote!(bearer, (!role("a") || role("b")) && scope("x"))),
        (quote!(any(api_key, bearer && #neither)), quote!(any(api_key, bearer && (!role("a") || role("b"))))),
        (quote!(bearer, #deep), quote!(bearer, (!role("a") || role("b")) && scope("y"))),
    ] {
        let (given, meant) = (expansion(written.clone()), expansion(meant));
        assert_eq!(faults(&meant), Vec::<String>::new());
        assert_eq!(given.to_string(), meant.to_string(), "{written}");
    }
}

#[test]
fn a_faulty_handler_keeps_its_shape() {
    let handler = quote!(
        #[doc = "Documented."]
        #[get("/")]
        #[instrument]
        pub async fn handler(caller: Bearer) -> impl Responder {
            ""
        }
    );
    let expansion = super::requires(quote!(baerer), handler).to_string();
    for kept in
        ["Documented.", "pub struct handler", "use get as _", "# [instrument]", "async fn handler", "caller : Bearer"]
    {
        assert!(expansion.contains(kept), "{kept}: {expansion}");
    }
}

#[test]
fn a_condition_of_many_clauses_is_still_fast() {
    let mut condition = String::from("role(\"r0\")");
    for index in 1..120 {
        let operator = if index % 2 == 0 { "&&" } else { "||" };
        condition = format!("role(\"r{index}\") {operator} ({condition})");
        if index % 60 == 0 {
            condition = format!("({condition}) && role(\"again{index}\")");
        }
    }
    // Nested too deeply, which is said at once instead of overflowing the stack.
    assert!(faults_of(&format!("bearer, {condition}"))[0].contains("nested deeper"));
    let wide: Vec<String> = (0..200).map(|index| format!("(role(\"a{index}\") || role(\"b{index}\"))")).collect();
    assert_eq!(faults_of(&format!("bearer, {}", wide.join(" && "))), Vec::<String>::new());
}

/// Run by `.ci/run` with `--no-default-features`.
#[cfg(not(any(feature = "basic", feature = "session")))]
#[test]
fn a_scheme_without_its_feature_names_it() {
    for scheme in ["basic", "session"] {
        let remedy =
            format!("scheme `{scheme}` needs the feature `{scheme}` of auth-runtime; enable it in `Cargo.toml`");
        for arguments in [scheme.to_owned(), format!("any(bearer, {scheme}(\"staff\"))")] {
            assert_eq!(faults_of(&arguments), [&*remedy]);
        }
    }
}
