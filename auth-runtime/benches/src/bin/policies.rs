//! What the engine behind lock file and matrix takes for 300 policies that all differ, as one thread runs it: their meanings, all
//! 90,000 comparisons of two, and the minimal callers that pass and that just fail.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use auth_runtime::Auth;
use auth_runtime::basic::Passwords;
use auth_runtime::policy::{Policy, PolicySpec};
use auth_runtime::review::Meaning;
use auth_runtime::testing::TestIssuer;

async fn owns() -> bool {
    true
}

macro_rules! ten_policies {
    ($($module:ident)*) => {
        $(mod $module {
            use auth_runtime::policy;
            use super::owns;

            const READ: &str = concat!(stringify!($module), ":read");
            const WRITE: &str = concat!(stringify!($module), ":write");
            const CLERK: &str = concat!(stringify!($module), "-clerk");

            policy! {
                pub(super) P0: bearer, scope(READ);
                pub(super) P1: bearer, scope(READ) && role(CLERK);
                pub(super) P2: bearer, scope(READ) || role(CLERK);
                pub(super) P3: any(bearer && scope(READ), basic);
                pub(super) P4: bearer, scope(READ) && (role(CLERK) || scope("admin"));
                pub(super) P5: bearer, role(CLERK) && check(owns);
                pub(super) P6: bearer, (role(CLERK) || role("ops")) && (scope(READ) || scope(WRITE)) && !claim("plan", "free");
                pub(super) P7: bearer, scope(READ) && check(owns) || role("ops");
                pub(super) P8: any(bearer, basic), role(CLERK);
                pub(super) P9: bearer, claim("tenant", CLERK) && scope(WRITE);
            }
        })*

        fn specs() -> Vec<PolicySpec> {
            vec![$(
                $module::P0::SPEC, $module::P1::SPEC, $module::P2::SPEC, $module::P3::SPEC, $module::P4::SPEC,
                $module::P5::SPEC, $module::P6::SPEC, $module::P7::SPEC, $module::P8::SPEC, $module::P9::SPEC,
            )*]
        }
    };
}

ten_policies! {
    m0 m1 m2 m3 m4 m5 m6 m7 m8 m9
    m10 m11 m12 m13 m14 m15 m16 m17 m18 m19
    m20 m21 m22 m23 m24 m25 m26 m27 m28 m29
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = Auth::builder()
        .bearer(TestIssuer::new().jwt())
        .basic(Passwords::htpasswd("alice:$2y$04$abcdefghijklmnopqrstuujZkTwHUiJ9XdZPwKfcfDo7dMp5DjlTu"))
        .dangerous_allow_unconfigured()
        .build()?;
    let specs = specs();
    let begun = Instant::now();
    let meanings: Vec<Meaning> = specs.iter().map(|spec| auth.meaning_of(spec)).collect();
    println!("meanings of {} policies: {:?}", meanings.len(), begun.elapsed());

    let begun = Instant::now();
    let mut implied = 0;
    for one in &meanings {
        implied += meanings.iter().filter(|other| one.implies(other).is_ok()).count();
    }
    let (took, pairs) = (begun.elapsed(), meanings.len() * meanings.len());
    println!("{pairs} comparisons, each with an example where it does not hold ({implied} hold): {took:?}");

    let begun = Instant::now();
    let (mut passes, mut fails) = (0, 0);
    for meaning in &meanings {
        passes += black_box(meaning.minimal_callers()?).count();
        fails += black_box(meaning.minimal_failures()?).count();
    }
    println!("{passes} minimal callers that pass and {fails} that just fail: {:?}", begun.elapsed());
    Ok(())
}
