//! The configuration of Basic authentication.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::authorities::{AuthorityLoader, IntoAuthorityLoader};
use crate::fault::Misconfiguration;
use crate::file::FileContent;
use crate::principal::Principal;
use crate::scheme::backend_error::backend_failed;
use crate::scheme::basic::hashing::Hashing;
use crate::scheme::basic::htpasswd::Users;
use crate::scheme::basic::memory::{LIFETIME_MAX, Memory, RememberedPasswords};
use crate::scheme::basic::{BasicScheme, NAME, UserPass, Verification, Verifier};
use crate::scheme::users::{Described, RolesOf};
use crate::shares::Lookups;

/// Where user names and passwords are verified; `U` is what a handler gets to know of the user.
///
/// ```
/// use auth_runtime::basic::{Passwords, UserPass};
///
/// // From a file, read again when its content changes:
/// let staff = Passwords::htpasswd_file("staff.htpasswd").roles_of(|user| match user.name() {
///     "alice" => vec!["ops"],
///     _ => vec![],
/// });
///
/// // By a function of your own:
/// struct Member { number: u32 }
/// async fn member(sent: UserPass) -> Result<Option<Member>, std::io::Error> {
///     let good = sent.user() == "bob" && sent.expose_password() == "builder"; // ask your directory here
///     Ok(good.then_some(Member { number: 7 }))
/// }
/// let members = Passwords::verify_with(member);
/// assert!(format!("{members:?}").contains("function"));
/// ```
#[must_use]
pub struct Passwords<U = User> {
    source: UserDirectory<U>,
    roles: Option<RolesOf<U>>,
    remember_for: Duration,
    memory: Arc<Memory>,
    authorities: Option<AuthorityLoader>,
}

type Function<U> = dyn Fn(UserPass) -> Pin<Box<dyn Future<Output = Result<Option<U>, String>> + Send>> + Send + Sync;

enum UserDirectory<U> {
    File(PathBuf, fn(String) -> U),
    Text(String, fn(String) -> U),
    Function(Arc<Function<U>>),
}

/// A user of an `htpasswd` file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct User {
    name: String,
}

impl User {
    /// The name, as it stands in the file.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Passwords<User> {
    /// Users of an Apache `htpasswd` file: `user:hash`, one a line, `#` before comments. As Apache does, it ignores what
    /// follows a second colon and space around a line.
    ///
    /// Accepted hashes are bcrypt (`htpasswd -B`; cost at most 15), SHA-512 crypt (`$6$`; at most 1 000 000 rounds) and
    /// argon2 as PHC strings (at most 256 MiB, and memory times passes at most 1 GiB). The file is looked at once a second
    /// and read again when its content has changed; a file that cannot be used leaves the last good
    /// one in force and a warning in the log. Replace it by renaming a complete file over it.
    ///
    /// Passwords are hashed on blocking threads, at most half as many at once as there are cores; who waits more than two
    /// seconds for a turn is answered 503. Unknown users cost what known ones do. Where the file mixes costs, so do
    /// unknown users, in the same shares: one name costs the same each time, in every process that has this file.
    ///
    /// Passwords are at most 1024 bytes long, and at most 72 for users with a bcrypt hash: longer ones are wrong, never cut.
    ///
    /// # Errors
    /// `Auth::build` fails on a file that cannot be read, a malformed line, a hash of an insecure kind or an absurd cost,
    /// and a user given twice, naming file and line.
    pub fn htpasswd_file(path: impl Into<PathBuf>) -> Self {
        Self::of(UserDirectory::File(path.into(), |name| User { name }), LIFETIME_MAX)
    }

    /// Users as [`htpasswd_file`](Self::htpasswd_file) reads them, from a text.
    pub fn htpasswd(text: impl Into<String>) -> Self {
        Self::of(UserDirectory::Text(text.into(), |name| User { name }), LIFETIME_MAX)
    }
}

