//! All that a function can see of a caller, hashed: for sharing what it says of callers that are the same to it.

use sha2::{Digest as _, Sha256};

use super::{ClaimedIn, Principal};

impl Principal {
    /// Adds who the caller is, and where all of it can be seen, what its credentials say. Each part is preceded by its length,
    /// so that no two lists of parts give the same input.
    pub(crate) fn fingerprint(&self, whole: bool, into: &mut Sha256) {
        let mut add = |part: Option<&[u8]>| {
            into.update([u8::from(part.is_some())]);
            let part = part.unwrap_or_default();
            into.update((part.len() as u64).to_le_bytes());
            into.update(part);
        };
        let mut text = |part: Option<&str>| add(part.map(str::as_bytes));
        let known = self.by_credentials();
        text(Some(known.scheme()));
        text(known.issuer());
        // What vouches for the subject where no issuer does.
        text(known.configuration().filter(|_| whole || known.issuer().is_none()));
        text(Some(known.subject()));
        text(known.subject_claim());
        if !whole {
            return;
        }
        names(known.scope_set(), &mut text);
        names(known.role_set(), &mut text);
        let claims = match known.claims_text() {
            "" => known.claims().and_then(|claims| serde_json::to_string(claims).ok()).unwrap_or_default(),
            claims => claims.to_owned(),
        };
        text(Some(&claims));
        text(known.acr());
        known.amr().for_each(|method| text(Some(method)));
        text(known.session_id());
        for time in [known.expires_at(), known.auth_time()] {
            text(time.map(|time| time.to_string()).as_deref());
        }
        text(known.confirmation().map(|confirmation| format!("{confirmation:?}")).as_deref());
        text(known.credential_id());
    }
}

fn names(names: Option<ClaimedIn<'_>>, text: &mut impl FnMut(Option<&str>)) {
    text(names.map(|_| "known"));
    for name in names.iter().flat_map(|names| names.granted.iter()) {
        text(Some(name));
    }
    text(None);
    for name in names.iter().flat_map(|names| names.disputed.iter()) {
        text(Some(name));
    }
    text(None);
}
