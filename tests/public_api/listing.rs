//! What a user of the crate can name, as text.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use syn::visit_mut::{VisitMut, visit_path_mut};
use syn::{
    Attribute, Fields, Ident, ImplItem, Item, ItemImpl, ItemTrait, Path, PathSegment, TraitItem, Type, Visibility,
};

use crate::sources::{Meaning, Sources, attributes, conditions, declared, is_hidden, leaves, tokens, visibility};

/// One line an item, in order.
#[derive(Default)]
pub(crate) struct Listing {
    lines: BTreeSet<String>,
    /// Paths of other crates in it, and a line with each.
    pub(crate) foreign: BTreeMap<String, String>,
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# The public interface of auth-runtime, with all features. A test compares it with the sources;")?;
        writeln!(f, "# accept a change with `BLESS=1 cargo test -p tests --test public_api`.")?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Listing {
    pub(crate) fn of(sources: &Sources) -> Self {
        let mut writer = Writer { sources, names: HashMap::new(), listing: Self::default() };
        let mut exports = Vec::new();
        writer.walk(0, "", &mut exports, &mut BTreeSet::new());
        // Of several public paths the shortest is the item's own.
        exports.sort_by_key(|(path, _)| (path.matches("::").count(), path.clone()));
        for (path, meaning) in exports {
            match writer.names.get(&meaning) {
                Some(own) => drop(writer.listing.lines.insert(format!("{path}  pub use {own}"))),
                None => drop(writer.names.insert(meaning, path)),
            }
        }
        for (meaning, path) in writer.names.clone() {
            writer.item(&meaning, &path);
        }
        for (module, inside) in sources.modules.iter().enumerate() {
            for item in &inside.items {
                if let Item::Impl(item) = item {
                    writer.implementation(module, item);
                }
            }
        }
        writer.listing
    }
}

struct Writer<'a> {
    sources: &'a Sources,
    /// The public path of each public item.
    names: HashMap<Meaning, String>,
    listing: Listing,
}

