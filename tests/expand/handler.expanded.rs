enum __list_users_policy {}
const _: () = {
    impl ::auth_runtime::__private::Policy for __list_users_policy {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            const __AUTH_0: &[::auth_runtime::__private::SchemeUse] = &[
                ::auth_runtime::__private::SchemeUse::new::<
                    ::auth_runtime::__private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "list_users"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[
                    ::auth_runtime::__private::RouteSpec {
                        methods: &["GET"],
                        path: "/users",
                    },
                ],
                schemes: __AUTH_0,
                presence: ::auth_runtime::__private::Presence::Required,
                requirement: &::auth_runtime::__private::Requirement::Scope("admin"),
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::__private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::__private::Yields<::auth_runtime::__private::BearerScheme>
    for __list_users_policy {}
    impl ::auth_runtime::__private::Yields<::auth_runtime::__private::AnyScheme>
    for __list_users_policy {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::BearerScheme>
    for __list_users_policy {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::AnyScheme>
    for __list_users_policy {}
    impl ::auth_runtime::__private::Declared for list_users {
        fn declare(&self, __to: &mut ::auth_runtime::__private::Declarations) {
            __to.policy::<__list_users_policy>();
        }
    }
    impl ::auth_runtime::__private::Takes<0> for __list_users_policy {
        type Argument = Bearer<Claims>;
    }
    impl ::auth_runtime::__private::Takes<1> for __list_users_policy {
        type Argument = web::Path<u32>;
    }
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        __list_users_policy,
    >();
};
///Lists users.
#[get("/users")]
pub async fn list_users(
    __auth: ::auth_runtime::__private::Authorized<
        __list_users_policy,
        (
            ::auth_runtime::__private::Argument<__list_users_policy, 0>,
            ::auth_runtime::__private::Argument<__list_users_policy, 1>,
        ),
    >,
) -> ::auth_runtime::__private::Answered<impl Responder> {
    #[instrument(skip_all)]
    #[allow(clippy::unused_async)]
    async fn list_users(
        caller: Bearer<Claims>,
        web::Path(page): web::Path<u32>,
    ) -> impl Responder {
        format!("hello {}, page {page}", caller.sub)
    }
    let (
        (::auth_runtime::__private::Argument(__0), ::auth_runtime::__private::Argument(__1)),
        __terms,
    ) = __auth.into_parts();
    __terms.answer(list_users(__0, __1).await)
}
