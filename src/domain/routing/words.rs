//! Cutting text into comparable words. Says nothing about what they mean.

/// Words that say nothing about the product.
const EMPTY: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "anyone", "are", "as", "ask", "asked",
    "asking", "at", "be", "because", "been", "before", "being", "best", "but", "by", "can", "cannot",
    "could", "day", "days", "did", "do", "does", "doing", "don", "for", "from", "get", "getting", "has",
    "have", "having", "hello", "help", "her", "hi", "his", "how", "i", "if", "in", "into", "is", "it", "its",
    "know", "like", "looking", "me", "more", "my", "need", "needs", "new", "no", "not", "of", "on", "one",
    "or", "our", "out", "over", "people", "please", "question", "s", "she", "should", "so", "some",
    "somebody", "someone", "t", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there",
    "they", "this", "to", "two", "us", "use", "used", "using", "via", "want", "wants", "was", "way", "we",
    "were", "what", "when", "where", "which", "while", "who", "why", "will", "with", "without", "work",
    "working", "works", "would", "you", "your",
];

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// In its plainest form, in which words are compared.
    pub stem: String,
    /// In small letters, without a plural's ending.
    pub plain: String,
    /// Whether a stroke joins it to another (`CI/CD`).
    pub is_one_of_two: bool,
    /// Whether a hyphen or a low line joins it to the word before.
    pub continues: bool,
    /// Whether nothing but a space stands between it and the word before.
    pub is_next: bool,
    /// Whether "the" stands before it.
    pub has_article: bool,
}

/// The words of a text, in order; empty words stay as `None` so that neighbours are known.
pub(super) fn words(text: &str) -> Vec<Option<Word>> {
    let is_sign = |sign: char| !sign.is_alphanumeric() && sign != '+' && sign != '#';
    let mut words = Vec::new();
    let mut signs = 0_usize;
    let mut only_space = false;
    let mut rest = text;
    let (mut after_stroke, mut after_hyphen, mut after_article) = (false, false, false);
    while !rest.is_empty() {
        let end = rest.find(is_sign).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        if !word.is_empty() {
            let lower = word.to_lowercase();
            let before_stroke =
                behind.strip_prefix('/').is_some_and(|next| next.starts_with(char::is_alphanumeric));
            let is_empty = EMPTY.binary_search(&lower.as_str()).is_ok();
            words.push((!is_empty).then(|| Word {
                stem: stem(&lower),
                plain: singular(&lower),
                is_one_of_two: before_stroke || after_stroke,
                continues: after_hyphen,
                is_next: signs == 1 && only_space,
                has_article: after_article,
            }));
            after_article = lower == "the";
            signs = 0;
        }
        signs += 1;
        only_space = behind.starts_with(' ');
        after_hyphen = !word.is_empty() && behind.starts_with(['-', '_']);
        after_stroke = !word.is_empty() && behind.starts_with('/');
        rest = behind.chars().next().map_or("", |sign| &behind[sign.len_utf8()..]);
    }
    words
}

/// Without a plural's ending.
fn singular(word: &str) -> String {
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") {
        return word.to_owned();
    }
    word.strip_suffix("ies")
        .map(|rest| format!("{rest}y"))
        .or_else(|| word.strip_suffix('s').map(str::to_owned))
        .unwrap_or_else(|| word.to_owned())
}

/// Takes the plural and the commonest endings off, so that "runners" finds "runner" and "scanning" finds "scan".
pub(super) fn stem(word: &str) -> String {
    let letters = word.chars().count();
    if !word.is_ascii() || letters < 4 {
        return word.to_owned();
    }
    let cut = |ending: &str, put: &str, least: usize| {
        word.strip_suffix(ending).filter(|rest| rest.len() >= least).map(|rest| format!("{rest}{put}"))
    };
    cut("ies", "y", 3)
        .or_else(|| cut("sses", "ss", 2))
        .or_else(|| cut("xes", "x", 2))
        .or_else(|| cut("ing", "", 4).map(|rest| single(&rest)))
        .or_else(|| cut("ment", "", 4))
        .or_else(|| word.strip_suffix("ss").map(|_| word.to_owned()))
        .or_else(|| word.strip_suffix("us").map(|_| word.to_owned()))
        .or_else(|| cut("ed", "", 4).map(|rest| single(&rest)))
        .or_else(|| cut("s", "", 3))
        .map_or_else(|| word.to_owned(), |stemmed| stemmed.trim_end_matches('e').to_owned())
        .trim_end_matches('e')
        .to_owned()
}

/// `scann` → `scan`: the letter that an ending doubled.
fn single(word: &str) -> String {
    let letters = word.as_bytes();
    match letters {
        [.., a, b] if a == b && !matches!(b, b'l' | b's' | b'z') => word[..word.len() - 1].to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_meet() {
        for (a, b) in [
            ("runners", "runner"),
            ("scanning", "scan"),
            ("policies", "policy"),
            ("deployed", "deploying"),
            ("pipelines", "pipeline"),
            ("autoscaling", "autoscale"),
            ("deployment", "deploy"),
        ] {
            assert_eq!(stem(a), stem(b), "{a} {b}");
        }
        assert_eq!(stem("access"), "access");
        assert_eq!(stem("ci"), "ci");
    }

    #[test]
    fn empty_words_are_sorted_so_that_they_are_found() {
        assert!(EMPTY.is_sorted());
        let meaning = words("How do we keep the runners warm?").into_iter().flatten();
        assert_eq!(meaning.map(|word| word.stem).collect::<Vec<_>>(), ["keep", "runner", "warm"]);
    }
}
