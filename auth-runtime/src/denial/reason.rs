//! The causes of a denial, and what each says to the caller.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};

/// Defines [`Reason`] and its table from one list: variant, status, OAuth error, description.
macro_rules! reasons {
    ($($(#[$doc:meta])+ $name:ident = $label:literal, $status:ident, $error:expr, $detail:literal;)+) => {
        /// Why a request was refused. Logs and metrics carry the label; callers see only the description.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[$doc])+ $name,)+
            /// Refused by a user's own scheme for a cause of its own; the label must come from a closed set. A 401.
            Custom(&'static str),
        }

        impl Reason {
            /// Every reason but [`Reason::Custom`].
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its place in a table of all reasons; those of users' own schemes share the last.
            pub(crate) fn index(self) -> usize {
                enum Place { $($name,)+ Custom }
                match self {
                    $(Self::$name => Place::$name as usize,)+
                    Self::Custom(_) => Place::Custom as usize,
                }
            }

            /// Label in logs and metrics.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)+
                    Self::Custom(label) => label,
                }
            }

            /// Status of the answer.
            pub fn status(self) -> StatusCode {
                match self {
                    $(Self::$name => StatusCode::$status,)+
                    Self::Custom(_) => StatusCode::UNAUTHORIZED,
                }
            }

            /// The `error` of an OAuth challenge (RFC 6750 section 3.1), if this reason has one.
            pub fn oauth_error(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $error,)+
                    Self::Custom(_) => Some(INVALID_TOKEN),
                }
            }

            /// What the caller is told: the `detail` of the body, and the `error_description` of a challenge that has
            /// one. Nothing in it helps an attacker.
            pub fn description(self) -> &'static str {
                match self {
                    $(Self::$name => $detail,)+
                    Self::Custom(_) => "the credentials are not valid",
                }
            }
        }
    };
}

const INVALID_REQUEST: &str = "invalid_request";
const INVALID_TOKEN: &str = "invalid_token";
const INSUFFICIENT_SCOPE: &str = "insufficient_scope";

