//! Text search configurations: the tokens of a text, and what dictionaries make of them.
//!
//! [`Tokens`] asks a configuration's parser, [`Lexizer`] its dictionaries, in the order and by the rules
//! of core's `ts_parse.c`, which does not export them: a dictionary that is not sure (a thesaurus) asks for
//! the next token, a filtering one changes the token for those behind it, and what none knows is left
//! out. Tokens that core would leave out with a NOTICE (`MAX_TOKEN`) are left out without it.
//!
//! One difference, where core has a defect: if a dictionary that has asked for more meets a token that is
//! not its own, core keeps its unfinished answer for an unrelated place. Here it is dropped.
//!
//! Configurations, parsers and dictionaries are entries of the server's caches. They are looked up anew
//! for each text and, dictionaries, each token, as core does.

use core::{
    ffi::{CStr, c_char, c_int},
    ops::Range,
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};
use std::sync::Once;

use pgrx::pg_sys::{self, Datum, Oid};
use search::plain::{Piece, Pieces};

use super::fenced;
use crate::error;

/// Bytes of the longest token that dictionaries are asked about (`MAXSTRLEN - 1` of `ts_type.h`).
const MAX_TOKEN: usize = (1 << 11) - 2;

/// The parser `pg_catalog.default`.
const DEFAULT_PARSER: u32 = 3722;

/// Kinds of its tokens: words of ASCII letters, and what is between tokens (`wparser_def.c`).
const ASCII_WORD: u32 = 1;
const BLANK: u32 = 12;

/// A text search configuration, looked up for one text.
#[derive(Clone, Copy)]
pub(crate) struct Configuration(*mut pg_sys::TSConfigCacheEntry);

/// How often configurations or dictionaries have changed, as far as this session was told.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// # Safety
/// To be called by the server, with an entry of a cache that is not valid any more.
unsafe extern "C-unwind" fn count_change(_argument: Datum, _cache: c_int, _hash: u32) {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// What tokens stand for is the same as long as this number is: it counts the changes of
/// configurations, their lists of dictionaries, dictionaries and parsers.
pub(crate) fn generation() -> u64 {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        use pg_sys::SysCacheIdentifier as Cache;
        for cache in [Cache::TSCONFIGOID, Cache::TSCONFIGMAP, Cache::TSDICTOID, Cache::TSPARSEROID]
        {
            // SAFETY: the server calls the function as long as the backend lives, as the library does.
            unsafe {
                pg_sys::CacheRegisterSyscacheCallback(
                    cache as c_int,
                    Some(count_change),
                    Datum::from(0),
                );
            }
        }
    });
    GENERATION.load(Ordering::Relaxed)
}

impl Configuration {
    /// The one with this OID, as arguments of type `regconfig` name it.
    pub(crate) fn new(oid: Oid) -> Self {
        // SAFETY: the server raises an error or returns an entry that lives as long as the backend.
        unsafe {
            let known = pg_sys::SearchSysCacheExists(
                pg_sys::SysCacheIdentifier::TSCONFIGOID as i32,
                Datum::from(oid),
                Datum::from(0),
                Datum::from(0),
                Datum::from(0),
            );
            if !known {
                error::unknown_configuration(oid.to_u32());
            }
            Self(fenced::lookup_ts_config_cache(oid))
        }
    }

    /// The OID of the one that a text names, as `regconfig` does.
    pub(crate) fn named(name: &[u8]) -> Oid {
        // SAFETY: the server raises an error or returns an OID.
        unsafe {
            let names = fenced::textToQualifiedNameList(super::text(name).cast_mut_ptr());
            fenced::get_ts_config_oid(names, false)
        }
    }

    /// The OID of `default_text_search_config`.
    pub(crate) fn current() -> Oid {
        // SAFETY: the server raises an error or returns an OID.
        unsafe { fenced::getTSCurrentConfig(true) }
    }

