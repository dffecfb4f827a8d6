//! Which mounted routes an operation of the document speaks of.

use std::cell::Cell;

use crate::auth::{Auth, Matches, MountedRoute};
use crate::openapi::fault::DescriptionFault;
use crate::policy::Hide;

/// What the applications of some `Auth`s have mounted.
pub(super) struct Routes<'a>(Vec<Mounted<'a>>);

/// One route, with the path that it has in a document.
pub(super) struct Mounted<'a> {
    pub(super) auth: &'a Auth,
    pub(super) route: MountedRoute,
    path: String,
    described: Cell<bool>,
}

impl<'a> Routes<'a> {
    pub(super) fn of(auths: impl IntoIterator<Item = &'a Auth>) -> Self {
        let of_one = |auth: &'a Auth| {
            auth.mounted().into_iter().map(move |route| {
                let path = template(route.path());
                Mounted { auth, route, path, described: Cell::new(false) }
            })
        };
        Self(auths.into_iter().flat_map(of_one).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that answer this operation: several where guards decide between them.
    pub(super) fn answering(&self, method: &str, path: &str) -> Vec<&Mounted<'a>> {
        let wanted = shape(path);
        let fits = |mounted: &&Mounted<'a>| {
            mounted.route.matches() == Matches::Path && mounted.route.method().is_none_or(|own| own == method)
        };
        let mut found = self.nearest(|mounted| fits(mounted) && mounted.is_at(path, str::to_owned));
        if found.is_empty() {
            found = self.nearest(|mounted| fits(mounted) && mounted.is_at(&wanted, shape));
        }
        if found.is_empty() {
            found = self.nearest(|mounted| mounted.route.matches() == Matches::Below && mounted.is_above(path));
        }
        found.iter().for_each(|mounted| mounted.described.set(true));
        found
    }

    /// Of those that fit, those with the longest path, of which most is known.
    fn nearest(&self, fits: impl Fn(&&Mounted<'a>) -> bool) -> Vec<&Mounted<'a>> {
        let mut found: Vec<_> = self.0.iter().filter(fits).collect();
        let length = |mounted: &&Mounted<'a>| shape(&mounted.path).len();
        let longest = found.iter().map(length).max();
        found.retain(|mounted| Some(length(mounted)) == longest);
        found
    }

    /// The handlers that no operation has spoken of.
    pub(super) fn undescribed(&self, with_hidden: bool) -> impl Iterator<Item = &Mounted<'a>> {
        self.0.iter().filter(move |mounted| {
            let is_handler = mounted.route.matches() == Matches::Path && mounted.route.policy().is_some();
            // No document can speak of this method.
            let is_tunnel = mounted.route.method() == Some("CONNECT");
            is_handler && !is_tunnel && (with_hidden || !mounted.is_hidden()) && !mounted.described.get()
        })
    }
}

impl Mounted<'_> {
    /// The path, as a document has it.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether nobody may learn from an answer that it exists.
    pub(super) fn is_hidden(&self) -> bool {
        self.route.policy().is_some_and(|policy| policy.hide() == Hide::Everything)
    }

    /// Whether it is mounted at this path of a document; where only the end of its own is known, whether that is the end.
    fn is_at(&self, path: &str, read: fn(&str) -> String) -> bool {
        let own = read(&self.path);
        if self.route.is_whole_path() { own == path } else { !own.is_empty() && path.ends_with(&own) }
    }

    fn is_above(&self, path: &str) -> bool {
        let rest = match self.route.is_whole_path() {
            true => path.strip_prefix(&*self.path),
            false => path.find(&*self.path).and_then(|place| path.get(place + self.path.len()..)),
        };
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'))
    }

    pub(super) fn undescribed(&self) -> DescriptionFault {
        DescriptionFault::RouteUndescribed {
            method: self.route.method().map(str::to_owned),
            path: self.path.clone(),
            handler: self.route.handler().to_owned(),
            file: self.route.file(),
            line: self.route.line(),
        }
    }
}

/// A pattern of actix's as a document has it: names without the expressions behind them.
pub(super) fn template(pattern: &str) -> String {
    rewritten(pattern, |within| within.split_once(':').map_or(within, |(name, _)| name).to_owned())
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    rewritten(path, |_| String::new())
}

/// With something else in all braces.
fn rewritten(pattern: &str, within: impl Fn(&str) -> String) -> String {
    let (mut text, mut rest) = (String::with_capacity(pattern.len()), pattern);
    while let Some((before, opened)) = rest.split_once('{') {
        let mut depth = 1_usize;
        let end = opened.find(|character| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let Some((inside, after)) = end.and_then(|end| Some((opened.get(..end)?, opened.get(end + 1..)?))) else {
            break;
        };
        text.extend([before, "{", &within(inside), "}"]);
        // actix's `{tail}*`.
        rest = if after == "*" { "" } else { after };
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_lose_what_a_document_cannot_say() {
        for (pattern, expected) in [
            ("/orders", "/orders"),
            ("/orders/{id}", "/orders/{id}"),
            (r"/orders/{id:\d{3}}/{rest:.*}", "/orders/{id}/{rest}"),
            ("/files/{tail}*", "/files/{tail}"),
            ("/{a}-{b}.{ext:[a-z]+}", "/{a}-{b}.{ext}"),
            ("/open{", "/open{"),
            ("", ""),
        ] {
            assert_eq!(template(pattern), expected, "{pattern}");
        }
        assert_eq!(shape("/{a}/b/{c}"), shape("/{x}/b/{y}"));
        assert_ne!(shape("/{a}/b"), shape("/{a}/c"));
    }
}
