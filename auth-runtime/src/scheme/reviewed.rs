//! What a configuration of a scheme tells reviewers: the settings of which a change may let more callers in.

use crate::scheme::description::Carrier;
use crate::scheme::{CredentialForm, SchemeDescription};
use crate::setting::{ANY, Setting};

/// For the [lock file](crate::review::assert_matches), which names a change of them. Say what decides who is let in, and no secret:
/// the file is committed. Names are words joined by `_`.
impl SchemeDescription {
    /// One of the values that are accepted, as an issuer or an algorithm: with one more, more are let in. Called again, adds;
    /// `*` stands for all values.
    ///
    /// ```
    /// use auth_runtime::scheme::{Challenge, SchemeDescription};
    ///
    /// let description = SchemeDescription::new(Challenge::new("Webhook"))
    ///     .header("X-Signature")
    ///     .allows("sender", "github")
    ///     .demands("timestamp", "signed")
    ///     .at_most("age", 300, "s")
    ///     .reads("subject", "the sender's name");
    /// assert_eq!(description.challenge().scheme(), "Webhook");
    /// ```
    pub fn allows(self, name: &str, value: impl Into<String>) -> Self {
        self.told([Setting::allows(name, value)])
    }

    /// One of the things that are demanded of credentials: with one fewer, more are let in. Called again, adds.
    pub fn demands(self, name: &str, value: impl Into<String>) -> Self {
        self.told([Setting::demands(name, value)])
    }

    /// A bound, in this unit, such as how old credentials may be: with a larger one, or none, more are let in. Called again with
    /// this name, the larger one counts.
    pub fn at_most(self, name: &str, number: u64, unit: &str) -> Self {
        self.told([Setting::at_most(name, number, unit)])
    }

    /// How callers are read, such as which claim holds their roles: of another value nobody can tell whom it lets in.
    pub fn reads(self, name: &str, value: impl Into<String>) -> Self {
        self.told([Setting::reads(name, value)])
    }

    pub(crate) fn told(mut self, settings: impl IntoIterator<Item = Setting>) -> Self {
        self.settings.extend(settings);
        self
    }

    /// All that reviewers see of it.
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let carriers = self.carriers.iter().map(|carrier| match carrier {
            Carrier::Authorization(scheme) => Setting::allows("credentials_in", format!("Authorization: {scheme}")),
            Carrier::Header(name) => Setting::allows("credentials_in", format!("header {name}")),
            // URLs are logged, and sent on in `Referer`.
            Carrier::Query(name) => Setting::allows("dangerous_query_parameter", &**name),
            Carrier::Cookie(name) => Setting::allows("credentials_in", format!("cookie {name}")),
        });
        let any = self.forms.contains(&CredentialForm::AnyJwt).then_some(ANY);
        let issuers = self.issuers.iter().map(|issuer| &**issuer).chain(any);
        let issuers = issuers.map(|issuer| Setting::allows("issuer", issuer));
        carriers.chain(issuers).chain(self.settings.iter().cloned()).collect()
    }
}
