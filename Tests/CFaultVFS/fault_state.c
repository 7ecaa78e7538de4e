// Which folder is armed, what has been counted there, and whether its process has died.
// Neighbors: fault_vfs.c and fault_libc.c ask `fault_strike` before each operation.
#include "fault_internal.h"

#include <pthread.h>
#include <string.h>

atomic_int fault_is_armed;

static struct {
    pthread_mutex_t lock;
    char folder[512];
    int kinds;
    int only_commits;
    long nth;
    enum fault_mode mode;
    long count;
    int is_dead;
    int is_full;
    int commits[FAULT_FILES];
    struct fault_hit hit;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER};

int fault_is_within(const char *path, const char *folder) {
    size_t length = strlen(folder);
    return path && length > 0 && strncmp(path, folder, length) == 0
        && (path[length] == '/' || path[length] == 0);
}

int fault_is_in_folder(const char *path) {
    if (!atomic_load(&fault_is_armed)) return 0;
    pthread_mutex_lock(&state.lock);
    int result = fault_is_within(path, state.folder);
    pthread_mutex_unlock(&state.lock);
    return result;
}

int fault_is_dead(const char *path) {
    if (!atomic_load(&fault_is_armed)) return 0;
    pthread_mutex_lock(&state.lock);
    int result = state.is_dead && fault_is_within(path, state.folder);
    pthread_mutex_unlock(&state.lock);
    return result;
}

int fault_is_full(const char *path) {
    if (!atomic_load(&fault_is_armed)) return 0;
    pthread_mutex_lock(&state.lock);
    int result = state.is_full && fault_is_within(path, state.folder);
    pthread_mutex_unlock(&state.lock);
    return result;
}

// The process ends: with a power cut so does what was only on its way to the disk.
static void die(void) {
    state.is_dead = 1;
    fault_vfs_bury(state.folder);
    if (state.mode == FAULT_POWER || state.mode == FAULT_POWER_MIXED) {
        fault_disk_cut(state.mode == FAULT_POWER_MIXED);
    }
}

static int is_death(int mode) {
    return mode != FAULT_ERROR && mode != FAULT_FULL && mode != FAULT_NO_MEMORY;
}

static int is_counted(int kind, int commit) {
    return state.kinds & kind && (commit || !state.only_commits);
}

int fault_strike(const char *path, int kind, int file, int commit) {
    if (!atomic_load(&fault_is_armed)) return 0;
    int what = 0;
    pthread_mutex_lock(&state.lock);
    if (state.mode != 0 && fault_is_within(path, state.folder)) {
        if (state.is_dead) {
            what = FAULT_KILL;
        } else if (is_counted(kind, commit) && ++state.count == state.nth) {
            what = state.mode;
            state.hit = (struct fault_hit){1, kind, file, commit};
            state.is_full = state.mode == FAULT_FULL;
            if (is_death(state.mode)) die();
        } else if (state.is_full && kind == FAULT_WRITE) {
            what = FAULT_FULL;
        }
    }
    pthread_mutex_unlock(&state.lock);
    return what;
}

int fault_next_commit(int file) {
    pthread_mutex_lock(&state.lock);
    int number = ++state.commits[file];
    pthread_mutex_unlock(&state.lock);
    return number;
}

int fault_last_commit(int file) {
    pthread_mutex_lock(&state.lock);
    int number = state.commits[file];
    pthread_mutex_unlock(&state.lock);
    return number;
}

int fault_file_of(const char *path) {
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    int is_log = strstr(name, "-wal") != 0;
    if (strncmp(name, "keys.db", 7) == 0) return is_log ? FAULT_KEYS_LOG : FAULT_KEYS;
    if (strncmp(name, "hourbook.db", 11) == 0) return is_log ? FAULT_LEDGER_LOG : FAULT_LEDGER;
    if (strncmp(name, "high-water", 10) == 0) return FAULT_RECORD;
    if (strncmp(name, "identity", 8) == 0 || strstr(name, "keys.json")) return FAULT_SECRETS;
    return FAULT_OTHER;
}

void fault_vfs_cut_power(int mode) {
    pthread_mutex_lock(&state.lock);
    state.mode = mode;
    die();
    pthread_mutex_unlock(&state.lock);
}

void fault_vfs_arm(const char *folder, int kinds, int only_commits, long nth, int mode) {
    pthread_mutex_lock(&state.lock);
    strncpy(state.folder, folder, sizeof state.folder - 1);
    state.kinds = kinds;
    state.only_commits = only_commits;
    state.nth = nth;
    state.mode = mode;
    state.count = 0;
    state.is_dead = 0;
    state.is_full = 0;
    memset(state.commits, 0, sizeof state.commits);
    state.hit = (struct fault_hit){0};
    fault_disk_forget();
    atomic_store(&fault_is_armed, 1);
    pthread_mutex_unlock(&state.lock);
}

struct fault_hit fault_vfs_disarm(void) {
    pthread_mutex_lock(&state.lock);
    struct fault_hit hit = state.hit;
    state.mode = 0;
    state.is_dead = 0;
    state.is_full = 0;
    fault_disk_forget();
    atomic_store(&fault_is_armed, 0);
    pthread_mutex_unlock(&state.lock);
    return hit;
}

long fault_vfs_count(void) {
    pthread_mutex_lock(&state.lock);
    long count = state.count;
    pthread_mutex_unlock(&state.lock);
    return count;
}
