#[cfg(feature = "generic")]
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __generic_policy {}
#[cfg(feature = "generic")]
facade::auth::__private::declare!(
    __generic_policy, "generic", ::core::line!(), facade::auth::__private::Maybe <
    (facade::auth::__private::BearerScheme, ()) >, {}
    .accepting(facade::auth::__private::Presence::Optional, &
    [facade::auth::__private::SchemeUse::new:: < facade::auth::__private::BearerScheme >
    ("bearer")])
);
#[cfg(feature = "generic")]
fn generic<'a, S: Store, const N: usize, __T0: FromRequest>(
    __auth: facade::auth::__private::Authorized<__generic_policy>,
) -> impl facade::auth::__private::Future<
    Output = facade::auth::__private::Answered<impl Responder + use<S, N>>,
>
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
    facade::auth::__private::run2::<
        __generic_policy,
        web::Data<S>,
        __T0,
        _,
        _,
        _,
    >(generic::<S, N>, __auth)
}
