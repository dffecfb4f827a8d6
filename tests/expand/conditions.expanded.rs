enum __change_order_policy {}
const _: () = {
    impl ::auth_runtime::private::Policy for __change_order_policy {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            const __AUTH_0: &::core::primitive::str = READ;
            const _: &::core::primitive::str = ::auth_runtime::private::scope(__AUTH_0);
            const __AUTH_2: ::auth_runtime::private::Check = ::auth_runtime::private::Check::new(
                "owns_order",
                |__context| ::auth_runtime::private::run_check::<
                    __change_order_policy,
                    _,
                    _,
                >(owns_order, __context),
            );
            const __AUTH_3: &[::auth_runtime::private::SchemeUse] = &[
                ::auth_runtime::private::SchemeUse::new::<
                    ::auth_runtime::private::BearerScheme,
                >("bearer", ::core::option::Option::Some("partner")),
                ::auth_runtime::private::SchemeUse::new::<
                    ::auth_runtime::private::ApiKeyScheme,
                >("api_key", ::core::option::Option::None),
                ::auth_runtime::private::SchemeUse::new::<
                    my::Webhook,
                >("my::Webhook", ::core::option::Option::None),
            ];
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "change_order"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_3,
                presence: ::auth_runtime::private::Presence::Required,
                requirement: &::auth_runtime::private::Requirement::All(
                    &[
                        ::auth_runtime::private::Requirement::Any(
                            &[
                                ::auth_runtime::private::Requirement::Scope(__AUTH_0),
                                ::auth_runtime::private::Requirement::All(
                                    &[
                                        ::auth_runtime::private::Requirement::Role("ops"),
                                        ::auth_runtime::private::Requirement::Not(
                                            &::auth_runtime::private::Requirement::Role("guest"),
                                        ),
                                    ],
                                ),
                            ],
                        ),
                        ::auth_runtime::private::Requirement::Check(__AUTH_2),
                    ],
                ),
                realm: ::core::option::Option::Some("orders"),
                hide: ::auth_runtime::private::Hide::Everything,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::private::Yields<::auth_runtime::private::AnyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::BearerScheme>
    for __change_order_policy {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::ApiKeyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::private::MayYield<my::Webhook> for __change_order_policy {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::AnyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::private::Takes<0> for __change_order_policy {
        type Argument = web::Path<u64>;
    }
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        __change_order_policy,
    >();
};
async fn change_order(
    __auth: ::auth_runtime::private::Authorized<
        __change_order_policy,
        (::auth_runtime::private::Argument<__change_order_policy, 0>,),
    >,
) -> ::auth_runtime::private::Answered<HttpResponse> {
    #[allow(clippy::unused_async)]
    async fn change_order(id: web::Path<u64>) -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    let ((::auth_runtime::private::Argument(__0),), __terms) = __auth.into_parts();
    __terms.answer(change_order(__0).await)
}
