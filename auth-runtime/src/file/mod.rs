//! A file that is read again when its content changes: password files, key files, JWK sets.

mod content;
pub(crate) mod lines;
#[cfg(test)]
pub(crate) mod testing;
mod watch;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwap;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub(crate) use self::content::FileContent;
use crate::fault::Misconfiguration;
use crate::file::watch::Look;
use crate::telemetry::foreign;

/// Changed content counts once it reads the same twice, this far apart: a writer may be half-way through.
const SETTLE: Duration = Duration::from_millis(25);
/// A larger file is a mistake, or a device that never ends.
const MAX_LEN: u64 = 16 << 20;

/// What a file holds, parsed, and kept current.
///
/// A thread looks at it once a second, whether requests come or not: a key that was taken out does not count once more after
/// a quiet night. [`current`](Self::current) never waits. Content is compared rather than times, which copies, mounts and
/// clocks falsify. Content that does not parse, is still being written or cannot be read leaves the last good value in place,
/// with one warning for each distinct content. A byte order mark before it does not count.
pub(crate) struct WatchedFile<T> {
    kept: Arc<Kept<T>>,
}

/// What a parser found wrong; the file's name is added to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileFault {
    /// The line, counted from 1, where the format has lines.
    pub(crate) line: Option<usize>,
    /// What is wrong and what to do about it, without secrets.
    pub(crate) fault: String,
}

impl FileFault {
    /// A fault of one line, counted from 1.
    pub(crate) fn at(line: usize, fault: impl Into<String>) -> Self {
        Self { line: Some(line), fault: fault.into() }
    }

    /// A fault of the whole file.
    pub(crate) fn whole(fault: impl Into<String>) -> Self {
        Self { line: None, fault: fault.into() }
    }

    /// The fault as text, `origin` being the file's path or what stands for it.
    pub(crate) fn within(&self, origin: impl fmt::Display) -> Misconfiguration {
        Misconfiguration::new(match self.line {
            Some(line) => format!("{origin}, line {line}: {}", self.fault),
            None => format!("{origin}: {}", self.fault),
        })
    }
}

type Parse<T> = dyn Fn(&[u8]) -> Result<T, FileFault> + Send + Sync;

/// A file and what was last read of it.
struct Kept<T> {
    path: PathBuf,
    parse: Box<Parse<T>>,
    current: ArcSwap<T>,
    /// How often the value was replaced.
    generation: AtomicU64,
    /// Digest of what was last looked at, good or bad.
    seen: Mutex<[u8; 32]>,
}

impl<T: Send + Sync + 'static> WatchedFile<T> {
    /// Reads and parses the file.
    ///
    /// # Errors
    /// When it cannot be read, is larger than 16 MiB or does not parse.
    pub(crate) fn load(
        path: impl Into<PathBuf>,
        parse: impl Fn(&[u8]) -> Result<T, FileFault> + Send + Sync + 'static,
    ) -> Result<Self, Misconfiguration> {
        let path = path.into();
        let content = read(&path).map_err(|error| unreadable(&error).within(path.display()))?;
        let value = parse(without_mark(&content)).map_err(|fault| fault.within(path.display()))?;
        let kept = Arc::new(Kept {
            parse: Box::new(parse),
            current: ArcSwap::from_pointee(value),
            generation: AtomicU64::new(0),
            seen: Mutex::new(digest(&content)),
            path,
        });
        let file: Arc<dyn Look> = Arc::clone(&kept) as _;
        watch::watch(&file).map_err(|error| {
            let fault = format!("cannot be watched: {error}; this process may start no more threads");
            FileFault::whole(fault).within(kept.path.display())
        })?;
        Ok(Self { kept })
    }

    /// The value of the last good content. A change shows within two seconds.
    pub(crate) fn current(&self) -> Arc<T> {
        self.kept.current.load_full()
    }

    /// How often the value was replaced. Read before [`current`](Self::current), equal generations mean equal values.
    pub(crate) fn generation(&self) -> u64 {
        self.kept.generation.load(Ordering::Acquire)
    }

    /// Looks at the file now, on this thread.
    #[cfg(test)]
    pub(crate) fn refresh(&self) {
        self.kept.refresh();
    }
}

impl<T> Kept<T> {
    fn refresh(&self) {
        self.refresh_after(|| thread::sleep(SETTLE));
    }

    /// Looks at the file; `settle` passes the time between two readings of changed content.
    fn refresh_after(&self, settle: impl FnOnce()) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let content = read(&self.path);
        let fingerprint = fingerprint(&content);
        if *seen == fingerprint {
            return;
        }
        settle();
        if self::fingerprint(&read(&self.path)) != fingerprint {
            return; // still being written; the next look decides
        }
        *seen = fingerprint;
        let parsed = match &content {
            Ok(content) => (self.parse)(without_mark(content)),
            Err(error) => Err(unreadable(error)),
        };
        match parsed {
            Ok(value) => {
                self.current.store(Arc::new(value));
                // After the value: who sees the new generation sees the new value.
                self.generation.fetch_add(1, Ordering::Release);
                tracing::info!(file = foreign(self.path.display()), "file changed and was read again");
            }
            Err(fault) => {
                let fault = fault.within(self.path.display());
                let fault = foreign(fault);
                tracing::warn!(fault, "file changed but cannot be used; what was read before stays in force");
            }
        }
    }
}

