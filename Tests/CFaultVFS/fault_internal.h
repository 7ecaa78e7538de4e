// What the parts of the fault tool share. Neighbors: fault_state.c counts and decides, fault_vfs.c
// asks for databases, fault_libc.c for other files, fault_disk.c takes back what was not synced.
#ifndef FAULT_INTERNAL_H
#define FAULT_INTERNAL_H

#include "fault_vfs.h"

#include <stdatomic.h>
#include <sys/types.h>

/// Set while some folder is armed: all other calls of the process pass by unseen.
extern atomic_int fault_is_armed;

/// What becomes of an operation: 0 it goes on, else the mode. `commit` as in fault_hit, or 0.
int fault_strike(const char *path, int kind, int file, int commit);

/// No room is left in the folder.
int fault_is_full(const char *path);

/// Counts a commit of the file and returns its number.
int fault_next_commit(int file);
/// The number of the latest.
int fault_last_commit(int file);

int fault_is_within(const char *path, const char *folder);
int fault_is_in_folder(const char *path);
/// In the folder, whose process has died.
int fault_is_dead(const char *path);
/// What the file at the path is for.
int fault_file_of(const char *path);

// MARK: fault_disk.c, called with nothing else of the folder at work

/// Notes a write before it is done, with what it overwrites.
void fault_disk_write(const char *path, const void *bytes, size_t count, off_t offset);
void fault_disk_truncate(const char *path, off_t size);
void fault_disk_rename(const char *from, const char *to);
/// What was written there, or renamed in that folder, lasts from now on.
void fault_disk_sync(const char *path);
/// Puts the disk in the state that a power cut leaves, and forgets.
void fault_disk_cut(int keeps_every_other);
void fault_disk_forget(void);

/// When the process dies: marks the databases that it has open in the folder. fault_vfs.c.
void fault_vfs_bury(const char *folder);

#endif
