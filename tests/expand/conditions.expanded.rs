#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __change_order_policy {}
::auth_runtime::__private::declare!(
    __change_order_policy, "change_order", ::core::line!(),
    ::auth_runtime::__private::OneOf < (::auth_runtime::__private::BearerScheme,
    (::auth_runtime::__private::ApiKeyScheme, (my::Webhook, ()))) >, { const __AUTH_0 : &
    ::core::primitive::str = ::auth_runtime::__private::Constant::new(READ).text(); const
    _ : & ::core::primitive::str = ::auth_runtime::__private::scope(__AUTH_0); const
    __AUTH_2 : ::auth_runtime::__private::Check =
    ::auth_runtime::__private::Check::new("owns_order",
    ::auth_runtime::__private::origin!("owns_order", "__change_order_policy", 2), ||
    ::auth_runtime::__private::check_name(& owns_order, & []), | __context |
    ::auth_runtime::__private::run_check:: < __change_order_policy, (), _, _, _ >
    (owns_order, || (), __context),); }
    .accepting(::auth_runtime::__private::Presence::Required, &
    [::auth_runtime::__private::SchemeUse::new:: <
    ::auth_runtime::__private::BearerScheme > ("bearer").configured("partner"),
    ::auth_runtime::__private::SchemeUse::new:: < ::auth_runtime::__private::ApiKeyScheme
    > ("api_key"), ::auth_runtime::__private::SchemeUse::new:: < my::Webhook >
    ("my::Webhook").named_in(::auth_runtime::__private::origin!("my::Webhook",
    "__change_order_policy", 0))])
    .demanding(::auth_runtime::__private::Requirement::All(&
    [::auth_runtime::__private::Requirement::Any(&
    [::auth_runtime::__private::Requirement::scope(__AUTH_0),
    ::auth_runtime::__private::Requirement::All(&
    [::auth_runtime::__private::Requirement::role("ops"),
    ::auth_runtime::__private::Requirement::Not(&
    ::auth_runtime::__private::Requirement::role("guest"))])]),
    ::auth_runtime::__private::Requirement::Check(__AUTH_2)])).in_realm("orders")
    .hiding(::auth_runtime::__private::Hide::Everything)
);
fn change_order(
    __auth: ::auth_runtime::__private::Authorized<__change_order_policy>,
) -> impl ::auth_runtime::__private::Future<
    Output = ::auth_runtime::__private::Answered<HttpResponse>,
> {
    #[allow(clippy::unused_async)]
    async fn change_order(id: web::Path<u64>) -> HttpResponse {
        HttpResponse::Ok().finish()
    }
    ::auth_runtime::__private::run1::<
        __change_order_policy,
        web::Path<u64>,
        _,
        ::auth_runtime::__private::ViaRequest,
    >(change_order, __auth)
}
