//! The pictures of the guides are drawn from what the bot sends today, and are those in `docs/pictures`.
//!
//! ```text
//! SWITCHBOARD_PICTURES=write cargo test --test pictures     # draws them anew
//! ```

mod frame;
mod scenes;
#[expect(dead_code, reason = "the stage of the stories, of which pictures need the half")]
#[path = "../stories/support/mod.rs"]
mod support;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What brings the files back to what the bot sends.
const AGAIN: &str = "run SWITCHBOARD_PICTURES=write cargo test --test pictures";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures")
}

fn committed() -> BTreeMap<String, String> {
    let files = fs::read_dir(folder()).expect("the pictures").map(|file| file.expect("a file").path());
    files
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("a picture is text"))
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_show_what_the_bot_sends() {
    let drawn: BTreeMap<String, String> =
        scenes::all().await.into_iter().map(|(name, svg)| (format!("{name}.svg"), svg)).collect();
    if std::env::var("SWITCHBOARD_PICTURES").is_ok_and(|wish| wish == "write") {
        for name in committed().keys().filter(|name| !drawn.contains_key(*name)) {
            fs::remove_file(folder().join(name)).expect("a picture of the past");
        }
        for (name, svg) in &drawn {
            fs::write(folder().join(name), svg).expect("a picture can be written");
        }
    }
    let kept = committed();
    assert_eq!(kept.keys().collect::<Vec<_>>(), drawn.keys().collect::<Vec<_>>(), "{AGAIN}");
    let other: Vec<&String> =
        drawn.iter().filter(|(name, svg)| kept[*name] != **svg).map(|(name, _)| name).collect();
    assert!(other.is_empty(), "not what the bot sends now: {other:?}; {AGAIN}");
}

#[test]
fn pictures_stand_alone_and_can_be_heard() {
    for (name, svg) in committed() {
        for said in ["<title id=\"title\">", "<desc id=\"said\">", "role=\"img\"", "fill=\"#ffffff\""] {
            assert!(svg.contains(said), "{name} lacks {said}");
        }
        for loads in ["href", "url(", "<image", "<script", "@font-face", "data:"] {
            assert!(!svg.contains(loads), "{name} has {loads}");
        }
    }
}
