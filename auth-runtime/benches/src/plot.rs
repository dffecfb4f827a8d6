//! The times as a plot: nanoseconds a request, on a logarithmic scale.

use std::io;
use std::path::Path;

use auth_benches::cases::{Case, Contender, Situation};
use plotters::prelude::*;

use crate::report::Measured;

const SITUATIONS: [Situation; 6] = [
    Situation::Hs256,
    Situation::Rs256,
    Situation::Es256,
    Situation::EdDsa,
    Situation::MissingScope,
    Situation::NoToken,
];

/// Told apart without colours too: their order is the legend's.
const CONTENDERS: [(Contender, RGBColor); 5] = [
    (Contender::Bare, RGBColor(150, 150, 150)),
    (Contender::HandWritten, RGBColor(213, 94, 0)),
    (Contender::Httpauth, RGBColor(230, 159, 0)),
    (Contender::FirstSight, RGBColor(86, 180, 233)),
    (Contender::Repeated, RGBColor(0, 114, 178)),
];

/// Draws it.
pub(crate) fn draw(measured: &Measured, file: &Path) -> io::Result<()> {
    bars(measured, file).map_err(|error| io::Error::other(error.to_string()))
}

fn bars(measured: &Measured, file: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let area = SVGBackend::new(file, (960, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let groups = SITUATIONS.len() as f64;
    let mut chart = ChartBuilder::on(&area)
        .caption("Nanoseconds per request (logarithmic)", ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(72)
        .build_cartesian_2d(0.0..groups, (100.0..100_000.0).log_scale())?;
    let title = |x: &f64| {
        let index = x.floor();
        // Labels stand in the middle of their group.
        if (x - index - 0.5).abs() > 0.01 {
            return String::new();
        }
        SITUATIONS.get(index as usize).map(|situation| situation.title().to_owned()).unwrap_or_default()
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(SITUATIONS.len() * 2 + 1)
        .x_label_formatter(&title)
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    let width = 0.8 / CONTENDERS.len() as f64;
    for (place, (contender, color)) in CONTENDERS.into_iter().enumerate() {
        let bar = |(group, situation): (usize, &Situation)| {
            let time = measured.time(Case { situation: *situation, contender });
            let left = group as f64 + 0.1 + place as f64 * width;
            (!time.is_nan()).then(|| Rectangle::new([(left, 100.0), (left + width, time)], color.filled()))
        };
        chart
            .draw_series(SITUATIONS.iter().enumerate().filter_map(bar))?
            .label(contender.title())
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], color.filled()));
    }
    chart.configure_series_labels().background_style(WHITE.mix(0.8)).border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
