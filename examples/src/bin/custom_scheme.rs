//! A scheme of your own: webhooks signed with HMAC-SHA-256.
//!
//! The sender puts `X-Webhook-Signature: <time>.<digest>.<signature>` on the request: the time in seconds, the SHA-256 of
//! the body in hex, and the HMAC in hex over `<time>.<digest>.<method>.<path>`. The scheme verifies the signature without
//! the body, which nothing may read before the decision; the handler then compares the body with the signed digest.
//!
//! Prints a ready request, then serves on 127.0.0.1:8082.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpResponse, HttpServer, post, web};
use auth_runtime::denial::Rejection;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Evidence, SchemeDescription};
use auth_runtime::{Auth, Principal, Scheme, requires};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

const HEADER: &str = "X-Webhook-Signature";
/// How old or how far ahead a signature may be, in seconds: the window in which it can be replayed.
const WINDOW: i64 = 300;

struct Webhook {
    secret: Vec<u8>,
}

/// The digest of the body that the sender signed.
struct SignedDigest(String);

impl Webhook {
    fn mac(&self, time: &str, digest: &str, method: &str, path: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(format!("{time}.{digest}.{method}.{path}").as_bytes());
        Some(mac)
    }

    fn verify(&self, context: &Context<'_>, signed: &Signed, now: i64) -> Option<Principal> {
        if now.abs_diff(signed.time.parse().ok()?) > WINDOW.unsigned_abs() {
            return None;
        }
        // `verify_slice` compares in constant time.
        let mac = self.mac(&signed.time, &signed.digest, context.method().as_str(), context.uri().path())?;
        mac.verify_slice(&unhex(&signed.signature)?).ok()?;
        let digest = SignedDigest(signed.digest.clone());
        Some(Principal::builder("webhook", "sender").details(digest).build())
    }
}

/// The header, taken apart.
struct Signed {
    time: String,
    digest: String,
    signature: String,
}

impl Signed {
    fn read(line: &str) -> Option<Self> {
        let [time, digest, signature] = line.split('.').collect::<Vec<_>>()[..] else { return None };
        Some(Self { time: time.to_owned(), digest: digest.to_owned(), signature: signature.to_owned() })
    }
}

fn signature_wrong() -> Rejection {
    Rejection::custom("webhook_signature_wrong")
}

impl Scheme for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn describe(&self) -> SchemeDescription {
        SchemeDescription::new(Challenge::new("Webhook-HMAC").parameter("header", HEADER)).header(HEADER)
    }

    /// Present, however malformed: bad credentials are refused, not overlooked.
    fn find<'a>(&self, context: &Context<'a>) -> Credentials<'a> {
        let mut lines = context.headers().get_all(HEADER);
        let signed = match (lines.next(), lines.next()) {
            (None, _) => return Credentials::Absent,
            (Some(line), None) => line.to_str().ok().and_then(Signed::read),
            (Some(_), Some(_)) => None,
        };
        Credentials::Explicit(signed.map_or_else(|| Evidence::unreadable(signature_wrong()), Evidence::new))
    }

    fn authenticate<'a>(&self, context: &Context<'a>, evidence: Evidence<'a>) -> Authentication {
        let now = match context.now() {
            Ok(now) => now,
            Err(error) => return Authentication::unavailable(error),
        };
        match evidence.into_value().and_then(|signed: Signed| self.verify(context, &signed, now)) {
            Some(sender) => Authentication::verified(sender),
            None => Authentication::refused(signature_wrong()),
        }
    }
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[requires(Webhook)]
#[post("/payments")]
async fn payment(sender: Principal, body: web::Bytes) -> HttpResponse {
    let signed = sender.details::<SignedDigest>();
    match signed {
        Some(signed) if signed.0 == hex(&Sha256::digest(&body)) => HttpResponse::Ok().body("received\n"),
        _ => HttpResponse::BadRequest().body("the body is not the one that was signed\n"),
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = b"an example secret, shared with the sender";
    let auth = Auth::builder().realm("payments").scheme(Webhook { secret: secret.to_vec() }).build()?;
    let server = HttpServer::new(move || App::new().service(auth.scope("").service(payment)))
        .workers(1)
        .listen(examples::listener("127.0.0.1:8082")?)?;

    let body = r#"{"paid":12}"#;
    let time = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
    let digest = hex(&Sha256::digest(body));
    let mac = Webhook { secret: secret.to_vec() }.mac(&time, &digest, "POST", "/payments").ok_or("no key")?;
    let signature = hex(&mac.finalize().into_bytes());
    let address = server.addrs()[0];
    println!("POST http://{address}/payments\n{HEADER}: {time}.{digest}.{signature}\n\n{body}");
    server.run().await?;
    Ok(())
}
