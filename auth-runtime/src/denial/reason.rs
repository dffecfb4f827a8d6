//! The causes of a denial: what each says to the caller, and what the developer can do about it.

use actix_web::http::StatusCode;

use super::{Rejection, Unavailable};
use crate::time::ClockError;

/// Defines [`Reason`] and its table from one list: variant, label, status, then what the caller is told of a rejection,
/// or how loudly a failure of ours is logged, and what the developer can do about it. `by` names the constructor that
/// schemes use.
macro_rules! reasons {
    (
        rejections {$(
            $(#[$doc:meta])+
            $rejection:ident = $label:literal $(by $refuse:ident)?, $status:ident, $error:expr, $detail:literal;
        )+}
        failures {$(
            $(#[$why:meta])+
            $failure:ident = $name:literal $(by $fail:ident)?, $code:ident, $severity:ident, $remedy:literal;
        )+}
    ) => {
        /// Why a request was refused. Logs and metrics carry the label; callers see only the description.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])+ $rejection,)+
            $($(#[$why])+ $failure,)+
            /// Refused by a user's own scheme for a cause of its own; the label must come from a closed set. A 401.
            Custom(&'static str),
        }

        impl Reason {
            /// Every reason but [`Reason::Custom`].
            pub const ALL: &'static [Self] = &[$(Self::$rejection,)+ $(Self::$failure,)+];

            /// Its place in a table of all reasons; those of users' own schemes share the last.
            pub(crate) fn index(self) -> usize {
                enum ReasonIndex { $($rejection,)+ $($failure,)+ Custom }
                match self {
                    $(Self::$rejection => ReasonIndex::$rejection as usize,)+
                    $(Self::$failure => ReasonIndex::$failure as usize,)+
                    Self::Custom(_) => ReasonIndex::Custom as usize,
                }
            }

            /// Label in logs and metrics.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$rejection => $label,)+
                    $(Self::$failure => $name,)+
                    Self::Custom(label) => label,
                }
            }

            /// Status of the answer.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$rejection => StatusCode::$status,)+
                    $(Self::$failure => StatusCode::$code,)+
                    Self::Custom(_) => StatusCode::UNAUTHORIZED,
                }
            }

            /// The `error` of an OAuth challenge (RFC 6750 section 3.1), if this reason has one.
            pub fn oauth_error(self) -> Option<&'static str> {
                match self {
                    $(Self::$rejection => $error,)+
                    $(Self::$failure)|+ => None,
                    Self::Custom(_) => Some(INVALID_TOKEN),
                }
            }

            /// What the caller is told: the `detail` of the body, and the `error_description` of a challenge that has
            /// one. Nothing in it helps an attacker.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$rejection => $detail,)+
                    $(Self::$failure)|+ => match self.status() {
                        StatusCode::SERVICE_UNAVAILABLE => "the service cannot decide at the moment",
                        _ => "the server failed to decide",
                    },
                    Self::Custom(_) => "the credentials are not valid",
                }
            }

            /// What is ours is an error, unless a stranger can cause it at will.
            pub(crate) fn severity(self) -> Severity {
                match self {
                    $(Self::$failure => Severity::$severity,)+
                    // The caller's, or the type's that the handler asks for.
                    Self::ClaimsUnfit => Severity::Warning,
                    _ => Severity::Information,
                }
            }

            /// What the developer or operator can do about it; `None` where it is the caller's to act.
            pub fn remedy(self) -> Option<&'static str> {
                match self {
                    $(Self::$failure => Some($remedy),)+
                    _ => None,
                }
            }
        }

        /// One for each reason that a scheme may give.
        impl Rejection {
            $($(
                #[doc = concat!("Refused for [`Reason::", stringify!($rejection), "`].")]
                pub fn $refuse() -> Self {
                    Self::of(Reason::$rejection)
                }
            )?)+
        }

        /// One for each reason that a scheme may give.
        impl Unavailable {
            $($(
                #[doc = concat!("Undecided for [`Reason::", stringify!($failure), "`].")]
                pub fn $fail() -> Self {
                    Self::of(Reason::$failure)
                }
            )?)+
        }
    };
}

