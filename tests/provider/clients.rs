//! Clients of other makers find their way from our 401 to the provider and back to a 200, by what we tell them alone.

use std::net::TcpListener;
use std::process::Command;

use actix_web::App;
use auth_runtime::resource_metadata::ResourceMetadata;
use auth_runtime::{Auth, Jwt};
use serde_json::{Value, json};
use tests::Server;

use crate::app::{orders, strong};
use crate::process::{FOLDER, Provider};
use crate::{SOON, await_that, tell};

/// The application under its own name, which is where it listens.
struct Resource {
    server: Server,
    url: String,
}

impl Resource {
    fn start(provider: &Provider) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let url = format!("{origin}/orders");
        let auth = Auth::builder()
            .realm("orders")
            .bearer(Jwt::oidc(&*provider.issuer).audience(&*url).access_token_profile())
            .public_origin(&*origin)
            .resource_metadata(ResourceMetadata::new().path("/orders").name("Orders"))
            .dangerous_allow_unconfigured()
            .build()
            .unwrap();
        let served = auth.clone();
        let server = Server::on(listener, move || {
            App::new()
                .service(served.resource_metadata_service())
                .service(served.scope("").service(orders).service(strong))
        });
        await_that("the application is ready", SOON, || auth.is_ready());
        Self { server, url }
    }

    fn metadata_url(&self) -> String {
        format!("http://{}/.well-known/oauth-protected-resource/orders", self.server.address())
    }

    fn document(&self, provider: &Provider) -> Value {
        json!({
            "resource": self.url,
            "authorization_servers": [provider.issuer],
            "scopes_supported": ["read"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Orders",
        })
    }

    /// What a client in Node found.
    fn asked_by(&self, client: &str, provider: &Provider) -> Value {
        let run = Command::new("node")
            .arg(format!("{FOLDER}/{client}.mjs"))
            .env("ROUTE", &self.url)
            .env("ISSUER", &provider.issuer)
            .env("CLIENT_ID", "caller")
            .env("CLIENT_SECRET", &provider.caller_secret)
            .output()
            .expect("node starts");
        assert!(run.status.success(), "{client}: {}", String::from_utf8_lossy(&run.stderr));
        serde_json::from_slice(&run.stdout).expect("what it found")
    }
}

#[test]
fn oauth4webapi_reads_our_challenges_and_finds_the_provider() {
    let _alone = alone!("oauth4webapi");
    let provider = Provider::start();
    let resource = Resource::start(&provider);
    let found = resource.asked_by("oauth4webapi", &provider);
    let bearer = |parameters: Value| json!([{ "scheme": "bearer", "parameters": parameters }]);
    assert_eq!(
        found,
        json!({
            "refused": {
                "status": 401,
                "challenges": bearer(json!({
                    "realm": "orders",
                    "error": "invalid_token",
                    "error_description": "the token is not valid",
                    "scope": "read",
                    "resource_metadata": resource.metadata_url(),
                })),
            },
            "resource": resource.document(&provider),
            "same": true,
            "issuer": provider.issuer,
            "accepted": { "status": 200, "body": "caller" },
            "lacking": {
                "status": 403,
                "challenges": bearer(json!({
                    "realm": "orders",
                    "error": "insufficient_scope",
                    "scope": "read",
                    "resource_metadata": resource.metadata_url(),
                })),
            },
            // RFC 9470.
            "weak": {
                "status": 401,
                "challenges": bearer(json!({
                    "realm": "orders",
                    "error": "insufficient_user_authentication",
                    "error_description": "a stronger or more recent authentication is required",
                    "acr_values": "mfa",
                    "max_age": "300",
                    "resource_metadata": resource.metadata_url(),
                })),
            },
            "bound": {
                "status": 401,
                "challenges": bearer(json!({
                    "realm": "orders",
                    "error": "invalid_token",
                    "error_description": "the token must be presented with proof of possession",
                    "scope": "read",
                    "resource_metadata": resource.metadata_url(),
                })),
            },
        })
    );
    tell("oauth4webapi: from 401 over metadata, discovery and token endpoint to 200");
}

#[test]
fn the_client_of_the_model_context_protocol_finds_its_way() {
    let _alone = alone!("@modelcontextprotocol/sdk");
    let provider = Provider::start();
    let resource = Resource::start(&provider);
    let found = resource.asked_by("mcp", &provider);
    tell(&format!("@modelcontextprotocol/sdk: from 401 to 200 by {}", found["asked"]));
    assert_eq!(
        found,
        json!({
            "refused": { "status": 401, "metadata": resource.metadata_url(), "scope": "read" },
            "resource": resource.document(&provider),
            "issuer": provider.issuer,
            "token_endpoint": provider.url("/token"),
            "accepted": { "status": 200, "body": "caller" },
            "asked": [
                "/orders",
                "/.well-known/oauth-protected-resource/orders",
                "/.well-known/oauth-authorization-server",
                "/token",
                "/orders",
            ],
        })
    );
}
