#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __pay_policy {}
::auth_runtime::__private::declare!(
    __pay_policy, "pay", ::core::line!(), ::auth_runtime::__private::OneOf <
    (::auth_runtime::__private::ApiKeyScheme, (::auth_runtime::__private::SessionScheme,
    ())) >, { const __AUTH_0 : & ::core::primitive::str =
    ::auth_runtime::__private::Constant::new(CLASS).text(); const _ : &
    ::core::primitive::str = ::auth_runtime::__private::acr(__AUTH_0); }
    .accepting(::auth_runtime::__private::Presence::Required, &
    [::auth_runtime::__private::SchemeUse::new:: <
    ::auth_runtime::__private::ApiKeyScheme > ("api_key"),
    ::auth_runtime::__private::SchemeUse::new:: <
    ::auth_runtime::__private::SessionScheme > ("session")
    .on_condition(::auth_runtime::__private::Requirement::All(&
    [::auth_runtime::__private::Requirement::max_age(90),
    ::auth_runtime::__private::Requirement::acr(__AUTH_0)]))])
);
fn pay(
    __auth: ::auth_runtime::__private::Authorized<__pay_policy>,
) -> impl ::auth_runtime::__private::Future<
    Output = ::auth_runtime::__private::Answered<&'static str>,
> {
    #[allow(clippy::unused_async)]
    async fn pay() -> &'static str {
        "paid"
    }
    ::auth_runtime::__private::run0::<__pay_policy, _>(pay, __auth)
}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __refund_policy {}
::auth_runtime::__private::declare!(
    __refund_policy, "refund", ::core::line!(), < Area as
    ::auth_runtime::__private::Policy > ::Access, { const _ : () =
    ::auth_runtime::__private::standalone:: << Area as ::auth_runtime::__private::Policy
    > ::Access > (); const _ : () = ::auth_runtime::__private::tells_authentication:: <
    Area > (); const __AUTH_2 : ::auth_runtime::__private::Requirement = * < Area as
    ::auth_runtime::__private::Policy > ::SPEC.requirement(); const __AUTH_3 :
    ::auth_runtime::__private::Word =
    ::auth_runtime::__private::Word::variant(::auth_runtime::__private::origin!("Class::Mfa",
    "__refund_policy", 3), || ::auth_runtime::__private::word(Class::Mfa)); }
    .inheriting(< Area as ::auth_runtime::__private::Policy > ::SPEC)
    .demanding(::auth_runtime::__private::Requirement::All(& [__AUTH_2,
    ::auth_runtime::__private::Requirement::All(&
    [::auth_runtime::__private::Requirement::Acr(__AUTH_3),
    ::auth_runtime::__private::Requirement::max_age(60)])]))
);
impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of>
for __refund_policy
where
    Area: ::auth_runtime::__private::Includes<__Of>,
{}
fn refund(
    __auth: ::auth_runtime::__private::Authorized<__refund_policy>,
) -> impl ::auth_runtime::__private::Future<
    Output = ::auth_runtime::__private::Answered<&'static str>,
> {
    #[allow(clippy::unused_async)]
    async fn refund() -> &'static str {
        "refunded"
    }
    ::auth_runtime::__private::run0::<__refund_policy, _>(refund, __auth)
}
