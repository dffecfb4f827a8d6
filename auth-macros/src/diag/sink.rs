//! The sink that collects every fault of an attribute.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Error;

/// Collects faults, so that all of one attribute are shown at once.
///
/// Whoever makes one must call [`Sink::finish`]: a sink dropped with its faults unheard would let a faulty attribute
/// expand. Our own tests panic on that; a user's build never does.
#[derive(Default)]
pub(crate) struct Sink {
    faults: RefCell<Option<Error>>,
    finished: bool,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports a fault under the tokens it lies in.
    pub(crate) fn report(&self, at: impl ToTokens, message: impl Display) {
        self.absorb(Error::new_spanned(at, message));
    }

    /// Takes over the faults that a parser found.
    pub(crate) fn absorb(&self, error: Error) {
        let mut faults = self.faults.borrow_mut();
        match faults.as_mut() {
            Some(faults) => faults.combine(error),
            None => *faults = Some(error),
        }
    }

    /// The value of a parser, or nothing and its faults here.
    pub(crate) fn take<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.absorb(error)).ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.faults.borrow().is_none()
    }

    /// Expands what was found sound; else shows all faults and an item of the same shape.
    pub(crate) fn finish<T>(
        mut self,
        checked: Option<T>,
        expand: impl FnOnce(T) -> TokenStream,
        fallback: impl FnOnce() -> TokenStream,
    ) -> TokenStream {
        self.finished = true;
        match (self.faults.take(), checked) {
            (None, Some(checked)) => expand(checked),
            (Some(faults), _) => {
                let mut tokens = faults.to_compile_error();
                tokens.extend(fallback());
                tokens
            }
            // Nothing sound and nothing reported: the attribute of a module that already reported its faults.
            (None, None) => fallback(),
        }
    }
}

#[cfg(test)]
impl Drop for Sink {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.finished, "a sink was dropped without `finish`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "without `finish`")]
    fn forgotten_sink_panics() {
        Sink::new();
    }

    #[test]
    fn faults_come_before_the_fallback() {
        let sink = Sink::new();
        sink.report(quote::quote!(a), "first");
        sink.report(quote::quote!(b), "second");
        let shown = sink.finish(Some(()), |()| quote::quote!(expanded), || quote::quote!(fallback)).to_string();
        assert!(shown.contains("first") && shown.contains("second") && shown.ends_with("fallback"), "{shown}");
        assert!(!shown.contains("expanded"));
    }
}
