//! The sessions of people, for the application: listed, ended, given other rights.

use std::fmt;
use std::sync::Arc;

use crate::auth::{Auth, AuthBuilder};
use crate::denial::{Denial, Reason};
use crate::principal::{Principal, local};
use crate::scheme::SessionScheme;
use crate::scheme::session::{LiveSessions, NAME as SESSION, Record, Sessions, Whose, milliseconds};
use crate::time::UnixTime;

/// The configurations of sessions, by their names.
pub(super) type LiveByName = Vec<(Option<Box<str>>, Arc<LiveSessions>)>;

/// The same before and after they are built.
#[derive(Default)]
pub(super) struct SessionsByName {
    given: Vec<(Option<Box<str>>, Sessions)>,
    pub(super) live: LiveByName,
}

impl AuthBuilder {
    /// The `session` scheme: people who sign in and are known by a cookie. Needs a [`public_origin`](Self::public_origin).
    pub fn session(mut self, sessions: Sessions) -> Self {
        self.sessions.given.push((None, sessions));
        self
    }

    /// Another configuration of the `session` scheme, for policies that say `session("name")`. Its cookie is called
    /// `__Host-session-name`.
    pub fn session_named(mut self, name: &str, sessions: Sessions) -> Self {
        self.sessions.given.push((Some(name.into()), sessions));
        self
    }

    /// Builds the sessions, for whose cookies the public origin must be known.
    pub(super) fn with_sessions(mut self) -> Self {
        for (name, sessions) in std::mem::take(&mut self.sessions.given) {
            if let Some(store) = sessions.consulted() {
                self.consults(store);
            }
            let scheme =
                sessions.build(name.as_deref(), self.public_origin.as_deref(), &self.shared_authorities, &*self.clock);
            self.event_sources.extend(scheme.iter().map(|scheme| scheme.live().events().clone()));
            self.sessions.live.extend(scheme.iter().map(|scheme| (name.clone(), Arc::clone(scheme.live()))));
            self = self.built::<SessionScheme, _>(SESSION, name.as_deref(), scheme);
        }
        self
    }
}

impl Auth {
    /// The sessions of a subject: to list them, to end one or all. For a page on which people see where they are signed in, and for what must
    /// end them, such as another password.
    ///
    /// ```standalone_crate
    /// # use auth_runtime::{Auth, session::Sessions};
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let auth = Auth::builder().public_origin("https://shop.example").session(Sessions::in_memory()).build().unwrap();
    /// // After a change of the password, once it is committed:
    /// auth.sessions_of("alice").end_all().await.unwrap();
    /// assert!(auth.sessions_of("alice").list().await.unwrap().is_empty());
    /// # }
    /// ```
    pub fn sessions_of(&self, subject: impl Into<String>) -> SubjectSessions {
        self.sessions_of_in(None, subject.into())
    }

    /// The sessions of a caller who is in one, wherever they have signed in. Who comes by other credentials is somebody else, of
    /// whatever name: there are none.
    pub fn sessions_of_caller(&self, who: &Principal) -> SubjectSessions {
        let configuration = who.configuration().filter(|_| who.scheme() == SESSION);
        let (key, own) = (who.key(), local(SESSION, configuration));
        let issuer = (*key.issuer() != *own).then(|| key.issuer().into());
        SubjectSessions { issuer, ..self.sessions_of_in(configuration, who.subject().to_owned()) }
    }

    /// Those of a subject in the configuration `session("name")`.
    pub fn sessions_of_named(&self, name: &str, subject: impl Into<String>) -> SubjectSessions {
        self.sessions_of_in(Some(name), subject.into())
    }

    fn sessions_of_in(&self, name: Option<&str>, subject: String) -> SubjectSessions {
        SubjectSessions { auth: self.clone(), name: name.map(Into::into), issuer: None, subject }
    }

    /// Gives all sessions of a subject these roles; from their next answers on they have other ids. Says how many had others before.
    ///
    /// Not for sessions with [authorities](crate::session::Sessions::authorities), which keep no roles: there, call
    /// [`forget`](Self::forget).
    ///
    /// # Errors
    /// A 503 where the store cannot be asked, and a 500 where no sessions are configured; both are logged.
    pub async fn set_rights(
        &self,
        subject: impl Into<String>,
        roles: impl IntoIterator<Item = impl Into<Box<str>>>,
    ) -> Result<usize, Denial> {
        self.sessions_of(subject).set_rights(roles).await
    }

    /// The same for those in the configuration `session("name")`.
    ///
    /// ```standalone_crate
    /// # use auth_runtime::{Auth, session::Sessions};
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let builder = Auth::builder().public_origin("https://shop.example");
    /// let auth = builder.session(Sessions::in_memory()).session_named("staff", Sessions::in_memory()).build().unwrap();
    /// assert_eq!(auth.set_rights_named("staff", "alice", ["auditor"]).await.unwrap(), 0, "she is in no session of the staff");
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`set_rights`](Self::set_rights).
    pub async fn set_rights_named(
        &self,
        name: &str,
        subject: impl Into<String>,
        roles: impl IntoIterator<Item = impl Into<Box<str>>>,
    ) -> Result<usize, Denial> {
        self.sessions_of_named(name, subject).set_rights(roles).await
    }

    /// The sessions of a configuration; without a name, of the only one there is.
    pub(crate) fn live_sessions(&self, name: Option<&str>) -> Option<&Arc<LiveSessions>> {
        let known = &self.0.sessions;
        let found = known.iter().find(|(known, _)| known.as_deref() == name);
        match (found, name, known.as_slice()) {
            (Some((_, live)), ..) => Some(live),
            (None, None, [(_, only)]) => Some(only),
            _ => None,
        }
    }
}