    /// The tokens of `text`; of core's default parser without blanks, unless a dictionary is asked
    /// about those.
    pub(crate) fn tokens(self, text: &[u8]) -> Tokens<'_> {
        // SAFETY: the entry is alive by `new`.
        let parser = unsafe { (*self.0).prsId };
        Tokens::new(parser, text, parser.to_u32() == DEFAULT_PARSER && !self.knows(BLANK))
    }

    /// Whether any dictionary is asked about this kind of token.
    pub(crate) fn knows(self, kind: u32) -> bool {
        !self.dictionaries(kind).is_empty()
    }

    /// The dictionaries for a kind of token.
    fn dictionaries(self, kind: u32) -> &'static [Oid] {
        // SAFETY: the entry has a list for each kind from 0 to lenmap - 1, which may be empty.
        unsafe {
            if kind == 0 || i64::from(kind) >= i64::from((*self.0).lenmap) {
                return &[];
            }
            let list = (*self.0).map.add(kind as usize);
            if (*list).len == 0 {
                return &[];
            }
            core::slice::from_raw_parts((*list).dictIds, (*list).len as usize)
        }
    }
}

/// A token that a parser has found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    /// Its kind, as the parser numbers them, from 1 on.
    pub(crate) kind: u32,
    /// Its bytes: a part of the text, except from parsers that make tokens of their own.
    pub(crate) text: &'t [u8],
}

/// The tokens of a text; parts of compounds follow the compound. Of core's default parser, blanks may be
/// left out: then plain words are found without it.
pub(crate) struct Tokens<'t> {
    parser: *mut pg_sys::TSParserCacheEntry,
    /// Of the parser while it runs.
    state: Option<Datum>,
    text: &'t [u8],
    /// What the parser has not been given yet, by pieces if some need not be.
    rest: Rest<'t>,
}

enum Rest<'t> {
    All,
    Pieces(Pieces<'t>),
    Nothing,
}

impl<'t> Tokens<'t> {
    /// The tokens that core's default parser finds, blanks aside.
    pub(crate) fn by_default(text: &'t [u8]) -> Self {
        Self::new(Oid::from(DEFAULT_PARSER), text, true)
    }

    fn new(parser: Oid, text: &'t [u8], plain: bool) -> Self {
        // SAFETY: the server raises an error or returns an entry that lives as long as the backend.
        let parser = unsafe { fenced::lookup_ts_parser_cache(parser) };
        let rest = if plain { Rest::Pieces(Pieces::new(text)) } else { Rest::All };
        Self { parser, state: None, text, rest }
    }

    /// Has the parser begin with a part of the text.
    fn begin(&mut self, part: Range<usize>) {
        let part = &self.text[part];
        // SAFETY: the parser's functions are looked up by the server and called as it does.
        self.state = Some(unsafe {
            fenced::FunctionCall2Coll(
                &raw mut (*self.parser).prsstart,
                Oid::INVALID,
                Datum::from(part.as_ptr()),
                Datum::from(part.len() as i32),
            )
        });
    }

    /// The parser's next token.
    #[inline]
    fn parsed(&mut self, state: Datum) -> Option<Token<'t>> {
        let (mut start, mut length) = (ptr::null::<u8>(), 0i32);
        // SAFETY: as `begin`; the parser sets both where there is a token. Its own memory, if it has
        // the token there, is not freed before the end of the call that runs.
        unsafe {
            let kind = fenced::FunctionCall3Coll(
                &raw mut (*self.parser).prstoken,
                Oid::INVALID,
                state,
                Datum::from(&raw mut start),
                Datum::from(&raw mut length),
            )
            .value() as i32;
            if kind > 0 {
                let text = core::slice::from_raw_parts(start, length.max(0) as usize);
                return Some(Token { kind: kind as u32, text });
            }
            self.state = None;
            fenced::FunctionCall1Coll(&raw mut (*self.parser).prsend, Oid::INVALID, state);
            None
        }
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    #[inline]
    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            if let Some(state) = self.state
                && let Some(token) = self.parsed(state)
            {
                return Some(token);
            }
            match &mut self.rest {
                Rest::Nothing => return None,
                Rest::All => {
                    self.rest = Rest::Nothing;
                    self.begin(0..self.text.len());
                }
                Rest::Pieces(pieces) => match pieces.next()? {
                    Piece::Word(word) => {
                        return Some(Token { kind: ASCII_WORD, text: &self.text[word] });
                    }
                    Piece::Other(part) => self.begin(part),
                },
            }
        }
    }
}

/// A lexeme as a dictionary gives it.
#[derive(Clone, Copy)]
pub(crate) struct Lexeme {
    /// Lexemes of one variant stand together for the word; variants are alternatives.
    pub(crate) variant: u16,
    flags: u16,
    text: *const c_char,
}

impl Lexeme {
    /// Its bytes.
    pub(crate) fn text<'m>(self) -> &'m [u8] {
        // SAFETY: a C string in the memory in which the dictionary was called.
        unsafe { CStr::from_ptr(self.text).to_bytes() }
    }

