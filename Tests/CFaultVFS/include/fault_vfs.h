// A SQLite VFS for tests that lets a chosen read, write or sync of a folder's databases fail, or be
// the last thing that a process does. Neighbor: FaultTests/Harness/FaultVFS.swift is its only caller.
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

enum fault_kind { FAULT_READ = 1, FAULT_WRITE = 2, FAULT_SYNC = 4 };

enum fault_mode {
    /// The operation fails, and the next ones do not.
    FAULT_ERROR = 1,
    /// The process dies before the operation: nothing reaches the disk from then on.
    FAULT_KILL = 2,
    /// The same, with the first half of the write on the disk.
    FAULT_TORN = 3,
};

enum fault_file { FAULT_LEDGER = 0, FAULT_LEDGER_LOG, FAULT_KEYS, FAULT_KEYS_LOG, FAULT_OTHER };

struct fault_hit {
    int happened;
    int kind;
    int file;
    /// The write of a transaction's last frame, or the sync after it.
    int is_commit;
};

/// Makes this the VFS that databases are opened with; 0 if all is well. Call it once.
int fault_vfs_install(void);

/// From now on counts the operations of `kinds` on files whose path begins with `prefix`, and does
/// `mode` to the nth of them, from 1.
void fault_vfs_arm(const char *prefix, int kinds, long nth, int mode);

/// All is well again; returns what was hit.
struct fault_hit fault_vfs_disarm(void);

/// Operations counted since it was armed.
long fault_vfs_count(void);

#endif
