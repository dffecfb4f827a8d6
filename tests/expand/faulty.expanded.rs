::core::compile_error! {
    "unknown scheme `baerer`; did you mean `bearer`?"
}
const _: () = {
    impl ::auth_runtime::__private::Declared for list_users {
        fn declare(&self, __to: &mut ::auth_runtime::__private::Declarations) {
            __to.policy::<::auth_runtime::__private::Faulty>();
        }
    }
};
#[get("/users")]
pub async fn list_users(
    __auth: ::auth_runtime::__private::Authorized<
        ::auth_runtime::__private::Faulty,
        (Bearer<Claims>,),
    >,
) -> ::auth_runtime::__private::Answered<impl Responder> {
    #[allow(clippy::unused_async)]
    async fn list_users(caller: Bearer<Claims>) -> impl Responder {
        format!("hello {}", caller.sub)
    }
    let ((__0,), __terms) = __auth.into_parts();
    #[allow(unreachable_code)]
    let __answer = list_users(__0).await;
    __terms.answer(__answer)
}
