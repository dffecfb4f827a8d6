//! The functions that load authorities: their shape, and what they may ask for.

// Each type parameter names the variable that holds its argument.
#![allow(non_snake_case)]

use std::any::{Any, type_name};
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{Error, FromRequest, Handler, HttpRequest, web};
use futures_core::future::LocalBoxFuture;
use sha2::{Digest as _, Sha256};

use crate::authorities::loader::AuthorityLoader;
use crate::authorities::{Authorities, Given, LoadFailure};
use crate::denial::Reason;
use crate::principal::{DetailsType, Principal, PrincipalKey};

/// What a function brought, or why nothing.
pub(super) type Loaded = Result<Option<Given>, LoadFailure>;

/// Keeps a place in memory from being given to other data, without keeping the data.
pub(crate) type KeptPlace = Box<dyn Any + Send + Sync>;

/// A function with its arguments, erased.
pub(super) trait Load: Send + Sync {
    /// The name of the function.
    fn name(&self) -> &'static str;

    /// The type of the details that it brings.
    fn details(&self) -> DetailsType;

    /// Whether it sees more of the caller than who it is.
    fn sees_credentials(&self) -> bool;

    /// Whether it sees more of the request than the application's data.
    fn sees_request(&self) -> bool;

    /// Adds which application data it is given.
    fn identify(&self, request: &HttpRequest, into: &mut Sha256);

    /// What must be held for as long as that data is to be known again: it is told apart by where it is.
    fn places(&self, request: &HttpRequest) -> Vec<KeptPlace>;

    /// Takes what it asks for, and what will come of it.
    fn begin(&self, principal: &Principal, request: &HttpRequest) -> LocalBoxFuture<'static, Loaded>;
}

/// What can load authorities: an `async fn` of yours, or an [`AuthorityLoader`] that says more about one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot load authorities",
    label = "not a function that loads authorities",
    note = "write `async fn load(who: Principal, db: web::Data<Db>) -> Result<Option<Authorities<User>>, DbError>`"
)]
pub trait IntoAuthorityLoader<Args> {
    /// The loader.
    fn into_loader(self) -> AuthorityLoader;
}

impl<F, Args> IntoAuthorityLoader<Args> for F
where
    F: Handler<Args> + Send + Sync,
    Args: AppDataArguments,
    F::Output: AuthoritiesAnswer,
{
    fn into_loader(self) -> AuthorityLoader {
        AuthorityLoader::new(self)
    }
}

/// Stands where a function has its arguments.
#[derive(Debug)]
#[non_exhaustive]
pub enum Configured {}

#[diagnostic::do_not_recommend]
impl IntoAuthorityLoader<Configured> for AuthorityLoader {
    fn into_loader(self) -> AuthorityLoader {
        self
    }
}

/// What a function that loads authorities may return.
#[diagnostic::on_unimplemented(
    message = "a function that loads authorities cannot return `{Self}`",
    label = "not the answer of a function that loads authorities",
    note = "return `Result<Option<Authorities<T>>, E>`, with an `E` that implements `Display` and a `T` that is `Send` and `Sync`; \
            `Ok(None)` says that the caller is known no more"
)]
pub trait AuthoritiesAnswer: sealed::Answer {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static, E: Display> AuthoritiesAnswer for Result<Option<Authorities<T>>, E> {}

mod sealed {
    use super::{Display, Given};
    use crate::authorities::Authorities;

    pub trait Answer {
        type Details: 'static;

        #[doc(hidden)]
        #[allow(private_interfaces)]
        fn given(self) -> Result<Option<Given>, String>;
    }

    #[diagnostic::do_not_recommend]
    impl<T: Send + Sync + 'static, E: Display> Answer for Result<Option<Authorities<T>>, E> {
        type Details = T;

        #[allow(private_interfaces)]
        fn given(self) -> Result<Option<Given>, String> {
            self.map(|given| given.map(Given::from)).map_err(|error| error.to_string())
        }
    }
}

/// The first argument: the caller.
#[diagnostic::on_unimplemented(
    message = "the first argument of a function that loads authorities is the caller, not `{Self}`",
    label = "neither `Principal` nor `PrincipalKey`",
    note = "take `who: Principal` first; `who: PrincipalKey` where issuer and subject are enough, so that all credentials of a \
            caller share what is remembered"
)]
pub trait CallerArgument: Sized + 'static {
    #[doc(hidden)]
    const SEES_CREDENTIALS: bool;

    #[doc(hidden)]
    fn of(principal: &Principal) -> Self;
}

