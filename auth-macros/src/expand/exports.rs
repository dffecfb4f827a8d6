//! Every path of generated code, in one table.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _};
use syn::Path;

use crate::check::MOST_ARGUMENTS;

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
    acr => acr;
    answered => Answered;
    api_key_scheme => ApiKeyScheme;
    app_service => AppService;
    argument => Argument;
    authorized => Authorized;
    basic_scheme => BasicScheme;
    bearer_scheme => BearerScheme;
    check => Check;
    client_certificate_scheme => ClientCertificateScheme;
    check_name => check_name;
    claim_name => claim_name;
    claim_value => ClaimValue;
    constant => Constant;
    customized => Customized;
    register_after => register_after;
    run_after => run_after;
    seen => seen;
    debug => Debug;
    declare => declare;
    digest_scheme => DigestScheme;
    dpop_scheme => DpopScheme;
    everything => Everything;
    faulty => Faulty;
    fn_guard => fn_guard;
    future => Future;
    granted => Granted;
    hide => Hide;
    http_service_factory => HttpServiceFactory;
    implies => Implies;
    limit => Limit;
    includes => Includes;
    loading => Loading;
    checked_after => CheckedAfter;
    standalone => standalone;
    tells_authentication => tells_authentication;
    maybe => Maybe;
    no_details => NoDetails;
    nobody => Nobody;
    one_of => OneOf;
    only => Only;
    origin => origin;
    policy => Policy;
    policy_spec => PolicySpec;
    presence => Presence;
    prove => prove;
    public => public;
    realm => realm;
    requirement => Requirement;
    requires => requires;
    resource => Resource;
    role => role;
    route_spec => RouteSpec;
    run_check => run_check;
    describe_after => describe_after;
    run_load => run_load;
    scheme_use => SchemeUse;
    session_scheme => SessionScheme;
    scope => scope;
    via_request => ViaRequest;
    via_token => ViaToken;
    word => word;
    word_type => Word;
}

/// What is done with the user's function.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    Register,
    Run,
}

/// The functions of the runtime that do it, by the number of arguments.
const HANDLERS: [[&[&str]; 2]; MOST_ARGUMENTS + 1] = [
    [&["register0"], &["run0"]],
    [&["register1"], &["run1"]],
    [&["register2"], &["run2"]],
    [&["register3"], &["run3"]],
    [&["register4"], &["run4"]],
    [&["register5"], &["run5"]],
    [&["register6"], &["run6"]],
    [&["register7"], &["run7"]],
    [&["register8"], &["run8"]],
    [&["register9"], &["run9"]],
    [&["register10"], &["run10"]],
    [&["register11"], &["run11"]],
    [&["register12"], &["run12"]],
    [&["register13"], &["run13"]],
    [&["register14"], &["run14"]],
    [&["register15"], &["run15"]],
    [&["register16"], &["run16"]],
];

impl<'a> Exports<'a> {
    /// What takes a function of so many arguments.
    pub(crate) fn handler(&self, way: Way, arguments: usize) -> Export<'a> {
        let [register, run] = HANDLERS.get(arguments).copied().unwrap_or_default();
        let segments = match way {
            Way::Register => register,
            Way::Run => run,
        };
        Export { segments, ..self.policy }
    }
}
