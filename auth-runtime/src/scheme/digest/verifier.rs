//! What decides about Digest credentials, once they were read.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, Uri};

use crate::denial::{Reason, Unavailable};
use crate::file::FileContent;
use crate::limits::{Answer, Spent};
use crate::principal::PrincipalBuilder;
use crate::scheme::digest::counts::{Counted, Counts};
use crate::scheme::digest::credentials::{ClaimedUser, DigestCredentials};
use crate::scheme::digest::htdigest::Realms;
use crate::scheme::digest::response::{DigestAlgorithm, Ha1};
#[cfg(feature = "redis")]
use crate::scheme::digest::shared::SharedCounts;
use crate::scheme::digest::throttle::Throttle;
use crate::scheme::digest::user::UserQuery;
use crate::scheme::digest::users::Options;
use crate::scheme::nonce::{NonceId, Nonces};
use crate::scheme::{Authentication, Outcome, SchemeDescription};
use crate::shares::{KnownCallers, Lookups, Presented};

/// What verifies the credentials of one configuration.
pub(super) struct Verifier {
    users: UserSource,
    memory: Memory,
    nonces: Nonces,
    /// Checked in place of an unknown user's, so that both take as long.
    decoys: [Ha1; DigestAlgorithm::ALL.len()],
    options: Options,
}

/// Who knows the digests of passwords.
pub(super) enum UserSource {
    File { users: FileContent<Realms>, identify: Arc<Identify> },
    Function { find: Arc<Find>, lookups: Lookups, known: KnownCallers },
}

/// The principal of a user by name and realm.
type Identify = dyn Fn(Arc<str>, &str) -> PrincipalBuilder + Send + Sync;
type Find = dyn Fn(UserQuery) -> Finding + Send + Sync;
pub(super) type Finding = Pin<Box<dyn Future<Output = Result<Option<Stored>, Unavailable>> + Send>>;

/// A user as a function of the application's own found it.
pub(super) struct Stored {
    pub(super) name: Arc<str>,
    pub(super) ha1: Ha1,
    pub(super) principal: PrincipalBuilder,
}

/// Where request counts are remembered.
pub(super) enum Memory {
    Own(Counts),
    #[cfg(feature = "redis")]
    Shared(Arc<SharedCounts>),
}

/// The request, as far as it is digested.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) now: SystemTime,
}

/// `Authentication-Info` of the answer to a right response: what the principal of a request carries to it.
pub(super) struct Info(pub(super) HeaderValue);

/// A right response, whose count is still to be judged.
struct Proven {
    nonce: NonceId,
    info: Option<Info>,
}

impl Verifier {
    /// Says what reviewers see of it.
    pub(super) fn reviewed(&self, description: SchemeDescription) -> SchemeDescription {
        let users = match self.users {
            UserSource::File { .. } => "of a file",
            UserSource::Function { .. } => "by a function",
        };
        let lifetime = self.options.nonce_lifetime.as_secs();
        let description = description.reads("users", users).at_most("nonce_lifetime", lifetime, "s");
        self.options.algorithms.iter().fold(description, |description, algorithm| match algorithm {
            DigestAlgorithm::Md5 => description.allows("dangerous_md5", "MD5"),
            better => description.allows("algorithm", better.name()),
        })
    }

