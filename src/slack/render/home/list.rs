//! All of one list of App Home, over the Home: to look through, each with a link to its card, where the buttons are.

use serde_json::Value;

use super::row::{asked, at_risk, owed, today, waiting_since};
use super::{modal, title};
use crate::domain::home::Home;
use crate::slack::render::Scene;
use crate::slack::render::blocks::{context, section};
use crate::slack::render::line::{Line, line};
use crate::slack::vocabulary::HomeList;

/// The most rows of a form's hundred blocks.
const MOST: usize = 90;

/// The view for `views.open`.
pub fn home_list(list: HomeList, home: &Home, scene: &Scene<'_>) -> Value {
    let area = home.area.as_ref();
    let (words, lines): (&'static str, Vec<Line>) = match list {
        HomeList::Owe => (
            "You owe",
            home.owe.iter().filter_map(|one| Some(owed(one, scene.find(one.engagement)?, scene).0)).collect(),
        ),
        HomeList::Asked => {
            ("You asked", home.asked.iter().filter_map(|id| Some(asked(scene.find(*id)?, scene).0)).collect())
        }
        HomeList::Untaken => {
            let ids = area.map_or(&[][..], |area| &area.untaken);
            let row = |id: &_| Some(waiting_since(scene.find(*id)?, scene));
            ("Nobody has taken", ids.iter().filter_map(row).collect())
        }
        HomeList::AtRisk => {
            let risks = area.map_or(&[][..], |area| &area.at_risk);
            ("At risk", risks.iter().filter_map(|one| at_risk(one, scene)).collect())
        }
        HomeList::Today => {
            let all = area.map_or(&[][..], |area| &area.today);
            ("Today", all.iter().filter_map(|one| today(one, scene)).collect())
        }
    };
    let number = lines.len();
    let mut blocks = vec![title(words, number, area.is_some_and(|area| area.is_cut) && number > MOST)];
    blocks.extend(lines.iter().take(MOST).map(section));
    if number > MOST {
        blocks.push(context(&line![format!("and {} more", number - MOST)]));
    }
    modal(&blocks)
}
