//! Every scheme and every answer on one server, for trying them with a client of your own.
//!
//! `showcase` serves; `showcase token --subject alice …` prints a token that the server accepts. All keys are fixed
//! development keys: anyone can make such tokens.

mod auth;
mod routes;
mod token;

use std::process::ExitCode;

use actix_web::{App, HttpServer, middleware};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
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
        Some(other) => {
            fail(&format!("unknown command `{other}`; write `token …`, or nothing to serve\n{}", token::USAGE))
        }
    }
}

fn fail(fault: &str) -> ExitCode {
    eprintln!("showcase: {fault}");
    ExitCode::FAILURE
}

async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let bind = std::env::var("BIND").unwrap_or_else(|_| "127.0.0.1:8080".into());
    let auth = auth::configure()?;
    let server =
        HttpServer::new(move || App::new().wrap(access_log()).service(auth.scope("").configure(routes::mount)))
            .bind(&bind)?;
    for address in server.addrs() {
        println!("listening on http://{address}");
    }
    server.run().await?;
    Ok(())
}

/// Method and path only: a query may hold an API key.
fn access_log() -> middleware::Logger {
    middleware::Logger::new("%a %{request}xi %s")
        .custom_request_replace("request", |request| format!("{} {}", request.method(), request.path()))
}
