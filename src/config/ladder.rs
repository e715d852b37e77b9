//! The ladder of reminders (B5): reading it, and refusing steps that contradict the promised time.

use crate::domain::rules::{LadderRole, LadderStep, Rules, StoredDuration};

use super::duration::in_words;
use super::node::Node;
use super::reader::Reader;

/// Whom a step can name.
const ROLES: [(&str, LadderRole); 3] = [
    ("owner", LadderRole::Owner),
    ("stage_pm", LadderRole::StagePm),
    ("product_leader", LadderRole::ProductLeader),
];

/// The ladder of the file; without one the default, stretched or shrunk to the promised time.
pub(super) fn read(reader: &mut Reader, node: Option<&Node>, within: StoredDuration) -> Vec<LadderStep> {
    let Some(node) = node else {
        return default_for(within);
    };
    let before = reader.problems.len();
    let mut steps = Vec::new();
    for item in reader.list(Some(node), "ladder") {
        let fields = reader.fields(Some(item), "A step of the ladder", &["at", "to"]);
        let at = reader.span(fields.get("at"), "at");
        let to = roles(reader, fields.get("to"));
        match (at, to.is_empty()) {
            (Some(at), false) => steps.push((item, LadderStep { at, to })),
            (Some(_), true) if fields.get("to").is_none() => {
                reader.error(item, "A step of the ladder reminds nobody", "Add `to = [\"owner\"]`");
            }
            (None, _) if fields.get("at").is_none() => {
                reader.error(item, "A step of the ladder has no time", "Add `at = \"2h\"`");
            }
            (_, _) => {}
        }
    }
    if reader.problems.len() == before {
        refuse_contradictions(reader, node, &steps, within);
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

fn default_for(within: StoredDuration) -> Vec<LadderStep> {
    let Rules { reply, .. } = Rules::default();
    reply
        .ladder
        .into_iter()
        .map(|step| LadderStep { at: StoredDuration(step.at.0 * within.0 / reply.within.0), to: step.to })
        .collect()
}

fn roles(reader: &mut Reader, node: Option<&Node>) -> Vec<LadderRole> {
    let mut roles = Vec::new();
    for item in reader.list(node, "to") {
        let Some(role) = reader.word(Some(item), "to", &ROLES) else { continue };
        if roles.contains(&role) {
            reader.error(item, "A step reminds the same person twice", "Name each of them once in a step");
        } else {
            roles.push(role);
        }
    }
    roles
}

fn refuse_contradictions(
    reader: &mut Reader,
    ladder: &Node,
    steps: &[(&Node, LadderStep)],
    within: StoredDuration,
) {
    let promised = in_words(within);
    for pair in steps.windows(2) {
        let ((_, earlier), (node, later)) = (&pair[0], &pair[1]);
        if later.at <= earlier.at {
            let message =
                format!("The step at {} comes after the one at {}", in_words(later.at), in_words(earlier.at));
            reader.error(node, message, "Put the steps in rising order, each at its own time");
        }
    }
    for (node, step) in steps {
        let at = in_words(step.at);
        if step.at > within && step.to.contains(&LadderRole::Owner) {
            reader.error(
                node,
                format!("The step at {at} reminds the owner after the promised {promised} (`within`)"),
                "Past the promised time it is raised to others: the owner is not mentioned again",
            );
        }
        if step.at < within && step.to.contains(&LadderRole::ProductLeader) {
            reader.error(
                node,
                format!(
                    "The step at {at} raises to the product leader before the promised {promised} (`within`)"
                ),
                "Nothing is late yet: move the step past `within`, or name somebody else",
            );
        }
    }
    if !steps.iter().any(|(_, step)| step.at == within) {
        reader.error(
            ladder,
            format!("The ladder has no step at the promised {promised} (`within`)"),
            format!(
                "Add {{ at = \"{promised}\", to = [\"owner\", \"stage_pm\"] }}: it is when a miss is recorded"
            ),
        );
    }
}
