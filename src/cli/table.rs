//! Columns for people.

/// Lines whose columns begin under one another, two blanks apart.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    let all = || std::iter::once(&head).chain(rows);
    let width = |column: usize| {
        let widths = all().filter_map(|row| row.get(column)).map(|text| text.chars().count());
        widths.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for row in all() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_begin_under_one_another() {
        let rows = [["conv°", "edge", ""], ["a", "cloud", "x"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            table(&["TASK", "ON", "?"], &rows),
            "TASK   ON     ?\nconv°  edge\na      cloud  x\n"
        );
    }
}