/// The sessions of one subject. Made by [`Auth::sessions_of`].
#[must_use]
pub struct SubjectSessions {
    auth: Auth,
    name: Option<Box<str>>,
    issuer: Option<Box<str>>,
    subject: String,
}

/// A session as its owner may see it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionInfo {
    id: Box<str>,
    created_at: UnixTime,
    last_seen_at: UnixTime,
    address: Option<Box<str>>,
    agent: Option<Box<str>>,
}

/// All methods answer a 503 where the store cannot be asked, and a 500 where no sessions are configured; both are logged.
impl SubjectSessions {
    /// Those of a subject of this issuer, who has signed in at a [provider](crate::login): of the same name, it is somebody else.
    ///
    /// ```standalone_crate
    /// # use auth_runtime::{Auth, session::Sessions};
    /// # #[actix_web::main]
    /// # async fn main() {
    /// # let auth = Auth::builder().public_origin("https://shop.example").session(Sessions::in_memory()).build().unwrap();
    /// auth.sessions_of("248289761001").signed_in_at("https://idp.example").end_all().await.unwrap();
    /// # }
    /// ```
    #[cfg(feature = "login")]
    pub fn signed_in_at(mut self, issuer: impl Into<Box<str>>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    fn whose(&self) -> Whose<'_> {
        Whose { issuer: self.issuer.as_deref(), subject: &self.subject }
    }

    /// Those that have not ended, the one that was used last first.
    ///
    /// # Errors
    /// See above.
    pub async fn list(&self) -> Result<Vec<SessionInfo>, Denial> {
        let sessions = self.live()?.of_subject(self.whose(), self.now()?).await?;
        Ok(sessions.into_iter().map(|(_, record)| SessionInfo::of(record)).collect())
    }

    /// Ends the one with this [id](SessionInfo::id); says whether it was there. It ends no other subject's.
    ///
    /// # Errors
    /// See above.
    pub async fn end(&self, id: &str) -> Result<bool, Denial> {
        Ok(self.end_where(|record| *record.sid == *id).await? > 0)
    }

    /// Ends all, and keeps those from beginning whose sign-in has begun before; says how many there were.
    ///
    /// # Errors
    /// See above.
    pub async fn end_all(&self) -> Result<usize, Denial> {
        self.live()?.end_all(self.whose(), &*self.auth.settings().clock).await
    }

    /// Ends all but that of this caller, such as after a change of the password, and keeps those from beginning whose sign-in has begun before; says
    /// how many there were. Of a caller who is not in a session of this subject, all.
    ///
    /// # Errors
    /// See above.
    pub async fn end_others(&self, but: &Principal) -> Result<usize, Denial> {
        let kept = but.session_id().filter(|_| but.subject() == self.subject);
        self.live()?.leave_old(self.whose(), &*self.auth.settings().clock).await?;
        // First: who comes in afterwards has signed in afterwards, and who came in before is in the list.
        self.live()?.bar(self.whose(), milliseconds(&*self.auth.settings().clock)).await?;
        self.end_where(|record| Some(&*record.sid) != kept).await
    }

    /// Gives all of them these roles, as [`Auth::set_rights`] does, and keeps those from beginning whose sign-in has begun before: it may have
    /// looked up the roles of old.
    ///
    /// # Errors
    /// See above.
    pub async fn set_rights(&self, roles: impl IntoIterator<Item = impl Into<Box<str>>>) -> Result<usize, Denial> {
        let roles: Vec<Box<str>> = roles.into_iter().map(Into::into).collect();
        self.live()?.bar(self.whose(), milliseconds(&*self.auth.settings().clock)).await?;
        self.live()?.set_roles(self.whose(), &roles, self.now()?).await
    }

    async fn end_where(&self, is_meant: impl Fn(&Record) -> bool) -> Result<usize, Denial> {
        let live = self.live()?;
        let mut ended = 0;
        for (stored, record) in live.of_subject(self.whose(), self.now()?).await? {
            if is_meant(&record) {
                ended += usize::from(live.sign_out(stored.key(), &record, &*self.auth.settings().clock).await?);
            }
        }
        Ok(ended)
    }

    fn live(&self) -> Result<&Arc<LiveSessions>, Denial> {
        self.auth.live_sessions(self.name.as_deref()).ok_or_else(|| {
            tracing::error!(remedy = Reason::SchemeUnconfigured.remedy(), "no such sessions are configured");
            Denial::of(Reason::SchemeUnconfigured)
        })
    }

    fn now(&self) -> Result<UnixTime, Denial> {
        self.auth.settings().clock.now().map_err(|error| Denial::of(error.into()))
    }
}

impl SessionInfo {
    fn of(record: Record) -> Self {
        let Record { sid, created_at, seen_at, address, agent, .. } = record;
        Self { id: sid, created_at, last_seen_at: seen_at, address, agent }
    }

    /// What it is called, which lets nobody in: [`Principal::session_id`] of its requests.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was signed in, in seconds since 1970.
    pub fn created_at(&self) -> UnixTime {
        self.created_at
    }

    /// When it was used last, in seconds since 1970, to a minute.
    pub fn last_seen_at(&self) -> UnixTime {
        self.last_seen_at
    }

    /// From where it was signed in: an IPv4 address, or the network of an IPv6 address, where
    /// [proxies](crate::config::AuthBuilder::trusted_proxies) are known as such; `None` where nobody can tell.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// With what it was signed in: the `User-Agent`, cut to 256 characters. It is the client's own word: escape it.
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }
}

debug_by_name! {
    [] SubjectSessions as "SubjectSessions";
}

/// Where and with what it was signed in is left out: it is personal data.
impl fmt::Debug for SessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionInfo").field("id", &self.id).finish_non_exhaustive()
    }
}
