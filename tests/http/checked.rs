//! Checks that are given values, and checks that load what they have checked.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{get, post, web};
use auth_runtime::{Checked, Denial, Granted, Principal, policy, registry, requires};
use serde_json::{Value, json};
use tests::{Denied, Server};

use crate::fixture::{auth, token};
use crate::observed::{self, listen};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Permission {
    Refund,
    Close,
}

const LIMIT: i64 = 100;

mod other {
    pub(crate) mod limits {
        pub(crate) const SMALL: i64 = 1;
    }

    /// Another of the same name.
    pub(super) async fn can() -> bool {
        true
    }
}

async fn can(permission: Permission, who: Principal) -> bool {
    let granted = who.claims().and_then(|claims| claims.get("can"));
    granted.and_then(Value::as_str)
        == Some(match permission {
            Permission::Refund => "refund",
            Permission::Close => "close",
        })
}

/// Values of all kinds, in front of the extractors.
async fn within(
    limit: i64,
    unit: &'static str,
    strict: bool,
    least: i64,
    amount: web::Path<i64>,
) -> Result<bool, String> {
    if unit != "eur" {
        return Err(format!("no unit {unit}"));
    }
    Ok(*amount <= limit && (!strict || *amount >= least))
}

#[requires(bearer, check = can(Permission::Refund))]
#[post("/refunds")]
async fn refund() -> &'static str {
    "refunded"
}

#[requires(bearer, check(can(Permission::Close)) || check(other::can) && role("closer"))]
#[post("/closed")]
async fn close() -> &'static str {
    "closed"
}

#[requires(bearer, check = within(LIMIT, "eur", true, -5))]
#[get("/amounts/{amount}")]
async fn show_amount(amount: web::Path<i64>) -> String {
    amount.to_string()
}

#[requires(bearer, check(within(other::limits::SMALL, "eur", false, 0)))]
#[get("/small/{amount}")]
async fn show_small(amount: web::Path<i64>) -> String {
    amount.to_string()
}

#[derive(Debug)]
struct Order {
    id: u64,
    owner: &'static str,
    open: bool,
}

static LOADED: AtomicUsize = AtomicUsize::new(0);

impl Order {
    /// Orders 1 and 3 are alice's, 2 is bob's; 3 is closed.
    async fn load(id: web::Path<u64>, who: Principal) -> Option<Self> {
        LOADED.fetch_add(1, Ordering::Relaxed);
        let owner = match *id {
            1 | 3 => "alice",
            2 => "bob",
            _ => return None,
        };
        (owner == who.subject()).then_some(Self { id: *id, owner, open: *id != 3 })
    }
}

async fn is_open(order: Checked<Order>) -> Result<(), Denial> {
    if order.open { Ok(()) } else { Err(Denial::forbidden("the order is closed")) }
}

#[requires(bearer, scope = "orders", check = Order::load -> Order)]
#[get("/orders/{id}")]
async fn show_order(order: Checked<Order>, id: web::Path<u64>) -> String {
    assert_eq!(order.id, *id);
    format!("{} of {}", order.id, order.owner)
}

/// Checked once more after it is loaded, and taken by both.
#[requires(bearer, check = Order::load -> Order, check(is_open))]
#[post("/orders/{id}")]
async fn change(order: Checked<Order>) -> String {
    format!("changed {}", order.clone().into_inner().id)
}

#[requires(bearer, check = Order::load -> Order, hide)]
#[get("/hidden/{id}")]
async fn show_hidden(order: Checked<Order>) -> String {
    order.id.to_string()
}

policy! {
    OwnOrder: bearer, check = Order::load -> Order;
}

struct Item(u64);

async fn load_item(order: Checked<Order>) -> Result<Item, Denial> {
    if order.open { Ok(Item(order.id * 10)) } else { Err(Denial::forbidden("no items in a closed order")) }
}

/// What the named policy loads is the handler's too, beside what it loads itself.
#[requires(policy = OwnOrder, check = load_item -> Item)]
#[get("/items/{id}")]
async fn show_item(item: Checked<Item>, order: Checked<Order>, _proof: Granted<OwnOrder>) -> String {
    format!("item {} of order {}", item.0, order.id)
}

struct Account(u64);

async fn load_account(id: web::Path<u64>) -> Result<Option<Account>, String> {
    match *id {
        0 => Err("the database is away".to_owned()),
        1 => Ok(Some(Account(1))),
        _ => Ok(None),
    }
}

#[requires(bearer, check = load_account -> Account)]
#[get("/accounts/{id}")]
async fn show_account(account: Checked<Account>) -> String {
    account.0.to_string()
}

struct Ledger;

/// Denies in words of its own, and fails where the database does.
async fn load_ledger(id: web::Path<u64>) -> Result<Result<Ledger, Denial>, String> {
    Ok(match load_account(id).await? {
        Some(_) => Ok(Ledger),
        None => Err(Denial::conflict("the account is closed").code("closed")),
    })
}

async fn is_balanced(id: web::Path<u64>) -> Result<Result<(), Denial>, String> {
    Ok(load_ledger(id).await?.map(drop))
}

#[requires(bearer, check = load_ledger -> Ledger)]
#[get("/ledgers/{id}")]
async fn show_ledger(_ledger: Checked<Ledger>) -> &'static str {
    "ledger"
}

#[requires(bearer, check = is_balanced)]
#[get("/balances/{id}")]
async fn show_balance() -> &'static str {
    "balance"
}

async fn too_early(_: Checked<Account>) -> bool {
    true
}

#[requires(bearer, check(too_early), check = load_account -> Account)]
#[get("/early/{id}")]
async fn early() -> &'static str {
    "early"
}