const INVALID_REQUEST: &str = "invalid_request";
const INVALID_TOKEN: &str = "invalid_token";
const INSUFFICIENT_SCOPE: &str = "insufficient_scope";
const INSUFFICIENT_AUTHENTICATION: &str = "insufficient_user_authentication";
// RFC 9449 sections 7.1 and 9.
const INVALID_DPOP_PROOF: &str = "invalid_dpop_proof";
const USE_DPOP_NONCE: &str = "use_dpop_nonce";

/// How loudly a denial is logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
    Information,
}

impl Reason {
    /// Whether the caller is known, and is asked to authenticate again.
    pub(crate) fn asks_for_step_up(self) -> bool {
        matches!(self, Self::AuthenticationTooWeak | Self::AuthenticationAndScopeTooWeak)
    }

    /// Whether each event of it is written, however many there are: it tells of credentials that were good once.
    pub(crate) fn is_always_written(self) -> bool {
        matches!(self, Self::TokenRevoked | Self::NonceReplayed | Self::ProofReplayed)
    }

    /// The rejection for this reason where the caller is to blame.
    ///
    /// # Errors
    /// The failure for this reason where we are: each reason is one or the other, by its status.
    pub fn rejection(self) -> Result<Rejection, Unavailable> {
        if self.status().is_server_error() { Err(Unavailable::of(self)) } else { Ok(Rejection::of(self)) }
    }
}

