//! Tokens for the running server.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::arguments::Options;
use crate::{auth, proof};

/// What `token` takes.
pub(crate) const USAGE: &str = "usage: showcase token --subject NAME [--scope \"read admin\"] [--role NAME]… \
    [--expires-in SECONDS] [--alg HS256|RS256|ES256|EdDSA] [--issuer partner|URL] [--audience URL] [--claim NAME=VALUE]… \
    [--typ TYPE] [--dpop-key FILE]";

const OPTIONS: [&str; 10] = [
    "--subject",
    "--scope",
    "--role",
    "--expires-in",
    "--alg",
    "--issuer",
    "--audience",
    "--claim",
    "--typ",
    "--dpop-key",
];

/// Signs the token that the arguments describe; what they leave out is what the server accepts on `/bearer`.
pub(crate) fn sign(arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let options = Options::read(arguments, &OPTIONS)?;
    let issuer = match (options.last("--issuer"), options.last("--alg")) {
        (Some("partner"), None | Some("ES256")) => auth::partner_issuer(),
        (Some("partner"), Some(alg)) => return Err(format!("the partner signs with ES256, not with `{alg}`")),
        (named, alg) => {
            let issuer = match alg.unwrap_or("HS256") {
                "HS256" => auth::hs256_issuer(),
                "RS256" => auth::rs256_issuer(),
                "ES256" => auth::es256_issuer(),
                "EdDSA" => auth::eddsa_issuer(),
                other => return Err(format!("unknown algorithm `{other}`")),
            };
            // The same key under another name, to see that the server does not take it.
            match named {
                Some(name) => issuer.named(name),
                None => issuer,
            }
        }
    };

    // A name of its own, by which `/revoke` can end it.
    let made = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut token = issuer
        .token()
        .subject(options.needed("--subject")?)
        .claim("jti", format!("showcase-{made}-{}", std::process::id()));
    for (option, value) in options.each() {
        token = match option {
            "--scope" => token.scope(value),
            "--role" => token.role(value),
            "--expires-in" => {
                token.expires_in(value.parse().map_err(|_| format!("`{value}` is not a number of seconds"))?)
            }
            "--audience" => token.claim("aud", value),
            "--typ" => token.header("typ", value),
            "--claim" => {
                let (name, value) = value.split_once('=').ok_or_else(|| format!("`{value}` is not NAME=VALUE"))?;
                token.claim(name, serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)))
            }
            "--dpop-key" => token.bound_to(&proof::key(value)?),
            // Read above, or refused.
            _ => token,
        };
    }
    Ok(token.sign())
}