reasons! {
    // 400: the request cannot be understood.
    /// Two `Authorization` field lines.
    AuthorizationRepeated = "authorization_repeated", BAD_REQUEST, Some(INVALID_REQUEST), "the request has more than one Authorization field";
    /// Credentials that break the syntax of their scheme.
    CredentialsMalformed = "credentials_malformed", BAD_REQUEST, Some(INVALID_REQUEST), "the credentials are malformed";
    /// A token in the header and another in the query.
    TokenRepeated = "token_repeated", BAD_REQUEST, Some(INVALID_REQUEST), "the request carries more than one token";

    // 401: not authenticated.
    /// None of the acceptable credentials is present.
    CredentialsMissing = "credentials_missing", UNAUTHORIZED, None, "authentication is required";
    /// Wrong user, wrong password, undecodable Basic credentials, unknown API key.
    CredentialsWrong = "credentials_wrong", UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
    /// An API key past its expiry.
    KeyExpired = "key_expired", UNAUTHORIZED, None, "the credentials are not valid";
    /// An API key made for another environment.
    KeyOfOtherEnvironment = "key_of_other_environment", UNAUTHORIZED, None, "the credentials are not valid";
    /// A cookie of the wanted name that is sent twice or cannot be read.
    CookieUnreadable = "cookie_unreadable", UNAUTHORIZED, Some(INVALID_TOKEN), "the credentials are not valid";
    /// Well-formed credentials that are no JWT.
    TokenNotJwt = "token_not_jwt", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// Longer than the limit.
    TokenTooLong = "token_too_long", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// `exp` has passed.
    TokenExpired = "token_expired", UNAUTHORIZED, Some(INVALID_TOKEN), "the token has expired";
    /// `nbf` or `iat` lies in the future.
    TokenNotYetValid = "token_not_yet_valid", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid yet";
    /// `aud` does not name this resource.
    AudienceWrong = "audience_wrong", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not meant for this resource";
    /// `iss` is none of the trusted issuers.
    IssuerWrong = "issuer_wrong", UNAUTHORIZED, Some(INVALID_TOKEN), "the token comes from an issuer that is not accepted here";
    /// `typ` names another kind of token.
    TypeWrong = "type_wrong", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is of a kind that is not accepted here";
    /// The signature does not verify.
    SignatureInvalid = "signature_invalid", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// `alg` is `none`, unknown, or not the key's own.
    AlgorithmRefused = "algorithm_refused", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// No key fits the token.
    KeyUnknown = "key_unknown", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// `crit` is empty, malformed or names an extension that is not understood.
    CriticalUnknown = "critical_unknown", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// A registered claim is missing or of the wrong JSON type, or the claims are no strict JSON object.
    ClaimsInvalid = "claims_invalid", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// The claims do not fit the handler's type.
    ClaimsUnfit = "claims_unfit", UNAUTHORIZED, Some(INVALID_TOKEN), "the token lacks what this resource needs";
    /// The token has been revoked.
    TokenRevoked = "token_revoked", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// The token lives longer than revocations are remembered: it could come back.
    TokenLivesTooLong = "token_lives_too_long", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// The issuer says that the token is not active: expired, revoked or never issued (RFC 7662 section 2.2).
    TokenInactive = "token_inactive", UNAUTHORIZED, Some(INVALID_TOKEN), "the token is not valid";
    /// The token is bound to a key (`cnf`) whose proof this scheme does not check.
    TokenBound = "token_bound", UNAUTHORIZED, Some(INVALID_TOKEN), "the token must be presented with proof of possession";

    // 403: authenticated, not allowed.
    /// A scope is missing.
    ScopeMissing = "scope_missing", FORBIDDEN, Some(INSUFFICIENT_SCOPE), "the credentials lack a required scope";
    /// A scope is present where it must not be, or an alternative to the scopes a challenge would name is missing.
    ScopeUnfit = "scope_unfit", FORBIDDEN, None, "the caller lacks a required scope";
    /// A role is missing, or present where it must not be.
    RoleMissing = "role_missing", FORBIDDEN, None, "the caller lacks a required role";
    /// A claim does not have the required value.
    ClaimMismatch = "claim_mismatch", FORBIDDEN, None, "the caller lacks a required attribute";
    /// A check said no, or one of its own arguments could not be extracted.
    CheckFailed = "check_failed", FORBIDDEN, None, "the caller may not do this";
    /// A cross-site request with credentials a browser adds by itself.
    CrossSite = "cross_site", FORBIDDEN, None, "cross-site requests are not accepted here";

    // 503: cannot decide now.
    /// The decision took longer than its deadline.
    DeadlinePassed = "deadline_passed", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// No usable keys.
    KeysUnavailable = "keys_unavailable", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// The store of revocations is not current.
    RevocationsStale = "revocations_stale", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// Too many passwords are being hashed.
    HashingBusy = "hashing_busy", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// The wall clock cannot be right.
    ClockUnreadable = "clock_unreadable", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// The introspection endpoint is out of reach, fails, or is asked too much.
    IntrospectionUnavailable = "introspection_unavailable", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";
    /// A backend of the application's own is out of reach.
    BackendUnavailable = "backend_unavailable", SERVICE_UNAVAILABLE, None, "the service cannot decide at the moment";

    // 500: the developer must act.
    /// No `Auth` is attached to the application.
    AuthMissing = "auth_missing", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// The policy names a scheme that this `Auth` was not given.
    SchemeUnconfigured = "scheme_unconfigured", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// The policy is not in the link-time registry.
    PolicyUnlinked = "policy_unlinked", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// The introspection endpoint rejects the credentials of this service.
    IntrospectionRefused = "introspection_refused", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// A handler asks for a user type that the configured verification does not produce.
    IdentityUnfit = "identity_unfit", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// A check, or a verification function of the application's own, returned an error.
    CheckErred = "check_erred", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// A check read the body.
    CheckReadBody = "check_read_body", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
    /// A scheme or a check panicked.
    Panicked = "panicked", INTERNAL_SERVER_ERROR, None, "the server failed to decide";
}

/// Credentials refused by a scheme: the reason, and headers the refusal owes the caller (such as a deleted cookie).
#[derive(Clone, Debug)]
pub struct Rejection {
    pub(crate) reason: Reason,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rejection {
    /// A refusal for this reason.
    pub fn new(reason: Reason) -> Self {
        Self { reason, headers: Vec::new() }
    }

    /// Adds a header to the denial.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl From<Reason> for Rejection {
    fn from(reason: Reason) -> Self {
        Self::new(reason)
    }
}
