//! Gungraun's own runner, built with the lock file's version, so that nothing has to be installed beside valgrind.

fn main() -> std::process::ExitCode {
    match gungraun_runner::runner::run::run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            std::process::ExitCode::FAILURE
        }
    }
}
