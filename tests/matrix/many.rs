//! As many policies as a large application has.

use std::time::{Duration, Instant};

use actix_web::App;
use auth_runtime::testing::matrix;
use auth_runtime::{Auth, ServiceConfig};

use crate::application::{auth, issuer};

async fn list() -> &'static str {
    "list"
}

async fn agrees() -> bool {
    true
}

/// Ten policies in each module, and ten routes.
macro_rules! ten_policies {
    ($($module:ident)*) => {
        $(mod $module {
            use super::{agrees, list};
            use auth_runtime::{ServiceConfig, policy, route};

            policy! {
                P0: bearer, scope("read");
                P1: bearer, scope("read") && role("clerk");
                P2: bearer, scope("read") || role("clerk");
                P3: any(bearer && scope("read"), basic);
                P4: bearer, scope("read") && (role("clerk") || scope("admin"));
                P5: bearer, role("clerk") && check(agrees);
                P6: bearer, (role("a") || role("b")) && (scope("c") || scope("d")) && !claim("plan", "free");
                P7: bearer, scope("read") && check(agrees) || role("admin");
                P8: any(bearer, basic), role("clerk");
                P9: bearer, claim("tenant", "acme") && scope("read");
            }

            pub(super) fn mount(config: &mut ServiceConfig) {
                config
                    .route(concat!("/", stringify!($module), "/0/{id}"), route::get().requires::<P0>().to(list))
                    .route(concat!("/", stringify!($module), "/1/{id}"), route::get().requires::<P1>().to(list))
                    .route(concat!("/", stringify!($module), "/2/{id}"), route::get().requires::<P2>().to(list))
                    .route(concat!("/", stringify!($module), "/3/{id}"), route::get().requires::<P3>().to(list))
                    .route(concat!("/", stringify!($module), "/4/{id}"), route::get().requires::<P4>().to(list))
                    .route(concat!("/", stringify!($module), "/5/{id}"), route::get().requires::<P5>().to(list))
                    .route(concat!("/", stringify!($module), "/6/{id}"), route::get().requires::<P6>().to(list))
                    .route(concat!("/", stringify!($module), "/7/{id}"), route::get().requires::<P7>().to(list))
                    .route(concat!("/", stringify!($module), "/8/{id}"), route::get().requires::<P8>().to(list))
                    .route(concat!("/", stringify!($module), "/9/{id}"), route::get().requires::<P9>().to(list));
            }
        })*

        fn mount(config: &mut ServiceConfig) {
            $($module::mount(config);)*
        }
    };
}

ten_policies! {
    m0 m1 m2 m3 m4 m5 m6 m7 m8 m9
    m10 m11 m12 m13 m14 m15 m16 m17 m18 m19
    m20 m21 m22 m23 m24 m25 m26 m27 m28 m29
}

/// It took 2.1 s in a debug build, on two cores that others used.
#[actix_web::test]
async fn three_hundred_policies_take_less_than_a_minute() {
    let begun = Instant::now();
    let app = |auth: Auth| App::new().service(auth.scope("").configure(mount));
    let table = matrix(&auth(), app)
        .issuer(&issuer())
        .credential("basic", |caller| (caller.roles().count() == 0).then(|| "alice:wonderland".to_owned()))
        .table()
        .await;
    let took = begun.elapsed();
    let disagreements: Vec<String> = table.disagreements().collect();
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n\n"));
    assert!(table.requests() > 1500, "{}", table.requests());
    assert!(took < Duration::from_secs(60), "{took:?}");
}
