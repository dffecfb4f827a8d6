/// Operators.
pub enum AdminArea {}
::auth_runtime::__private::declare!(
    AdminArea, "AdminArea", ::core::line!(), ::auth_runtime::__private::Only <
    ::auth_runtime::__private::BearerScheme >, {} .requiring:: < Self::Access > ()
    .demanding(::auth_runtime::__private::Requirement::role("ops"))
);
impl ::auth_runtime::__private::Includes<AdminArea> for AdminArea {}
enum Strict {}
::auth_runtime::__private::declare!(
    Strict, "Strict", ::core::line!(), < AdminArea as ::auth_runtime::__private::Policy >
    ::Access, { const _ : () = ::auth_runtime::__private::standalone:: << AdminArea as
    ::auth_runtime::__private::Policy > ::Access > (); const __AUTH_1 :
    ::auth_runtime::__private::Requirement = * < AdminArea as
    ::auth_runtime::__private::Policy > ::SPEC.requirement(); } .inheriting(< AdminArea
    as ::auth_runtime::__private::Policy > ::SPEC)
    .demanding(::auth_runtime::__private::Requirement::All(& [__AUTH_1,
    ::auth_runtime::__private::Requirement::scope("strict")])).in_realm("strict")
);
impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of> for Strict
where
    AdminArea: ::auth_runtime::__private::Includes<__Of>,
{}
impl ::auth_runtime::__private::Includes<Strict> for Strict {}
#[doc(hidden)]
#[allow(non_camel_case_types)]
enum __admin_policy {}
::auth_runtime::__private::declare!(
    __admin_policy, "admin", ::core::line!(), < AdminArea as
    ::auth_runtime::__private::Policy > ::Access, { const _ : () =
    ::auth_runtime::__private::standalone:: << AdminArea as
    ::auth_runtime::__private::Policy > ::Access > (); } .inheriting(< AdminArea as
    ::auth_runtime::__private::Policy > ::SPEC)
);
impl<__Of: ?::core::marker::Sized> ::auth_runtime::__private::Includes<__Of>
for __admin_policy
where
    AdminArea: ::auth_runtime::__private::Includes<__Of>,
{}
fn admin(
    __auth: ::auth_runtime::__private::Authorized<__admin_policy>,
) -> impl ::auth_runtime::__private::Future<
    Output = ::auth_runtime::__private::Answered<&'static str>,
> {
    #[allow(clippy::unused_async)]
    async fn admin(proof: Granted<AdminArea>) -> &'static str {
        "hello"
    }
    ::auth_runtime::__private::run1::<
        __admin_policy,
        Granted<AdminArea>,
        _,
        _,
    >(admin, __auth)
}
