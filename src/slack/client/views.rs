//! Opens and replaces forms, within the three seconds that Slack gives.

use serde_json::{Value, json};

use super::error::Again;
use super::{Slack, SlackError};
use crate::domain::ids::UserId;

impl Slack {
    /// Opens a form for whoever just clicked or typed. A trigger works once and for three seconds.
    pub async fn open_view(&self, trigger_id: &str, view: &Value) -> Result<(), SlackError> {
        let body = json!({ "trigger_id": trigger_id, "view": view });
        let _: Value = self.post("views.open", &body, Again::Doubles, self.limits.view).await?;
        Ok(())
    }

    /// Replaces a form that is open; `hash` as Slack gave it with the form, so that a newer one is not overwritten.
    pub async fn update_view(
        &self,
        view_id: &str,
        hash: Option<&str>,
        view: &Value,
    ) -> Result<(), SlackError> {
        let mut body = json!({ "view_id": view_id, "view": view });
        if let Some(hash) = hash {
            body["hash"] = json!(hash);
        }
        let _: Value = self.post("views.update", &body, Again::Harmless, self.limits.view).await?;
        Ok(())
    }

    /// Shows a person's App Home.
    pub async fn publish_home(&self, user: &UserId, view: &Value) -> Result<(), SlackError> {
        let body = json!({ "user_id": user, "view": view });
        let _: Value = self.post("views.publish", &body, Again::Harmless, self.limits.send).await?;
        Ok(())
    }
}
