//! What an editor is asked for: values that a program makes, JSON or TOML.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Adds code at the target.
    Add,
    /// Removes the target.
    Remove,
    /// Puts code in place of the target.
    Replace,
    /// Gives the target an annotation `@…` or an attribute `[[…]]`.
    Annotate,
    /// Gives the target another name.
    Rename,
}

impl Operation {
    /// Its name in a list of requests.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Operation::Add => "add",
            Operation::Remove => "remove",
            Operation::Replace => "replace",
            Operation::Annotate => "annotate",
            Operation::Rename => "rename",
        }
    }
}

/// How code is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Before the target and its comments.
    Before,
    /// Behind the target and its comments.
    After,
    /// As the last thing in the braces of the target, or in the file.
    Inside,
    /// Not if something of the same kind and name is there.
    Once,
}

/// Where a name is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenameScope {
    /// In the braces around the target.
    Body,
    /// In its file.
    #[default]
    File,
    /// In all files.
    All,
}

/// What a request is about. Everything that is given must be true of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    /// `a::B::f`, or `a::B::f(int, char)` for one of several functions.
    pub path: Option<String>,
    /// A head: `int twice(long)`.
    pub signature: Option<String>,
    /// An empty `#define` of this name, or a comment of just this word: the next item is meant.
    pub marker: Option<String>,
    /// The file, as it was added.
    pub file: Option<String>,
    /// Which of several, counted from 1.
    pub nth: Option<usize>,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What is to be done.
    pub op: Operation,
    /// To what.
    pub target: Target,
    /// The code, annotation or attribute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// How code is added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<Policy>,
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Where the name is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<RenameScope>,
}

impl Target {
    /// The target of this path.
    #[must_use]
    pub fn path(path: &str) -> Target {
        Target {
            path: Some(path.to_owned()),
            ..Target::default()
        }
    }

    /// The target behind this marker.
    #[must_use]
    pub fn marker(marker: &str) -> Target {
        Target {
            marker: Some(marker.to_owned()),
            ..Target::default()
        }
    }

    /// The target with this head.
    #[must_use]
    pub fn signature(signature: &str) -> Target {
        Target {
            signature: Some(signature.to_owned()),
            ..Target::default()
        }
    }
}

impl Request {
    fn new(op: Operation, target: Target) -> Request {
        Request {
            op,
            target,
            code: None,
            policy: Vec::new(),
            to: None,
            scope: None,
        }
    }

    /// Adds code by `policy`.
    #[must_use]
    pub fn add(target: Target, policy: &[Policy], code: &str) -> Request {
        Request {
            code: Some(code.to_owned()),
            policy: policy.to_vec(),
            ..Request::new(Operation::Add, target)
        }
    }

    /// Removes what has this path.
    #[must_use]
    pub fn remove(path: &str) -> Request {
        Request::new(Operation::Remove, Target::path(path))
    }

    /// Puts code in place of the target.
    #[must_use]
    pub fn replace(target: Target, code: &str) -> Request {
        Request {
            code: Some(code.to_owned()),
            ..Request::new(Operation::Replace, target)
        }
    }

    /// Gives what has this path an annotation or attribute.
    #[must_use]
    pub fn annotate(path: &str, annotation: &str) -> Request {
        Request {
            code: Some(annotation.to_owned()),
            ..Request::new(Operation::Annotate, Target::path(path))
        }
    }

    /// Gives what has this path another name.
    #[must_use]
    pub fn rename(path: &str, to: &str, scope: RenameScope) -> Request {
        Request {
            to: Some(to.to_owned()),
            scope: Some(scope),
            ..Request::new(Operation::Rename, Target::path(path))
        }
    }

    pub(super) fn has(&self, policy: Policy) -> bool {
        self.policy.contains(&policy)
    }
}

/// A list of requests as a file has it.
///
/// ```
/// use memglass_code::Requests;
///
/// let text = "[[requests]]\nop = \"remove\"\ntarget = { path = \"A::b\" }\n";
/// assert_eq!(Requests::from_toml(text)?.requests.len(), 1);
/// # Ok::<(), memglass_code::ReadRequestsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Requests {
    /// Whether one refused request stops all.
    pub batch: bool,
    /// The requests, in order.
    pub requests: Vec<Request>,
}

/// A file of requests that is not one.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadRequestsError {
    /// It is not JSON, or has parts that requests do not have.
    #[error("the requests are not as expected; see docs/code.md for their form")]
    Json(#[source] serde_json::Error),
    /// It is not TOML, or has parts that requests do not have.
    #[error("the requests are not as expected; see docs/code.md for their form")]
    Toml(#[source] Box<toml::de::Error>),
}

impl Requests {
    /// Reads `{"batch": …, "requests": […]}`, or just the list.
    ///
    /// # Errors
    ///
    /// [`ReadRequestsError::Json`] with line and column.
    pub fn from_json(text: &str) -> Result<Requests, ReadRequestsError> {
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('[') {
            let requests = serde_json::from_str(text).map_err(ReadRequestsError::Json)?;
            return Ok(Requests {
                batch: false,
                requests,
            });
        }
        serde_json::from_str(text).map_err(ReadRequestsError::Json)
    }

    /// Reads `batch = …` and `[[requests]]`.
    ///
    /// # Errors
    ///
    /// [`ReadRequestsError::Toml`] with line and column.
    pub fn from_toml(text: &str) -> Result<Requests, ReadRequestsError> {
        let text = text.trim_start_matches('\u{feff}');
        toml::from_str(text).map_err(|error| ReadRequestsError::Toml(Box::new(error)))
    }
}
