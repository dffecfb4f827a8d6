#[cfg(feature = "generic")]
enum __generic_policy {}
#[cfg(feature = "generic")]
const _: () = {
    impl facade::auth::__private::Policy for __generic_policy {
        const SPEC: facade::auth::__private::PolicySpec = {
            const __AUTH_0: &[facade::auth::__private::SchemeUse] = &[
                facade::auth::__private::SchemeUse::new::<
                    facade::auth::__private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            facade::auth::__private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "generic"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_0,
                presence: facade::auth::__private::Presence::Optional,
                requirement: &facade::auth::__private::Requirement::Authenticated,
                realm: ::core::option::Option::None,
                hide: facade::auth::__private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl facade::auth::__private::MayYield<facade::auth::__private::BearerScheme>
    for __generic_policy {}
    impl facade::auth::__private::MayYield<facade::auth::__private::AnyScheme>
    for __generic_policy {}
    #[facade::auth::__private::linkme::distributed_slice(facade::auth::__private::POLICIES)]
    #[linkme(crate = facade::auth::__private::linkme)]
    static __AUTH_LINKED: facade::auth::__private::Linked = facade::auth::__private::Linked::of::<
        __generic_policy,
    >();
};
#[cfg(feature = "generic")]
async fn generic<'a, S: Store, const N: usize>(
    __auth: facade::auth::__private::Authorized<
        __generic_policy,
        (web::Data<S>, impl FromRequest),
    >,
) -> facade::auth::__private::Answered<impl Responder + use<S, N>>
where
    S: 'a,
{
    #[allow(clippy::unused_async)]
    async fn generic<'a, S: Store, const N: usize>(
        store: web::Data<S>,
        body: impl FromRequest,
    ) -> impl Responder + use<S, N>
    where
        S: 'a,
    {
        store.name()
    }
    facade::auth::__private::assert_argument::<__generic_policy, web::Data<S>>();
    let ((__0, __1), __terms) = __auth.into_parts();
    __terms.answer(generic::<S, N>(__0, __1).await)
}
