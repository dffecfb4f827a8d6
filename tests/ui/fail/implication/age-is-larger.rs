use auth_runtime::policy;

policy! {
    Payouts: bearer, max_age = "15m", acr = "mfa";
    Refunds: bearer, max_age = "5m";

    Payouts => Refunds;
}

fn main() {}
