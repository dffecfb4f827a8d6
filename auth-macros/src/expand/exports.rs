//! Every path of generated code, in one table.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Path;

/// Declares [`Exports`]: a field for each name that generated code uses, with its path below the runtime's `private`.
macro_rules! exports {
    ($($field:ident => $($segment:ident)::+;)+) => {
        /// Absolute paths into the runtime. Generated code names it through nothing else.
        pub(crate) struct Exports {
            $(pub(crate) $field: TokenStream,)+
        }

        impl Exports {
            /// The runtime at `root`, or at `::auth_runtime`.
            pub(crate) fn new(root: Option<&Path>) -> Self {
                let private = match root {
                    Some(root) => quote!(#root::private),
                    None => quote!(::auth_runtime::private),
                };
                Self { $($field: quote!(#private::$($segment)::+),)+ }
            }
        }
    };
}

exports! {
    answered => Answered;
    any_scheme => AnyScheme;
    api_key_scheme => ApiKeyScheme;
    assert_argument => assert_argument;
    authorized => Authorized;
    basic_scheme => BasicScheme;
    bearer_scheme => BearerScheme;
    check => Check;
    claim_name => claim_name;
    claim_value => ClaimValue;
    declarations => Declarations;
    declared => Declared;
    distributed_slice => linkme::distributed_slice;
    faulty => Faulty;
    hide => Hide;
    includes => Includes;
    into_claim_value => IntoClaimValue;
    linked => Linked;
    linkme => linkme;
    may_yield => MayYield;
    policies => POLICIES;
    policy => Policy;
    policy_spec => PolicySpec;
    presence => Presence;
    realm => realm;
    requirement => Requirement;
    requires => requires;
    role => role;
    route_spec => RouteSpec;
    run_check => run_check;
    scheme_use => SchemeUse;
    scope => scope;
    yields => Yields;
}

/// The same tokens at another place, so that the compiler shows that place and nothing wider.
pub(crate) fn at(span: Span, tokens: &TokenStream) -> TokenStream {
    let moved = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), at(span, &group.stream()));
            moved.set_span(span);
            TokenTree::Group(moved)
        }
        mut other => {
            other.set_span(span);
            other
        }
    };
    tokens.clone().into_iter().map(moved).collect()
}