impl<U: Send + Sync + 'static> Passwords<U> {
    /// Users that a function of your own verifies: `Ok(Some(user))` for the right password, `Ok(None)` for anything else.
    /// The subject of the principal is the user name as sent.
    ///
    /// At most 32 calls run at once; callers [take turns](crate::manual::threats#what-a-stranger-can-cause), and who waits longer
    /// than two seconds is answered 503. A call goes on in a task of its own where its caller hangs up, for ten seconds at most.
    ///
    /// # Errors
    /// An error of the function says that it cannot decide, such as a database out of reach: the request is answered 503,
    /// and the error is logged, with the password cut out of its text.
    ///
    /// # Security
    /// The function must take as long for unknown users as for wrong passwords, and must not hash on the event loop:
    /// use `web::block`. What it says is not remembered, unless you ask by [`remember_for`](Self::remember_for).
    pub fn verify_with<F, Answer, E>(verify: F) -> Self
    where
        F: Fn(UserPass) -> Answer + Send + Sync + 'static,
        Answer: Future<Output = Result<Option<U>, E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        let function = move |sent: UserPass| -> Pin<Box<dyn Future<Output = _> + Send>> {
            let answer = verify(sent);
            Box::pin(async move { answer.await.map_err(|error| error.to_string()) })
        };
        Self::of(UserDirectory::Function(Arc::new(function)), Duration::ZERO)
    }

    /// What roles a user has. Without this, roles are unknown and a policy that asks for one denies.
    ///
    /// Asked when a password is verified; remembered as long as the password is.
    pub fn roles_of<R>(mut self, roles: impl Fn(&U) -> R + Send + Sync + 'static) -> Self
    where
        R: IntoIterator<Item: Into<Box<str>>>,
    {
        self.roles = Some(RolesOf::new(roles));
        self
    }

    /// How long a verified password is remembered, so that it need not be verified with each request: at most 60 seconds,
    /// which is the default for `htpasswd`; zero, the default for a function of your own, remembers nothing.
    ///
    /// What is remembered is a MAC under a key of this process, never the password, of at most 4096 passwords.
    ///
    /// # Security
    /// For an `htpasswd` file nothing is weaker: the memory is bound to the stored hash. For a function of your own, a user
    /// who is disabled or changes the password may get in for that long, unless you call
    /// [`RememberedPasswords::forget`].
    ///
    /// # Errors
    /// `Auth::build` fails on more than 60 seconds.
    pub fn remember_for(mut self, time: Duration) -> Self {
        self.remember_for = time;
        self
    }

    /// What the application itself knows of the callers: a function that loads their [authorities](crate::authorities), such as
    /// roles out of a database. It is asked after a password was found to be right, on every route. Called again, the last counts.
    pub fn authorities<Args>(mut self, load: impl IntoAuthorityLoader<Args>) -> Self {
        self.authorities = Some(load.into_loader());
        self
    }

    /// A hold on what is remembered, to forget a user early.
    pub fn remembered(&self) -> RememberedPasswords {
        RememberedPasswords(Arc::clone(&self.memory))
    }

    fn of(source: UserDirectory<U>, remember_for: Duration) -> Self {
        Self { source, roles: None, remember_for, memory: Arc::new(Memory::new()), authorities: None }
    }

    pub(crate) fn build(self, configuration: Option<Arc<str>>) -> Result<BasicScheme, Misconfiguration> {
        self.build_with(configuration, Hashing::shared())
    }

    pub(super) fn build_with(
        self,
        configuration: Option<Arc<str>>,
        hashing: Arc<Hashing>,
    ) -> Result<BasicScheme, Misconfiguration> {
        if self.remember_for > LIFETIME_MAX {
            return Err(Misconfiguration::new("passwords are remembered at most 60 s; lower `remember_for`"));
        }
        if !self.memory.has_key() {
            return Err(Misconfiguration::new("the system gives no random numbers; check its entropy source"));
        }
        let described = Described::new(self.roles.as_ref(), self.authorities);
        let identity = Identity { configuration: configuration.clone(), roles: self.roles };
        let verifier = match self.source {
            UserDirectory::File(path, make) => {
                identity.by_file(FileContent::of_file(path, Users::parse)?, make, hashing)
            }
            UserDirectory::Text(text, make) => {
                identity.by_file(FileContent::of_text("htpasswd text", &text, Users::parse)?, make, hashing)
            }
            UserDirectory::Function(function) => identity.by_function(function),
        };
        Ok(BasicScheme { configuration, verifier, memory: self.memory, remember_for: self.remember_for, described })
    }
}

/// How a verified user becomes a principal.
struct Identity<U> {
    configuration: Option<Arc<str>>,
    roles: Option<RolesOf<U>>,
}

impl<U: Send + Sync + 'static> Identity<U> {
    fn principal(&self, name: &str, user: U) -> Principal {
        let mut principal = Principal::builder(NAME, name).configuration(self.configuration.clone());
        if let Some(roles) = &self.roles {
            principal = principal.roles(roles.of(&user));
        }
        principal.details(user).build()
    }

    fn by_file(self, users: FileContent<Users>, make: fn(String) -> U, hashing: Arc<Hashing>) -> Verifier {
        let identify = move |name: String| self.principal(&name, make(name.clone()));
        Verifier::File { users, hashing, identify: Arc::new(identify) }
    }

    fn by_function(self, function: Arc<Function<U>>) -> Verifier {
        let identity = Arc::new(self);
        let verify = move |sent: UserPass| -> Verification {
            let identity = Arc::clone(&identity);
            let (name, password) = (sent.user().to_owned(), Zeroizing::new(sent.expose_password().to_owned()));
            let answer = function(sent);
            Box::pin(async move {
                let user = answer.await.map_err(|error| backend_failed(&error, &[&password]))?;
                Ok(user.map(|user| identity.principal(&name, user)))
            })
        };
        Verifier::Function { verify: Arc::new(verify), lookups: Lookups::default() }
    }
}

impl<U> fmt::Debug for Passwords<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source: &dyn fmt::Debug = match &self.source {
            UserDirectory::File(path, _) => path,
            UserDirectory::Text(..) => &"text",
            UserDirectory::Function(_) => &"function",
        };
        let mut debug = f.debug_struct("Passwords");
        debug.field("source", source).field("remember_for", &self.remember_for).finish_non_exhaustive()
    }
}
