use auth_benches::cases::{Case, SITUATIONS};
use auth_benches::subject::block_on;
fn main() {
    let mut args = std::env::args().skip(1);
    let (situation, contender, n): (usize, usize, usize) = (args.next().unwrap().parse().unwrap(), args.next().unwrap().parse().unwrap(), args.next().unwrap().parse().unwrap());
    let situation = SITUATIONS[situation];
    let contender = situation.contenders()[contender];
    eprintln!("{situation:?} {contender:?}");
    block_on(async {
        let subject = Case { situation, contender }.prepare().await;
        for _ in 0..n { subject.answer_all(subject.requests(10)).await; }
    });
}
