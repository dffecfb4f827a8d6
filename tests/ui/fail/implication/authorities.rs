use auth_runtime::policy;

policy! {
    Said: bearer, role("staff"), without_authorities;
    Known: bearer, role("staff");
    Said => Known;
}

fn main() {}
