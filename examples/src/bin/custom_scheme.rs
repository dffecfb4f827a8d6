//! A scheme of your own: webhooks signed with HMAC-SHA-256.
//!
//! The sender puts `X-Webhook-Signature: <time>.<digest>.<signature>` on the request: the time in seconds, the SHA-256 of
//! the body in hex, and the HMAC in hex over `<time>.<digest>.<method>.<path>`. The scheme verifies the signature without
//! the body, which nothing may read before the decision; the handler then compares the body with the signed digest.
//!
//! Prints a ready request, then serves on 127.0.0.1:8082.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, post, web};
use auth_runtime::denial::Reason;
use auth_runtime::scheme::{Authentication, Challenge, Context, Credentials, Outcome};
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

    fn verify(&self, request: &HttpRequest, now: i64) -> Option<Principal> {
        let mut lines = request.headers().get_all(HEADER);
        let (line, None) = (lines.next()?.to_str().ok()?, lines.next()) else { return None };
        let [time, digest, signature] = line.split('.').collect::<Vec<_>>()[..] else { return None };
        let at: i64 = time.parse().ok()?;
        if now.abs_diff(at) > WINDOW.unsigned_abs() {
            return None;
        }
        // `verify_slice` compares in constant time.
        let mac = self.mac(time, digest, request.method().as_str(), request.path())?;
        mac.verify_slice(&unhex(signature)?).ok()?;
        let digest = SignedDigest(digest.to_owned());
        Some(Principal::builder("webhook", "sender").details(Arc::new(digest)).build())
    }
}

impl Scheme for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn credentials(&self, context: &Context<'_>) -> Credentials {
        // Present, however malformed: bad credentials are refused, not overlooked.
        if context.request().headers().contains_key(HEADER) { Credentials::Explicit } else { Credentials::Absent }
    }

    fn authenticate(&self, context: &Context<'_>) -> Authentication {
        Authentication::Ready(match context.now() {
            Ok(now) => match self.verify(context.request(), now) {
                Some(sender) => Outcome::Verified(sender),
                None => Outcome::Rejected(Reason::Custom("webhook_signature_wrong").into()),
            },
            Err(reason) => Outcome::Unavailable(reason),
        })
    }

    fn challenge(&self) -> Challenge {
        Challenge::new("Webhook-HMAC").parameter("header", HEADER)
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
