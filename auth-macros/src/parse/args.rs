//! The list in the parentheses of an attribute.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, LitStr, Path, Result, Token, braced, token};

use super::access::{parse_access, starts_upper};
use super::age::parse_max_age;
use super::call::{parse_after, parse_loading_call};
use super::condition::{Condition, parse_condition};
use super::limit::{RateLimit, parse_limit, parse_rate};
use super::split::{Element, split};
use super::unknown::unknown;
use super::value::{next_token, parse_literal, parse_path, parse_text, rest};
use crate::diag::{Sink, remedy, written};
use crate::keyword::{self, Use};
use crate::model::{Access, AfterCall, Call, InnerFunction, MaxAge, Text};

/// Which attribute the list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Requires,
    Public,
}

impl Dialect {
    /// The attribute's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Public => "public",
        }
    }
}

/// The arguments of one attribute.
pub(crate) struct Args {
    pub(crate) dialect: Dialect,
    /// What could be read, in written order.
    pub(crate) clauses: Vec<Clause>,
    /// Something could not be read: what seems to be missing may stand in it.
    pub(crate) faulty: bool,
    /// What the module around says.
    pub(crate) defaults: Option<Defaults>,
}

impl Args {
    /// Where the runtime is, as far as this attribute or the modules around say. For stand-ins: what is checked has it
    /// in its policy.
    pub(crate) fn root(&self) -> Option<Path> {
        let own = self.clauses.iter().find_map(|clause| match clause {
            Clause::Key(_, Key::Crate(path)) => Some(path.clone()),
            _ => None,
        });
        own.or_else(|| self.defaults.as_ref().and_then(Defaults::root))
    }

    /// Whether this attribute says `operation`, or one of the modules around whose words it does not replace.
    pub(crate) fn is_of_operation(&self) -> bool {
        let says =
            |args: &Self| args.has_flag("operation").then_some(true).or(args.has_flag("replace").then_some(false));
        let levels = self.defaults.iter().flat_map(|defaults| defaults.levels.iter().rev());
        let of_module = || levels.cloned().find_map(|level| says(&parse_again(level)));
        says(self).or_else(of_module).unwrap_or(false)
    }

    fn has_flag(&self, wanted: &str) -> bool {
        self.clauses.iter().any(|clause| matches!(clause, Clause::Flag(flag) if flag == wanted))
    }
}

/// One element of the list.
pub(crate) enum Clause {
    Access(Access, TokenStream),
    Key(Ident, Key),
    Flag(Ident),
    Condition(Condition),
}

/// A key with its value.
pub(crate) enum Key {
    Scope(Text),
    Role(Text),
    Acr(Text),
    MaxAge(MaxAge),
    Check(Box<Call>),
    Realm(Text),
    HideFromAuthenticated,
    CheckAfter(AfterCall),
    Limit(RateLimit),
    Inner(InnerFunction),
    Crate(Path),
    Reason(LitStr),
}

/// Arguments of the modules around, outermost first. Written by our own expansion of a module.
pub(crate) struct Defaults {
    pub(crate) levels: Vec<TokenStream>,
    /// The module's own attribute was faulty and has been reported.
    pub(crate) failed: bool,
    /// The runtime's place as a faulty module says it.
    root: Option<Path>,
}

impl Defaults {
    fn root(&self) -> Option<Path> {
        let said = self.levels.iter().rev().find_map(|level| parse_again(level.clone()).root());
        said.or_else(|| self.root.clone())
    }
}

/// Reads the list; each faulty element is reported, and the others are still read.
pub(crate) fn parse_args(tokens: TokenStream, dialect: Dialect, sink: &Sink) -> Args {
    let (defaults, tokens) = match parse_defaults.parse2(tokens.clone()) {
        Ok(split) => split,
        Err(_) => (None, tokens),
    };
    let (elements, listed) = split(tokens, ',');
    let mut args = Args { dialect, clauses: Vec::new(), faulty: sink.take(listed).is_none(), defaults };
    for (index, Element { tokens, .. }) in elements.into_iter().enumerate() {
        let clause = |input: ParseStream<'_>| match dialect {
            Dialect::Requires => parse_clause(input, index == 0),
            Dialect::Public => parse_clause_of_public(input),
        };
        match sink.take(clause.parse2(tokens)) {
            Some(clause) => args.clauses.push(clause),
            None => args.faulty = true,
        }
    }
    args
}

/// A module's arguments once more; their faults have been reported at the module.
pub(crate) fn parse_again(tokens: TokenStream) -> Args {
    let scratch = Sink::new();
    let args = parse_args(tokens, Dialect::Requires, &scratch);
    scratch.finish(Some(()), |()| TokenStream::new(), TokenStream::new);
    args
}

