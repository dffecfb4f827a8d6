//! The configuration of Digest authentication.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::fault::Misconfiguration;
use crate::file::FileContent;
use crate::http::target::is_base_path;
use crate::principal::{Principal, PrincipalBuilder, local};
use crate::scheme::backend_error::backend_failed;
use crate::scheme::digest::counts::Counts;
use crate::scheme::digest::htdigest::Realms;
use crate::scheme::digest::response::DigestAlgorithm;
#[cfg(feature = "redis")]
use crate::scheme::digest::shared::SharedNonces;
use crate::scheme::digest::user::{StoredUser, User, UserQuery};
use crate::scheme::digest::verifier::{Finding, Memory, Stored, UserSource, Verifier};
use crate::scheme::digest::{DigestScheme, NAME};
use crate::scheme::nonce::{Key, Nonces};
use crate::scheme::users::{Described, RolesOf};
use crate::shares::{KnownCallers, Lookups};

/// How long a nonce lives that was not told otherwise.
const LIFETIME: Duration = Duration::from_secs(300);
/// What nonces are told apart by from those of another kind, under whatever key.
const NONCE_PURPOSE: &str = "auth digest nonce 1";
/// Shorter, and clients would ask twice for everything; longer, and the memory would hold too little of it.
const LIFETIMES: std::ops::RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);

/// Whose passwords Digest authentication accepts; `U` is what a handler gets to know of the user.
///
/// ```
/// use auth_runtime::digest::{DigestAlgorithm, DigestUsers, Ha1, StoredUser, UserQuery};
///
/// // From a file, read again when its content changes:
/// let staff = DigestUsers::htdigest_file("staff.htdigest").roles_of(|user| match user.name() {
///     "alice" => vec!["ops"],
///     _ => vec![],
/// });
///
/// // By a function of your own:
/// struct Member { number: u32 }
/// async fn member(query: UserQuery) -> Result<Option<StoredUser<Member>>, std::io::Error> {
///     // Ask your database here, by `query.name()` or `query.userhash()`.
///     let ha1 = Ha1::of(query.algorithm(), "bob", query.realm(), "builder");
///     Ok((query.name() == Some("bob")).then(|| StoredUser::new("bob", ha1, Member { number: 7 })))
/// }
/// let members = DigestUsers::lookup(member).without_userhash();
/// assert!(format!("{members:?}").contains("function"));
/// ```
#[must_use]
pub struct DigestUsers<U = User> {
    source: UserDirectory<U>,
    roles: Option<RolesOf<U>>,
    options: Options,
    authorities: Option<AuthorityLoader>,
}

type Answer<U> = Pin<Box<dyn Future<Output = Result<Option<StoredUser<U>>, Box<dyn fmt::Display + Send>>> + Send>>;
type Function<U> = dyn Fn(UserQuery) -> Answer<U> + Send + Sync;

enum UserDirectory<U> {
    File(PathBuf, fn(Arc<str>) -> U),
    Text(Zeroizing<String>, fn(Arc<str>) -> U),
    Function(Arc<Function<U>>),
}

/// What is the same whoever the users are.
pub(super) struct Options {
    pub(super) algorithms: Vec<DigestAlgorithm>,
    dangerous_md5: bool,
    pub(super) userhash: bool,
    pub(super) nonce_lifetime: Duration,
    pub(super) base_path: String,
    #[cfg(feature = "redis")]
    shared: Option<SharedNonces>,
}

impl DigestUsers<User> {
    /// Users of a file in the format of Apache's `htdigest`: `user:realm:HA1`, one a line, `#` before comments.
    ///
    /// `HA1` is the digest of `user:realm:password` by `SHA-256`; [`htdigest_line`](super::htdigest_line) writes such lines.
    /// A line of `SHA-512-256` says so: `user:realm:SHA-512-256:HA1`. Lines of Apache's own `htdigest` are of `MD5` and need
    /// [`dangerous_md5`](Self::dangerous_md5). A user with passwords for several realms or algorithms has as many lines.
    ///
    /// The file is looked at once a second and read again when its content has changed; a file that cannot be used leaves the
    /// last good one in force and a warning in the log. Replace it by renaming a complete file over it.
    ///
    /// # Errors
    /// `Auth::build` fails on a file that cannot be read, a malformed line, a line of an algorithm that is not configured,
    /// and a user given twice, naming file and line.
    ///
    /// # Security
    /// Whoever can read the file can log in as everybody in it: see [`Ha1`](crate::digest::Ha1). Let nobody but this service read it.
    pub fn htdigest_file(path: impl Into<PathBuf>) -> Self {
        Self::of(UserDirectory::File(path.into(), User::new))
    }

    /// Users as [`htdigest_file`](Self::htdigest_file) reads them, from a text, which is wiped from memory after it was read;
    /// give a `String` for that, since of a `&str` it is the copy.
    pub fn htdigest(text: impl Into<String>) -> Self {
        Self::of(UserDirectory::Text(Zeroizing::new(text.into()), User::new))
    }
}

