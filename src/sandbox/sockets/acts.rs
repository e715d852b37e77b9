//! What a story does to the websockets: which road the bot is reached by, mishaps, requests to leave, silence.

use serde_json::{Value, json};

use super::line::Out;
use super::{SocketMishap, disconnect, lock, wait};
use crate::sandbox::workspace::Workspace;

impl Workspace {
    /// The app's token (`xapp-…`).
    pub fn app_token(&self) -> String {
        self.0.state().app_token.clone()
    }

    /// The app token's scopes, instead of `connections:write`.
    pub fn set_app_scopes(&self, scopes: &[&str]) {
        self.0.state().app_scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    }

    /// Websockets are opened there from now on (`https://…`): somebody in between takes them, and passes them on to us.
    pub fn links_at(&self, url: &str) {
        self.0.state().link_url = Some(url.trim_end_matches('/').to_owned());
    }

    /// The bot is reached by the websockets that it opened, as Socket Mode does; new ones get through.
    pub fn connect_bot_by_sockets(&self) {
        *lock(&self.0.sockets.reachable) = true;
        self.0.by_sockets();
    }

    /// How many websockets are open.
    pub fn sockets(&self) -> usize {
        *self.0.sockets.number.borrow()
    }

    /// Waits until that many websockets are open, and no more.
    pub async fn sockets_are(&self, number: usize) {
        let mut open = self.0.sockets.number.subscribe();
        // An error means that the workspace is gone, and so are they.
        let _ = open.wait_for(|open| *open == number).await;
    }

    /// How many websockets were open at least since this was asked last.
    pub fn fewest_sockets(&self) -> usize {
        self.0.sockets.fewest.swap(self.sockets(), std::sync::atomic::Ordering::SeqCst)
    }

    /// Everything that the bot ever sent by websocket.
    pub fn acknowledgements(&self) -> Vec<Value> {
        lock(&self.0.sockets.acknowledged).clone()
    }

    /// Something goes wrong with the next envelope.
    pub fn mishap(&self, mishap: SocketMishap) {
        lock(&self.0.sockets.mishaps).push_back(mishap);
    }

    /// Asks the oldest connection that stays to leave, for `warning`, `refresh_requested`, `link_disabled`, …; it stays until the other
    /// side ends it.
    pub fn ask_to_leave(&self, reason: &str) {
        let lines = lock(&self.0.sockets.lines);
        if let Some(line) = lines.iter().find(|line| !line.is_leaving()) {
            line.leave();
            line.say(&disconnect(reason));
        }
    }

    /// The oldest connection stays open and does nothing any more, not even answer a ping; it is not counted either.
    pub fn silence_a_socket(&self) {
        if let Some(line) = lock(&self.0.sockets.lines).first() {
            line.fall_silent();
        }
        self.0.sockets.recount();
    }

    /// All connections are lost without a word, at once; whether new ones get through.
    pub fn lose_sockets(&self, may_come_back: bool) {
        *lock(&self.0.sockets.reachable) = may_come_back;
        for line in lock(&self.0.sockets.lines).iter() {
            line.order(Out::Lose);
        }
    }

    /// Sends that text, whatever it is, as a frame; whether the envelope of that id was acknowledged in time.
    pub async fn send_frame(&self, text: &str, envelope: &str) -> bool {
        let Some(line) = self.0.sockets.next_line(None) else { return false };
        let answer = line.expect(envelope);
        line.order(Out::Frame(text.to_owned()));
        let heard = wait(answer, self.0.answer_within()).await;
        line.give_up(envelope);
        heard.is_ok()
    }

    /// Sends an envelope of that type with that payload; what came back in time.
    pub async fn send_envelope(&self, kind: &str, payload: Value) -> Option<Value> {
        let line = self.0.sockets.next_line(None)?;
        let id = format!("env-{kind}-{}", self.0.state().ids.number());
        let answer = line.expect(&id);
        line.say(
            &json!({"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": true}),
        );
        let heard = wait(answer, self.0.answer_within()).await;
        line.give_up(&id);
        heard.ok()
    }
}
