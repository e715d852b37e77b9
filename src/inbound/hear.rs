//! Events, slash commands and interactivity, each to its way through `app`, and how it was taken.

use std::sync::Arc;
use std::time::Instant;

use super::admin::{Asked, administer};
use super::answers::app_answer;
use super::home;
use super::{ANSWER_WITHIN, Answered, Edge, PREPARE_WITHIN, START_WITHIN};
use crate::app::{Answer, Envelope, Outcome, Query, StoreError, Turn};
use crate::domain::command::{Act, Command};
use crate::domain::decision::{Field, Reply};
use crate::domain::engagement::Engagement;
use crate::domain::ids::{EngagementId, UserId};
use crate::domain::names::Change;
use crate::domain::refusal::Refusal;
use crate::domain::routing;
use crate::slack::parse::{self, AnswerTo, AwayStatus, Inbound, Incoming, OpenForm};
use crate::slack::vocabulary::{Form, Show};
use crate::slack::{forms, render};

/// The most options that a type-ahead shows.
const MOST_OPTIONS: usize = 20;

/// Does what it means.
///
/// Everything but a command and letters typed waits in a box of its own: the most frequent requests would carry the space of
/// the rarest, and moving and freeing that cost more than deciding did.
pub(super) async fn hear(edge: &Edge, inbound: Inbound, body: &[u8]) -> Answered {
    let late_at = Instant::now() + START_WITHIN;
    if is_event(&inbound) {
        edge.app.health.heard_event();
    }
    match inbound {
        Inbound::SslCheck | Inbound::Admin { outsider: true, .. } => Answered::Taken,
        Inbound::UrlVerification { challenge } => Answered::Challenge(challenge),
        Inbound::Command(incoming) => command(edge, *incoming, body).await,
        Inbound::Suggest { field, query } => suggest(edge, field, &query),
        Inbound::OpenForm(open) => Box::pin(open_form(edge, *open, late_at)).await,
        Inbound::Show { what, engagement, by, answer, outsider } => {
            edge.in_time(&answer, show(edge, what, engagement, &by, &answer, outsider, late_at)).await
        }
        Inbound::HomeOpened { user, has_view, outsider } => {
            edge.in_time(&AnswerTo::Nowhere, home::opened(edge, &user, has_view, outsider)).await
        }
        Inbound::HomeList { list, by, trigger_id, outsider } => {
            Box::pin(home::list(edge, list, by, trigger_id, outsider)).await
        }
        Inbound::Query { query, keys, by, answer, outsider } => {
            let shown = query_of(edge, query, by, &answer, outsider, (keys, late_at));
            edge.in_time(&answer, shown).await
        }
        Inbound::Admin { wish, keys, by, answer, outsider: false } => {
            let asked = Asked { wish, by, answer: answer.clone(), keys, late_at };
            edge.in_time(&answer, administer(edge, asked)).await
        }
        Inbound::FormProblems(problems) => edge.problems(&problems, None),
        Inbound::FormNeedsMore { view } => Answered::Body(forms::update(&view)),
        Inbound::EventsLost => {
            edge.app.names_changed(Change::Unclear);
            edge.in_time(&AnswerTo::Nowhere, read_threads_again(edge, late_at)).await
        }
        Inbound::NamesChanged { change, status, keys: _ } => {
            edge.in_time(&AnswerTo::Nowhere, names_changed(edge, change, status, late_at)).await
        }
        Inbound::Ignored { why } => {
            tracing::debug!(why, "nothing to us");
            Answered::Taken
        }
        Inbound::DeadLetter { reason } => {
            edge.in_time(&AnswerTo::Nowhere, dead_letter(edge, body, reason)).await
        }
        Inbound::Malformed { why } => {
            tracing::warn!(why, "a signed request cannot be read");
            Answered::Malformed
        }
    }
}

