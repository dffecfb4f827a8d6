//! The thread on which providers are asked.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::{io, thread};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::provider::client::ProviderClient;
use crate::provider::fetch_error::FetchError;
use crate::provider::transport::Transport;

/// A runtime on a thread of its own: `Auth::build()` may be called outside of any runtime, and those of actix's workers
/// end one by one. There is one at most in a process; it ends with the last who holds it.
#[derive(Debug)]
pub(crate) struct Worker {
    runtime: Handle,
    /// One client for each way to a provider, since each loads the system's certificates.
    clients: Mutex<Vec<(Transport, ProviderClient)>>,
    /// The thread ends when this is dropped.
    _held: oneshot::Sender<()>,
}

static SHARED: Mutex<Weak<Worker>> = Mutex::new(Weak::new());

impl Worker {
    /// The worker of this process, started if nobody holds one.
    ///
    /// # Errors
    /// When the process may start no more threads.
    pub(crate) fn shared() -> io::Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = shared.upgrade() {
            return Ok(worker);
        }
        let worker = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&worker);
        Ok(worker)
    }

    fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().thread_name("auth-provider-dns").build()?;
        let (held, end) = oneshot::channel::<()>();
        let handle = runtime.handle().clone();
        thread::Builder::new().name("auth-provider".into()).spawn(move || {
            // An error: the sender is gone, which is the end.
            let _ = runtime.block_on(end);
            // Does not wait for a name look-up under way.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, clients: Mutex::default(), _held: held })
    }

    /// A client whose connections live here: use it in what is [spawned](Self::spawn) here.
    ///
    /// # Errors
    /// As [`ProviderClient::new`].
    pub(crate) fn client(&self, transport: &Transport) -> Result<ProviderClient, FetchError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == transport) {
            return Ok(client.clone());
        }
        let client = ProviderClient::new(transport)?;
        clients.push((transport.clone(), client.clone()));
        Ok(client)
    }

    /// Runs a future there; it may be awaited anywhere.
    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.spawn(future)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn futures_run_there_and_the_thread_ends_with_its_last_holder() {
        let worker = Worker::start().unwrap();
        let (done, ended) = std::sync::mpsc::channel();
        struct Tell(std::sync::mpsc::Sender<Option<String>>);
        impl Drop for Tell {
            fn drop(&mut self) {
                let _ = self.0.send(thread::current().name().map(str::to_owned));
            }
        }
        let tell = Tell(done);
        worker.spawn(async move {
            let _tell = tell;
            std::future::pending::<()>().await;
        });
        drop(worker);
        let name = ended.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        assert_eq!(name.as_deref(), Some("auth-provider"));
    }
}
