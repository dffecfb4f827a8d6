//! The security schemes of a document: how credentials of each configuration are sent.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};

use utoipa::openapi::RefOr;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, OpenIdConnect, SecurityScheme,
};

use crate::policy::SchemeUse;
use crate::scheme::{Carrier, SchemeDescription};

/// A configuration: of which `Auth`, of which type, by which name.
type Key = (usize, TypeId, Option<&'static str>);

/// Those of the configurations that operations use.
#[derive(Default)]
pub(super) struct SecuritySchemes {
    named: BTreeMap<String, SecurityScheme>,
    names: HashMap<Key, Vec<String>>,
}

impl SecuritySchemes {
    /// The names of the ways in which credentials of this configuration are sent: one at least.
    pub(super) fn names(&mut self, auth: usize, used: &SchemeUse, description: &SchemeDescription) -> Vec<String> {
        let key = (auth, (used.kind)(), used.configuration());
        if let Some(known) = self.names.get(&key) {
            return known.clone();
        }
        let base = base_name(used);
        let ways = ways(description);
        let names: Vec<String> =
            ways.into_iter().map(|(suffix, scheme)| self.add(&format!("{base}{suffix}"), scheme)).collect();
        self.names.insert(key, names.clone());
        names
    }

    /// Two configurations of different `Auth`s may have one name; they share it where they are sent alike.
    fn add(&mut self, name: &str, scheme: SecurityScheme) -> String {
        let further = (2..).map(|number: u32| format!("{name}_{number}"));
        for name in std::iter::once(name.to_owned()).chain(further) {
            match self.named.get(&name) {
                Some(other) if *other != scheme => {}
                Some(_) => return name,
                None => {
                    self.named.insert(name.clone(), scheme);
                    return name;
                }
            }
        }
        name.to_owned()
    }

    /// Adds them to those of a document; gives the names under which it has others.
    pub(super) fn enter(self, document: &mut BTreeMap<String, RefOr<SecurityScheme>>) -> Vec<String> {
        let mut others = Vec::new();
        for (name, scheme) in self.named {
            match document.get(&name) {
                Some(RefOr::T(own)) if is_for_the_same(own, &scheme) => {}
                // What it refers to is in another document.
                Some(RefOr::Ref(_)) => {}
                Some(_) => others.push(name),
                None => {
                    document.insert(name, RefOr::T(scheme));
                }
            }
        }
        others
    }
}

/// Whether both are ways to send, or to get, the same credentials.
fn is_for_the_same(own: &SecurityScheme, ours: &SecurityScheme) -> bool {
    match (own, ours) {
        (SecurityScheme::Http(own), SecurityScheme::Http(ours)) => own.scheme == ours.scheme,
        (SecurityScheme::OAuth2(_) | SecurityScheme::OpenIdConnect(_), SecurityScheme::Http(ours)) => {
            ours.scheme == HttpAuthScheme::Bearer
        }
        (SecurityScheme::OAuth2(_), SecurityScheme::OpenIdConnect(_)) => true,
        (SecurityScheme::OpenIdConnect(own), SecurityScheme::OpenIdConnect(ours)) => {
            own.open_id_connect_url == ours.open_id_connect_url
        }
        (SecurityScheme::ApiKey(own), SecurityScheme::ApiKey(ours)) => match (own, ours) {
            (ApiKey::Header(own), ApiKey::Header(ours)) => own.name.eq_ignore_ascii_case(&ours.name),
            (ApiKey::Query(own), ApiKey::Query(ours)) | (ApiKey::Cookie(own), ApiKey::Cookie(ours)) => {
                own.name == ours.name
            }
            _ => false,
        },
        (SecurityScheme::MutualTls { .. }, SecurityScheme::MutualTls { .. }) => true,
        _ => false,
    }
}

/// `bearer`, `bearer_partner`, `Webhook`: of what a policy writes, the characters that such a name may have.
fn base_name(used: &SchemeUse) -> String {
    let keyword = used.keyword().rsplit("::").next().unwrap_or(used.keyword()).trim();
    let name = match used.configuration() {
        Some(configuration) => format!("{keyword}_{configuration}"),
        None => keyword.to_owned(),
    };
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') { c } else { '_' }).collect()
}

/// How credentials are sent, the plainest way first, each with what tells its name apart.
fn ways(description: &SchemeDescription) -> Vec<(String, SecurityScheme)> {
    if description.is_of_connection() {
        return vec![(
            String::new(),
            SecurityScheme::MutualTls { description: None, deprecated: None, extensions: None },
        )];
    }
    let format = description.holds_jwts_only().then_some("JWT");
    let sent = description.carriers().iter().enumerate().map(|(place, carrier)| {
        let suffix = match (place, carrier) {
            (0, _) => String::new(),
            (_, Carrier::Authorization(word)) => format!("_{word}"),
            (_, Carrier::Header(_)) => "_header".to_owned(),
            (_, Carrier::Query(_)) => "_query".to_owned(),
            (_, Carrier::Cookie(_)) => "_cookie".to_owned(),
        };
        (suffix, sent(carrier, description, format))
    });
    let mut ways: Vec<_> = sent.collect();
    for (place, issuer) in description.discovered_issuers().iter().enumerate() {
        let url = format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer));
        let suffix = if place == 0 { "_openid".to_owned() } else { format!("_openid_{}", place + 1) };
        ways.push((suffix, SecurityScheme::OpenIdConnect(OpenIdConnect::new(url))));
    }
    if ways.is_empty() {
        // A scheme of the application's own that does not say where it looks. Something must stand for it, or the operation
        // would look open.
        let text = "See the challenge: this service does not say where these credentials are sent.";
        let value = ApiKeyValue::with_description("Authorization", text);
        ways.push((String::new(), SecurityScheme::ApiKey(ApiKey::Header(value))));
    }
    ways
}

