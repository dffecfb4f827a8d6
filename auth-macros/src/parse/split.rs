//! A list cut at its separators, so that a fault in one element hides no fault in the next.

use proc_macro2::{Punct, TokenStream, TokenTree};
use syn::{Error, Result};

/// One element and the separator before it.
pub(crate) struct Element {
    pub(crate) tokens: TokenStream,
    pub(crate) separator: Option<Punct>,
}

/// Cuts at `separator`, but not inside `<…>`. A separator at the end is allowed.
///
/// The elements are returned with the faults of the list itself, that is its empty elements.
pub(crate) fn split(tokens: TokenStream, separator: char) -> (Vec<Element>, Result<()>) {
    let mut elements = vec![Element { tokens: TokenStream::new(), separator: None }];
    let mut angles = 0_usize;
    let mut arrow = false;
    for token in tokens {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => angles += 1,
                '>' if !arrow => angles = angles.saturating_sub(1),
                c if c == separator && angles == 0 => {
                    elements.push(Element { tokens: TokenStream::new(), separator: Some(punct.clone()) });
                    continue;
                }
                _ => {}
            }
            arrow = matches!(punct.as_char(), '-' | '=');
        }
        if let Some(last) = elements.last_mut() {
            last.tokens.extend([token]);
        }
    }
    if elements.last().is_some_and(|last| last.tokens.is_empty()) {
        let trailing = elements.pop().and_then(|last| last.separator);
        if let (Some(comma), true) = (&trailing, elements.iter().all(|element| element.tokens.is_empty())) {
            return (Vec::new(), Err(empty(comma)));
        }
    }
    let faults = faults(&elements);
    elements.retain(|element| !element.tokens.is_empty());
    (elements, faults)
}

fn faults(elements: &[Element]) -> Result<()> {
    let mut faults: Option<Error> = None;
    let mut after = elements.iter().skip(1);
    for element in elements {
        let next = after.next();
        if element.tokens.is_empty()
            && let Some(separator) = next.and_then(|next| next.separator.as_ref()).or(element.separator.as_ref())
        {
            combine(&mut faults, empty(separator));
        }
    }
    faults.map_or(Ok(()), Err)
}

fn empty(separator: &Punct) -> Error {
    Error::new(separator.span(), format!("nothing stands before this `{}`; remove it", separator.as_char()))
}

/// Adds a fault to those already found.
pub(crate) fn combine(faults: &mut Option<Error>, fault: Error) {
    match faults {
        Some(faults) => faults.combine(fault),
        None => *faults = Some(fault),
    }
}
