//! Watching it run: the audit log, metrics, events of the log, a dashboard, and alerts worth having.
//!
//! # The audit log
//!
//! [`Auth::audit`](crate::Auth::audit) writes a line of JSON for each thing that somebody may have to prove later: who was refused, who
//! signed in and out, what was revoked.
//!
//! ```
//! use auth_runtime::observe::AuditLog;
//!
//! # let auth = auth_runtime::Auth::builder().dangerous_allow_unconfigured().build().unwrap();
//! // A file of its own …
//! # let path = std::env::temp_dir().join(format!("audit-manual-{}.jsonl", std::process::id()));
//! auth.audit(AuditLog::file(&path)?);
//! // … or whatever collects the output of this process, here with those who were let in:
//! auth.audit(AuditLog::new(std::io::stdout()).grants());
//! # std::fs::remove_file(&path)?;
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! ```json
//! {"timestamp":"2026-11-30T08:34:56.500Z","event.name":"auth.decision","auth.outcome":"denied","error.type":"scope_missing","auth.policy":"shop::orders::list","auth.scheme":"bearer","auth.issuer":"https://idp.example","user.id":"alice","client.address":"203.0.113.7","network.peer.address":"203.0.113.7","http.request.method":"GET","url.path":"/orders","auth.duration":0.000041}
//! ```
//!
//! - **No request waits.** A thread of its own writes. Up to 8192 decisions wait in 32 MiB; replays, revoked tokens, first refusals of
//!   those who were good, sign-ins, sign-outs and revocations wait apart, up to 65536 in 128 MiB.
//! - **What is missing is counted.** A line `auth.missed` says how many found no room, and so does the metric `auth_events_lost_total`.
//! - **Nobody forges a line.** All text is ASCII on one line; a line break that a caller has sent is `\n` in a string. Text is cut after
//!   256 characters, with `…` in place of the rest.
//! - **No credential is in it**: no token, key, password, cookie or id of a session, and not the query. What your paths carry is yours.
//! - It **is personal data**: subjects, addresses, user agents. Only its owner may read a file that [`AuditLog::file`] makes.
//! - At the end of the process, what waits may be lost. A service that ends in order serves its last request some milliseconds before.
//!
//! | event | when | by default |
//! |---|---|---|
//! | `auth.decision` | a request was refused, or could not be decided | yes |
//! | `auth.decision` | a request was let in, or its caller left before it was decided | with [`AuditLog::grants`] |
//! | `auth.sign_in_refused` | nobody was signed in, and `error.type` says why: a wrong password was sent to `SignIn::verify`, or one too many, another site sent the form (`cross_site`), the user's sessions were ended meanwhile (`barred`), the store could not be asked, or a sign-in at a provider did not work (features `session`, `login`). For which name is not told | yes |
//! | `auth.signed_in` | a session has begun; `auth.count` others of its subject ended to make room for it | yes |
//! | `auth.linked` | somebody at a provider, `user.id` at `auth.issuer`, belongs from now on to the account that is signed in in `session.id` (feature `login`) | yes |
//! | `auth.signed_out` | a session was ended: by its user, by [`end`](crate::config::SubjectSessions::end), or by its provider: `error.type` is then `signed_out_at_provider`, or `refresh_token_refused` where somebody may have used the token before, or `refreshed_for_somebody_else` where the ID token that came for it was another person's; `signed_out_meanwhile` where people are carried over, `signed_in_again` where its browser signed in anew, whoever that was | yes |
//! | `auth.signed_out_everywhere` | all sessions of a subject were ended | yes |
//! | `auth.rights_changed` | sessions of a subject have got other roles | yes |
//! | `auth.replayed` | what counts once has come again, and did nothing; `error.type` says what: `old_session`, which was [carried over](crate::manual::moving::sessions) or refused before (feature `session`), or `logout_token` of a provider, which may have sent it twice (feature `login`). Proofs and nonces that come again are decisions, with the reasons `proof_replayed` and `nonce_replayed`; a provider's answer that comes again is a sign-in refused as `state_unknown` or `code_refused` | yes |
//! | `auth.revoked` | a token, a subject or a session was revoked in this process, through a store that this `Auth` consults | yes |
//! | `auth.revocation_withdrawn` | such a revocation is not in force any more, since somebody withdrew it | yes |
//! | `auth.missed` | lines are missing: `auth.count` of them | yes |
//!
//! The fields have the names of OpenTelemetry's registry of attributes, and names of ours, `auth.…`, where it has none.
//!
//! | field | OpenTelemetry's | holds |
//! |---|---|---|
//! | `timestamp` | yes | when, by the clock of the `Auth`: RFC 3339, UTC, milliseconds |
//! | `event.name` | yes | see above |
//! | `auth.kind` | | `operation` where [`Auth::admit`](crate::Auth::admit) was asked about an operation inside a request, which has a line of its own |
//! | `auth.outcome` | | `allowed`, `not_run`, `denied`, `failed`, `abandoned`, as in the metric [`DECISIONS`](crate::observe::DECISIONS) |
//! | `error.type` | yes | the [reason](crate::denial::Reason) of a refusal, as its label; why a session ended; what has come again |
//! | `auth.code` | | the application's own name for it: [`Denial::code`](crate::Denial::code) |
//! | `auth.check` | | the check that refused |
//! | `auth.policy` | | the handler or named policy |
//! | `auth.scheme` | | the scheme whose credentials were looked at; `none` where there were none |
//! | `auth.configuration` | | its name, as in `bearer("partner")`, where the caller is known |
//! | `auth.issuer` | | who vouches for the subject |
//! | `user.id` | yes | the subject, where the credentials were good |
//! | `session.id` | yes | what the session is called: its `sid`, never what is in the cookie |
//! | `auth.token.id` | | the `jti` of a token that was revoked, or has come again |
//! | `auth.count` | | how many sessions ended or changed; how many lines are missing |
//! | `client.address` | yes | the caller, by [listed proxies](crate::config::AuthBuilder::trusted_proxies): an IPv4 address, or the /64 of an IPv6 address |
//! | `network.peer.address` | yes | the other end of the connection |
//! | `http.request.method` | yes | the method |
//! | `url.path` | yes | the path, without the query |
//! | `user_agent.original` | yes | what the client calls itself |
//! | `auth.duration` | | what the decision took, in seconds |
//!
//! To send it elsewhere, give [`AuditLog::new`] your own [`Write`](std::io::Write): each line is one `write_all`. For a program that wants the
//! decision itself and not its text, there is [`Auth::on_decision`](crate::Auth::on_decision).
//!
//! # Metrics
//!
//! They go through the facade `metrics`, under the names that Prometheus expects; OpenTelemetry's conventions have none for
//! authentication. Each is a constant in [`observe`](crate::observe). Install an exporter, such as `metrics-exporter-prometheus`, as the
//! showcase does: its `/metrics` has the policy `role("ops")`, since the names of policies and the figures say much about a service.
//!
//! | metric | kind | labels | counts |
//! |---|---|---|---|
//! | `auth_decisions_total` | counter | `policy`, `scheme`, `outcome`, `reason` | decisions |
//! | `auth_decision_duration_seconds` | histogram | `policy`, `outcome` | what they took |
//! | `auth_handler_denials_total` | counter | `policy` | denials that handlers returned |
//! | `auth_sign_ins_total` | counter | `outcome`, `reason` | sign-ins, by a form or at a provider (feature `session`) |
//! | `auth_events_lost_total` | counter | `cause` | what is missing from an audit log |
//! | `auth_key_fetches_total` | counter | `provider`, `outcome`, `reason` | fetches of a provider's keys (feature `jwks`) |
//! | `auth_key_age_seconds` | gauge | `provider` | time since its keys were fetched or confirmed (feature `jwks`) |
//! | `auth_introspections_total` | counter | `outcome` | calls to introspection endpoints (feature `introspection`) |
//! | `auth_outgoing_tokens_total` | counter | `grant`, `outcome` | tokens asked for of a provider, for calls to other services (feature `outgoing`) |
//! | `auth_introspections_shared_total` | counter | `outcome` | what shared answers were good for (features `introspection`, `redis`) |
//! | `auth_revocations_total` | counter | `kind`, `outcome` | revocations asked for in this process |
//! | `auth_revocations_withdrawn_total` | counter | `kind` | revocations that were withdrawn |
//! | `auth_revocations_held` | gauge | `kind` | revocations in memory |
//! | `auth_revocations_age_seconds` | gauge | | time since this process last knew all of Redis (feature `redis`) |
//! | `auth_revocations_sync_total` | counter | `event` | what happens between this process and Redis (feature `redis`) |
//!
//! `reason` and `outcome` are closed sets; `policy` has one value for each handler of yours. A histogram needs buckets: from 25 µs to
//! 5 s, for a decision is a matter of microseconds where nobody is asked, and never takes longer than the
//! [deadline](crate::config::AuthBuilder::deadline).
//!
//! `examples/grafana/auth.json` is a dashboard of them: import it in Grafana and choose the Prometheus data source.
//!
//! # Alerts worth having
//!
//! | alert | expression, over five minutes | what to do |
//! |---|---|---|
//! | this side cannot decide | `sum(rate(auth_decisions_total{outcome="failed"}[5m])) > 0.1` | the `reason` says what is out of reach; the error event has the cause |
//! | somebody guesses | `sum by (policy) (rate(auth_decisions_total{reason="credentials_wrong"}[5m])) > 5` | the audit log has the addresses |
//! | somebody guesses at the form | `sum(rate(auth_sign_ins_total{outcome="refused",reason=~"credentials_wrong\|too_many_attempts"}[5m])) > 1` | the same |
//! | stolen tokens are tried | `sum(increase(auth_decisions_total{reason=~"token_revoked\|nonce_replayed"}[5m])) > 0` | the audit log has subject and address |
//! | a release has locked people out | `sum by (policy) (rate(auth_decisions_total{outcome="denied"}[5m])) / sum by (policy) (rate(auth_decisions_total[5m])) > 0.5` | compare `reason` with before the release |
//! | decisions are slow | `histogram_quantile(0.99, sum by (le) (rate(auth_decision_duration_seconds_bucket[5m]))) > 0.5` | a check, a lookup or a provider is slow |
//! | keys grow old | `max by (provider) (auth_key_age_seconds) > 7200` | tokens are refused once the [stale limit](crate::manual::providers) is reached |
//! | revocations are not current | `max(auth_revocations_age_seconds) > 5` | requests are about to be answered 503; look after Redis |
//! | Redis is not to be trusted | `sum(increase(auth_revocations_sync_total{event=~"data_lost\|forged\|unreadable"}[5m])) > 0` | somebody else writes to it, or it lost its data |
//! | the record has gaps | `sum(increase(auth_events_lost_total[5m])) > 0` | the disk is full, or a function of `on_decision` is slow |
//!
//! # Events of the log
//!
//! What `tracing` gets, by message: those of a level above `debug` are worth reading, and say what to do. [Logs and
//! metrics](crate::manual::how_to::service#logs-and-metrics) has which decisions are written.
//!
//! [`AuditLog::file`]: crate::observe::AuditLog::file
//! [`AuditLog::grants`]: crate::observe::AuditLog::grants
//! [`AuditLog::new`]: crate::observe::AuditLog::new
//!
#![doc = include_str!("../../docs/events.md")]
