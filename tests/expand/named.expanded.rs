/// Operators.
pub enum AdminArea {}
const _: () = {
    impl ::auth_runtime::__private::Policy for AdminArea {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            const __AUTH_0: &[::auth_runtime::__private::SchemeUse] = &[
                ::auth_runtime::__private::SchemeUse::new::<
                    ::auth_runtime::__private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "AdminArea"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_0,
                presence: ::auth_runtime::__private::Presence::Required,
                requirement: &::auth_runtime::__private::Requirement::Role("ops"),
                realm: ::core::option::Option::None,
                hide: ::auth_runtime::__private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl ::auth_runtime::__private::Yields<::auth_runtime::__private::BearerScheme>
    for AdminArea {}
    impl ::auth_runtime::__private::Yields<::auth_runtime::__private::AnyScheme>
    for AdminArea {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::BearerScheme>
    for AdminArea {}
    impl ::auth_runtime::__private::MayYield<::auth_runtime::__private::AnyScheme>
    for AdminArea {}
    impl ::auth_runtime::__private::Includes<AdminArea> for AdminArea {}
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        AdminArea,
    >();
};
enum Strict {}
const _: () = {
    impl ::auth_runtime::__private::Policy for Strict {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            const __AUTH_0: ::auth_runtime::__private::Requirement = *<AdminArea as ::auth_runtime::__private::Policy>::SPEC
                .requirement;
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "Strict"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                requirement: &::auth_runtime::__private::Requirement::All(
                    &[__AUTH_0, ::auth_runtime::__private::Requirement::Scope("strict")],
                ),
                realm: ::core::option::Option::Some("strict"),
                ..<AdminArea as ::auth_runtime::__private::Policy>::SPEC
            }
        };
    }
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Yields<__Of> for Strict
    where
        AdminArea: ::auth_runtime::__private::Yields<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::MayYield<__Of> for Strict
    where
        AdminArea: ::auth_runtime::__private::MayYield<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of> for Strict
    where
        AdminArea: ::auth_runtime::__private::Includes<__Of>,
    {}
    impl ::auth_runtime::__private::Includes<Strict> for Strict {}
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        Strict,
    >();
};
enum __admin_policy {}
const _: () = {
    impl ::auth_runtime::__private::Policy for __admin_policy {
        const SPEC: ::auth_runtime::__private::PolicySpec = {
            ::auth_runtime::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "admin"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                ..<AdminArea as ::auth_runtime::__private::Policy>::SPEC
            }
        };
    }
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Yields<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::__private::Yields<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::MayYield<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::__private::MayYield<__Of>,
    {}
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of>
    for __admin_policy
    where
        AdminArea: ::auth_runtime::__private::Includes<__Of>,
    {}
    impl ::auth_runtime::__private::Takes<0> for __admin_policy {
        type Argument = Granted<AdminArea>;
    }
    #[::auth_runtime::__private::linkme::distributed_slice(
        ::auth_runtime::__private::POLICIES
    )]
    #[linkme(crate = ::auth_runtime::__private::linkme)]
    static __AUTH_LINKED: ::auth_runtime::__private::Linked = ::auth_runtime::__private::Linked::of::<
        __admin_policy,
    >();
};
async fn admin(
    __auth: ::auth_runtime::__private::Authorized<
        __admin_policy,
        (::auth_runtime::__private::Argument<__admin_policy, 0>,),
    >,
) -> ::auth_runtime::__private::Answered<&'static str> {
    #[allow(clippy::unused_async)]
    async fn admin(proof: Granted<AdminArea>) -> &'static str {
        "hello"
    }
    let ((::auth_runtime::__private::Argument(__0),), __terms) = __auth.into_parts();
    __terms.answer(admin(__0).await)
}
