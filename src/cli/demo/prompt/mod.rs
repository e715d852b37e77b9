//! The prompt: the newcomer acts as anybody, until they quit. Time stands still, save for `wait`.

mod acting;
mod grammar;
mod showing;

use std::io::IsTerminal as _;

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;
use tokio::io::{AsyncBufReadExt as _, BufReader, Stdin};

use super::cast::Cast;
use super::stage::Stage;
use acting::Hands;

/// Where lines come from.
enum Lines {
    Terminal(Box<DefaultEditor>),
    Pipe(BufReader<Stdin>),
}

/// Reads and does, line by line.
pub(super) async fn run(stage: &mut Stage, cast: &Cast) -> anyhow::Result<()> {
    let screen = stage.screen;
    stage.whole = true;
    screen.text("Now you. Act as anybody; the bot answers as it would in Slack. Time stands still until you say `wait 4h`.");
    for example in showing::examples(cast) {
        screen.item(&example);
    }
    let mut lines = if std::io::stdin().is_terminal() {
        Lines::Terminal(Box::new(DefaultEditor::new()?))
    } else {
        Lines::Pipe(BufReader::new(tokio::io::stdin()))
    };
    let mut hands = Hands::default();
    loop {
        let (next, line) = lines.next().await?;
        lines = next;
        let Some(line) = line else { break };
        if matches!(lines, Lines::Pipe(_)) {
            screen.text(&format!("> {}", line.trim_end()));
        }
        match grammar::read(&line) {
            Err(sentence) => screen.text(&sentence),
            Ok(grammar::Line::Quit) => break,
            Ok(line) => {
                if let Err(sentence) = hands.follow(line, stage, cast).await? {
                    screen.text(&sentence);
                }
            }
        }
    }
    Ok(())
}

impl Lines {
    /// The next line; nothing at the end.
    async fn next(self) -> anyhow::Result<(Self, Option<String>)> {
        match self {
            Self::Terminal(mut editor) => {
                let (editor, read) = tokio::task::spawn_blocking(move || {
                    let read = editor.readline("> ");
                    if let Ok(line) = &read {
                        // A line that is not kept can be typed again.
                        let _ = editor.add_history_entry(line);
                    }
                    (editor, read)
                })
                .await?;
                let line = match read {
                    Ok(line) => Some(line),
                    Err(ReadlineError::Eof | ReadlineError::Interrupted) => None,
                    Err(error) => return Err(error.into()),
                };
                Ok((Self::Terminal(editor), line))
            }
            Self::Pipe(mut reader) => {
                let mut bytes = Vec::new();
                let many = reader.read_until(b'\n', &mut bytes).await?;
                let line = (many > 0).then(|| String::from_utf8_lossy(&bytes).into_owned());
                Ok((Self::Pipe(reader), line))
            }
        }
    }
}
