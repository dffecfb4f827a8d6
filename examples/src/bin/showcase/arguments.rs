//! Options on the command line, each with a value.

/// Them as written.
pub(crate) struct Options(Vec<(String, String)>);

impl Options {
    /// Reads those that are `known`.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>, known: &[&str]) -> Result<Self, String> {
        let mut options: Vec<(String, String)> = Vec::new();
        while let Some(option) = arguments.next() {
            if !known.contains(&&*option) {
                return Err(format!("unknown option `{option}`"));
            }
            let value = arguments.next().ok_or_else(|| format!("`{option}` needs a value"))?;
            options.push((option, value));
        }
        Ok(Self(options))
    }

    /// The last of this name counts.
    pub(crate) fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(option, _)| option == name).map(|(_, value)| &**value)
    }

    pub(crate) fn needed(&self, name: &str) -> Result<&str, String> {
        self.last(name).ok_or_else(|| format!("`{name}` is missing"))
    }

    /// All, in written order.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(option, value)| (&**option, &**value))
    }
}
