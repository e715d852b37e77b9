//! The `switchboard` command: reads its arguments, sets up logging, and hands over to `cli`.

use std::process::ExitCode;

use switchboard::cli;

fn main() -> ExitCode {
    cli::main()
}
