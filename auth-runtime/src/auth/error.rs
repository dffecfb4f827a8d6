//! What stops an `Auth` from being built.

use std::fmt;

use crate::policy::PolicySpec;
use crate::principal::{lacking_details, lacking_tokens};

/// Everything wrong with a configuration, all at once.
pub struct ConfigError {
    faults: Vec<ConfigFault>,
}

/// One thing wrong with a configuration.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConfigFault {
    /// Linked policies name a scheme that was not configured.
    SchemeMissing {
        /// The scheme as the attribute writes it.
        scheme: String,
        /// The builder method that configures it.
        remedy: String,
        /// The policies, by file and line.
        required_by: Vec<RequiredBy>,
    },
    /// Two schemes of one policy claim the same credentials, and their form does not tell for which they were made.
    SchemesIndistinct {
        /// The handler or named policy.
        handler: &'static str,
        /// Its source file.
        file: &'static str,
        /// Its line.
        line: u32,
        /// The schemes as the attribute writes them.
        schemes: [String; 2],
        /// What both claim.
        cause: String,
    },
    /// A handler, or a check of its policy, takes details of a type that a scheme of its policy does not give.
    DetailsMissing {
        /// The handler.
        handler: &'static str,
        /// Its source file.
        file: &'static str,
        /// Its line.
        line: u32,
        /// The scheme as the attribute writes it.
        scheme: String,
        /// The type.
        details: &'static str,
        /// The check that takes them, where it is not the handler.
        check: Option<String>,
    },
    /// A handler, or a check of its policy, takes `OutgoingToken`, and nobody gives tokens for callers of a scheme of its policy.
    OutgoingMissing {
        /// The handler.
        handler: &'static str,
        /// Its source file.
        file: &'static str,
        /// Its line.
        line: u32,
        /// The scheme as the attribute writes it.
        scheme: String,
        /// The check that takes it, where it is not the handler.
        check: Option<String>,
    },
    /// Who gives tokens for calls to other services cannot be asked as it is described.
    OutgoingInvalid {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A policy asks for what no caller can be granted: a word that is not among the known ones or that cannot be sent, or
    /// conditions that exclude each other once variants are read as words.
    PolicyInvalid {
        /// The policy.
        policy: RequiredBy,
        /// What is wrong with it.
        fault: String,
    },
    /// The same configuration was given twice.
    Repeated {
        /// The scheme as an attribute would write it.
        scheme: String,
    },
    /// A name of a configuration that no policy can write.
    NameInvalid {
        /// The scheme.
        scheme: String,
        /// The name.
        name: String,
    },
    /// A realm that no quoted string can carry.
    RealmInvalid {
        /// The realm.
        realm: String,
    },
    /// A hierarchy that goes in a circle, or a part of one that is empty.
    HierarchyInvalid {
        /// What was written, and what is wrong with it.
        fault: String,
    },
    /// A function that loads authorities cannot be used as it is given, or speaks for nobody.
    AuthoritiesInvalid {
        /// What is wrong.
        fault: String,
    },
    /// A scheme's own configuration is wrong.
    Scheme {
        /// The scheme as an attribute would write it.
        scheme: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Resource metadata that cannot be served.
    ResourceMetadataInvalid {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An origin that is not a scheme, host and port.
    OriginInvalid {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A list of proxies that cannot be one.
    ProxiesInvalid {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A place to count requests that cannot be used.
    LimitsInvalid {
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A policy, where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequiredBy {
    /// The handler or named policy.
    pub handler: &'static str,
    /// Its source file.
    pub file: &'static str,
    /// Its line.
    pub line: u32,
}

impl RequiredBy {
    pub(super) fn of(spec: &PolicySpec) -> Self {
        Self { handler: spec.handler, file: spec.file, line: spec.line }
    }
}

impl ConfigError {
    pub(crate) fn new(faults: Vec<ConfigFault>) -> Self {
        Self { faults }
    }

    /// The faults, in the order in which they were found.
    pub fn faults(&self) -> &[ConfigFault] {
        &self.faults
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the auth configuration cannot be used:")?;
        for fault in &self.faults {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

/// The same text: `main` shows the error it returns by `Debug`, and this one is for people.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// What a handler, or a check of its policy, takes and does not get.
fn lacking(
    f: &mut fmt::Formatter<'_>,
    (handler, file, line): (&str, &str, u32),
    check: Option<&str>,
    (fault, remedy): (String, &str),
) -> fmt::Result {
    if let Some(check) = check {
        write!(f, "the check `{check}` of ")?;
    }
    write!(f, "`{handler}` at {file}:{line} takes {fault}; {remedy}")
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SchemeMissing { scheme, remedy, required_by } => {
                write!(f, "`{scheme}` is not configured; add {remedy}. It is required by")?;
                for RequiredBy { handler, file, line } in required_by {
                    write!(f, "\n    `{handler}` at {file}:{line}")?;
                }
                Ok(())
            }
            Self::NameInvalid { scheme, name } => {
                let fault = if name.is_empty() { "is empty" } else { "has control characters" };
                write!(
                    f,
                    "the name {name:?} of a configuration of `{scheme}` {fault}; write one that a policy can name"
                )
            }
            Self::SchemesIndistinct { handler, file, line, schemes: [one, other], cause } => write!(
                f,
                "`{handler}` at {file}:{line} accepts `{one}` and `{other}`, whose credentials cannot be told apart: \
                 {cause}; give the two other issuers, prefixes or places"
            ),
            Self::DetailsMissing { handler, file, line, scheme, details, check } => {
                lacking(f, (handler, file, *line), check.as_deref(), lacking_details(details, scheme))
            }
            Self::OutgoingMissing { handler, file, line, scheme, check } => {
                lacking(f, (handler, file, *line), check.as_deref(), lacking_tokens(scheme))
            }
            Self::PolicyInvalid { policy: RequiredBy { handler, file, line }, fault } => {
                write!(f, "`{handler}` at {file}:{line}: {fault}")
            }
            Self::Repeated { scheme } => {
                write!(f, "`{scheme}` is configured twice; give one of the two a name, or join them")
            }
            Self::RealmInvalid { realm } => {
                write!(f, "realm {realm:?} cannot be sent; use printable ASCII without `\"` and `\\`")
            }
            Self::HierarchyInvalid { fault } | Self::AuthoritiesInvalid { fault } => f.write_str(fault),
            Self::Scheme { scheme, source } => write!(f, "`{scheme}`: {source}"),
            Self::ResourceMetadataInvalid { source }
            | Self::OriginInvalid { source }
            | Self::ProxiesInvalid { source }
            | Self::LimitsInvalid { source }
            | Self::OutgoingInvalid { source } => write!(f, "{source}"),
        }
    }
}