    /// Whether it stands one position behind the lexeme before it (`TSL_ADDPOS`).
    pub(crate) fn is_behind(self) -> bool {
        self.flags & 0x01 != 0
    }

    /// Whether it stands for all lexemes that begin with it (`TSL_PREFIX`).
    pub(crate) fn is_prefix(self) -> bool {
        self.flags & 0x02 != 0
    }

    /// Whether it is the token that the following dictionaries are asked about (`TSL_FILTER`).
    fn is_filtered(self) -> bool {
        self.flags & 0x04 != 0
    }
}

/// What a dictionary makes of a token: its lexemes, none of them for a stop word.
#[derive(Clone, Copy)]
pub(crate) struct Lexemes(*const pg_sys::TSLexeme);

impl Iterator for Lexemes {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        // SAFETY: an array that ends with a lexeme without text.
        unsafe {
            let pg_sys::TSLexeme { nvariant: variant, flags, lexeme } = *self.0;
            if lexeme.is_null() {
                return None;
            }
            self.0 = self.0.add(1);
            Some(Lexeme { variant, flags, text: lexeme })
        }
    }
}

/// Tokens that were decided on together, in order: more than one after a dictionary had asked for more.
pub(crate) struct Lexized<'l, 't> {
    /// Those before, which no dictionary knows.
    pub(crate) unknown: &'l [Token<'t>],
    /// The tokens, those about which nobody is asked among them; none if `lexemes` is `None`.
    pub(crate) tokens: &'l [Token<'t>],
    /// What they stand for together.
    pub(crate) lexemes: Option<Lexemes>,
}

/// Asks a configuration's dictionaries about tokens, one after the other.
///
/// Dictionaries allocate in the current memory context; it must stay while one of them is waiting.
pub(crate) struct Lexizer<'t> {
    configuration: Configuration,
    /// Tokens: `..head` are decided on, the others wait for it.
    tokens: Vec<Token<'t>>,
    head: usize,
    /// The first of those decided on that lexemes stand for.
    known: usize,
    /// The place in the list of the dictionary that the head is to be shown next.
    place: usize,
    /// The dictionary that has asked for more, the token it is to be shown next, and its answer so far
    /// with the token up to which it holds.
    asking: Option<Oid>,
    next: usize,
    answer: Option<(Lexemes, usize)>,
    state: pg_sys::DictSubState,
}

impl<'t> Lexizer<'t> {
    pub(crate) fn new(configuration: Configuration) -> Self {
        Self {
            configuration,
            tokens: Vec::new(),
            head: 0,
            known: 0,
            place: 0,
            asking: None,
            next: 0,
            answer: None,
            state: pg_sys::DictSubState::default(),
        }
    }

    /// Whether a dictionary has asked for more than the tokens that it has been shown.
    pub(crate) fn is_waiting(&self) -> bool {
        self.head < self.tokens.len()
    }

    /// Shows the next token to the dictionaries, `None` at the end of the text, and passes on what is
    /// decided with it, in the order of the text.
    pub(crate) fn show(
        &mut self,
        token: Option<Token<'t>>,
        mut decided: impl FnMut(Lexized<'_, 't>),
    ) {
        let token = match token {
            Some(token) if token.text.len() > MAX_TOKEN => {
                // It takes no part; only what marks words in a text wants to see it pass.
                if !self.is_waiting() {
                    decided(Lexized { unknown: &[token], tokens: &[], lexemes: None });
                }
                return;
            }
            Some(token) => token,
            // Core shows the end as a token of kind 0.
            None => Token { kind: 0, text: &[] },
        };
        self.tokens.push(token);
        self.next = self.tokens.len() - 1;
        loop {
            let lexemes = self.decide();
            let tokens = &self.tokens[..self.head];
            let tokens = match tokens.split_last() {
                Some((Token { kind: 0, .. }, before)) => before,
                _ => tokens,
            };
            if lexemes.is_some() || !tokens.is_empty() {
                let known = if lexemes.is_some() { self.known } else { tokens.len() };
                let (unknown, tokens) = tokens.split_at(known.min(tokens.len()));
                decided(Lexized { unknown, tokens, lexemes });
            }
            self.tokens.drain(..self.head);
            self.next -= self.head.min(self.next);
            if let Some((_, last)) = &mut self.answer {
                *last -= self.head;
            }
            self.head = 0;
            if lexemes.is_none() {
                return;
            }
        }
    }

