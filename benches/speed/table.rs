//! The table: one row a measure, as Markdown for people and as JSON for programs.
//!
//! A row never says that it holds when something was counted wrong: a wrong count is said first.

use serde_json::{Value, json};

/// Whether a measure is where it should be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Nothing is asked of it.
    Reported,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// One measure.
pub struct Row {
    /// What was measured.
    pub measure: String,
    /// What came out.
    pub figure: String,
    /// The yardstick's, measured the same way around it.
    pub yardstick: String,
    /// The one through the other.
    pub ratio: Option<f64>,
    /// What is asked.
    pub aim: String,
    /// Whether it is met.
    pub holds: Holds,
}

impl Row {
    /// A measure without a yardstick.
    pub fn alone(
        measure: impl Into<String>,
        figure: impl Into<String>,
        aim: impl Into<String>,
        holds: impl Into<Holds>,
    ) -> Self {
        Self {
            measure: measure.into(),
            figure: figure.into(),
            yardstick: String::new(),
            ratio: None,
            aim: aim.into(),
            holds: holds.into(),
        }
    }

    /// Something worth knowing of which nothing is asked.
    pub fn reported(measure: impl Into<String>, figure: impl Into<String>) -> Self {
        Self::alone(measure, figure, "reported", Holds::Reported)
    }

    fn word(&self) -> &'static str {
        match self.holds {
            Holds::Yes => "yes",
            Holds::No => "**no**",
            Holds::Reported => "",
        }
    }

    /// The row as Markdown.
    pub fn markdown(&self) -> String {
        let ratio = self.ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
        let Self { measure, figure, yardstick, aim, .. } = self;
        format!("| {measure} | {figure} | {yardstick} | {ratio} | {aim} | {} |", self.word())
    }

    /// The row as JSON.
    pub fn json(&self) -> Value {
        let holds = match self.holds {
            Holds::Yes => Value::Bool(true),
            Holds::No => Value::Bool(false),
            Holds::Reported => Value::Null,
        };
        json!({"measure": self.measure, "figure": self.figure, "yardstick": self.yardstick,
            "ratio": self.ratio, "aim": self.aim, "holds": holds})
    }
}

/// The table's head.
pub const HEAD: &str = "| measure | figure | yardstick | ratio | aim | holds? |\n|---|---|---|---|---|---|";
