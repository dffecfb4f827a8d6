//! `impl Trait` arguments: the function that stands in the user's place takes none of them, so that it needs a name for
//! each.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::{GenericArgument, GenericParam, Generics, PathArguments, Type, TypeParam};

use crate::parse::Handler;

/// The types of the arguments, with names in place of `impl Trait`.
pub(crate) fn argument_types(handler: &Handler) -> Vec<Type> {
    named(handler).0
}

/// The function's parameters, and one for each `impl Trait`.
pub(crate) fn generics(handler: &Handler) -> Generics {
    let mut generics = handler.signature.generics.clone();
    generics.where_clause = None;
    generics.params.extend(named(handler).1.into_iter().map(GenericParam::Type));
    generics
}

fn named(handler: &Handler) -> (Vec<Type>, Vec<TypeParam>) {
    let mut parameters = Vec::new();
    let mut types: Vec<Type> = handler.arguments.iter().map(|argument| argument.ty.clone()).collect();
    types.iter_mut().for_each(|ty| name(ty, &mut parameters));
    (types, parameters)
}

fn name(ty: &mut Type, parameters: &mut Vec<TypeParam>) {
    match ty {
        Type::ImplTrait(found) => {
            let ident: Ident = format_ident!("__T{}", parameters.len(), span = Span::mixed_site());
            let bounds = found.bounds.clone();
            parameters.push(TypeParam { bounds, ..TypeParam::from(ident.clone()) });
            *ty = Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: ident.into() });
        }
        Type::Path(path) => {
            let arguments = path.path.segments.iter_mut().filter_map(|segment| match &mut segment.arguments {
                PathArguments::AngleBracketed(arguments) => Some(&mut arguments.args),
                _ => None,
            });
            for argument in arguments.flatten() {
                if let GenericArgument::Type(ty) = argument {
                    name(ty, parameters);
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| name(ty, parameters)),
        Type::Reference(reference) => name(&mut reference.elem, parameters),
        Type::Paren(inner) => name(&mut inner.elem, parameters),
        Type::Group(inner) => name(&mut inner.elem, parameters),
        Type::Array(array) => name(&mut array.elem, parameters),
        _ => {}
    }
}