reasons! {
    rejections {
        // 400: the request cannot be understood.
        /// Two `Authorization` field lines.
        AuthorizationRepeated = "authorization_repeated" by authorization_repeated, BAD_REQUEST, Some(INVALID_REQUEST), "the request has more than one Authorization field";
        /// Credentials that break the syntax of their scheme.
        CredentialsMalformed = "credentials_malformed" by credentials_malformed, BAD_REQUEST, Some(INVALID_REQUEST), "the credentials are malformed";
        /// A token in the header and another in the query.
        TokenRepeated = "token_repeated" by token_repeated, BAD_REQUEST, Some(INVALID_REQUEST), "the request carries more than one token";

        /// An argument of a check could not be extracted, which is the request's fault: the answer is the extractor's own.
        ArgumentUnfit = "argument_unfit", BAD_REQUEST, None, "the request does not fit this resource";

        // 401: not authenticated.
        /// None of the acceptable credentials is present.
        CredentialsMissing = "credentials_missing", UNAUTHORIZED, None, "authentication is required";
        /// Wrong user, wrong password, undecodable Basic credentials, unknown API key.
        CredentialsWrong = "credentials_wrong" by credentials_wrong, UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
        /// A right Digest response with a nonce that is too old, or not known here (RFC 7616 section 3.3).
        NonceStale = "nonce_stale" by nonce_stale, UNAUTHORIZED, None, "the nonce is too old";
        /// A right Digest response with a request count that was seen before.
        NonceReplayed = "nonce_replayed" by nonce_replayed, UNAUTHORIZED, None, "the credentials are not valid";
        /// An API key past its expiry.
        KeyExpired = "key_expired" by key_expired, UNAUTHORIZED, None, "the credentials are not valid";
        /// An API key made for another environment.
        KeyOfOtherEnvironment = "key_of_other_environment" by key_of_other_environment, UNAUTHORIZED, None, "the credentials are not valid";
        /// A cookie of the wanted name that is sent twice or cannot be read.
        CookieUnreadable = "cookie_unreadable" by cookie_unreadable, UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
        /// A client's certificate before `notBefore` or after `notAfter`.
        CertificateOutOfTime = "certificate_out_of_time", UNAUTHORIZED, None, "the credentials are not valid";
        /// The session has ended: signed out, not used for too long, too old, or revoked.
        SessionEnded = "session_ended" by session_ended, UNAUTHORIZED, None, "the session has ended";
        /// Well-formed credentials that are not a JWT.
        TokenNotJwt = "token_not_jwt" by token_not_jwt, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// Longer than the limit.
        TokenTooLong = "token_too_long" by token_too_long, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// `exp` has passed.
        TokenExpired = "token_expired" by token_expired, UNAUTHORIZED, Some(INVALID_TOKEN), "the token has expired";
        /// `nbf` or `iat` lies in the future.
        TokenNotYetValid = "token_not_yet_valid" by token_not_yet_valid, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid yet";
        /// `aud` does not name this resource.
        AudienceWrong = "audience_wrong" by audience_wrong, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not meant for this resource";
        /// `iss` is none of the trusted issuers.
        IssuerWrong = "issuer_wrong" by issuer_wrong, UNAUTHORIZED, Some(INVALID_TOKEN), "the token comes from an issuer that is not accepted here";
        /// `typ` names another kind of token.
        TypeWrong = "type_wrong" by type_wrong, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is of a kind that is not accepted here";
        /// The signature does not verify.
        SignatureInvalid = "signature_invalid" by signature_invalid, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// `alg` is `none`, unknown, or not the key's own.
        AlgorithmRefused = "algorithm_refused" by algorithm_refused, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// No key fits the token.
        KeyUnknown = "key_unknown" by key_unknown, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// `crit` is empty, malformed or names an extension that is not understood.
        CriticalUnknown = "critical_unknown" by critical_unknown, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// A registered claim is missing or of the wrong JSON type, or the claims are not a strict JSON object.
        ClaimsInvalid = "claims_invalid" by claims_invalid, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// The claims do not fit the handler's type.
        ClaimsUnfit = "claims_unfit", UNAUTHORIZED, Some(INVALID_TOKEN), "the token lacks what this resource needs";
        /// The token has been revoked.
        TokenRevoked = "token_revoked" by token_revoked, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// The token lives longer than revocations are remembered: it could come back.
        TokenLivesTooLong = "token_lives_too_long" by token_lives_too_long, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// The issuer says that the token is not active: expired, revoked or never issued (RFC 7662 section 2.2).
        TokenInactive = "token_inactive" by token_inactive, UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
        /// [`Denial::unauthorized`](crate::Denial::unauthorized): the application does not accept who calls.
        ApplicationUnauthorized = "application_unauthorized", UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
        /// The application's own function, which loads authorities, knows the caller no more.
        CallerUnknown = "caller_unknown", UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
        /// The token is bound to a key (`cnf`) whose proof this scheme does not check.
        TokenBound = "token_bound" by token_bound, UNAUTHORIZED, Some(INVALID_TOKEN), "the token must be presented with proof of possession";
        /// A token that is bound to no key came in a scheme that demands proof of one (RFC 9449 section 7.1).
        TokenUnbound = "token_unbound", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not bound to a key";
        /// A token that is bound to a key, without a proof.
        ProofMissing = "proof_missing", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// More than one proof, or one that is no JWT of the type `dpop+jwt` with all that it must say.
        ProofMalformed = "proof_malformed", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The proof is of an algorithm or a key that is not accepted, such as one with its private part.
        ProofKeyRefused = "proof_key_refused", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The proof is of another key than the token is bound to.
        ProofKeyForeign = "proof_key_foreign", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The signature of the proof does not verify.
        ProofSignatureInvalid = "proof_signature_invalid", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The proof is for another method, URL or token.
        ProofMismatch = "proof_mismatch", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// `iat` of the proof is too far from now.
        ProofOutOfTime = "proof_out_of_time", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The proof was used before.
        ProofReplayed = "proof_replayed", UNAUTHORIZED, Some(INVALID_DPOP_PROOF), "the DPoP proof is not valid";
        /// The proof has no nonce, or one that is too old or not known here.
        ProofNonceWanted = "proof_nonce_wanted", UNAUTHORIZED, Some(USE_DPOP_NONCE), "the DPoP proof needs the nonce of this answer";

        /// The credentials have ended since the request was let in, and an operation of it comes only now.
        CredentialsEnded = "credentials_ended" by credentials_ended, UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid any more";
        /// The caller was not authenticated strongly enough, or too long ago, or nothing tells (RFC 9470).
        AuthenticationTooWeak = "authentication_too_weak", UNAUTHORIZED, Some(INSUFFICIENT_AUTHENTICATION), "a stronger or more recent authentication is required";
        /// The same, and a scope is missing too.
        AuthenticationAndScopeTooWeak = "authentication_and_scope_too_weak", UNAUTHORIZED, Some(INSUFFICIENT_AUTHENTICATION), "a stronger or more recent authentication and a required scope are missing";

        // 403: authenticated, not allowed.
        /// A scope is missing.
        ScopeMissing = "scope_missing", FORBIDDEN, Some(INSUFFICIENT_SCOPE), "the credentials lack a required scope";
        /// A scope is present where it must not be, or an alternative to the scopes a challenge would name is missing.
        ScopeUnfit = "scope_unfit", FORBIDDEN, None, "the caller lacks a required scope";
        /// A role is missing, or present where it must not be.
        RoleMissing = "role_missing", FORBIDDEN, None, "the caller lacks a required role";
        /// A claim does not have the required value.
        ClaimMismatch = "claim_mismatch", FORBIDDEN, None, "the caller lacks a required attribute";
        /// A check said no.
        CheckFailed = "check_failed", FORBIDDEN, None, "the caller may not do this";
        /// A [`Denial`](crate::Denial) of the application's own that is not a 401, or a scheme's
        /// [`Rejection::forbidden`](crate::denial::Rejection::forbidden). Status and wording are the application's.
        ApplicationDenied = "application_denied", FORBIDDEN, None, "the request is refused";
        /// A cross-site request with credentials a browser adds by itself.
        CrossSite = "cross_site", FORBIDDEN, None, "cross-site requests are not accepted here";

        // 413: too much.
        /// The request has more operations than [`operations`](crate::config::AuthBuilder::operations) allows (RFC 9110 section 15.5.14).
        OperationsTooMany = "operations_too_many", PAYLOAD_TOO_LARGE, None, "the request has too many operations";

        // 429: too often.
        /// Too many wrong credentials of this account or from this address: these are not looked at.
        TooManyAttempts = "too_many_attempts", TOO_MANY_REQUESTS, None, "too many wrong credentials; wait before the next attempt";
        /// The `limit` of the policy is used up for this caller (RFC 6585 section 4).
        LimitReached = "limit_reached", TOO_MANY_REQUESTS, None, "too many requests";
        /// Of this key or subject, as many DPoP proofs are remembered as may be of one.
        TooManyProofs = "too_many_proofs", TOO_MANY_REQUESTS, None, "too many requests";
    }
    failures {
        // 503: cannot decide now.
        /// The decision took longer than its deadline.
        DeadlinePassed = "deadline_passed", SERVICE_UNAVAILABLE, Error, "a backend is slow, or the deadline set by `.deadline(…)` too short";
        /// No usable keys.
        KeysUnavailable = "keys_unavailable" by keys, SERVICE_UNAVAILABLE, Error, "the provider's keys are out of reach or too old; see the events about its keys";
        /// The key or the tenant of a token is not known, and more are asked for than may be.
        KeysBusy = "keys_busy", SERVICE_UNAVAILABLE, Warning, "more tokens name unknown keys or tenants than are asked for; tokens with known keys are served meanwhile";
        /// The store of revocations is not current.
        RevocationsStale = "revocations_stale" by revocations, SERVICE_UNAVAILABLE, Error, "this process has lost its store of revocations; see the events about revocations";
        /// Too many passwords are being hashed.
        HashingBusy = "hashing_busy" by hashing, SERVICE_UNAVAILABLE, Warning, "more passwords arrive than this machine can hash";
        /// Whether a DPoP proof was used before cannot be told. Strangers do not cause it: only callers with good tokens have
        /// proofs remembered, and none of them more than its share.
        ReplaysUnknown = "replays_unknown", SERVICE_UNAVAILABLE, Error, "the memory of used DPoP proofs is full, or was lost a moment ago with Redis; raise `.replay_memory(…)`, or use `.require_nonce()`";
        /// The wall clock cannot be right.
        ClockUnreadable = "clock_unreadable" by clock, SERVICE_UNAVAILABLE, Error, "set the machine's clock";
        /// The introspection endpoint is out of reach, fails, or is asked too much.
        IntrospectionUnavailable = "introspection_unavailable" by introspection, SERVICE_UNAVAILABLE, Warning, "the introspection endpoint is down, slow or asked too much; see the events of `introspection`";
        /// A backend of the application's own is out of reach.
        BackendUnavailable = "backend_unavailable" by backend, SERVICE_UNAVAILABLE, Error, "see the error of the application's own function";

        /// Authorities cannot be loaded.
        AuthoritiesUnavailable = "authorities_unavailable", SERVICE_UNAVAILABLE, Error, "the function that loads authorities failed; see its error in `cause`";
        /// The authorities of too many callers are being loaded.
        AuthoritiesBusy = "authorities_busy", SERVICE_UNAVAILABLE, Warning, "more callers arrive than the function that loads authorities can serve; make it faster, or remember for longer what it says";
        /// Too many tokens are being looked up.
        LookupBusy = "lookup_busy" by lookup, SERVICE_UNAVAILABLE, Warning, "more credentials arrive than the application's own function can look up";
        /// An extractor of a check answers 503.
        CheckUnavailable = "check_unavailable", SERVICE_UNAVAILABLE, Error, "an extractor of the check cannot be served; see its error in `cause`";

        // 500: the developer must act.
        /// No `Auth` is attached to the application.
        AuthMissing = "auth_missing", INTERNAL_SERVER_ERROR, Error, "mount the handler in `auth.scope(…)`, or add `.app_data(auth.clone())` to the `App`";
        /// The policy names a scheme that this `Auth` was not given.
        SchemeUnconfigured = "scheme_unconfigured", INTERNAL_SERVER_ERROR, Error, "configure the scheme on `Auth::builder()`; `Auth::build()` lists what is missing";
        /// The policy is not in the link-time registry.
        PolicyUnlinked = "policy_unlinked", INTERNAL_SERVER_ERROR, Error, "let `#[requires]` or `policy!` make the policy; it is not in the link-time registry";
        /// The introspection endpoint rejects the credentials of this service.
        IntrospectionRefused = "introspection_refused" by introspection_refused, INTERNAL_SERVER_ERROR, Error, "correct the credentials of this service at the introspection endpoint: client id, secret or key, and method";
        /// A handler asks for a user type that the configured verification does not produce.
        IdentityUnfit = "identity_unfit", INTERNAL_SERVER_ERROR, Error, "ask for the type that the configured verification function returns";
        /// A check returned an error, or an extractor of it answers 5xx.
        CheckErred = "check_erred", INTERNAL_SERVER_ERROR, Error, "see its error in `cause`; where that is application data, add it by `.app_data(web::Data::new(…))`";
        /// A [`Denial`](crate::Denial) that cannot be sent: of a status that it cannot have, or a 401 where nobody is asked for
        /// credentials.
        DenialUnfit = "denial_unfit", INTERNAL_SERVER_ERROR, Error, "`Denial::new` takes a 4xx other than 401 and 407; a 401 is `Denial::unauthorized`, under a policy that asks for credentials, as `optional(…)` does too";
        /// The function that loads authorities asks for what is not there.
        AuthoritiesErred = "authorities_erred", INTERNAL_SERVER_ERROR, Error, "see `cause`; add application data by `.app_data(web::Data::new(…))`";
        /// A check takes what a later one loads.
        LoadedLater = "loaded_later", INTERNAL_SERVER_ERROR, Error, "write the check that loads it, `check = … -> T`, before the one that takes `Checked<T>`";
        /// [`Auth::verify`](crate::Auth::verify) was asked about a policy that needs a request of actix-web's.
        VerifyUnfit = "verify_unfit", INTERNAL_SERVER_ERROR, Error, "`Auth::verify` takes policies without checks, of schemes without authorities; write `without_authorities`, and ask for scopes, roles and claims only";
        /// [`Auth::admit`](crate::Auth::admit) was asked about an operation in a request that no guard of this `Auth` has let in.
        OperationUnguarded = "operation_unguarded", INTERNAL_SERVER_ERROR, Error, "let the handler that calls `Auth::admit` have `#[requires(…)]`, `optional(…)` where nobody need call, under the same `Auth`, and say on its builder how many `.operations(…)` a request may have";
        /// A provider does not give this service the tokens for calls to other services, or nobody said which provider does.
        OutgoingUnfit = "outgoing_unfit", INTERNAL_SERVER_ERROR, Error, "see the events about the provider that gives tokens; a handler that takes `OutgoingToken` needs `.outgoing(…)` on the builder";
        /// A check read the body.
        CheckReadBody = "check_read_body", INTERNAL_SERVER_ERROR, Error, "a check decides before the body is read; move what needs the body into the handler";
        /// A scheme or a check panicked.
        Panicked = "panicked", INTERNAL_SERVER_ERROR, Error, "a scheme or a check panicked; see the panic message above";
    }
}

impl From<ClockError> for Reason {
    fn from(_: ClockError) -> Self {
        Self::ClockUnreadable
    }
}

impl From<ClockError> for Unavailable {
    fn from(_: ClockError) -> Self {
        Self::clock()
    }
}
