//! Callers of every node, who never stop asking.

use tests::load::{self, Load};

use crate::processes::Node;

/// Which token was presented to which node, by their places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) node: usize,
    pub(crate) token: usize,
}

pub(crate) type Told = load::Told<Asked>;

/// One caller for each node, who presents each token in turn.
pub(crate) fn start(nodes: &[Node], tokens: &[&str]) -> Load<Asked> {
    Load::start(nodes.iter().enumerate().map(|(node, process)| {
        let mut caller = process.connect();
        let tokens: Vec<String> = tokens.iter().map(|&token| token.to_owned()).collect();
        let mut turns = (0..tokens.len()).cycle();
        move || {
            let token = turns.next().expect("a token");
            (Asked { node, token }, caller.get(&tokens[token]).status)
        }
    }))
}
