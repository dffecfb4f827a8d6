policy! {
    /// Operators.
    pub AdminArea: bearer, role("ops");
    Strict: policy = AdminArea, scope("strict"), realm = "strict";
}

#[requires(policy = AdminArea)]
async fn admin(proof: Granted<AdminArea>) -> &'static str {
    "hello"
}