fn parse_clause(input: ParseStream<'_>, first: bool) -> Result<Clause> {
    let start = input.fork();
    if input.peek(Token![::]) || input.peek(Token![<]) {
        return whole_access(input);
    }
    if input.peek(Token![!]) || input.peek(token::Paren) {
        return parse_condition(input).map(Clause::Condition);
    }
    let after = input.fork();
    let Ok(word) = after.call(Ident::parse_any) else {
        let fault = match next_token(input) {
            Some(found) if found.to_string().starts_with('"') => {
                format!("{found} stands alone; say what it is, as in `scope = {found}`")
            }
            Some(found) => {
                let found = written(found);
                format!("expected a scheme, a key or a condition, found `{found}`; begin as in `#[requires(bearer)]`")
            }
            None => "expected a scheme, a key or a condition".to_owned(),
        };
        return Err(Error::new_spanned(rest(input), fault));
    };
    let name = word.to_string();
    if after.peek(Token![=]) && !after.peek(Token![==]) {
        return parse_key(input, &word, &name);
    }
    if after.peek(Token![::]) || word == "crate" && !after.is_empty() && !after.peek(token::Paren) {
        return whole_access(input);
    }
    if keyword::is(&name, Use::Scheme) || keyword::is(&name, Use::Combinator) {
        return whole_access(input);
    }
    if word == "limit" && after.peek(token::Paren) {
        return parse_limit(input).map(|limit| Clause::Key(word, Key::Limit(limit)));
    }
    if keyword::is(&name, Use::Predicate) && after.peek(token::Paren) {
        return parse_condition(input).map(Clause::Condition);
    }
    if keyword::is(&name, Use::Flag) && after.is_empty() {
        input.call(Ident::parse_any)?;
        return Ok(Clause::Flag(word));
    }
    if starts_upper(&word) && !keyword::is(&name.to_lowercase(), Use::Scheme) {
        return whole_access(input);
    }
    Err(unknown(&start, &word, &name, first))
}

/// A scheme, with nothing behind it.
fn whole_access(input: ParseStream<'_>) -> Result<Clause> {
    let tokens = rest(&input.fork());
    let access = parse_access(input)?;
    let Some(found) = next_token(input) else { return Ok(Clause::Access(access, tokens)) };
    let behind = rest(input);
    let remedy = match found.to_string().as_str() {
        "&" | "|" => "a scheme is not a condition: write a comma after it",
        _ => "separate clauses by commas",
    };
    let shown = tokens_before(&tokens, &behind);
    Err(Error::new_spanned(behind, format!("unexpected `{}` after `{shown}`; {remedy}", written(found))))
}

fn tokens_before(whole: &TokenStream, behind: &TokenStream) -> String {
    let count = whole.clone().into_iter().count().saturating_sub(behind.clone().into_iter().count());
    written(whole.clone().into_iter().take(count).collect::<TokenStream>())
}

fn parse_key(input: ParseStream<'_>, word: &Ident, name: &str) -> Result<Clause> {
    let whole = rest(&input.fork());
    input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    let what = format!("`{name}`");
    if input.is_empty() && keyword::words(&[Use::Key]).contains(&name) {
        return Err(Error::new_spanned(whole, format!("{what} lacks its value; write `{name} = …`")));
    }
    let clause = match name {
        "scope" => Clause::Key(word.clone(), Key::Scope(parse_text(input, &what)?)),
        "role" => Clause::Key(word.clone(), Key::Role(parse_text(input, &what)?)),
        "acr" => Clause::Key(word.clone(), Key::Acr(parse_text(input, &what)?)),
        "max_age" => Clause::Key(word.clone(), Key::MaxAge(parse_max_age(input, &what)?)),
        "realm" => Clause::Key(word.clone(), Key::Realm(parse_text(input, &what)?)),
        "check" => Clause::Key(word.clone(), Key::Check(Box::new(parse_loading_call(input, &what)?))),
        "check_after" => Clause::Key(word.clone(), Key::CheckAfter(parse_after(input, &what)?)),
        "limit" => Clause::Key(word.clone(), Key::Limit(parse_rate(input, &what)?)),
        "inner" => Clause::Key(word.clone(), Key::Inner(parse_inner(input, &what)?)),
        "crate" => Clause::Key(word.clone(), Key::Crate(parse_path(input, &what, "the path of the runtime crate")?)),
        "policy" => {
            let path = parse_path(input, &what, "the path of a type declared in `policy!`")?;
            Clause::Access(Access::Named(path), whole)
        }
        "hide" => {
            const REMEDY: &str = "`hide` takes `\"from_authenticated\"`; write `hide` alone to hide every denial";
            let fault = |at: TokenStream| Error::new_spanned(at, REMEDY);
            let value = parse_literal(input, &what).map_err(|_| fault(rest(input)))?;
            if value.value() != "from_authenticated" {
                return Err(fault(value.into_token_stream()));
            }
            Clause::Key(word.clone(), Key::HideFromAuthenticated)
        }
        "claim" => return Err(Error::new_spanned(whole, "`claim` is not a key; write `claim(\"name\", \"value\")`")),
        "reason" => return Err(Error::new_spanned(whole, "`reason` belongs to `#[public]`; remove it here")),
        _ if keyword::is(name, Use::Scheme) => {
            let fault = format!("`{name}` is a scheme, not a key; write `{name}(\"…\")` to pick a configuration");
            return Err(Error::new_spanned(whole, fault));
        }
        _ if keyword::is(name, Use::Flag) => {
            return Err(Error::new_spanned(whole, format!("`{name}` takes no value; write it alone")));
        }
        _ => {
            let fault = format!("unknown key `{name}`; {}", remedy(name, keyword::words(&[Use::Key])));
            return Err(Error::new_spanned(word, fault));
        }
    };
    end_of_value(input, &what)?;
    Ok(clause)
}

