//! Callers of the application, who never stop asking.

use tests::Connection;
use tests::load::Load;

use crate::app::App;

/// So many callers, each on a connection of its own, who present what `token` gives them for each request, told who asks and
/// how often before.
pub(crate) fn start(
    app: &App,
    callers: usize,
    token: impl Fn(usize, usize) -> String + Clone + Send + 'static,
) -> Load<()> {
    let address = app.server.address();
    Load::start((0..callers).map(|caller| {
        let (token, mut asked, mut connection) = (token.clone(), 0, Connection::open(address));
        move || {
            let token = token(caller, asked);
            asked += 1;
            let request = format!("GET /orders HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {token}\r\n\r\n");
            ((), connection.send(request).answer().status)
        }
    }))
}

/// Callers of one token.
pub(crate) fn of(app: &App, callers: usize, token: &str) -> Load<()> {
    let token = token.to_owned();
    start(app, callers, move |_, _| token.clone())
}
