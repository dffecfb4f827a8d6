//! Where a document and an application do not fit.

use std::fmt;

/// Why a document could not be completed: everything that is wrong, at once.
#[derive(Debug)]
pub struct DescriptionError {
    faults: Vec<DescriptionFault>,
}

/// One thing in which a document and an application do not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DescriptionFault {
    /// No application of the `Auth` has been assembled.
    NothingMounted,
    /// Nothing is mounted for an operation of the document.
    OperationUnmounted {
        /// The HTTP method.
        method: String,
        /// The path, as in the document.
        path: String,
    },
    /// No operation of the document describes a mounted handler.
    RouteUndescribed {
        /// The HTTP method; `None` for any.
        method: Option<String>,
        /// The path, as a document would have it.
        path: String,
        /// The handler, `module::function`.
        handler: String,
        /// The source file of its attribute.
        file: &'static str,
        /// The line in it.
        line: u32,
    },
    /// An operation says something of security that its policy does not.
    SecurityDiffers {
        /// The HTTP method.
        method: String,
        /// The path, as in the document.
        path: String,
        /// The `security` of the operation, as JSON.
        written: String,
        /// What it would have to be.
        demanded: String,
    },
    /// The document has a security scheme under the name of a configuration, for other credentials.
    SchemeDiffers {
        /// The name among the document's security schemes.
        name: String,
    },
}

impl DescriptionError {
    pub(super) fn new(faults: Vec<DescriptionFault>) -> Self {
        Self { faults }
    }

    /// All of them.
    pub fn faults(&self) -> &[DescriptionFault] {
        &self.faults
    }
}

impl std::error::Error for DescriptionError {}

impl fmt::Display for DescriptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the API description and what is mounted do not fit:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n- {fault}"))
    }
}

impl fmt::Display for DescriptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingMounted => f.write_str(
                "nothing is mounted in a scope of this `Auth` yet; describe the API when the application has been assembled",
            ),
            Self::OperationUnmounted { method, path } => write!(
                f,
                "{method} {path} is in the document, and nothing is mounted there; mount its handler in a scope of the `Auth`, \
                 correct the path, or remove the operation"
            ),
            Self::RouteUndescribed { method, path, handler, file, line } => write!(
                f,
                "{} {path} is mounted, and not in the document: {handler} ({file}:{line}); write `#[utoipa::path]` on the \
                 handler and add it to the document, or say `.leave_out({path:?})`",
                method.as_deref().unwrap_or("any")
            ),
            Self::SecurityDiffers { method, path, written, demanded } => write!(
                f,
                "{method} {path} says `security` {written}, and its policy {demanded}; remove `security(…)` from its \
                 `#[utoipa::path]`"
            ),
            Self::SchemeDiffers { name } => write!(
                f,
                "the document's security scheme `{name}` is for other credentials than the configuration that policies call so; \
                 rename or remove it"
            ),
        }
    }
}
