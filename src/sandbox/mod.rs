//! A local Slack workspace that a bot talks to over real HTTP on 127.0.0.1: Web API, events,
//! interactivity, Slack's documented limits and errors, faults on demand, a movable clock. The demo runs
//! on it, and so do the stories in `tests/`. It imports nothing else of this crate, knows nothing of the
//! bot, reads no time but its own clock, and never panics on what a bot sends. Deterministic: ids come
//! from counters, timestamps strictly increase.
//!
//! ```text
//! let clock = Clock::at(now);                               // or Clock::running(); clock.advance(…)
//! let ws = Workspace::start(WorkspaceSetup::default().domain("acme"), clock).await?;
//! ws.add_user("ava").email("ava@example.com").time_zone("Europe/Berlin");   // .guest() .stranger("T0X") .bot("B0X")
//! ws.add_channel("#field").members(&["ava"]).with_bot();    // .private() .shared() .archived()
//! ws.add_group("@sme-ci", &["ines"]);
//! ws.connect_bot("http://127.0.0.1:8080", "secret");        // SLACK_API_URL = ws.api_url(), token = ws.bot_token()
//!
//! let ava = ws.person("ava");                               // every act returns Result<_, NotPossible>
//! let answer = ava.slash_in("#field", "/request-pm how do I …").await?;      // answer.plain(), .ok(), .trigger_id
//! let ts = ava.say("#field", "@switchboard who knows runners?").await?;      // reply, reply_broadcast, edit, delete,
//! ava.react("#field", &ts, "white_check_mark").await?;                       // unreact, dm, dm_reply, join, leave
//! ava.click_in("#field", "Take it").await?;                 // click, click_on(&message), click_in_dm, click_in_thread,
//!                                                           // click_view, click_home; by label or action_id
//! ava.message_shortcut("ask_expert", "#field", &ts).await?; // global_shortcut, open_home
//! ava.open_view();                                          // Option<OpenView>: .plain(), .values, .callback_id
//! ava.fill("Area", "Runner").await?;                        // by label, block_id or action_id; text, instant or [..]
//! ava.submit().await?;                                      // Submission; close, close_all, type_ahead(field, query)
//!
//! ws.messages("#field"); ws.thread("#field", &ts);          // Vec<Message>: .plain(), .plain_in(zone), .buttons(),
//! ws.dms_of("ava"); ws.ephemerals_of("ava");                //   .notified (whom the post's mentions notified)
//! ws.home_of("ava"); ws.unread(); ws.take_unread();         // what the bot did that no test looked at
//! ws.subscribe_log();                                       // tokio broadcast of Landed, for a terminal
//!
//! ws.pass(TimeDelta::hours(4)).await;                       // moves the clock, delivers retries that fall due
//! ws.invite_bot("#x"); ws.archive("#x"); ws.set_group_members("@g", &[]);    // queue events:
//! ws.deliver_due().await;                                   //   delivered here or with the next act
//! ws.redeliver_last().await; ws.deliveries(); ws.disconnect_bot(); ws.lose_pending();
//! ws.fail_once("chat.postMessage", Fault::ResetAfter);
//! ws.fail(FaultRule::on("*", Fault::Status(503)).in_channel("#field").after(1).times(2));
//! ws.subscribe_calls(); ws.keyed_messages();                // each call as it is made; our messages with metadata
//! ws.connect_bot_by_sockets(); ws.sockets_are(2).await;     // Socket Mode, with ws.app_token(): lose_sockets, ask_to_leave,
//! ws.mishap(SocketMishap::LoseAcknowledgement);             //   silence_a_socket, send_frame, acknowledgements
//! ws.clear_faults(); ws.release_hung(); ws.calls_of("chat.postMessage");
//! ```
//!
//! Stricter than Slack on purpose: texts above 4,000 characters are refused (Slack splits or cuts them),
//! and so are properties that Slack's schema does not know.

mod api;
mod blocks;
mod changing;
mod click;
mod clock;
mod delivery;
mod events;
mod faults;
mod filling;
mod ids;
mod interact;
mod journal;
mod landed;
mod membership;
mod messages;
mod modal;
mod mrkdwn;
mod people;
mod plain;
mod reading;
mod response_url;
mod server;
mod setup;
mod slow;
mod sockets;
mod state;
mod typed;
mod views;
mod wire;
mod workspace;

pub use clock::Clock;
pub use delivery::{Attempt, Delivery};
pub use events::USUAL_SUBSCRIPTIONS;
pub use faults::{Fault, FaultRule};
pub use filling::Input;
pub use interact::Answer;
pub use journal::ApiCall;
pub use landed::{Landed, LandedKind};
pub use modal::{OpenView, Submission};
pub use people::{NotPossible, Person};
pub use reading::Message;
pub use setup::{NewChannel, NewUser, USUAL_SCOPES, WorkspaceSetup};
pub use sockets::SocketMishap;
pub use workspace::Workspace;
