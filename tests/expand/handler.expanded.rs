///Lists users.
#[allow(non_camel_case_types)]
pub struct list_users;
::auth_runtime::__private::declare!(
    list_users, "list_users", ::core::line!(), ::auth_runtime::__private::Only <
    ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
    .demanding(::auth_runtime::__private::Requirement::scope("admin")).routed(&
    [::auth_runtime::__private::RouteSpec::new(& ["GET"], "/users")])
);
impl ::auth_runtime::__private::HttpServiceFactory for list_users {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use get as _;
        #[instrument(skip_all)]
        #[allow(clippy::unused_async)]
        async fn list_users(
            caller: Bearer<Claims>,
            web::Path(page): web::Path<u32>,
        ) -> impl Responder {
            format!("hello {}, page {page}", caller.sub)
        }
        ::auth_runtime::__private::register2::<
            Self,
            Bearer<Claims>,
            web::Path<u32>,
            _,
            ::auth_runtime::__private::ViaToken,
            ::auth_runtime::__private::ViaRequest,
        >(list_users, __config);
    }
}
