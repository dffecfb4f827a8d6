//! As much of a browser as sign-in needs: it keeps cookies.

use std::cell::RefCell;

use tests::{Answer, Request, Server};

pub(crate) struct Browser<'a> {
    server: &'a Server,
    /// The one first that was there first, as it sends them (RFC 6265 section 5.4).
    cookies: RefCell<Vec<(String, String)>>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self { server, cookies: RefCell::default() }
    }

    /// Opens a page, here or under our public origin.
    pub(crate) fn open(&self, target: &str) -> Answer {
        let target = target.strip_prefix(crate::app::ORIGIN).unwrap_or(target);
        self.send(self.server.get(target).header("Sec-Fetch-Mode", "navigate").header("Accept", "text/html,*/*;q=0.8"))
    }

    /// Sends a form without fields, on a page of this service.
    pub(crate) fn post(&self, target: &str) -> Answer {
        self.send(self.server.post(target).header("Sec-Fetch-Site", "same-origin").header("Content-Length", "0"))
    }

    /// With the cookies that are here; keeps those that come.
    pub(crate) fn send(&self, request: Request) -> Answer {
        let line = self.header();
        let answer = if line.is_empty() { request } else { request.header("Cookie", line) }.send();
        for line in answer.all("set-cookie") {
            let (pair, attributes) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().retain(|(kept, _)| kept != name);
            } else {
                self.keep(name, value);
            }
        }
        answer
    }

    fn keep(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        match cookies.iter_mut().find(|(kept, _)| kept == name) {
            Some((_, kept)) => *kept = value.to_owned(),
            None => cookies.push((name.to_owned(), value.to_owned())),
        }
    }

    /// What it sends.
    pub(crate) fn header(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Those whose name begins so.
    pub(crate) fn cookies(&self, prefix: &str) -> Vec<String> {
        let cookies = self.cookies.borrow();
        cookies.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, _)| name.clone()).collect()
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        !self.cookies(crate::app::COOKIE).is_empty()
    }

    /// What another browser has, as somebody would put it there who can.
    pub(crate) fn steal(&self, from: &Browser<'_>, prefix: &str) {
        for (name, value) in from.cookies.borrow().iter().filter(|(name, _)| name.starts_with(prefix)) {
            self.keep(name, value);
        }
    }
}
