//! `scope("a") && (role("b") || !claim("c", 1))`, with the precedence of Rust.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Result, Token, token};

use super::age::parse_max_age;
use super::call::parse_call;
use super::split::combine;
use super::value::{next_token, parse_claim_name, parse_claim_value, parse_text, rest};
use crate::diag::{remedy, written};
use crate::keyword::{self, Use};
use crate::model::Atom;

/// Parentheses and `!` may be nested this deep, so that no input overflows the stack.
const DEEPEST: usize = 64;

/// A condition as written.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) kind: ConditionKind,
    pub(crate) tokens: TokenStream,
}

/// What a condition is made of.
#[derive(Clone)]
pub(crate) enum ConditionKind {
    Atom(Atom),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// A whole condition. All its unknown or misused predicates are reported.
pub(crate) fn parse_condition(input: ParseStream<'_>) -> Result<Condition> {
    let mut parser = ConditionParser { faults: None, last: TokenStream::new(), depth: 0 };
    let condition = parser.any(input);
    if let Err(fault) = &condition {
        combine(&mut parser.faults, fault.clone());
    } else if !input.is_empty() {
        combine(&mut parser.faults, trailing(input));
    }
    match (parser.faults, condition) {
        (Some(faults), _) => Err(faults),
        (None, Ok(Some(condition))) => Ok(condition),
        (None, Ok(None)) => Err(input.error("expected a condition")),
        (None, Err(fault)) => Err(fault),
    }
}

/// `None` stands for a part whose fault is already known.
type Parsed = Result<Option<Condition>>;

struct ConditionParser {
    faults: Option<Error>,
    /// What stands before the end, where something is missing after it.
    last: TokenStream,
    depth: usize,
}

impl ConditionParser {
    fn any(&mut self, input: ParseStream<'_>) -> Parsed {
        let mut parts = vec![self.all(input)?];
        let mut tokens = parts.iter().flatten().map(|part| part.tokens.clone()).collect::<TokenStream>();
        while let Some(operator) = input.parse::<Option<Token![||]>>()? {
            self.last = operator.to_token_stream();
            let part = self.all(input)?;
            operator.to_tokens(&mut tokens);
            part.iter().for_each(|part| part.tokens.to_tokens(&mut tokens));
            parts.push(part);
        }
        Ok(join(parts, tokens, ConditionKind::Any))
    }

    fn all(&mut self, input: ParseStream<'_>) -> Parsed {
        let mut parts = vec![self.unary(input)?];
        let mut tokens = parts.iter().flatten().map(|part| part.tokens.clone()).collect::<TokenStream>();
        while let Some(operator) = input.parse::<Option<Token![&&]>>()? {
            self.last = operator.to_token_stream();
            let part = self.unary(input)?;
            operator.to_tokens(&mut tokens);
            part.iter().for_each(|part| part.tokens.to_tokens(&mut tokens));
            parts.push(part);
        }
        Ok(join(parts, tokens, ConditionKind::All))
    }

    fn unary(&mut self, input: ParseStream<'_>) -> Parsed {
        if self.depth >= DEEPEST {
            let fault = format!("the condition is nested deeper than {DEEPEST} levels; split it into clauses");
            return Err(Error::new_spanned(rest(input), fault));
        }
        self.depth += 1;
        let parsed = self.unary_within_depth(input);
        self.depth -= 1;
        parsed
    }

