//! The page of the policies: whom it is shown to, what it says of callers, and what it never says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{get, post, web};
use auth_runtime::api_key::KeyDigest;
use auth_runtime::opaque::Holder;
use auth_runtime::principal::PrincipalKey;
use auth_runtime::revocation::InMemoryRevocations;
use auth_runtime::{Auth, Authorities, Jwt, Opaque, policy, public, requires, review};
use serde_json::json;
use tests::provider::{AUDIENCE, Provider, ed25519, issuer};
use tests::{Answer, Denied, Request, Server, Token, base64url};

use crate::fixture::{KEY, ORIGIN, builder, jwt, partner_token, token};
use crate::observed::{self, listen};
use crate::providers;

policy! {
    Reviewers: any(bearer, basic), role("ops");
    BearersOnly: bearer, role("ops");
}

#[public(reason = "<img src=x onerror=alert(1)>")]
#[get("/page/open")]
async fn show_open() -> &'static str {
    ""
}

#[requires(optional(bearer))]
#[get("/page/optional")]
async fn show_optional() -> &'static str {
    ""
}

#[requires(bearer, scope("orders:read"))]
#[get("/page/orders")]
async fn show_orders() -> &'static str {
    ""
}

#[requires(any(bearer, api_key), role("viewer") && (scope("orders:write") || claim("tenant", "acme")))]
#[get("/page/mixed")]
async fn show_mixed() -> &'static str {
    ""
}

#[requires(bearer, !role("ops"))]
#[get("/page/not-ops")]
async fn show_not_ops() -> &'static str {
    ""
}

#[requires(bearer, role = "ops", hide)]
#[get("/page/hidden")]
async fn show_hidden() -> &'static str {
    ""
}

#[requires(dpop, scope = "orders:read")]
#[get("/page/by-key")]
async fn show_by_key() -> &'static str {
    ""
}

#[requires(bearer("partner"))]
#[get("/page/partner")]
async fn show_partner() -> &'static str {
    ""
}

#[requires(basic)]
#[get("/page/basic")]
async fn show_basic() -> &'static str {
    ""
}

static CHECKED: AtomicUsize = AtomicUsize::new(0);

async fn counts() -> bool {
    CHECKED.fetch_add(1, Ordering::SeqCst);
    true
}

#[requires(bearer, scope("orders:read") && check(counts))]
#[get("/page/checked")]
async fn show_checked() -> &'static str {
    ""
}

async fn after(_: &web::Bytes) -> bool {
    true
}

#[requires(bearer, role = "ops", check_after = after(body))]
#[post("/page/after")]
async fn show_checked_after(body: web::Bytes) -> web::Bytes {
    body
}

#[requires(any(bearer("page-pat"), bearer("page-revocable")))]
#[get("/page/pat")]
async fn show_pat() -> &'static str {
    ""
}

#[requires(bearer("page-known"), role = "editor")]
#[get("/page/known")]
async fn show_known() -> &'static str {
    ""
}

#[requires(bearer, claim("<b>name</b>", "'\"><script>alert(2)</script>"))]
#[get("/page/<script>alert('3')</script>&\"")]
async fn show_hostile() -> &'static str {
    ""
}

static LOOKED_UP: AtomicUsize = AtomicUsize::new(0);
static LOADED: AtomicUsize = AtomicUsize::new(0);

async fn look_up(_: KeyDigest) -> Result<Option<Holder>, std::io::Error> {
    LOOKED_UP.fetch_add(1, Ordering::SeqCst);
    Ok(Some(Holder::new("alice")))
}

async fn load(_: PrincipalKey) -> Result<Option<Authorities>, std::io::Error> {
    LOADED.fetch_add(1, Ordering::SeqCst);
    Ok(Some(Authorities::default().replace_roles(["editor"])))
}

fn revocations() -> InMemoryRevocations {
    static STORE: std::sync::OnceLock<InMemoryRevocations> = std::sync::OnceLock::new();
    STORE.get_or_init(InMemoryRevocations::new).clone()
}

