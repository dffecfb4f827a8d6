mod orders {
    enum __list_policy {}
    const _: () = {
        impl ::auth_runtime::private::Policy for __list_policy {
            const SPEC: ::auth_runtime::private::PolicySpec = {
                const __AUTH_0: &[::auth_runtime::private::SchemeUse] = &[
                    ::auth_runtime::private::SchemeUse::new::<
                        ::auth_runtime::private::BearerScheme,
                    >("bearer", ::core::option::Option::None),
                ];
                ::auth_runtime::private::PolicySpec {
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    routes: &[
                        ::auth_runtime::private::RouteSpec {
                            methods: &["GET"],
                            path: "/orders",
                        },
                    ],
                    schemes: __AUTH_0,
                    presence: ::auth_runtime::private::Presence::Required,
                    requirement: &::auth_runtime::private::Requirement::Scope("orders"),
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
                }
            };
        }
        impl ::auth_runtime::private::Yields<::auth_runtime::private::BearerScheme>
        for __list_policy {}
        impl ::auth_runtime::private::Yields<::auth_runtime::private::AnyScheme>
        for __list_policy {}
        impl ::auth_runtime::private::MayYield<::auth_runtime::private::BearerScheme>
        for __list_policy {}
        impl ::auth_runtime::private::MayYield<::auth_runtime::private::AnyScheme>
        for __list_policy {}
        impl ::auth_runtime::private::Declared for list {
            fn declare(&self, __to: &mut ::auth_runtime::private::Declarations) {
                __to.policy::<__list_policy>();
            }
        }
        #[::auth_runtime::private::linkme::distributed_slice(
            ::auth_runtime::private::POLICIES
        )]
        #[linkme(crate = ::auth_runtime::private::linkme)]
        static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
            __list_policy,
        >();
    };
    #[get("/orders")]
    async fn list(
        __auth: ::auth_runtime::private::Authorized<__list_policy, ()>,
    ) -> ::auth_runtime::private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn list() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(list().await)
    }
    enum __create_policy {}
    const _: () = {
        impl ::auth_runtime::private::Policy for __create_policy {
            const SPEC: ::auth_runtime::private::PolicySpec = {
                const __AUTH_0: &[::auth_runtime::private::SchemeUse] = &[
                    ::auth_runtime::private::SchemeUse::new::<
                        ::auth_runtime::private::BearerScheme,
                    >("bearer", ::core::option::Option::None),
                ];
                ::auth_runtime::private::PolicySpec {
                    handler: ::core::concat!(::core::module_path!(), "::", "create"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    routes: &[
                        ::auth_runtime::private::RouteSpec {
                            methods: &["POST"],
                            path: "/orders",
                        },
                    ],
                    schemes: __AUTH_0,
                    presence: ::auth_runtime::private::Presence::Required,
                    requirement: &::auth_runtime::private::Requirement::All(
                        &[
                            ::auth_runtime::private::Requirement::Scope("orders"),
                            ::auth_runtime::private::Requirement::Role("clerk"),
                        ],
                    ),
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
                }
            };
        }
        impl ::auth_runtime::private::Yields<::auth_runtime::private::BearerScheme>
        for __create_policy {}
        impl ::auth_runtime::private::Yields<::auth_runtime::private::AnyScheme>
        for __create_policy {}
        impl ::auth_runtime::private::MayYield<::auth_runtime::private::BearerScheme>
        for __create_policy {}
        impl ::auth_runtime::private::MayYield<::auth_runtime::private::AnyScheme>
        for __create_policy {}
        impl ::auth_runtime::private::Declared for create {
            fn declare(&self, __to: &mut ::auth_runtime::private::Declarations) {
                __to.policy::<__create_policy>();
            }
        }
        #[::auth_runtime::private::linkme::distributed_slice(
            ::auth_runtime::private::POLICIES
        )]
        #[linkme(crate = ::auth_runtime::private::linkme)]
        static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
            __create_policy,
        >();
    };
    #[post("/orders")]
    async fn create(
        __auth: ::auth_runtime::private::Authorized<__create_policy, ()>,
    ) -> ::auth_runtime::private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn create() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(create().await)
    }
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
                    ],
                    schemes: &[],
                    presence: ::auth_runtime::private::Presence::Public,
                    requirement: &::auth_runtime::private::Requirement::Authenticated,
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
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
    #[get("/health")]
    async fn health(
        __auth: ::auth_runtime::private::Authorized<__health_policy, ()>,
    ) -> ::auth_runtime::private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn health() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(health().await)
    }
    fn helper() {}
}
