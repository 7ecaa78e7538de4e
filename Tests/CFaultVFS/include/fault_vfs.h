// For tests: lets a chosen read, write or sync of a folder's files fail, or be the last thing that
// a process does, or the last before the power goes. Databases are reached by a SQLite VFS, all
// other files by standing in for a few calls of libc.
// Neighbor: FaultInjection/FaultVFS.swift is its only caller.
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

enum fault_kind { FAULT_READ = 1, FAULT_WRITE = 2, FAULT_SYNC = 4 };

enum fault_mode {
    /// The operation fails, and the next ones do not.
    FAULT_ERROR = 1,
    /// The process dies before the operation: nothing reaches the disk from then on.
    FAULT_KILL,
    /// The same, with the first half of the write on the disk.
    FAULT_TORN,
    /// The power goes before the operation: of what was written, what was not synced is not there.
    FAULT_POWER,
    /// The same, but every other write that was not synced is there: a disk writes in any order.
    FAULT_POWER_MIXED,
    /// From this write on there is no room for anything that makes a file longer.
    FAULT_FULL,
    /// The operation finds no memory, and the next ones do.
    FAULT_NO_MEMORY,
};

enum fault_file {
    FAULT_LEDGER = 0, FAULT_LEDGER_LOG, FAULT_KEYS, FAULT_KEYS_LOG,
    /// Private keys, and the server's record of how far it had come.
    FAULT_SECRETS, FAULT_RECORD,
    /// The folder itself, whose sync makes a new name last.
    FAULT_FOLDER, FAULT_OTHER, FAULT_FILES
};

struct fault_hit {
    int happened;
    int kind;
    int file;
    /// Of the commits of that file since it was armed, from 1: the write that ends a transaction,
    /// or puts a new file in its place, or the sync after it. 0 for any other operation.
    int commit;
};

/// Makes this the VFS that databases are opened with; 0 if all is well. Call it once. No sync of a
/// file in `root` is ever done, which would take most of the time: what a power cut leaves is
/// worked out from what was asked to be synced.
int fault_vfs_install(const char *root);

/// From now on counts the operations of `kinds` on files in `folder`, or of these only commits, and
/// does `mode` to the nth of them, from 1. What a process that died had open stays dead.
void fault_vfs_arm(const char *folder, int kinds, int only_commits, long nth, int mode);

/// The power goes now, as in the mode.
void fault_vfs_cut_power(int mode);

/// All is well again; returns what was hit.
struct fault_hit fault_vfs_disarm(void);

/// Operations counted since it was armed.
long fault_vfs_count(void);

/// Database files of the folder that are still open: none may be when its process has ended.
int fault_vfs_open(const char *folder);

#endif
