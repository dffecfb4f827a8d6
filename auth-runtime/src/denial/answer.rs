//! What a denial says, written once.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Mutex, OnceLock, PoisonError};

use actix_web::http::header::HeaderValue;
use actix_web::web::Bytes;

use crate::denial::Problem;

/// Challenges and body. A policy has few different ones.
#[derive(Clone)]
pub(crate) struct Answer {
    challenges: Vec<HeaderValue>,
    problem: Problem,
    body: OnceLock<Bytes>,
}

impl Answer {
    pub(crate) fn new(problem: Problem, challenges: Vec<HeaderValue>) -> Self {
        Self { challenges, problem, body: OnceLock::new() }
    }

    /// The same, kept as long as the program lasts, once however many policies say it.
    ///
    /// Where its texts are shared by counting who holds them, to count up and down is much of what it takes to send a 401.
    /// Nothing is ever freed: this is for what a configuration says, of which there is little, and never for what a request
    /// brings.
    pub(crate) fn lasting(self) -> &'static Self {
        static ANSWERS: Mutex<BTreeMap<(Bytes, Vec<HeaderValue>), &Answer>> = Mutex::new(BTreeMap::new());
        let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
        let said = (self.body(), self.challenges.clone());
        if let Some(known) = answers.get(&said) {
            return known;
        }
        let kept = |text: &[u8]| Bytes::from_static(Box::leak(text.into()));
        let line = |line: HeaderValue| HeaderValue::from_maybe_shared(kept(line.as_bytes())).unwrap_or(line);
        let challenges = self.challenges.into_iter().map(line).collect();
        let answer = Box::leak(Box::new(Self { challenges, body: kept(&said.0).into(), ..self }));
        answers.insert(said, answer);
        answer
    }

    pub(crate) fn challenges(&self) -> &[HeaderValue] {
        &self.challenges
    }

    pub(super) fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The body, written when it is first sent.
    pub(super) fn body(&self) -> Bytes {
        // Strings and JSON: this cannot fail, and an empty body would still be a denial.
        self.body.get_or_init(|| serde_json::to_vec(&self.problem).unwrap_or_default().into()).clone()
    }

    /// Changes what the body says, which is then written anew.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut Problem)) {
        edit(&mut self.problem);
        self.body = OnceLock::new();
    }

    pub(super) fn take_challenges_of(&mut self, other: &Self) {
        self.challenges.clone_from(&other.challenges);
    }
}

/// What one denial says.
#[derive(Clone)]
pub(crate) enum Said {
    /// As its policy always says it.
    Lasting(&'static Answer),
    Once(Box<Answer>),
}

impl Said {
    /// Changes it, for this denial alone.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Answer)) {
        match self {
            Self::Once(answer) => change(answer),
            Self::Lasting(answer) => {
                let mut own = answer.clone();
                change(&mut own);
                *self = own.into();
            }
        }
    }
}

impl Deref for Said {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        match self {
            Self::Lasting(answer) => answer,
            Self::Once(answer) => answer,
        }
    }
}

impl From<&'static Answer> for Said {
    fn from(answer: &'static Answer) -> Self {
        Self::Lasting(answer)
    }
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        Self::Once(Box::new(answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denial::Reason;

    #[test]
    fn an_answer_is_kept_once_and_changed_for_one_denial_alone() {
        let of = |line| Answer::new(Problem::of(Reason::CredentialsMissing), vec![HeaderValue::from_static(line)]);
        let (first, again, other) = (of("Bearer").lasting(), of("Bearer").lasting(), of("Basic").lasting());
        assert!(std::ptr::eq(first, again) && !std::ptr::eq(first, other));
        assert_eq!((first.challenges(), first.body()), (of("Bearer").challenges(), of("Bearer").body()));

        let mut said = Said::from(first);
        said.change(|answer| answer.edit(|problem| problem.detail = "another".into()));
        assert_ne!(said.body(), first.body());
        assert_eq!(first.problem().detail, Reason::CredentialsMissing.description());
    }
}
