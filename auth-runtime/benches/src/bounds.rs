//! The bounds that the project set itself, each against what was measured.

use auth_benches::cases::{Case, Contender, Situation};
use auth_benches::measured::{Build, BuildTime, Growth, Point, Profile, Tokens};
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
pub(crate) fn all(measured: &Measured) -> Vec<Bound> {
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
    for (contender, name, limit) in [(Httpauth, "middleware", 1.15), (HttpauthExtractor, "extractor", 1.0)] {
        let ratio = time(NoToken, Repeated) / time(NoToken, contender);
        bounds.push(at_most(format!("401 without token, against httpauth's {name}"), limit, ratio, "×"));
    }
    let ratio = time(MissingScope, Repeated) / time(MissingScope, Bare);
    bounds.push(at_most("403 missing scope, repeated token", 2.5, ratio, "× bare"));
    for (situation, limit, what) in [(Hs256, 3.0, "repeated token"), (NoToken, 4.0, "401 without token")] {
        let beyond = allocations(situation, Repeated) - allocations(situation, Bare);
        bounds.push(at_most(format!("allocations beyond bare, {what}"), limit, beyond, ""));
    }
    bounds.extend(flat(&measured.growth));
    bounds.extend(tokens(&measured.tokens));
    let rate = |what: &str| measured.load.iter().find(|load| load.what == what).map(|load| load.requests_per_second);
    if let (Some(ours), Some(bare)) = (rate("ours, repeated"), rate("bare handler")) {
        let what = "loopback throughput, repeated token".into();
        bounds.push(Bound { what, limit: 0.95, at_least: true, measured: ours / bare, unit: "× bare" });
    }
    bounds.extend(build_times(&measured.build_times));
    bounds
}

/// Growth: the largest size against the smallest.
fn flat(growth: &Growth) -> Vec<Bound> {
    let ratio = |points: &[Point], what: &str| {
        let mut points = points.iter().filter(|point| point.what == what);
        let first = points.next().map_or(f64::NAN, |point| point.nanoseconds);
        points.next_back().map_or(f64::NAN, |point| point.nanoseconds) / first
    };
    vec![
        at_most("1,000 routes, the first called", 1.1, ratio(&growth.routes, "ours, first"), "× one route"),
        at_most("100 keys, first sight", 1.1, ratio(&growth.keys, "ours, first sight"), "× one key"),
        at_most("100 keys, repeated token", 1.1, ratio(&growth.keys, "ours, repeated"), "× one key"),
    ]
}

/// The same of distinct tokens, and what they cost and take.
fn tokens(Tokens { points, cache_bytes }: &Tokens) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for point in points {
        let what = format!("first sight, HS256, the memory of tokens on, after {} of them", point.size);
        bounds.push(at_most(what, 0.75, point.new_over_hand_written, "× hand-written"));
    }
    if let [first, .., last] = &points[..] {
        let new = last.new_over_bare / first.new_over_bare;
        let recent = last.recent_over_bare / first.recent_over_bare;
        let fewest = format!("× after {}", first.size);
        let unit: &'static str = "× fewest";
        bounds.push(at_most(format!("{} tokens, a new one ({fewest})", last.size), 1.1, new, unit));
        bounds.push(at_most(format!("{} tokens, a recent one ({fewest})", last.size), 1.1, recent, unit));
        let limit = *cache_bytes as f64 / MEBIBYTE;
        let resident = points.iter().map(|point| point.resident_bytes).max().unwrap_or_default() as f64 / MEBIBYTE;
        bounds.push(at_most(format!("{} tokens, resident memory at most", last.size), limit, resident, "MiB"));
    }
    bounds
}

const MEBIBYTE: f64 = 1_048_576.0;

/// In processor time, which other work on the machine disturbs less than the clock's.
pub(crate) fn build_times(times: &[BuildTime]) -> Vec<Bound> {
    let mut bounds = Vec::new();
    for (profile, incremental, clean) in [(Profile::Workspace, 1.5, 1.5), (Profile::Default, 2.0, 2.5)] {
        let build = Build { command: "check", handlers: HANDLERS, profile };
        let of = |what: &str| times.iter().find(|time| time.build == build && time.what.contains(what));
        let (Some(ours), Some(theirs)) = (of("requires"), of("hand-written")) else { continue };
        let ratio = ours.incremental_cpu_milliseconds / theirs.incremental_cpu_milliseconds;
        let over = (ours.clean_cpu_milliseconds - theirs.clean_cpu_milliseconds) / HANDLERS as f64;
        bounds.push(at_most(format!("{}, incremental", build.title()), incremental, ratio, "× hand-written"));
        bounds.push(at_most(format!("{}, clean", build.title()), clean, over, "ms a handler over hand-written"));
    }
    bounds
}
