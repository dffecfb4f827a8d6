//! Why a provider has given no answer.

use std::fmt;
use std::time::Duration;

/// What to do where no client can be made.
pub(crate) const NO_CLIENT: &str = "no HTTP client could be made; install the system's CA certificates";

/// Why there is no answer. Never a part of one, of a URL or of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchError {
    /// No client can be made on this machine.
    ClientUnusable,
    /// No connection: name, address, TLS.
    Unreachable,
    /// The answer took too long.
    TimedOut,
    /// The connection broke, or what came is not HTTP.
    Interrupted,
    /// 3xx.
    Redirected,
    /// 304 to a request without condition.
    NotModified,
    /// Another status than 200.
    Status(u16),
    /// 429, and after how long to come again.
    TooMany(Option<Duration>),
    /// The endpoint is not for tokens of this kind (RFC 7009 section 2.2.1).
    #[cfg(feature = "introspection")]
    TokenUnsupported,
    /// The provider gives no tokens for this.
    #[cfg(feature = "outgoing")]
    Refused(Refused),
    /// The answer is a page for people.
    ContentTypeWrong,
    /// More bytes than the limit.
    TooLarge,
    /// JSON that does not say what it must, or no JSON.
    #[cfg(feature = "jwks")]
    Malformed(&'static str),
    /// Metadata of another issuer than the one asked for.
    #[cfg(feature = "jwks")]
    IssuerDiffers,
    /// The file with the token for the provider cannot be read, or holds none.
    #[cfg(feature = "jwks")]
    TokenFileUnusable,
    /// What proves who asks cannot be signed.
    #[cfg(feature = "outgoing")]
    AssertionUnsigned,
    /// The process ends, or has failed while it asked.
    #[cfg(feature = "outgoing")]
    Abandoned,
    /// Metadata that names an address which must not be asked.
    #[cfg(feature = "jwks")]
    AddressRefused(&'static str),
}

/// What a provider gives no tokens for (RFC 6749 section 5.2).
#[cfg(feature = "outgoing")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The code, the refresh token or the token to exchange is not good, or not any more.
    Grant,
    /// The same, where tokens are exchanged (RFC 8693 section 2.2.2); or the request is not what it must be.
    Request,
    /// The audience or resource (RFC 8693 section 2.2.2, RFC 8707 section 2).
    Target,
    Scope,
    /// It has a rule against it (RFC 6749 section 4.1.2.1).
    Access,
    /// It does not know such a request.
    GrantType,
}

#[cfg(feature = "jwks")]
impl FetchError {
    /// In logs and metrics.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::ClientUnusable => "client_unusable",
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Interrupted => "interrupted",
            Self::Redirected => "redirected",
            Self::NotModified => "not_modified",
            Self::Status(_) | Self::TooMany(_) => "status",
            #[cfg(feature = "introspection")]
            Self::TokenUnsupported => "token_unsupported",
            #[cfg(feature = "outgoing")]
            Self::Refused(_) => "refused",
            Self::ContentTypeWrong => "content_type_wrong",
            Self::TooLarge => "too_large",
            Self::Malformed(_) => "malformed",
            Self::IssuerDiffers => "issuer_differs",
            Self::TokenFileUnusable => "token_file_unusable",
            #[cfg(feature = "outgoing")]
            Self::AssertionUnsigned => "assertion_unsigned",
            #[cfg(feature = "outgoing")]
            Self::Abandoned => "abandoned",
            Self::AddressRefused(_) => "address_refused",
        }
    }
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Unreachable
        } else {
            Self::Interrupted
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientUnusable => f.write_str(NO_CLIENT),
            Self::Unreachable => f.write_str(
                "no connection; check name, address, network and certificate: a proxy is given by `.proxy(…)`, the certificate \
                 of a private authority by `.root_certificate(…)`",
            ),
            Self::TimedOut => {
                f.write_str("no whole answer in time; the provider is slow, or `.provider_timeout(…)` short")
            }
            Self::Interrupted => f.write_str("the answer broke off, or is not HTTP"),
            Self::Redirected => f.write_str("the answer is a redirect, which is not followed; configure the final URL"),
            Self::NotModified => f.write_str("the answer is 304 to a request without condition"),
            Self::Status(status) => write!(f, "the answer has status {status}"),
            Self::TooMany(_) => f.write_str("the answer has status 429"),
            #[cfg(feature = "introspection")]
            Self::TokenUnsupported => f.write_str(
                "the endpoint is not for tokens of this kind; if they are JWTs, verify them with `Jwt`, and give it what is \
                 opaque by `.opaque(…)`",
            ),
            #[cfg(feature = "outgoing")]
            Self::Refused(refused) => f.write_str(match refused {
                Refused::Grant => "the provider says that the grant is not good (`invalid_grant`)",
                Refused::Request => "the provider says that the request is not good (`invalid_request`)",
                Refused::Target => "the provider does not know the audience or resource (`invalid_target`)",
                Refused::Scope => "the provider does not give these scopes (`invalid_scope`)",
                Refused::Access => "the provider has a rule against it (`access_denied`)",
                Refused::GrantType => "the provider does not know such grants (`unsupported_grant_type`)",
            }),
            Self::ContentTypeWrong => f.write_str("the answer is a page, not JSON; check the URL"),
            Self::TooLarge => f.write_str("the answer is larger than the limit"),
            #[cfg(feature = "jwks")]
            Self::Malformed(what) => write!(f, "the answer cannot be used: {what}"),
            #[cfg(feature = "jwks")]
            Self::IssuerDiffers => {
                f.write_str("the metadata are of another issuer; configure `iss` exactly as the provider writes it")
            }
            #[cfg(feature = "jwks")]
            Self::TokenFileUnusable => f.write_str(
                "the file of `.fetch_with_token_file(…)` cannot be read, or holds no token; check the path and who may read it",
            ),
            #[cfg(feature = "outgoing")]
            Self::AssertionUnsigned => f.write_str("the client's assertion cannot be signed"),
            #[cfg(feature = "outgoing")]
            Self::Abandoned => f.write_str("the process ends, or has failed while it asked"),
            #[cfg(feature = "jwks")]
            Self::AddressRefused(fault) => write!(f, "an address in the metadata is refused: {fault}"),
        }
    }
}

impl std::error::Error for FetchError {}
