//! The crates whose build is measured: the same handlers, protected in different ways.

use std::fmt::Write as _;

use crate::run;

/// A way to protect handlers.
pub(crate) struct Generated {
    /// The crate's name.
    pub(crate) name: &'static str,
    /// For the report.
    pub(crate) title: &'static str,
    imports: &'static str,
    /// Above each handler.
    attributes: &'static str,
    /// The type of the handler's first argument, and how to read the subject out of it.
    caller: Option<(&'static str, &'static str)>,
    app: &'static str,
}

/// All of them.
pub(crate) const CRATES: [Generated; 4] = [
    Generated {
        name: "bt-bare",
        title: "no protection",
        imports: "",
        attributes: "",
        caller: None,
        app: "App::new().service(web::scope(\"/api\").configure(mount))",
    },
    Generated {
        name: "bt-hand-written",
        title: "hand-written extractor",
        imports: HAND_WRITTEN,
        attributes: "",
        caller: Some(("Admin", "caller.0.sub")),
        app: "App::new().app_data(web::Data::new(accepted())).service(web::scope(\"/api\").configure(mount))",
    },
    Generated {
        name: "bt-protect",
        title: "`#[protect]` of actix-web-grants",
        imports: PROTECT,
        attributes: "#[actix_web_grants::protect(\"admin\")]\n",
        caller: Some(("web::ReqData<Claims>", "caller.sub")),
        app: "App::new().app_data(web::Data::new(accepted())).service(web::scope(\"/api\")\
              .wrap(actix_web_httpauth::middleware::HttpAuthentication::bearer(validate)).configure(mount))",
    },
    Generated {
        name: "bt-declared",
        title: "`#[requires]`",
        imports: DECLARED,
        attributes: "#[requires(bearer, scope = \"admin\")]\n",
        caller: Some(("Bearer<Claims>", "caller.sub")),
        app: "App::new().service(auth().scope(\"/api\").configure(mount))",
    },
];

const CLAIMS: &str = "
#[derive(Clone, serde::Deserialize)]
struct Claims { sub: String, scope: String }

struct Accepted { key: jsonwebtoken::DecodingKey, validation: jsonwebtoken::Validation }

fn accepted() -> Accepted {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_issuer(&[\"https://idp.example\"]);
    validation.set_audience(&[\"https://api.example\"]);
    Accepted { key: jsonwebtoken::DecodingKey::from_secret(&[7; 32]), validation }
}
";

const HAND_WRITTEN: &str = "
use std::future::{Ready, ready};
use actix_web::{Error, FromRequest, HttpRequest, dev::Payload, error::{ErrorForbidden, ErrorUnauthorized}};

struct Admin(Claims);

impl FromRequest for Admin {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let accepted = request.app_data::<web::Data<Accepted>>().expect(\"configured\");
        let header = request.headers().get(\"authorization\").and_then(|value| value.to_str().ok());
        let Some(token) = header.and_then(|header| header.strip_prefix(\"Bearer \")) else {
            return ready(Err(ErrorUnauthorized(\"missing token\")));
        };
        ready(match jsonwebtoken::decode::<Claims>(token, &accepted.key, &accepted.validation) {
            Ok(data) if data.claims.scope.split(' ').any(|scope| scope == \"admin\") => Ok(Self(data.claims)),
            Ok(_) => Err(ErrorForbidden(\"missing scope\")),
            Err(_) => Err(ErrorUnauthorized(\"invalid token\")),
        })
    }
}
";

const PROTECT: &str = "
use actix_web::{Error, HttpMessage, dev::ServiceRequest, error::ErrorUnauthorized};
use actix_web_grants::authorities::AttachAuthorities;
use actix_web_httpauth::extractors::bearer::BearerAuth;

async fn validate(request: ServiceRequest, bearer: BearerAuth) -> Result<ServiceRequest, (Error, ServiceRequest)> {
    let accepted = request.app_data::<web::Data<Accepted>>().expect(\"configured\");
    match jsonwebtoken::decode::<Claims>(bearer.token(), &accepted.key, &accepted.validation) {
        Ok(data) => {
            request.attach(data.claims.scope.split(' ').map(str::to_owned).collect::<Vec<_>>());
            request.extensions_mut().insert(data.claims);
            Ok(request)
        }
        Err(_) => Err((ErrorUnauthorized(\"invalid token\"), request)),
    }
}
";

const DECLARED: &str = "
use auth_runtime::{Auth, Bearer, Jwt, requires};

#[derive(Clone, serde::Deserialize)]
struct Claims { sub: String }

fn auth() -> Auth {
    let jwt = Jwt::hs256([7; 32]).issuer(\"https://idp.example\").audience(\"https://api.example\");
    Auth::builder().bearer(jwt).build().expect(\"a configuration\")
}
";

impl Generated {
    fn is_declared(&self) -> bool {
        self.imports == DECLARED
    }

    /// `Cargo.toml`, with the same dependencies for all.
    pub(crate) fn manifest(&self) -> String {
        format!(
            "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             actix-web = {{ version = \"4\", default-features = false, features = [\"macros\"] }}\n\
             actix-web-grants = \"4\"\nactix-web-httpauth = \"0.8\"\nauth-runtime = {{ path = {:?} }}\n\
             jsonwebtoken = {{ version = \"11\", default-features = false, features = [\"use_pem\", \"aws_lc_rs\"] }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\n",
            self.name,
            run::root().join("auth-runtime"),
        )
    }

    /// `main.rs`; another `edition` has another body in one handler.
    pub(crate) fn program(&self, handlers: usize, edition: usize) -> String {
        let config = if self.is_declared() { "auth_runtime::ServiceConfig" } else { "web::ServiceConfig" };
        let mut program = String::from("use actix_web::{App, HttpServer, get, web};\n");
        if !self.is_declared() && self.caller.is_some() {
            program.push_str(CLAIMS);
        }
        program.push_str(self.imports);
        let mut mounted = String::new();
        for n in 0..handlers {
            let (argument, subject) = match self.caller {
                Some((kind, subject)) => (format!("caller: {kind}, "), subject),
                None => (String::new(), "\"anyone\""),
            };
            let edit = if n == handlers / 2 { edition } else { 0 };
            // The attribute of ours stands above the route's, that of actix-web-grants below.
            let route = format!("#[get(\"/orders{n}/{{id}}\")]\n");
            let above =
                if self.is_declared() { format!("{}{route}", self.attributes) } else { route + self.attributes };
            let _ = write!(
                program,
                "\n{above}async fn orders{n}({argument}id: web::Path<u64>) -> String {{\n    \
                 format!(\"{{}} {{}} {edit}\", {subject}, *id)\n}}\n"
            );
            let _ = writeln!(mounted, "    config.service(orders{n});");
        }
        let _ = write!(
            program,
            "\nfn mount(config: &mut {config}) {{\n{mounted}}}\n\n#[actix_web::main]\nasync fn main() -> std::io::Result<()> \
             {{\n    HttpServer::new(|| {}).bind((\"127.0.0.1\", 0))?.run().await\n}}\n",
            self.app
        );
        program
    }
}