    pub(super) fn new(users: UserSource, nonces: Nonces, memory: Memory, options: Options) -> Self {
        let decoys = DigestAlgorithm::ALL.map(|algorithm| Ha1::of(algorithm, "", "", ""));
        Self { users, memory, nonces, decoys, options }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Whether credentials are for this realm and target, and of a kind that is offered: what depends on no user.
    pub(super) fn fits(&self, sent: &DigestCredentials, realm: &str, target: &Uri) -> bool {
        let hashed = matches!(sent.user, ClaimedUser::Userhash(_));
        sent.realm == realm
            && self.options.algorithms.contains(&sent.algorithm)
            && (self.options.userhash || !hashed)
            && self.names_target(&sent.uri, target)
    }

    /// Whether `uri` is the request target as it was received, behind the path that a proxy took off.
    fn names_target(&self, uri: &str, target: &Uri) -> bool {
        // Where the target is a whole address, clients digest the part that a server would be sent (RFC 9112 section 3.2.1).
        let received = target.path_and_query().map(|target| target.as_str());
        uri.strip_prefix(&*self.options.base_path).is_some_and(|uri| Some(uri) == received)
    }

    pub(super) fn issue_nonce(&self, realm: &str, algorithm: DigestAlgorithm, now: Option<SystemTime>) -> String {
        self.nonces.issue(now, &[realm, algorithm.name()])
    }

    /// Verifies credentials that fit.
    pub(super) fn verify(
        self: &Arc<Self>,
        sent: DigestCredentials,
        request: Request,
        throttle: Throttle,
    ) -> Authentication {
        match &self.users {
            UserSource::File { users, identify } => {
                let users = users.current();
                let found = users.find(&sent.user, &sent.realm, sent.algorithm);
                let proven = self.prove(&sent, &request, found.as_ref().map(|(_, ha1)| *ha1));
                let judged = throttle.judge(proven.as_ref().err());
                let (verifier, identify) = (Arc::clone(self), Arc::clone(identify));
                let found = found.map(|(name, _)| name);
                let conclude = move |judged: Result<(), Spent>| match (judged, proven, found) {
                    (Err(spent), ..) => Authentication::refused(spent),
                    (Ok(()), Ok(proven), Some(name)) => {
                        let principal = identify(Arc::clone(&name), &sent.realm);
                        throttle.known_if_verified(verifier.admit(proven, &sent, &request, &name, principal))
                    }
                    (Ok(()), Err(reason), _) => Outcome::failed(reason).into(),
                    (Ok(()), Ok(_), None) => Outcome::failed(Reason::CredentialsWrong).into(),
                };
                match judged {
                    Answer::Now(judged) => conclude(judged),
                    Answer::Asked(judged) => {
                        Authentication::pending(async move { conclude(judged.await).done().await })
                    }
                }
            }
            UserSource::Function { find, lookups, known } => {
                if let Err(rejection) = throttle.check() {
                    return Authentication::refused(rejection);
                }
                let presented = Presented::new((&sent.user, &sent.realm), (), throttle.address());
                let claimant = known.claimant(presented, Instant::now());
                let (find, lookups, verifier) = (Arc::clone(find), lookups.clone(), Arc::clone(self));
                Authentication::pending(async move {
                    let query = UserQuery::new(sent.user.clone(), &sent.realm, sent.algorithm);
                    let found = match lookups.run(claimant, move || find(query)).await {
                        Ok(found) => found,
                        Err(unavailable) => return Outcome::Unavailable(unavailable),
                    };
                    let proven = verifier.prove(&sent, &request, found.as_ref().map(|found| &found.ha1));
                    if let Err(spent) = throttle.judge(proven.as_ref().err()).done().await {
                        return Outcome::Refused(spent.into());
                    }
                    let admitted = match (proven, found) {
                        (Ok(proven), Some(found)) => {
                            verifier.admit(proven, &sent, &request, &found.name, found.principal)
                        }
                        (proven, _) => {
                            let reason = proven.err().unwrap_or(Reason::CredentialsWrong);
                            let once_good = verifier.mark((&sent.user, &sent.realm));
                            return Outcome::failed(reason).once_good(once_good);
                        }
                    };
                    let outcome = throttle.known_if_verified(admitted).done().await;
                    // Only once it is counted: what somebody else has sent before is good for nothing.
                    if let Outcome::Verified(_) = &outcome {
                        verifier.succeeded(presented);
                    }
                    outcome
                })
            }
        }
    }

    /// The user is known from now on, and comes first where many are looked up.
    fn succeeded(&self, presented: Presented) {
        if let UserSource::Function { known, .. } = &self.users {
            known.insert(presented, Instant::now());
        }
    }

    fn mark(&self, subject: (&ClaimedUser, &String)) -> Option<u64> {
        match &self.users {
            UserSource::Function { known, .. } => known.mark(subject, Instant::now()),
            UserSource::File { .. } => None,
        }
    }

    /// Judges the response against a user's digest, or where there is none, against one whose result must not count.
    ///
    /// # Errors
    /// [`Reason::CredentialsWrong`]; [`Reason::NonceStale`] where the response is right and its nonce too old, from ahead, or not one of
    /// ours, such as after a restart.
    fn prove(&self, sent: &DigestCredentials, request: &Request, ha1: Option<&Ha1>) -> Result<Proven, Reason> {
        let known = ha1.filter(|ha1| ha1.algorithm() == sent.algorithm);
        let decoy = self.decoys.iter().find(|decoy| decoy.algorithm() == sent.algorithm);
        let ha1 = known.or(decoy).ok_or(Reason::CredentialsWrong)?;
        let response = ha1.response(request.method.as_str(), &sent.exchange());
        if !response.matches(&sent.response) | known.is_none() {
            return Err(Reason::CredentialsWrong);
        }
        let nonce =
            self.nonces.recognize(&sent.nonce, &[&sent.realm, sent.algorithm.name()]).ok_or(Reason::NonceStale)?;
        let (age, lifetime) = (nonce.age(request.now), self.options.nonce_lifetime);
        if age > lifetime || nonce.is_ahead(request.now) {
            return Err(Reason::NonceStale);
        }
        let next = (age > lifetime / 2).then(|| self.issue_nonce(&sent.realm, sent.algorithm, Some(request.now)));
        Ok(Proven { nonce, info: Info::new(ha1, sent, next.as_deref()) })
    }

    /// Counts a right response, which lets its user in unless it was seen before.
    fn admit(
        &self,
        Proven { nonce, info }: Proven,
        sent: &DigestCredentials,
        request: &Request,
        user: &str,
        principal: PrincipalBuilder,
    ) -> Authentication {
        let principal = match info {
            Some(info) => principal.details(info),
            None => principal,
        };
        let outcome = |counted| match counted {
            Counted::First => Outcome::Verified(principal.build()),
            Counted::Replayed => Outcome::failed(Reason::NonceReplayed),
            Counted::Forgotten => Outcome::failed(Reason::NonceStale),
        };
        let account = account(user, &sent.realm);
        match &self.memory {
            Memory::Own(counts) => {
                outcome(counts.count(&account, nonce, sent.nc.number, request.now, self.options.nonce_lifetime)).into()
            }
            #[cfg(feature = "redis")]
            Memory::Shared(counts) => {
                let (counts, nc) = (Arc::clone(counts), sent.nc.number);
                Authentication::pending(async move {
                    match counts.count(&account, nonce, nc).await {
                        Some(counted) => outcome(counted),
                        None => Outcome::Unavailable(Unavailable::backend()),
                    }
                })
            }
        }
    }
}

/// Whose share of the memory a count is in. The length keeps name and realm apart, whatever they contain.
fn account(user: &str, realm: &str) -> String {
    format!("{}:{realm}{user}", realm.len())
}

impl Info {
    /// `None` where the client's own words fit into no field, which no reader of them lets through.
    fn new(ha1: &Ha1, sent: &DigestCredentials, next: Option<&str>) -> Option<Self> {
        let rspauth = ha1.rspauth(&sent.exchange());
        let cnonce = sent.cnonce.replace('\\', "\\\\").replace('"', "\\\"");
        let mut info =
            format!("qop=auth, rspauth=\"{}\", cnonce=\"{cnonce}\", nc={}", rspauth.as_str(), sent.nc.as_str());
        if let Some(next) = next {
            info.push_str(&format!(", nextnonce=\"{next}\""));
        }
        HeaderValue::try_from(info).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::digest::{DigestUsers, StoredUser};

    async fn alice(query: UserQuery) -> Result<Option<StoredUser<()>>, std::io::Error> {
        let ha1 = Ha1::of(query.algorithm(), "alice", query.realm(), "wonderland");
        Ok(Some(StoredUser::new("alice", ha1, ())))
    }

    #[actix_web::test]
    async fn a_response_that_was_sent_before_makes_nobody_known() {
        let scheme = DigestUsers::lookup(alice).build(None).unwrap();
        let (verifier, now) = (&scheme.verifier, SystemTime::now());
        let nonce = verifier.issue_nonce("r", DigestAlgorithm::Sha256, Some(now));
        let sent = || {
            let read = |response: &str| {
                let user = r#"username="alice", realm="r", uri="/", algorithm=SHA-256"#;
                let field =
                    format!(r#"{user}, nonce="{nonce}", nc=00000001, cnonce="c", qop=auth, response="{response}""#);
                DigestCredentials::read(field.as_bytes()).unwrap()
            };
            let ha1 = Ha1::of(DigestAlgorithm::Sha256, "alice", "r", "wonderland");
            read(ha1.response("GET", &read(&"0".repeat(64)).exchange()).as_str())
        };
        let [hers, strangers] =
            [1, 2].map(|host| crate::http::peer::AddressShare::of(Some(([192, 0, 2, host], 1).into())));
        let is_let_in = async |address| {
            let outcome = match verifier.verify(sent(), Request { method: Method::GET, now }, Throttle::off(address)) {
                Authentication::Ready(outcome) => outcome,
                Authentication::Pending(outcome) => outcome.await,
            };
            matches!(outcome, Outcome::Verified(_))
        };
        let is_known = |address| {
            let UserSource::Function { known, .. } = &verifier.users else { panic!("by a function") };
            let sent = sent();
            known.claimant(Presented::new((&sent.user, &sent.realm), (), address), Instant::now()).is_known()
        };
        assert!(is_let_in(hers).await && is_known(hers));
        assert!(!is_let_in(strangers).await && !is_known(strangers));
    }
}
