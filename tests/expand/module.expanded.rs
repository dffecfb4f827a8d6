mod orders {
    #[allow(non_camel_case_types)]
    struct list;
    ::auth_runtime::__private::declare!(
        list, "list", ::core::line!(), ::auth_runtime::__private::Only <
        ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
        .demanding(::auth_runtime::__private::Requirement::scope("orders")).routed(&
        [::auth_runtime::__private::RouteSpec::new(& ["GET"], "/orders")])
    );
    impl ::auth_runtime::__private::HttpServiceFactory for list {
        fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
            #[allow(unused_imports)]
            use get as _;
            #[allow(clippy::unused_async)]
            async fn list() -> &'static str {
                "hello"
            }
            ::auth_runtime::__private::register0::<Self, _>(list, __config);
        }
    }
    #[allow(non_camel_case_types)]
    struct create;
    ::auth_runtime::__private::declare!(
        create, "create", ::core::line!(), ::auth_runtime::__private::Only <
        ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
        .demanding(::auth_runtime::__private::Requirement::All(&
        [::auth_runtime::__private::Requirement::scope("orders"),
        ::auth_runtime::__private::Requirement::role("clerk")])).routed(&
        [::auth_runtime::__private::RouteSpec::new(& ["POST"], "/orders")])
    );
    impl ::auth_runtime::__private::HttpServiceFactory for create {
        fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
            #[allow(unused_imports)]
            use post as _;
            #[allow(clippy::unused_async)]
            async fn create() -> &'static str {
                "hello"
            }
            ::auth_runtime::__private::register0::<Self, _>(create, __config);
        }
    }
    #[allow(non_camel_case_types)]
    struct health;
    ::auth_runtime::__private::declare!(
        health, "health", ::core::line!(), ::auth_runtime::__private::Nobody, {} .open()
        .routed(& [::auth_runtime::__private::RouteSpec::new(& ["GET"], "/health")])
    );
    impl ::auth_runtime::__private::HttpServiceFactory for health {
        fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
            #[allow(unused_imports)]
            use get as _;
            #[allow(clippy::unused_async)]
            async fn health() -> &'static str {
                "hello"
            }
            ::auth_runtime::__private::register0::<Self, _>(health, __config);
        }
    }
    fn helper() {}
}
