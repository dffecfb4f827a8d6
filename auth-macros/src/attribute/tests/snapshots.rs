//! Expansions as a reader would see them, in `tests/expand`. Bless with `BLESS=1 cargo test -p auth-macros snapshots`.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, File, Item, Meta};

use crate::parse::is_ours;

#[test]
fn expansions_are_as_blessed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("tests/expand");
    let bless = std::env::var_os("BLESS").is_some();
    let mut seen = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let source = entry.unwrap().path();
        let name = source.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".rs").filter(|stem| !stem.ends_with(".expanded")) else { continue };
        seen += 1;
        let file = syn::parse_file(&fs::read_to_string(&source).unwrap()).unwrap();
        let shown = prettyplease::unparse(&expand_file(file));
        let blessed = folder.join(format!("{stem}.expanded.rs"));
        if bless {
            fs::write(&blessed, &shown).unwrap();
        } else {
            assert_eq!(shown, fs::read_to_string(&blessed).unwrap_or_default(), "{name}; BLESS=1 accepts the new one");
        }
    }
    assert!(seen > 0, "no sources in {}", folder.display());
}

fn expand_file(mut file: File) -> File {
    file.items = file.items.into_iter().flat_map(expand_item).collect();
    file
}

/// The item with all of ours expanded, from the outside in, as the compiler does.
fn expand_item(item: Item) -> Vec<Item> {
    match item {
        Item::Fn(mut function) => match take_ours(&mut function.attrs) {
            Some(ours) => expand(&ours, function.to_token_stream()),
            None => vec![Item::Fn(function)],
        },
        Item::Mod(mut module) => {
            if let Some(ours) = take_ours(&mut module.attrs) {
                return expand(&ours, module.to_token_stream());
            }
            if let Some((_, items)) = &mut module.content {
                *items = std::mem::take(items).into_iter().flat_map(expand_item).collect();
            }
            vec![Item::Mod(module)]
        }
        Item::Macro(call) if call.mac.path.is_ident("policy") => parse(crate::attribute::policy(call.mac.tokens)),
        other => vec![other],
    }
}

fn take_ours(attributes: &mut Vec<Attribute>) -> Option<Attribute> {
    let place = attributes.iter().position(|attribute| is_ours(attribute, None).is_some())?;
    Some(attributes.remove(place))
}

fn expand(ours: &Attribute, item: TokenStream) -> Vec<Item> {
    let arguments = match &ours.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => quote!(),
    };
    parse(match is_ours(ours, None) {
        Some("public") => crate::attribute::public(arguments, item),
        _ => crate::attribute::requires(arguments, item),
    })
}

fn parse(expansion: TokenStream) -> Vec<Item> {
    let file: File = syn::parse2(expansion).unwrap();
    // A module's functions bring attributes of their own; a handler's wrapper has none left.
    let nested = |item| if matches!(item, Item::Mod(_)) { expand_item(item) } else { vec![item] };
    file.items.into_iter().flat_map(nested).collect()
}
