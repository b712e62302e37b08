//! The C++ memglass as a peer, if the environment says where its sources are: `MEMGLASS_CPP_SRC`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::Report;

/// A program that was built of its sources and of `cpp/driver.cpp`.
pub(crate) struct Cpp {
    program: PathBuf,
    _dir: tempfile::TempDir,
}

impl Cpp {
    /// Builds it; says why if it cannot.
    pub(crate) fn build(report: &Report) -> Option<Cpp> {
        let sources = PathBuf::from(std::env::var_os("MEMGLASS_CPP_SRC")?);
        let dir = tempfile::tempdir().expect("a temporary directory");
        let program = dir.path().join("driver");
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("cpp");
        let source = |name: &str| sources.join("src").join(name);
        let built = Command::new("g++")
            .args(["-std=c++20", "-O2", "-pthread", "-o"])
            .arg(&program)
            .arg("-I")
            .arg(sources.join("include"))
            .arg("-idirafter")
            .arg(&ours)
            .arg(ours.join("driver.cpp"))
            .args(
                [
                    "allocator.cpp",
                    "memglass.cpp",
                    "observer.cpp",
                    "registry.cpp",
                ]
                .map(source),
            )
            .arg(source("platform/shm_posix.cpp"))
            .arg("-lrt")
            .output();
        match built {
            Ok(output) if output.status.success() => Some(Cpp { program, _dir: dir }),
            Ok(output) => {
                let errors = String::from_utf8_lossy(&output.stderr);
                report.line(&format!("the C++ memglass cannot be built:\n{errors}"));
                None
            }
            Err(error) => {
                report.line(&format!("the C++ memglass cannot be built: g++: {error}"));
                None
            }
        }
    }

    /// Nanoseconds of running time for one of `size` objects: `create`, `create-told`, `find` or `list`.
    pub(crate) fn measure(&self, what: &str, size: usize) -> f64 {
        let output = Command::new(&self.program)
            .args([what, &size.to_string()])
            .output()
            .expect("it was built");
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim()
            .parse()
            .unwrap_or_else(|_| panic!("{what} of {size} objects: {:?}", output.status))
    }
}