/// Whether it is an event, and shows that events arrive; commands and clicks come by another setting.
fn is_event(inbound: &Inbound) -> bool {
    match inbound {
        Inbound::Command(incoming) => is_repeated(&incoming.answer),
        Inbound::NamesChanged { .. } | Inbound::EventsLost | Inbound::HomeOpened { .. } => true,
        Inbound::Ignored { why } => *why == parse::OUR_OWN_MESSAGE,
        Inbound::SslCheck
        | Inbound::UrlVerification { .. }
        | Inbound::Suggest { .. }
        | Inbound::OpenForm(_)
        | Inbound::Show { .. }
        | Inbound::Query { .. }
        | Inbound::Admin { .. }
        | Inbound::HomeList { .. }
        | Inbound::FormProblems(_)
        | Inbound::FormNeedsMore { .. }
        | Inbound::DeadLetter { .. }
        | Inbound::Malformed { .. } => false,
    }
}

/// Decides, commits, answers. Outsiders are not answered at all ("Confidentiality").
async fn command(edge: &Edge, incoming: Incoming, body: &[u8]) -> Answered {
    if incoming.outsider {
        return Answered::Taken;
    }
    let answer = app_answer(&incoming.answer, incoming.shared_channel);
    let looks = home::looks_at_it(&incoming);
    let field = super::answers::first_field(&incoming.command);
    let turn = Turn::default();
    let envelope = Envelope {
        keys: incoming.keys,
        command: if incoming.shared_channel {
            Edge::in_shared_channel(incoming.command)
        } else {
            incoming.command
        },
        answer: answer.clone(),
        deadline: Some(Instant::now() + START_WITHIN),
        turn: Some(turn.clone()),
        fired: None,
    };
    let app = Arc::clone(&edge.app);
    let mut handling = Box::pin(async move {
        let handled = app.handle(envelope).await;
        if let Some(user) = looks {
            app.homes.acted(user);
        }
        handled
    });
    match tokio::time::timeout(ANSWER_WITHIN, &mut handling).await {
        Ok(Ok(outcome)) => edge.answered(&incoming.answer, &outcome),
        // Repeated, it would meet the same row: kept for when that is mended.
        Ok(Err(StoreError::Corrupt { table, id, .. })) if is_repeated(&incoming.answer) => {
            let reason = format!("row {id} of the table {table} cannot be read");
            edge.in_time(&incoming.answer, dead_letter(edge, body, reason)).await
        }
        Ok(Err(error)) => edge.not_saved(&incoming.answer, field, &error.to_string()),
        Err(_) if turn.give_up() => {
            edge.not_saved(&incoming.answer, field, "no answer from the store in time")
        }
        Err(_) => edge.still_saving(incoming.answer, field, handling),
    }
}

/// An event: nobody waits for a sentence, and Slack repeats what is not taken.
fn is_repeated(answer: &AnswerTo) -> bool {
    matches!(answer, AnswerTo::Thread { .. } | AnswerTo::Nowhere)
}

fn suggest(edge: &Edge, field: Field, query: &str) -> Answered {
    let policy = edge.app.policy();
    let found = match field {
        Field::Area => routing::suggest(&policy.org, query, MOST_OPTIONS),
        _ => Vec::new(),
    };
    Answered::Body(forms::options(&found))
}

/// The one call that is made before the answer: its trigger dies after three seconds.
async fn open_form(edge: &Edge, open: OpenForm, late_at: Instant) -> Answered {
    if open.outsider {
        return Answered::Taken;
    }
    let read = tokio::time::timeout(PREPARE_WITHIN, edge.prepare(&open)).await;
    let engagement = match read {
        Ok(Ok(Prepared::For(engagement))) => engagement,
        Ok(Ok(Prepared::NotFor(refusal))) => {
            let answer = answer_of(&open);
            return edge.in_time(&answer, edge.refuse(&answer, refusal, late_at)).await;
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a form could not be prepared");
            return edge.try_again(&open);
        }
        Err(_) => {
            tracing::error!("a form could not be prepared in time");
            return edge.try_again(&open);
        }
    };
    let policy = edge.app.policy();
    let view = if open.form == Form::Away {
        forms::away_view(&open.context, &open.by, &policy.org, edge.app.now())
    } else {
        forms::view(
            open.form,
            &open.context,
            &open.prefill,
            &policy.org,
            &policy.rules,
            engagement.as_deref(),
        )
    };
    match edge.slack.open_view(&open.trigger_id, &view).await {
        Ok(()) => Answered::Taken,
        Err(error) => {
            tracing::warn!(%error, form = open.form.callback_id(), "a form could not be opened");
            edge.try_again(&open)
        }
    }
}