/// What policies of this file name beyond the fixture.
pub(crate) fn configure(auth: auth_runtime::config::AuthBuilder) -> auth_runtime::config::AuthBuilder {
    auth.bearer_named("page-pat", Opaque::lookup(look_up).prefix("page_"))
        .bearer_named("page-revocable", jwt().revocations(revocations()))
        .bearer_named("page-known", jwt().authorities(load))
}

fn serve(auth: &Auth) -> Server {
    let auth = auth.clone();
    let server = Server::start(move |app| {
        let scope = auth
            .scope("")
            .service(show_open)
            .service(show_optional)
            .service(show_orders)
            .service(show_mixed)
            .service(show_not_ops);
        let scope = scope
            .service(show_hidden)
            .service(show_partner)
            .service(show_basic)
            .service(show_checked)
            .service(show_checked_after);
        let scope = scope.service(show_pat).service(show_known).service(show_hostile);
        app.service(scope.service_as::<Reviewers>("/policies", review::page(&auth)));
    });
    server.get("/page/open").send().expect("");
    server
}

fn ops() -> String {
    token().roles(&["ops"]).sign()
}

fn asked(server: &Server, query: &str) -> Answer {
    server.get(&format!("/policies{query}")).bearer(ops()).send()
}

fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

const FORM: &str = "application/x-www-form-urlencoded";

fn judging(server: &Server) -> Request {
    server.post("/policies").bearer(ops())
}

