//! What admins and area leads ask of the bot itself: handed to `app`, save a dead letter, which is heard here as it came.

use std::time::Instant;

use super::again::{LetterHeard, hear_letter};
use super::{Answered, Edge};
use crate::app::{Envelope, Outcome, StoreError};
use crate::domain::admin::{Deed, RowOutcome, Wish, Wished};
use crate::domain::command::Action;
use crate::domain::decision::{Field, Reply};
use crate::domain::ids::UserId;
use crate::slack::parse::AnswerTo;

/// Somebody's wish, and where they hear what became of it.
pub(super) struct Asked {
    pub wish: Wish,
    pub by: UserId,
    pub answer: AnswerTo,
    pub keys: Vec<String>,
    pub late_at: Instant,
}

/// Does it, and tells whoever asked; nobody else hears.
pub(super) async fn administer(edge: &Edge, asked: Asked) -> Answered {
    let Asked { wish, by, answer, keys, late_at } = asked;
    // Of its own: the answer is told under the others.
    let deeds: Vec<String> = keys.iter().map(|key| format!("deed:{key}")).collect();
    let from = Wished { by: &by, keys: &deeds };
    match done(edge, &wish, from, late_at).await {
        Ok(outcome) if matches!(answer, AnswerTo::Inline { .. }) => edge.answered(&answer, &outcome),
        Ok(outcome) if outcome.reply == Reply::Nothing => Answered::Taken,
        Ok(outcome) => edge.tell((keys, late_at), &answer, outcome.reply).await,
        Err(error) => edge.not_saved(&answer, Field::Text, &error.to_string()),
    }
}

async fn done(edge: &Edge, wish: &Wish, from: Wished<'_>, late_at: Instant) -> Result<Outcome, StoreError> {
    let app = &edge.app;
    match wish {
        Wish::Close { id, why } => act(edge, id, from, Action::Close { why: why.clone() }, late_at).await,
        Wish::Reassign { id, to } => act(edge, id, from, Action::Reassign { to: to.clone() }, late_at).await,
        Wish::RetryLetter { row }
            if app.policy().org.is_admin(from.by) && !app.was_done(from.keys).await? =>
        {
            let outcome = match hear_letter(app, *row).await? {
                LetterHeard::Understood | LetterHeard::NothingToDo => RowOutcome::Understood,
                LetterHeard::Stays { reason } => RowOutcome::Stays { reason },
                LetterHeard::Doubtful => RowOutcome::Doubtful,
                LetterHeard::Unknown => RowOutcome::Gone,
            };
            let reply = app.row_done(*row, from, Deed::RetryLetter, outcome).await?;
            Ok(Outcome { reply, ..Outcome::default() })
        }
        wish => app.outcome(app.administer(wish, from).await?).await,
    }
}

/// An ordinary act, on an ask whose id was typed: one that is not theirs to see does not exist.
async fn act(
    edge: &Edge,
    id: &str,
    from: Wished<'_>,
    action: Action,
    late_at: Instant,
) -> Result<Outcome, StoreError> {
    match edge.app.typed(id, from.by).await? {
        Ok(engagement) => {
            let envelope = edge.app.act_for(engagement.id, from, action);
            let outcome = edge.app.handle(Envelope { deadline: Some(late_at), ..envelope }).await?;
            Ok(if outcome.reply == Reply::Nothing { edge.app.noted(engagement.id).await? } else { outcome })
        }
        Err(refusal) => edge.app.outcome(Reply::Refused(refusal)).await,
    }
}
