//! The bounds that the project set itself, each against what was measured.

use auth_benches::cases::{Case, Contender, Situation};
use auth_benches::measured::{Growth, Point};
use serde::Serialize;

use crate::build_time::HANDLERS;
use crate::report::Measured;
use Contender::{Bare, FirstSight, HandWritten, Httpauth, HttpauthExtractor, Repeated};
use Situation::{EdDsa, Es256, Hs256, MissingScope, NoToken, Rs256};

/// A bound and its outcome.
#[derive(Debug, Serialize)]
pub(crate) struct Bound {
    pub(crate) what: String,
    /// What was measured must lie on this side of it.
    pub(crate) limit: f64,
    pub(crate) at_least: bool,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
}

impl Bound {
    pub(crate) fn is_met(&self) -> bool {
        if self.at_least { self.measured >= self.limit } else { self.measured <= self.limit }
    }

    /// How far the wrong side, as a share of the limit.
    pub(crate) fn missed_by(&self) -> f64 {
        (self.measured / self.limit - 1.0).abs()
    }
}

fn at_most(what: impl Into<String>, limit: f64, measured: f64, unit: &'static str) -> Bound {
    Bound { what: what.into(), limit, at_least: false, measured, unit }
}

/// All of them, in the order in which they were set.
pub(crate) fn bounds(measured: &Measured) -> Vec<Bound> {
    let time = |situation, contender| measured.time(Case { situation, contender });
    let allocations = |situation, contender| measured.allocations(Case { situation, contender });
    let mut bounds = Vec::new();
    for (situation, limit) in [(Hs256, 0.55), (Rs256, 0.95), (Es256, 0.98), (EdDsa, 0.98)] {
        let ratio = time(situation, FirstSight) / time(situation, HandWritten);
        bounds.push(at_most(format!("first sight, {}", situation.title()), limit, ratio, "× hand-written"));
    }
    for (situation, limit) in [(Hs256, 0.25), (Rs256, 0.05), (EdDsa, 0.025), (Es256, 0.016)] {
        let ratio = time(situation, Repeated) / time(situation, HandWritten);
        bounds.push(at_most(format!("repeated token, {}", situation.title()), limit, ratio, "× hand-written"));
    }
    for situation in [Hs256, Rs256, Es256, EdDsa] {
        let ratio = time(situation, Repeated) / time(situation, Bare);
        bounds.push(at_most(format!("repeated token, {}", situation.title()), 2.5, ratio, "× bare"));
    }
    for (contender, name) in [(Httpauth, "middleware"), (HttpauthExtractor, "extractor")] {
        let ratio = time(NoToken, Repeated) / time(NoToken, contender);
        bounds.push(at_most(format!("401 without token, against httpauth's {name}"), 1.0, ratio, "×"));
    }
    let ratio = time(MissingScope, Repeated) / time(MissingScope, Bare);
    bounds.push(at_most("403 missing scope, repeated token", 2.5, ratio, "× bare"));
    for (situation, limit, what) in [(Hs256, 3.0, "repeated token"), (NoToken, 4.0, "401 without token")] {
        let beyond = allocations(situation, Repeated) - allocations(situation, Bare);
        bounds.push(at_most(format!("allocations beyond bare, {what}"), limit, beyond, ""));
    }
    if let Some(growth) = &measured.growth {
        bounds.extend(flat(growth));
    }
    let rate = |what: &str| measured.load.iter().find(|load| load.what == what).map(|load| load.requests_per_second);
    if let (Some(ours), Some(bare)) = (rate("ours, repeated"), rate("bare handler")) {
        let what = "loopback throughput, repeated token".into();
        bounds.push(Bound { what, limit: 0.95, at_least: true, measured: ours / bare, unit: "× bare" });
    }
    bounds.extend(build_times(measured));
    bounds
}

/// Growth: the largest size against the smallest.
fn flat(growth: &Growth) -> Vec<Bound> {
    let ratio = |points: &[Point], what: &str| {
        let mut points = points.iter().filter(|point| point.what == what);
        let first = points.next().map_or(f64::NAN, |point| point.nanoseconds);
        points.next_back().map_or(f64::NAN, |point| point.nanoseconds) / first
    };
    let mut bounds = vec![
        at_most("1,000 routes, the first called", 1.1, ratio(&growth.routes, "ours, first"), "× one route"),
        at_most("100 keys, first sight", 1.1, ratio(&growth.keys, "ours, first sight"), "× one key"),
        at_most("100 keys, repeated token", 1.1, ratio(&growth.keys, "ours, repeated"), "× one key"),
    ];
    if let [first, .., last] = &growth.tokens[..] {
        let new = last.new_over_bare / first.new_over_bare;
        let recent = last.recent_over_bare / first.recent_over_bare;
        let fewest = format!("× after {}", first.size);
        let unit: &'static str = "× fewest";
        bounds.push(at_most(format!("{} tokens, a new one ({fewest})", last.size), 1.1, new, unit));
        bounds.push(at_most(format!("{} tokens, a recent one ({fewest})", last.size), 1.1, recent, unit));
        let limit = growth.cache_bytes as f64 / MEBIBYTE;
        let resident =
            growth.tokens.iter().map(|point| point.resident_bytes).max().unwrap_or_default() as f64 / MEBIBYTE;
        bounds.push(at_most(format!("{} tokens, resident memory at most", last.size), limit, resident, "MiB"));
    }
    bounds
}

const MEBIBYTE: f64 = 1_048_576.0;

fn build_times(measured: &Measured) -> Vec<Bound> {
    let of = |what: &str| measured.build_times.iter().find(|time| time.what.contains(what));
    let (Some(ours), Some(theirs)) = (of("requires"), of("hand-written")) else { return Vec::new() };
    let clean = (ours.clean_milliseconds - theirs.clean_milliseconds) / HANDLERS as f64;
    let clean_cpu = (ours.clean_cpu_milliseconds - theirs.clean_cpu_milliseconds) / HANDLERS as f64;
    vec![
        at_most("`cargo check` of 300 handlers, clean", 6.0, clean, "ms a handler over hand-written"),
        at_most("the same in processor time", 6.0, clean_cpu, "ms a handler over hand-written"),
        at_most(
            "`cargo check` of 300 handlers, incremental",
            1.5,
            ours.incremental_milliseconds / theirs.incremental_milliseconds,
            "× hand-written",
        ),
        at_most(
            "the same in processor time",
            1.5,
            ours.incremental_cpu_milliseconds / theirs.incremental_cpu_milliseconds,
            "× hand-written",
        ),
    ]
}
