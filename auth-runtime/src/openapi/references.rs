//! Which schemas of a document something refers to, so that what is left out leaves nothing behind.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::{Components, OpenApi};

const SCHEMAS: &str = "#/components/schemas/";

/// Names of schemas.
#[derive(Default)]
pub(super) struct References(BTreeSet<String>);

impl References {
    /// Adds those that `part` refers to itself.
    pub(super) fn add(&mut self, part: &impl Serialize) {
        self.read(&serde_json::to_value(part).unwrap_or_default());
    }

    fn read(&mut self, value: &Value) {
        match value {
            Value::Object(members) => members.values().for_each(|member| self.read(member)),
            Value::Array(elements) => elements.iter().for_each(|element| self.read(element)),
            Value::String(text) => self.0.extend(text.strip_prefix(SCHEMAS).map(str::to_owned)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Takes those out of the document that nothing in it refers to any more.
    pub(super) fn prune(mut self, api: &mut OpenApi) {
        if self.0.is_empty() {
            return;
        }
        let Some(mut components) = api.components.take() else { return };
        self.follow(&components);
        let mut kept = Self::default();
        kept.add(api);
        let schemas = std::mem::take(&mut components.schemas);
        kept.add(&components);
        components.schemas = schemas;
        kept.follow(&components);
        components.schemas.retain(|name, _| kept.0.contains(name) || !self.0.contains(name));
        api.components = Some(components);
    }

    /// Adds those that the schemas here refer to, and so on.
    fn follow(&mut self, components: &Components) {
        let mut open: Vec<String> = self.0.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let mut found = Self::default();
            found.add(&components.schemas.get(&name));
            open.extend(found.0.iter().filter(|found| !self.0.contains(*found)).cloned());
            self.0.extend(found.0);
        }
    }
}