/// *Why here* and *Show briefing*: to one person, after the answer; nothing changes.
async fn show(
    edge: &Edge,
    what: Show,
    id: EngagementId,
    by: &UserId,
    answer: &AnswerTo,
    outsider: bool,
    late_at: Instant,
) -> Answered {
    if outsider {
        return Answered::Taken;
    }
    let history = match edge.app.history(id).await {
        Ok(Some(history)) => history,
        Ok(None) => return edge.refuse(answer, Refusal::Unknown { id: id.short() }, late_at).await,
        Err(error) => return edge.not_saved(answer, Field::Text, &error.to_string()),
    };
    let (engagement, timeline) = history;
    let may = match what {
        Show::Why => edge.app.may_see(&engagement, by),
        Show::Briefing => edge.app.may_see_briefing(&engagement, by),
    };
    if !may {
        let who = crate::app::App::briefing_role(&engagement);
        let refusal = Refusal::NotYours { engagement: id, who, is_requester: false };
        return edge.refuse(answer, refusal, late_at).await;
    }
    let policy = edge.app.policy();
    let scene = edge.scene(&policy, Some(&engagement), &[]);
    let message = match what {
        Show::Why => {
            let oversees = policy.org.may_oversee(by, engagement.area.as_ref());
            render::why(&scene, &timeline, oversees)
        }
        Show::Briefing => render::briefing(&scene),
    };
    edge.send_after_answer(answer, message);
    Answered::Taken
}

async fn query_of(
    edge: &Edge,
    query: parse::Query,
    by: UserId,
    answer: &AnswerTo,
    outsider: bool,
    once: (Vec<String>, Instant),
) -> Answered {
    if outsider {
        return Answered::Taken;
    }
    let query = match query {
        parse::Query::Help => Query::Help,
        parse::Query::Mine => Query::Mine,
        parse::Query::Status { id } => Query::Status(id),
        parse::Query::Away => Query::Away,
        parse::Query::AwayList => Query::AwayList,
        parse::Query::Reload => Query::Reload,
        parse::Query::Numbers { area, days } => Query::Numbers { area, days },
        parse::Query::NotUnderstood => Query::NotUnderstood,
    };
    match edge.app.query(&query, &by).await {
        Ok(outcome) if matches!(answer, AnswerTo::Inline { .. } | AnswerTo::Home { .. }) => {
            edge.answered(answer, &outcome)
        }
        Ok(outcome) => edge.tell(once, answer, outcome.reply).await,
        Err(error) => edge.not_saved(answer, Field::Text, &error.to_string()),
    }
}

/// What the event tells of names is followed at once; where we came back into a channel, what happened meanwhile is read (B7).
async fn names_changed(
    edge: &Edge,
    change: Change,
    status: Option<AwayStatus>,
    late_at: Instant,
) -> Answered {
    let came_back = matches!(change, Change::Membership { joined: true, .. });
    if let Change::Renumbered { from, to } = &change
        && let Err(error) = edge.app.channel_renumbered(from, to).await
    {
        tracing::error!(%error, "the new id of a channel could not be kept");
        return Answered::NotSaved;
    }
    if let Change::Membership { channel, joined } = &change
        && let Err(error) = edge.app.came_or_went(channel, *joined).await
    {
        tracing::error!(%error, "admins could not be told of a channel");
        return Answered::NotSaved;
    }
    edge.app.names_changed(change);
    if came_back {
        return read_threads_again(edge, late_at).await;
    }
    match status {
        Some(status) => status_says(edge, status, late_at).await,
        None => Answered::Taken,
    }
}

/// Somebody's status says that they are away: it is a hint, which is asked about.
async fn status_says(edge: &Edge, status: AwayStatus, late_at: Instant) -> Answered {
    let AwayStatus { who, until, mark } = status;
    let command = Command::StatusSays { who, until, status: mark };
    let envelope = Envelope { deadline: Some(late_at), ..Envelope::internal(command) };
    match edge.app.handle(envelope).await {
        Ok(_) => Answered::Taken,
        Err(error) => {
            tracing::error!(%error, "a status could not be asked about");
            Answered::NotSaved
        }
    }
}

