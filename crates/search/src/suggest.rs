//! What was meant: suggestions for a word, and corrections of a query.
//!
//! Suggestions are words of the vocabulary within [`MAX_DISTANCE`] typos of a word, never the word
//! itself. The nearest come first; of equally near ones those last whose first letter is another
//! (people rarely mistake it), where the first two letters exchanged count as the same; then the more
//! frequent come first, then words in the order of their bytes.

use core::ops::Range;

use crate::parse;
use crate::vocabulary::{Best, MAX_DISTANCE, Vocabulary, Word, characters};

/// Whether a word begins with another letter than what was typed.
fn begins_otherwise(typed: &[u32], word: &[u32]) -> bool {
    typed.first() != word.first()
        && !(typed.len() > 1 && word.len() > 1 && typed[0] == word[1] && typed[1] == word[0])
}

/// The best suggestions for a folded word, at most `limit`.
pub fn suggest<D: AsRef<[u8]>>(vocabulary: &Vocabulary<D>, word: &[u8], limit: usize) -> Vec<Word> {
    // Nearer words come first, so if they are enough, the many further ones need not be seen.
    let near = within(vocabulary, word, 1, limit);
    if near.len() == limit { near } else { within(vocabulary, word, MAX_DISTANCE, limit) }
}

fn within<D: AsRef<[u8]>>(
    vocabulary: &Vocabulary<D>,
    word: &[u8],
    distance: u8,
    limit: usize,
) -> Vec<Word> {
    let mut best = Best::new(limit);
    let typed = characters(word, vocabulary.encoding());
    vocabulary.within(word, distance, |text, distance, frequency| {
        if distance > 0 && limit > 0 {
            let found = characters(text, vocabulary.encoding());
            let rank = distance * 2 + u8::from(begins_otherwise(&typed, &found));
            best.offer(rank, text, distance, frequency);
        }
    });
    best.into_words()
}

