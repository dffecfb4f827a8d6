//! The test of an application: the file is there and says what is so, or somebody accepts what has changed.

use std::path::Path;

use super::Lock;
use super::change::{Change, Difference, Part};
use super::compare::{compare, pair};
use crate::auth::Auth;
use crate::review::kept::{self, Accepted, Reviewer};

/// Fails unless the program lets in whom the file `path` says: the review of a change that lets anybody new in happens before
/// it is merged.
///
/// `app` is what `test::init_service` gave, so that the routes are mounted. `path` is relative to the folder in which the test
/// runs, which cargo makes that of the package. Commit the file, and review its changes as you review code. See the
/// [manual](crate::manual::review#the-lock-file) for what it looks like, and for how a change is accepted.
///
/// ```standalone_crate
/// use actix_web::{App, get, test};
/// use auth_runtime::testing::TestIssuer;
/// use auth_runtime::{Auth, requires, review};
///
/// #[requires(bearer, scope = "orders:read")]
/// #[get("/orders")]
/// async fn list_orders() -> &'static str { "" }
///
/// # #[actix_web::main]
/// # async fn main() {
/// # let folder = std::env::temp_dir().join(format!("auth-lock-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let path = folder.join("auth.lock");
/// # if std::env::var_os("CI").is_some() { return }
/// let auth = Auth::builder().bearer(TestIssuer::new().jwt()).build().unwrap();
/// let app = test::init_service(App::new().service(auth.scope("/shop").service(list_orders))).await;
/// # let file = path.clone();
/// review::assert_matches(path, &auth, app); // "auth.lock" in a test of yours
/// # assert!(std::fs::read_to_string(file).unwrap().contains("GET /shop/orders"));
/// # std::fs::remove_dir_all(folder).unwrap();
/// # }
/// ```
///
/// # Panics
/// When the file says something else, is missing where the variable `CI` is set, or cannot be read; when nothing is mounted.
/// The message says what has changed, for whom, and what to type to accept it. The file is left as it is.
///
/// # Security
/// It sees policies and configuration, not what functions do: the body of a check, a function that loads authorities, a
/// handler. Routes outside of `auth.scope` are not compared.
#[track_caller]
pub fn assert_matches<A>(path: impl AsRef<Path>, auth: &Auth, app: A) {
    // It is mounted already, and wanted for that alone.
    drop(app);
    let wishes = Wishes { reviewer: Reviewer::of_environment(ACCEPT), reason: kept::variable(REASON) };
    kept::keep(path.as_ref(), |path, old| wishes.judge(path, old, Lock::from(auth)));
}

const ACCEPT: &str = "AUTH_LOCK";
const REASON: &str = "AUTH_LOCK_REASON";

/// What whoever runs the test asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wishes {
    pub(super) reviewer: Reviewer,
    pub(super) reason: Option<String>,
}

impl Wishes {
    /// Compares, and says what is to be written, if anything.
    ///
    /// # Errors
    /// With what to tell where the test must fail.
    pub(super) fn judge(&self, path: &str, old: Option<&str>, mut new: Lock) -> Result<Option<Accepted>, String> {
        if new.routes.is_empty() {
            return Err(
                "no route is mounted by this `Auth`, so that there is nothing to compare; give `assert_matches` the \
                 application that `test::init_service` made, with scopes of this `Auth`"
                    .to_owned(),
            );
        }
        self.reviewer.check_reviewer(path, ACCEPT)?;
        let Some(old) = old else {
            self.reviewer.check_missing(path)?;
            new.is_unreviewed = true;
            let open =
                new.routes.iter().filter(|entry| entry.rule.presence != crate::policy::Presence::Required).count();
            let routes = match new.routes.len() {
                1 => "1 route".to_owned(),
                more => format!("{more} routes"),
            };
            let note = format!(
                "ATTENTION: {path} was not there, and was written as the program is now: {routes}, {open} of them open to \
                 everyone.\nRead it, delete its line ATTENTION, and commit it. From now on this test fails where the program says \
                 something else."
            );
            return Ok(Some(Accepted { text: new.to_string(), note }));
        };
        let old: Lock = old.parse().map_err(|fault| {
            format!("{path}, {fault}\n\nIt was left as it is. Restore it from version control; it is not to be edited by hand")
        })?;
        let difference = compare(&old, &new);
        if difference.changes.is_empty() {
            return Ok(None);
        }
        let hash = Difference::hash(&old, &new);
        self.accepts(&difference, &hash).map_err(|refusal| {
            let remedy = self.remedy(&difference, &hash);
            format!("{path}: {}\n\n{difference}\n{refusal}{remedy}", difference.count())
        })?;
        new.keep(&old, &difference, self.reason.as_deref().map(str::trim));
        let note = format!("{path}: accepted {}\n\n{difference}", difference.count());
        Ok(Some(Accepted { text: new.to_string(), note }))
    }

