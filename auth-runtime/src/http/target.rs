//! Whether a URL that a caller names is the one that was asked (RFC 3986 section 6.2).

use std::borrow::Cow;

/// Whether `named` is a URL of this path of ours, whatever its query and fragment: by syntax and scheme, as RFC 3986 sections
/// 6.2.2 and 6.2.3 compare. `origin` is as browsers write it, `path` in two parts: that of a proxy in front, and as received.
///
/// Dot segments are taken out of what is named alone. The application serves a path with them as it stands, and so such a path has no
/// URL: it would be that of another resource.
pub(crate) fn is_ours(named: &str, origin: &str, base: &str, path: &str) -> bool {
    let Some(rest) = after_origin(named, origin) else { return false };
    let named = rest.split(['?', '#']).next().unwrap_or_default();
    let path = if path.is_empty() { "/" } else { path };
    // As most clients write it, and nothing in it to take out or decode.
    let is_plain = path.starts_with('/') && !path.contains("/.") && !path.contains('%');
    if is_plain && named.strip_prefix(base) == Some(path) {
        return true;
    }
    let ours = if base.is_empty() { Cow::Borrowed(path) } else { Cow::Owned(format!("{base}{path}")) };
    match (decoded(named), decoded(&ours)) {
        (Some(named), Some(ours)) => path.starts_with('/') && !has_dots(&ours) && without_dots(&named) == ours,
        _ => false,
    }
}

/// Whether a proxy in front may take this off the path of a request.
pub(crate) fn is_base_path(path: &str) -> bool {
    let is_path = |byte: u8| byte.is_ascii_graphic() && !b"?#\"\\".contains(&byte);
    let is_absolute = path.starts_with('/') && !path.ends_with('/') && path.bytes().all(is_path);
    path.is_empty() || (is_absolute && decoded(path).is_some_and(|path| !has_dots(&path)))
}

/// What follows the origin in a URL of ours.
fn after_origin<'a>(named: &'a str, origin: &str) -> Option<&'a str> {
    // Neither spaces nor control characters, nor anything that some parsers take for a slash.
    if !named.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let (scheme, rest) = named.split_once("://")?;
    let (our_scheme, our_authority) = origin.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at_checked(end)?;
    let default = if our_scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(':').or_else(|| authority.strip_suffix(default)).unwrap_or(authority);
    let is_ours = scheme.eq_ignore_ascii_case(our_scheme) && authority.eq_ignore_ascii_case(our_authority);
    is_ours.then_some(rest)
}

/// The path with nothing encoded that need not be, and the rest in capital hex; `None` where something in it is not an encoding.
fn decoded(path: &str) -> Option<String> {
    let mut decoded = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(char::from(byte));
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?].map(|digit| char::from(digit).to_digit(16));
        let [Some(high), Some(low)] = digits else { return None };
        let byte = u8::try_from(high * 16 + low).ok()?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            decoded.push(char::from(byte));
        } else {
            decoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(decoded)
}

