//! All words that people read, and the blocks they stand in: cards, notices, answers, refusals and reasons.
//!
//! Pure: what is shown follows from the scene alone. Never decides; never lets what a person wrote be parsed by Slack;
//! never shows text of an internal channel, a customer or a briefing outside the place it belongs to ("Confidentiality").

mod absence;
mod admin;
mod admin_card;
mod because;
pub mod blocks;
mod briefing;
mod call_changes;
mod card;
mod card_call;
mod card_inquiry;
mod card_pm_ask;
mod card_question;
mod digest;
mod directory;
mod drafts;
pub mod escape;
mod exceptions;
mod explain;
mod handed;
mod home;
pub mod line;
mod modes;
mod notices;
mod offers;
mod refusals;
mod reminders;
mod replies;
mod report;
mod scene;
mod sent;
mod steps;
mod threads;
pub mod times;
pub mod words;

#[cfg(test)]
mod tests;

pub use because::because_sentence;
pub use briefing::briefing;
pub use card::state_line;
pub use explain::{explain_lines, why};
pub use home::{home, home_list, over_home};
pub use notices::notice;
pub use refusals::refusal_sentence;
pub use replies::reply;
pub use report::{report_csv, report_lines};
pub use scene::Scene;