    /// # Errors
    /// With what is wrong with the wish.
    fn accepts(&self, difference: &Difference, hash: &str) -> Result<(), String> {
        let Some(wish) = self.reviewer.accept.as_deref() else { return Err(String::new()) };
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        match wish.strip_prefix("accept") {
            Some("") if !difference.needs_reason() => Ok(()),
            Some("") => Err("`AUTH_LOCK=accept` accepts what lets in nobody new. ".to_owned()),
            Some(named) if named.strip_prefix(':') == Some(hash) => match reason {
                None if difference.needs_reason() => Err("`AUTH_LOCK_REASON` says nothing. ".to_owned()),
                _ => Ok(()),
            },
            Some(named) if named.starts_with(':') => {
                Err(format!("`AUTH_LOCK={wish}` accepts another change than this one, which is {hash}. "))
            }
            _ => Err(format!("`AUTH_LOCK={}` means nothing. ", wish.escape_debug())),
        }
    }

    /// What to do.
    fn remedy(&self, difference: &Difference, hash: &str) -> String {
        if self.reviewer.is_ci {
            return "If this is meant, run this test where `CI` is not set, do what it says, and commit the file"
                .to_owned();
        }
        let again = self.reviewer.cargo_test();
        match difference.needs_reason() {
            true => format!(
                "If this is meant, say why and run:\n\n    AUTH_LOCK=accept:{hash} AUTH_LOCK_REASON='…' {again}\n"
            ),
            false => format!("If this is meant, run:\n\n    AUTH_LOCK=accept {again}\n"),
        }
    }
}

impl Lock {
    /// Takes over what the file says beyond the program, and adds why those are let in who newly are.
    fn keep(&mut self, old: &Self, difference: &Difference, reason: Option<&str>) {
        self.is_unreviewed = old.is_unreviewed;
        let newly = |part: Part, place: &str| -> Option<String> {
            let is_here = |change: &&Change| change.part == part && change.place == place && change.needs_reason();
            difference.changes.iter().find(is_here).and(reason).map(str::to_owned)
        };
        for section in &mut self.configuration {
            let known = old.configuration.iter().find(|known| known.scheme == section.scheme);
            section.because = newly(Part::Configuration, &section.heading())
                .or_else(|| known.and_then(|known| known.because.clone()));
        }
        for (part, entries, known) in
            [(Part::Routes, &mut self.routes, &old.routes), (Part::Unmounted, &mut self.unmounted, &old.unmounted)]
        {
            let now = entries.clone();
            let pairs = pair(known, &now).pairs;
            for (entry, as_it_is) in entries.iter_mut().zip(&now) {
                let was = pairs.iter().find(|(_, is)| std::ptr::eq(*is, as_it_is)).map(|(was, _)| *was);
                entry.because = newly(part, &entry.place).or_else(|| was.and_then(|was| was.because.clone()));
            }
        }
    }
}
