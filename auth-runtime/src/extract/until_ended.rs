//! Ending what outlives a request when the caller's credentials end.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_core::Stream;
use pin_project_lite::pin_project;

use actix_web::HttpRequest;

use crate::extract::identity::{Identity, IdentityOf, certain};
use crate::grant::{AnyScheme, FromGrant, Grant, IdentityError, Verified, ViaGrant, Yields};
use crate::policy::Policy;
use crate::principal::Principal;
use crate::scheme::{Recheck, Scheme};
use crate::telemetry::{foreign, limited};
use crate::time::Clock;

/// How often credentials are looked at again where that costs a look into memory.
const IN_MEMORY: Duration = Duration::from_secs(1);
/// The same where somebody else must be asked.
const ELSEWHERE: Duration = Duration::from_secs(5);
/// How often in a row nobody may be able to tell before they count as ended.
const UNKNOWN_MAX: u32 = 3;

/// A future that is ready when the credentials of the caller have ended: a handler takes it for an answer that goes on, or a WebSocket.
///
/// ```standalone_crate
/// use actix_web::{HttpResponse, get, web};
/// use auth_runtime::extract::UntilEnded;
/// use auth_runtime::requires;
/// use futures_util::stream;
///
/// #[requires(any(session, bearer))]
/// #[get("/news")]
/// async fn news(until: UntilEnded) -> HttpResponse {
///     let news = stream::repeat_with(|| Ok::<_, actix_web::Error>(web::Bytes::from_static(b"data: news\n\n")));
///     HttpResponse::Ok().content_type("text/event-stream").streaming(until.stream(news))
/// }
/// ```
///
/// # What ends
///
/// | credentials | end with | after at most |
/// |---|---|---|
/// | a session in memory | signing out, here or everywhere; revocation; `idle`, `absolute`; other roles | 1 s |
/// | a session in Redis, or a store of yours | the same | 5 s, and the time that the store takes |
/// | a JWT, an introspected token, a token of your own | `exp`; revocation, where a store is consulted | 0 s; 1 s, and the bound of the store |
/// | others | expiry, where the principal has one | 0 s |
/// | those of your own scheme | what [`Scheme::recheck`] says | 1 s, or 5 s where it must be waited for |
///
/// A stream does not keep a session alive: it is not use. Where nobody can tell three times in a row, 10 to 25 s, as while a store is away, the
/// credentials count as ended; at once where revocations are not current. Passwords, API keys and tokens without an expiry end for nobody: say [`at_most`](Self::at_most). What the application's
/// own database knows, such as [authorities](crate::authorities), is asked with requests only.
#[must_use = "futures do nothing unless polled"]
pub struct UntilEnded(Pin<Box<dyn Future<Output = ()> + Send>>);

debug_by_name!([] UntilEnded as "UntilEnded";);

impl UntilEnded {
    fn new(principal: Principal, scheme: Arc<dyn Scheme>, clock: Arc<dyn Clock>) -> Self {
        Self(Box::pin(ended(principal, scheme, clock)))
    }

    /// So long from now.
    pub(super) fn after(left: Duration) -> Self {
        Self(Box::pin(tokio::time::sleep(left)))
    }

    /// Ends `stream` when the credentials have ended.
    pub fn stream<S>(self, stream: S) -> EndingStream<S> {
        EndingStream { stream, until: self, is_over: false }
    }

    /// Also ends after so long, from now: the caller must come again.
    pub fn at_most(self, longest: Duration) -> Self {
        let Self(ended) = self;
        let longest = Instant::now().checked_add(longest);
        Self(Box::pin(async move {
            match longest {
                Some(at) => drop(tokio::time::timeout_at(at.into(), ended).await),
                None => ended.await,
            }
        }))
    }
}

impl Future for UntilEnded {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

async fn ended(principal: Principal, scheme: Arc<dyn Scheme>, clock: Arc<dyn Clock>) {
    let mut unknown = 0;
    loop {
        // No time, no right.
        let Ok(now) = clock.now() else { return };
        let left = principal.expires_at().map(|at| at.saturating_sub(now));
        if left.is_some_and(|left| left <= 0) {
            return;
        }
        let pause = match scheme.recheck(&principal, now) {
            Recheck::Ended => return,
            Recheck::Valid => IN_MEMORY,
            Recheck::UntilExpiry => Duration::MAX,
            Recheck::Pending(answer) => {
                match tokio::time::timeout(ELSEWHERE, answer).await {
                    Ok(Ok(true)) => unknown = 0,
                    Ok(Ok(false)) => return,
                    failed => {
                        unknown += 1;
                        if unknown >= UNKNOWN_MAX {
                            let cause = failed.ok().and_then(Result::err).and_then(|error| error.cause);
                            let (scheme, cause) = (principal.scheme(), cause.as_deref().map(foreign));
                            limited!(
                                warn,
                                scheme,
                                cause,
                                "nobody can tell whether credentials still count; what goes on for them ends"
                            );
                            return;
                        }
                    }
                }
                ELSEWHERE
            }
        };
        let left = left.map(|left| Duration::from_secs(left.unsigned_abs())).unwrap_or(Duration::MAX);
        match pause.min(left) {
            Duration::MAX => return std::future::pending().await,
            pause => tokio::time::sleep(pause).await,
        }
    }
}

pin_project! {
    /// A stream that ends with the credentials of the caller. Made by [`UntilEnded::stream`] and
    /// [`Bearer::until_expiry`](super::Bearer::until_expiry).
    #[must_use = "streams do nothing unless polled"]
    pub struct EndingStream<S> {
        #[pin]
        stream: S,
        until: UntilEnded,
        is_over: bool,
    }
}

impl<S> fmt::Debug for EndingStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndingStream").field("is_over", &self.is_over).finish_non_exhaustive()
    }
}

impl<S: Stream> Stream for EndingStream<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        // First whether it has ended: a stream that always has something ready must end too.
        if *this.is_over || Pin::new(this.until).poll(context).is_ready() {
            *this.is_over = true;
            return Poll::Ready(None);
        }
        this.stream.poll_next(context)
    }
}

impl Identity for UntilEnded {
    type Scheme = AnyScheme;

    fn identify(caller: &IdentityOf<'_>) -> Result<Option<Self>, IdentityError> {
        let Some(Verified { principal, scheme, clock, .. }) = caller.whole() else { return Ok(None) };
        Ok(Some(Self::new(principal.clone(), Arc::clone(scheme), Arc::clone(clock))))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Policy<Access: Yields<AnyScheme>>> FromGrant<P, ViaGrant> for UntilEnded {
    fn from_grant(grant: &Grant<P>, _: &HttpRequest) -> Result<Option<Self>, IdentityError> {
        certain(grant).map(Some)
    }
}
