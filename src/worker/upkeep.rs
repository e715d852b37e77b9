//! Upkeep: a sign of life where Slack can reach us, and what is old enough is forgotten.
//!
//! Never forgets by a clock that was just set ([`Steps::may_forget`]), and never much at once: nobody waits for the writer
//! because of it.

use crate::app::App;
use crate::store::StoreError;

use super::gap;
use super::homes;
use super::steps::Steps;

/// How long keys of causes are kept: longer than Slack repeats anything.
const KEYS_KEPT: chrono::Duration = chrono::Duration::hours(26);
/// How long messages that were sent or dropped stay on record, for whoever asks what became of one.
const DELIVERED_KEPT: chrono::Duration = chrono::Duration::days(30);
/// How long threads of which something was counted once are known: what is said in an older one counts anew.
const THREADS_KEPT: chrono::Duration = chrono::Duration::days(60);
/// How many are forgotten at once.
const AT_ONCE: u32 = 1_000;
/// Of how many people's words are forgotten at once: each row is read and written.
const WORDS_AT_ONCE: u32 = 100;

/// Keeps a sign of life, and forgets some of what is old.
pub async fn tick(app: &App, steps: &Steps) -> Result<(), StoreError> {
    steps.look(app).await?;
    gap::sign_of_life(app).await?;
    let now = app.now();
    if steps.may_forget(app).await {
        app.store().forget_keys(app.installation(), now - KEYS_KEPT, AT_ONCE).await?;
        app.store().forget_delivered(app.installation(), now - DELIVERED_KEPT, AT_ONCE).await?;
        let log_kept = chrono::Duration::days(app.policy().rules.keep_admin_log_days);
        app.store().forget_log(app.installation(), now - log_kept, AT_ONCE).await?;
        app.store().forget_homes(app.installation(), now - homes::KEPT).await?;
        app.store().forget_counted_threads(app.installation(), now - THREADS_KEPT, AT_ONCE).await?;
        let keep_text = chrono::Duration::days(app.policy().rules.keep_text_days);
        app.forget_words(now - keep_text, WORDS_AT_ONCE).await?;
    }
    Ok(())
}
