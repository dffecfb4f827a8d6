//! What reviewers see of how tokens are verified: no key, but where each comes from.

use crate::jwt::acceptance::{AcceptanceSettings, IssuerTerms};
use crate::jwt::claims::Audience;
use crate::jwt::grants::Organisation;
use crate::jwt::settings::{Carriers, JwtSettings};
use crate::keys::Key;
use crate::setting::{ANY, Setting};

impl JwtSettings {
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let mut settings = self.acceptance.reviewed();
        settings.extend(keys(&self.keys));
        for issuer in &self.others {
            let of = issuer.terms.name.as_deref().unwrap_or(ANY);
            settings.extend(issuer.terms.reviewed().iter().chain(&keys(&issuer.keys)).map(|setting| setting.of(of)));
            settings.extend(algorithms(issuer.key_algorithms.as_deref()).iter().map(|setting| setting.of(of)));
        }
        settings.extend(algorithms(self.key_algorithms.as_deref()));
        settings.extend(self.access_token_profile.then(|| Setting::demands("profile", "at+jwt")));
        let mixes = self.secrets_beside_public_keys;
        settings.extend(mixes.then(|| Setting::allows("dangerous_secrets_beside_public_keys", "in one set")));
        #[cfg(feature = "jwks")]
        settings.extend(self.of_providers());
        settings
    }

    #[cfg(feature = "jwks")]
    fn of_providers(&self) -> Vec<Setting> {
        let sets = &self.key_sets;
        let mut settings = sets.transport.reviewed();
        let mut keys = self.keys.iter().chain(self.others.iter().flat_map(|issuer| &issuer.keys));
        if self.tenants.is_some() || keys.any(Key::is_remote) {
            settings.push(Setting::at_most("jwks_refresh", sets.refresh.end().as_secs(), "s"));
            settings.push(Setting::at_most("jwks_max_staleness", sets.stale_limit.as_secs(), "s"));
        }
        settings.extend(self.tenants.as_ref().map(|_| Setting::allows("issuer", "tenants, by a function")));
        settings
    }
}

fn keys(keys: &[Key]) -> Vec<Setting> {
    keys.iter().map(|key| Setting::allows("key", key.origin())).collect()
}

fn algorithms(algorithms: Option<&[crate::crypto::Algorithm]>) -> Vec<Setting> {
    algorithms
        .into_iter()
        .flatten()
        .map(|algorithm| Setting::reads("key_algorithm", format!("{algorithm:?}")))
        .collect()
}

impl AcceptanceSettings {
    pub(crate) fn reviewed(&self) -> Vec<Setting> {
        let mut settings = self.issuer.reviewed();
        settings.push(Setting::at_most("leeway", self.leeway.as_secs(), "s"));
        settings.extend(self.subject_claims.iter().map(|name| Setting::reads("subject_claim", &**name)));
        settings.extend(self.scopes_claims.texts().map(|path| Setting::reads("scopes_claim", path)));
        settings.extend(self.roles_claims.texts().map(|path| Setting::reads("roles_claim", path)));
        settings.extend(self.roles_form.from_keys.as_ref().map(|organisation| match organisation {
            Organisation::Any => Setting::allows("dangerous_any_organisation", "whose roles are the keys of an object"),
            Organisation::This(id) => Setting::reads("roles_from_keys", &**id),
        }));
        settings.extend(self.roles_form.split_at_commas.then(|| Setting::reads("roles", "separated by commas")));
        settings.extend(self.revocations.iter().flat_map(|store| store.reviewed()));
        settings
    }
}

impl IssuerTerms {
    /// Without its name, which the description says.
    fn reviewed(&self) -> Vec<Setting> {
        let mut settings = match &self.audience {
            Some(Audience::Any) => vec![Setting::allows("audience", ANY)],
            Some(Audience::AnyOf(names)) => Setting::allows_each("audience", Some(names.iter().map(|name| &**name))),
            Some(Audience::Client(names)) => Setting::allows_each("client", Some(names.iter().map(|name| &**name))),
            None => Vec::new(),
        };
        let parties = self.authorized_parties.as_ref().map(|names| names.iter().map(|name| &**name));
        settings.extend(Setting::allows_each("authorized_party", parties));
        for (name, grantable) in
            [("grantable_role", &self.grantable_roles), ("grantable_scope", &self.grantable_scopes)]
        {
            settings
                .extend(Setting::allows_each(name, grantable.as_ref().map(|names| names.iter().map(|name| &**name))));
        }
        settings
    }
}

impl Carriers {
    pub(crate) fn reviewed(&self) -> Option<Setting> {
        let header = self.header.as_ref().filter(|header| header.set_by_client)?;
        Some(Setting::allows("dangerous_set_by_client", &*header.name))
    }
}
