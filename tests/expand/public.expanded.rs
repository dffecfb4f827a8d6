enum __health_policy {}
const _: () = {
    impl ::auth_runtime::__private::Policy for __health_policy {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "health"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[
                    ::auth_runtime::__private::RouteSpec {
                        methods: &["GET"],
                        path: "/health",
                    },
                    ::auth_runtime::__private::RouteSpec {
                        methods: &["HEAD"],
                        path: "/health",
                    },
                ],
                schemes: &[],
                presence: ::auth_runtime::__private::Presence::Public,
                requirement: &::auth_runtime::__private::Requirement::Authenticated,
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::__private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::Some("liveness probe"),
            }
        };
    }
    impl ::auth_runtime::__private::Declared for health {
        fn declare(&self, __to: &mut ::auth_runtime::__private::Declarations) {
            __to.policy::<__health_policy>();
        }
    }
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        __health_policy,
    >();
};
#[routes]
#[get("/health")]
#[head("/health")]
async fn health(
    __auth: ::auth_runtime::__private::Authorized<__health_policy, ()>,
) -> ::auth_runtime::__private::Answered<&'static str> {
    #[allow(clippy::unused_async)]
    async fn health() -> &'static str {
        "ok"
    }
    let ((), __terms) = __auth.into_parts();
    __terms.answer(health().await)
}
