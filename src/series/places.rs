//! Types whose values are whole numbers, but not words of the same order.

use intervals::series::DAY;
use pgrx::pg_sys::{self, Datum};

use crate::pg::ContextAllocator;

/// Where the values of a type stand.
#[derive(Clone, Copy)]
pub(crate) enum Places {
    /// pg_lsn, by bytes.
    Positions,
    /// timetz, by microseconds, from midnight to midnight at the anchor's offset.
    TimesAtOffset,
}

impl Places {
    /// The value `offset` places from `anchor`; `None` where the type ends before. A value by
    /// reference lies in the current context.
    ///
    /// # Safety
    /// `anchor` is of the type.
    pub(crate) unsafe fn at(self, anchor: Datum, offset: i128) -> Option<Datum> {
        // SAFETY: as ours; values are as long as their types have them.
        unsafe {
            match self {
                Self::Positions => {
                    let sum = i128::from(anchor.value() as u64).checked_add(offset)?;
                    u64::try_from(sum).ok().map(Datum::from)
                }
                Self::TimesAtOffset => {
                    // Field by field: the value has less bytes than the struct with its padding.
                    let value = anchor.cast_mut_ptr::<pg_sys::TimeTzADT>();
                    let (time, zone) = ((*value).time, (*value).zone);
                    let time = i128::from(time).checked_add(offset)?;
                    let time = i64::try_from(time).ok().filter(|time| (0..=DAY).contains(time))?;
                    let sum = pg_sys::TimeTzADT { time, zone };
                    Some(Datum::from(ContextAllocator::current().put(sum)))
                }
            }
        }
    }
}
