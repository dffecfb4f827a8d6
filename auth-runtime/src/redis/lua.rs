//! Scripts in Lua.

use ::redis::{Cmd, ErrorKind, FromRedisValue, RedisResult, Script, ServerErrorKind, cmd};

use crate::redis::Connection;

/// A script that is sent by its name, and whole to a server that does not know it yet. `SCRIPT LOAD` would ask every node of a
/// cluster, also one that has died.
pub(crate) struct Lua {
    text: &'static str,
    script: Script,
}

impl Lua {
    pub(crate) fn new(text: &'static str) -> Self {
        Self { text, script: Script::new(text) }
    }

    /// Runs it where these keys are, which share a hash tag.
    pub(crate) async fn run<T: FromRedisValue, const N: usize>(
        &self,
        connection: &mut Connection,
        keys: [&str; N],
        arguments: impl Fn(&mut Cmd),
    ) -> RedisResult<T> {
        let call = |by: &str, script: &str| {
            let mut call = cmd(by);
            call.arg(script).arg(N).arg(&keys);
            arguments(&mut call);
            call
        };
        match call("EVALSHA", self.script.get_hash()).query_async(connection).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                call("EVAL", self.text).query_async(connection).await
            }
            answer => answer,
        }
    }
}
