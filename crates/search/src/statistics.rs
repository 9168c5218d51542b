//! The arithmetic of corpus statistics that are kept current by deltas.
//!
//! [`Totals`] of a corpus, and what a change adds to them, are the same thing: sums over documents
//! that come, minus sums over documents that go. Deltas commute, so they may be appended by
//! concurrent writers and folded in any order. A reset (TRUNCATE) is no delta: it makes what came
//! before it void.
//!
//! A fold may see a delta whose document was never counted (tables written behind the triggers'
//! back), so what is read as statistics is never negative, and sums saturate.

use crate::bm25::Corpus;
use crate::tsvector::{Malformed, TsVector};

/// Numbers of documents and positions, or their change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Documents.
    pub documents: i64,
    /// Positions with each label, {D, C, B, A}.
    pub lengths: [i64; 4],
}

impl Totals {
    /// Those of one document.
    ///
    /// # Errors
    /// If its bytes are wrong.
    pub fn of(document: TsVector<'_>) -> Result<Self, Malformed> {
        Ok(Self { documents: 1, lengths: document.lengths()?.map(i64::from) })
    }

    /// With what `other` adds.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.with(other, i64::saturating_add)
    }

    /// Without what `other` added.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.with(other, i64::saturating_sub)
    }

    fn with(self, other: Self, operation: fn(i64, i64) -> i64) -> Self {
        let lengths =
            core::array::from_fn(|label| operation(self.lengths[label], other.lengths[label]));
        Self { documents: operation(self.documents, other.documents), lengths }
    }

    /// What a score needs of them.
    pub fn corpus(self) -> Corpus {
        let documents = self.documents.max(0) as u64;
        let average = |length: i64| {
            if documents == 0 { 0.0 } else { length.max(0) as f64 / documents as f64 }
        };
        Corpus { documents, lengths: self.lengths.map(average) }
    }
}

/// A document frequency with all its deltas, as a score needs it.
pub fn document_frequency(base: i64, deltas: impl IntoIterator<Item = i64>) -> u64 {
    deltas.into_iter().fold(base, i64::saturating_add).max(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, vector};

    /// Documents that come and go, folded in any order, leave the totals of those that are there.
    #[test]
    fn deltas_are_the_same_as_counting_again() {
        let mut random = Random(61);
        for _ in 0..200 {
            let documents: Vec<Totals> = (0..20)
                .map(|_| {
                    Totals::of(TsVector::new(&vector(&random.document(9, 3))).unwrap()).unwrap()
                })
                .collect();
            let mut present = vec![false; documents.len()];
            let mut deltas = Vec::new();
            for _ in 0..60 {
                let which = random.below(20) as usize;
                let none = Totals::default();
                let delta = if present[which] {
                    none.minus(documents[which])
                } else {
                    none.plus(documents[which])
                };
                present[which] = !present[which];
                deltas.insert(random.below(deltas.len() as u64 + 1) as usize, delta);
            }
            let folded = deltas.into_iter().fold(Totals::default(), Totals::plus);
            let mut counted = Totals::default();
            for (document, _) in documents.iter().zip(&present).filter(|(_, present)| **present) {
                counted.documents += 1;
                for label in 0..4 {
                    counted.lengths[label] += document.lengths[label];
                }
            }
            assert_eq!(folded, counted);
        }
    }

    #[test]
    fn averages() {
        let totals = Totals { documents: 4, lengths: [10, 0, 2, -3] };
        assert_eq!(totals.corpus(), Corpus { documents: 4, lengths: [2.5, 0.0, 0.5, 0.0] });
        let negative = Totals { documents: -1, lengths: [5; 4] };
        assert_eq!(negative.corpus(), Corpus { documents: 0, lengths: [0.0; 4] });
        let most = Totals { documents: i64::MAX, lengths: [i64::MAX; 4] };
        assert_eq!(most.plus(most), most);
        assert_eq!(document_frequency(3, [2, -1]), 4);
        assert_eq!(document_frequency(3, [-9]), 0);
        assert_eq!(document_frequency(i64::MAX, [1]), i64::MAX as u64);
    }
}
