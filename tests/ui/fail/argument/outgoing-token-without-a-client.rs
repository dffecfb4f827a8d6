use auth_runtime::Auth;
use auth_runtime::outgoing::OutgoingTokens;

fn main() {
    let outgoing = OutgoingTokens::at("https://idp.example");
    let auth = Auth::builder().outgoing(outgoing.build().unwrap()).build();
    drop(auth);
}
