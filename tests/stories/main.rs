//! Stories: what people do in Slack and what they then see, through the real router, the real store and the local
//! workspace, with a clock that the story moves.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on has failed, in its helpers too")]

mod absences;
mod admins;
mod agenda;
mod asking;
mod away_form;
mod calls;
mod clock_steps;
mod clocks;
mod days_off;
mod delivery;
mod delivery_pace;
mod delivery_storm;
mod delivery_unseen;
mod directory_lives;
mod drafts;
mod exceptions;
mod gaps;
mod habits;
mod home;
mod home_changes;
mod home_faults;
mod inquiries;
mod leaving;
mod loops;
mod mentions;
mod modes;
mod operating;
mod own_words;
mod pings;
mod pm_asks;
mod privacy;
mod private_places;
mod questions;
mod renumbered;
mod replanned;
mod reply_clock;
mod reports;
mod roles;
mod short_notice;
mod sockets;
mod support;
mod told;
mod watchdog;
mod working_time;
