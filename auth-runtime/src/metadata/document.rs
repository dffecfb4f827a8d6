//! The document: where it is, and what it says.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::fault::Misconfiguration;
use crate::http::url::{is_loopback, on_the_web};
use crate::metadata::ResourceMetadata;
use crate::policy::{Hide, PolicySpec, Presence, Requirement};
use crate::scheme::SchemeDescription;

/// RFC 9728 section 3.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A scheme of OAuth, whose tokens come from an authorization server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TokenScheme {
    Bearer,
    Dpop,
}

/// The configurations of these schemes by name; the unnamed one comes first.
pub(crate) type Offers = BTreeMap<(TokenScheme, Option<Box<str>>), SchemeDescription>;

/// Metadata whose place is known: what challenges name, before the policies are bound.
pub(crate) struct Placed {
    metadata: ResourceMetadata,
    resource: String,
    /// Where the document is, for challenges.
    pub(crate) url: String,
    path: String,
}

/// The document, ready to be served.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) url: String,
    /// Of `url`.
    pub(crate) path: String,
    pub(crate) json: Vec<u8>,
    pub(crate) max_age: Duration,
}

/// RFC 9728 section 2. Members without a value are left out.
#[derive(Serialize)]
struct Document<'a> {
    resource: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<&'a str>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: BTreeSet<Cow<'static, str>>,
    bearer_methods_supported: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dpop_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dpop_bound_access_tokens_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_policy_uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_tos_uri: Option<&'a str>,
}

impl ResourceMetadata {
    /// Works out identifier and place: the well-known path goes between origin and path (RFC 9728 section 3.1).
    ///
    /// # Errors
    /// Where the origin is unknown or not fit for it, and where something said is not a path or URL.
    pub(crate) fn place(self, origin: Option<&str>) -> Result<Placed, Misconfiguration> {
        let Some(origin) = origin else {
            return Err(fault(
                "resource metadata names this service by its URL, which is never taken from a request; add \
                 `.public_origin(\"https://…\")`",
            ));
        };
        if !on_the_web(origin).is_some_and(|url| url.scheme() == "https" || is_loopback(&url)) {
            return Err(fault(format!(
                "resource metadata needs a public origin with https (RFC 9728 section 1.2), and `{}` is neither that nor \
                 this machine",
                origin.escape_debug()
            )));
        }
        let below = self.path.as_deref().unwrap_or_default();
        if !below.is_empty() && !is_path(below) {
            return Err(fault(format!(
                "path `{}` of the resource metadata is not a plain path; write it as `/orders`, or leave it out for all of \
                 the origin",
                below.escape_debug()
            )));
        }
        let urls = [&self.documentation, &self.policy, &self.terms_of_service].into_iter().flatten();
        if let Some(url) = urls.chain(&self.authorization_servers).find(|url| on_the_web(url).is_none()) {
            return Err(fault(format!(
                "`{}` in the resource metadata is not a URL; begin it with `https://`",
                url.escape_debug()
            )));
        }
        let path = format!("{WELL_KNOWN}{below}");
        Ok(Placed { resource: format!("{origin}{below}"), url: format!("{origin}{path}"), path, metadata: self })
    }
}