/// A query in which words that the vocabulary does not have are replaced by what was probably meant;
/// all else stays, byte for byte.
///
/// `words` says where words stand in a text, as the vocabulary counts them, and what they are folded:
/// in order, none within another. A prefix is known if a word begins with it. Up to two characters
/// stay whatever they are, up to five may have one typo, more of them two, as with `word~` in a
/// query. A word without a suggestion stays.
///
/// # Errors
/// Those of `words`.
pub fn correct<D: AsRef<[u8]>, E>(
    vocabulary: &Vocabulary<D>,
    query: &[u8],
    mut words: impl FnMut(&[u8]) -> Result<Vec<(Range<usize>, Vec<u8>)>, E>,
) -> Result<Vec<u8>, E> {
    let mut corrected = Vec::with_capacity(query.len());
    let mut copied = 0;
    for (stretch, prefix) in parse::words(query) {
        for (place, word) in words(&query[stretch.clone()])? {
            let known = match prefix {
                true => !vocabulary.completions(&word, 1).is_empty(),
                false => vocabulary.frequency(&word).is_some(),
            };
            if known || characters(&word, vocabulary.encoding()).len() <= 2 {
                continue;
            }
            let best = within(vocabulary, &word, parse::usual_typos(&word), 1).pop();
            let (start, end) = (stretch.start + place.start, stretch.start + place.end);
            if let Some(best) = best.filter(|_| copied <= start && start <= end) {
                corrected.extend(&query[copied..start]);
                corrected.extend(best.text);
                copied = end;
            }
        }
    }
    corrected.extend(&query[copied..]);
    Ok(corrected)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::testing::{Random, distance};
    use crate::vocabulary::{Encoding, build};

    fn vocabulary(words: &BTreeMap<String, u64>) -> Vocabulary<Vec<u8>> {
        let bytes = build(words.iter().map(|(word, frequency)| (word, *frequency))).unwrap();
        Vocabulary::new(bytes, Encoding::Utf8).unwrap()
    }

    fn vocabulary_of(words: &[(&str, u64)]) -> Vocabulary<Vec<u8>> {
        vocabulary(&words.iter().map(|(word, n)| (word.to_string(), *n)).collect())
    }

    /// Against the whole table of distances for every word.
    #[test]
    fn suggestions_are_the_nearest_words() {
        const LETTERS: [char; 4] = ['a', 'b', 'ö', '語'];
        let word = |random: &mut Random, longest| -> String {
            (0..1 + random.below(longest)).map(|_| LETTERS[random.below(4) as usize]).collect()
        };
        let mut random = Random(81);
        let mut found = 0;
        for _ in 0..300 {
            let words: BTreeMap<String, u64> =
                (0..60).map(|_| (word(&mut random, 6), random.below(9))).collect();
            let vocabulary = vocabulary(&words);
            for _ in 0..10 {
                let typed: Vec<char> = word(&mut random, 6).chars().collect();
                let mut expected: Vec<_> = words
                    .iter()
                    .filter_map(|(word, frequency)| {
                        let letters: Vec<char> = word.chars().collect();
                        let distance = distance(&letters, &typed);
                        let mut exchanged = typed.clone();
                        if typed.len() > 1 && letters.len() > 1 {
                            exchanged.swap(0, 1);
                        }
                        let same = typed[0] == letters[0]
                            || letters.len() > 1 && exchanged[..2.min(typed.len())] == letters[..2];
                        (1..=2).contains(&distance).then_some((
                            distance,
                            !same,
                            u64::MAX - frequency,
                            word.clone(),
                        ))
                    })
                    .collect();
                expected.sort();
                found += expected.len();
                let typed: String = typed.into_iter().collect();
                for limit in [0, 1, 3, 100] {
                    let suggested: Vec<_> = suggest(&vocabulary, typed.as_bytes(), limit)
                        .into_iter()
                        .map(|word| (word.distance as usize, word.frequency, word.text))
                        .collect();
                    let expected: Vec<_> = expected
                        .iter()
                        .take(limit)
                        .map(|word| (word.0, u64::MAX - word.2, word.3.clone().into_bytes()))
                        .collect();
                    assert_eq!(suggested, expected, "{typed}");
                }
            }
        }
        assert!(found > 10_000);
    }

    #[test]
    fn first_letters_weigh_more() {
        let vocabulary = vocabulary_of(&[("cat", 1), ("bat", 100), ("act", 5), ("cast", 3)]);
        let suggested: Vec<_> = suggest(&vocabulary, b"cat", 9)
            .into_iter()
            .map(|word| (String::from_utf8(word.text).unwrap(), word.distance))
            .collect();
        let expected = [("act", 1), ("cast", 1), ("bat", 1)];
        assert_eq!(suggested, expected.map(|(word, distance)| (word.to_string(), distance)));
    }

    fn corrected(query: &str) -> String {
        let vocabulary = vocabulary_of(&[
            ("database", 9),
            ("or", 50),
            ("and", 70),
            ("the", 80),
            ("ranking", 5),
            ("search", 7),
            ("größe", 2),
        ]);
        let words = |text: &[u8]| -> Result<_, ()> {
            let mut words = Vec::new();
            let mut at = 0;
            for word in text.split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80) {
                if !word.is_empty() {
                    let folded = String::from_utf8(word.to_vec()).unwrap().to_lowercase();
                    words.push((at..at + word.len(), folded.into_bytes()));
                }
                at += word.len() + 1;
            }
            Ok(words)
        };
        String::from_utf8(correct(&vocabulary, query.as_bytes(), words).unwrap()).unwrap()
    }

    #[test]
    fn only_unknown_words_are_replaced() {
        for (query, expected) in [
            ("serach", "search"),
            ("  teh   dtabase ", "  the   database "),
            (
                "A:serch OR \"teh  ranknig\"~3 -(databse AND Search)",
                "A:search OR \"the  ranking\"~3 -(database AND Search)",
            ),
            ("DATBASE grösse größe", "database größe größe"),
            ("dat* serc* rnak* \"the serch\"*", "dat* serc* rnak* \"the search\"*"),
            ("databese~1 searhc~", "database~1 search~"),
            ("search-databse", "search-database"),
            ("xy qqqqq NOT", "xy qqqqq NOT"),
            ("sxrxch xatabxse", "sxrxch database"),
            ("srxch", "srxch"),
            ("", ""),
        ] {
            assert_eq!(corrected(query), expected, "{query}");
        }
    }

    /// What is no letter stays where it is, and known words as they are.
    #[test]
    fn corrections_of_random_input() {
        let mut random = Random(83);
        let pieces = [
            "search", "serach", "The", "AND ", "OR ", " ", "\"", "(", ")", "-", "+", "*", "~1",
            "A:", "größe", "datbase",
        ];
        let mut changed = 0;
        for _ in 0..20_000 {
            let query: String =
                (0..random.below(9)).map(|_| pieces[random.below(16) as usize]).collect();
            let after = corrected(&query);
            let others = |text: &str| text.replace(char::is_alphabetic, "");
            assert_eq!(others(&after), others(&query), "{query}");
            changed += usize::from(after != query);
            assert_eq!(corrected(&after), after, "{query}");
        }
        assert!(changed > 1000);
    }

    /// Half a million words made of syllables, a few of them frequent. The bounds are generous: checks
    /// are on in tests, and machines are busy.
    #[test]
    fn half_a_million_words_are_searched_in_milliseconds() {
        let mut random = Random(85);
        let mut words = BTreeMap::new();
        let letter = |random: &mut Random, from: &[u8]| {
            from[random.below(from.len() as u64) as usize] as char
        };
        while words.len() < 500_000 {
            let mut word = String::new();
            for _ in 0..2 + random.below(3) {
                word.push(letter(&mut random, b"bcdfghklmnprstvw"));
                word.push(letter(&mut random, b"aeiou"));
                if random.below(2) == 0 {
                    word.push(letter(&mut random, b"lmnrst"));
                }
            }
            let frequency = 1_000_000 / (1 + random.below(1_000_000));
            words.insert(word, frequency);
        }
        let vocabulary = vocabulary(&words);
        let typed: Vec<Vec<u8>> = words
            .keys()
            .step_by(20_011)
            .map(|word| {
                let mut word = word.clone().into_bytes();
                let at = random.below(word.len() as u64 - 1) as usize;
                word.swap(at, at + 1);
                word
            })
            .collect();
        let prefixes: Vec<&[u8]> = vec![b"", b"s", b"sa", b"san", b"sant"];
        let time = |what: &str, inputs: &[&[u8]], run: &dyn Fn(&[u8]) -> usize| {
            let (mut most, mut all) = (Duration::ZERO, Duration::ZERO);
            for input in inputs {
                run(input);
                let start = Instant::now();
                assert!(run(input) > 0);
                let taken = start.elapsed();
                most = most.max(taken);
                all += taken;
            }
            println!("{what}: {:?}, at most {most:?}", all / inputs.len() as u32);
            assert!(most < Duration::from_millis(100));
        };
        let typed: Vec<&[u8]> = typed.iter().map(Vec::as_slice).collect();
        time("suggest", &typed, &|word| suggest(&vocabulary, word, 5).len());
        time("complete", &prefixes, &|prefix| vocabulary.completions(prefix, 10).len());
    }
}
