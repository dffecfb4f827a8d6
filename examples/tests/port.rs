//! Each program that cannot have its address says which one, and what to do.

use std::net::TcpListener;
use std::process::Command;

/// Starts the program on an address that is taken.
fn refused(program: &str, variables: &[(&str, &str)]) {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("it listens").to_string();
    let run = Command::new(program).env("BIND", &address).envs(variables.iter().copied()).output().expect("it starts");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success(), "{program} serves on {address}");
    assert!(said.contains(&format!("cannot listen on {address}: ")), "{program}: {said}");
    assert!(said.contains("set BIND to another address"), "{program}: {said}");
}

#[test]
fn a_taken_address_is_named_with_what_to_do() {
    refused(env!("CARGO_BIN_EXE_custom_scheme"), &[]);
    refused(env!("CARGO_BIN_EXE_roles_and_checks"), &[]);
    refused(env!("CARGO_BIN_EXE_several_schemes"), &[]);
    refused(env!("CARGO_BIN_EXE_showcase"), &[]);
    refused(env!("CARGO_BIN_EXE_testing"), &[]);
    let provider = [("PROVIDER", "keycloak"), ("ISSUER", "http://127.0.0.1:1/realms/main"), ("AUDIENCE", "orders")];
    refused(env!("CARGO_BIN_EXE_keycloak_auth0_entra"), &provider);
}
