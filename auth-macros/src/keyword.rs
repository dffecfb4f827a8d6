//! Every word of the grammar, in one table.

/// What a word is used for. A word may stand in several rows: `scope` is a predicate and a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// `bearer`, `bearer("partner")`
    Scheme,
    /// `any(…)`, `optional(…)`
    Combinator,
    /// `role("ops")`
    Predicate,
    /// `realm = "orders"`
    Key,
    /// `shared_cache`
    Flag,
    /// `reason = "…"`, in `#[public]` alone
    KeyOfPublic,
}

/// The table.
pub(crate) const KEYWORDS: &[(&str, Use)] = &[
    ("bearer", Use::Scheme),
    ("basic", Use::Scheme),
    ("api_key", Use::Scheme),
    ("digest", Use::Scheme),
    ("session", Use::Scheme),
    ("dpop", Use::Scheme),
    ("client_certificate", Use::Scheme),
    ("any", Use::Combinator),
    ("optional", Use::Combinator),
    ("scope", Use::Predicate),
    ("role", Use::Predicate),
    ("claim", Use::Predicate),
    ("acr", Use::Predicate),
    ("max_age", Use::Predicate),
    ("check", Use::Predicate),
    ("policy", Use::Key),
    ("scope", Use::Key),
    ("role", Use::Key),
    ("acr", Use::Key),
    ("max_age", Use::Key),
    ("check", Use::Key),
    ("check_after", Use::Key),
    ("realm", Use::Key),
    ("hide", Use::Key),
    ("limit", Use::Key),
    ("inner", Use::Key),
    ("crate", Use::Key),
    ("hide", Use::Flag),
    ("replace", Use::Flag),
    ("shared_cache", Use::Flag),
    ("without_authorities", Use::Flag),
    ("allow_downgrade", Use::Flag),
    ("operation", Use::Flag),
    ("reason", Use::KeyOfPublic),
];

/// Route attributes of actix-web, and the HTTP method of those that mean one.
pub(crate) const ROUTES: &[(&str, Option<&str>)] = &[
    ("get", Some("GET")),
    ("post", Some("POST")),
    ("put", Some("PUT")),
    ("delete", Some("DELETE")),
    ("patch", Some("PATCH")),
    ("head", Some("HEAD")),
    ("options", Some("OPTIONS")),
    ("trace", Some("TRACE")),
    ("connect", Some("CONNECT")),
    ("query", Some("QUERY")),
    ("route", None),
    ("routes", None),
];

/// Whether `word` has this use.
pub(crate) fn is(word: &str, wanted: Use) -> bool {
    KEYWORDS.iter().any(|&(known, usage)| known == word && usage == wanted)
}

/// All words with one of these uses, each once, in table order.
pub(crate) fn words(wanted: &[Use]) -> Vec<&'static str> {
    let mut words = Vec::new();
    for (word, usage) in KEYWORDS {
        if wanted.contains(usage) && !words.contains(word) {
            words.push(*word);
        }
    }
    words
}
