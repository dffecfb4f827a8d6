//! What a provider's token endpoint gives.

use zeroize::Zeroizing;

use crate::json;
use crate::time::UnixTime;

/// What the token endpoint gives (RFC 6749 section 5.1).
pub(crate) struct Granted {
    pub(crate) access_token: Zeroizing<String>,
    #[cfg(feature = "login")]
    pub(crate) id_token: Option<Zeroizing<String>>,
    #[cfg(feature = "login")]
    pub(crate) refresh_token: Option<Zeroizing<String>>,
    /// In seconds.
    pub(crate) expires_in: Option<UnixTime>,
    /// What it allows, where that is said: as it came, for who reads it must not take for nothing what is not text.
    pub(crate) scope: Option<serde_json::Value>,
    /// Of which kind it is, where tokens are exchanged (RFC 8693 section 2.2.1).
    pub(crate) issued_token_type: Option<String>,
}

impl Granted {
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let members = json::Secret(json::object(body).ok()?);
        let text = |name: &str| members.0.get(name).and_then(serde_json::Value::as_str);
        let secret = |name: &str| text(name).map(|text| Zeroizing::new(text.to_owned()));
        text("token_type").filter(|kind| kind.eq_ignore_ascii_case("bearer"))?;
        Some(Self {
            access_token: secret("access_token").filter(|token| !token.is_empty())?,
            #[cfg(feature = "login")]
            id_token: secret("id_token"),
            #[cfg(feature = "login")]
            refresh_token: secret("refresh_token"),
            expires_in: members.0.get("expires_in").and_then(seconds),
            scope: members.0.get("scope").cloned(),
            issued_token_type: text("issued_token_type").map(str::to_owned),
        })
    }
}

/// Some providers write a string, or a fraction. What has expired already is so, and does not last for ever.
fn seconds(said: &serde_json::Value) -> Option<UnixTime> {
    let seconds = said.as_f64().or_else(|| said.as_str()?.trim().parse().ok()).filter(|seconds| seconds.is_finite())?;
    // A cast saturates.
    Some((seconds as UnixTime).max(0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn how_long_a_token_lasts_is_read_however_a_provider_writes_it() {
        let cases = [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(2.5), Some(2)),
            (json!(-5), Some(0)),
            (json!(1e300), Some(UnixTime::MAX)),
            (json!("soon"), None),
            (json!("inf"), None),
            (json!(null), None),
        ];
        for (said, lasts) in cases {
            assert_eq!(seconds(&said), lasts, "{said}");
        }
    }
}
