//! What the parser makes of single forms; whole attributes are tested in `attribute`.

use quote::quote;

use super::split::split;
use super::{Item, is_ours, is_route, parse_item};
use crate::diag::written;

#[test]
fn lists_are_cut_at_their_own_commas() {
    let (elements, faults) = split(quote!(my::Scheme<A, B>, claim("a", 1), scope = "x",), ',');
    assert!(faults.is_ok());
    let elements: Vec<String> = elements.iter().map(|element| written(&element.tokens)).collect();
    assert_eq!(elements, ["my::Scheme<A, B>", "claim(\"a\", 1)", "scope = \"x\""]);
}

#[test]
fn empty_elements_are_faults() {
    for tokens in [quote!(,), quote!(a,,b), quote!(,a), quote!(a,,)] {
        assert!(split(tokens.clone(), ',').1.is_err(), "{tokens}");
    }
    assert!(split(quote!(), ',').1.is_ok());
    assert!(split(quote!(a,), ',').1.is_ok());
}

#[test]
fn only_attributes_that_lead_here_are_ours() {
    let ours = |tokens| {
        let attribute: syn::Attribute = syn::parse_quote!(#tokens);
        is_ours(&attribute, Some(&syn::parse_quote!(facade::auth)))
    };
    assert_eq!(ours(quote!(#[requires(bearer)])), Some("requires"));
    assert_eq!(ours(quote!(#[auth_runtime::public])), Some("public"));
    assert_eq!(ours(quote!(#[::auth_runtime::__private::requires])), Some("requires"));
    assert_eq!(ours(quote!(#[facade::auth::requires])), Some("requires"));
    assert_eq!(ours(quote!(#[super::public])), Some("public"));
    assert_eq!(ours(quote!(#[contracts::requires(x > 0)])), None);
    assert!(is_route(&syn::parse_quote!(#[actix_web::get("/")])));
    assert!(!is_route(&syn::parse_quote!(#[test])));
}

#[test]
fn bodies_stay_tokens() {
    let Ok(Item::Handler(handler)) = parse_item(quote!(async fn f() { this is + not Rust }), None) else {
        panic!("no handler");
    };
    assert_eq!(handler.body.stream().to_string(), "this is + not Rust");
}