impl CallerArgument for Principal {
    const SEES_CREDENTIALS: bool = true;

    fn of(principal: &Principal) -> Self {
        principal.clone()
    }
}

impl CallerArgument for PrincipalKey {
    const SEES_CREDENTIALS: bool = false;

    fn of(principal: &Principal) -> Self {
        principal.key()
    }
}

/// An argument behind the first: data of the application.
#[diagnostic::on_unimplemented(
    message = "a function that loads authorities is not given `{Self}`",
    label = "not `web::Data<…>`",
    note = "behind the caller it takes `web::Data<T>`, on which every request of the caller agrees, with a `T` that is `Send` and `Sync`; \
            for other extractors use `AuthorityLoader::of_request(…)`, which shares nothing between requests"
)]
pub trait AppDataArgument: Sized + 'static {
    #[doc(hidden)]
    fn of(request: &HttpRequest) -> Option<Self>;

    /// Which data it is.
    #[doc(hidden)]
    fn address(&self) -> usize;

    #[doc(hidden)]
    fn place(self) -> KeptPlace;
}

impl<T: ?Sized + Send + Sync + 'static> AppDataArgument for web::Data<T> {
    fn of(request: &HttpRequest) -> Option<Self> {
        request.app_data::<Self>().cloned()
    }

    fn address(&self) -> usize {
        std::ptr::from_ref::<T>(self.get_ref()).cast::<()>().addr()
    }

    fn place(self) -> KeptPlace {
        Box::new(Arc::downgrade(&self.into_inner()))
    }
}

/// The caller, then `web::Data` up to seven times.
#[diagnostic::on_unimplemented(
    message = "a function that loads authorities is not given the arguments `{Self}`",
    label = "not the caller and `web::Data<…>`",
    note = "its first argument is `Principal` or `PrincipalKey`, and the others are `web::Data<T>`"
)]
pub trait AppDataArguments: Sized + 'static {
    #[doc(hidden)]
    const SEES_CREDENTIALS: bool;

    #[doc(hidden)]
    fn identify(request: &HttpRequest, into: &mut Sha256);

    #[doc(hidden)]
    fn places(request: &HttpRequest) -> Vec<KeptPlace>;

    /// The name of the type that is not there, else.
    #[doc(hidden)]
    fn take(principal: &Principal, request: &HttpRequest) -> Result<Self, &'static str>;
}

/// The caller, then extractors of any kind up to seven times.
#[diagnostic::on_unimplemented(
    message = "a function that loads authorities is not given the arguments `{Self}`",
    label = "not the caller and extractors",
    note = "its first argument is `Principal` or `PrincipalKey`, and the others implement `actix_web::FromRequest`"
)]
pub trait RequestArguments: Sized + 'static {
    #[doc(hidden)]
    const SEES_CREDENTIALS: bool;

    #[doc(hidden)]
    fn take(principal: &Principal, request: &HttpRequest) -> impl Future<Output = Result<Self, Error>>;
}

macro_rules! arguments {
    ($($($argument:ident)*;)+) => {$(
        #[allow(unused_variables, reason = "the caller may be all that is asked for")]
        impl<W: CallerArgument, $($argument: AppDataArgument),*> AppDataArguments for (W, $($argument,)*) {
            const SEES_CREDENTIALS: bool = W::SEES_CREDENTIALS;

            fn identify(request: &HttpRequest, into: &mut Sha256) {
                $(into.update($argument::of(request).map_or(0, |data| data.address()).to_le_bytes());)*
            }

            fn places(request: &HttpRequest) -> Vec<KeptPlace> {
                let places: [Option<KeptPlace>; _] = [$($argument::of(request).map(AppDataArgument::place)),*];
                places.into_iter().flatten().collect()
            }

            fn take(principal: &Principal, request: &HttpRequest) -> Result<Self, &'static str> {
                Ok((W::of(principal), $($argument::of(request).ok_or(std::any::type_name::<$argument>())?,)*))
            }
        }

        #[allow(unused_variables, reason = "the caller may be all that is asked for")]
        impl<W: CallerArgument, $($argument: FromRequest + 'static),*> RequestArguments for (W, $($argument,)*) {
            const SEES_CREDENTIALS: bool = W::SEES_CREDENTIALS;

            async fn take(principal: &Principal, request: &HttpRequest) -> Result<Self, Error> {
                $(let $argument = $argument::from_request(request, &mut Payload::None).await.map_err(Into::into)?;)*
                Ok((W::of(principal), $($argument,)*))
            }
        }
    )+};
}

