//! Headers that verified tokens had: an issuer signs with few different ones, so they are read once.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::keys::compact::Header;

/// More different headers than an issuer has keys are not worth keeping.
const KNOWN_MAX: usize = 8;

/// The headers of verified tokens, as sent and as read.
pub(crate) struct KnownHeaders(ArcSwap<Vec<Known>>);

type Known = (Box<[u8]>, Arc<Header>);

impl KnownHeaders {
    pub(crate) fn new() -> Self {
        Self(ArcSwap::default())
    }

    /// The header that this segment was read as before.
    pub(crate) fn find(&self, segment: &[u8]) -> Option<Arc<Header>> {
        self.0.load().iter().find(|(known, _)| **known == *segment).map(|(_, header)| Arc::clone(header))
    }

    /// Keeps the header of a verified token; others could fill the list with what nobody signed.
    pub(crate) fn keep(&self, segment: &[u8], header: &Arc<Header>) {
        let known = self.0.load();
        if known.len() < KNOWN_MAX && !known.iter().any(|(known, _)| **known == *segment) {
            let mut more = Vec::clone(&known);
            more.push((segment.into(), Arc::clone(header)));
            // Two at once: one of the two headers is kept later.
            self.0.compare_and_swap(&known, Arc::new(more));
        }
    }
}

impl fmt::Debug for KnownHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KnownHeaders").field(&self.0.load().len()).finish()
    }
}
