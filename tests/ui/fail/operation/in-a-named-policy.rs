use auth_runtime::policy;

policy! {
    WriteFiles: bearer, scope("files:write"), operation;
}

fn main() {}
