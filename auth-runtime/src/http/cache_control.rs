//! `Cache-Control` (RFC 9111 section 5.2.2): of our answers, which must stay out of shared caches, and of those we get.

use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue};

/// A `Cache-Control` of the handler's own with `private` or `no-store` stands; otherwise `private` is added, and what
/// would let a shared cache store the answer goes.
pub(crate) fn keep_private(headers: &mut HeaderMap) {
    if !headers.contains_key(CACHE_CONTROL) {
        // Costs half of what `insert` does, with each answer.
        headers.append(CACHE_CONTROL, HeaderValue::from_static("private"));
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(CACHE_CONTROL).cloned().collect();
    let directives: Vec<&[u8]> = lines.iter().flat_map(|line| directives(line.as_bytes())).collect();
    if directives.iter().any(|directive| is(directive, b"private") || is(directive, b"no-store")) {
        return;
    }
    let mut value = b"private".to_vec();
    for directive in directives {
        if !(is(name(directive), b"public") || is(name(directive), b"s-maxage") || is(name(directive), b"private")) {
            value.extend_from_slice(b", ");
            value.extend_from_slice(directive);
        }
    }
    // The pieces come from valid field values; `private` alone is right whatever they were.
    let value = HeaderValue::from_bytes(&value).unwrap_or(HeaderValue::from_static("private"));
    headers.insert(CACHE_CONTROL, value);
}

/// A `Cache-Control` of the handler's own with `private` or `no-store` stands; otherwise it becomes `no-store`.
///
/// Browsers show a page again that is only `private`, by their back button, after its session has ended.
pub(crate) fn keep_nowhere(headers: &mut HeaderMap) {
    let mut said = headers.get_all(CACHE_CONTROL).flat_map(|line| directives(line.as_bytes()));
    if !said.any(|directive| is(directive, b"private") || is(directive, b"no-store")) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// How many seconds an answer with these lines of `Cache-Control` is fresh; `None` where they do not say.
///
/// Where it is said twice, or cannot be read, the shorter time counts: section 4.2.1 wants it stale.
#[cfg(feature = "jwks")]
pub(crate) fn freshness<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<u64> {
    let seconds = |directive: &[u8]| {
        if is(name(directive), b"no-store") || is(name(directive), b"no-cache") {
            return Some(0);
        }
        // A quoted argument means the same as a bare one (section 5.2).
        let argument = argument(directive).map(|text| text.trim_ascii());
        let text = |argument: &[u8]| str::from_utf8(argument).ok()?.parse().ok();
        is(name(directive), b"max-age").then(|| argument.and_then(text).unwrap_or(0))
    };
    lines.flat_map(directives).filter_map(seconds).min()
}

/// Splits a field value at the commas outside quoted strings.
fn directives(line: &[u8]) -> Vec<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |&byte| {
        let separates = byte == b',' && !quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        separates
    })
    .map(<[u8]>::trim_ascii)
    .filter(|directive| !directive.is_empty())
    .collect()
}

/// The directive without its argument.
fn name(directive: &[u8]) -> &[u8] {
    directive.split(|&byte| byte == b'=').next().unwrap_or_default().trim_ascii()
}

/// The argument of a directive, without its quotes.
#[cfg(feature = "jwks")]
fn argument(directive: &[u8]) -> Option<&[u8]> {
    let at = directive.iter().position(|&byte| byte == b'=')?;
    let argument = directive.get(at + 1..)?.trim_ascii();
    match argument {
        [b'"', inside @ .., b'"'] => Some(inside),
        argument => Some(argument),
    }
}

fn is(directive: &[u8], name: &[u8]) -> bool {
    directive.eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_for_one_caller_stays_out_of_shared_caches() {
        for (handler, sent) in [
            (&[][..], "private"),
            (&["public, max-age=60"], "private, max-age=60"),
            (&["PUBLIC", "S-MaxAge=5, must-revalidate"], "private, must-revalidate"),
            (&["max-age=60"], "private, max-age=60"),
            (&["private, max-age=60"], "private, max-age=60"),
            (&["no-store"], "no-store"),
            (&["ext=\"a, private\", public"], "private, ext=\"a, private\""),
            (&["private=\"set-cookie\", max-age=1"], "private, max-age=1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in handler {
                headers.append(CACHE_CONTROL, HeaderValue::from_static(line));
            }
            keep_private(&mut headers);
            let all: Vec<_> = headers.get_all(CACHE_CONTROL).map(|line| line.to_str().unwrap()).collect();
            assert_eq!(all, [sent], "{handler:?}");
        }
    }
}