    /// Goes on until something is decided that has lexemes, or everything is, or a dictionary wants
    /// to see more.
    fn decide(&mut self) -> Option<Lexemes> {
        loop {
            let lexemes = match self.asking {
                None => self.decide_head(),
                Some(dictionary) => self.answer_of(dictionary),
            };
            // A dictionary has begun or ceased to ask: go on in the other way.
            let Err(()) = lexemes else { return lexemes.unwrap_or(None) };
        }
    }

    /// Shows the tokens to their dictionaries, each alone. `Err` if one asks for more.
    fn decide_head(&mut self) -> Result<Option<Lexemes>, ()> {
        while let Some(token) = self.tokens.get(self.head) {
            let dictionaries = self.configuration.dictionaries(token.kind);
            let mut text = token.text;
            for (place, &dictionary) in dictionaries.iter().enumerate().skip(self.place) {
                self.state.private_state = ptr::null_mut();
                let lexemes = self.ask(dictionary, text, false);
                if self.state.getnext {
                    self.asking = Some(dictionary);
                    self.place = place + 1;
                    self.next = self.head + 1;
                    if let Some(lexemes) = lexemes {
                        self.answer = Some((lexemes, self.head));
                    }
                    return Err(());
                }
                let Some(lexemes) = lexemes else { continue };
                match lexemes.clone().next() {
                    Some(filtered) if filtered.is_filtered() => text = filtered.text(),
                    _ => {
                        self.known = self.head;
                        self.step();
                        return Ok(Some(lexemes));
                    }
                }
            }
            self.step();
        }
        Ok(None)
    }

    /// Shows the dictionary that asks the tokens that follow. `Err` if it asks no more.
    fn answer_of(&mut self, dictionary: Oid) -> Result<Option<Lexemes>, ()> {
        while let Some(&token) = self.tokens.get(self.next) {
            let ends = token.kind == 0;
            if !ends {
                let dictionaries = self.configuration.dictionaries(token.kind);
                if dictionaries.is_empty() {
                    self.next += 1;
                    continue;
                }
                if !dictionaries.contains(&dictionary) {
                    self.asking = None;
                    self.answer = None;
                    return Err(());
                }
            }
            let lexemes = self.ask(dictionary, token.text, ends);
            if self.state.getnext {
                if let Some(lexemes) = lexemes {
                    self.answer = Some((lexemes, self.next));
                }
                self.next += 1;
                continue;
            }
            self.asking = None;
            let answer = lexemes.map(|lexemes| (lexemes, self.next)).or(self.answer.take());
            self.answer = None;
            let Some((lexemes, last)) = answer else { return Err(()) };
            self.known = self.head;
            self.head = last + 1;
            self.place = 0;
            return Ok(Some(lexemes));
        }
        Ok(None)
    }

    /// The head is decided on.
    fn step(&mut self) {
        self.head += 1;
        self.place = 0;
    }

    fn ask(&mut self, dictionary: Oid, text: &[u8], ends: bool) -> Option<Lexemes> {
        self.state.isend = ends;
        self.state.getnext = false;
        // SAFETY: the server raises an error or returns the dictionary's entry, which is called as
        // core does. It returns an array of lexemes, or null.
        let lexemes = unsafe {
            let entry = fenced::lookup_ts_dictionary_cache(dictionary);
            fenced::FunctionCall4Coll(
                &raw mut (*entry).lexize,
                Oid::INVALID,
                Datum::from((*entry).dictData),
                Datum::from(text.as_ptr()),
                Datum::from(text.len() as i32),
                Datum::from(&raw mut self.state),
            )
            .cast_mut_ptr::<pg_sys::TSLexeme>()
        };
        (!lexemes.is_null()).then_some(Lexemes(lexemes))
    }
}

/// A word in lower case, as the default collation of the database has it.
pub(crate) fn lower(word: &[u8]) -> Vec<u8> {
    // What has no letter but small ones of ASCII is so in every language.
    if word.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return word.to_vec();
    }
    // SAFETY: the server returns a new C string.
    unsafe {
        let lower =
            fenced::str_tolower(word.as_ptr().cast(), word.len(), pg_sys::DEFAULT_COLLATION_OID);
        let bytes = CStr::from_ptr(lower).to_bytes().to_vec();
        pg_sys::pfree(lower.cast());
        bytes
    }
}
