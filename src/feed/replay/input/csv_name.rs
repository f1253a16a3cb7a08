//! The names of CSV files.

/// Returns whether a file of this name, in a folder or an archive, may be a CSV file.
pub fn may_be_csv(name: &str) -> bool {
    const ENDINGS: [&str; 6] = [".csv", ".tsv", ".txt", ".tab", ".prn", ".dat"];
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    let unpacked = [".gz", ".zst", ".zip"].iter().find_map(|ending| name.strip_suffix(ending));
    let is_hidden = name.starts_with(['.', '_']);
    let is_about = ["readme", "licen", "index.", "manifest"].iter().any(|begin| name.starts_with(begin));
    let has_ending = || ENDINGS.iter().any(|ending| name.ends_with(ending));
    !is_hidden && !is_about && (unpacked.is_some() || has_ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_tells_a_csv_file() {
        let check = |name: &str, want| assert_eq!(may_be_csv(name), want, "{name}");
        check("a.csv", true);
        check("A.CSV.GZ", true);
        check("folder/ticks.zip", true);
        check("ticks.gz", true);
        check("README.txt", false);
        check(".hidden.csv", false);
        check("folder/picture.png", false);
    }
}
