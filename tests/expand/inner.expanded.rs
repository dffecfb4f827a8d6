#[allow(clippy::unused_async, clippy::too_many_arguments)]
pub(crate) async fn list_users_inner(
    _: &::auth_runtime::__private::Granted<list_users>,
    web::Path(page): web::Path<u32>,
) -> HttpResponse {
    HttpResponse::Ok().finish()
}
#[allow(non_camel_case_types)]
struct list_users;
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
        #[allow(clippy::unused_async)]
        async fn list_users(
            __granted: ::auth_runtime::__private::Granted<list_users>,
            __argument0: web::Path<u32>,
        ) -> HttpResponse {
            list_users_inner(&__granted, __argument0).await
        }
        ::auth_runtime::__private::register2::<
            Self,
            ::auth_runtime::__private::Granted<list_users>,
            web::Path<u32>,
            _,
            _,
            ::auth_runtime::__private::ViaRequest,
        >(list_users, __config);
    }
}
impl ::auth_runtime::__private::Includes<list_users> for list_users {}
