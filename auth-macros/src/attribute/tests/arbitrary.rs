//! No token stream panics a macro.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use proptest::prelude::*;
use quote::quote;

use crate::keyword::{KEYWORDS, ROUTES};

fn word() -> impl Strategy<Value = TokenTree> {
    let mut words: Vec<&'static str> = KEYWORDS.iter().map(|(word, _)| *word).collect();
    words.extend(ROUTES.iter().map(|(word, _)| *word));
    words.extend(["requires", "public", "defaults", "failed", "self", "super", "Self", "async", "fn", "mod", "pub"]);
    words.extend(["impl", "where", "const", "unsafe", "extern", "_", "x", "Own", "true", "false", "and", "all", "not"]);
    prop::sample::select(words).prop_map(|word| TokenTree::Ident(Ident::new(word, Span::call_site())))
}

fn literal() -> impl Strategy<Value = TokenTree> {
    let string = prop_oneof![
        Just(String::new()),
        Just("a b".to_owned()),
        Just("from_authenticated".to_owned()),
        any::<String>()
    ];
    prop_oneof![
        string.prop_map(|text| Literal::string(&text)),
        any::<i64>().prop_map(|value| Literal::u64_unsuffixed(value.unsigned_abs())),
        any::<u8>().prop_map(Literal::u8_suffixed),
        Just(Literal::f64_unsuffixed(1.5)),
        any::<char>().prop_map(Literal::character),
        Just(Literal::byte_string(b"bytes")),
        Just("99999999999999999999999999".parse().unwrap()),
        Just("c\"c string\"".parse().unwrap()),
        Just("\"suffixed\"suffix".parse().unwrap()),
    ]
    .prop_map(TokenTree::Literal)
}

fn punct() -> impl Strategy<Value = TokenTree> {
    let chars: Vec<char> = ",,,;=&|!:<>@#.-+?".chars().collect();
    (prop::sample::select(chars), any::<bool>())
        .prop_map(|(c, joint)| TokenTree::Punct(Punct::new(c, if joint { Spacing::Joint } else { Spacing::Alone })))
}

/// Frequent sequences, so that much of what comes out gets past the first check.
fn phrase() -> impl Strategy<Value = Vec<TokenTree>> {
    let phrases = [
        "bearer",
        "any(bearer, basic),",
        "scope = \"read\",",
        "role(\"ops\")",
        "&&",
        "||",
        "claim(\"a\", 1)",
        "check(f::g)",
        ", policy = P::<A, B>",
        "::my::Scheme",
        "crate = a::b,",
        "@defaults { { bearer } { scope = \"x\" } }",
        "@failed {}",
        "async fn f(a: A) -> B { }",
        "fn f(self) {}",
        "mod m { #[get(\"/\")] async fn f() {} #[requires(role = \"x\")] async fn g() {} }",
        "#[get(\"/\")]",
        "#[requires(bearer)]",
        "#[cfg(x)]",
        "pub A: bearer;",
    ];
    prop::sample::select(phrases.to_vec())
        .prop_map(|phrase| phrase.parse::<TokenStream>().unwrap().into_iter().collect())
}

fn tokens() -> impl Strategy<Value = TokenStream> {
    let leaf = prop_oneof![
        3 => word().prop_map(|token| vec![token]),
        1 => literal().prop_map(|token| vec![token]),
        3 => punct().prop_map(|token| vec![token]),
        3 => phrase(),
    ];
    let tree = leaf.prop_recursive(4, 48, 8, |inner| {
        let delimiters = [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
        (prop::sample::select(delimiters.to_vec()), prop::collection::vec(inner, 0..8)).prop_map(
            |(delimiter, inner)| vec![TokenTree::Group(Group::new(delimiter, inner.into_iter().flatten().collect()))],
        )
    });
    prop::collection::vec(tree, 0..12).prop_map(|trees| trees.into_iter().flatten().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_arguments_on_a_handler(arguments in tokens()) {
        let handler = quote!(
            #[get("/")]
            pub async fn handler(a: A, web::Json(b): web::Json<B>) -> impl Responder { a + b }
        );
        for expansion in [
            crate::attribute::requires(arguments.clone(), handler.clone()),
            crate::attribute::public(arguments.clone(), handler),
        ] {
            prop_assert!(expansion.to_string().contains("handler"));
        }
    }

    #[test]
    fn any_arguments_on_a_module(arguments in tokens()) {
        let module = quote!(mod m {
            #[get("/")]
            async fn f() {}
            #[requires(scope = "x")]
            async fn g() {}
            mod n { #[public(replace)] async fn h() {} }
        });
        crate::attribute::requires(arguments, module);
    }

    #[test]
    fn any_item(arguments in tokens(), item in tokens()) {
        crate::attribute::requires(arguments.clone(), item.clone());
        crate::attribute::public(arguments, item);
    }

    #[test]
    fn any_policies(entries in tokens()) {
        crate::attribute::policy(entries);
    }
}
