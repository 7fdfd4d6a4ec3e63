//! Whose turn it is to change a folder's list.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks for all folders. The list comes to the disk while one is held, for which no more than one in so many other folders waits.
const LOCKS: usize = 64;

/// Who holds this changes the folder's list, and nobody else does.
pub(super) fn turn(folder: &Path) -> MutexGuard<'static, ()> {
    static ALL: [Mutex<()>; LOCKS] = [const { Mutex::new(()) }; LOCKS];
    let mut hash = DefaultHasher::new();
    // Its own name, however the way to it is written.
    folder.file_name().hash(&mut hash);
    let lock = &ALL[hash.finish() as usize % LOCKS];
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    #[test]
    fn few_other_folders_wait() {
        let held = turn(Path::new("recordings/c0"));
        let (tell, told) = channel();
        for call in 1..=LOCKS {
            let tell = tell.clone();
            thread::spawn(move || {
                let _turn = turn(&Path::new("recordings").join(format!("c{call}")));
                tell.send(()).unwrap();
            });
        }
        drop(tell);
        // Half of them have their turn while it is held.
        (0..LOCKS / 2).for_each(|_| told.recv().unwrap());
        drop(held);
        assert_eq!(told.iter().count(), LOCKS - LOCKS / 2);
    }
}
