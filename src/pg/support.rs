//! What the planner asks about calls of our functions.

use pgrx::pg_sys::{self, Datum, Oid};

use super::Call;

/// The question how many rows a call will return.
pub(crate) struct RowsRequest(*mut pg_sys::SupportRequestRows);

impl RowsRequest {
    /// Answers the request that a support function was called with, if it is one for rows, by what
    /// `estimate` says; `None` is that nothing is known.
    ///
    /// # Safety
    /// SQL declares the running function as `(internal) → internal`.
    pub(crate) unsafe fn answer(call: Call, estimate: impl FnOnce(&Self) -> Option<f64>) -> Datum {
        let request: *mut pg_sys::SupportRequestRows = call.pointer(0);
        // SAFETY: the argument is a node of the planner's; of this kind, it names a call, if any,
        // and is for us to fill in.
        unsafe {
            if (*request).type_ != pg_sys::NodeTag::T_SupportRequestRows {
                return Datum::from(0);
            }
            let node = (*request).node;
            if node.is_null() || (*node).type_ != pg_sys::NodeTag::T_FuncExpr {
                return Datum::from(0);
            }
            let Some(rows) = estimate(&Self(request)) else { return Datum::from(0) };
            (*request).rows = rows.max(0.0);
        }
        Datum::from(request)
    }

    /// The arguments of the call that it is about.
    fn arguments(&self) -> *mut pg_sys::List {
        // SAFETY: the node is a function call.
        unsafe { (*(*self.0).node.cast::<pg_sys::FuncExpr>()).args }
    }

    /// The number of arguments of the call that it is about.
    pub(crate) fn argument_count(&self) -> usize {
        // SAFETY: a list of nodes, or null, which is the empty one.
        unsafe { self.arguments().as_ref().map_or(0, |list| list.length as usize) }
    }

    /// The value of argument `n` if the planner can tell it and it is not NULL, with its type.
    pub(crate) fn constant(&self, n: usize) -> Option<(Datum, Oid)> {
        if n >= self.argument_count() {
            return None;
        }
        // SAFETY: the list has so many nodes.
        unsafe {
            let node = (*(*self.arguments()).elements.add(n)).ptr_value.cast::<pg_sys::Node>();
            let node = pg_sys::estimate_expression_value((*self.0).root, node);
            let constant = node.cast::<pg_sys::Const>();
            ((*node).type_ == pg_sys::NodeTag::T_Const && !(*constant).constisnull)
                .then(|| ((*constant).constvalue, (*constant).consttype))
        }
    }
}

/// Answers, from PostgreSQL 16 on, which frame a window function wants that looks at no frame: that by
/// rows, since others have the server compare each row with the next to find its peers.
///
/// # Safety
/// SQL declares the running function as `(internal) → internal`.
pub(crate) unsafe fn answer_any_frame(call: Call) -> Datum {
    #[cfg(not(feature = "pg15"))]
    // SAFETY: the argument is a node of the planner's; of this kind, it is for us to fill in.
    unsafe {
        let request: *mut pg_sys::SupportRequestOptimizeWindowClause = call.pointer(0);
        if (*request).type_ == pg_sys::NodeTag::T_SupportRequestOptimizeWindowClause {
            // As core's row_number has it: all functions of a window must want the same.
            let frame = pg_sys::FRAMEOPTION_NONDEFAULT
                | pg_sys::FRAMEOPTION_ROWS
                | pg_sys::FRAMEOPTION_START_UNBOUNDED_PRECEDING
                | pg_sys::FRAMEOPTION_END_CURRENT_ROW;
            (*request).frameOptions = frame as i32;
            return Datum::from(request);
        }
    }
    let _ = call;
    Datum::from(0)
}