/// `list_users_inner`, or `pub list_users_inner`.
fn parse_inner(input: ParseStream<'_>, what: &str) -> Result<InnerFunction> {
    let whole = rest(&input.fork());
    let (visibility, name) = (input.parse(), input.parse());
    match (visibility, name) {
        (Ok(visibility), Ok(name)) if input.is_empty() => Ok(InnerFunction { visibility, name }),
        _ => {
            let remedy = "write a name for the function, as in `inner = list_users_inner`";
            let fault = format!("`{}` does not fit {what}; {remedy}", written(&whole));
            Err(Error::new_spanned(whole, fault))
        }
    }
}

fn parse_clause_of_public(input: ParseStream<'_>) -> Result<Clause> {
    let whole = rest(&input.fork());
    let known = [keyword::words(&[Use::KeyOfPublic]), vec!["crate", "replace"]].concat();
    let Ok(word) = input.call(Ident::parse_any) else {
        let fault = format!("expected `reason = \"…\"`, found `{}`", written(&whole));
        return Err(Error::new_spanned(whole, fault));
    };
    let name = word.to_string();
    let clause = match name.as_str() {
        "replace" if input.is_empty() => return Ok(Clause::Flag(word)),
        "replace" => return Err(Error::new_spanned(whole, "`replace` takes no value; write it alone")),
        "reason" | "crate" if input.parse::<Option<Token![=]>>()?.is_none() || input.is_empty() => {
            return Err(Error::new_spanned(whole, format!("`{name}` lacks its value; write `{name} = …`")));
        }
        "reason" => Clause::Key(word, Key::Reason(parse_literal(input, "`reason`")?)),
        "crate" => Clause::Key(word, Key::Crate(parse_path(input, "`crate`", "the path of the runtime crate")?)),
        _ if keyword::KEYWORDS.iter().any(|(known, _)| *known == name) => {
            let fault =
                format!("`#[public]` asks nothing of a caller, so `{name}` has no place in it; write `#[requires(…)]`");
            return Err(Error::new_spanned(whole, fault));
        }
        _ => {
            let fault = format!("unknown key `{name}`; {}", remedy(&name, known));
            return Err(Error::new_spanned(word, fault));
        }
    };
    end_of_value(input, &format!("`{name}`"))?;
    Ok(clause)
}

fn end_of_value(input: ParseStream<'_>, what: &str) -> Result<()> {
    let Some(found) = next_token(input) else { return Ok(()) };
    let fault = format!("unexpected `{}` after the value of {what}; separate clauses by commas", written(found));
    Err(Error::new_spanned(rest(input), fault))
}

/// `@defaults { { bearer } { scope = "x" } }`, or `@failed { root }`, then the rest.
fn parse_defaults(input: ParseStream<'_>) -> Result<(Option<Defaults>, TokenStream)> {
    if !input.peek(Token![@]) {
        return Ok((None, rest(input)));
    }
    input.parse::<Token![@]>()?;
    let word: Ident = input.parse()?;
    let content;
    braced!(content in input);
    let mut defaults = Defaults { levels: Vec::new(), failed: false, root: None };
    match word.to_string().as_str() {
        "defaults" => {
            while !content.is_empty() {
                let level;
                braced!(level in content);
                defaults.levels.push(rest(&level));
            }
        }
        "failed" => {
            defaults.failed = true;
            if !content.is_empty() {
                defaults.root = Some(content.parse()?);
            }
        }
        _ => return Err(Error::new_spanned(word, "unknown marker")),
    }
    Ok((Some(defaults), rest(input)))
}
