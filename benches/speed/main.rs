//! How fast the bot is: one command measures it beside a yardstick and prints the table.
//!
//! ```text
//! cargo bench --bench speed                      # everything; whoever runs it should have the machine alone
//! cargo bench --bench speed -- --only asks       # one row family; --list names them
//! cargo bench --bench speed -- --quick           # small counts: does the runner itself work? Its figures mean nothing
//! cargo bench --bench speed -- --kit DIR         # with DIR's slackload and axumref instead of our own
//! ```
//!
//! Every figure comes from the real program with the durability that operators have, and stands beside a server that does
//! the least possible, measured the same way around it. `docs/performance.md` says what each row means. Nothing here runs
//! in CI: there, counts are asserted, never times.

mod database;
mod kit;
mod load;
mod machine;
mod numbers;
mod requests;
mod rows;
mod seed;
mod site;
mod table;
mod town;
mod versus;
mod yardstick;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;

use kit::Kit;
use machine::Cores;
use table::Row;
use town::Town;

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");

/// Measures how fast the bot is, beside a yardstick, and prints the table
#[derive(Debug, Parser)]
#[command(name = "speed")]
struct Arguments {
    /// Only the row families with this in their name; can be given again
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Name the row families, and stop
    #[arg(long)]
    list: bool,
    /// Small counts, to see that the runner works; the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Rows as JSON, one a line, instead of a table
    #[arg(long)]
    json: bool,
    /// Use the `slackload` and `axumref` of this folder where they can do what a row needs
    #[arg(long, value_name = "DIR")]
    kit: Option<PathBuf>,
    /// Be the yardstick, in this folder (the runner starts itself so)
    #[arg(long, hide = true, value_name = "DIR")]
    serve_yardstick: Option<PathBuf>,
    /// Rows that the yardstick inserts for a request; 0: none
    #[arg(long, hide = true, default_value_t = 0)]
    rows: usize,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// What every row works with.
struct Bench {
    /// Who runs where.
    cores: Cores,
    /// The company that is measured.
    town: Town,
    /// Where databases and folders are: on a disk.
    folder: PathBuf,
    /// Foreign tools, where they are to be used.
    kit: Option<Kit>,
    /// Runs the local Slack.
    runtime: tokio::runtime::Runtime,
    quick: bool,
}

impl Bench {
    /// A count: the whole one, or a small one that only shows that the row works.
    fn scale(&self, whole: usize, quick: usize) -> usize {
        if self.quick { quick } else { whole }
    }

    /// How often throughput is measured.
    fn repeats(&self) -> usize {
        self.scale(3, 1)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(folder) = arguments.serve_yardstick {
        let told = yardstick::Told { folder, rows: arguments.rows };
        return yardstick::serve(&told).map_or_else(|error| failed(&error), |()| ExitCode::SUCCESS);
    }
    if arguments.list {
        for (name, _) in rows::FAMILIES {
            println!("{name}");
        }
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("speed: {error:#}");
    ExitCode::FAILURE
}

/// Runs the families that were asked for; whether all of them could be run.
fn run(arguments: &Arguments) -> Result<bool> {
    let cores = Cores::claim();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("speed");
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let kit = arguments.kit.clone().map(Kit::find).transpose()?;
    let bench = Bench { cores, town: Town::build()?, folder, kit, runtime, quick: arguments.quick };
    let mut tables = Printer { json: arguments.json };
    tables.head(&bench);
    let mut all_ran = true;
    for (name, family) in rows::FAMILIES {
        let is_wanted = |only: &String| name.contains(only.as_str());
        if !arguments.only.is_empty() && !arguments.only.iter().any(is_wanted) {
            continue;
        }
        let began = Instant::now();
        eprintln!("{name} …");
        match family(&bench) {
            Ok(rows) => tables.rows(&rows),
            Err(error) => {
                all_ran = false;
                let said = format!("could not be measured: {error:#}");
                tables.rows(&[Row::alone(*name, said, "", false)]);
            }
        }
        eprintln!("  {:.0} s", began.elapsed().as_secs_f64());
    }
    Ok(all_ran)
}

struct Printer {
    json: bool,
}

impl Printer {
    fn head(&mut self, bench: &Bench) {
        if self.json {
            return;
        }
        let with = match &bench.kit {
            Some(_) => "Load and yardstick: the kit's, where it can do what the row needs; else our own.",
            None => "Load and yardstick: our own.",
        };
        let quick = if bench.quick { " QUICK: these figures mean nothing." } else { "" };
        println!("{} {with}{quick}\n\n{}", bench.cores.sentence(), table::HEAD);
    }

    fn rows(&mut self, rows: &[Row]) {
        for row in rows {
            if self.json {
                println!("{}", row.json());
            } else {
                println!("{}", row.markdown());
            }
        }
    }
}