fn server() -> Server {
    Server::start(|app| {
        let scope = auth()
            .scope("")
            .service(refund)
            .service(close)
            .service(show_amount)
            .service(show_small)
            .service(show_order);
        let scope = scope.service(change).service(show_hidden).service(show_item).service(show_account).service(early);
        app.service(scope.service(show_ledger).service(show_balance));
    })
}

fn refused() -> Denied {
    Denied::forbidden("the caller may not do this")
}

#[test]
fn a_check_is_given_its_values_before_what_it_extracts() {
    let server = server();
    let with = |what: &str| token().claim("can", what).sign();
    server.post("/refunds").bearer(with("refund")).send().expect("refunded");
    refused().check(&server.post("/refunds").bearer(with("close")).send());
    server.post("/closed").bearer(with("close")).send().expect("closed");
    refused().check(&server.post("/closed").bearer(with("refund")).send());
    server.post("/closed").bearer(token().claim("roles", ["closer"]).sign()).send().expect("closed");
    let amount = |path: &str| server.get(path).bearer(token().sign()).send();
    for (path, status) in [
        ("/amounts/100", 200),
        ("/amounts/101", 403),
        ("/amounts/-5", 200),
        ("/amounts/-6", 403),
        ("/small/1", 200),
        ("/small/-99", 200),
        ("/small/2", 403),
        ("/small/x", 404),
    ] {
        assert_eq!(amount(path).status, status, "{path}");
    }
}

#[test]
fn a_check_is_named_by_its_function_and_its_values() {
    let name = |handler: &str| {
        let mut policies = registry::policies();
        let policy = policies.find(|policy| policy.handler() == format!("http::checked::{handler}")).unwrap();
        serde_json::to_value(policy.requirement()).unwrap()
    };
    assert_eq!(name("refund"), json!({ "check": "http::checked::can(Refund)" }));
    assert_eq!(name("show_amount"), json!({ "check": "http::checked::within(100, \"eur\", true, -5)" }));
    assert_eq!(
        name("close"),
        json!({ "any": [
            { "check": "http::checked::can(Close)" },
            { "all": [{ "check": "http::checked::other::can" }, { "role": "closer" }] },
        ] })
    );
    assert_eq!(name("show_account"), json!({ "check": "http::checked::load_account" }));
}

#[test]
fn a_handler_has_what_a_check_has_loaded_and_checked() {
    let server = server();
    let before = LOADED.load(Ordering::Relaxed);
    let get = |path: &str| server.get(path).bearer(token().claim("scope", "orders").sign()).send();
    get("/orders/1").expect("1 of alice");
    assert_eq!(LOADED.load(Ordering::Relaxed) - before, 1, "loaded once");
    for path in ["/orders/2", "/orders/9"] {
        refused().check(&get(path));
    }
    // Nothing is loaded for one who lacks the scope, nor for a stranger.
    let before = LOADED.load(Ordering::Relaxed);
    assert_eq!(server.get("/orders/1").bearer(token().sign()).send().status, 403);
    assert_eq!(server.get("/orders/1").send().status, 401);
    assert_eq!(LOADED.load(Ordering::Relaxed), before);
    let (foreign, unknown) = (get("/hidden/2"), get("/unknown"));
    assert_eq!((foreign.status, foreign.text()), (unknown.status, unknown.text()));
    get("/hidden/1").expect("1");
}

#[test]
fn later_checks_and_policies_that_build_on_it_have_it_too() {
    let server = server();
    let ask = |method: &str, path: &str| server.request(method, path).bearer(token().sign()).send();
    ask("POST", "/orders/1").expect("changed 1");
    Denied::forbidden("the order is closed").check(&ask("POST", "/orders/3"));
    refused().check(&ask("POST", "/orders/2"));
    ask("GET", "/items/1").expect("item 10 of order 1");
    Denied::forbidden("no items in a closed order").check(&ask("GET", "/items/3"));
    refused().check(&ask("GET", "/items/2"));
}

#[test]
fn a_load_that_fails_is_a_500_and_one_that_comes_too_late_too() {
    listen();
    let server = server();
    let get = |path: &str| server.get(path).bearer(token().sign()).send();
    get("/accounts/1").expect("1");
    refused().check(&get("/accounts/2"));
    Denied::failed().check(&get("/accounts/0"));
    Denied::failed().check(&get("/early/1"));
    for (handler, check, reason) in
        [("show_account", "load_account", "check_erred"), ("early", "too_early", "loaded_later")]
    {
        let events = observed::events(&format!("http::checked::{handler}"));
        let event = events.iter().find(|event| event.level == "ERROR").expect("an error event");
        assert_eq!(event.field("check"), format!("http::checked::{check}"));
        assert_eq!(event.field("reason"), reason);
        assert!(!event.field("remedy").is_empty());
    }
}

#[test]
fn a_check_denies_in_its_own_words_and_says_apart_that_it_cannot_decide() {
    listen();
    let server = server();
    let get = |path: &str| server.get(path).bearer(token().sign()).send();
    for (path, handler, good) in [("/ledgers", "show_ledger", "ledger"), ("/balances", "show_balance", "balance")] {
        get(&format!("{path}/1")).expect(good);
        let denied = get(&format!("{path}/2"));
        assert_eq!((denied.status, &denied.json()["code"]), (409, &json!("closed")));
        Denied::failed().check(&get(&format!("{path}/0")));
        let events = observed::events(&format!("http::checked::{handler}"));
        let event = events.iter().find(|event| event.level == "ERROR").expect("an error event");
        assert_eq!((event.field("reason"), event.field("cause")), ("check_erred", "the database is away"));
    }
}
