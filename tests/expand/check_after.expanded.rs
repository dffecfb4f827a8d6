#[allow(non_camel_case_types)]
struct lock;
::auth_runtime::__private::declare!(
    lock, "lock", ::core::line!(), ::auth_runtime::__private::CheckedAfter <
    ::auth_runtime::__private::Loading < ::auth_runtime::__private::Only <
    ::auth_runtime::__private::BearerScheme >, Order > >, { const __AUTH_0 :
    ::auth_runtime::__private::Check =
    ::auth_runtime::__private::Check::new("load_order(Limit::SMALL) -> Order",
    ::auth_runtime::__private::origin!("load_order(Limit::SMALL) -> Order", "lock", 0),
    || ::auth_runtime::__private::check_name(& load_order, & [& Limit::SMALL as & dyn
    ::auth_runtime::__private::Debug]), | __context |
    ::auth_runtime::__private::run_load:: < lock, Order, (_,), _, _, _ > (load_order, ||
    (Limit::SMALL,), __context),); const __AUTH_1 : ::auth_runtime::__private::Check =
    ::auth_runtime::__private::Check::after("may_lock(body)", ||
    ::auth_runtime::__private::check_name(& may_lock, & [&
    ::core::format_args!("body")]), | __context |
    ::auth_runtime::__private::describe_after:: < lock, (_,), _, _, _ > (may_lock,
    __context)); } .requiring:: < Self::Access > ()
    .demanding(::auth_runtime::__private::Requirement::Check(__AUTH_0)).routed(&
    [::auth_runtime::__private::RouteSpec::new(& ["POST"], "/orders/{id}")])
    .checked_after(& __AUTH_1)
);
impl ::auth_runtime::__private::HttpServiceFactory for lock {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use post as _;
        #[allow(clippy::unused_async)]
        async fn lock(order: Checked<Order>, body: web::Json<Lock>) -> HttpResponse {
            HttpResponse::Ok().finish()
        }
        ::auth_runtime::__private::register_after::<
            Self,
            (Checked<Order>, web::Json<Lock>),
            (_, ::auth_runtime::__private::ViaRequest),
            _,
        >(
            lock,
            |__arguments, __context| ::auth_runtime::__private::run_check::<
                Self,
                (_,),
                _,
                _,
                _,
            >(
                may_lock,
                || (::auth_runtime::__private::seen(&__arguments.1),),
                __context,
            ),
            __config,
        );
    }
}
