pub enum Reports {}
::auth_runtime::__private::declare!(
    Reports, "Reports", ::core::line!(), ::auth_runtime::__private::Only <
    ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
    .limited(::auth_runtime::__private::Limit::by_caller(100, 60))
);
impl ::auth_runtime::__private::Includes<Reports> for Reports {}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __search_policy {}
::auth_runtime::__private::declare!(
    __search_policy, "search", ::core::line!(), ::auth_runtime::__private::Maybe <
    (::auth_runtime::__private::BearerScheme, ()) >, {}
    .accepting(::auth_runtime::__private::Presence::Optional, &
    [::auth_runtime::__private::SchemeUse::new:: <
    ::auth_runtime::__private::BearerScheme > ("bearer")])
    .limited(::auth_runtime::__private::Limit::by_address(10, 1))
);
fn search(
    __auth: ::auth_runtime::__private::Authorized<__search_policy>,
) -> impl ::auth_runtime::__private::Future<
    Output = ::auth_runtime::__private::Answered<&'static str>,
> {
    #[allow(clippy::unused_async)]
    async fn search() -> &'static str {
        "found"
    }
    ::auth_runtime::__private::run0::<__search_policy, _>(search, __auth)
}
