#[requires(optional(bearer), crate = facade::auth)]
#[cfg(feature = "generic")]
async fn generic<'a, S: Store, const N: usize>(
    store: web::Data<S>,
    body: impl FromRequest,
) -> impl Responder + use<S, N>
where
    S: 'a,
{
    store.name()
}