fn has_dots(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// RFC 3986 section 5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "https://api.example";

    #[test]
    fn spellings_of_one_url_are_one() {
        for named in [
            "https://api.example/a/b",
            "HTTPS://API.Example/a/b",
            "https://api.example:443/a/b",
            "https://api.example:/a/b",
            "https://api.example/a/b?x=1",
            "https://api.example/a/b#x",
            "https://api.example/a/b?x#y/../z",
            "https://api.example/%61/b",
            "https://api.example/a/%62",
            "https://api.example/a/./b",
            "https://api.example/x/../a/b",
            "https://api.example/x/%2e%2E/a/b",
            "https://api.example/../../a/b",
        ] {
            assert!(is_ours(named, ORIGIN, "", "/a/b"), "{named}");
        }
        assert!(is_ours("https://api.example", ORIGIN, "", "/"));
        assert!(is_ours("https://api.example?x", ORIGIN, "", "/"));
        assert!(is_ours("https://api.example/a%2fb", ORIGIN, "", "/a%2Fb"));
        assert!(is_ours("https://api.example/a~b", ORIGIN, "", "/a%7Eb"));
        assert!(is_ours("https://api.example/v1/a", ORIGIN, "/v1", "/a"));
        assert!(is_ours("https://api.example/%761/a", ORIGIN, "/v1", "/a"));
        assert!(is_ours("http://127.0.0.1:8080/a", "http://127.0.0.1:8080", "", "/a"));
        assert!(is_ours("http://[::1]:8080/a", "http://[::1]:8080", "", "/a"));
        assert!(is_ours("http://api.example:80/a", "http://api.example", "", "/a"));
    }

    #[test]
    fn another_url_is_another() {
        for named in [
            "",
            "/a/b",
            "https://api.example",
            "https://api.example/",
            "https://api.example/a/b/",
            "https://api.example/a//b",
            "https://api.example/A/b",
            "https://api.example/a%2Fb",
            "https://api.example/a/b%",
            "https://api.example/a/b%2",
            "https://api.example/a/b%zz",
            "https://api.example/a/b%00",
            "https://api.example/a/b;x",
            "https://api.example/a/..",
            "http://api.example/a/b",
            "https://api.example:8443/a/b",
            "https://api.example:80/a/b",
            "https://api.example:0443/a/b",
            "https://api.example.evil.example/a/b",
            "https://api.example@evil.example/a/b",
            "https://user@api.example/a/b",
            "https://xapi.example/a/b",
            "https:/api.example/a/b",
            "https:///api.example/a/b",
            "//api.example/a/b",
            "https://api.example\\a\\b",
            "https://api.example/a/b\n",
            " https://api.example/a/b",
            "https://api.example/a/b\u{e9}",
        ] {
            assert!(!is_ours(named, ORIGIN, "", "/a/b"), "{named}");
        }
        assert!(!is_ours("https://api.example/a", ORIGIN, "/v1", "/a"));
        assert!(!is_ours("https://api.example/v1/a", ORIGIN, "", "/a"));
        assert!(!is_ours("https://api.example/v1a", ORIGIN, "/v1", "/a"));
    }

    #[test]
    fn a_path_that_is_served_with_dots_in_it_is_nobodys_url() {
        for path in ["/a/b/..", "/x/../a", "/x/%2e%2E/a", "/x/.%2e/a", "/a/.", "/./a", "/..", "/%2E"] {
            for named in ["/a", "/a/", "/", path] {
                assert!(!is_ours(&format!("{ORIGIN}{named}"), ORIGIN, "", path), "{named} {path}");
            }
            assert!(!is_ours("https://api.example/a", ORIGIN, "/v1", path), "{path}");
        }
        for named in ["", "/", "/*", "*"] {
            assert!(!is_ours(&format!("{ORIGIN}{named}"), ORIGIN, "", "*"), "{named}");
        }
        for path in ["/.well-known/x", "/..x", "/x..", "/a/...", "/a%2f..%2fb"] {
            assert!(is_ours(&format!("{ORIGIN}{path}"), ORIGIN, "", path), "{path}");
        }
    }

    #[test]
    fn a_base_path_is_an_absolute_path_without_dots() {
        for path in ["", "/v1", "/a/b", "/.x", "/%7Eme"] {
            assert!(is_base_path(path), "{path}");
        }
        for path in ["/", "v1", "/v1/", "/a/../b", "/.", "/%2e%2e", "/a?b", "/a b", "/%zz"] {
            assert!(!is_base_path(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(named in "\\PC{0,40}", path in "/[ -~]{0,20}") {
            let _ = is_ours(&named, ORIGIN, "", &path);
            let _ = is_ours(&format!("{ORIGIN}{named}"), ORIGIN, "/b", &path);
        }

        #[test]
        fn the_url_as_it_is_written_is_ours(path in "(/[a-z0-9_~-][a-z0-9._~-]{0,4}){1,5}") {
            let url = format!("{ORIGIN}{path}");
            prop_assert!(is_ours(&url, ORIGIN, "", &path));
        }
    }
}
