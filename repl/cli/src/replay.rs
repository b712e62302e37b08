//! A recording instead of a session: it is played as one for as long as the program needs it.

use std::fs::OpenOptions;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use memglass::sampler::Rate;
use memglass::{Observer, Origin, ProducerError};
use memglass_repl::program::{Walk, recordings_told};
use memglass_stream::{Damage, Losses, Passage, PlayError, Player, Recording, Start};
use memglass_system::files::open_regular;
use memglass_terminal::signal;

use super::failure::Failure;
use super::options::Options;

/// What the files that recordings are in begin with.
const MAGIC: &[u8] = b"\x89MCAP0\r\n";

/// A recording that is played, and the name of the session that it is played as.
#[derive(Clone)]
pub(super) struct Replay {
    pub(super) player: Arc<Player>,
    pub(super) session: String,
}

/// Whether a recording is meant by a word. A live session of the name comes first, unless it is a
/// replay, such as another command makes of the same file for itself, and the name was not `said_to_be_session`.
/// `./run.mcap` is always the file.
pub(super) fn is_meant(options: &Options, word: &str, said_to_be_session: bool) -> bool {
    let path = Path::new(word);
    if !is_recording(path) {
        return false;
    }
    let is_session_meant = |session: Observer| {
        let is_replay = matches!(session.origin(), Origin::Replay(_));
        !path.exists() || session.producer().is_alive() && (said_to_be_session || !is_replay)
    };
    !options.attach(word).is_ok_and(is_session_meant)
}

/// Whether a file is called as a recording is, there or not, or begins as one does.
pub(super) fn is_recording(path: &Path) -> bool {
    if path
        .extension()
        .is_some_and(|extension| extension == "mcap")
    {
        return true;
    }
    let mut begin = [0; MAGIC.len()];
    let file = open_regular(OpenOptions::new().read(true), path);
    let read = file.and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == MAGIC
}

/// Opens a recording. If it had to be finished, or is known to be damaged, says so.
pub(super) fn read(options: &Options, path: &Path) -> Result<Recording, Failure> {
    read_with(options, path, &Damage::default())
}

/// The same of a file of which some of that may have been said.
pub(super) fn read_with(
    options: &Options,
    path: &Path,
    damage: &Damage,
) -> Result<Recording, Failure> {
    let recording = Recording::open(path)?.with_damage(damage);
    note_state(options, &recording);
    note_damage(options, path, damage);
    Ok(recording)
}

/// Says what of a recording is damaged, if that was not said yet.
pub(super) fn note_damage(options: &Options, path: &Path, damage: &Damage) {
    for line in recordings_told::damaged(&damage.take_news()) {
        options.note(&format!("{}: {line}", path.display()));
    }
}

/// Says what the recorder is known to have missed. Damage has its own message.
pub(super) fn note_losses(options: &Options, losses: Losses) {
    let losses = Losses {
        damaged: 0,
        ..losses
    };
    if !losses.is_none() {
        let text = recordings_told::lost(losses);
        let lost = text.trim_start_matches(", ");
        options.note(&format!("the recorder did not see everything: {lost}"));
    }
}

/// Says if a recording had to be finished.
fn note_state(options: &Options, recording: &Recording) {
    let path = recording.path();
    if recording.was_unfinished() {
        options.note(&format!(
            "{} had been cut off, or damaged at its end; everything up to there is in it, and it is finished now",
            path.display()
        ));
    }
    if recording.is_cut() {
        options.note(&format!(
            "{} was cut off, or damaged at its end, and cannot be finished here; everything up to there is read, and the file stays as it is",
            path.display()
        ));
    }
    if recording.lost_channels() > 0 {
        let channels = recordings_told::counted(recording.lost_channels() as u64, "channel");
        options.note(&format!(
            "{}: of {channels} it is not known what they have, because where they begin is damaged; they are left out",
            path.display()
        ));
    }
}

/// Starts to play a recording as a session of this name, or else of the file's.
pub(super) fn started(
    options: &Options,
    path: &Path,
    name: Option<&str>,
    start: Start,
) -> Result<Replay, Failure> {
    let dir = options.dir();
    let (player, session) = under_name(options, path, name, |recording, session| {
        Player::start(recording, session, dir, start)
    })?;
    note_damage(options, path, player.damage());
    Ok(Replay {
        player: Arc::new(player),
        session,
    })
}

/// A walk through a recording from its start: from moment to moment, or at a rate; and what of it is damaged, as far as that
/// is met.
pub(super) fn walk(
    options: &Options,
    path: &Path,
    rate: Option<Rate>,
) -> Result<(Walk, Damage), Failure> {
    let (passage, _) = at_start(options, path)?;
    let damage = passage.recording().damage();
    let period = rate.and_then(Rate::period).unwrap_or_default();
    Ok((Walk::new(passage, period)?, damage))
}

/// The recording at its start, to be gone through, and the name of the session that it is.
pub(super) fn at_start(options: &Options, path: &Path) -> Result<(Passage, String), Failure> {
    let dir = options.dir();
    let (passage, session) = under_name(options, path, None, |recording, session| {
        Passage::start(recording, session, dir)
    })?;
    note_damage(options, path, &passage.recording().damage());
    Ok((passage, session))
}

/// Opens a recording as a session of this name, or else of the file's, with a number if that is taken.
fn under_name<T>(
    options: &Options,
    path: &Path,
    name: Option<&str>,
    open: impl Fn(Recording, &str) -> Result<T, PlayError>,
) -> Result<(T, String), Failure> {
    // The session is of this process alone, and goes with it.
    signal::exit_at_end()?;
    let own = session_name(path);
    for number in 1.. {
        let recording = Recording::open(path)?;
        if number == 1 {
            note_state(options, &recording);
        }
        let recording = match options.what_if {
            true => recording.as_branch(),
            false => recording,
        };
        let session = match (name, number) {
            (Some(name), _) => name.to_owned(),
            (None, 1) => own.clone(),
            (None, number) => format!("{own}-{number}"),
        };
        match open(recording, &session) {
            // The file is played elsewhere already.
            Err(PlayError::Session(ProducerError::SessionExists { .. }))
                if name.is_none() && number < MOST => {}
            opened => return Ok((opened?, session)),
        }
    }
    unreachable!("the last number ends the loop")
}

/// How often one file can be played at the same time.
const MOST: u32 = 100;

/// A file's name, of the characters that a session's may have.
pub(super) fn session_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let allowed = |c: char| match c.is_ascii_alphanumeric() || "._-".contains(c) {
        true => c,
        false => '_',
    };
    // Room for a number.
    name.chars().map(allowed).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_named_after_the_file() {
        let check = |path: &str, name: &str| assert_eq!(session_name(Path::new(path)), name);
        check("/tmp/run.mcap", "run.mcap");
        check("Montag früh.mcap", "Montag_fr_h.mcap");
        check(&"x".repeat(100), &"x".repeat(60));
    }
}
