enum __health_policy {}
const _: () = {
    impl ::auth_runtime::private::Policy for __health_policy {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "health"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[
                    ::auth_runtime::private::RouteSpec {
                        methods: &["GET"],
                        path: "/health",
                    },
                    ::auth_runtime::private::RouteSpec {
                        methods: &["HEAD"],
                        path: "/health",
                    },
                ],
                schemes: &[],
                presence: ::auth_runtime::private::Presence::Public,
                requirement: &::auth_runtime::private::Requirement::Authenticated,
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::Some("liveness probe"),
            }
        };
    }
    impl ::auth_runtime::private::Declared for health {
        fn declare(&self, __to: &mut ::auth_runtime::private::Declarations) {
            __to.policy::<__health_policy>();
        }
    }
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        __health_policy,
    >();
};
#[routes]
#[get("/health")]
#[head("/health")]
async fn health(
    __auth: ::auth_runtime::private::Authorized<__health_policy, ()>,
) -> ::auth_runtime::private::Answered<&'static str> {
    #[allow(clippy::unused_async)]
    async fn health() -> &'static str {
        "ok"
    }
    let ((), __terms) = __auth.into_parts();
    __terms.answer(health().await)
}
