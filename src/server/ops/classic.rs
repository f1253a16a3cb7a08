//! The older text format of Prometheus (0.0.4), for programs that do not accept OpenMetrics.

/// The media type of the older text format.
pub const CLASSIC_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Translates OpenMetrics: there, `HELP` and `TYPE` name a counter without the `_total` of its samples, and facts have
/// a type of their own, `info`.
pub fn classic(open_metrics: &str) -> String {
    let kinds = open_metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
    let kinds: std::collections::HashMap<&str, &str> = kinds.collect();
    let mut text = String::with_capacity(open_metrics.len());
    for line in open_metrics.lines() {
        let Some(comment) = line.strip_prefix("# ") else {
            text.extend([line, "\n"]);
            continue;
        };
        let mut words = comment.splitn(3, ' ');
        let (Some(keyword @ ("HELP" | "TYPE")), Some(name), Some(rest)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        let suffix = match kinds.get(name) {
            Some(&"counter") => "_total",
            Some(&"info") => "_info",
            _ => "",
        };
        let rest = if (keyword, rest) == ("TYPE", "info") { "gauge" } else { rest };
        text.extend(["# ", keyword, " ", name, suffix, " ", rest, "\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::classic;

    #[test]
    fn classic_text_names_counters_and_facts_as_their_samples() {
        let open = "# HELP t_ticks Ticks.\n# TYPE t_ticks counter\n# UNIT t_ticks ticks\nt_ticks_total 7\n\
                    # HELP t_build The program.\n# TYPE t_build info\nt_build_info{version=\"1\"} 1\n\
                    # HELP t_lag Lag.\n# TYPE t_lag histogram\nt_lag_sum 1.5\n# EOF\n";
        let want = "# HELP t_ticks_total Ticks.\n# TYPE t_ticks_total counter\nt_ticks_total 7\n\
                    # HELP t_build_info The program.\n# TYPE t_build_info gauge\nt_build_info{version=\"1\"} 1\n\
                    # HELP t_lag Lag.\n# TYPE t_lag histogram\nt_lag_sum 1.5\n";
        assert_eq!(classic(open), want);
    }
}
