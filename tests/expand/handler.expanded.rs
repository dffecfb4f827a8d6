enum __list_users_policy {}
const _: () = {
    impl ::auth_runtime::private::Policy for __list_users_policy {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            const __AUTH_0: &[::auth_runtime::private::SchemeUse] = &[
                ::auth_runtime::private::SchemeUse::new::<
                    ::auth_runtime::private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "list_users"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[
                    ::auth_runtime::private::RouteSpec {
                        methods: &["GET"],
                        path: "/users",
                    },
                ],
                schemes: __AUTH_0,
                presence: ::auth_runtime::private::Presence::Required,
                requirement: &::auth_runtime::private::Requirement::Scope("admin"),
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::private::Yields<::auth_runtime::private::BearerScheme>
    for __list_users_policy {}
    impl ::auth_runtime::private::Yields<::auth_runtime::private::AnyScheme>
    for __list_users_policy {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::BearerScheme>
    for __list_users_policy {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::AnyScheme>
    for __list_users_policy {}
    impl ::auth_runtime::private::Declared for list_users {
        fn declare(&self, __to: &mut ::auth_runtime::private::Declarations) {
            __to.policy::<__list_users_policy>();
        }
    }
    impl ::auth_runtime::private::Takes<0> for __list_users_policy {
        type Argument = Bearer<Claims>;
    }
    impl ::auth_runtime::private::Takes<1> for __list_users_policy {
        type Argument = web::Path<u32>;
    }
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        __list_users_policy,
    >();
};
///Lists users.
#[get("/users")]
pub async fn list_users(
    __auth: ::auth_runtime::private::Authorized<
        __list_users_policy,
        (
            ::auth_runtime::private::Argument<__list_users_policy, 0>,
            ::auth_runtime::private::Argument<__list_users_policy, 1>,
        ),
    >,
) -> ::auth_runtime::private::Answered<impl Responder> {
    #[instrument(skip_all)]
    #[allow(clippy::unused_async)]
    async fn list_users(
        caller: Bearer<Claims>,
        web::Path(page): web::Path<u32>,
    ) -> impl Responder {
        format!("hello {}, page {page}", caller.sub)
    }
    let (
        (::auth_runtime::private::Argument(__0), ::auth_runtime::private::Argument(__1)),
        __terms,
    ) = __auth.into_parts();
    __terms.answer(list_users(__0, __1).await)
}
