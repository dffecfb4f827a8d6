mod orders {
    enum __list_policy {}
    const _: () = {
        impl ::auth_runtime::__private::Policy for __list_policy {
            const SPEC: ::auth_runtime::__private::PolicySpec = {
                const __AUTH_0: &[::auth_runtime::__private::SchemeUse] = &[
                    ::auth_runtime::__private::SchemeUse::new::<
                        ::auth_runtime::__private::BearerScheme,
                    >("bearer", ::core::option::Option::None),
                ];
                ::auth_runtime::__private::PolicySpec {
                    handler: ::core::concat!(::core::module_path!(), "::", "list"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    routes: &[
                        ::auth_runtime::__private::RouteSpec {
                            methods: &["GET"],
                            path: "/orders",
                        },
                    ],
                    schemes: __AUTH_0,
                    presence: ::auth_runtime::__private::Presence::Required,
                    requirement: &::auth_runtime::__private::Requirement::Scope("orders"),
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::__private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
                }
            };
        }
        impl ::auth_runtime::__private::Yields<::auth_runtime::__private::BearerScheme>
        for __list_policy {}
        impl ::auth_runtime::__private::Yields<::auth_runtime::__private::AnyScheme>
        for __list_policy {}
        impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::BearerScheme>
        for __list_policy {}
        impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::AnyScheme>
        for __list_policy {}
        impl ::auth_runtime::__private::Declared for list {
            fn declare(&self, __to: &mut ::auth_runtime::__private::Declarations) {
                __to.policy::<__list_policy>();
            }
        }
        #[::auth_runtime::__private::linkme::distributed_slice(
            ::auth_runtime::__private::POLICIES
        )]
        #[linkme(crate = ::auth_runtime::__private::linkme)]
        static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
            __list_policy,
        >();
    };
    #[get("/orders")]
    async fn list(
        __auth: ::auth_runtime::__private::Authorized<__list_policy, ()>,
    ) -> ::auth_runtime::__private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn list() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(list().await)
    }
    enum __create_policy {}
    const _: () = {
        impl ::auth_runtime::__private::Policy for __create_policy {
            const SPEC: ::auth_runtime::__private::PolicySpec = {
                const __AUTH_0: &[::auth_runtime::__private::SchemeUse] = &[
                    ::auth_runtime::__private::SchemeUse::new::<
                        ::auth_runtime::__private::BearerScheme,
                    >("bearer", ::core::option::Option::None),
                ];
                ::auth_runtime::__private::PolicySpec {
                    handler: ::core::concat!(::core::module_path!(), "::", "create"),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    routes: &[
                        ::auth_runtime::__private::RouteSpec {
                            methods: &["POST"],
                            path: "/orders",
                        },
                    ],
                    schemes: __AUTH_0,
                    presence: ::auth_runtime::__private::Presence::Required,
                    requirement: &::auth_runtime::__private::Requirement::All(
                        &[
                            ::auth_runtime::__private::Requirement::Scope("orders"),
                            ::auth_runtime::__private::Requirement::Role("clerk"),
                        ],
                    ),
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::__private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
                }
            };
        }
        impl ::auth_runtime::__private::Yields<::auth_runtime::__private::BearerScheme>
        for __create_policy {}
        impl ::auth_runtime::__private::Yields<::auth_runtime::__private::AnyScheme>
        for __create_policy {}
        impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::BearerScheme>
        for __create_policy {}
        impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::AnyScheme>
        for __create_policy {}
        impl ::auth_runtime::__private::Declared for create {
            fn declare(&self, __to: &mut ::auth_runtime::__private::Declarations) {
                __to.policy::<__create_policy>();
            }
        }
        #[::auth_runtime::__private::linkme::distributed_slice(
            ::auth_runtime::__private::POLICIES
        )]
        #[linkme(crate = ::auth_runtime::__private::linkme)]
        static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
            __create_policy,
        >();
    };
    #[post("/orders")]
    async fn create(
        __auth: ::auth_runtime::__private::Authorized<__create_policy, ()>,
    ) -> ::auth_runtime::__private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn create() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(create().await)
    }
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
                    ],
                    schemes: &[],
                    presence: ::auth_runtime::__private::Presence::Public,
                    requirement: &::auth_runtime::__private::Requirement::Authenticated,
                    realm: ::core::option::Option::None,
                    hide: ::auth_runtime::__private::Hide::Nothing,
                    shared_cache: false,
                    reason: ::core::option::Option::None,
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
    #[get("/health")]
    async fn health(
        __auth: ::auth_runtime::__private::Authorized<__health_policy, ()>,
    ) -> ::auth_runtime::__private::Answered<&'static str> {
        #[allow(clippy::unused_async)]
        async fn health() -> &'static str {
            "hello"
        }
        let ((), __terms) = __auth.into_parts();
        __terms.answer(health().await)
    }
    fn helper() {}
}
