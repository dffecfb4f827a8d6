//! Every scheme and every answer on one server, for trying them with a client of your own.
//!
//! `showcase` serves; `showcase token --subject alice …` prints a token that the server accepts. All keys are fixed
//! development keys: anyone can make such tokens.
//!
//! `GET /basic` and `GET /digest` let in `alice` with the password `wonderland` and `bob` with `builder`, such as
//! `curl --digest -u alice:wonderland http://127.0.0.1:8080/digest`.
//!
//! `GET /pat` takes the personal access tokens `pat_alice` and `pat_root`, `GET /pat/either` JWTs too; `GET /db` takes JWTs, and the
//! roles of their subjects out of what stands for a database: alice is an editor, bob is not, mallory is disabled.
//! `GET /edge` takes its token from `X-Edge-Token`, as behind a proxy that signs people in. `GET /orders/1` is alice's and `/orders/2` bob's;
//! `GET /limited` takes five tokens of one caller a minute; `GET /fresh` wants an authentication (`--claim auth_time=…`) of the last 60 seconds, and
//! `GET /strong` one of the class `mfa` (`--claim acr=mfa`); `POST /orders/lock` looks for the order in its JSON body; `GET /teapot` is denied in words of the application's own.
//!
//! `GET /dpop` takes tokens that are bound to a key, and `GET /dpop/nonce` demands a nonce with each proof. `showcase token --subject alice
//! --scope read --dpop-key key.pem` binds a token to the key in that file, which is made where there is none; `showcase proof --key key.pem
//! --method GET --url http://127.0.0.1:8080/dpop --token "$TOKEN"` makes a proof for one request, and with `--nonce "$NONCE"` one that answers
//! a nonce. The URL begins with `PUBLIC_ORIGIN`, or else with the `http://` address that is printed, over TLS too.
//!
//! `GET /docs` is Swagger UI, and `GET /openapi.json` the document that it shows: for whoever has the role `ops`, such as alice
//! with her password. There one presses *Authorize*, calls a route and sees the answer. `GET /policies` is for the same people,
//! and for bob once he has signed in: who may call which route, and which routes a token that one pastes opens, or a caller that one describes.
//!
//! `GET /metrics` is for the role `ops` by a token or a password: what the library counts, as Prometheus asks for it, with `basic_auth` in its configuration.
//! `examples/grafana/auth.json` is a dashboard of it.
//!
//! `GET /certificate` takes the certificate of a client, or a token that is bound to it (`--claim 'cnf={"x5t#S256":"…"}'`), by TLS or from a proxy.
//!
//! `GET /login` is a form, where alice signs in with `wonderland` and bob with `builder`; it leads back to the page that was wanted, such
//! as `GET /me`, or to `GET /`. `GET /api/me` takes a session or a token, `POST /api/note` a session; `GET /sessions` says where one is signed in, and
//! `POST /sessions/end` ends one of them; `POST /logout` signs out, with `?everywhere=true` in all browsers. Open the pages under the address that is printed,
//! which cookies and redirects are made for, or say another one by `PUBLIC_ORIGIN`.
//!
//! Variables of the environment add routes; without them the server is complete, and these routes do not exist:
//!
//! | variables | what they add |
//! |---|---|
//! | `OIDC_ISSUER`, `AUDIENCE` | `GET /idp`, and `GET /idp/admin` for the scope `admin`: JWTs of this identity provider |
//! | `OIDC_ISSUER`, `LOGIN_CLIENT_ID`, `LOGIN_CLIENT_SECRET` | `GET /oidc/login`, also `?to=…`: people sign in at this identity provider, which sends them back to `/oidc/callback` under `PUBLIC_ORIGIN`; `POST /oidc/logout` signs them out there too, and `POST /oidc/backchannel-logout` is for the provider; `AUDIENCE` is not needed for that |
//! | `INTROSPECTION_URL`, `CLIENT_ID`, `CLIENT_SECRET`, `AUDIENCE` | `GET /opaque`: tokens that only their issuer can read; `OIDC_ISSUER` says who that is |
//! | `PUBLIC_ORIGIN` | where clients reach the server, such as `https://api.example`, for which cookies are then `__Host-session`. With `OIDC_ISSUER`: the metadata of RFC 9728 at `/.well-known/oauth-protected-resource`, which challenges then name |
//! | `AUDIT_LOG` | a file, to which who was refused, who signed in and out, and what was revoked is added, in lines of JSON |
//! | `RUST_LOG` | what is logged, `info` by default; `auth_runtime=debug` explains each decision: the rule, and what held of the caller |
//! | `DOCS` | `open`: everyone may read `/docs` and `/openapi.json`, which then leave out roles, claims and checks |
//! | `TLS_BIND` | an address to listen on with TLS too, such as `127.0.0.1:8443`, by the development certificates of `examples/keys`; clients may have one of them |
//! | `TRUSTED_PROXIES` | addresses of proxies that end TLS, with commas between them: their `Client-Cert` counts. Whoever calls from there is taken for a proxy, whose own certificate does not count, at `TLS_BIND` too |
//! | `REDIS_URL` | `POST /revoke` for users with a password: `{"jti": "…"}` or `{"subject": "…"}` ends JWTs, and by subject sessions, here and on every showcase with this Redis, which then share their sessions and used proofs, and count callers together |

