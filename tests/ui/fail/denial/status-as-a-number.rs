use auth_runtime::Denial;

fn gone() -> Denial {
    Denial::new(410)
}

fn main() {}
