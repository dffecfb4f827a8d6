#[requires(any(api_key, session && max_age("90s") && acr(CLASS)))]
async fn pay() -> &'static str {
    "paid"
}

#[requires(policy = Area, acr = Class::Mfa, max_age = "1m")]
async fn refund() -> &'static str {
    "refunded"
}
