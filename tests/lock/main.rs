//! The whole way of whoever keeps a lock file: it is written, a policy is weakened, the test says whom that lets in, and
//! somebody accepts it with a reason. Each run is a process of its own, as `cargo test` is, for the variables are the process's.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use actix_web::App;
use actix_web::test::init_service;
use auth_runtime::testing::TestIssuer;
use auth_runtime::{Auth, policy, public, review, route};

policy! {
    Strict: bearer, scope("orders:read"), role("viewer");
    Wide: bearer, role("viewer");
}

async fn list() -> &'static str {
    "orders"
}

#[public(reason = "liveness probe")]
async fn health() -> &'static str {
    "ok"
}

/// What an application has among its tests, with the policy of one route from outside. Alone it has nothing to do.
#[actix_web::test]
async fn policies_are_those_reviewed() {
    let Ok(said) = env::var("ROUTE_POLICY") else { return };
    let auth = Auth::builder().bearer(TestIssuer::new().jwt()).role_hierarchy("admin > viewer").build().unwrap();
    let orders = match &*said {
        "wide" => route::get().requires::<Wide>().to(list),
        _ => route::get().requires::<Strict>().to(list),
    };
    let scope = auth.scope("/shop").route("/orders", orders).route("/health", route::get().to(health));
    let app = init_service(App::new().service(scope)).await;
    review::assert_matches("auth.lock", &auth, app);
}

/// A package whose tests run in a folder of their own.
struct Package(PathBuf);

impl Package {
    fn new(name: &str) -> Self {
        let folder = env::temp_dir().join(format!("auth-lock-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("auth.lock")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    /// Whether its test passes, and all that is told.
    fn run(&self, policy: &str, variables: &[(&str, &str)]) -> (bool, String) {
        let mut run = Command::new(env::current_exe().unwrap());
        run.args(["--exact", "policies_are_those_reviewed"]).current_dir(&self.0).env("ROUTE_POLICY", policy);
        for name in ["CI", "AUTH_LOCK", "AUTH_LOCK_REASON"] {
            run.env_remove(name);
        }
        let ran = run.envs(variables.iter().copied()).output().unwrap();
        let told = [ran.stdout, ran.stderr].map(|told| String::from_utf8(told).unwrap()).concat();
        (ran.status.success(), told)
    }

    fn passes(&self, policy: &str, variables: &[(&str, &str)]) -> String {
        let (passed, told) = self.run(policy, variables);
        assert!(passed, "{told}");
        told
    }

    fn fails(&self, policy: &str, variables: &[(&str, &str)]) -> String {
        let before = fs::read_to_string(self.file()).ok();
        let (passed, told) = self.run(policy, variables);
        assert!(!passed, "{told}");
        assert_eq!(fs::read_to_string(self.file()).ok(), before, "a test that fails leaves the file as it is");
        told
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).unwrap_or_else(|| panic!("{text}")).0
}

#[test]
fn a_policy_is_weakened_and_accepted() {
    let package = Package::new("accepted");
    let told = package.fails("strict", &[("CI", "true")]);
    assert!(told.contains("auth.lock is missing"), "{told}");

    // The first run writes, and says so past the harness, which keeps to itself what tests print that pass.
    let told = package.passes("strict", &[]);
    assert!(
        told.contains("ATTENTION: auth.lock was not there, and was written as the program is now: 2 routes, 1 of"),
        "{told}"
    );
    let written = package.text();
    assert!(written.contains("\n# ATTENTION: written as it was found"), "{written}");
    let paragraph =
        "\nGET /shop/orders\n  handler lock::list\n  rule bearer, scope(\"orders:read\") && role(\"viewer\")\n";
    assert!(written.contains(paragraph), "{written}");
    assert!(written.contains("\n  allows role \"admin includes viewer\"\n"), "{written}");
    assert!(!package.passes("strict", &[]).contains("ATTENTION"));

    // One weaker line.
    let told = package.fails("wide", &[]);
    assert!(told.contains("=>    newly lets in a bearer token with role viewer and no scope\n"), "{told}");
    let command = between(&told, "say why and run:\n\n    ", "\n");
    let accept = between(command, "AUTH_LOCK=", " ");
    assert_eq!(command, format!("AUTH_LOCK={accept} AUTH_LOCK_REASON='…' cargo test policies_are_those_reviewed"));
    package.fails("wide", &[("AUTH_LOCK", "accept")]);
    package.fails("wide", &[("AUTH_LOCK", accept)]);
    package.fails("wide", &[("AUTH_LOCK", "accept:0123456789ab"), ("AUTH_LOCK_REASON", "viewers may read")]);
    package.fails("wide", &[("AUTH_LOCK", accept), ("AUTH_LOCK_REASON", "viewers may read"), ("CI", "1")]);
    let told = package.passes("wide", &[("AUTH_LOCK", accept), ("AUTH_LOCK_REASON", "viewers may read")]);
    assert!(told.contains("auth.lock: accepted "), "{told}");
    let paragraph = "  rule bearer, role(\"viewer\")\n  because \"viewers may read\"\n";
    assert!(package.text().contains(paragraph), "{}", package.text());
    package.passes("wide", &[("CI", "true")]);

    // A stronger one is accepted by a word, and everybody sees what it was.
    let told = package.fails("strict", &[]);
    assert!(
        told.contains("which let in nobody new") && told.contains("run:\n\n    AUTH_LOCK=accept cargo test"),
        "{told}"
    );
    package.passes("strict", &[("AUTH_LOCK", "accept")]);
    package.passes("strict", &[]);
    assert!(beside(&package.0).is_empty(), "nothing is left beside the file");
}

fn beside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().is_none_or(|name| name != "auth.lock")).collect()
}

#[test]
fn a_conflict_is_left_to_a_person() {
    let package = Package::new("conflict");
    package.passes("strict", &[]);
    let torn = package
        .text()
        .replace("  handler lock::list\n", "<<<<<<< HEAD\n  handler lock::list\n=======\n>>>>>>> other\n");
    fs::write(package.file(), torn).unwrap();
    let told = package.fails("strict", &[("AUTH_LOCK", "accept")]);
    assert!(
        told.contains("auth.lock, line ") && told.contains(": a merge conflict; take one of the two sides"),
        "{told}"
    );
}