impl Placed {
    /// Writes the document for these policies; `offers` are the configurations of the scheme that `is_bearer` tells.
    pub(crate) fn publish(
        self,
        policies: &[&'static PolicySpec],
        offers: &Offers,
        scheme_of: impl Fn(&crate::policy::SchemeUse) -> Option<TokenScheme>,
    ) -> Published {
        let mut scopes = Shown::default();
        let mut configurations = Shown::default();
        for policy in policies.iter().filter(|policy| policy.presence != Presence::Public) {
            for (scheme, used) in policy.schemes.iter().filter_map(|used| Some((scheme_of(used)?, used))) {
                configurations.add(policy, (scheme, used.configuration));
                let is_used = |(of, name): &(TokenScheme, Option<Box<str>>)| {
                    *of == scheme && name.as_deref() == used.configuration
                };
                let offer = offers.iter().find(|(key, _)| is_used(key));
                for scope in used.condition.iter().chain([&policy.requirement]).flat_map(required_scopes) {
                    scopes.add(policy, offer.map_or(Cow::Borrowed(scope), |(_, offer)| offer.asked_for(scope)));
                }
            }
        }
        let shown = configurations.finish();
        let is_shown = |(scheme, name): &(TokenScheme, Option<Box<str>>)| shown.contains(&(*scheme, name.as_deref()));
        let offers: Vec<&SchemeDescription> =
            offers.iter().filter(|(key, _)| is_shown(key)).map(|(_, offer)| offer).collect();
        let takes = |wanted| shown.iter().any(|(scheme, _)| *scheme == wanted);
        let takes_proofs_alone = takes(TokenScheme::Dpop) && !takes(TokenScheme::Bearer);
        let mut algorithms: Vec<&'static str> = Vec::new();
        for name in offers.iter().flat_map(|offer| offer.proof_algorithms()) {
            if !algorithms.contains(name) {
                algorithms.push(name);
            }
        }

        let mut authorization_servers: Vec<&str> = Vec::new();
        let said = self.metadata.authorization_servers.iter().map(String::as_str);
        let configured = offers.iter().flat_map(|offer| offer.issuers()).map(|issuer| &**issuer);
        // An issuer that is not a URL is no place a client could go to.
        for issuer in said.chain(configured).filter(|issuer| on_the_web(issuer).is_some()) {
            if !authorization_servers.contains(&issuer) {
                authorization_servers.push(issuer);
            }
        }
        if authorization_servers.is_empty() {
            tracing::warn!(
                "the resource metadata names no authorization server, so that no client finds one; give the bearer \
                 configuration its issuer, or add `.authorization_server(\"https://…\")`"
            );
        }
        let in_query = offers.iter().any(|offer| offer.is_in_query());
        let document = Document {
            resource: &self.resource,
            authorization_servers,
            scopes_supported: scopes.finish(),
            bearer_methods_supported: match takes_proofs_alone {
                true => &[],
                false if in_query => &["header", "query"],
                false => &["header"],
            },
            dpop_signing_alg_values_supported: algorithms,
            dpop_bound_access_tokens_required: takes_proofs_alone,
            resource_name: self.metadata.name.as_deref(),
            resource_documentation: self.metadata.documentation.as_deref(),
            resource_policy_uri: self.metadata.policy.as_deref(),
            resource_tos_uri: self.metadata.terms_of_service.as_deref(),
        };
        // Strings and lists of strings: this cannot fail.
        let json = serde_json::to_vec(&document).unwrap_or_default();
        Published { json, url: self.url, path: self.path, max_age: self.metadata.max_age }
    }
}

/// What may be made public of things that policies name.
///
/// What a hidden policy names is shown only if a route that is not hidden names it too. A named policy or a handler
/// mounted by hand is no such route: it may be the very thing that the hidden one was made of.
struct Shown<T> {
    on_routes: BTreeSet<T>,
    elsewhere: BTreeSet<T>,
    hidden: BTreeSet<T>,
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self { on_routes: BTreeSet::new(), elsewhere: BTreeSet::new(), hidden: BTreeSet::new() }
    }
}

impl<T: Ord> Shown<T> {
    fn add(&mut self, policy: &PolicySpec, name: T) {
        let names = match policy.hide {
            Hide::Everything => &mut self.hidden,
            Hide::Nothing | Hide::FromAuthenticated if policy.routes.is_empty() => &mut self.elsewhere,
            Hide::Nothing | Hide::FromAuthenticated => &mut self.on_routes,
        };
        names.insert(name);
    }

    fn finish(self) -> BTreeSet<T> {
        let Self { mut on_routes, elsewhere, hidden } = self;
        on_routes.extend(elsewhere.into_iter().filter(|name| !hidden.contains(name)));
        on_routes
    }
}

