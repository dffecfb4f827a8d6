//! As much of a browser as sign-in needs: it keeps cookies.

use std::cell::RefCell;
use std::collections::BTreeMap;

use tests::{Answer, Request, Server};

pub(crate) struct Browser<'a> {
    server: &'a Server,
    cookies: RefCell<BTreeMap<String, String>>,
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
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// What it sends.
    pub(crate) fn header(&self) -> String {
        let cookies = self.cookies.borrow();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Those whose name begins so.
    pub(crate) fn cookies(&self, prefix: &str) -> Vec<String> {
        self.cookies.borrow().keys().filter(|name| name.starts_with(prefix)).cloned().collect()
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        !self.cookies(crate::app::COOKIE).is_empty()
    }

    /// What another browser has, as somebody would put it there who can.
    pub(crate) fn steal(&self, from: &Browser<'_>, prefix: &str) {
        let theirs = from.cookies.borrow();
        let stolen = theirs.iter().filter(|(name, _)| name.starts_with(prefix));
        self.cookies.borrow_mut().extend(stolen.map(|(name, value)| (name.clone(), value.clone())));
    }
}
