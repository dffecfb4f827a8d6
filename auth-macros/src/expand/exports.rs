//! Every path of generated code, in one table.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _};
use syn::Path;

/// Declares [`Exports`]: a field for each name that generated code uses, with its path below the runtime's `__private`.
macro_rules! exports {
    ($($field:ident => $($segment:ident)::+;)+) => {
        /// Absolute paths into the runtime. Generated code names it through nothing else.
        pub(crate) struct Exports<'a> {
            $(pub(crate) $field: Export<'a>,)+
        }

        impl<'a> Exports<'a> {
            /// The runtime at `root`, or at `::auth_runtime`.
            pub(crate) fn new(root: Option<&'a Path>) -> Self {
                Self { $($field: Export { root, segments: &[$(stringify!($segment)),+], span: None },)+ }
            }
        }
    };
}

/// One of them. It becomes tokens only where it is used: every expansion has the whole table and uses a part.
#[derive(Clone, Copy)]
pub(crate) struct Export<'a> {
    root: Option<&'a Path>,
    segments: &'static [&'static str],
    span: Option<Span>,
}

impl Export<'_> {
    /// The same path at another place, so that the compiler shows that place and nothing wider.
    pub(crate) fn at(self, span: Span) -> Self {
        Self { span: Some(span), ..self }
    }
}

impl ToTokens for Export<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let span = self.span.unwrap_or_else(Span::call_site);
        let segments = ["__private"].iter().chain(self.segments);
        match self.root {
            Some(root) if self.span.is_some() => tokens.extend(moved(span, root.to_token_stream())),
            Some(root) => root.to_tokens(tokens),
            None => segment("auth_runtime", span, tokens),
        }
        segments.for_each(|name| segment(name, span, tokens));
    }
}

/// `::name`
fn segment(name: &str, span: Span, tokens: &mut TokenStream) {
    for spacing in [Spacing::Joint, Spacing::Alone] {
        let mut colon = Punct::new(':', spacing);
        colon.set_span(span);
        tokens.append(colon);
    }
    tokens.append(Ident::new(name, span));
}

fn moved(span: Span, tokens: TokenStream) -> TokenStream {
    let each = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut there = Group::new(group.delimiter(), moved(span, group.stream()));
            there.set_span(span);
            TokenTree::Group(there)
        }
        mut other => {
            other.set_span(span);
            other
        }
    };
    tokens.into_iter().map(each).collect()
}

exports! {
    answered => Answered;
    any_scheme => AnyScheme;
    api_key_scheme => ApiKeyScheme;
    argument => Argument;
    assert_argument => assert_argument;
    authorized => Authorized;
    basic_scheme => BasicScheme;
    bearer_scheme => BearerScheme;
    check => Check;
    claim_name => claim_name;
    claim_value => ClaimValue;
    declarations => Declarations;
    declared => Declared;
    digest_scheme => DigestScheme;
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
    takes => Takes;
    yields => Yields;
}