/// Every scope that could be asked for, on whichever branch; what stands under `!` is not asked for.
fn required_scopes(requirement: &Requirement) -> Vec<&'static str> {
    fn collect(requirement: &Requirement, into: &mut Vec<&'static str>) {
        match requirement {
            Requirement::Scope(scope) => into.push(scope.as_str()),
            Requirement::All(parts) | Requirement::Any(parts) => parts.iter().for_each(|part| collect(part, into)),
            Requirement::Authenticated
            | Requirement::Role(_)
            | Requirement::Claim(..)
            | Requirement::Acr(_)
            | Requirement::MaxAge(_)
            | Requirement::Check(_)
            | Requirement::Not(_) => {}
        }
    }
    let mut scopes = Vec::new();
    collect(requirement, &mut scopes);
    scopes
}

fn fault(text: impl Into<String>) -> Misconfiguration {
    Misconfiguration::new(text)
}

/// A path without empty or dot segments, of characters that need no encoding (RFC 3986 section 3.3): what is compared
/// byte for byte should have one spelling.
fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain);
    path.strip_prefix('/').is_some_and(|rest| rest.strip_suffix('/').unwrap_or(rest).split('/').all(is_segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(path: Option<&str>, origin: &str) -> Result<(String, String), String> {
        let metadata = ResourceMetadata { path: path.map(Into::into), ..ResourceMetadata::new() };
        metadata.place(Some(origin)).map(|placed| (placed.resource, placed.url)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn the_well_known_path_goes_between_origin_and_path() {
        let well_known = "https://api.example/.well-known/oauth-protected-resource";
        let api = "https://api.example";
        assert_eq!(placed(None, api), Ok((api.into(), well_known.into())));
        assert_eq!(placed(Some("/a/b"), api), Ok((format!("{api}/a/b"), format!("{well_known}/a/b"))));
        assert_eq!(placed(Some("/a/"), api), Ok((format!("{api}/a/"), format!("{well_known}/a/"))));
    }

    #[test]
    fn what_is_no_plain_path_is_refused_with_a_remedy() {
        for path in ["/", "a", "//a", "/a//b", "/a/../b", "/a?x", "/a#x", "/a b", "/{a}", "/%61", "/ä", "/a\r\n"] {
            assert!(placed(Some(path), "https://api.example").unwrap_err().contains("write it as `/orders`"), "{path}");
        }
    }

    #[test]
    fn the_origin_is_configured_and_https_unless_it_is_this_machine() {
        let fault = ResourceMetadata::new().place(None).map(drop).unwrap_err();
        assert!(fault.to_string().contains(".public_origin("), "{fault}");
        assert!(placed(None, "http://api.example").unwrap_err().contains("https"));
        assert!(placed(None, "http://127.0.0.1.evil.example").is_err());
        for origin in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost", "https://api.example:8443"] {
            assert!(placed(None, origin).is_ok(), "{origin}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in ["", "idp.example", "ftp://idp.example", "https://", "https:///x", "https://idp.example/a b"] {
            let metadata = ResourceMetadata::new().authorization_server(url);
            assert!(metadata.place(Some("https://api.example")).is_err(), "{url}");
        }
    }

    #[test]
    fn what_only_hidden_policies_name_is_shown_nowhere() {
        let policy = |hide, routes| PolicySpec::new("test", file!(), line!()).routed(routes).hiding(hide);
        let route: &[_] = const { &[crate::policy::RouteSpec::new(&[], "/")] };
        let mut shown = Shown::default();
        shown.add(&policy(Hide::Everything, route), "hidden");
        shown.add(&policy(Hide::Everything, route), "named and hidden");
        shown.add(&policy(Hide::Nothing, &[]), "named and hidden");
        shown.add(&policy(Hide::Nothing, &[]), "named");
        shown.add(&policy(Hide::Everything, route), "on both");
        shown.add(&policy(Hide::FromAuthenticated, route), "on both");
        assert_eq!(shown.finish().into_iter().collect::<Vec<_>>(), ["named", "on both"]);
    }

    #[test]
    fn scopes_of_all_branches_are_asked_for_and_those_under_not_are_not() {
        const REQUIREMENT: Requirement = Requirement::All(&[
            Requirement::scope("a"),
            Requirement::Any(&[Requirement::role("r"), Requirement::scope("b")]),
            Requirement::Not(&Requirement::scope("c")),
        ]);
        assert_eq!(required_scopes(&REQUIREMENT), ["a", "b"]);
    }
}
