// Stands in for the calls of libc by which both programs read and write the files beside their
// databases: private keys and the record of how far the ledger had come. The linker puts these
// before libc's own for the whole test process; for anything but such a file of the armed folder
// they only pass on. Neighbors: fault_state.c decides, fault_vfs.c does the same for databases.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "fault_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Whether the file is one of those; SQLite's are struck above SQLite's own system calls.
static int is_ours(const char *path) {
    if (!fault_is_in_folder(path)) return 0;
    int file = fault_file_of(path);
    return file == FAULT_SECRETS || file == FAULT_RECORD;
}

// The path of an open file; 0 unless it is one of those, or the folder.
static int path_of(int descriptor, char path[600], int *is_folder) {
    if (!atomic_load(&fault_is_armed)) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, 599);
    if (length <= 0) return 0;
    path[length] = 0;
    struct stat info;
    *is_folder = fault_is_in_folder(path) && fstat(descriptor, &info) == 0
        && S_ISDIR(info.st_mode);
    return *is_folder || is_ours(path);
}

static ssize_t raw_write(int descriptor, const void *bytes, size_t count) {
    return syscall(SYS_write, descriptor, bytes, count);
}

static int refuse(int what) {
    errno = what == FAULT_FULL ? ENOSPC : EIO;
    return -1;
}

// These calls ask for no memory.
static int strike(const char *path, int kind, int file, int commit) {
    int what = fault_strike(path, kind, file, commit);
    return what == FAULT_NO_MEMORY ? 0 : what;
}

int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    // A dead process empties no file.
    if (atomic_load(&fault_is_armed) && is_ours(path) && fault_is_dead(path)) {
        return refuse(FAULT_KILL);
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

ssize_t read(int descriptor, void *to, size_t count) {
    char path[600];
    int is_folder = 0;
    if (path_of(descriptor, path, &is_folder) && !is_folder) {
        int what = strike(path, FAULT_READ, fault_file_of(path), 0);
        if (what) return refuse(what);
    }
    return syscall(SYS_read, descriptor, to, count);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    char path[600];
    int is_folder = 0;
    if (!path_of(descriptor, path, &is_folder) || is_folder) {
        return raw_write(descriptor, bytes, count);
    }
    // The record is written in place: that is its commit. Keys get theirs by being renamed.
    int file = fault_file_of(path);
    int commit = file == FAULT_RECORD ? fault_next_commit(file) : 0;
    int what = strike(path, FAULT_WRITE, file, commit);
    switch (what) {
    case 0:
        fault_disk_write(path, bytes, count, lseek(descriptor, 0, SEEK_CUR));
        return raw_write(descriptor, bytes, count);
    case FAULT_TORN: (void)!raw_write(descriptor, bytes, count / 2);
    }
    return refuse(what);
}

int fsync(int descriptor) {
    char path[600];
    int is_folder = 0;
    if (!path_of(descriptor, path, &is_folder)) return (int)syscall(SYS_fsync, descriptor);
    int file = is_folder ? FAULT_FOLDER : fault_file_of(path);
    int commit = is_folder ? fault_last_commit(FAULT_SECRETS) : 0;
    int what = strike(path, FAULT_SYNC, file, commit);
    if (what) return refuse(what);
    fault_disk_sync(path);
    return (int)syscall(SYS_fsync, descriptor);
}

int rename(const char *from, const char *to) {
    if (atomic_load(&fault_is_armed) && is_ours(to)) {
        int file = fault_file_of(to);
        int what = strike(to, FAULT_WRITE, file, fault_next_commit(file));
        // A name takes no room.
        if (what && what != FAULT_FULL) return refuse(what);
        fault_disk_rename(from, to);
    }
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
