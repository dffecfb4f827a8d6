use auth_runtime::policy;

policy! {
    Reading: bearer, scope("read"), inner = read_inner;
}

fn main() {}
