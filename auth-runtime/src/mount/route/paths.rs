//! One pattern or several.

/// One pattern, or several of one resource: `"/orders"`, or `["/orders", "/v1/orders"]`.
///
/// All patterns of a resource must have the same parameters, as its handlers get whichever matched.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a path nor several",
    note = "write `\"/orders\"`, or `[\"/orders\", \"/v1/orders\"]`"
)]
pub trait Paths {
    /// The patterns, in written order.
    #[doc(hidden)]
    fn into_paths(self) -> Vec<String>;
}

impl Paths for &str {
    fn into_paths(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl Paths for String {
    fn into_paths(self) -> Vec<String> {
        vec![self]
    }
}

impl Paths for &String {
    fn into_paths(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<S: AsRef<str>, const N: usize> Paths for [S; N] {
    fn into_paths(self) -> Vec<String> {
        self.iter().map(|path| path.as_ref().to_owned()).collect()
    }
}

impl<S: AsRef<str>> Paths for Vec<S> {
    fn into_paths(self) -> Vec<String> {
        self.iter().map(|path| path.as_ref().to_owned()).collect()
    }
}
