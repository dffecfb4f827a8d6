use auth_runtime::requires;

#[requires(bearer)]
unsafe extern "C" {
    fn handler();
}

fn main() {}
