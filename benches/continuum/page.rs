//! The files beside benches/continuum.rs.
use super::rows::Rows;
pub(crate) fn write(rows: &Rows) {
    let at = |file: &str| format!("{}/benches/{file}", env!("CARGO_MANIFEST_DIR"));
    std::fs::write(at("continuum.csv"), rows.csv()).unwrap();
    std::fs::write(at("continuum-bars.csv"), rows.bars_csv()).unwrap();
}
