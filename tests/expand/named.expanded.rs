/// Operators.
pub enum AdminArea {}
const _: () = {
    impl ::auth_runtime::private::Policy for AdminArea {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            const __AUTH_0: &[::auth_runtime::private::SchemeUse] = &[
                ::auth_runtime::private::SchemeUse::new::<
                    ::auth_runtime::private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "AdminArea"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_0,
                presence: ::auth_runtime::private::Presence::Required,
                requirement: &::auth_runtime::private::Requirement::Role("ops"),
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::private::Yields<::auth_runtime::private::BearerScheme>
    for AdminArea {}
    impl ::auth_runtime::private::Yields<::auth_runtime::private::AnyScheme>
    for AdminArea {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::BearerScheme>
    for AdminArea {}
    impl ::auth_runtime::private::MayYield<::auth_runtime::private::AnyScheme>
    for AdminArea {}
    impl ::auth_runtime::private::Includes<AdminArea> for AdminArea {}
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        AdminArea,
    >();
};
enum Strict {}
const _: () = {
    impl ::auth_runtime::private::Policy for Strict {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            const __AUTH_0: ::auth_runtime::private::Requirement = *<AdminArea as ::auth_runtime::private::Policy>::SPEC
                .requirement;
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "Strict"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                requirement: &::auth_runtime::private::Requirement::All(
                    &[__AUTH_0, ::auth_runtime::private::Requirement::Scope("strict")],
                ),
                realm: ::core::option::Option::Some("strict"),
                ..<AdminArea as ::auth_runtime::private::Policy>::SPEC
            }
        };
    }
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::Yields<__Of> for Strict
    where
        AdminArea: ::auth_runtime::private::Yields<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::MayYield<__Of> for Strict
    where
        AdminArea: ::auth_runtime::private::MayYield<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::Includes<__Of> for Strict
    where
        AdminArea: ::auth_runtime::private::Includes<__Of>,
    {}
    impl ::auth_runtime::private::Includes<Strict> for Strict {}
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        Strict,
    >();
};
enum __admin_policy {}
const _: () = {
    impl ::auth_runtime::private::Policy for __admin_policy {
        const SPEC: ::auth_runtime::private::PolicySpec = {
            ::auth_runtime::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "admin"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                ..<AdminArea as ::auth_runtime::private::Policy>::SPEC
            }
        };
    }
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::Yields<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::private::Yields<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::MayYield<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::private::MayYield<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::private::Includes<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::private::Includes<__Of>,
    {}
    impl ::auth_runtime::private::Takes<0> for __admin_policy {
        type Argument = Granted<AdminArea>;
    }
    #[::auth_runtime::private::linkme::distributed_slice(
        ::auth_runtime::private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::private::Linked = ::auth_runtime::private::Linked::of::<
        __admin_policy,
    >();
};
async fn admin(
    __auth: ::auth_runtime::private::Authorized<
        __admin_policy,
        (::auth_runtime::private::Argument<__admin_policy, 0>,),
    >,
) -> ::auth_runtime::private::Answered<&'static str> {
    #[allow(clippy::unused_async)]
    async fn admin(proof: Granted<AdminArea>) -> &'static str {
        "hello"
    }
    let ((::auth_runtime::private::Argument(__0),), __terms) = __auth.into_parts();
    __terms.answer(admin(__0).await)
}
