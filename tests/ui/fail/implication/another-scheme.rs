use auth_runtime::policy;

policy! {
    Either: any(bearer, api_key && scope("orders"));
    Tokens: bearer;
}

policy! { Either => Tokens }

fn main() {}