/// After a gap Slack is not a reliable witness: the threads that matter are read (B7).
async fn read_threads_again(edge: &Edge, late_at: Instant) -> Answered {
    match edge.app.read_threads_again(Some(late_at)).await {
        Ok(_) => Answered::Taken,
        Err(error) => {
            tracing::error!(%error, "threads could not be marked for reading");
            Answered::NotSaved
        }
    }
}

/// Signed, but not understood: kept whole for a person to look at.
async fn dead_letter(edge: &Edge, body: &[u8], reason: String) -> Answered {
    tracing::warn!(reason, bytes = body.len(), "a signed request is kept as a dead letter");
    match edge.app.keep_dead_letter(body, reason).await {
        Ok(()) => Answered::Taken,
        Err(error) => {
            tracing::error!(%error, "a dead letter could not be kept");
            Answered::NotSaved
        }
    }
}

/// What a form is opened for, or why it is not.
enum Prepared {
    For(Option<Box<Engagement>>),
    NotFor(Refusal),
}

impl Edge {
    /// Reads what the form is about, and whether whoever pressed may send it: nobody fills in a form for nothing.
    async fn prepare(&self, open: &OpenForm) -> Result<Prepared, StoreError> {
        let engagement = self.engagement(open.context.engagement).await?;
        if let Some(found) = &engagement
            && let Some(action) = forms::would_do(open.form, &open.by, self.app.now())
        {
            let act = Act { engagement: found.id, by: open.by.clone(), action };
            if let Some(refusal) = self.app.refusal_of(&act).await? {
                return Ok(Prepared::NotFor(refusal));
            }
        }
        Ok(Prepared::For(engagement.map(Box::new)))
    }

    async fn engagement(&self, id: Option<EngagementId>) -> Result<Option<Engagement>, StoreError> {
        match id {
            Some(id) => self.app.engagement(id).await,
            None => Ok(None),
        }
    }

    /// Whoever waits is answered in time, also where the store does not answer.
    pub(super) fn in_time<'a>(
        &'a self,
        answer: &'a AnswerTo,
        answering: impl Future<Output = Answered> + Send + 'a,
    ) -> impl Future<Output = Answered> + Send + 'a {
        let answering = Box::pin(answering);
        async move {
            match tokio::time::timeout(ANSWER_WITHIN, answering).await {
                Ok(answered) => answered,
                Err(_) => self.not_saved(answer, Field::Text, "no answer from the store in time"),
            }
        }
    }

    async fn refuse(&self, answer: &AnswerTo, refusal: Refusal, late_at: Instant) -> Answered {
        self.tell((Vec::new(), late_at), answer, Reply::Refused(refusal)).await
    }

    /// Tells whoever acted, once and unless it is late, by a notice; inline where they wait for the body.
    pub(super) async fn tell(
        &self,
        (keys, late_at): (Vec<String>, Instant),
        answer: &AnswerTo,
        reply: Reply,
    ) -> Answered {
        let to = app_answer(answer, false);
        // In App Home a view says it, which is lost with the process like every answer in a body.
        if to == Answer::Inline {
            let outcome = Outcome { reply, ..Outcome::default() };
            return self.answered(answer, &outcome);
        }
        match self.app.tell(keys, to, reply, Some(late_at)).await {
            Ok(()) => Answered::Taken,
            Err(error) => self.not_saved(answer, Field::Text, &error.to_string()),
        }
    }

    /// A form that did not open: what to do now.
    fn try_again(&self, open: &OpenForm) -> Answered {
        self.say_refusal(&answer_of(open), Refusal::FormNotOpened)
    }
}

/// Where whoever wanted a form hears that it did not open.
fn answer_of(open: &OpenForm) -> AnswerTo {
    if open.in_home {
        return AnswerTo::Home { user: open.by.clone(), trigger_id: open.trigger_id.clone() };
    }
    match (&open.context.response_url, open.form) {
        (Some(url), Form::Request | Form::Away) => AnswerTo::Inline {
            user: open.by.clone(),
            channel: open.context.channel.clone(),
            url: Some(url.clone()),
        },
        (Some(url), _) => {
            AnswerTo::Url { user: open.by.clone(), url: url.clone(), channel: open.context.channel.clone() }
        }
        (None, _) => AnswerTo::Direct { user: open.by.clone() },
    }
}