impl Writer<'_> {
    /// Collects everything public below a module that is reached by `path`.
    fn walk(&mut self, module: usize, path: &str, exports: &mut Vec<(String, Meaning)>, seen: &mut BTreeSet<usize>) {
        if !seen.insert(module) {
            return;
        }
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") };
        for item in self.sources.modules[module].items.iter().filter(|item| visibility(item)) {
            let condition = condition(&conditions(attributes(item)));
            let reached = match item {
                Item::Mod(item) => vec![(item.ident.to_string(), vec![item.ident.to_string()])],
                Item::Use(item) => leaves(&item.tree),
                item => declared(item).map(|name| (name.to_string(), vec![name.to_string()])).into_iter().collect(),
            };
            for (name, whole) in reached {
                let name = below(&name);
                match self.sources.resolve(module, &whole) {
                    Some(Meaning::Module(inner)) => {
                        self.listing.lines.insert(format!("{name}  pub mod{condition}"));
                        self.walk(inner, &name, exports, seen);
                    }
                    Some(Meaning::Foreign(whole)) => {
                        let line = format!("{name}  pub use {}{condition}", whole.join("::"));
                        self.listing.foreign.insert(whole.join("::"), line.clone());
                        self.listing.lines.insert(line);
                    }
                    Some(meaning) => exports.push((name, meaning)),
                    None => panic!("`{name}` is not found"),
                }
            }
        }
    }

    fn item(&mut self, meaning: &Meaning, path: &str) {
        let Meaning::Item(module, name) = meaning else { return };
        let module = *module;
        let items = &self.sources.modules[module].items;
        let Some(item) = items.iter().find(|item| declared(item).is_some_and(|ident| ident == name)) else {
            panic!("`{path}` is not found");
        };
        let attrs = attributes(item);
        let mut derived = Vec::new();
        for attribute in attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
            let each = |meta: syn::meta::ParseNestedMeta<'_>| {
                derived.push(tokens(&meta.path));
                Ok(())
            };
            attribute.parse_nested_meta(each).unwrap();
        }
        if !derived.is_empty() {
            self.put(module, path, attrs, &format!("derives {}", derived.join(", ")));
        }
        match item.clone() {
            Item::Enum(item) => {
                for variant in &item.variants {
                    let mut alone = item.clone();
                    alone.variants = [variant.clone()].into_iter().collect();
                    let text = inside(&self.written(module, path, Item::Enum(alone)));
                    self.put(module, &format!("{path}::{}", variant.ident), &variant.attrs, &text);
                }
                let mut head = item;
                head.variants.clear();
                let text = self.written(module, path, Item::Enum(head));
                self.put(module, path, attrs, &text);
            }
            Item::Struct(mut item) => {
                // Of private fields it matters that there are some: nobody else can build the struct.
                match &mut item.fields {
                    Fields::Named(fields) => {
                        let all = fields.named.len();
                        let public = fields.named.clone().into_iter().filter(|field| is_public(&field.vis));
                        fields.named = public.collect();
                        if fields.named.len() < all {
                            fields.named.push(syn::parse_quote!(_private: ()));
                        }
                    }
                    fields => fields.iter_mut().filter(|field| !is_public(&field.vis)).for_each(|field| {
                        field.ty = syn::parse_quote!(_);
                        field.vis = Visibility::Inherited;
                    }),
                }
                let text = self.written(module, path, Item::Struct(item));
                self.put(module, path, attrs, &text);
            }
            Item::Trait(item) => {
                for inner in &item.items {
                    let (name, attrs) = match inner {
                        TraitItem::Const(inner) => (&inner.ident, &inner.attrs),
                        TraitItem::Fn(inner) => (&inner.sig.ident, &inner.attrs),
                        TraitItem::Type(inner) => (&inner.ident, &inner.attrs),
                        _ => continue,
                    };
                    if !attrs.iter().any(is_hidden) {
                        let alone = ItemTrait { items: vec![inner.clone()], ..item.clone() };
                        let text = inside(&self.written(module, path, Item::Trait(alone)));
                        self.put(module, &format!("{path}::{name}"), attrs, &text);
                    }
                }
                let text = self.written(module, path, Item::Trait(ItemTrait { items: Vec::new(), ..item }));
                self.put(module, path, attrs, &text);
            }
            item => {
                let text = self.written(module, path, item);
                self.put(module, path, attrs, &text);
            }
        }
    }

    fn implementation(&mut self, module: usize, item: &ItemImpl) {
        let own = match &*item.self_ty {
            Type::Path(subject) => self.public(module, &subject.path),
            _ => None,
        };
        let path = match &item.trait_ {
            None => own,
            // A trait of ours must be public; any other concerns a public type of ours.
            Some((of, ..)) => match self.sources.resolve(module, &segments(of)) {
                Some(Meaning::Item(..)) => self.public(module, of).map(|of| own.unwrap_or(of)),
                _ => own,
            },
        };
        let Some(path) = path else { return };
        let head = ItemImpl { items: Vec::new(), ..item.clone() };
        let head = self.written(module, &path, Item::Impl(head));
        if item.trait_.is_some() {
            return self.put(module, &path, &item.attrs, &head);
        }
        for inner in &item.items {
            let (vis, name, attrs) = match inner {
                ImplItem::Const(inner) => (&inner.vis, &inner.ident, &inner.attrs),
                ImplItem::Fn(inner) => (&inner.vis, &inner.sig.ident, &inner.attrs),
                ImplItem::Type(inner) => (&inner.vis, &inner.ident, &inner.attrs),
                _ => continue,
            };
            if is_public(vis) && !attrs.iter().any(is_hidden) {
                let alone = ItemImpl { items: vec![inner.clone()], ..item.clone() };
                let text = inside(&self.written(module, &path, Item::Impl(alone)));
                // On which of its forms a generic type has it.
                let on = if head.contains('<') { format!("{head}: ") } else { String::new() };
                let conditions = [&item.attrs[..], attrs].concat();
                self.put(module, &format!("{path}::{name}"), &conditions, &format!("{on}{text}"));
            }
        }
    }

    /// The public path of what `path` means.
    fn public(&self, module: usize, path: &Path) -> Option<String> {
        self.names.get(&self.sources.resolve(module, &segments(path))?).cloned()
    }

    /// The item on one line, without documentation and bodies, with the whole paths of what comes from other crates.
    fn written(&mut self, module: usize, path: &str, mut item: Item) -> String {
        let mut bare = Bare { sources: self.sources, module, foreign: BTreeSet::new() };
        bare.visit_item_mut(&mut item);
        let text = prettyplease::unparse(&syn::parse_quote!(#item));
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        // As if no line were too long, and without what only a definition has.
        let mut text = text;
        for (wrapped, plain) in
            [("( ", "("), (", )", ")"), ("< ", "<"), (", >", ">"), (", {}", ""), (" {}", ""), ("(mut self", "(self")]
        {
            text = text.replace(wrapped, plain);
        }
        for name in bare.foreign {
            self.listing.foreign.insert(name, format!("{path}: {text}"));
        }
        text
    }

    fn put(&mut self, module: usize, path: &str, attrs: &[Attribute], text: &str) {
        let around = self.sources.modules[module].cfg.clone();
        let condition = condition(&[around, conditions(attrs)].concat());
        self.listing.lines.insert(format!("{path}  {text}{condition}"));
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// What stands between the outer braces.
fn inside(text: &str) -> String {
    let (_, rest) = text.split_once(" { ").unwrap_or_else(|| panic!("no braces in `{text}`"));
    rest.strip_suffix(" }").unwrap().trim_end_matches(',').to_owned()
}

fn condition(conditions: &[String]) -> String {
    let all: BTreeSet<&String> = conditions.iter().collect();
    all.iter().map(|condition| format!("  [{condition}]")).collect()
}

fn segments(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// Takes away what is no part of the interface, and spells out the paths of other crates.
struct Bare<'a> {
    sources: &'a Sources,
    module: usize,
    foreign: BTreeSet<String>,
}

impl VisitMut for Bare<'_> {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        let kept = ["deprecated", "must_use", "non_exhaustive"];
        attributes.retain(|attribute| kept.iter().any(|kept| attribute.path().is_ident(kept)));
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }

    fn visit_expr_mut(&mut self, expression: &mut syn::Expr) {
        // Of a constant only the type is promised.
        *expression = syn::parse_quote!(_);
    }

    fn visit_type_array_mut(&mut self, array: &mut syn::TypeArray) {
        self.visit_type_mut(&mut array.elem);
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        if let Some(Meaning::Foreign(whole)) = self.sources.resolve(self.module, &segments(path)) {
            self.foreign.insert(whole.join("::"));
            let known = path.segments.len().min(whole.len());
            let arguments: Vec<_> = path.segments.iter().map(|segment| segment.arguments.clone()).collect();
            let mut segments: Vec<PathSegment> =
                whole.iter().map(|name| PathSegment::from(Ident::new(name, proc_macro2::Span::call_site()))).collect();
            for (segment, arguments) in segments.iter_mut().rev().zip(arguments.into_iter().rev()).take(known) {
                segment.arguments = arguments;
            }
            path.segments = segments.into_iter().collect();
        }
        visit_path_mut(self, path);
    }
}
