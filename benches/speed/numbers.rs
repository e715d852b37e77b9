//! Small sums: medians and percentiles, exact, of what was measured.

/// The middle one; 0 of nothing.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The smallest value that so much of them does not exceed; 0 of nothing.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of an index is an index again"
    )]
    let at = (share * sorted.len() as f64).ceil() as usize;
    sorted[at.saturating_sub(1).min(last)]
}

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^52")]
pub fn of(count: usize) -> f64 {
    count as f64
}

/// Thousands with commas.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Milliseconds, as short as they can be read.
pub fn millis(value: f64) -> String {
    if value < 0.1 {
        format!("{:.0} µs", value * 1_000.0)
    } else if value < 10.0 {
        format!("{value:.2} ms")
    } else {
        format!("{value:.0} ms")
    }
}
