enum __change_order_policy {}
const _: () = {
    impl ::auth_runtime::__private::Policy for __change_order_policy {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            const __AUTH_0: &::core::primitive::str = READ;
            const _: &::core::primitive::str = ::auth_runtime::__private::scope(__AUTH_0);
            const __AUTH_2: ::auth_runtime::__private::Check = ::auth_runtime::__private::Check::new(
                "owns_order",
                |__context| ::auth_runtime::__private::run_check::<
                    __change_order_policy,
                    _,
                    _,
                >(owns_order, __context),
            );
            const __AUTH_3: &[::auth_runtime::__private::SchemeUse] = &[
                ::auth_runtime::__private::SchemeUse::new::<
                    ::auth_runtime::__private::BearerScheme,
                >("bearer", ::core::option::Option::Some("partner")),
                ::auth_runtime::__private::SchemeUse::new::<
                    ::auth_runtime::__private::ApiKeyScheme,
                >("api_key", ::core::option::Option::None),
                ::auth_runtime::__private::SchemeUse::new::<
                    my::Webhook,
                >("my::Webhook", ::core::option::Option::None),
            ];
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "change_order"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_3,
                presence: ::auth_runtime::__private::Presence::Required,
                requirement: &::auth_runtime::__private::Requirement::All(
                    &[
                        ::auth_runtime::__private::Requirement::Any(
                            &[
                                ::auth_runtime::__private::Requirement::Scope(__AUTH_0),
                                ::auth_runtime::__private::Requirement::All(
                                    &[
                                        ::auth_runtime::__private::Requirement::Role("ops"),
                                        ::auth_runtime::__private::Requirement::Not(
                                            &::auth_runtime::__private::Requirement::Role("guest"),
                                        ),
                                    ],
                                ),
                            ],
                        ),
                        ::auth_runtime::__private::Requirement::Check(__AUTH_2),
                    ],
                ),
                realm: ::core::option::Option::Some("orders"),
                hide: ::auth_runtime::__private::Hide::Everything,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::__private::Yields<::auth_runtime::__private::AnyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::BearerScheme>
    for __change_order_policy {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::ApiKeyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::__private::MayYield<my::Webhook> for __change_order_policy {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::AnyScheme>
    for __change_order_policy {}
    impl ::auth_runtime::__private::Takes<0> for __change_order_policy {
        type Argument = web::Path<u64>;
    }
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        __change_order_policy,
    >();
};
async fn change_order(
    __auth: ::auth_runtime::__private::Authorized<
        __change_order_policy,
        (::auth_runtime::__private::Argument<__change_order_policy, 0>,),
    >,
) -> ::auth_runtime::__private::Answered<HttpResponse> {
    #[allow(clippy::unused_async)]
    async fn change_order(id: web::Path<u64>) -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    let ((::auth_runtime::__private::Argument(__0),), __terms) = __auth.into_parts();
    __terms.answer(change_order(__0).await)
}
