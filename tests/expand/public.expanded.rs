#[allow(non_camel_case_types)]
struct health;
::auth_runtime::__private::declare!(
    health, "health", ::core::line!(), ::auth_runtime::__private::Nobody, {} .open()
    .routed(& [::auth_runtime::__private::RouteSpec::new(& ["GET"], "/health"),
    ::auth_runtime::__private::RouteSpec::new(& ["HEAD"], "/health")])
    .because("liveness probe")
);
impl ::auth_runtime::__private::HttpServiceFactory for health {
    fn register(self, __config: &mut ::auth_runtime::__private::AppService) {
        #[allow(unused_imports)]
        use routes as _;
        #[allow(clippy::unused_async)]
        async fn health() -> &'static str {
            "ok"
        }
        ::auth_runtime::__private::register0::<Self, _>(health, __config);
    }
}