fn sent(carrier: &Carrier, description: &SchemeDescription, format: Option<&str>) -> SecurityScheme {
    let challenge = description.challenge().scheme();
    let key = |name: &str| match format {
        Some(format) => ApiKeyValue::with_description(name, &*format!("A {format}.")),
        None => ApiKeyValue::new(name),
    };
    match carrier {
        Carrier::Authorization(word) => {
            let scheme = match &**word {
                "bearer" => {
                    let mut bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
                    if let Some(format) = format {
                        bearer = bearer.bearer_format(format);
                    }
                    return SecurityScheme::Http(bearer.build());
                }
                "basic" => HttpAuthScheme::Basic,
                "digest" => HttpAuthScheme::Digest,
                // utoipa knows no others. A client that takes it for a key sends what it is given, the word included.
                _ => {
                    let mut text = format!("`{challenge} <credentials>`: the word, a space, then the credentials.");
                    if description.is_proven() {
                        let algorithms = description.proof_algorithms().join(", ");
                        text.push_str(
                            " Each request brings a proof of the key in the field `DPoP` (RFC 9449), signed by one of ",
                        );
                        text.push_str(&format!("{algorithms}; a refusal may give a nonce for it, in `DPoP-Nonce`."));
                    }
                    let mut value = ApiKeyValue::with_description("Authorization", &*text);
                    value.extensions = Some(ExtensionsBuilder::new().add("x-scheme", challenge).build());
                    return SecurityScheme::ApiKey(ApiKey::Header(value));
                }
            };
            SecurityScheme::Http(Http::new(scheme))
        }
        Carrier::Header(name) => SecurityScheme::ApiKey(ApiKey::Header(key(name))),
        Carrier::Query(name) => SecurityScheme::ApiKey(ApiKey::Query(key(name))),
        Carrier::Cookie(name) => SecurityScheme::ApiKey(ApiKey::Cookie(key(name))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scheme::Challenge;

    fn only(description: &SchemeDescription) -> Value {
        let ways = ways(description);
        assert_eq!(ways.len(), 1);
        serde_json::to_value(&ways[0].1).unwrap()
    }

    #[test]
    fn a_token_with_a_proof_is_a_key_whose_description_says_what_else_is_sent() {
        let dpop = SchemeDescription::new(Challenge::oauth("DPoP"));
        let document = only(&dpop.authorization("DPoP").proven_in("dpop", vec!["ES256", "EdDSA"]));
        let text = "`DPoP <credentials>`: the word, a space, then the credentials. Each request brings a proof of the key in the field \
                    `DPoP` (RFC 9449), signed by one of ES256, EdDSA; a refusal may give a nonce for it, in `DPoP-Nonce`.";
        let expected = json!({ "type": "apiKey", "in": "header", "name": "Authorization", "x-scheme": "DPoP", "description": text });
        assert_eq!(document, expected);
    }

    #[cfg(feature = "certificates")]
    #[test]
    fn a_certificate_is_mutual_tls_and_a_scheme_with_a_challenge_of_that_word_is_not() {
        let own = SchemeDescription::new(Challenge::new("ClientCertificate")).header("X-Stamp");
        assert_eq!(only(&own), json!({ "type": "apiKey", "in": "header", "name": "x-stamp" }));
        assert_eq!(only(&own.of_connection()), json!({ "type": "mutualTLS" }));
    }
}