/// The answer to a posted token.
fn judged(server: &Server, token: &str) -> Answer {
    let answer = judging(server).send_body(FORM, form(&[("token", token)]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

/// The rows of what is mounted: the verdict of each, and all of its markup.
fn verdicts(page: &str) -> BTreeMap<String, (String, String)> {
    let (mounted, _) = page.split_once("Operations inside requests").expect("there is more");
    let rows = mounted.split("<tr role=\"row\" data-words=").skip(1).map(|row| {
        let after = |before: &str| row.split_once(before).map(|(_, rest)| rest.split('<').next().unwrap().to_owned());
        let route = after("<span class=\"mono\">").expect("a route");
        let badge = row.split_once("<span class=\"badge ").map_or("", |(_, rest)| rest.split_once('>').unwrap().1);
        (route, (badge.split('<').next().unwrap().to_owned(), row.to_owned()))
    });
    rows.collect()
}

#[test]
fn it_is_shown_to_whom_the_policy_in_front_lets_in() {
    let server = serve(&builder().build().unwrap());
    let challenge = r#"Bearer realm="orders""#;
    let basic = r#"Basic realm="orders", charset="UTF-8""#;
    for path in ["/policies", "/policies/"] {
        Denied::missing().challenge(challenge).challenge(basic).check(&server.get(path).send());
        let viewer = token().roles(&["viewer"]).sign();
        Denied::forbidden("the caller lacks a required role").check(&server.get(path).bearer(viewer).send());
        for request in [server.get(path).bearer(ops()), server.get(path).basic("alice", "wonderland")] {
            let answer = request.send();
            assert_eq!((answer.status, answer.only("content-type")), (200, Some("text/html; charset=utf-8")));
            assert!(answer.text().contains("any valid bearer token with scope orders:read (or orders:write)"));
        }
    }
    let post = || server.post("/policies");
    let body = form(&[("token", &ops())]);
    Denied::missing().challenge(challenge).challenge(basic).check(&post().send_body(FORM, &body));
    let viewer = token().roles(&["viewer"]).sign();
    Denied::forbidden("the caller lacks a required role").check(&post().bearer(viewer).send_body(FORM, &body));
}

#[test]
fn nobody_keeps_it_frames_it_or_adds_to_it() {
    let server = serve(&builder().build().unwrap());
    let mut nonces = Vec::new();
    let answers = [asked(&server, ""), asked(&server, "?scheme=bearer"), judged(&server, &ops())];
    for answer in answers.into_iter().chain([judging(&server).send_body(FORM, "")]) {
        assert_eq!(answer.only("cache-control"), Some("no-store"));
        assert_eq!(answer.only("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.only("referrer-policy"), Some("same-origin"));
        let policy = answer.only("content-security-policy").unwrap().to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(
            policy,
            format!(
                "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; form-action 'self'; \
                 base-uri 'none'; frame-ancestors 'none'"
            )
        );
        let page = answer.text();
        assert_eq!(page.matches("<script").count(), page.matches(&format!("<script nonce=\"{nonce}\">")).count());
        assert_eq!(page.matches("<style").count(), page.matches(&format!("<style nonce=\"{nonce}\">")).count());
        assert!(!page.contains(" style="), "a style in an attribute would not count");
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4, "each answer has its own");
    let head = server.connect().send(server.request("HEAD", "/policies").bearer(ops()).bytes()).answer_to_head();
    assert_eq!((head.status, head.only("cache-control")), (200, Some("no-store")));
    let other = server.request("PUT", "/policies").bearer(ops()).send();
    assert_eq!((other.status, other.only("allow")), (405, Some("GET, HEAD, POST")));
}

/// For each route and each token the page says what the route then does.
#[test]
fn what_it_says_of_a_token_is_what_the_routes_do() {
    let server = serve(&builder().build().unwrap());
    let tokens: Vec<Token> = vec![
        token(),
        token().scope("orders:write").roles(&["admin"]),
        token().scope("orders:read").roles(&["viewer", "other"]).claim("tenant", "acme"),
        token().roles(&["viewer"]).claim("tenant", 7),
        token().claim("<b>name</b>", "'\"><script>alert(2)</script>"),
        token().claim("jti", "7").claim("roles", serde_json::json!([])),
        token().expires_in(-3600),
        token().secret(b"another secret, of 32 bytes here"),
        partner_token(),
        partner_token().claim("cnf", serde_json::json!({ "jkt": "x" })),
    ];
    let (mut admitted, mut refused) = (0, 0);
    for token in tokens.iter().map(Token::sign) {
        let page = judged(&server, &token);
        let verdicts = verdicts(page.text());
        assert_eq!(verdicts.len(), 14, "the routes of this file");
        for (route, (verdict, row)) in verdicts {
            let (method, path) = route.split_once(' ').unwrap();
            let path =
                path.replace("&lt;", "%3C").replace("&gt;", "%3E").replace("&#39;", "'").replace("&quot;", "%22");
            let path = path.replace("&amp;", "&").replace(" and below", "");
            let method = method.replace("any", "GET");
            let status = server.request(&method, &path).bearer(&token).send().status;
            match &*verdict {
                "opens" => assert_eq!(status, 200, "{route}: {row}"),
                "depends" => {
                    assert!(["/page/checked", "/page/after", "/page/known"].contains(&&*path), "{route}: {row}")
                }
                refusal => assert_eq!(refusal, format!("refused {status}"), "{route}: {row}"),
            }
            admitted += usize::from(status == 200);
            refused += usize::from(status != 200);
        }
    }
    assert!(admitted > 30 && refused > 60, "{admitted} {refused}");
}

#[test]
fn it_says_why() {
    let server = serve(&builder().build().unwrap());
    let viewer = token().scope("orders:other").roles(&["viewer"]).claim("tenant", 7).sign();
    let page = judged(&server, &viewer);
    let verdicts = verdicts(page.text());
    let (word, mixed) = &verdicts["GET /page/mixed"];
    assert_eq!(word, "refused 403");
    for part in [
        "<code>role(&quot;viewer&quot;)</code></th><td>yes</td><td></td>",
        "<code>&amp;&amp; (scope(&quot;orders:write&quot;)</code></th><td>no</td><td>has: orders:other</td>",
        "<code>|| claim(&quot;tenant&quot;, &quot;acme&quot;))</code></th><td>unknown</td><td>not there, or of another type</td>",
        "would have sufficed: <code>scope(&quot;orders:write&quot;) or claim(&quot;tenant&quot;, &quot;acme&quot;)</code>",
    ] {
        assert!(mixed.contains(part), "{part} is not in {mixed}");
    }
    assert!(
        verdicts["GET /page/hidden"]
            .1
            .contains(">refused 404</span> the caller lacks a required role (<code>role_missing")
    );
    let told = page.text();
    assert!(told.contains(
        "<code>bearer</code>: good: alice of https://idp.example; scopes orders:other; roles viewer; expires in"
    ));
    assert!(told.contains("<code>bearer(&quot;partner&quot;)</code>: refused: the token comes from an issuer that is not accepted here (<code>issuer_wrong</code>)"));

    let expired = judged(&server, &token().expires_in(-3600).sign());
    let refusal = ">refused 401</span> the token has expired (<code>token_expired</code>)";
    assert!(expired.text().contains(refusal), "{}", expired.text());
}

#[test]
fn a_described_caller_is_judged_by_the_policies() {
    let server = serve(&builder().build().unwrap());
    let page = asked(
        &server,
        "?scheme=bearer&scopes=orders%3Awrite+other&roles=viewer,+other&claims=%7B%22tenant%22%3A%22acme%22%7D",
    );
    assert_eq!(page.status, 200);
    let found = verdicts(page.text());
    for (route, verdict) in [
        ("GET /page/open", "opens"),
        ("GET /page/optional", "opens"),
        ("GET /page/orders", "opens"),
        ("GET /page/mixed", "opens"),
        ("GET /page/not-ops", "opens"),
        ("GET /page/hidden", "refused 404"),
        ("GET /page/partner", "refused 401"),
        ("GET /page/checked", "depends"),
        ("POST /page/after", "refused 403"),
    ] {
        assert_eq!(found[route].0, verdict, "{route}");
    }
    // What was asked stands in the forms again.
    for part in [
        "name=\"scopes\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" aria-describedby=\"words-hint\" value=\"orders:write other\"",
        "<option value=\"bearer\" selected>",
        "{&quot;tenant&quot;:&quot;acme&quot;}</textarea>",
    ] {
        assert!(page.text().contains(part), "{part}");
    }

    // Roles as the application knows them, and of a credential that says nothing.
    let known = asked(&server, "?scheme=bearer(%22page-known%22)&roles=editor");
    assert_eq!(verdicts(known.text())["GET /page/known"].0, "opens");
    let silent = asked(&server, "?scheme=bearer");
    assert!(verdicts(silent.text())["GET /page/not-ops"].1.contains("<td>unknown</td><td>nothing tells roles</td>"));
    let key = asked(&server, "?scheme=api_key&scopes=orders:write&roles=admin");
    let key = verdicts(key.text());
    assert_eq!([&*key["GET /page/mixed"].0, &*key["GET /page/orders"].0], ["opens", "refused 401"]);
    assert_eq!(key["GET /page/optional"].0, "opens");
    let nobody = asked(&server, "?scheme=");
    let (_, unmounted) = nobody.text().split_once("Linked into the program, not mounted here").expect("there is more");
    assert!(!unmounted.contains("class=\"badge"), "nobody reaches what is not mounted");
    let counted = "<strong>Opens 2 of 14 routes</strong>";
    assert!(nobody.text().contains(counted), "{}", nobody.text());
    let nobody = verdicts(nobody.text());
    assert_eq!(nobody.len(), 14);
    assert_eq!([&*nobody["GET /page/open"].0, &*nobody["GET /page/orders"].0], ["opens", "refused 401"]);

    for (query, fault) in [
        ("?scheme=bearer&claims=%5B1%5D", "The claims are not a JSON object"),
        ("?scheme=nothing", "There is no such scheme."),
    ] {
        let answer = asked(&server, query);
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(fault), "{}", answer.text());
    }
    let long = asked(&server, &format!("?filter={}", "x".repeat(5000)));
    assert_eq!(long.status, 413);
}

#[test]
fn a_filter_shows_the_routes_with_all_of_its_words() {
    let server = serve(&builder().build().unwrap());
    let shown = |query: &str| {
        let page = asked(&server, query);
        let rows = verdicts(page.text()).into_iter().filter(|(_, (_, row))| !row.starts_with(&hidden_row(row)));
        rows.map(|(route, _)| route).collect::<Vec<_>>()
    };
    fn hidden_row(row: &str) -> String {
        row.split('\n').next().filter(|first| first.ends_with(" hidden>")).unwrap_or("no").to_owned()
    }
    assert_eq!(shown("?filter=PAGE/order"), ["GET /page/orders"]);
    assert_eq!(shown("?filter=orders%3Aread+check"), ["GET /page/checked"]);
    assert_eq!(shown("?filter=nothing-has-this"), [""; 0]);
    assert_eq!(shown("?filter=page/p+refused&scheme="), ["GET /page/partner", "GET /page/pat"]);
    assert_eq!(shown("").len(), 14);
}

/// Nobody shows the key or the certificate, so that no route is said to open.
#[test]
fn a_token_that_is_bound_opens_nothing_by_itself() {
    let auth = builder().build().unwrap();
    let served = auth.clone();
    let server = Server::start(move |app| {
        let scope = served.scope("").service(show_open).service(show_orders).service(show_by_key);
        app.service(scope.service_as::<Reviewers>("/policies", review::page(&served)));
    });
    let bound_to =
        |member: &str| token().scope("orders:read").claim("cnf", json!({ member: base64url([7; 32]) })).sign();
    let shown = asked(&server, "");
    let dpop = shown.text().split("<option value=\"").find(|option| option.contains(">Authorization: dpop<")).unwrap();
    let place = dpop.split('"').next().unwrap();
    let page =
        judging(&server).send_body(FORM, form(&[("token", &format!("DPoP {}", bound_to("jkt"))), ("place", place)]));
    let found = verdicts(page.text());
    assert_eq!(
        ["open", "by-key", "orders"].map(|it| &*found[&format!("GET /page/{it}")].0),
        ["opens", "depends", "refused 401"]
    );
    let depends = "on the key or certificate that the token is bound to, which is not shown here";
    assert!(found["GET /page/by-key"].1.contains(depends), "{}", page.text());
    assert!(page.text().contains("; bound to a key, of which each request must bring a proof; expires in"));
    assert!(page.text().contains("<strong>Opens 1 of 4 routes</strong>; 1 more depend"), "{}", page.text());

    let page = judged(&server, &bound_to("x5t#S256"));
    let found = verdicts(page.text());
    assert_eq!([&*found["GET /page/orders"].0, &*found["GET /page/by-key"].0], ["depends", "refused 401"]);
    assert!(found["GET /page/orders"].1.contains(depends));
    assert!(page.text().contains("; bound to a certificate, with which its holder must connect; expires in"));
    // A rule that does not hold is not held for a question of proof.
    let lacks = judged(&server, &token().claim("cnf", json!({ "x5t#S256": base64url([7; 32]) })).sign());
    assert_eq!(verdicts(lacks.text())["GET /page/orders"].0, "refused 403");
}

/// Nothing is logged, counted, told of, looked up, loaded, run or remembered of a token that is pasted.
#[test]
fn a_pasted_token_leaves_no_trace() {
    listen();
    let auth = builder().build().unwrap();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hearing = Arc::clone(&heard);
    auth.on_decision(move |decision| {
        hearing.lock().unwrap().push(format!("{} {:?}", decision.policy().handler(), decision.request().headers()))
    });
    let server = serve(&auth);
    let pasted = token()
        .scope("orders:read")
        .roles(&["editor"])
        .claim("jti", "pasted")
        .claim("name", "of-the-pasted-one")
        .sign();
    let signature = pasted.rsplit('.').next().unwrap();
    for credential in [&*pasted, &format!("Authorization: Bearer {pasted}\r\n"), "page_0123456789abcdef", KEY] {
        let answer = judged(&server, credential);
        let bare = credential.trim().rsplit(' ').next().unwrap();
        assert!(!answer.text().contains(bare), "it is shown again");
        assert!(answer.headers.iter().all(|(_, value)| !value.contains(bare)), "{:?}", answer.headers);
    }
    let page = judged(&server, &pasted);
    assert_eq!(verdicts(page.text())["GET /page/known"].0, "depends");
    let opaque = judged(&server, "page_0123456789abcdef");
    assert_eq!(verdicts(opaque.text())["GET /page/pat"].0, "depends");
    assert!(
        opaque.text().contains(
            "<code>bearer(&quot;page-pat&quot;)</code>: not judged: somebody would have to be asked about it"
        )
    );
    for (count, what) in [(&LOOKED_UP, "looked up"), (&LOADED, "loaded"), (&CHECKED, "checked")] {
        assert_eq!(count.load(Ordering::SeqCst), 0, "{what}");
    }

    // Revocations are read, and what was judged before is judged again.
    assert_eq!(verdicts(page.text())["GET /page/pat"].0, "opens");
    revocations().revoke_token("https://idp.example", "pasted", i64::MAX);
    let revoked = judged(&server, &pasted);
    assert!(verdicts(revoked.text())["GET /page/pat"].1.contains("<code>token_revoked</code>"));

    let told = observed::all().iter().map(|event| format!("{:?}", event.fields)).collect::<String>();
    assert!(!told.contains(signature) && !told.contains("of-the-pasted-one"));
    std::thread::sleep(Duration::from_millis(200));
    for decision in heard.lock().unwrap().iter() {
        let is_own = ["http::policy_page::Reviewers", "http::policy_page::show_open"]
            .iter()
            .any(|own| decision.starts_with(own));
        assert!(is_own && !decision.contains(signature), "{decision}");
    }
    // Neither by its address: nothing is read out of there.
    let address = asked(&server, &format!("?token={pasted}"));
    assert!(!address.text().contains(signature) && !address.text().contains("class=\"badge"));
}

/// Neither a key that nobody knows is fetched for it, nor one that might have changed under its name.
#[test]
fn a_pasted_token_fetches_nothing() {
    let (name, provider) = ("https://fetches.example", Provider::start());
    provider.keys(&[ed25519(json!({"kid": "a"})), ed25519(json!({"kid": "changed", "x": base64url([7; 32])}))]);
    let auth = providers::auth(Jwt::jwks_url(provider.url("/keys")).issuer(name).audience(AUDIENCE));
    let served = auth.clone();
    let server = Server::start(move |app| {
        let page = review::page(&served);
        app.service(served.scope("").service(show_orders).service_as::<BearersOnly>("/policies", page));
    });
    providers::eventually(|| auth.is_ready());
    let ops = issuer(name).key_id("a").token().role("ops").sign();
    let reader = |key: &str| issuer(name).key_id(key).token().scope("orders:read").role("editor").sign();
    let pasted = |token: &str| {
        let answer = server.post("/policies").bearer(&*ops).send_body(FORM, form(&[("token", token)]));
        assert_eq!(answer.status, 200, "{}", answer.text());
        verdicts(answer.text())["GET /page/orders"].0.clone()
    };
    assert_eq!(pasted(&reader("a")), "opens");
    let fetched = provider.asked("/keys");
    for key in ["unknown", "changed"] {
        assert_ne!(pasted(&reader(key)), "opens");
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(provider.asked("/keys"), fetched);
    // The same tokens, sent to a route, have the keys fetched.
    assert_eq!(server.get("/page/orders").bearer(reader("unknown")).send().status, 401);
    assert_eq!(provider.asked("/keys"), fetched + 1);
}

#[test]
fn what_others_wrote_is_text() {
    let server = serve(&builder().build().unwrap());
    let hostile = "</td><script>alert(4)</script>'\"&";
    let pages = [
        judged(
            &server,
            &token().claim("sub", hostile).claim("scope", "<i>5</i>").roles(&["<script>6</script>", "\u{202e}"]).sign(),
        ),
        asked(
            &server,
            "?scheme=bearer&scopes=%3Cscript%3Ealert(7)%3C%2Fscript%3E&roles=%22%3E%3Csvg%20onload%3Dalert(8)%3E&claims=%7B%22%3C%2Ftextarea%3E%22%3A1%7D&filter=%22%3E%3Cb%3E",
        ),
        asked(&server, "?scheme=%22%3E%3Cscript%3E9"),
    ];
    for page in pages {
        let page = page.text();
        for markup in ["<script>", "<img", "<svg", "<i>", "<b>", "onerror=alert(1)>", "\u{202e}"] {
            assert!(!page.contains(markup), "{markup}");
        }
        assert_eq!(page.matches("</textarea>").count(), 2);
        assert_eq!(page.matches("</script>").count(), 1);
        assert!(page.contains("/page/&lt;script&gt;alert(&#39;3&#39;)&lt;/script&gt;&amp;&quot;"));
        assert!(page.contains("EVERYONE: &lt;img src=x onerror=alert(1)&gt;"));
    }
}

#[test]
fn a_token_is_taken_from_our_own_pages_only() {
    let server = serve(&builder().build().unwrap());
    let body = form(&[("token", &ops())]);
    let post = |fields: &[(&str, &str)]| {
        fields
            .iter()
            .fold(judging(&server), |request, (name, value)| request.header(name, value))
            .send_body(FORM, &body)
    };
    let refused = Denied::forbidden("cross-site requests are not accepted here");
    for fields in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Origin", "https://attacker.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
    ] {
        refused.check(&post(fields));
    }
    let by_password = server.post("/policies").basic("alice", "wonderland").header("Sec-Fetch-Site", "cross-site");
    refused.check(&by_password.send_body(FORM, &body));
    for fields in [&[("Sec-Fetch-Site", "same-origin")][..], &[("Origin", ORIGIN)], &[]] {
        assert_eq!(post(fields).status, 200, "{fields:?}");
    }
}

#[test]
fn what_is_no_form_of_it_is_refused() {
    let server = serve(&builder().build().unwrap());
    let post = |kind: &str, body: &str| judging(&server).send_body(kind, body);
    let token = ops();
    for (status, answer) in [
        (400, post("text/plain", &format!("token={token}"))),
        (400, post("application/json", &format!(r#"{{"token":"{token}"}}"#))),
        (400, post(FORM, "")),
        (400, post(FORM, "token=")),
        (400, post(FORM, "token=a%00b")),
        (400, post(FORM, &format!("place=99&token={token}"))),
        (413, post(FORM, &format!("token={}", "a".repeat(70_000)))),
    ] {
        assert_eq!((answer.status, answer.only("cache-control")), (status, Some("no-store")));
        assert!(answer.text().contains("role=\"alert\">\n<h2>Not judged</h2>"), "{}", answer.text());
        assert!(!answer.text().contains(&token));
    }
    let long = judged(&server, &"a.b.c".repeat(4000));
    assert!(long.text().contains("<code>token_too_long</code>"));
}

#[test]
fn it_judges_so_many_tokens_and_no_more() {
    let server = serve(&builder().build().unwrap());
    let answers: Vec<_> = (0..80).map(|_| judging(&server).send_body(FORM, "token=a.b.c")).collect();
    let refused = answers.iter().find(|answer| answer.status == 429).expect("at most 20 at once");
    assert_eq!((refused.only("retry-after"), refused.only("cache-control")), (Some("1"), Some("no-store")));
    assert!(refused.text().contains("Too many tokens were judged a moment ago."));
    assert!(answers.iter().take(20).all(|answer| answer.status == 200));
    assert_eq!(asked(&server, "?scheme=bearer&roles=ops").status, 200, "descriptions are judged");
    let others = token().claim("sub", "olga").roles(&["ops"]).sign();
    let other = server.post("/policies").bearer(others).send_body(FORM, "token=a.b.c");
    assert_eq!(other.status, 200, "each has their own");
}

#[test]
fn without_a_policy_in_front_it_shows_nothing() {
    listen();
    let auth = builder().build().unwrap();
    let server = Server::start(move |app| {
        app.service(auth.scope("/a").service_public("a mistake", "/policies", review::page(&auth)))
            .service(web::scope("/b").service(review::page(&auth)));
    });
    for path in ["/a/policies", "/b"] {
        let answer = server.get(path).send();
        assert_eq!((answer.status, answer.text()), (500, ""), "{path}");
    }
    let told = |event: &observed::Event| {
        event.level == "ERROR" && event.field("message").contains("is not shown; mount it by")
    };
    assert!(observed::all().iter().any(told));
}

#[actix_web::test]
#[should_panic(expected = "the page of the policies has no policy in front of it")]
async fn it_cannot_be_mounted_on_the_application_itself() {
    let auth = builder().build().unwrap();
    actix_web::test::init_service(actix_web::App::new().service(review::page(&auth))).await;
}
