//! The remedy for an unknown word: the nearest known one, else the list of all.

/// `did you mean …` when a known word is near, else `expected one of …`.
pub(crate) fn remedy<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            let list: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
            format!("expected one of {}", list.join(", "))
        }
    }
}

/// The known word closest to `word`, if at most a third of its letters differ.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('-', "_");
    let most = (word.chars().count() / 3).max(1);
    known
        .iter()
        .map(|&candidate| (distance(&word, candidate), candidate))
        .filter(|&(distance, _)| distance <= most)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insertion, deletion, replacement, and swap of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, j) + usize::from(x != y);
            let mut least = replaced.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(&y) && b.get(j - 1) == Some(&x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested() {
        for (word, meant) in
            [("scop", "scope"), ("baerer", "bearer"), ("Bearer", "bearer"), ("api-key", "api_key"), ("roles", "role")]
        {
            let known = ["bearer", "basic", "api_key", "scope", "role", "realm"];
            assert_eq!(remedy(word, known), format!("did you mean `{meant}`?"));
        }
    }

    #[test]
    fn far_words_get_the_list() {
        assert_eq!(remedy("kerberos", ["bearer", "basic"]), "expected one of `bearer`, `basic`");
        assert_eq!(remedy("", ["bearer"]), "expected one of `bearer`");
    }
}
