//! Types whose values are whole numbers, of up to 128 bits, but not words of the same order.

use intervals::series::DAY;
use pgrx::pg_sys::{self, Datum};

use crate::pg::{ContextAllocator, Varlena};

/// Where the values of a type stand.
#[derive(Clone, Copy)]
pub(crate) enum Places {
    /// inet, by addresses. Terms stay in the family and keep the netmask of the anchor.
    Addresses,
    /// pg_lsn, by bytes.
    Positions,
    /// timetz, by microseconds, from midnight to midnight at the anchor's offset.
    TimesAtOffset,
}

/// The first byte of an inet with an IPv4 address (`PGSQL_AF_INET`).
const IPV4: u8 = 2;

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
                Self::Addresses => {
                    let value = Varlena::new(anchor);
                    let value = core::slice::from_raw_parts(value.start, value.length);
                    // Family, netmask, and the bytes of the address.
                    let (head, address) = value.split_at(2);
                    let place =
                        address.iter().fold(0, |place, byte| place << 8 | u128::from(*byte));
                    let last = if head[0] == IPV4 { u128::from(u32::MAX) } else { u128::MAX };
                    let place = place.checked_add_signed(offset).filter(|place| *place <= last)?;
                    let size = 4 + value.len();
                    let sum = pg_sys::palloc(size).cast::<u8>();
                    pgrx::set_varsize_4b(sum.cast(), size as i32);
                    let bytes = core::slice::from_raw_parts_mut(sum.add(4), value.len());
                    bytes[..2].copy_from_slice(head);
                    bytes[2..].copy_from_slice(&place.to_be_bytes()[16 - address.len()..]);
                    Some(Datum::from(sum))
                }
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
