//! What is measured: each situation with everything that stands side by side in it.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use auth_runtime::Algorithm;
use auth_runtime::testing::TestRequestExt as _;
use serde::{Deserialize, Serialize};

use crate::ours::Memory;
use crate::subject::Subject;
use crate::tokens::{API_KEY, USER, anonymous, issuer, token, with_bearer};
use crate::{bare, hand_written, httpauth, ours};

/// Who answers the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contender {
    /// The handler without protection.
    Bare,
    /// An extractor around `jsonwebtoken::decode`, or its like for the other schemes.
    HandWritten,
    /// `actix-web-httpauth` and `actix-web-grants`.
    Httpauth,
    /// The extractor of `actix-web-httpauth` alone.
    HttpauthExtractor,
    /// Ours without memory of tokens.
    FirstSight,
    /// Ours, having seen the credentials before.
    Repeated,
}

impl Contender {
    /// For a table's head.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bare => "bare handler",
            Self::HandWritten => "hand-written",
            Self::Httpauth => "httpauth + grants",
            Self::HttpauthExtractor => "httpauth extractor",
            Self::FirstSight => "ours, first sight",
            Self::Repeated => "ours, repeated",
        }
    }
}

/// What kind of request, under what kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Situation {
    /// A good token.
    Hs256,
    /// A good token.
    Rs256,
    /// A good token.
    Es256,
    /// A good token.
    EdDsa,
    /// 401.
    NoToken,
    /// 401.
    ExpiredToken,
    /// 401.
    BadSignature,
    /// 403.
    MissingScope,
    /// Name and password with bcrypt.
    Basic,
    /// A key in a header.
    ApiKey,
    /// `any(bearer, api_key)`, the request with a token.
    AnyBearer,
    /// `any(bearer, api_key)`, the request with a key.
    AnyApiKey,
    /// Twenty conditions.
    TwentyConditions,
    /// `optional(bearer)`, the request with a token.
    OptionalBearer,
    /// `optional(bearer)`, the request without.
    OptionalAnonymous,
}

use Contender::{Bare, FirstSight, HandWritten, Httpauth, HttpauthExtractor, Repeated};
use Situation::{
    AnyApiKey, AnyBearer, ApiKey, BadSignature, Basic, EdDsa, Es256, ExpiredToken, Hs256, MissingScope, NoToken,
    OptionalAnonymous, OptionalBearer, Rs256, TwentyConditions,
};

/// All of them, in the report's order.
pub const SITUATIONS: [Situation; 15] = [
    Hs256,
    Rs256,
    Es256,
    EdDsa,
    NoToken,
    ExpiredToken,
    BadSignature,
    MissingScope,
    Basic,
    ApiKey,
    AnyBearer,
    AnyApiKey,
    TwentyConditions,
    OptionalBearer,
    OptionalAnonymous,
];