impl<T: Send + Sync> Look for Kept<T> {
    fn look(&self) {
        self.refresh();
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl<T> Clone for WatchedFile<T> {
    fn clone(&self) -> Self {
        Self { kept: Arc::clone(&self.kept) }
    }
}

impl<T> fmt::Debug for WatchedFile<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchedFile").field("path", &self.kept.path).finish_non_exhaustive()
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)?.take(MAX_LEN + 1).read_to_end(&mut content)?;
    match content.len() as u64 {
        0..=MAX_LEN => Ok(content),
        _ => Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 16 MiB")),
    }
}

/// A text without the byte order mark that some editors put before it.
pub(crate) fn without_mark(content: &[u8]) -> &[u8] {
    content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content)
}

fn unreadable(error: &io::Error) -> FileFault {
    FileFault::whole(format!("cannot be read: {error}; check the path and who may read it"))
}

fn digest(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// Tells two states of a file apart, an unreadable one included.
fn fingerprint(content: &io::Result<Zeroizing<Vec<u8>>>) -> [u8; 32] {
    match content {
        Ok(content) => digest(content),
        Err(error) => digest(format!("\0unreadable {:?}", error.kind()).as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::file::testing::TempFile;

    fn number(content: &[u8]) -> Result<u32, FileFault> {
        let text = str::from_utf8(content).map_err(|_| FileFault::whole("not UTF-8"))?;
        text.trim().parse().map_err(|_| FileFault::at(1, "not a number; write digits"))
    }

    #[test]
    fn changed_content_is_read_again() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        assert_eq!(*watched.current(), 1);
        file.write("2");
        watched.refresh();
        assert_eq!(*watched.current(), 2);
    }

    #[test]
    fn unchanged_content_is_not_parsed_again() {
        let parsed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&parsed);
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), move |content| {
            count.fetch_add(1, Ordering::Relaxed);
            number(content)
        })
        .unwrap();
        file.write("1"); // a new modification time, the same content
        watched.refresh();
        watched.refresh();
        assert_eq!(parsed.load(Ordering::Relaxed), 1);
        file.write("x");
        watched.refresh();
        watched.refresh();
        assert_eq!(parsed.load(Ordering::Relaxed), 2, "bad content is judged, and warned of, once");
    }

    #[test]
    fn a_bad_or_missing_file_keeps_the_last_good_one() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        for bad in ["", "x", "1 2"] {
            file.write(bad);
            watched.refresh();
            assert_eq!(*watched.current(), 1, "{bad:?}");
        }
        fs::remove_file(file.path()).unwrap();
        watched.refresh();
        assert_eq!(*watched.current(), 1);
        file.write("3");
        watched.refresh();
        assert_eq!(*watched.current(), 3);
    }

    #[test]
    fn a_bad_file_fails_at_load_and_is_named() {
        let file = TempFile::new("x");
        let error = WatchedFile::load(file.path(), number).unwrap_err().to_string();
        assert_eq!(error, format!("{}, line 1: not a number; write digits", file.path().display()));
        fs::remove_file(file.path()).unwrap();
        let error = WatchedFile::load(file.path(), number).unwrap_err().to_string();
        assert!(error.contains("cannot be read") && error.contains("check the path"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_before_the_content_does_not_count() {
        let file = TempFile::new("\u{feff}1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        assert_eq!(*watched.current(), 1);
        file.write("\u{feff}2");
        watched.refresh();
        assert_eq!(*watched.current(), 2);
        file.write("3\u{feff}");
        watched.refresh();
        assert_eq!(*watched.current(), 2, "anywhere else it is a character like any other");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_thread_watches_all_files() {
        let files: Vec<_> = (0..20).map(|number| TempFile::new(&number.to_string())).collect();
        let watched: Vec<_> = files.iter().map(|file| WatchedFile::load(file.path(), number).unwrap()).collect();
        let name = |task: &fs::DirEntry| fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        let watchers = || {
            let tasks = fs::read_dir("/proc/self/task").unwrap();
            tasks.filter(|task| name(task.as_ref().unwrap()).trim() == "auth-files").count()
        };
        // One that ends, since another test's file was the last, may still be there.
        let one = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(10));
            watchers() == 1
        });
        assert!(one, "{} threads", watchers());
        drop(watched);
    }

    #[test]
    fn content_that_is_still_being_written_waits() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        file.write("12");
        watched.kept.refresh_after(|| file.write("123"));
        assert_eq!(*watched.current(), 1);
        watched.kept.refresh_after(|| file.write(""));
        assert_eq!(*watched.current(), 1);
        file.write("123");
        watched.refresh();
        assert_eq!(*watched.current(), 123);
    }

    #[test]
    fn a_change_is_noticed_without_a_request() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        let before = watched.generation();
        file.write("2");
        let noticed = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(10));
            watched.generation() != before
        });
        assert!(noticed, "the new content never arrived");
        assert_eq!(*watched.current(), 2);
    }

    #[test]
    fn a_panicking_parser_does_not_end_the_watch() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), |content| match number(content) {
            Ok(13) => panic!("unlucky"),
            other => other,
        })
        .unwrap();
        file.write("13");
        assert!(catch_unwind(AssertUnwindSafe(|| watched.refresh())).is_err());
        assert_eq!(*watched.current(), 1);
        file.write("2");
        watched.refresh();
        assert_eq!(*watched.current(), 2);
    }

    #[test]
    fn the_watch_ends_with_its_file() {
        let file = TempFile::new("1");
        let watched = WatchedFile::load(file.path(), number).unwrap();
        let kept = Arc::downgrade(&watched.kept);
        drop(watched);
        let gone = (0..500).any(|_| {
            thread::sleep(Duration::from_millis(10));
            kept.strong_count() == 0
        });
        assert!(gone);
    }
}
