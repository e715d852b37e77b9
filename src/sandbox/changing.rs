//! What an administrator of the workspace does while the bot runs. Every change queues its event;
//! `deliver_due`, `pass` or the next act of a person delivers it. Unknown names panic.

use super::state::{State, TokenState};
use super::workspace::Workspace;

impl Workspace {
    /// The id of a person.
    ///
    /// # Panics
    /// When nobody has this handle.
    pub fn user_id(&self, name: &str) -> String {
        self.find_user(name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    /// The id of a person, if there is one with this handle.
    pub fn find_user(&self, name: &str) -> Option<String> {
        self.0.state().user_named(name).map(|user| user.id.clone())
    }

    /// The id of a channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn channel_id(&self, name: &str) -> String {
        self.find_channel(name).unwrap_or_else(|| panic!("no channel is called {name}"))
    }

    /// The id of a channel, if there is one with this name.
    pub fn find_channel(&self, name: &str) -> Option<String> {
        self.0.state().channel_named(name).map(|channel| channel.id.clone())
    }

    /// The id of a user group.
    ///
    /// # Panics
    /// When no group has this handle.
    pub fn group_id(&self, handle: &str) -> String {
        let found = self.0.state().group_named(handle).map(|group| group.id.clone());
        found.unwrap_or_else(|| panic!("no group is called {handle}"))
    }

    /// Handles of all people, bots left out.
    pub fn user_names(&self) -> Vec<String> {
        self.0.state().users.iter().filter(|user| !user.is_bot).map(|user| user.name.clone()).collect()
    }

    /// Names of all channels with `#`.
    pub fn channel_names(&self) -> Vec<String> {
        let state = self.0.state();
        state
            .channels
            .iter()
            .filter(|channel| !channel.name.is_empty())
            .map(|channel| format!("#{}", channel.name))
            .collect()
    }

    /// Handles of those in a channel, bots included.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn members_of(&self, channel: &str) -> Vec<String> {
        let id = self.channel_id(channel);
        let state = self.0.state();
        let members = state.channel(&id).map(|channel| channel.members.clone()).unwrap_or_default();
        members.iter().filter_map(|member| state.user(member)).map(|user| user.name.clone()).collect()
    }

    /// Invites the bot into a channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn invite_bot(&self, channel: &str) {
        let (id, bot) = (self.channel_id(channel), self.bot_user_id());
        self.change(|state, now| state.join(&id, &bot, None, now));
    }

    /// Removes the bot from a channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn remove_bot(&self, channel: &str) {
        let (id, bot) = (self.channel_id(channel), self.bot_user_id());
        self.change(|state, now| state.leave(&id, &bot, now));
    }

    /// Puts a person into a channel.
    ///
    /// # Panics
    /// When one of them does not exist.
    pub fn invite(&self, name: &str, channel: &str) {
        let (id, user) = (self.channel_id(channel), self.user_id(name));
        self.change(|state, now| state.join(&id, &user, None, now));
    }

    /// Takes a person out of a channel.
    ///
    /// # Panics
    /// When one of them does not exist.
    pub fn remove(&self, name: &str, channel: &str) {
        let (id, user) = (self.channel_id(channel), self.user_id(name));
        self.change(|state, now| state.leave(&id, &user, now));
    }

    /// Deletes a message of anybody's, as an administrator of the workspace may.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn delete_message(&self, channel: &str, ts: &str) {
        let id = self.channel_id(channel);
        self.change(|state, now| state.delete(&id, ts, "USLACKBOT", now));
    }

    /// Archives a channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn archive(&self, channel: &str) {
        let id = self.channel_id(channel);
        self.change(|state, now| state.set_archived(&id, true, "USLACKBOT", now));
    }

    /// Takes a channel out of the archive.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn unarchive(&self, channel: &str) {
        let id = self.channel_id(channel);
        self.change(|state, now| state.set_archived(&id, false, "USLACKBOT", now));
    }

    /// Renames a channel.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn rename_channel(&self, channel: &str, new_name: &str) {
        let id = self.channel_id(channel);
        self.change(|state, now| state.rename(&id, new_name, now));
    }

    /// Gives a channel another id, as when it is shared by Slack Connect. The old one is nobody's any more.
    ///
    /// # Panics
    /// When no channel has this name.
    pub fn renumber_channel(&self, channel: &str) -> String {
        let id = self.channel_id(channel);
        let new = format!("{id}NEW");
        self.change(|state, now| state.renumber(&id, &new, now));
        new
    }

    /// Moves a person to another time zone.
    ///
    /// # Panics
    /// When there is no such person or zone.
    pub fn set_time_zone(&self, name: &str, zone: &str) {
        let zone = zone.parse().unwrap_or_else(|_| panic!("no time zone {zone}"));
        self.change_user(name, |user| user.zone = zone);
    }

    /// Sets a person's status; `expires` is when it ends by itself.
    ///
    /// # Panics
    /// When there is no such person.
    pub fn set_status(
        &self,
        name: &str,
        emoji: &str,
        text: &str,
        expires: Option<chrono::DateTime<chrono::Utc>>,
    ) {
        let expires = expires.map_or(0, |at| at.timestamp());
        let status = super::state::Status { emoji: emoji.to_owned(), text: text.to_owned(), expires };
        self.change_user(name, |user| user.status = status);
    }

    /// Deactivates a person.
    ///
    /// # Panics
    /// When nobody has this handle.
    pub fn deactivate(&self, name: &str) {
        self.change_user(name, |user| user.deleted = true);
    }

    fn change_user(&self, name: &str, change: impl FnOnce(&mut super::state::User)) {
        let id = self.user_id(name);
        self.change(|state, now| {
            if let Some(user) = state.users.iter_mut().find(|user| user.id == id) {
                change(user);
            }
            state.user_changed(&id, now);
        });
    }

    /// Changes who is in a user group.
    ///
    /// # Panics
    /// When the group or a member does not exist.
    pub fn set_group_members(&self, handle: &str, members: &[&str]) {
        let id = self.group_id(handle);
        let users = members.iter().map(|name| self.user_id(name)).collect();
        self.change(|state, now| state.set_group_users(&id, users, now));
    }

    /// Switches the app's Home tab on or off in its settings.
    pub fn switch_home(&self, on: bool) {
        self.0.state().has_no_home = !on;
    }

    /// Changes the granted scopes.
    pub fn set_scopes(&self, scopes: &[&str]) {
        self.0.state().bot.scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    }

    /// Revokes the bot's token.
    pub fn revoke_token(&self) {
        self.change(|state, now| state.revoke(TokenState::Revoked, now));
    }

    /// Uninstalls the app.
    pub fn uninstall(&self) {
        self.change(|state, now| state.revoke(TokenState::AccountInactive, now));
    }

    /// Installs the app again: the token works.
    pub fn reinstall(&self) {
        self.0.state().bot.token_state = TokenState::Valid;
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State, chrono::DateTime<chrono::Utc>)) {
        let now = self.0.clock.now();
        change(&mut self.0.state(), now);
    }
}
