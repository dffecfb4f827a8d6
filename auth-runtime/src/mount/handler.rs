//! The user's function as actix is given it: behind its policy, at the places its route attributes name.

use actix_web::dev::AppService;
use actix_web::{Handler, Resource, Responder};

use crate::extract::authorized::Authorized;
use crate::grant::{Extract, FromGrant};
use crate::guard::Answered;
use crate::mount::endpoint::Endpoint;
use crate::policy::Policy;
use crate::policy::check::AfterCheck;

/// Where a handler gets registered.
pub trait Places {
    /// Registers the handler at the place that the policy's route of this number names.
    fn add<P, H, F>(&mut self, route: usize, endpoint: Endpoint<H>)
    where
        P: Policy,
        H: Handler<(Authorized<P>,), Output = Answered<F>>,
        F: Responder + 'static;
}

impl Places for AppService {
    fn add<P, H, F>(&mut self, _: usize, endpoint: Endpoint<H>)
    where
        P: Policy,
        H: Handler<(Authorized<P>,), Output = Answered<F>>,
        F: Responder + 'static,
    {
        endpoint.register(self);
    }
}

/// Places with guards and middleware of their own, which the function adds to each before it registers it.
#[allow(clippy::exhaustive_structs, reason = "generated code builds it")]
pub struct Customized<'a, F>(pub &'a mut AppService, pub F);

debug_by_name!([F] Customized<'_, F> as "Customized";);

impl<C: Fn(usize, Resource, &mut AppService)> Places for Customized<'_, C> {
    fn add<P, H, F>(&mut self, route: usize, endpoint: Endpoint<H>)
    where
        P: Policy,
        H: Handler<(Authorized<P>,), Output = Answered<F>>,
        F: Responder + 'static,
    {
        (self.1)(route, endpoint.into_resource(), self.0);
    }
}

/// What a handler may return. A trait of ours, so that it can say what does not fit.
#[diagnostic::on_unimplemented(
    message = "a handler cannot answer with `{Self}`",
    label = "not a `Responder`",
    note = "return what implements `actix_web::Responder`: `HttpResponse`, a text, `web::Json<T>` where `T` implements \
            `serde::Serialize`",
    note = "in a `Result<T, E>`, `T` must be such an answer, and `E` must implement `actix_web::ResponseError`, as `Denial` does"
)]
pub trait Answer: Responder {}

#[diagnostic::do_not_recommend]
impl<R: Responder> Answer for R {}

fn register<P, T, Via, F>(function: &F, places: &mut impl Places)
where
    P: Policy,
    T: Extract<P, Via> + 'static,
    Via: 'static,
    F: Handler<T>,
    F::Output: Responder,
{
    register_at::<P, _, _>(places, || {
        let function = function.clone();
        move |authorized: Authorized<P>| authorized.run(function.clone())
    });
}

/// Registers what `handler` makes at every place of the policy.
fn register_at<P, H, F>(places: &mut impl Places, handler: impl Fn() -> H)
where
    P: Policy,
    H: Handler<(Authorized<P>,), Output = Answered<F>>,
    F: Responder + 'static,
{
    for (number, route) in P::SPEC.routes.iter().enumerate() {
        places.add(number, Endpoint::new(route, P::SPEC.handler, handler()));
    }
}

/// Registers the user's function behind its policy and a check of its arguments, wherever the policy says.
pub fn register_after<P, T, Via, F>(function: F, check: AfterCheck<T>, places: &mut impl Places)
where
    P: Policy,
    T: Extract<P, Via> + 'static,
    Via: 'static,
    F: Handler<T>,
    F::Output: Answer,
{
    register_at::<P, _, _>(places, || {
        let function = function.clone();
        move |authorized: Authorized<P>| authorized.run_after(function.clone(), check)
    });
}

/// Calls the user's function for a request that its policy admitted, when a check has seen its arguments.
pub fn run_after<P, T, Via, F>(
    function: F,
    check: AfterCheck<T>,
    authorized: Authorized<P>,
) -> impl Future<Output = Answered<F::Output>>
where
    P: Policy,
    T: Extract<P, Via>,
    F: Handler<T>,
    F::Output: Answer,
{
    authorized.run_after::<T, Via, F>(function, check)
}

/// Two functions for each number of arguments. An argument that the policy does not yield is reported at its type.
macro_rules! handlers {
    ($register:ident $run:ident: $($argument:ident $via:ident)*) => {
        /// Registers the user's function, behind its policy, wherever the policy says.
        pub fn $register<P, $($argument,)* F, $($via),*>(function: F, places: &mut impl Places)
        where
            P: Policy,
            $($argument: FromGrant<P, $via> + 'static, $via: 'static,)*
            F: Handler<($($argument,)*)>,
            F::Output: Answer,
        {
            register::<P, ($($argument,)*), ($($via,)*), F>(&function, places);
        }

        /// Calls the user's function for a request that its policy admitted.
        pub fn $run<P, $($argument,)* F, $($via),*>(
            function: F,
            authorized: Authorized<P>,
        ) -> impl Future<Output = Answered<F::Output>>
        where
            P: Policy,
            $($argument: FromGrant<P, $via>,)*
            F: Handler<($($argument,)*)>,
            F::Output: Answer,
        {
            authorized.run::<($($argument,)*), ($($via,)*), F>(function)
        }
    };
}

handlers!(register0 run0:);
handlers!(register1 run1: A Va);
handlers!(register2 run2: A Va B Vb);
handlers!(register3 run3: A Va B Vb C Vc);
handlers!(register4 run4: A Va B Vb C Vc D Vd);
handlers!(register5 run5: A Va B Vb C Vc D Vd E Ve);
handlers!(register6 run6: A Va B Vb C Vc D Vd E Ve G Vg);
handlers!(register7 run7: A Va B Vb C Vc D Vd E Ve G Vg H Vh);
handlers!(register8 run8: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi);
handlers!(register9 run9: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj);
handlers!(register10 run10: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk);
handlers!(register11 run11: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl);
handlers!(register12 run12: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl M Vm);
handlers!(register13 run13: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn);
handlers!(register14 run14: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn O Vo);
handlers!(register15 run15: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn O Vo Q Vq);
handlers!(register16 run16: A Va B Vb C Vc D Vd E Ve G Vg H Vh I Vi J Vj K Vk L Vl M Vm N Vn O Vo Q Vq R Vr);
