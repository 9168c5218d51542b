//! Days of the proleptic Gregorian calendar, counted from 2000-01-01 as the server counts dates.

/// Days from 0000-03-01 to 2000-01-01.
const EPOCH: i64 = 730_425;
/// The first date that the server's type holds, 4714-11-24 BC.
pub const FIRST: i64 = -2_451_545;
/// The last one, 5874897-12-31.
pub const LAST: i64 = 2_145_031_948;

/// Year, month (1–12) and day (1–31) of a day. Years before 1 AD count 0, −1, …
///
/// After Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
pub const fn civil(day: i64) -> (i64, i64, i64) {
    let day = day + EPOCH;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + (month <= 2) as i64, month, day)
}

/// The day of a year, month and day; the inverse of [`civil`] (`days_from_civil` there).
pub const fn day(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * 146_097 + of_era - EPOCH
}

/// The number of days of a month.
pub const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `date` plus months, the day of the month cut to the month's length, plus days; `None` outside
/// the range of the server's dates.
pub fn add(date: i64, months: i64, days: i64) -> Option<i32> {
    let mut date = date;
    if months != 0 {
        let (year, month, of_month) = civil(date);
        let index = year.checked_mul(12)?.checked_add(month - 1)?.checked_add(months)?;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
        date = day(year, month, of_month.min(month_length(year, month)));
    }
    let date = date.checked_add(days)?;
    if (FIRST..=LAST).contains(&date) { i32::try_from(date).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_several_eras_is_its_own_inverse() {
        for from in [FIRST, -730_500, -100, 700_000, LAST - 200_000] {
            let mut last = civil(from - 1);
            for date in from..from + 150_000 {
                let (y, m, d) = civil(date);
                assert_eq!(day(y, m, d), date);
                let next = if last.2 < month_length(last.0, last.1) {
                    (last.0, last.1, last.2 + 1)
                } else if last.1 < 12 {
                    (last.0, last.1 + 1, 1)
                } else {
                    (last.0 + 1, 1, 1)
                };
                assert_eq!((y, m, d), next);
                last = (y, m, d);
            }
        }
    }

    #[test]
    fn known_dates() {
        assert_eq!(civil(0), (2000, 1, 1));
        assert_eq!(civil(FIRST), (-4713, 11, 24));
        assert_eq!(civil(LAST), (5_874_897, 12, 31));
        assert_eq!(add(day(2024, 1, 31), 1, 0), Some(day(2024, 2, 29) as i32));
        assert_eq!(add(day(2023, 1, 31), 1, 1), Some(day(2023, 3, 1) as i32));
        assert_eq!(add(day(2024, 2, 29), -12, 0), Some(day(2023, 2, 28) as i32));
        assert_eq!(add(LAST, 0, 1), None);
        assert_eq!(add(FIRST, -1, 0), None);
        assert_eq!(add(0, i64::MAX, 0), None);
    }
}
