//! The company that is measured: a directory of 2,000 categories in 200 groups, each group with experts and channels of its
//! own, and some thousand people who ask. Generated, always the same, so that a seeded database fits every run.
//!
//! The names are made of what such products have; no two categories are called the same.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use switchboard::config::{self, TextFile};
use switchboard::domain::directory::Directory;
use switchboard::domain::rules::Rules;

/// Ten groups each.
const STAGES: [&str; 20] = [
    "Plan",
    "Create",
    "Verify",
    "Package",
    "Release",
    "Configure",
    "Monitor",
    "Secure",
    "Govern",
    "Manage",
    "Analyze",
    "Grow",
    "Host",
    "Bill",
    "Identify",
    "Mobilize",
    "Search",
    "Collaborate",
    "Automate",
    "Observe",
];
/// What groups are about, two to a stage.
const THINGS: [&str; 40] = [
    "Issue",
    "Roadmap",
    "Repository",
    "Review",
    "Pipeline",
    "Runner",
    "Container",
    "Package",
    "Deployment",
    "Environment",
    "Cluster",
    "Secret",
    "Incident",
    "Alert",
    "Dependency",
    "Vulnerability",
    "License",
    "Audit",
    "Group",
    "Workspace",
    "Dashboard",
    "Metric",
    "Trial",
    "Onboarding",
    "Storage",
    "Replica",
    "Invoice",
    "Subscription",
    "Session",
    "Token",
    "Mobile",
    "Push",
    "Index",
    "Query",
    "Wiki",
    "Mention",
    "Webhook",
    "Workflow",
    "Trace",
    "Log",
];
/// Five groups to a thing.
const GROUPS: [&str; 5] = ["Foundations", "Operations", "Insights", "Governance", "Experience"];
/// Ten categories to a group.
const FEATURES: [&str; 50] = [
    "Scheduling",
    "Caching",
    "Templates",
    "Mirroring",
    "Import",
    "Export",
    "Archiving",
    "Cleanup",
    "Sizing",
    "Sharding",
    "Failover",
    "Throttling",
    "Batching",
    "Retries",
    "Quotas",
    "Backups",
    "Restore",
    "Upgrades",
    "Migration",
    "Provisioning",
    "Analytics",
    "Forecasts",
    "Reports",
    "Charts",
    "Benchmarks",
    "Sampling",
    "Attribution",
    "Annotations",
    "Comparison",
    "Anomalies",
    "Approvals",
    "Policies",
    "Permissions",
    "Retention",
    "Signing",
    "Compliance",
    "Ownership",
    "Delegation",
    "Exceptions",
    "Attestation",
    "Editor",
    "Shortcuts",
    "Notifications",
    "Previews",
    "Localization",
    "Accessibility",
    "Themes",
    "Filters",
    "Bookmarks",
    "Suggestions",
];

/// A group with its experts.
pub struct Circle {
    /// Where its questions go, with the `#`.
    pub channel: String,
    /// Where its experts ask its PM.
    pub internal: String,
    /// The expert's handle in the local Slack.
    pub sme: String,
    /// The PM's.
    pub pm: String,
    /// What its categories are called.
    pub categories: Vec<String>,
}

/// Everything.
pub struct Town {
    /// The directory as a file.
    pub yaml: String,
    /// The same, read.
    pub directory: Directory,
    /// Its groups.
    pub circles: Vec<Circle>,
    /// Categories that belong to a stage and no group: their channels hold no backlog.
    pub quiet: Vec<Circle>,
}

impl Town {
    /// Builds it.
    pub fn build() -> Result<Self> {
        let circles: Vec<Circle> = (0..200).map(circle).collect();
        let quiet: Vec<Circle> = (0..STAGES.len()).map(quiet).collect();
        let yaml = yaml(&circles, &quiet)?;
        let file = TextFile { name: "directory.yml".to_owned(), text: yaml.clone() };
        let (directory, _) = config::load_directory(&file, &Rules::default().hours)
            .map_err(|problems| anyhow!("the generated directory does not hold: {problems:?}"))?;
        Ok(Self { yaml, directory, circles, quiet })
    }