mod accounts;
mod arguments;
mod auth;
mod docs;
mod environment;
mod figures;
mod machines;
mod people;
mod proof;
#[cfg(test)]
mod reviewed;
mod revoke;
mod routes;
mod tls;
mod token;

use std::process::ExitCode;

use actix_web::{App, HttpServer, middleware};
use auth_runtime::certificate;
use auth_runtime::config::{ConfigError, ConfigFault};
use auth_runtime::observe::AuditLog;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};

use crate::environment::Environment;
use crate::revoke::Revoking;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| ["--help", "-h"].contains(&&**argument)) {
        println!("without arguments it serves; {}\n{}", token::USAGE, proof::USAGE);
        return ExitCode::SUCCESS;
    }
    let mut arguments = arguments.into_iter();
    match arguments.next().as_deref() {
        None => match actix_web::rt::System::new().block_on(serve()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        },
        Some("token") => match token::sign(arguments) {
            Ok(token) => {
                eprintln!("DEVELOPMENT TOKEN, signed with a key that everyone has");
                println!("{token}");
                ExitCode::SUCCESS
            }
            Err(fault) => fail(&format!("{fault}\n{}", token::USAGE)),
        },
        Some("proof") => match proof::sign(arguments) {
            Ok(proof) => {
                println!("{proof}");
                ExitCode::SUCCESS
            }
            Err(fault) => fail(&format!("{fault}\nusage:\n{}", proof::USAGE)),
        },
        Some(other) => {
            let known = "write `token …`, `proof …`, or nothing to serve";
            fail(&format!("unknown command `{other}`; {known}\n{}\n{}", token::USAGE, proof::USAGE))
        }
    }
}

fn fail(fault: &str) -> ExitCode {
    eprintln!("showcase: {fault}");
    ExitCode::FAILURE
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    // `RUST_LOG=auth_runtime=debug` explains each decision.
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env()?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut environment = Environment::read(|name| std::env::var_os(name))?;
    let listener = examples::listener("127.0.0.1:8080")?;
    let address = listener.local_addr()?;
    // Browsers of this machine, where nobody says under which name others reach it.
    let host = if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
    let host = if address.is_ipv6() && !address.ip().is_unspecified() { format!("[{host}]") } else { host };
    environment.own_origin = Some(format!("http://{host}:{}", address.port()));
    let revoking = match &environment.redis_url {
        Some(url) => {
            Some(Revoking::start(url, auth::issuers(&environment)).map_err(|error| format!("`REDIS_URL`: {error}"))?)
        }
        None => None,
    };
    let auth = auth::configure(&environment, revoking.as_ref()).map_err(|error| naming_variables(&error))?;
    if let Some(path) = &environment.audit_log {
        auth.audit(AuditLog::file(path).map_err(|error| format!("`AUDIT_LOG`: {error}"))?);
    }
    actix_web::rt::spawn(figures::keep_up());
    let tls_bind = environment.tls_bind.clone();
    let server = HttpServer::new(move || {
        docs::application(App::new().wrap(access_log()), &auth, &environment, revoking.as_ref()).0
    })
    .on_connect(certificate::on_connect)
    .listen(listener)?;
    let server = match &tls_bind {
        Some(address) => server
            .bind_rustls_0_23(address, tls::configuration()?)
            .map_err(|error| format!("cannot listen on {address}: {error}; set TLS_BIND to another address"))?,
        None => server,
    };
    for (address, scheme) in server.addrs_with_scheme() {
        println!("listening on {scheme}://{address}");
    }
    server.run().await?;
    Ok(())
}

/// The error, and which variables the configurations in it come from.
fn naming_variables(error: &ConfigError) -> String {
    let mut told = error.to_string();
    for fault in error.faults() {
        let (what, variable) = match fault {
            ConfigFault::Scheme { scheme, .. } if scheme == "bearer(\"idp\")" => (&**scheme, "OIDC_ISSUER"),
            ConfigFault::Scheme { scheme, .. } if scheme == "bearer(\"opaque\")" => (&**scheme, "INTROSPECTION_URL"),
            ConfigFault::ProxiesInvalid { .. } => ("the list of proxies", "TRUSTED_PROXIES"),
            ConfigFault::OriginInvalid { .. } => ("the public origin", "PUBLIC_ORIGIN"),
            _ => continue,
        };
        told.push_str(&format!("\n  {what} is what `{variable}` says; correct it, or unset it"));
    }
    told
}

/// Method and path only: a query may hold an API key.
fn access_log() -> middleware::Logger {
    middleware::Logger::new("%a %{request}xi %s")
        .custom_request_replace("request", |request| format!("{} {}", request.method(), request.path()))
}
