//! What the compiler says of an implication that does not hold, as constant functions can say it.

use crate::policy::claim_path::SEPARATOR;
use crate::policy::{ClaimValue, Requirement, SchemeUse, built_in};

/// In place of a text that was cut within a character, which none is.
const UNREADABLE: &str = "the policies differ";

/// What the compiler says, as far as there is room.
pub(in crate::policy) struct Message {
    text: [u8; 1024],
    length: usize,
}

impl Message {
    pub(in crate::policy) const fn new() -> Self {
        Self { text: [0; 1024], length: 0 }
    }

    pub(super) const fn text(&self) -> &str {
        match self.text.split_at_checked(self.length) {
            Some((text, _)) => match str::from_utf8(text) {
                Ok(text) => text,
                Err(_) => UNREADABLE,
            },
            None => UNREADABLE,
        }
    }

    pub(super) const fn says(&mut self, parts: &[&str]) {
        let mut left = parts;
        while let [part, rest @ ..] = left {
            if let Some((_, free)) = self.text.split_at_mut_checked(self.length)
                && let Some((place, _)) = free.split_at_mut_checked(part.len())
            {
                place.copy_from_slice(part.as_bytes());
                self.length += part.len();
            }
            left = rest;
        }
    }

    /// Who has credentials of this scheme.
    pub(super) const fn scheme(&mut self, by: &SchemeUse) {
        match built_in(by.keyword) {
            Some(known) => self.says(&[known.sends]),
            None => self.says(&["a credential of `", by.keyword, "`"]),
        }
        if let Some(name) = by.configuration {
            self.says(&[" (", name, ")"]);
        }
    }

    pub(super) const fn leaf(&mut self, leaf: &Requirement) {
        match leaf {
            Requirement::Scope(word) => self.named("scope ", word.written()),
            Requirement::Role(word) => self.named("role ", word.written()),
            Requirement::Claim(name, value) => {
                let (outer, mut inner) = until(name.written(), SEPARATOR as u8);
                self.named("claim ", outer);
                while !inner.is_empty() {
                    let (next, rest) = until(inner, SEPARATOR as u8);
                    self.says(&[".", next]);
                    inner = rest;
                }
                match value {
                    ClaimValue::Str(value) => self.named(" = ", value.written()),
                    ClaimValue::Bool(true) => self.says(&[" = true"]),
                    ClaimValue::Bool(false) => self.says(&[" = false"]),
                    ClaimValue::Int(value) => self.integer(*value),
                }
            }
            Requirement::Acr(class) => self.named("acr ", class.written()),
            Requirement::MaxAge(age) => {
                self.says(&["an authentication at most "]);
                self.digits(age.as_secs() as u64);
                self.says(&[" s ago"]);
            }
            Requirement::Check(check) => self.named("the consent of ", check.origin),
            _ => {}
        }
    }

    /// A text as it is; what is a function, with the policy that has it.
    const fn named(&mut self, kind: &str, written: &str) {
        let (name, place) = until(written, b'\n');
        if place.is_empty() {
            self.says(&[kind, name]);
        } else {
            self.says(&[kind, "`", name, "` in `", until(place, b' ').0, "`"]);
        }
    }

    const fn integer(&mut self, value: i64) {
        self.says(&[if value < 0 { " = -" } else { " = " }]);
        self.digits(value.unsigned_abs());
    }

    const fn digits(&mut self, value: u64) {
        let mut unit = 1;
        while value / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            let digit = [b'0' + (value / unit % 10) as u8];
            if let Ok(digit) = str::from_utf8(&digit) {
                self.says(&[digit]);
            }
            unit /= 10;
        }
    }
}

/// What is before a character, and what is after it.
const fn until(text: &str, end: u8) -> (&str, &str) {
    let (mut length, mut left) = (0, text.as_bytes());
    while let [byte, rest @ ..] = left {
        if *byte == end {
            return match (text.split_at_checked(length), text.split_at_checked(length + 1)) {
                (Some((before, _)), Some((_, after))) => (before, after),
                _ => (text, ""),
            };
        }
        length += 1;
        left = rest;
    }
    (text, "")
}
