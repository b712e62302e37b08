//! What became of a request.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The file is changed.
    Done,
    /// The file already is as asked.
    Unchanged,
    /// Nothing was done.
    Refused,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// Nothing is like the target.
    NotFound,
    /// Several things are: see [`Receipt::at`].
    Ambiguous,
    /// Another request changes the same bytes, or brings in the same name: see [`Receipt::with`].
    Conflict,
    /// The code does not parse, or cannot stand there.
    BadCode,
    /// The annotation would end the comment that it has to go into.
    EndsComment,
    /// A part of the request is missing, or is one that the operation does not take: [`Receipt::at`] says which.
    BadRequest,
    /// The target has no place for it.
    BadPlace,
    /// The target shares its declaration or comment with others.
    Shared,
    /// The new name is a keyword.
    Keyword,
    /// The new name is in use.
    NameTaken,
    /// A directive has the name.
    InMacro,
    /// Another declaration or parameter has the name.
    Shadowed,
    /// Another request of the batch was refused.
    Batch,
    /// The file could not be read, or is not UTF-8: [`Receipt::at`] has the cause.
    Unreadable,
}

impl fmt::Display for Reason {
    /// Says it in words.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Reason::NotFound => "nothing is like the target",
            Reason::Ambiguous => "several things are like the target",
            Reason::Conflict => {
                "another request changes the same bytes or brings in the same name; leave one out"
            }
            Reason::BadCode => "the code does not parse, or cannot stand there",
            Reason::EndsComment => "*/ ends the comment that the annotation has to go into",
            Reason::BadRequest => "a part of the request is missing or does not fit",
            Reason::BadPlace => "the target has no place for it",
            Reason::Shared => "the target shares its declaration or comment with others",
            Reason::Keyword => "the new name is a keyword",
            Reason::NameTaken => "the new name is in use",
            Reason::InMacro => "a directive has the name",
            Reason::Shadowed => "another declaration or parameter has the name",
            Reason::Batch => "another request of the batch was refused",
            Reason::Unreadable => "the file cannot be read",
        })
    }
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The file of the target.
    pub file: Option<PathBuf>,
    /// The text of the target.
    pub found: Option<String>,
    /// The text that was written.
    pub written: Option<String>,
    /// How it ended.
    pub result: Outcome,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// The numbers of the requests that it conflicts with, counted from 0.
    pub with: Vec<usize>,
    /// What says more: places, each as `file:line`, why the file could not be read, or which part of the request does not fit.
    pub at: Vec<String>,
    /// How many names were changed.
    pub count: Option<usize>,
}

/// A refusal while a request is planned.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    pub(crate) at: Vec<String>,
    pub(crate) with: Vec<usize>,
}

impl Refusal {
    /// A refusal that names places.
    pub(crate) fn at(reason: Reason, at: Vec<String>) -> Refusal {
        Refusal {
            reason,
            at,
            with: Vec::new(),
        }
    }

    /// A request of which this is said of the part that does not fit.
    pub(crate) fn bad_request(part: impl Into<String>) -> Refusal {
        Refusal::at(Reason::BadRequest, vec![part.into()])
    }

    /// A conflict with other requests.
    pub(crate) fn conflict(with: Vec<usize>) -> Refusal {
        Refusal {
            reason: Reason::Conflict,
            at: Vec::new(),
            with,
        }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Refusal {
        Refusal::at(reason, Vec::new())
    }
}

impl Receipt {
    pub(super) fn refused(refusal: Refusal) -> Receipt {
        Receipt {
            file: None,
            found: None,
            written: None,
            result: Outcome::Refused,
            reason: Some(refusal.reason),
            with: refusal.with,
            at: refusal.at,
            count: None,
        }
    }
}
