//! `GET /metrics`: what the library counts, as Prometheus asks for it, for the staff.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, get, rt, web};
use auth_runtime::observe::DURATION;
use auth_runtime::requires;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::docs::Staff;

/// A decision takes microseconds where nobody is asked, and 5 s at the most.
const SECONDS: [f64; 12] = [0.000_025, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 5.0];

/// What this process counts; from the first call on it does.
pub(crate) fn recorded() -> web::Data<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &SECONDS);
        let recorder = builder.unwrap_or_else(|error| unreachable!("there are buckets: {error}")).build_recorder();
        let handle = recorder.handle();
        // Where another one counts already, this one has nothing to tell.
        let _ = metrics::set_global_recorder(recorder);
        handle
    });
    web::Data::new(handle.clone())
}

/// Takes in what was measured, now and then: nobody may ever ask for it.
pub(crate) async fn keep_up() {
    loop {
        rt::time::sleep(Duration::from_secs(5)).await;
        recorded().run_upkeep();
    }
}

/// What the server counts.
#[utoipa::path(responses((status = 200, description = "Prometheus' text format", content_type = "text/plain")))]
#[requires(policy = Staff)]
#[get("/metrics")]
pub(crate) async fn figures(recorded: web::Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(recorded.render())
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::test::{TestRequest, call_and_read_body, call_service, init_service};
    use auth_runtime::testing::TestRequestExt as _;

    use crate::environment::Environment;
    use crate::{auth, docs};

    #[actix_web::test]
    async fn figures_are_for_the_staff_and_have_the_names_of_the_manual() {
        let environment = Environment::default();
        let auth = auth::configure(&environment, None).expect("complete");
        let app = init_service(docs::application(App::new(), &auth, &environment, None).0).await;
        let get = || TestRequest::get().uri("/metrics");
        assert_eq!(call_service(&app, get().to_request()).await.status(), 401);
        assert_eq!(call_service(&app, get().basic("bob", "builder").to_request()).await.status(), 403);
        let text = call_and_read_body(&app, get().basic("alice", "wonderland").to_request()).await;
        let text = String::from_utf8(text.to_vec()).expect("text");
        let counted = r#"auth_decisions_total{policy="showcase::docs::Staff",scheme="none",outcome="denied",reason="credentials_missing"} "#;
        assert!(text.contains(counted) || text.contains("credentials_missing"), "{text}");
        assert!(text.contains("auth_decision_duration_seconds_bucket{"), "{text}");
        let manual = include_str!("../../../../auth-runtime/src/manual/watching.rs");
        for name in text.lines().filter_map(|line| line.strip_prefix("# TYPE auth_")?.split(' ').next()) {
            assert!(manual.contains(&format!("| `auth_{name}` |")), "{name}");
        }
    }
}
