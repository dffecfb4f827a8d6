//! What `macro_rules!` make of their arguments, so that what they declare is listed as what is written out.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, Meta, Path, Type, Visibility};

/// The rules of one macro: what is given, and what becomes of it.
#[derive(Clone)]
pub(crate) struct Rules(Vec<(TokenStream, TokenStream)>);

/// What the fragments of a rule stand for, by their names.
type Fragments = HashMap<String, Matched>;

#[derive(Clone)]
enum Matched {
    Once(TokenStream),
    /// In a repetition, once for each.
    Repeated(Vec<Matched>),
}

impl Rules {
    /// The rules of a definition, `(…) => {…};` each.
    pub(crate) fn of(definition: TokenStream) -> Self {
        let groups = definition.into_iter().filter_map(|tree| match tree {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        });
        let groups: Vec<_> = groups.collect();
        Self(groups.chunks_exact(2).map(|rule| (rule[0].clone(), rule[1].clone())).collect())
    }

    /// Whether anything is declared that others could name.
    pub(crate) fn declares(&self) -> bool {
        fn has_word(tokens: TokenStream) -> bool {
            tokens.into_iter().any(|tree| match tree {
                TokenTree::Group(group) => has_word(group.stream()),
                TokenTree::Ident(word) => word == "pub" || word == "impl",
                _ => false,
            })
        }
        self.0.iter().any(|(_, body)| has_word(body.clone()))
    }

    /// What becomes of these arguments, by the first rule that they fit.
    pub(crate) fn expand(&self, arguments: TokenStream) -> Option<TokenStream> {
        self.0.iter().find_map(|(pattern, body)| {
            let mut rest: Vec<TokenTree> = arguments.clone().into_iter().collect();
            let fragments = fit(&pieces(pattern.clone()), &mut rest)?;
            rest.is_empty().then(|| filled(&pieces(body.clone()), &fragments))
        })
    }
}