    fn unary_within_depth(&mut self, input: ParseStream<'_>) -> Parsed {
        // First: whoever looks for a sign looks through the delimiters that nobody sees.
        if let Some(group) = fragment(input) {
            input.parse::<TokenTree>()?;
            let parsed = self.inside(&group)?;
            return Ok(parsed.map(|inner| Condition { tokens: in_parentheses(&inner, &group), ..inner }));
        }
        if let Some(not) = input.parse::<Option<Token![!]>>()? {
            self.last = not.to_token_stream();
            return Ok(self.unary(input)?.map(|inner| {
                let operand = &inner.tokens;
                Condition { tokens: quote!(#not #operand), kind: ConditionKind::Not(Box::new(inner)) }
            }));
        }
        if input.peek(token::Paren) {
            let group: Group = input.parse()?;
            if group.stream().is_empty() {
                return Err(Error::new_spanned(group, "`()` is empty; write a condition between the parentheses"));
            }
            let parsed = self.inside(&group)?;
            return Ok(parsed.map(|inner| Condition { tokens: group.to_token_stream(), ..inner }));
        }
        self.predicate(input)
    }

    fn inside(&mut self, group: &Group) -> Parsed {
        let inner = |input: ParseStream<'_>| {
            let parsed = self.any(input)?;
            if input.is_empty() { Ok(parsed) } else { Err(trailing(input)) }
        };
        inner.parse2(group.stream())
    }

    fn predicate(&mut self, input: ParseStream<'_>) -> Parsed {
        let Ok(word) = input.call(Ident::parse_any) else {
            return Err(match next_token(input) {
                Some(found) => {
                    let fault = format!("expected a condition, found `{}`; {}", written(&found), predicates());
                    Error::new_spanned(found, fault)
                }
                None => {
                    let before = written(&self.last);
                    Error::new_spanned(&self.last, format!("no condition follows `{before}`; {}", predicates()))
                }
            });
        };
        let name = word.to_string();
        if !keyword::is(&name, Use::Predicate) {
            let arguments: TokenStream =
                if input.peek(token::Paren) { input.parse::<Group>()?.into_token_stream() } else { TokenStream::new() };
            let fault = match name.as_str() {
                "all" => "unknown predicate `all`; join conditions with `&&`".to_owned(),
                "not" => "unknown predicate `not`; write `!` before the condition".to_owned(),
                _ if keyword::is(&name, Use::Scheme) => {
                    format!(
                        "`{name}` is a scheme, not a condition; name all schemes first, as in `any(bearer, api_key)`"
                    )
                }
                "limit" => "`limit` is a clause, not a condition; write it after a comma".to_owned(),
                "any" => "`any` joins schemes, not conditions; write `||` between conditions".to_owned(),
                _ => format!("unknown predicate `{name}`; {}", remedy(&name, keyword::words(&[Use::Predicate]))),
            };
            let at =
                if keyword::is(&name, Use::Combinator) { quote!(#word #arguments) } else { word.to_token_stream() };
            combine(&mut self.faults, Error::new_spanned(at, fault));
            return Ok(None);
        }
        if !input.peek(token::Paren) {
            let fault = format!("`{name}` needs a value here; write {}", example(&name));
            return Err(Error::new_spanned(word, fault));
        }
        let group: Group = input.parse()?;
        match parse_atom(&name, &word, &group) {
            Ok(atom) => Ok(Some(Condition { kind: ConditionKind::Atom(atom), tokens: quote!(#word #group) })),
            Err(fault) => {
                combine(&mut self.faults, fault);
                Ok(None)
            }
        }
    }
}

/// What a macro of the user's was given as one condition: the compiler keeps it in delimiters that nobody sees, which bind as
/// parentheses do. A word alone before parentheses is a predicate's name.
fn fragment(input: ParseStream<'_>) -> Option<Group> {
    match input.cursor().token_tree()? {
        (TokenTree::Group(group), behind) if group.delimiter() == Delimiter::None => {
            let is_name = behind.group(Delimiter::Parenthesis).is_some() && group.stream().into_iter().count() == 1;
            (!is_name).then_some(group)
        }
        _ => None,
    }
}

/// As a message shows it.
fn in_parentheses(condition: &Condition, fragment: &Group) -> TokenStream {
    if !matches!(condition.kind, ConditionKind::All(_) | ConditionKind::Any(_)) {
        return condition.tokens.clone();
    }
    let mut group = Group::new(Delimiter::Parenthesis, condition.tokens.clone());
    group.set_span(fragment.span());
    group.into_token_stream()
}

fn join(
    parts: Vec<Option<Condition>>,
    tokens: TokenStream,
    kind: fn(Vec<Condition>) -> ConditionKind,
) -> Option<Condition> {
    let mut parts = parts.into_iter().collect::<Option<Vec<_>>>()?;
    if parts.len() > 1 { Some(Condition { kind: kind(parts), tokens }) } else { parts.pop() }
}

fn parse_atom(name: &str, word: &Ident, group: &Group) -> Result<Atom> {
    if group.stream().is_empty() {
        return Err(Error::new_spanned(quote!(#word #group), format!("`{name}()` is empty; write {}", example(name))));
    }
    let what = format!("`{name}(…)`");
    let inner = |input: ParseStream<'_>| {
        let atom = match name {
            "scope" => Atom::Scope(parse_text(input, &what)?),
            "role" => Atom::Role(parse_text(input, &what)?),
            "acr" => Atom::Acr(parse_text(input, &what)?),
            "max_age" => Atom::MaxAge(parse_max_age(input, &what)?),
            "check" => Atom::Check(Box::new(parse_call(input, &what)?)),
            _ => {
                let claim = parse_claim_name(input)?;
                if input.parse::<Option<Token![,]>>()?.is_none() || input.is_empty() {
                    let at = quote!(#word #group);
                    return Err(Error::new_spanned(at, format!("`claim` lacks its value; write {}", example(name))));
                }
                Atom::Claim(claim, parse_claim_value(input)?)
            }
        };
        input.parse::<Option<Token![,]>>()?;
        if input.is_empty() {
            return Ok(atom);
        }
        let remedy = match name {
            "claim" => "it takes a name and one value".to_owned(),
            "max_age" => "it takes one duration".to_owned(),
            "check" => {
                "it takes one function, and values for it in parentheses, as in `check(can(Permission::Refund))`"
                    .to_owned()
            }
            _ => format!("join several with `&&` or `||`, as in `{name}(\"a\") && {name}(\"b\")`"),
        };
        Err(Error::new_spanned(rest(input), format!("`{name}` is given too much; {remedy}")))
    };
    inner.parse2(group.stream())
}

fn trailing(input: ParseStream<'_>) -> Error {
    let Some(found) = next_token(input) else { return input.error("unexpected end") };
    let shown = written(&found);
    let remedy = match shown.as_str() {
        "&" | "and" => "write `&&`",
        "|" | "or" => "write `||`",
        "=" => "a condition has no `=`; write `scope(\"…\")`, or the key `scope = \"…\"` as a clause of its own",
        _ => "join conditions with `&&` or `||`, and separate clauses by commas",
    };
    Error::new_spanned(rest(input), format!("unexpected `{shown}` after a condition; {remedy}"))
}

fn example(name: &str) -> &'static str {
    match name {
        "claim" => "`claim(\"name\", \"value\")`",
        "check" => "`check(path_of_fn)`",
        "role" => "`role(\"…\")`",
        "acr" => "`acr(\"…\")`",
        "max_age" => "`max_age(\"5m\")`",
        _ => "`scope(\"…\")`",
    }
}

fn predicates() -> &'static str {
    "write `scope(…)`, `role(…)`, `claim(…)`, `acr(…)`, `max_age(…)` or `check(…)`"
}
