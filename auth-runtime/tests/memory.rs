//! What is remembered of tokens stays within its bound, what handlers read out of them included, by an allocator that counts.
#![allow(clippy::unwrap_used)]

use actix_web::dev::Service as _;
use actix_web::{App, get, test};
use allocation_counter::measure;
use auth_runtime::testing::{TestIssuer, TestRequestExt as _};
use auth_runtime::{Auth, Bearer, Principal, requires};
use serde_json::{Value, json};

#[derive(serde::Deserialize)]
struct Loose {
    list: Vec<Value>,
}

#[requires(bearer)]
#[get("/")]
async fn read(claims: Bearer<Loose>, caller: Principal) -> String {
    let _ = claims.list.len();
    caller.claims().unwrap().len().to_string()
}

/// The memory that stays taken by so many tokens, each with this claim, where so many bytes may be.
fn taken(cache_bytes: usize, tokens: usize, list: &dyn Fn(usize) -> Value) -> usize {
    let system = actix_web::rt::System::new();
    let issuer = TestIssuer::new();
    let auth = Auth::builder().bearer(issuer.jwt().cache_bytes(cache_bytes)).build().unwrap();
    let app = system.block_on(test::init_service(App::new().service(auth.scope("").service(read))));
    let visit = |number: usize, list: Value| {
        let token = issuer.token().subject(number.to_string()).claim("list", list).sign();
        // A MAC is remembered when it comes again.
        for _ in 0..2 {
            let request = test::TestRequest::get().uri("/").bearer(&token).to_request();
            let answer = system.block_on(app.call(request)).unwrap();
            assert_eq!(answer.status(), 200);
        }
    };
    // What is set up once.
    visit(0, json!([]));
    let info = measure(|| (1..=tokens).for_each(|number| visit(number, list(number))));
    usize::try_from(info.bytes_current).unwrap()
}

#[::core::prelude::v1::test]
fn tokens_with_claims_that_grow_when_they_are_read_stay_within_their_bound() {
    let lists: [(&str, &dyn Fn(usize) -> Value); 6] = [
        ("numbers", &|number| json!(vec![number % 10; 5_000])),
        ("empty texts", &|_| json!(vec![""; 3_500])),
        ("short texts", &|_| json!(vec!["a"; 2_600])),
        ("empty objects", &|_| json!(vec![json!({}); 3_500])),
        ("small objects", &|_| json!(vec![json!({"a": 1}); 1_200])),
        ("a long text", &|_| json!(["a".repeat(10_000)])),
    ];
    for (what, list) in lists {
        const CACHE_BYTES: usize = 32 << 20;
        let taken = taken(CACHE_BYTES, 300, list);
        assert!(taken < CACHE_BYTES * 3 / 2, "{what}: {taken} bytes of a bound of {CACHE_BYTES}");
        assert!(taken > CACHE_BYTES / 8, "{what}: the bound is used, {taken} bytes");
    }
}

#[::core::prelude::v1::test]
fn ordinary_tokens_stay_within_their_bound_too() {
    const CACHE_BYTES: usize = 8 << 20;
    let taken = taken(CACHE_BYTES, 6_000, &|number| json!([format!("group-{number}"), "staff", "admin"]));
    assert!(taken < CACHE_BYTES * 3 / 2, "{taken} bytes of a bound of {CACHE_BYTES}");
    assert!(taken > CACHE_BYTES / 3, "the bound is used, {taken} bytes");
}
