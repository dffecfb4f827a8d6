//! Writes a thousand protected handlers, each with a policy of its own, for the benchmark of growth.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const ROUTES: usize = 1000;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(directory) = env::var_os("OUT_DIR") else { return };
    let mut handlers = String::new();
    let mut mount = String::from(
        "/// Mounts the first `count` of them.\npub(crate) fn mount(config: &mut auth_runtime::ServiceConfig, count: usize) {\n",
    );
    for n in 0..ROUTES {
        let _ = writeln!(
            handlers,
            "#[requires(bearer, scope = \"admin\")]\n#[get(\"/orders{n}\")]\nasync fn orders{n}(caller: Bearer<Claims>) -> \
             &'static str {{\n    std::hint::black_box(&caller.sub);\n    \"orders\"\n}}"
        );
        let _ = writeln!(mount, "    if count > {n} {{\n        config.service(orders{n});\n    }}");
    }
    mount.push_str("}\n");
    if let Err(error) = fs::write(Path::new(&directory).join("thousand.rs"), handlers + &mount) {
        println!("cargo::error=cannot write the handlers: {error}");
    }
}