impl Situation {
    /// For a table's first column.
    pub fn title(self) -> &'static str {
        match self {
            Hs256 => "HS256",
            Rs256 => "RS256",
            Es256 => "ES256",
            EdDsa => "EdDSA",
            NoToken => "no token (401)",
            ExpiredToken => "expired token (401)",
            BadSignature => "bad signature (401)",
            MissingScope => "missing scope (403)",
            Basic => "basic (bcrypt, cost 4)",
            ApiKey => "API key",
            AnyBearer => "any(bearer, api_key), token",
            AnyApiKey => "any(bearer, api_key), key",
            TwentyConditions => "20 conditions",
            OptionalBearer => "optional, token",
            OptionalAnonymous => "optional, anonymous",
        }
    }

    /// The answer that each contender must give.
    fn status(self, contender: Contender) -> StatusCode {
        match self {
            _ if contender == Bare => StatusCode::OK,
            NoToken | ExpiredToken | BadSignature => StatusCode::UNAUTHORIZED,
            MissingScope => StatusCode::FORBIDDEN,
            _ => StatusCode::OK,
        }
    }

    /// Who stands side by side here.
    pub fn contenders(self) -> &'static [Contender] {
        match self {
            Hs256 | Rs256 | Es256 | EdDsa | MissingScope => &[Bare, HandWritten, Httpauth, FirstSight, Repeated],
            ExpiredToken | BadSignature => &[Bare, HandWritten, Httpauth, Repeated],
            NoToken => &[Bare, HandWritten, Httpauth, HttpauthExtractor, Repeated],
            TwentyConditions | OptionalBearer => &[Bare, HandWritten, FirstSight, Repeated],
            Basic | ApiKey | OptionalAnonymous => &[Bare, HandWritten, Repeated],
            AnyBearer => &[Bare, FirstSight, Repeated],
            AnyApiKey => &[Bare, Repeated],
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Rs256 => Algorithm::RS256,
            Es256 => Algorithm::ES256,
            EdDsa => Algorithm::EdDSA,
            _ => Algorithm::HS256,
        }
    }

    fn request(self) -> Box<dyn Fn() -> TestRequest> {
        let token = token(self.algorithm());
        match self {
            NoToken | OptionalAnonymous => Box::new(anonymous),
            ExpiredToken => Box::new(with_bearer(token.expired().sign())),
            BadSignature => Box::new(with_bearer(token.wrong_key().sign())),
            MissingScope => Box::new(with_bearer(token.scope("profile orders:read orders:write").sign())),
            Basic => Box::new(|| anonymous().basic(USER.0, USER.1)),
            ApiKey | AnyApiKey => Box::new(|| anonymous().api_key("x-api-key", API_KEY)),
            TwentyConditions => {
                let issuer = issuer(Algorithm::HS256).token().expires_in(86_400).scope("s0 s2 s4 s6 s8");
                Box::new(with_bearer(["r1", "r3", "r5", "r7", "r9"].into_iter().fold(issuer, |t, r| t.role(r)).sign()))
            }
            _ => Box::new(with_bearer(token.sign())),
        }
    }
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Case {
    /// What happens.
    pub situation: Situation,
    /// Who answers.
    pub contender: Contender,
}

/// All measurements, in the report's order.
pub fn all() -> Vec<Case> {
    let of = |situation: Situation| situation.contenders().iter().map(move |&contender| Case { situation, contender });
    SITUATIONS.into_iter().flat_map(of).collect()
}

/// Those whose figures are guarded: ours, and one bare handler to tell a change of ours from one of everything.
pub fn guarded() -> Vec<Case> {
    let guarded = |case: &Case| match case.contender {
        Bare => case.situation == Hs256,
        FirstSight | Repeated => true,
        HandWritten | Httpauth | HttpauthExtractor => false,
    };
    all().into_iter().filter(guarded).collect()
}

/// The rest.
pub fn others() -> Vec<Case> {
    all().into_iter().filter(|case| !guarded().contains(case)).collect()
}

impl Case {
    /// The application, warm, once it has given the answer that it should.
    pub async fn prepare(self) -> Subject {
        let subject = self.start().await;
        assert_eq!(subject.status().await, self.situation.status(self.contender), "{self:?}");
        subject.warm_up().await;
        subject
    }

    async fn start(self) -> Subject {
        let (situation, request) = (self.situation, self.situation.request());
        let algorithm = situation.algorithm();
        let memory = if self.contender == FirstSight { Memory::Off } else { Memory::On };
        match (self.contender, situation) {
            (Bare, _) => bare::subject(request).await,
            (HandWritten, Basic) => hand_written::basic(request).await,
            (HandWritten, ApiKey) => hand_written::api_key(request).await,
            (HandWritten, TwentyConditions) => hand_written::twenty_conditions(request).await,
            (HandWritten, OptionalBearer | OptionalAnonymous) => hand_written::optional(request).await,
            (HandWritten, _) => hand_written::subject(algorithm, request).await,
            (Httpauth, _) => httpauth::subject(algorithm, request).await,
            (HttpauthExtractor, _) => httpauth::extractor(request).await,
            (FirstSight | Repeated, Basic) => ours::basic(request).await,
            (FirstSight | Repeated, ApiKey) => ours::api_key(request).await,
            (FirstSight | Repeated, AnyBearer | AnyApiKey) => ours::any(memory, request).await,
            (FirstSight | Repeated, TwentyConditions) => ours::twenty_conditions(memory, request).await,
            (FirstSight | Repeated, OptionalBearer | OptionalAnonymous) => ours::optional(memory, request).await,
            (FirstSight | Repeated, _) => ours::subject(algorithm, memory, request).await,
        }
    }
}