arguments! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
    A B C D E G H;
}

/// A function of the caller and the application's data.
pub(super) struct OfAppData<F, Args>(F, PhantomData<fn() -> Args>);

/// A function of the caller and the request.
pub(super) struct OfRequest<F, Args>(F, PhantomData<fn() -> Args>);

impl<F, Args> OfAppData<F, Args> {
    pub(super) fn new(function: F) -> Self {
        Self(function, PhantomData)
    }
}

impl<F, Args> OfRequest<F, Args> {
    pub(super) fn new(function: F) -> Self {
        Self(function, PhantomData)
    }
}

fn details_of<A: AuthoritiesAnswer>() -> DetailsType {
    DetailsType::of::<A::Details>()
}

fn given<A: AuthoritiesAnswer>(answer: A) -> Loaded {
    answer.given().map_err(|error| LoadFailure::new(Reason::AuthoritiesUnavailable, &error))
}

impl<F, Args> Load for OfAppData<F, Args>
where
    F: Handler<Args> + Send + Sync,
    Args: AppDataArguments,
    F::Output: AuthoritiesAnswer,
{
    fn name(&self) -> &'static str {
        type_name::<F>()
    }

    fn details(&self) -> DetailsType {
        details_of::<F::Output>()
    }

    fn sees_credentials(&self) -> bool {
        Args::SEES_CREDENTIALS
    }

    fn sees_request(&self) -> bool {
        false
    }

    fn identify(&self, request: &HttpRequest, into: &mut Sha256) {
        Args::identify(request, into);
    }

    fn places(&self, request: &HttpRequest) -> Vec<KeptPlace> {
        Args::places(request)
    }

    fn begin(&self, principal: &Principal, request: &HttpRequest) -> LocalBoxFuture<'static, Loaded> {
        let (function, arguments) = (self.0.clone(), Args::take(principal, request));
        Box::pin(async move {
            let missing = |data| LoadFailure::new(Reason::AuthoritiesErred, format_args!("`{data}` is not there"));
            given(function.call(arguments.map_err(missing)?).await)
        })
    }
}

impl<F, Args> Load for OfRequest<F, Args>
where
    F: Handler<Args> + Send + Sync,
    Args: RequestArguments,
    F::Output: AuthoritiesAnswer,
{
    fn name(&self) -> &'static str {
        type_name::<F>()
    }

    fn details(&self) -> DetailsType {
        details_of::<F::Output>()
    }

    fn sees_credentials(&self) -> bool {
        Args::SEES_CREDENTIALS
    }

    fn sees_request(&self) -> bool {
        true
    }

    fn identify(&self, _: &HttpRequest, _: &mut Sha256) {}

    fn places(&self, _: &HttpRequest) -> Vec<KeptPlace> {
        Vec::new()
    }

    fn begin(&self, principal: &Principal, request: &HttpRequest) -> LocalBoxFuture<'static, Loaded> {
        let (function, principal, request) = (self.0.clone(), principal.clone(), request.clone());
        Box::pin(async move {
            match Args::take(&principal, &request).await {
                Ok(arguments) => {
                    drop(request);
                    given(function.call(arguments).await)
                }
                Err(error) => Err(unextracted(&error)),
            }
        })
    }
}

/// What follows from an argument that could not be had: our failure, or the request's fault.
fn unextracted(error: &Error) -> LoadFailure {
    let reason = match error.as_response_error().status_code() {
        StatusCode::SERVICE_UNAVAILABLE => Reason::AuthoritiesUnavailable,
        status if status.is_server_error() => Reason::AuthoritiesErred,
        _ => Reason::ArgumentUnfit,
    };
    LoadFailure::new(reason, error)
}
