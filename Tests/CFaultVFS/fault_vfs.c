// Wraps the default VFS. Every file of an armed folder goes through `strike`, which counts and says
// what becomes of the operation. See include/fault_vfs.h.
#include "fault_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

enum { FRAME_HEADER_BYTES = 24 };

struct faulty {
    sqlite3_file base;
    /// SQLite keeps it as long as the file is open.
    const char *path;
    enum fault_file file;
    /// A commit's frame was written since the last sync.
    int has_commit;
    sqlite3_file *real;
};

static struct {
    pthread_mutex_t lock;
    char prefix[512];
    int kinds;
    long nth;
    enum fault_mode mode;
    long count;
    int is_dead;
    struct fault_hit hit;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_vfs *system_vfs;

static int is_prefixed(const char *path) {
    return path && state.prefix[0] && strncmp(path, state.prefix, strlen(state.prefix)) == 0;
}

// What becomes of an operation: 0 it goes on, else the mode.
static int strike(const struct faulty *file, int kind, int is_commit) {
    int what = 0;
    pthread_mutex_lock(&state.lock);
    if (state.mode != 0 && is_prefixed(file->path)) {
        if (state.is_dead) {
            what = FAULT_KILL;
        } else if (state.kinds & kind && ++state.count == state.nth) {
            what = state.mode;
            state.is_dead = state.mode != FAULT_ERROR;
            state.hit = (struct fault_hit){1, kind, file->file, is_commit};
        }
    }
    pthread_mutex_unlock(&state.lock);
    return what;
}

static int is_dead_path(const char *path) {
    pthread_mutex_lock(&state.lock);
    int dead = state.is_dead && is_prefixed(path);
    pthread_mutex_unlock(&state.lock);
    return dead;
}

// MARK: Files

static sqlite3_file *real(sqlite3_file *file) { return ((struct faulty *)file)->real; }

static int faulty_close(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

static int faulty_read(sqlite3_file *file, void *to, int count, sqlite3_int64 offset) {
    if (strike((struct faulty *)file, FAULT_READ, 0)) return SQLITE_IOERR_READ;
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

static int faulty_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset) {
    struct faulty *faulty = (struct faulty *)file;
    int is_commit = ends_transaction(faulty, from, count, offset);
    if (is_commit) faulty->has_commit = 1;
    switch (strike(faulty, FAULT_WRITE, is_commit)) {
    case 0: return real(file)->pMethods->xWrite(real(file), from, count, offset);
    case FAULT_TORN: real(file)->pMethods->xWrite(real(file), from, count / 2, offset);
    }
    return SQLITE_IOERR_WRITE;
}

static int faulty_truncate(sqlite3_file *file, sqlite3_int64 size) {
    if (strike((struct faulty *)file, FAULT_WRITE, 0)) return SQLITE_IOERR_TRUNCATE;
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int faulty_sync(sqlite3_file *file, int flags) {
    struct faulty *faulty = (struct faulty *)file;
    int is_commit = faulty->has_commit;
    faulty->has_commit = 0;
    if (strike(faulty, FAULT_SYNC, is_commit)) return SQLITE_IOERR_FSYNC;
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

static enum fault_file file_of(const char *path) {
    const char *keys = strstr(path, "keys.db"), *ledger = strstr(path, "hourbook.db");
    int is_log = strstr(path, "-wal") != 0;
    if (keys) return is_log ? FAULT_KEYS_LOG : FAULT_KEYS;
    if (ledger) return is_log ? FAULT_LEDGER_LOG : FAULT_LEDGER;
    return FAULT_OTHER;
}

// MARK: The VFS

static int faulty_open(
    sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags) {
    struct faulty *faulty = (struct faulty *)file;
    memset(faulty, 0, sizeof *faulty);
    faulty->real = (sqlite3_file *)(faulty + 1);
    if (is_dead_path(path)) return SQLITE_CANTOPEN;
    int code = system_vfs->xOpen(system_vfs, path, faulty->real, flags, out_flags);
    if (code != SQLITE_OK) return code;
    faulty->path = path;
    faulty->file = path ? file_of(path) : FAULT_OTHER;
    faulty->base.pMethods = &methods;
    return SQLITE_OK;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *path, int sync) {
    if (is_dead_path(path)) return SQLITE_IOERR_DELETE;
    return system_vfs->xDelete(system_vfs, path, sync);
}

int fault_vfs_install(void) {
    static sqlite3_vfs vfs;
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

void fault_vfs_arm(const char *prefix, int kinds, long nth, int mode) {
    pthread_mutex_lock(&state.lock);
    strncpy(state.prefix, prefix, sizeof state.prefix - 1);
    state.kinds = kinds;
    state.nth = nth;
    state.mode = mode;
    state.count = 0;
    state.is_dead = 0;
    state.hit = (struct fault_hit){0};
    pthread_mutex_unlock(&state.lock);
}

struct fault_hit fault_vfs_disarm(void) {
    pthread_mutex_lock(&state.lock);
    struct fault_hit hit = state.hit;
    state.mode = 0;
    state.is_dead = 0;
    pthread_mutex_unlock(&state.lock);
    return hit;
}

long fault_vfs_count(void) {
    pthread_mutex_lock(&state.lock);
    long count = state.count;
    pthread_mutex_unlock(&state.lock);
    return count;
}
