//! The report as Markdown.

use std::fmt::Write as _;

use auth_benches::cases::{Case, Contender, SITUATIONS};
use auth_benches::measured::{BuildTime, Point, Tokens};

use crate::bounds::Bound;
use crate::report::Measured;

/// All tables.
pub(crate) fn markdown(measured: &Measured, bounds: &[Bound]) -> String {
    let machine = &measured.machine;
    let mut text = format!(
        "# What a request costs\n\nWritten by `cargo run --release -p auth-benches -- report` on {} cores of {}, {}, {}. \
         All contenders of a line were measured in interleaved rounds of one run; only ratios mean anything elsewhere. \
         No subscriber of `tracing` and no recorder of `metrics` is installed.\n\n![Times](times.svg)\n\n## Bounds\n\n{}",
        machine.cores,
        machine.processor,
        machine.compiler,
        machine.valgrind,
        self::bounds(bounds)
    );
    text.push_str(&requests(measured));
    let growth = &measured.growth;
    for (title, points, unit) in [
        ("Routes: the first and the last of so many", &growth.routes, "routes"),
        ("Keys in a set, the last one used", &growth.keys, "keys"),
        ("Scopes in a token", &growth.scopes, "scopes"),
    ] {
        let _ = write!(text, "\n## {title}\n\nNanoseconds a request.\n\n{}", grown(points, unit));
    }
    let Tokens { points, cache_bytes } = &measured.tokens;
    let _ = write!(
        text,
        "\n## Distinct tokens\n\nEach comes twice: a new token of HS256 is verified, and the second time remembered as \
         well; a recent one is of the last thousand. The memory may take {} MiB. All answer the same tokens in turn.\n\n\
         | tokens seen | new, ns | × bare | × hand-written | second time, ns | × hand-written | recent, ns | × bare \
         | process grown by, MiB |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        cache_bytes / 1_048_576
    );
    for point in points {
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.2} | {:.2} | {:.0} | {:.2} | {:.0} | {:.2} | {:.1} |",
            point.size,
            point.new_nanoseconds,
            point.new_over_bare,
            point.new_over_hand_written,
            point.second_nanoseconds,
            point.second_over_hand_written,
            point.recent_nanoseconds,
            point.recent_over_bare,
            point.resident_bytes as f64 / 1_048_576.0
        );
    }
    text.push_str("\n## Over loopback HTTP\n\n| | requests a second |\n|---|---:|\n");
    for load in &measured.load {
        let _ = writeln!(text, "| {} | {:.0} |", load.what, load.requests_per_second);
    }
    text.push_str("\n## Building\n\n");
    text.push_str(&build_times(&measured.build_times));
    text.push_str("\n| program of 300 handlers, release build, stripped | KiB |\n|---|---:|\n");
    for program in &measured.programs {
        let _ = writeln!(text, "| {} | {} |", program.what, program.bytes / 1024);
    }
    text
}

/// How long building takes.
pub(crate) fn build_times(times: &[BuildTime]) -> String {
    let mut text = String::from(
        "Dependencies are built; wall clock and processor time in milliseconds. Incremental: the body of one handler \
         changed.\n\n| | | clean | processor | incremental | processor |\n|---|---|---:|---:|---:|---:|\n",
    );
    for time in times {
        let _ = writeln!(
            text,
            "| {} | {} | {:.0} | {:.0} | {:.0} | {:.0} |",
            time.build.title(),
            time.what,
            time.clean_milliseconds,
            time.clean_cpu_milliseconds,
            time.incremental_milliseconds,
            time.incremental_cpu_milliseconds
        );
    }
    text
}

/// Each bound with its outcome.
pub(crate) fn bounds(bounds: &[Bound]) -> String {
    let mut text = String::from("| case | bound | measured | |\n|---|---:|---:|---|\n");
    for bound in bounds {
        let sign = if bound.at_least { '≥' } else { '≤' };
        let outcome =
            if bound.is_met() { "met".to_owned() } else { format!("**missed** by {:.0} %", bound.missed_by() * 100.0) };
        let (what, limit, unit) = (&bound.what, bound.limit, bound.unit);
        let _ = writeln!(text, "| {what} | {sign} {limit} {unit} | {:.3} | {outcome} |", bound.measured);
    }
    text
}

fn requests(measured: &Measured) -> String {
    let mut text = String::from(
        "\n## Requests\n\n| | | ns | × hand-written | × bare | instructions | allocations | bytes |\n\
         |---|---|---:|---:|---:|---:|---:|---:|\n",
    );
    for situation in SITUATIONS {
        for &contender in situation.contenders() {
            let case = Case { situation, contender };
            let time = measured.time(case);
            let over = |contender| {
                let ratio = time / measured.time(Case { situation, contender });
                if ratio.is_nan() { "–".to_owned() } else { format!("{ratio:.3}") }
            };
            let _ = writeln!(
                text,
                "| {} | {} | {time:.0} | {} | {} | {:.0} | {:.2} | {:.0} |",
                situation.title(),
                contender.title(),
                over(Contender::HandWritten),
                over(Contender::Bare),
                measured.instructions(case),
                measured.allocations(case),
                measured.bytes(case)
            );
        }
    }
    text
}

/// One line a size, one column for each who answers.
fn grown(points: &[Point], unit: &str) -> String {
    let mut columns: Vec<&str> = Vec::new();
    let mut sizes: Vec<usize> = Vec::new();
    for point in points {
        if !columns.contains(&&*point.what) {
            columns.push(&point.what);
        }
        if !sizes.contains(&point.size) {
            sizes.push(point.size);
        }
    }
    let mut text = format!("| {unit} | {} |\n|---:|{}\n", columns.join(" | "), "---:|".repeat(columns.len()));
    for size in sizes {
        let _ = write!(text, "| {size} |");
        for column in &columns {
            let point = points.iter().find(|point| point.size == size && point.what == **column);
            let _ = write!(text, " {:.0} |", point.map_or(f64::NAN, |point| point.nanoseconds));
        }
        text.push('\n');
    }
    text
}
