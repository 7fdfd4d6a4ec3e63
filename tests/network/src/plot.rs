//! Plots as SVG: each figure over the loss, a line for each row.

use crate::report::Summary;
use std::fmt::Write as _;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const COLOURS: [&str; 4] = ["#0b6e4f", "#c1440e", "#31639c", "#7a7a7a"];

/// One plot.
struct Plot {
    name: &'static str,
    title: &'static str,
    most: f64,
    value: fn(&Summary) -> Option<f64>,
}

const PLOTS: [Plot; 3] = [
    Plot {
        name: "delay",
        title: "画面延迟 p95, ms · frame delay p95, ms (100 ms round trip)",
        most: 1_000.0,
        value: |summary| Some(summary.delay?.p95),
    },
    Plot {
        name: "freezes",
        title: "卡顿占比 % · share of time frozen, % (100 ms round trip)",
        most: 100.0,
        value: |summary| Some(summary.freeze_ratio * 100.0),
    },
    Plot {
        name: "sound",
        title: "准时的声音 % · sound in time, % (100 ms round trip)",
        most: 100.0,
        value: |summary| Some(summary.in_time * 100.0),
    },
];

/// All plots, each with the name of its file, which begins with `stem`.
pub fn all(stem: &str, summaries: &[Summary]) -> Vec<(String, String)> {
    let name = |plot: &Plot| format!("{stem}-{}.svg", plot.name);
    PLOTS
        .iter()
        .map(|plot| (name(plot), plot.draw(summaries)))
        .collect()
}

impl Plot {
    fn draw(&self, summaries: &[Summary]) -> String {
        let mut rows: Vec<&str> = summaries.iter().map(|summary| summary.row).collect();
        rows.dedup();
        rows.sort_unstable();
        rows.dedup();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n<text x=\"{LEFT}\" y=\"20\">{}</text>\n",
            WIDTH + LEFT + 90.0,
            HEIGHT + TOP + 40.0,
            self.title
        );
        self.grid(&mut svg);
        for (place, (row, colour)) in rows.iter().zip(COLOURS).enumerate() {
            let of_row = summaries.iter().filter(|summary| summary.row == *row);
            let points = of_row.filter_map(|s| Some((loss(&s.cell)?, (self.value)(s)?)));
            self.line(&mut svg, points, colour);
            let y = TOP + 14.0 + 18.0 * place as f64;
            let x = LEFT + WIDTH + 10.0;
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y}\" fill=\"{colour}\">{row}</text>"
            );
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn grid(&self, svg: &mut String) {
        for step in 0..=4 {
            let value = self.most * f64::from(step) / 4.0;
            let (y, right) = (self.y(value), LEFT + WIDTH);
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y:.1}H{right}\" stroke=\"#ddd\"/>\
                 <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
                LEFT - 6.0,
                y + 4.0
            );
        }
        for percent in [0, 10, 20, 30, 50, 70, 80] {
            let x = x(f64::from(percent));
            let y = TOP + HEIGHT + 18.0;
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{percent} %</text>"
            );
        }
    }

    fn line(&self, svg: &mut String, points: impl Iterator<Item = (f64, f64)>, colour: &str) {
        let points: Vec<String> = points
            .map(|(loss, value)| format!("{:.1},{:.1}", x(loss), self.y(value)))
            .collect();
        let points = points.join(" ");
        let _ = writeln!(
            svg,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        );
    }

    fn y(&self, value: f64) -> f64 {
        TOP + HEIGHT * (1.0 - value.min(self.most) / self.most)
    }
}

fn x(loss: f64) -> f64 {
    LEFT + WIDTH * loss / 80.0
}

/// The loss of a cell, if it is one of those at 100 ms.
fn loss(cell: &str) -> Option<f64> {
    let percent = cell.strip_prefix("loss ")?.strip_suffix(" %, 100 ms")?;
    percent.parse().ok()
}