impl<U: Send + Sync + 'static> DigestUsers<U> {
    /// Users whose digests a function of your own finds; `Ok(None)` where there is no such user, or none with a digest of
    /// the query's algorithm.
    ///
    /// At most 32 calls run at once; callers [take turns](crate::manual::threats#what-a-stranger-can-cause), and who waits longer
    /// than two seconds is answered 503. A call goes on in a task of its own where its caller hangs up, for ten seconds at most.
    ///
    /// # Errors
    /// An error of the function says that it cannot decide, such as a database out of reach: the request is answered 503,
    /// and the error is logged.
    ///
    /// # Security
    /// The function must take as long for unknown users as for others. A digest of another algorithm than the query's counts
    /// as none. It is asked for each request, whoever sends it.
    pub fn lookup<F, Answer, E>(find: F) -> Self
    where
        F: Fn(UserQuery) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Option<StoredUser<U>>, E>> + Send + 'static,
        E: fmt::Display + Send + 'static,
    {
        Self::of(UserDirectory::Function(Arc::new(move |query| {
            let answer = find(query);
            Box::pin(async move { answer.await.map_err(|error| Box::new(error) as Box<dyn fmt::Display + Send>) })
        })))
    }

    /// What roles a user has. Without this, roles are unknown and a policy that asks for one denies.
    pub fn roles_of<R>(mut self, roles: impl Fn(&U) -> R + Send + Sync + 'static) -> Self
    where
        R: IntoIterator<Item: Into<Box<str>>>,
    {
        self.roles = Some(RolesOf::new(roles));
        self
    }

    /// The algorithms to offer, one challenge each, in this order; `SHA-256` alone by default.
    ///
    /// Clients should take the first that they know, and many do not: see [what clients take](super#what-clients-take). A
    /// user can log in by an algorithm only if there is a digest of that algorithm.
    pub fn algorithms(mut self, algorithms: impl IntoIterator<Item = DigestAlgorithm>) -> Self {
        self.options.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Also offers `MD5`, after the others; for `MD5` alone, `.algorithms([]).dangerous_md5()`.
    ///
    /// # Security
    /// Anybody who sees one request can try passwords against it, and with `MD5` many more in the same time than with
    /// `SHA-256`. Where both are offered, whoever can change the challenge on its way makes the client choose `MD5`.
    pub fn dangerous_md5(mut self) -> Self {
        self.options.dangerous_md5 = true;
        self
    }

    /// Neither offers nor accepts hashed user names. For a [`lookup`](Self::lookup) that can only find users by name.
    pub fn without_userhash(mut self) -> Self {
        self.options.userhash = false;
        self
    }

    /// How long a nonce is accepted after it was issued, from a second to an hour; five minutes by default.
    ///
    /// A client that goes on using one is told the next in `Authentication-Info` from half of that time on, and with
    /// `stale=true` after it, upon which clients repeat the request without asking their user.
    pub fn nonce_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.nonce_lifetime = lifetime;
        self
    }

    /// A path such as `/api` that a proxy in front takes off the request target. Clients digest the target that they asked
    /// for: it must then be this, followed by the target as it is received here. Middleware in front of the scope that changes
    /// the target, such as `NormalizePath` of actix-web, makes it another one than was digested: those requests are answered 401.
    ///
    /// # Security
    /// What a proxy says of the original target in a field such as `X-Original-URL` never counts: clients can send that too.
    pub fn stripped_base_path(mut self, path: impl Into<String>) -> Self {
        self.options.base_path = path.into();
        self
    }

    /// Shares nonces with other processes, so that a nonce from one of them is accepted by all and each request count by one
    /// of them only (feature `redis`). By default each process accepts its own nonces alone: behind a balancer, clients are
    /// then told `stale=true` whenever they reach another one.
    #[cfg(feature = "redis")]
    pub fn shared(mut self, nonces: SharedNonces) -> Self {
        self.options.shared = Some(nonces);
        self
    }

    fn of(source: UserDirectory<U>) -> Self {
        let options = Options {
            algorithms: vec![DigestAlgorithm::Sha256],
            dangerous_md5: false,
            userhash: true,
            nonce_lifetime: LIFETIME,
            base_path: String::new(),
            #[cfg(feature = "redis")]
            shared: None,
        };
        Self { source, roles: None, options, authorities: None }
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after a response was found to be right, on every route. Called again, the last counts.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    pub(crate) fn build(self, configuration: Option<Arc<str>>) -> Result<DigestScheme, Misconfiguration> {
        let mut options = self.options;
        options.check()?;
        if options.dangerous_md5 {
            options.algorithms.push(DigestAlgorithm::Md5);
        }
        let described = Described::new(self.roles.as_ref(), self.authorities);
        let identity = Identity { configuration: configuration.clone(), roles: self.roles };
        let algorithms = options.algorithms.clone();
        let parse = move |content: &[u8]| Realms::parse(content, &algorithms);
        let users = match self.source {
            UserDirectory::File(path, make) => identity.by_file(FileContent::of_file(path, parse)?, make),
            UserDirectory::Text(text, make) => {
                identity.by_file(FileContent::of_text("htdigest text", &text, parse)?, make)
            }
            UserDirectory::Function(function) => identity.by_function(function),
        };
        let (key, memory) = options.memory(configuration.as_deref())?;
        let nonces = Nonces::new(NONCE_PURPOSE, key, configuration.as_deref())
            .map_err(|_| Misconfiguration::new("the system gives no random numbers; check its entropy source"))?;
        Ok(DigestScheme::new(configuration, Verifier::new(users, nonces, memory, options), described))
    }
}

impl Options {
    fn check(&self) -> Result<(), Misconfiguration> {
        let fault = match () {
            () if self.algorithms.contains(&DigestAlgorithm::Md5) => {
                "`.algorithms(…)` names MD5, which is guessed too fast; leave it out, or say `.dangerous_md5()`"
            }
            () if self.algorithms.is_empty() && !self.dangerous_md5 => {
                "no algorithm to offer; leave `.algorithms(…)` out"
            }
            () if DigestAlgorithm::ALL
                .iter()
                .any(|known| self.algorithms.iter().filter(|it| it == &known).count() > 1) =>
            {
                "`.algorithms(…)` names one twice; remove one of them"
            }
            () if !LIFETIMES.contains(&self.nonce_lifetime) => {
                "the lifetime of nonces is not between a second and an hour; leave it out, or give another"
            }
            () if !is_base_path(&self.base_path) => {
                "the stripped base path is not a path; write it as `/api`, without a slash at its end"
            }
            () => return Ok(()),
        };
        Err(Misconfiguration::new(fault))
    }

    /// The key of nonces and the memory of their counts: both of this process, or both shared.
    #[cfg(feature = "redis")]
    fn memory(&mut self, configuration: Option<&str>) -> Result<(Option<Key>, Memory), Misconfiguration> {
        match self.shared.take() {
            Some(shared) => {
                let (key, counts) = shared.open(configuration, self.nonce_lifetime).map_err(Misconfiguration::new)?;
                Ok((Some(key), Memory::Shared(Arc::new(counts))))
            }
            None => Ok((None, Memory::Own(Counts::new()))),
        }
    }

    #[cfg(not(feature = "redis"))]
    fn memory(&mut self, _: Option<&str>) -> Result<(Option<Key>, Memory), Misconfiguration> {
        Ok((None, Memory::Own(Counts::new())))
    }
}

/// How a verified user becomes a principal.
struct Identity<U> {
    configuration: Option<Arc<str>>,
    roles: Option<RolesOf<U>>,
}

impl<U: Send + Sync + 'static> Identity<U> {
    /// The same name in another realm is another user, with another password.
    fn principal(&self, name: &str, realm: &str, user: U) -> PrincipalBuilder {
        let issuer = format!("{}/{realm}", local(NAME, self.configuration.as_deref()));
        let mut principal = Principal::builder(NAME, name).configuration(self.configuration.clone()).issuer(issuer);
        if let Some(roles) = &self.roles {
            principal = principal.roles(roles.of(&user));
        }
        principal.details(user)
    }

    fn by_file(self, users: FileContent<Realms>, make: fn(Arc<str>) -> U) -> UserSource {
        let identify = move |name: Arc<str>, realm: &str| self.principal(&name, realm, make(Arc::clone(&name)));
        UserSource::File { users, identify: Arc::new(identify) }
    }

    fn by_function(self, function: Arc<Function<U>>) -> UserSource {
        let identity = Arc::new(self);
        let find = move |query: UserQuery| -> Finding {
            let (identity, realm) = (Arc::clone(&identity), query.realm().to_owned());
            let answer = function(query);
            Box::pin(async move {
                let found = answer.await.map_err(|error| backend_failed(&*error, &[]))?;
                Ok(found.map(|StoredUser { name, ha1, user }| Stored {
                    principal: identity.principal(&name, &realm, user),
                    name: name.into(),
                    ha1,
                }))
            })
        };
        UserSource::Function { find: Arc::new(find), lookups: Lookups::default(), known: KnownCallers::default() }
    }
}

impl<U> fmt::Debug for DigestUsers<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source: &dyn fmt::Debug = match &self.source {
            UserDirectory::File(path, _) => path,
            UserDirectory::Text(..) => &"text",
            UserDirectory::Function(_) => &"function",
        };
        let mut debug = f.debug_struct("DigestUsers");
        debug.field("source", source).field("algorithms", &self.options.algorithms).finish_non_exhaustive()
    }
}
