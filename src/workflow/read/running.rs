//! `instances:` and `placement:` of a task: how it runs where it runs.

use crate::document::{Fields, Findings, Span};
use crate::workflow::Order;
use crate::workflow::form::Form;

/// How many messages a host may work on at once; none where nothing right is said.
pub(super) fn instances_of(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<u32> {
    let taken = fields.text("instances", findings);
    super::named(taken, "instances", Form::Instances, findings)?
        .parse()
        .ok()
}

/// Which of the targets take messages, and where that is said. There are `targets` of
/// them, if that is known.
pub(super) fn order_of(
    targets: Option<usize>,
    fields: &mut Fields<'_>,
    findings: &mut Findings,
) -> (Order, Option<Span>) {
    let taken = fields.text("placement", findings);
    let order = super::named(taken, "placement", Form::Placement, findings)
        .and_then(|word| Order::named(&word))
        .unwrap_or_default();
    if let (Order::Prefer, Some(1), Some((_, span))) = (order, targets, taken) {
        findings.error(
            "placement",
            span,
            "`placement: prefer` needs a second target",
            "there is none to stand in reserve",
            "add another label to `targets`, or remove this line",
        );
    }
    (order, taken.map(|(_, span)| span.clone()))
}
