// Wraps the default VFS. Every file of the armed folder asks `fault_strike` what becomes of an
// operation; what a process had open when it died fails for good, and so it is no matter when it is
// closed. Neighbors: fault_state.c decides, fault_disk.c remembers what is not synced yet.
#include "fault_internal.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

enum { FRAME_HEADER_BYTES = 24 };

struct faulty {
    sqlite3_file base;
    /// SQLite keeps it as long as the file is open.
    const char *path;
    enum fault_file file;
    /// Number of the commit whose frame was written since the last sync; 0 for none.
    int commit;
    /// Its process has died.
    int is_dead;
    struct faulty *next;
    sqlite3_file *real;
};

static sqlite3_vfs *system_vfs;
static const char *root = "";

// Every open file that has a path.
static pthread_mutex_t files_lock = PTHREAD_MUTEX_INITIALIZER;
static struct faulty *files;

static void list(struct faulty *file) {
    pthread_mutex_lock(&files_lock);
    file->next = files;
    files = file;
    pthread_mutex_unlock(&files_lock);
}

static void unlist(struct faulty *file) {
    pthread_mutex_lock(&files_lock);
    for (struct faulty **at = &files; *at; at = &(*at)->next) {
        if (*at != file) continue;
        *at = file->next;
        break;
    }
    pthread_mutex_unlock(&files_lock);
}

int fault_vfs_open(const char *folder) {
    int count = 0;
    pthread_mutex_lock(&files_lock);
    for (struct faulty *file = files; file; file = file->next) {
        count += fault_is_within(file->path, folder);
    }
    pthread_mutex_unlock(&files_lock);
    return count;
}

void fault_vfs_bury(const char *folder) {
    pthread_mutex_lock(&files_lock);
    for (struct faulty *file = files; file; file = file->next) {
        if (fault_is_within(file->path, folder)) file->is_dead = 1;
    }
    pthread_mutex_unlock(&files_lock);
}

static int strike(struct faulty *file, int kind, int commit) {
    if (file->is_dead) return FAULT_KILL;
    return fault_strike(file->path, kind, file->file, commit);
}

// MARK: Files

static sqlite3_file *real(sqlite3_file *file) { return ((struct faulty *)file)->real; }

static int faulty_close(sqlite3_file *file) {
    if (((struct faulty *)file)->path) unlist((struct faulty *)file);
    return real(file)->pMethods->xClose(real(file));
}

static int faulty_read(sqlite3_file *file, void *to, int count, sqlite3_int64 offset) {
    switch (strike((struct faulty *)file, FAULT_READ, 0)) {
    case 0: break;
    case FAULT_NO_MEMORY: return SQLITE_IOERR_NOMEM;
    default: return SQLITE_IOERR_READ;
    }
    return real(file)->pMethods->xRead(real(file), to, count, offset);
}

static int is_log(const struct faulty *file) {
    return file->file == FAULT_LEDGER_LOG || file->file == FAULT_KEYS_LOG;
}

// A frame's header says in bytes 4 to 7 how large the database is after a commit, else 0.
static int ends_transaction(
    const struct faulty *file, const unsigned char *bytes, int count, sqlite3_int64 offset) {
    return is_log(file) && offset > 0 && count == FRAME_HEADER_BYTES
        && (bytes[4] | bytes[5] | bytes[6] | bytes[7]);
}

static int makes_longer(sqlite3_file *file, sqlite3_int64 end) {
    sqlite3_int64 size = 0;
    return real(file)->pMethods->xFileSize(real(file), &size) != SQLITE_OK || end > size;
}

