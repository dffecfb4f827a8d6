//! The modules of a crate and what a path in one of them means.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Ident, ImplItem, Item, ItemImpl, UseTree, Visibility};

use crate::macros::Rules;

/// A module and its items, without tests and without what is hidden from the documentation.
pub(crate) struct Module {
    /// Conditions of the module and of those around it.
    pub(crate) cfg: Vec<String>,
    pub(crate) items: Vec<Item>,
    parent: Option<usize>,
    children: HashMap<String, usize>,
    /// Names brought in by `use`, with the whole path.
    uses: HashMap<String, Vec<String>>,
}

/// All modules of a crate; the first is its root.
pub(crate) struct Sources {
    pub(crate) modules: Vec<Module>,
}

/// What a path leads to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    Module(usize),
    /// An item of this crate: its module and name.
    Item(usize, String),
    /// A path that begins with the name of another crate.
    Foreign(Vec<String>),
}

impl Sources {
    pub(crate) fn read(root: &Path) -> Self {
        let mut sources = Self { modules: Vec::new() };
        let text = fs::read_to_string(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
        sources.add(syn::parse_file(&text).unwrap().items, None, Vec::new(), root.parent().unwrap());
        sources.expand_macros();
        sources
    }

    /// Puts what macros of the crate declare in the place of their calls.
    fn expand_macros(&mut self) {
        let anywhere: HashMap<_, _> = self.modules.iter().flat_map(|module| definitions(&module.items)).collect();
        for module in &mut self.modules {
            // One may have the name of another module's.
            let mut known = anywhere.clone();
            known.extend(definitions(&module.items));
            let items = std::mem::take(&mut module.items).into_iter();
            module.items = items.flat_map(|item| expanded(item, &known)).collect();
        }
    }

    /// Adds a module whose children lie in `folder`.
    fn add(&mut self, items: Vec<Item>, parent: Option<usize>, cfg: Vec<String>, folder: &Path) -> usize {
        let index = self.modules.len();
        let uses = items.iter().filter_map(|item| match item {
            Item::Use(item) => Some(leaves(&item.tree)),
            _ => None,
        });
        let uses = uses.flatten().collect();
        self.modules.push(Module { cfg: cfg.clone(), items: Vec::new(), parent, children: HashMap::new(), uses });
        let mut kept = Vec::new();
        for item in items {
            if attributes(&item).iter().any(is_hidden) {
                continue;
            }
            if let Item::Mod(module) = &item {
                let name = module.ident.to_string();
                let inside: PathBuf = folder.join(&name);
                let cfg = cfg.iter().cloned().chain(conditions(&module.attrs)).collect();
                let child = match &module.content {
                    Some((_, items)) => self.add(items.clone(), Some(index), cfg, &inside),
                    None => {
                        let file = [inside.with_extension("rs"), inside.join("mod.rs")]
                            .into_iter()
                            .find(|file| file.is_file());
                        let text = fs::read_to_string(file.unwrap_or_else(|| panic!("no file of {name}"))).unwrap();
                        self.add(syn::parse_file(&text).unwrap().items, Some(index), cfg, &inside)
                    }
                };
                self.modules[index].children.insert(name, child);
            }
            kept.push(item);
        }
        self.modules[index].items = kept;
        index
    }

    /// What `path` means in `module`; nothing for what the prelude or a generic parameter names.
    pub(crate) fn resolve(&self, module: usize, path: &[String]) -> Option<Meaning> {
        self.resolve_within(module, path, 16)
    }

    fn resolve_within(&self, module: usize, path: &[String], depth: usize) -> Option<Meaning> {
        let (first, rest) = path.split_first()?;
        let here = &self.modules[module];
        let start = match first.as_str() {
            "crate" => Meaning::Module(0),
            "self" => Meaning::Module(module),
            "super" => Meaning::Module(here.parent?),
            name => {
                if let Some(child) = here.children.get(name) {
                    Meaning::Module(*child)
                } else if here.declares(name) {
                    Meaning::Item(module, name.into())
                } else if let Some(whole) = here.uses.get(name) {
                    if whole.len() == 1 || depth == 0 {
                        Meaning::Foreign(whole.clone())
                    } else {
                        self.resolve_within(module, whole, depth - 1)?
                    }
                } else if rest.is_empty() || name.starts_with(char::is_uppercase) {
                    // Of the prelude, or a parameter: `Vec`, `T::Future`.
                    return None;
                } else {
                    Meaning::Foreign(vec![name.into()])
                }
            }
        };
        match start {
            Meaning::Module(inner) if rest.is_empty() => Some(Meaning::Module(inner)),
            Meaning::Module(inner) => self.resolve_within(inner, rest, depth.checked_sub(1)?),
            Meaning::Item(..) => Some(start),
            Meaning::Foreign(mut path) => {
                path.extend_from_slice(rest);
                Some(Meaning::Foreign(path))
            }
        }
    }
}

/// The macros that are defined among these items.
fn definitions(items: &[Item]) -> impl Iterator<Item = (String, Rules)> {
    items.iter().filter_map(|item| match item {
        Item::Macro(item) => Some((item.ident.as_ref()?.to_string(), Rules::of(item.mac.tokens.clone()))),
        _ => None,
    })
}

/// What a call of a macro makes; `None` where that is not known, or nobody could name it.
fn made(called: &syn::Macro, known: &HashMap<String, Rules>) -> Option<TokenStream> {
    let name = called.path.get_ident()?.to_string();
    let rules = known.get(&name)?;
    rules.declares().then(|| {
        rules.expand(called.tokens.clone()).unwrap_or_else(|| panic!("`{name}!` has no rule for `{}`", called.tokens))
    })
}

/// The item, or what it makes, under the conditions of the call.
fn expanded(item: Item, known: &HashMap<String, Rules>) -> Vec<Item> {
    match item {
        Item::Macro(item) if item.ident.is_none() => {
            // Of a macro of others its arguments: those that take items only wrap them.
            let tokens = made(&item.mac, known).unwrap_or_else(|| item.mac.tokens.clone());
            let Ok(file) = syn::parse2::<syn::File>(tokens) else { return vec![Item::Macro(item)] };
            let conditions = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
            let conditions: Vec<_> = conditions.collect();
            let under = |item: Item| -> Item { syn::parse_quote!(#(#conditions)* #item) };
            file.items.into_iter().map(under).flat_map(|item| expanded(item, known)).collect()
        }
        Item::Impl(mut item) => {
            let items = std::mem::take(&mut item.items).into_iter();
            let made = items.flat_map(|inner| match &inner {
                ImplItem::Macro(called) if let Some(tokens) = made(&called.mac, known) => {
                    syn::parse2::<ItemImpl>(quote!(impl T { #tokens })).unwrap().items
                }
                _ => vec![inner],
            });
            item.items = made.collect();
            vec![Item::Impl(item)]
        }
        item => vec![item],
    }
}

impl Module {
    fn declares(&self, name: &str) -> bool {
        self.items.iter().any(|item| declared(item).is_some_and(|ident| ident == name))
    }
}

/// The name that an item declares.
pub(crate) fn declared(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    })
}

pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

pub(crate) fn visibility(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Use(item) => &item.vis,
        _ => return false,
    };
    matches!(visibility, Visibility::Public(_))
}

/// Whether the item is for tests alone, or hidden from the documentation.
pub(crate) fn is_hidden(attribute: &Attribute) -> bool {
    let text = tokens(&attribute.meta);
    ["cfg (test)", "cfg (doctest)", "doc (hidden)"].contains(&text.as_str()) || text.starts_with("cfg (all (doctest")
}

/// The conditions of `#[cfg(…)]`.
pub(crate) fn conditions(attributes: &[Attribute]) -> Vec<String> {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions.map(|attribute| tokens(&attribute.parse_args::<syn::Meta>().unwrap())).collect()
}

/// Tokens as text, whose spacing is the same everywhere.
pub(crate) fn tokens(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// Each name of a `use`, with its whole path.
pub(crate) fn leaves(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            let name = path.ident.to_string();
            let below = leaves(&path.tree).into_iter();
            below
                .map(|(leaf, rest)| {
                    // `use a::{self}` is `use a`.
                    let rest = if rest == ["self"] { Vec::new() } else { rest };
                    let leaf = if leaf == "self" { name.clone() } else { leaf };
                    (leaf, [vec![name.clone()], rest].concat())
                })
                .collect()
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        UseTree::Rename(rename) => vec![(rename.rename.to_string(), vec![rename.ident.to_string()])],
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}
