//! What an audit log is written to.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What was written to it.
#[derive(Clone, Debug, Default)]
pub struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Paper {
    /// All of it.
    pub fn text(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }

    /// The next lines, as many as are expected, and no more.
    #[track_caller]
    pub fn lines(&self, number: usize) -> Vec<Value> {
        let count = || self.text().iter().filter(|byte| **byte == b'\n').count();
        let began = Instant::now();
        while count() < number && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(30));
        let text = String::from_utf8(std::mem::take(&mut *self.text())).unwrap();
        assert!(text.is_ascii() && text.ends_with('\n') && text.lines().count() == number, "{number}: {text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
