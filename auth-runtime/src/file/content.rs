//! What a configuration was given: a file to watch, or its content.

use std::path::PathBuf;
use std::sync::Arc;

use crate::fault::Misconfiguration;
use crate::file::{FileFault, WatchedFile, without_mark};

/// The content of a file, parsed.
pub(crate) enum FileContent<T> {
    /// As it was given, once and for all.
    Fixed(Arc<T>),
    /// Of a file that may change.
    Watched(WatchedFile<T>),
}

impl<T: Send + Sync + 'static> FileContent<T> {
    /// Reads a file, and watches it.
    ///
    /// # Errors
    /// As [`WatchedFile::load`].
    pub(crate) fn of_file(
        path: PathBuf,
        parse: impl Fn(&[u8]) -> Result<T, FileFault> + Send + Sync + 'static,
    ) -> Result<Self, Misconfiguration> {
        WatchedFile::load(path, parse).map(Self::Watched)
    }

    /// Reads a text, called `origin` where it does not parse.
    ///
    /// # Errors
    /// When it does not parse.
    pub(crate) fn of_text(
        origin: &str,
        text: &str,
        parse: impl Fn(&[u8]) -> Result<T, FileFault>,
    ) -> Result<Self, Misconfiguration> {
        let content = parse(without_mark(text.as_bytes())).map_err(|fault| fault.within(origin))?;
        Ok(Self::Fixed(Arc::new(content)))
    }

    pub(crate) fn current(&self) -> Arc<T> {
        match self {
            Self::Fixed(content) => Arc::clone(content),
            Self::Watched(file) => file.current(),
        }
    }
}
