//! Texts that last as long as the program, each kept once.
//!
//! What the denials of a policy say is one of few texts. Where each is shared by counting who holds it, to count up and down is
//! most of what it takes to send one. Nothing here is ever freed: what a request brings is none of these.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use actix_web::web::Bytes;

static TEXTS: Mutex<BTreeSet<&'static [u8]>> = Mutex::new(BTreeSet::new());

/// The same text, to be had as often as it is wanted for nothing.
pub(crate) fn lasting(text: &[u8]) -> Bytes {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = texts.get(text).copied().unwrap_or_else(|| {
        let kept: &'static [u8] = Box::leak(text.into());
        texts.insert(kept);
        kept
    });
    Bytes::from_static(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let (first, again, other) = (lasting(b"a text"), lasting(&b"a text".to_vec()), lasting(b"another"));
        assert_eq!((&*first, &*other), (&b"a text"[..], &b"another"[..]));
        assert_eq!(first.as_ptr(), again.as_ptr());
    }
}
