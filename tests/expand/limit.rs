policy! {
    pub Reports: bearer, limit = "100/min";
}

#[requires(optional(bearer), limit("10/s", by = address))]
async fn search() -> &'static str {
    "found"
}
