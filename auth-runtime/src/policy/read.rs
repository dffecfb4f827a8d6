//! Policies read from what [`Rule`] displays as.

use std::str::FromStr;

use crate::policy::rule::{Alternative, Expression, Literal, Rule, SchemeName};
use crate::policy::{ClaimPath, Hide, Limit, MaxAge, Presence};

/// What is wrong with the text of a policy: what was expected, and what stands there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) expected: &'static str,
    pub(crate) found: String,
}

impl FromStr for Rule {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader { rest: text };
        let rule = reader.rule()?;
        reader.end()?;
        Ok(rule)
    }
}

impl FromStr for SchemeName {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let mut reader = Reader { rest: text };
        let name = reader.scheme()?;
        reader.end()?;
        Ok(name)
    }
}

/// How deep conditions may be within each other; the attribute's are not nearly.
const DEEPEST: usize = 64;

/// Reads text from its beginning.
pub(crate) struct Reader<'a> {
    pub(crate) rest: &'a str,
}

impl Reader<'_> {
    fn rule(&mut self) -> Result<Rule, Unreadable> {
        let mut rule = Rule::public(None);
        if self.word("public") {
            if self.takes("(") {
                self.expect("reason = ", "`reason = …`")?;
                rule.reason = Some(self.text()?);
                self.expect(")", "`)`")?;
            }
            return Ok(rule);
        }
        let is_optional = self.takes("optional(");
        rule.presence = if is_optional { Presence::Optional } else { Presence::Required };
        rule.alternatives = self.access()?;
        if is_optional {
            self.expect(")", "`)`")?;
        }
        let mut is_first = true;
        while self.takes(", ") {
            self.clause(&mut rule, is_first)?;
            is_first = false;
        }
        Ok(rule)
    }

    fn access(&mut self) -> Result<Vec<Alternative>, Unreadable> {
        if !self.takes("any(") {
            return Ok(vec![Alternative { scheme: self.scheme()?, own: Expression::Authenticated }]);
        }
        let mut alternatives = Vec::new();
        while !self.takes(")") {
            if !alternatives.is_empty() {
                self.expect(", ", "`, ` or `)`")?;
            }
            let scheme = self.scheme()?;
            let own = if self.takes(" && ") { self.expression(0)? } else { Expression::Authenticated };
            alternatives.push(Alternative { scheme, own });
        }
        Ok(alternatives)
    }

    fn scheme(&mut self) -> Result<SchemeName, Unreadable> {
        let (mut depth, mut before) = (0_usize, ' ');
        let ends = |c: char| {
            match c {
                '<' => depth += 1,
                '>' if before != '-' => depth = depth.saturating_sub(1),
                _ => {}
            }
            before = c;
            depth == 0 && matches!(c, '(' | ')' | ',' | ' ' | '=' | '"')
        };
        let length = self.rest.find(ends).unwrap_or(self.rest.len());
        let keyword = self.take(length);
        if keyword.is_empty() {
            return Err(self.fault("a scheme"));
        }
        let configuration = match self.takes("(") {
            true => {
                let name = self.text()?;
                self.expect(")", "`)`")?;
                Some(name)
            }
            false => None,
        };
        Ok(SchemeName { keyword, configuration })
    }

    /// In the order in which they are written, each once.
    fn clause(&mut self, rule: &mut Rule, is_first: bool) -> Result<(), Unreadable> {
        let unlimited = rule.limit.is_none() && rule.check_after.is_none();
        let untold = !rule.shared_cache && !rule.without_authorities && unlimited;
        let unhidden = untold && rule.hide == Hide::Nothing;
        if unhidden && rule.realm.is_none() && self.takes("realm = ") {
            rule.realm = Some(self.text()?);
        } else if unhidden && self.takes("hide = \"from_authenticated\"") {
            rule.hide = Hide::FromAuthenticated;
        } else if unhidden && self.word("hide") {
            rule.hide = Hide::Everything;
        } else if untold && self.word("shared_cache") {
            rule.shared_cache = true;
        } else if !rule.without_authorities && unlimited && self.word("without_authorities") {
            rule.without_authorities = true;
        } else if unlimited && self.takes("limit") {
            rule.limit = Some(self.limit()?);
        } else if rule.check_after.is_none() && self.takes("check_after(") {
            rule.check_after = Some(self.check()?);
        } else if is_first {
            rule.common = self.expression(0)?;
        } else {
            return Err(self.fault(
                "a clause, each once and in the order `realm`, `hide`, `shared_cache`, `without_authorities`, `limit`, `check_after`",
            ));
        }
        Ok(())
    }

    /// ` = "5/min"` or `("5/min", by = address)`.
    fn limit(&mut self) -> Result<Limit, Unreadable> {
        let is_by_address = self.takes("(");
        if !is_by_address {
            self.expect(" = ", "` = `")?;
        }
        let limit = match Limit::read(&self.text()?) {
            Some(limit) => limit,
            None => return Err(self.fault("a rate, such as `\"5/min\"`")),
        };
        if !is_by_address {
            return Ok(limit);
        }
        self.expect(", by = address)", "`, by = address)`")?;
        Ok(limit.of_addresses())
    }

    /// Operands joined by one operator.
    fn expression(&mut self, depth: usize) -> Result<Expression, Unreadable> {
        let first = self.operand(depth)?;
        for (operator, join) in [(" && ", Expression::All as fn(_) -> _), (" || ", Expression::Any)] {
            if self.rest.starts_with(operator) {
                let mut parts = vec![first];
                while self.takes(operator) {
                    parts.push(self.operand(depth)?);
                }
                return Ok(join(parts));
            }
        }
        Ok(first)
    }

    fn operand(&mut self, depth: usize) -> Result<Expression, Unreadable> {
        if depth > DEEPEST {
            return Err(self.fault("a condition that is less deep"));
        }
        if self.takes("!") {
            return Ok(Expression::Not(Box::new(self.operand(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.expression(depth + 1)?;
            self.expect(")", "`)`")?;
            return Ok(inner);
        }
        if self.takes("check(") {
            return Ok(Expression::Check(self.check()?));
        }
        for (word, condition) in [("authenticated", Expression::Authenticated), ("nobody", Expression::Nobody)] {
            if self.word(word) {
                return Ok(condition);
            }
        }
        let condition = if self.takes("scope(") {
            Expression::Scope(self.text()?)
        } else if self.takes("role(") {
            Expression::Role(self.text()?)
        } else if self.takes("claim(") {
            let name = self.claim_name()?;
            self.expect(", ", "`, ` and a value")?;
            Expression::Claim(name, self.literal()?)
        } else if self.takes("acr(") {
            Expression::Acr(self.text()?)
        } else if self.takes("max_age(") {
            match MaxAge::read(&self.text()?) {
                Some(age) => Expression::MaxAge(age),
                None => return Err(self.fault("an age, such as `\"5m\"`")),
            }
        } else {
            return Err(self.fault("`scope(…)`, `role(…)`, `claim(…)`, `acr(…)`, `max_age(…)` or `check(…)`"));
        };
        self.expect(")", "`)`")?;
        Ok(condition)
    }

    /// A name, or in brackets those that lead into objects.
    fn claim_name(&mut self) -> Result<String, Unreadable> {
        if !self.takes("[") {
            return self.text();
        }
        let mut names = vec![self.text()?];
        while !self.takes("]") {
            self.expect(", ", "`, ` or `]`")?;
            names.push(self.text()?);
        }
        Ok(ClaimPath::joined(&names))
    }

    fn literal(&mut self) -> Result<Literal, Unreadable> {
        if self.rest.starts_with('"') {
            return Ok(Literal::Text(self.text()?));
        }
        for (word, boolean) in [("true", true), ("false", false)] {
            if self.word(word) {
                return Ok(Literal::Boolean(boolean));
            }
        }
        let length = self.rest.find(|c: char| c != '-' && !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let number = self.rest.get(..length).and_then(|digits| digits.parse().ok());
        let Some(number) = number else { return Err(self.fault("a text, a whole number, `true` or `false`")) };
        self.take(length);
        Ok(Literal::Integer(number))
    }

    /// The name of a check, and the parenthesis after it.
    fn check(&mut self) -> Result<String, Unreadable> {
        if self.rest.starts_with('"') {
            let name = self.text()?;
            self.expect(")", "`)`")?;
            return Ok(name);
        }
        let mut depth = 0_usize;
        let end = self.rest.find(|c| match c {
            '(' => {
                depth += 1;
                false
            }
            ')' if depth == 0 => true,
            ')' => {
                depth -= 1;
                false
            }
            _ => false,
        });
        match end {
            Some(end) if end > 0 => {
                let name = self.take(end);
                self.expect(")", "`)`")?;
                Ok(name)
            }
            _ => Err(self.fault("the name of a check and `)`")),
        }
    }

    /// A text in quotes, as Rust writes it.
    pub(crate) fn text(&mut self) -> Result<String, Unreadable> {
        if !self.takes("\"") {
            return Err(self.fault("a text in quotes"));
        }
        let mut text = String::new();
        let mut characters = self.rest.chars();
        loop {
            match characters.next() {
                Some('"') => break,
                Some('\\') => match escaped(&mut characters) {
                    Some(character) => text.push(character),
                    None => return Err(self.fault("a text whose escapes are Rust's")),
                },
                Some(character) => text.push(character),
                None => return Err(self.fault("a text that ends with a quote")),
            }
        }
        self.rest = characters.as_str();
        Ok(text)
    }

    /// Whether this comes next; then it is behind.
    pub(crate) fn takes(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// As [`takes`](Self::takes), of a word that does not go on.
    fn word(&mut self, word: &str) -> bool {
        let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        !self.rest.strip_prefix(word).is_none_or(goes_on) && self.takes(word)
    }

    pub(crate) fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), Unreadable> {
        if self.takes(token) { Ok(()) } else { Err(self.fault(expected)) }
    }

    pub(crate) fn end(&self) -> Result<(), Unreadable> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.fault("the end of the line")) }
    }

    fn take(&mut self, length: usize) -> String {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken.to_owned()
    }

    pub(crate) fn fault(&self, expected: &'static str) -> Unreadable {
        Unreadable { expected, found: self.rest.to_owned() }
    }
}

fn escaped(characters: &mut std::str::Chars<'_>) -> Option<char> {
    match characters.next()? {
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        '0' => Some('\0'),
        itself @ ('\\' | '"' | '\'') => Some(itself),
        'u' => {
            let (code, rest) = characters.as_str().strip_prefix('{')?.split_once('}')?;
            *characters = rest.chars();
            char::from_u32(u32::from_str_radix(code, 16).ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::oracle::{value, written};

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z:/._-]{1,8}", "\\PC{0,6}", any::<String>()]
    }

    fn conditions() -> impl Strategy<Value = Expression> {
        let literal = prop_oneof![
            texts().prop_map(Literal::Text),
            any::<i64>().prop_map(Literal::Integer),
            any::<bool>().prop_map(Literal::Boolean),
        ];
        let checks = prop_oneof![texts(), "[a-z:]{1,8}\\([A-Z a-z(),]{0,8}\\)", "[a-z ]{0,3}[()\"a]{0,4}"];
        let leaf = prop_oneof![
            texts().prop_map(Expression::Scope),
            texts().prop_map(Expression::Role),
            (proptest::collection::vec(texts(), 1..4), literal)
                .prop_map(|(names, value)| Expression::Claim(ClaimPath::joined(&names), value)),
            checks.prop_map(Expression::Check),
            texts().prop_map(Expression::Acr),
            (1..=u32::MAX).prop_map(|seconds| Expression::MaxAge(MaxAge::seconds(seconds))),
            Just(Expression::Authenticated),
            Just(Expression::Nobody),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let parts = proptest::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                parts.clone().prop_map(Expression::All),
                parts.prop_map(Expression::Any),
                inner.prop_map(|inner| Expression::Not(Box::new(inner))),
            ]
        })
    }

    fn schemes() -> impl Strategy<Value = SchemeName> {
        let keyword = prop_oneof![
            "bearer|basic|digest|api_key|session",
            "[a-z]{1,5}::[A-Z][a-z]{1,5}(<[a-z]::[A-Z], fn\\(u8\\) -> u8>)?",
        ];
        (keyword, proptest::option::of(texts()))
            .prop_map(|(keyword, configuration)| SchemeName { keyword, configuration })
    }

    fn rules() -> impl Strategy<Value = Rule> {
        let own = prop_oneof![Just(Expression::Authenticated), conditions()];
        let alternative = (schemes(), own.clone()).prop_map(|(scheme, own)| Alternative { scheme, own });
        let presence = prop_oneof![Just(Presence::Optional), Just(Presence::Required)];
        let hide = prop_oneof![Just(Hide::Nothing), Just(Hide::FromAuthenticated), Just(Hide::Everything)];
        let option = || proptest::option::of(texts());
        let alternatives = proptest::collection::vec(alternative, 0..3);
        let limit = proptest::option::of(
            (1..=1_000_000_u32, proptest::sample::select(&[1, 60, 3600, 86_400][..]), any::<bool>()).prop_map(
                |(requests, seconds, by_address)| match by_address {
                    true => Limit::by_address(requests, seconds),
                    false => Limit::by_caller(requests, seconds),
                },
            ),
        );
        let said = (hide, any::<[bool; 2]>(), limit, option());
        let guarded = (presence, alternatives, own, option(), said).prop_map(
            |(
                presence,
                alternatives,
                common,
                realm,
                (hide, [shared_cache, without_authorities], limit, check_after),
            )| Rule {
                presence,
                alternatives,
                common,
                realm,
                hide,
                shared_cache,
                without_authorities,
                limit,
                check_after,
                reason: None,
            },
        );
        prop_oneof![9 => guarded, 1 => option().prop_map(|reason| Rule::public(reason.as_deref()))]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_written_is_read_as_what_it_was(rule in rules()) {
            prop_assert_eq!(rule.to_string().parse(), Ok(rule));
        }

        #[test]
        fn constants_are_read_as_what_they_were(written in written()) {
            let rule = Rule { common: (&value(&written)).into(), ..Rule::public(None) };
            let rule = Rule { presence: Presence::Required, ..rule };
            prop_assert_eq!(rule.to_string().parse(), Ok(rule));
        }

        #[test]
        fn nothing_that_is_read_is_read_as_something_else(text in "[a-z(){}\"&|!, =<>]{0,40}|(any|bearer|scope|role|check|claim|hide|[(),\"&| =]|, ){0,12}") {
            if let Ok(rule) = text.parse::<Rule>() {
                prop_assert_eq!(rule.to_string().parse(), Ok(rule));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_was_expected() {
        for (text, expected, found) in [
            ("", "a scheme", ""),
            ("bearer, scope(read)", "a text in quotes", "read)"),
            ("bearer, scope(\"read\"", "`)`", ""),
            (
                "bearer, hide, hide",
                "a clause, each once and in the order `realm`, `hide`, `shared_cache`, `without_authorities`, `limit`, `check_after`",
                "hide",
            ),
            ("bearer, role(\"a\") && role(\"b\") || role(\"c\")", "the end of the line", " || role(\"c\")"),
            ("any(bearer api_key)", "`, ` or `)`", " api_key)"),
            ("bearer, limit = \"5/m\"", "a rate, such as `\"5/min\"`", ""),
            ("bearer, limit(\"5/min\")", "`, by = address)`", ")"),
            ("public, hide", "the end of the line", ", hide"),
        ] {
            assert_eq!(text.parse::<Rule>(), Err(Unreadable { expected, found: found.to_owned() }), "{text}");
        }
    }
}
