//! Signing in elsewhere, as sessions see it: the room of `login` is above theirs.

use std::any::Any;
use std::sync::Arc;

use crate::authorities::AuthorityLoader;
use crate::fault::Misconfiguration;
use crate::scheme::SchemeRoute;
use crate::scheme::session::live::LiveSessions;
use crate::setting::Setting;

/// What is said of a provider where people sign in.
pub(crate) trait LoginSettings: Send + Sync {
    /// Checks everything, for a service that browsers reach under `origin`.
    ///
    /// # Errors
    /// What is wrong and what to do about it.
    fn build(&self, origin: &str) -> Result<Arc<dyn Login>, Misconfiguration>;

    /// Where browsers are sent who must sign in.
    fn login_path(&self) -> &str;

    /// Loads the rights of those who have signed in there.
    fn authorities(&self) -> Option<&AuthorityLoader>;
}

/// A provider where people sign in.
pub(crate) trait Login: Any + Send + Sync {
    /// What it is called, where there are several.
    fn name(&self) -> Option<&str>;

    /// Vouches for those who have signed in there.
    fn issuer(&self) -> &str;

    /// Where browsers are sent who must sign in.
    fn login_path(&self) -> &str;

    /// What it serves that no other provider does, by method and path.
    fn own_paths(&self) -> [(&'static str, &str); 3];

    /// What it serves to whoever signs in to these sessions.
    fn mounts(self: Arc<Self>, sessions: &Arc<LiveSessions>) -> Vec<SchemeRoute>;

    /// What reviewers see of it.
    fn reviewed(&self) -> Vec<Setting>;
}
