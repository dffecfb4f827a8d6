//! The requirement as constant data.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Path;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::exports::{Export, Exports};
use crate::diag::written;
use crate::model::{AfterCall, Atom, Call, ClaimValue, Requirement, RequirementKind, Text};

/// Constants that the value refers to. Each has the span of the user's path, so that a fault shows there.
pub(crate) struct Constants<'a> {
    pub(crate) exports: &'a Exports<'a>,
    /// The policy's own type.
    pub(crate) policy: &'a Ident,
    pub(crate) items: Vec<TokenStream>,
}

impl Constants<'_> {
    /// Adds `const … : ty = value` and returns its name.
    pub(crate) fn hoist(&mut self, at: Span, ty: impl ToTokens, value: &TokenStream) -> Ident {
        let name = format_ident!("__AUTH_{}", self.items.len(), span = Span::mixed_site());
        self.items.push(quote_spanned!(at=> const #name: #ty = #value;));
        name
    }

    /// A literal as it is, a constant through the function that checks it.
    pub(crate) fn expand_text(&mut self, text: &Text, check: Export<'_>) -> TokenStream {
        match text {
            Text::Literal(literal) => quote!(#literal),
            Text::Constant(path) => {
                let at = path.span();
                let text = quote!(&::core::primitive::str);
                let constant = self.exports.constant.at(at);
                let name = self.hoist(at, &text, &quote_spanned!(at=> #constant::new(#path).text()));
                // Beside the value and not within it: a fault is then one error, not one for each use of the policy.
                let check = check.at(at);
                self.items.push(quote_spanned!(at=> const _: #text = #check(#name);));
                quote!(#name)
            }
            // Where a variant may stand, `expand_word` has taken it.
            Text::Variant(path) => quote!(#path),
        }
    }

    /// One of a requirement's parts, by its name for texts and its name for words.
    fn expand_word(
        &mut self,
        [of_text, of_word]: [&str; 2],
        word: &Text,
        check: Export<'_>,
        more: &TokenStream,
    ) -> TokenStream {
        let path = &self.exports.requirement;
        match word {
            Text::Variant(variant) => {
                let (constructor, word) = (Ident::new(of_word, Span::call_site()), self.expand_variant(variant));
                quote!(#path::#constructor(#word #more))
            }
            text => {
                let (constructor, text) = (Ident::new(of_text, Span::call_site()), self.expand_text(text, check));
                quote!(#path::#constructor(#text #more))
            }
        }
    }

    /// What a variant stands for, as a constant of its own, at whose span a type without a word is reported.
    fn expand_variant(&mut self, variant: &Path) -> Ident {
        let (at, Exports { word, word_type, .. }) = (variant.span(), self.exports);
        let word = word.at(at);
        let said = quote_spanned!(at=> #word(#variant));
        let origin = self.expand_origin(&written(variant), self.items.len());
        self.hoist(Span::mixed_site(), word_type, &quote!(#word_type::variant(#origin, || #said)))
    }

    /// What is written, with where, by which functions of the user's are told apart while compiling.
    pub(crate) fn expand_origin(&self, written: &str, place: usize) -> TokenStream {
        let (origin, policy) = (&self.exports.origin, self.policy.unraw().to_string());
        let place = Literal::usize_unsuffixed(place);
        quote!(#origin!(#written, #policy, #place))
    }

    /// The requirement, as a constant expression.
    pub(crate) fn expand_requirement(&mut self, requirement: &Requirement) -> TokenStream {
        let path = &self.exports.requirement;
        match &requirement.kind {
            RequirementKind::Authenticated => quote!(#path::Authenticated),
            RequirementKind::Atom(atom) => self.expand_atom(atom),
            RequirementKind::Not(atom) => {
                let atom = self.expand_atom(atom);
                quote!(#path::Not(&#atom))
            }
            RequirementKind::All(parts) => {
                let parts: Vec<TokenStream> = parts.iter().map(|part| self.expand_requirement(part)).collect();
                quote!(#path::All(&[#(#parts),*]))
            }
            RequirementKind::Any(parts) => {
                let parts: Vec<TokenStream> = parts.iter().map(|part| self.expand_requirement(part)).collect();
                quote!(#path::Any(&[#(#parts),*]))
            }
        }
    }

    fn expand_atom(&mut self, atom: &Atom) -> TokenStream {
        let exports = self.exports;
        let path = &exports.requirement;
        match atom {
            Atom::Scope(scope) => self.expand_word(["scope", "Scope"], scope, exports.scope, &TokenStream::new()),
            Atom::Role(role) => self.expand_word(["role", "Role"], role, exports.role, &TokenStream::new()),
            Atom::Claim(name, value) => {
                let value = self.expand_claim_value(value);
                self.expand_word(["claim", "Claim"], name, exports.claim_name, &quote!(, #value))
            }
            Atom::Acr(class) => self.expand_word(["acr", "Acr"], class, exports.acr, &TokenStream::new()),
            Atom::MaxAge(age) => {
                let seconds = Literal::u32_unsuffixed(age.seconds);
                quote!(#path::max_age(#seconds))
            }
            Atom::Check(call) => {
                let value = self.expand_check(call);
                let constant = self.hoist(Span::mixed_site(), exports.check, &value);
                quote!(#path::Check(#constant))
            }
        }
    }

    /// What names the user's function, and what runs it.
    fn expand_check(&self, call: &Call) -> TokenStream {
        let Exports { check, run_check, run_load, check_name, debug, .. } = self.exports;
        let Call { path: function, values, loads } = call;
        let (at, policy, written) = (function.span(), self.policy, written(call));
        // Hygienic, since the path may come out of a macro of the user's.
        let context = Ident::new("__context", Span::mixed_site());
        // The number of values is known to the compiler before their types are: a wrong one is reported at itself.
        let each = values.iter().map(|_| quote!(_,));
        let types = quote!((#(#each)*));
        let run = match loads {
            None => {
                let run_check = run_check.at(at);
                quote_spanned!(at=> #run_check::<#policy, #types, _, _, _>)
            }
            Some(ty) => {
                let run_load = run_load.at(at);
                quote_spanned!(at=> #run_load::<#policy, #ty, #types, _, _, _>)
            }
        };
        // At the path's span, where the bound on the function is reported.
        let run = quote_spanned!(at=> #run(#function, || (#(#values,)*), #context));
        let shown = values.iter().map(|value| {
            let debug = debug.at(value.span());
            quote_spanned!(value.span()=> &#value as &dyn #debug)
        });
        let origin = self.expand_origin(&written, self.items.len());
        quote! {
            #check::new(
                #written,
                #origin,
                || #check_name(&#function, &[#(#shown),*]),
                |#context| #run,
            )
        }
    }

    /// What names the check of arguments, and says what it takes for granted. What runs it is beside the handler.
    pub(crate) fn expand_after(&mut self, after: &AfterCall) -> TokenStream {
        let Exports { check, check_name, describe_after, .. } = self.exports;
        let AfterCall { path, arguments } = after;
        let (at, policy) = (path.span(), self.policy);
        let seen: Vec<String> = arguments.iter().map(|argument| argument.unraw().to_string()).collect();
        let written = format!("{}({})", written(path), seen.join(", "));
        let name = quote!(|| #check_name(&#path, &[#(&::core::format_args!(#seen)),*]));
        let (context, describe) = (Ident::new("__context", Span::mixed_site()), describe_after.at(at));
        let each = arguments.iter().map(|_| quote!(_,));
        let describe = quote_spanned!(at=> #describe::<#policy, (#(#each)*), _, _, _>(#path, #context));
        let after = quote!(#check::after(#written, #name, |#context| #describe));
        let constant = self.hoist(Span::mixed_site(), check, &after);
        quote!(.checked_after(&#constant))
    }

    fn expand_claim_value(&mut self, value: &ClaimValue) -> TokenStream {
        let Exports { claim_value, constant, .. } = self.exports;
        match value {
            ClaimValue::Text(literal) => quote!(#claim_value::text(#literal)),
            ClaimValue::Integer(value) => quote!(#claim_value::Int(#value)),
            ClaimValue::Boolean(value) => quote!(#claim_value::Bool(#value)),
            ClaimValue::Constant(path) => {
                let at = path.span();
                let constant = constant.at(at);
                let name = self.hoist(at, claim_value, &quote_spanned!(at=> #constant::new(#path).claim_value()));
                quote!(#name)
            }
            ClaimValue::Variant(path) => {
                let word = self.expand_variant(path);
                quote!(#claim_value::Str(#word))
            }
        }
    }
}
