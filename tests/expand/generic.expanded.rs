#[cfg(feature = "generic")]
enum __generic_policy {}
#[cfg(feature = "generic")]
const _: () = {
    impl facade::auth::private::Policy for __generic_policy {
        const SPEC: facade::auth::private::PolicySpec = {
            const __AUTH_0: &[facade::auth::private::SchemeUse] = &[
                facade::auth::private::SchemeUse::new::<
                    facade::auth::private::BearerScheme,
                >("bearer", ::core::option::Option::None),
            ];
            facade::auth::private::PolicySpec {
                handler: ::core::concat!(::core::module_path!(), "::", "generic"),
                file: ::core::file!(),
                line: ::core::line!(),
                routes: &[],
                schemes: __AUTH_0,
                presence: facade::auth::private::Presence::Optional,
                requirement: &facade::auth::private::Requirement::Authenticated,
                realm: ::core::option::Option::None,
                hide: facade::auth::private::Hide::Nothing,
                shared_cache: false,
                reason: ::core::option::Option::None,
            }
        };
    }
    impl facade::auth::private::MayYield<facade::auth::private::BearerScheme>
    for __generic_policy {}
    impl facade::auth::private::MayYield<facade::auth::private::AnyScheme>
    for __generic_policy {}
    #[facade::auth::private::linkme::distributed_slice(facade::auth::private::POLICIES)]
    #[linkme(crate = facade::auth::private::linkme)]
    static __AUTH_LINKED: facade::auth::private::Linked = facade::auth::private::Linked::of::<
        __generic_policy,
    >();
};
#[cfg(feature = "generic")]
async fn generic<'a, S: Store, const N: usize>(
    __auth: facade::auth::private::Authorized<
        __generic_policy,
        (web::Data<S>, impl FromRequest),
    >,
) -> facade::auth::private::Answered<impl Responder + use<S, N>>
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
    facade::auth::private::assert_argument::<__generic_policy, web::Data<S>>();
    let ((__0, __1), __terms) = __auth.into_parts();
    __terms.answer(generic::<S, N>(__0, __1).await)
}
