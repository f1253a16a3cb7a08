//! The program: connects feed, publisher and server, and runs each job of the command line.

mod banner;
mod error;
mod feed;
mod opener;
mod recorder;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::Job;
use crate::feed::sim::{self, WriteConfig};
use crate::inspect;
use crate::load;

pub use error::AppError;
pub use recorder::record_feed_with;
pub use server::{serve, serve_with};

/// Runs a job until it is done or `stop` completes; prints lines for people through `print`.
///
/// # Errors
/// Returns the error that ended the job.
pub async fn run(job: Job, stop: impl Future<Output = ()>, mut print: impl FnMut(&str)) -> Result<(), AppError> {
    match job {
        Job::Serve(config) => serve(*config, stop, print).await,
        Job::Simulate(config) => simulate(config, stop, print).await,
        Job::Inspect(config) => {
            if inspect::run(&config, print) {
                Ok(())
            } else {
                Err(AppError::NotPlayable)
            }
        }
        Job::Load(config) => Ok(load::run(config, stop, print).await?),
        Job::Record(config) => recorder::record_feed(config, stop, print).await,
        Job::Print(text) => {
            print(text.trim_end());
            Ok(())
        }
    }
}

/// Writes a simulated market to a file. Nothing is left of a file that is not complete at the stop.
async fn simulate(
    config: WriteConfig,
    stop: impl Future<Output = ()>,
    mut print: impl FnMut(&str),
) -> Result<(), AppError> {
    let to_stdout = config.out.as_os_str() == "-";
    let out = config.out.display().to_string();
    let stopped = Arc::new(AtomicBool::new(false));
    let mut writing = tokio::task::spawn_blocking({
        let stopped = Arc::clone(&stopped);
        move || sim::write(&config, &stopped)
    });
    let written = tokio::select! {
        written = &mut writing => written,
        () = stop => {
            stopped.store(true, Ordering::Relaxed);
            writing.await
        }
    };
    let written = written.map_err(|_| AppError::Broken("simulator"))??;
    if !to_stdout {
        print(&format!("{out}: {} rows of {} ticks", written.rows, written.ticks));
    }
    Ok(())
}
