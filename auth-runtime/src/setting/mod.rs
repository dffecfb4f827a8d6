//! What a configuration says of itself to reviewers, and which change of it lets more callers in.

/// One thing that a configuration says. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) effect: Effect,
}

/// What a setting does to whom is let in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    /// One of the values that are accepted: each lets more in, and [`ANY`] is all of them.
    Allows(String),
    /// One of the things that are demanded: each keeps more out.
    Demands(String),
    /// A bound: a larger number lets more in, and none is the largest.
    AtMost(u64, String),
    /// How callers are read: nobody can tell whom another value lets in.
    Reads(String),
}

/// The name of the setting that says by which function authorities are loaded.
pub(crate) const AUTHORITIES: &str = "authorities";
/// Every value.
pub(crate) const ANY: &str = "*";

impl Setting {
    pub(crate) fn allows(name: &str, value: impl Into<String>) -> Self {
        Self::new(name, Effect::Allows(value.into()))
    }

    pub(crate) fn demands(name: &str, value: impl Into<String>) -> Self {
        Self::new(name, Effect::Demands(value.into()))
    }

    pub(crate) fn at_most(name: &str, number: u64, unit: &str) -> Self {
        Self::new(name, Effect::AtMost(number, plain(unit)))
    }

    pub(crate) fn reads(name: &str, value: impl Into<String>) -> Self {
        Self::new(name, Effect::Reads(value.into()))
    }

    /// Whether it is a weakening that the program has asked for by a name with `dangerous`, or by one that stands for all.
    pub(crate) fn is_dangerous(&self) -> bool {
        let of_anybody =
            || ["issuer", "audience"].contains(&&*self.name) && self.effect == Effect::Allows(ANY.to_owned());
        self.name.starts_with("dangerous") || of_anybody()
    }

    /// The same, said of one of several.
    pub(crate) fn of(&self, whom: &str) -> Self {
        let of = |value: &str| format!("{value} of {whom}");
        let effect = match &self.effect {
            Effect::Allows(value) => Effect::Allows(of(value)),
            Effect::Demands(value) => Effect::Demands(of(value)),
            Effect::Reads(value) => Effect::Reads(of(value)),
            bound @ Effect::AtMost(..) => bound.clone(),
        };
        Self { name: self.name.clone(), effect }
    }

    fn new(name: &str, effect: Effect) -> Self {
        Self { name: plain(name), effect }
    }

    /// Each of these values that are accepted, or where nothing was said, every value.
    pub(crate) fn allows_each<V: Into<String>>(name: &str, values: Option<impl IntoIterator<Item = V>>) -> Vec<Self> {
        match values {
            Some(values) => values.into_iter().map(|value| Self::allows(name, value)).collect(),
            None => vec![Self::allows(name, ANY)],
        }
    }
}

/// A name that is one word.
fn plain(name: &str) -> String {
    let known = |c: char| if c.is_alphanumeric() || "_-.".contains(c) { c } else { '_' };
    if name.is_empty() { "_".to_owned() } else { name.chars().map(known).collect() }
}
