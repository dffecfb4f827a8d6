//! The entries of `policy!`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Path, Result, Token, Visibility};

use super::args::{Args, Dialect, parse_args};
use super::split::split;
use super::value::rest;
use crate::diag::{Sink, written};

/// `pub AdminArea: bearer, role("ops")`
pub(crate) struct NamedEntry {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// What follows the colon.
    pub(crate) args: Args,
}

/// `AdminArea => StaffArea`
pub(crate) struct Implication {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) strict: Path,
    pub(crate) weak: Path,
    /// Where the runtime is, if not at `::auth_runtime`.
    pub(crate) root: Option<Path>,
}

impl Implication {
    /// Whether both say the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        written(&self.strict) == written(&other.strict) && written(&self.weak) == written(&other.weak)
    }
}

/// All that `policy!` declares.
#[derive(Default)]
pub(crate) struct Entries {
    pub(crate) policies: Vec<NamedEntry>,
    pub(crate) implications: Vec<Implication>,
}

/// Reads all entries; each faulty one is reported, and the others are still read.
pub(crate) fn parse_named(tokens: TokenStream, sink: &Sink) -> Entries {
    let (elements, listed) = split(tokens, ';');
    let _ = sink.take(listed);
    let mut entries = Entries::default();
    for element in elements {
        if is_implication.parse2(element.tokens.clone()).unwrap_or_default() {
            entries.implications.extend(sink.take(parse_implication.parse2(element.tokens)));
        } else if let Some((head, tokens)) = sink.take(parse_head.parse2(element.tokens)) {
            let (attributes, visibility, name) = head;
            let args = parse_args(tokens, Dialect::Requires, sink);
            entries.policies.push(NamedEntry { attributes, visibility, name, args });
        }
    }
    entries
}

/// Whether an arrow follows the name.
fn is_implication(input: ParseStream<'_>) -> Result<bool> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    input.call(Path::parse_mod_style)?;
    let is_implication = input.peek(Token![=>]);
    rest(input);
    Ok(is_implication)
}

fn parse_implication(input: ParseStream<'_>) -> Result<Implication> {
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    if !matches!(visibility, Visibility::Inherited) {
        let fault = "an implication is as visible as the policies it is of; remove the visibility";
        return Err(Error::new_spanned(visibility, fault));
    }
    let strict = input.call(Path::parse_mod_style)?;
    let arrow: Token![=>] = input.parse()?;
    let Ok(weak) = input.call(Path::parse_mod_style) else {
        let fault = format!("`{}` implies nothing; name the weaker policy after the arrow", written(&strict));
        return Err(Error::new_spanned(arrow, fault));
    };
    let mut root = None;
    if input.peek(Token![,]) && input.peek2(Token![crate]) {
        input.parse::<Token![,]>()?;
        input.parse::<Token![crate]>()?;
        input.parse::<Token![=]>()?;
        root = Some(input.call(Path::parse_mod_style)?);
    }
    if !input.is_empty() {
        let fault = format!("`{}` is the end of an implication; declare conditions with the policies", written(&weak));
        return Err(Error::new_spanned(rest(input), fault));
    }
    Ok(Implication { attributes, strict, weak, root })
}

type Head = (Vec<Attribute>, Visibility, Ident);

fn parse_head(input: ParseStream<'_>) -> Result<(Head, TokenStream)> {
    const EXAMPLE: &str = "as in `pub AdminArea: bearer, role(\"ops\")`";
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    let Ok(name) = input.parse::<Ident>() else {
        return Err(Error::new_spanned(
            rest(input),
            format!("a policy lacks its name; write it before the colon, {EXAMPLE}"),
        ));
    };
    if input.parse::<Option<Token![:]>>()?.is_none() {
        return Err(Error::new_spanned(
            &name,
            format!("policy `{name}` lacks its content; write it after a colon, {EXAMPLE}"),
        ));
    }
    let tokens = rest(input);
    if tokens.is_empty() {
        return Err(Error::new_spanned(&name, format!("policy `{name}` is empty; name a scheme, {EXAMPLE}")));
    }
    Ok(((attributes, visibility, name), tokens))
}
