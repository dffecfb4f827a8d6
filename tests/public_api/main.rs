//! The public interface of the runtime, one line an item, against `auth-runtime/public-api.txt`: whoever changes the
//! interface changes a line there, for a reviewer to see.
//!
//! Accept a change with `BLESS=1 cargo test -p tests --test public_api`.
//!
//! The listing is read from the sources, with all features, so that it needs no other toolchain and no build. Macros of the
//! crate are expanded.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking

mod listing;
mod macros;
mod sources;

use std::fs;
use std::path::Path;

use listing::Listing;
use sources::Sources;

/// What may stand in the interface: crates that a user depends on anyway, the attributes, the trait of streams, which
/// actix-web's own payload implements, and another name for a boxed future of `std`.
const ALLOWED: &[&str] = &[
    "actix_web",
    "auth_macros",
    "futures_core::Stream",
    "futures_core::future::LocalBoxFuture",
    "serde",
    "serde_json",
    "std",
];

/// What may stand in one module only, whose feature is about it.
const ALLOWED_IN: &[(&str, &str)] =
    &[("utoipa::openapi::OpenApi", "openapi"), ("utoipa_actix_web::OpenApiFactory", "openapi")];

fn listing() -> Listing {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    Listing::of(&Sources::read(&root.join("auth-runtime/src/lib.rs")))
}

#[test]
fn the_public_interface_is_the_accepted_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("auth-runtime/public-api.txt");
    let now = listing().to_string();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let accepted = fs::read_to_string(&path).unwrap_or_default();
    let lines = |sign, these: &str, those: &str| -> String {
        let known: std::collections::HashSet<&str> = those.lines().collect();
        these.lines().filter(|line| !known.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    assert!(
        now == accepted,
        "the public interface changed; if that is meant, run `BLESS=1 cargo test -p tests --test public_api`\n{}{}",
        lines('-', &accepted, &now),
        lines('+', &now, &accepted),
    );
}

#[test]
fn no_type_of_another_crate_is_part_of_it() {
    let listing = listing();
    let (mut foreign, text) = (listing.foreign.clone(), listing.to_string());
    for (name, module) in ALLOWED_IN {
        let mut places = text.lines().filter(|line| line.contains(name));
        assert!(places.all(|line| line.starts_with(&format!("{module}::"))), "`{name}` stands outside of `{module}`");
        foreign.remove(*name);
    }
    let allowed = |path: &str| ALLOWED.iter().any(|known| path == *known || path.starts_with(&format!("{known}::")));
    foreign.retain(|path, _| !allowed(path));
    assert!(foreign.is_empty(), "these crates could not change without a change of ours: {foreign:#?}");
}
