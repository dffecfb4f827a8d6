//! Each program that cannot have its address says which one, and what to do.

use std::net::TcpListener;
use std::process::Command;

#[test]
fn a_taken_address_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = taken.local_addr().expect("it listens").to_string();
    for program in [
        env!("CARGO_BIN_EXE_forum"),
        env!("CARGO_BIN_EXE_keys_and_tokens"),
        env!("CARGO_BIN_EXE_organisations"),
        env!("CARGO_BIN_EXE_tokens"),
    ] {
        let run = Command::new(program).env("BIND", &address).output().expect("it starts");
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success(), "{program} serves on {address}");
        assert!(said.contains(&format!("cannot listen on {address}: ")), "{program}: {said}");
        assert!(said.contains("set BIND to another address"), "{program}: {said}");
    }
}