/// A piece of a pattern or of a body.
enum Piece {
    /// `$name:kind`, in a body `$name`.
    Fragment(String, String),
    /// `$(…)`, with what is between two, and how often.
    Repetition(Vec<Piece>, Option<TokenTree>, char),
    Delimited(Delimiter, Vec<Piece>),
    Token(TokenTree),
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn pieces(tokens: TokenStream) -> Vec<Piece> {
    let mut trees = tokens.into_iter().peekable();
    let mut pieces = Vec::new();
    while let Some(tree) = trees.next() {
        if !is_punct(Some(&tree), '$') {
            pieces.push(match tree {
                TokenTree::Group(group) => Piece::Delimited(group.delimiter(), self::pieces(group.stream())),
                tree => Piece::Token(tree),
            });
            continue;
        }
        pieces.push(match trees.next() {
            Some(TokenTree::Group(group)) => {
                let mut sign = trees.next().unwrap();
                let how_often = |sign: &TokenTree| ['*', '+', '?'].into_iter().find(|it| is_punct(Some(sign), *it));
                let mut separator = None;
                if how_often(&sign).is_none() {
                    separator = Some(std::mem::replace(&mut sign, trees.next().unwrap()));
                }
                Piece::Repetition(self::pieces(group.stream()), separator, how_often(&sign).unwrap())
            }
            Some(TokenTree::Ident(name)) => {
                let mut kind = String::new();
                let mut ahead = trees.clone();
                if is_punct(ahead.next().as_ref(), ':')
                    && let Some(TokenTree::Ident(word)) = ahead.next()
                {
                    kind = word.to_string();
                }
                // In a body the colon is a token of its own; it is put back there.
                if !kind.is_empty() {
                    trees = ahead;
                }
                Piece::Fragment(name.to_string(), kind)
            }
            other => panic!("`$` before {other:?}"),
        });
    }
    pieces
}

/// Fits the beginning of `rest` to a pattern and takes it away; `None` where it does not fit.
fn fit(pattern: &[Piece], rest: &mut Vec<TokenTree>) -> Option<Fragments> {
    let mut fragments = Fragments::new();
    for piece in pattern {
        match piece {
            Piece::Token(wanted) => {
                let found = (!rest.is_empty()).then(|| rest.remove(0))?;
                (found.to_string() == wanted.to_string()).then_some(())?;
            }
            Piece::Delimited(delimiter, inner) => {
                let Some(TokenTree::Group(group)) = (!rest.is_empty()).then(|| rest.remove(0)) else { return None };
                let mut within: Vec<_> = group.stream().into_iter().collect();
                (group.delimiter() == *delimiter).then_some(())?;
                fragments.extend(fit(inner, &mut within)?);
                within.is_empty().then_some(())?;
            }
            Piece::Fragment(name, kind) => {
                fragments.insert(name.clone(), Matched::Once(fragment(kind, rest)?));
            }
            Piece::Repetition(inner, separator, how_often) => {
                let mut all: Vec<Fragments> = Vec::new();
                loop {
                    let mut ahead = rest.clone();
                    if let (Some(separator), false) = (separator, all.is_empty()) {
                        if ahead.first().map(ToString::to_string) != Some(separator.to_string()) {
                            break;
                        }
                        ahead.remove(0);
                    }
                    let Some(one) = fit(inner, &mut ahead).filter(|_| ahead.len() < rest.len()) else { break };
                    all.push(one);
                    *rest = ahead;
                    if *how_often == '?' {
                        break;
                    }
                }
                (*how_often != '+' || !all.is_empty()).then_some(())?;
                for name in names(inner) {
                    let each = all.iter_mut().filter_map(|one| one.remove(&name)).collect();
                    fragments.insert(name, Matched::Repeated(each));
                }
            }
        }
    }
    Some(fragments)
}

/// The tokens of one fragment of this kind, taken from the beginning.
fn fragment(kind: &str, rest: &mut Vec<TokenTree>) -> Option<TokenStream> {
    fn parsed<T: ToTokens>(
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
        rest: &mut Vec<TokenTree>,
    ) -> Option<TokenStream> {
        let whole: TokenStream = rest.iter().cloned().collect();
        let split = |input: ParseStream<'_>| Ok((parse(input)?.to_token_stream(), input.parse::<TokenStream>()?));
        let (found, left) = split.parse2(whole).ok()?;
        *rest = left.into_iter().collect();
        Some(found)
    }
    match kind {
        "tt" => (!rest.is_empty()).then(|| rest.remove(0).into()),
        "ident" => match rest.first()? {
            TokenTree::Ident(_) => Some(rest.remove(0).into()),
            _ => None,
        },
        "literal" => parsed(|input| input.parse::<Literal>(), rest),
        "ty" => parsed(|input| input.parse::<Type>(), rest),
        "expr" => parsed(|input| input.parse::<Expr>(), rest),
        "path" => parsed(|input| input.parse::<Path>(), rest),
        "meta" => parsed(|input| input.parse::<Meta>(), rest),
        "vis" => parsed(|input| input.parse::<Visibility>(), rest),
        other => panic!("fragments `{other}` are not read"),
    }
}

/// The names of all fragments.
fn names(pieces: &[Piece]) -> Vec<String> {
    let of = |piece: &Piece| match piece {
        Piece::Fragment(name, _) => vec![name.clone()],
        Piece::Repetition(inner, ..) | Piece::Delimited(_, inner) => names(inner),
        Piece::Token(_) => Vec::new(),
    };
    pieces.iter().flat_map(of).collect()
}

/// A body with the fragments in it.
fn filled(body: &[Piece], fragments: &Fragments) -> TokenStream {
    let mut tokens = TokenStream::new();
    for piece in body {
        match piece {
            Piece::Token(token) => tokens.append(token.clone()),
            Piece::Delimited(delimiter, inner) => tokens.append(Group::new(*delimiter, filled(inner, fragments))),
            Piece::Fragment(name, kind) => {
                match fragments.get(name) {
                    Some(Matched::Once(found)) => tokens.extend(found.clone()),
                    _ if name == "crate" => tokens.extend(quote!(crate)),
                    _ => panic!("`${name}` is not there"),
                }
                if !kind.is_empty() {
                    let kind: TokenStream = kind.parse().unwrap();
                    tokens.extend(quote!(: #kind));
                }
            }
            Piece::Repetition(inner, separator, _) => {
                let repeated: Vec<_> = names(inner)
                    .into_iter()
                    .filter_map(|name| match fragments.get(&name) {
                        Some(Matched::Repeated(all)) => Some((name, all)),
                        _ => None,
                    })
                    .collect();
                let count = repeated.iter().map(|(_, all)| all.len()).max().unwrap_or_default();
                for index in 0..count {
                    if let (Some(separator), true) = (separator, index > 0) {
                        tokens.append(separator.clone());
                    }
                    let mut one = fragments.clone();
                    one.extend(repeated.iter().filter_map(|(name, all)| Some((name.clone(), all.get(index)?.clone()))));
                    tokens.extend(filled(inner, &one));
                }
            }
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_repetitions_and_rules_are_expanded() {
        let rules = Rules::of(quote! {
            () => { nothing };
            ($($(#[$doc:meta])* $name:ident: $of:ty $(= $value:expr)?),+ $(,)?) => {
                $($(#[$doc])* const $name: Option<$of> = [$($value)?];)+
                use $crate::all::{$($name),+};
            };
        });
        let expand = |arguments: TokenStream| rules.expand(arguments).map(|tokens| tokens.to_string());
        assert_eq!(expand(quote!()), Some("nothing".into()));
        let expected = quote! {
            #[one] #[two = 2] const A: Option<Vec<u8> > = [1 + 2];
            const B: Option<u8> = [];
            use crate::all::{A, B};
        };
        let arguments = quote!(#[one] #[two = 2] A: Vec<u8> = 1 + 2, B: u8,);
        assert_eq!(expand(arguments), Some(expected.to_string()));
        assert_eq!(expand(quote!(A)), None);
    }
}