    /// A question about some category, always another one; `circle` says whose.
    pub fn question(&self, circle: usize, number: usize) -> String {
        let categories = &self.circles[circle % self.circles.len()].categories;
        question(&categories[number / self.circles.len() % categories.len()], number)
    }

    /// A question that belongs to a stage's own experts.
    pub fn quiet_question(&self, number: usize) -> String {
        question(&self.quiet[number % self.quiet.len()].categories[0], number)
    }
}

fn question(category: &str, number: usize) -> String {
    format!("How do we set up {category} for customer {number}?")
}

/// The group of that number.
fn circle(number: usize) -> Circle {
    let thing = THINGS[number / GROUPS.len()];
    let first = number % GROUPS.len() * 10;
    let name = format!("{}-{}", thing.to_lowercase(), GROUPS[number % GROUPS.len()].to_lowercase());
    Circle {
        channel: format!("#sme-{name}"),
        internal: format!("#sme-{name}-internal"),
        sme: format!("sme-{number:03}"),
        pm: format!("pm-{number:03}"),
        categories: FEATURES[first..first + 10].iter().map(|feature| format!("{thing} {feature}")).collect(),
    }
}

/// The experts of a stage as a whole.
fn quiet(stage: usize) -> Circle {
    let name = STAGES[stage].to_lowercase();
    Circle {
        channel: format!("#sme-stage-{name}"),
        internal: format!("#sme-stage-{name}-internal"),
        sme: format!("sme-stage-{stage:02}"),
        pm: format!("pm-stage-{stage:02}"),
        categories: vec![format!("{} Handbook", STAGES[stage])],
    }
}

fn yaml(circles: &[Circle], quiet: &[Circle]) -> Result<String> {
    let mut out = String::from(
        "fallback_channel: \"#product\"\nsme_fallback_channel: \"#subject-matter-experts\"\nsme_areas:\n",
    );
    for (at, circle) in circles.iter().chain(quiet).enumerate() {
        let Circle { channel, internal, sme, pm: _, categories: _ } = circle;
        writeln!(
            out,
            "  area_{at:03}: {{name: \"Area {at:03}\", channel: \"{channel}\", internal_channel: \"{internal}\", \
             leads: [{sme}-lead@example.com], members: [{sme}@example.com, {sme}-too@example.com]}}"
        )?;
    }
    out.push_str("sections:\n  product: {name: Product, leader: leader@example.com}\nstages:\n");
    for (stage, name) in STAGES.iter().enumerate() {
        let key = name.to_lowercase();
        let Circle { pm, categories, .. } = &quiet[stage];
        writeln!(
            out,
            "  {key}:\n    name: {name}\n    section: product\n    channel: \"#s_{key}\"\n    pm: {pm}@example.com\n    \
             sme_area: area_{:03}\n    categories:\n      {key}_handbook: {{name: \"{}\"}}\n    groups:",
            circles.len() + stage,
            categories[0]
        )?;
        for (number, circle) in circles.iter().enumerate().skip(stage * 10).take(10) {
            group(&mut out, number, circle)?;
        }
    }
    Ok(out)
}

fn group(out: &mut String, number: usize, circle: &Circle) -> Result<()> {
    let thing = THINGS[number / GROUPS.len()];
    let name = format!("{thing} {}", GROUPS[number % GROUPS.len()]);
    let Circle { pm, categories, .. } = circle;
    writeln!(
        out,
        "      group_{number:03}:\n        name: \"{name}\"\n        channel: \"#g_{number:03}\"\n        \
         pms: [{pm}@example.com]\n        sme_area: area_{number:03}\n        categories:"
    )?;
    for (at, category) in categories.iter().enumerate() {
        let (_, feature) = category.split_once(' ').unwrap_or_default();
        let feature = feature.to_lowercase();
        writeln!(
            out,
            "          category_{number:03}_{at}: {{name: \"{category}\", aliases: [\"{feature} of {thing}s\"], \
             keywords: [\"{}-{feature}\"]}}",
            thing.to_lowercase()
        )?;
    }
    Ok(())
}
