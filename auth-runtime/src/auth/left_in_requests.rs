//! What guards leave in the requests that they let through.

use crate::auth::builder::AuthBuilder;

impl AuthBuilder {
    /// Leaves the caller in each request that a policy lets through, so that [`Principal::of`](crate::Principal::of) finds it:
    /// for middleware and services that cannot take it as an argument, such as an access log.
    pub fn expose_principal(mut self) -> Self {
        self.left.principal = true;
        self
    }

    /// Lets handlers ask [`Auth::admit`](crate::Auth::admit) about operations inside their request, so many of each request at most.
    /// One more is refused with 413.
    ///
    /// Without this no handler can, and requests carry nothing for it.
    pub fn operations(mut self, of_each_request: u32) -> Self {
        self.left.operations = Some(of_each_request);
        self
    }
}
