//! A server that cannot have its address says which one, and what to do.

use std::net::TcpListener;
use std::process::Command;

#[test]
fn a_taken_address_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("it listens").to_string();
    let run = Command::new(env!("CARGO_BIN_EXE_mcp_server")).env("BIND", &address).output().expect("it starts");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(!run.status.success(), "it serves on {address}");
    assert!(said.contains(&format!("cannot listen on {address}: ")), "{said}");
    assert!(said.contains("set BIND to another address"), "{said}");
}
