//! Where a handler is mounted by its own attributes.

use serde::Serialize;

/// Methods and pattern of one route attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RouteSpec {
    pub(crate) methods: &'static [&'static str],
    pub(crate) path: &'static str,
    pub(crate) name: Option<&'static str>,
    pub(crate) guarded: bool,
}

impl RouteSpec {
    /// HTTP methods; empty means any.
    pub const fn methods(&self) -> &'static [&'static str] {
        self.methods
    }

    /// actix's path pattern, as written.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The `name = "…"` of the attribute, for `HttpRequest::url_for`.
    pub const fn name(&self) -> Option<&'static str> {
        self.name
    }

    /// Whether the attribute has a `guard = "…"` too, so that another route may get the request.
    pub const fn guarded(&self) -> bool {
        self.guarded
    }
}

#[doc(hidden)]
impl RouteSpec {
    pub const fn new(methods: &'static [&'static str], path: &'static str) -> Self {
        Self { methods, path, name: None, guarded: false }
    }

    pub const fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }

    pub const fn under_guards(self) -> Self {
        Self { guarded: true, ..self }
    }
}
