::core::compile_error! {
    "unknown scheme `baerer`; did you mean `bearer`?"
}
#[allow(non_camel_case_types)]
pub struct list_users;
const _: () = {
    impl ::auth_runtime::__private::Policy for list_users {
        const SPEC: ::auth_runtime::__private::PolicySpec = <::auth_runtime::__private::Faulty as ::auth_runtime::__private::Policy>::SPEC;
        type Access = ::auth_runtime::__private::Everything;
    }
    impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of>
    for list_users {}
};
impl ::auth_runtime::__private::HttpServiceFactory for list_users {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use get as _;
        #[allow(dead_code)]
        #[allow(clippy::unused_async)]
        async fn list_users(caller: Bearer<Claims>) -> impl Responder {
            format!("hello {}", caller.sub)
        }
    }
}
