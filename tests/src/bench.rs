//! What benchmarks have in common.

/// The middle one of some figures.
///
/// # Panics
/// When there is none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// What was measured on: the processors, the profile, and `setting`.
pub fn about(setting: &str) -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown");
    let profile = if cfg!(debug_assertions) { "DEBUG BUILD: the figures mean nothing" } else { "release" };
    format!(
        "{} × {}; {profile}; {setting}",
        std::thread::available_parallelism().map_or(0, usize::from),
        processor.trim_start_matches([' ', '\t', ':']),
    )
}
