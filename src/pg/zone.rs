//! Time zones: what a zone's clock shows, and when it shows it.
//!
//! Both answers are the server's own. Names are looked up once, not for each value, and a time
//! outside the range of the server's types is no error.

use core::ffi::{c_char, c_int};

use intervals::{calendar, series::DAY};
use pgrx::pg_sys;

use super::text_str;

const SECOND: i64 = 1_000_000;
/// Seconds from 1970, where `pg_time_t` begins, to 2000, where timestamps begin.
const EPOCH: i64 = 946_684_800;

/// A time zone.
#[derive(Clone, Copy)]
pub(crate) enum Zone {
    /// An abbreviation for an offset: microseconds ahead of universal time.
    Fixed(i64),
    /// A zone with rules; it stays as long as the session.
    Rules(*mut pg_sys::pg_tz),
    /// An abbreviation whose offset is looked up in a zone.
    Dynamic(*const c_char, *mut pg_sys::pg_tz),
}

impl Zone {
    /// That of the session.
    pub(crate) fn of_session() -> Self {
        // SAFETY: the setting always has a zone.
        Self::Rules(unsafe { pg_sys::session_timezone })
    }

    /// The one that `AT TIME ZONE` takes a text for; the server's error if there is none. What it
    /// needs lies in the current context.
    ///
    /// # Safety
    /// `name` is a text.
    pub(crate) unsafe fn of(name: pg_sys::Datum) -> Self {
        // The server raises its error for unknown zones here, on every version.
        super::call2(pg_sys::timestamptz_zone, name, pg_sys::Datum::from(0_i64));
        // SAFETY: as ours; the text was a zone's name, and has no zero byte.
        unsafe {
            let name = text_str(name);
            let name = pg_sys::pnstrdup(name.as_ptr().cast(), name.len());
            let (mut offset, mut zone) = (0, core::ptr::null_mut());
            match decode(name, &mut offset, &mut zone) {
                Kind::Fixed => Self::Fixed(i64::from(offset) * SECOND),
                Kind::Dynamic => Self::Dynamic(name, zone),
                Kind::Rules => Self::Rules(zone),
            }
        }
    }

    /// What the clock of the zone shows at `instant`, a timestamptz.
    pub(crate) fn clock(self, instant: i64) -> i64 {
        // SAFETY: zones and names are valid; the server copies nothing from us.
        let west = unsafe {
            match self {
                Self::Fixed(ahead) => return instant + ahead,
                Self::Rules(zone) => {
                    let time = instant.div_euclid(SECOND) + EPOCH;
                    let tm = pg_sys::pg_localtime(&time, zone);
                    // Null where the year is out of range, which that of a timestamp never is.
                    tm.as_ref().map_or(0, |tm| -tm.tm_gmtoff)
                }
                Self::Dynamic(name, zone) => {
                    let mut summer = 0;
                    let west =
                        pg_sys::DetermineTimeZoneAbbrevOffsetTS(instant, name, zone, &mut summer);
                    i64::from(west)
                }
            }
        };
        instant - west * SECOND
    }

    /// When the clock of the zone shows `clock`. What it skips counts with the offset before; of
    /// what it shows twice the later is meant.
    pub(crate) fn instant(self, clock: i64) -> i64 {
        let (day, time) = (clock.div_euclid(DAY), clock.rem_euclid(DAY) / SECOND);
        let (year, month, of_month) = calendar::civil(day);
        let mut tm = pg_sys::pg_tm {
            tm_sec: (time % 60) as i32,
            tm_min: (time / 60 % 60) as i32,
            tm_hour: (time / 3600) as i32,
            tm_mday: of_month as i32,
            tm_mon: month as i32,
            tm_year: year as i32,
            ..Default::default()
        };
        // SAFETY: as above.
        let west = unsafe {
            match self {
                Self::Fixed(ahead) => return clock - ahead,
                Self::Rules(zone) => pg_sys::DetermineTimeZoneOffset(&mut tm, zone),
                Self::Dynamic(name, zone) => {
                    pg_sys::DetermineTimeZoneAbbrevOffset(&mut tm, name, zone)
                }
            }
        };
        clock + i64::from(west) * SECOND
    }
}

enum Kind {
    Fixed,
    Dynamic,
    Rules,
}

/// Looks up a name that is known to be one of a zone: abbreviations first, as the server does.
///
/// # Safety
/// `name` is a C string.
unsafe fn decode(name: *const c_char, offset: &mut c_int, zone: &mut *mut pg_sys::pg_tz) -> Kind {
    // SAFETY: as ours.
    unsafe {
        #[cfg(feature = "pg15")]
        {
            let length = core::ffi::CStr::from_ptr(name).count_bytes() as i32;
            let lower = pg_sys::downcase_truncate_identifier(name, length, false);
            match pg_sys::DecodeTimezoneAbbrev(0, lower, offset, zone) as u32 {
                pg_sys::TZ | pg_sys::DTZ => Kind::Fixed,
                pg_sys::DYNTZ => Kind::Dynamic,
                _ => {
                    *zone = pg_sys::pg_tzset(name);
                    Kind::Rules
                }
            }
        }
        #[cfg(not(feature = "pg15"))]
        match pg_sys::DecodeTimezoneName(name, offset, zone) as u32 {
            pg_sys::TZNAME_FIXED_OFFSET => Kind::Fixed,
            pg_sys::TZNAME_DYNTZ => Kind::Dynamic,
            _ => Kind::Rules,
        }
    }
}