static int faulty_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset) {
    struct faulty *faulty = (struct faulty *)file;
    int is_ours = fault_is_in_folder(faulty->path), commit = 0;
    if (is_ours && ends_transaction(faulty, from, count, offset)) {
        commit = faulty->commit = fault_next_commit(faulty->file);
    }
    int what = strike(faulty, FAULT_WRITE, commit);
    if (what == FAULT_FULL && !makes_longer(file, offset + count)) what = 0;
    switch (what) {
    case 0:
        if (is_ours) fault_disk_write(faulty->path, from, (size_t)count, offset);
        return real(file)->pMethods->xWrite(real(file), from, count, offset);
    case FAULT_FULL: return SQLITE_FULL;
    case FAULT_NO_MEMORY: return SQLITE_IOERR_NOMEM;
    case FAULT_TORN: real(file)->pMethods->xWrite(real(file), from, count / 2, offset);
    }
    return SQLITE_IOERR_WRITE;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct faulty *faulty = (struct faulty *)file;
    switch (strike(faulty, FAULT_WRITE, 0)) {
    // It takes no room.
    case 0:
    case FAULT_FULL: break;
    case FAULT_NO_MEMORY: return SQLITE_IOERR_NOMEM;
    default: return SQLITE_IOERR_TRUNCATE;
    }
    if (fault_is_in_folder(faulty->path)) fault_disk_truncate(faulty->path, size);
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int faulty_sync(sqlite3_file *file, int flags) {
    struct faulty *faulty = (struct faulty *)file;
    int commit = faulty->commit;
    faulty->commit = 0;
    switch (strike(faulty, FAULT_SYNC, commit)) {
    case 0: break;
    case FAULT_NO_MEMORY: return SQLITE_IOERR_NOMEM;
    default: return SQLITE_IOERR_FSYNC;
    }
    if (fault_is_in_folder(faulty->path)) fault_disk_sync(faulty->path);
    if (fault_is_within(faulty->path, root)) return SQLITE_OK;
    return real(file)->pMethods->xSync(real(file), flags);
}

static int faulty_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
static int faulty_lock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
static int faulty_unlock(sqlite3_file *file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
static int faulty_check_lock(sqlite3_file *file, int *result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}
static int faulty_control(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}
static int faulty_sector(sqlite3_file *file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
static int faulty_characteristics(sqlite3_file *file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
static int faulty_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at) {
    if (extend && fault_is_full(((struct faulty *)file)->path)) return SQLITE_IOERR_SHMSIZE;
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, at);
}
static int faulty_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
static void faulty_shm_barrier(sqlite3_file *file) {
    real(file)->pMethods->xShmBarrier(real(file));
}
static int faulty_shm_unmap(sqlite3_file *file, int also_delete) {
    return real(file)->pMethods->xShmUnmap(real(file), also_delete);
}

// Version 2: without memory-mapped reads, which would pass by unseen.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = faulty_close,
    .xRead = faulty_read,
    .xWrite = faulty_write,
    .xTruncate = faulty_truncate,
    .xSync = faulty_sync,
    .xFileSize = faulty_size,
    .xLock = faulty_lock,
    .xUnlock = faulty_unlock,
    .xCheckReservedLock = faulty_check_lock,
    .xFileControl = faulty_control,
    .xSectorSize = faulty_sector,
    .xDeviceCharacteristics = faulty_characteristics,
    .xShmMap = faulty_shm_map,
    .xShmLock = faulty_shm_lock,
    .xShmBarrier = faulty_shm_barrier,
    .xShmUnmap = faulty_shm_unmap,
};

// MARK: The VFS

static int faulty_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    (void)vfs;
    struct faulty *faulty = (struct faulty *)file;
    memset(faulty, 0, sizeof *faulty);
    faulty->real = (sqlite3_file *)(faulty + 1);
    if (path && fault_is_dead(path)) return SQLITE_CANTOPEN;
    int code = system_vfs->xOpen(system_vfs, path, faulty->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    faulty->path = path;
    faulty->file = path ? fault_file_of(path) : FAULT_OTHER;
    faulty->base.pMethods = &methods;
    if (path) list(faulty);
    return SQLITE_OK;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    (void)vfs;
    if (fault_is_dead(path)) return SQLITE_IOERR_DELETE;
    return system_vfs->xDelete(system_vfs, path, sync);
}

int fault_vfs_install(const char *folder) {
    static sqlite3_vfs vfs;
    root = strdup(folder);
    system_vfs = sqlite3_vfs_find(0);
    if (!system_vfs) return SQLITE_ERROR;
    vfs = *system_vfs;
    vfs.zName = "fault";
    vfs.pNext = 0;
    vfs.szOsFile = (int)sizeof(struct faulty) + system_vfs->szOsFile;
    vfs.xOpen = faulty_open;
    vfs.xDelete = faulty_delete;
    return sqlite3_vfs_register(&vfs, 1);
}
