// What a power cut takes back: every write, truncation and renaming in the armed folder since the
// last sync of its file or folder. Neighbors: fault_vfs.c and fault_libc.c note what they do,
// fault_state.c cuts. Invariant: the newest is taken back first, so each finds the file as it left
// it; what is kept in part is then done again in its order.
#include "fault_internal.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum change { WROTE, RENAMED };

struct step {
    struct step *before;
    enum change change;
    char path[600];
    /// Of a renaming: where to.
    char to[600];
    off_t offset;
    /// Of the whole file.
    off_t size_before, size_after;
    size_t old_count, new_count;
    unsigned char *old, *new;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct step *latest;

static void free_step(struct step *step) {
    free(step->old);
    free(step->new);
    free(step);
}

// Raw calls: those of libc are stood in for.
static int raw_open(const char *path, int flags) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

static off_t size_of(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? info.st_size : 0;
}

static unsigned char *bytes_of(const char *path, off_t offset, size_t count, size_t *got) {
    unsigned char *bytes = malloc(count ? count : 1);
    int file = raw_open(path, O_RDONLY);
    ssize_t read = file < 0 ? 0 : pread(file, bytes, count, offset);
    if (file >= 0) close(file);
    *got = read < 0 ? 0 : (size_t)read;
    return bytes;
}

static struct step *add(enum change change, const char *path) {
    struct step *step = calloc(1, sizeof *step);
    step->change = change;
    strncpy(step->path, path, sizeof step->path - 1);
    step->size_before = size_of(path);
    step->before = latest;
    latest = step;
    return step;
}

void fault_disk_write(const char *path, const void *bytes, size_t count, off_t offset) {
    pthread_mutex_lock(&lock);
    struct step *step = add(WROTE, path);
    step->offset = offset;
    step->old = bytes_of(path, offset, count, &step->old_count);
    step->new = malloc(count ? count : 1);
    memcpy(step->new, bytes, count);
    step->new_count = count;
    off_t end = offset + (off_t)count;
    step->size_after = end > step->size_before ? end : step->size_before;
    pthread_mutex_unlock(&lock);
}

void fault_disk_truncate(const char *path, off_t size) {
    pthread_mutex_lock(&lock);
    struct step *step = add(WROTE, path);
    step->offset = size;
    size_t lost = step->size_before > size ? (size_t)(step->size_before - size) : 0;
    step->old = bytes_of(path, size, lost, &step->old_count);
    step->size_after = size;
    pthread_mutex_unlock(&lock);
}

// Writes to a file that is renamed before they are synced follow it.
static void follow(const char *from, const char *to) {
    for (struct step *step = latest; step; step = step->before) {
        if (step->change == WROTE && strcmp(step->path, from) == 0) {
            strncpy(step->path, to, sizeof step->path - 1);
        }
    }
}

void fault_disk_rename(const char *from, const char *to) {
    pthread_mutex_lock(&lock);
    struct step *step = add(RENAMED, from);
    strncpy(step->to, to, sizeof step->to - 1);
    // Less than 0: there was none.
    step->size_before = access(to, F_OK) == 0 ? size_of(to) : -1;
    step->old = bytes_of(to, 0, (size_t)size_of(to), &step->old_count);
    latest = step->before;
    follow(from, to);
    latest = step;
    pthread_mutex_unlock(&lock);
}

static int is_durable_by(const struct step *step, const char *path) {
    if (step->change == WROTE) return strcmp(step->path, path) == 0;
    size_t length = strlen(path);
    return strncmp(step->to, path, length) == 0 && step->to[length] == '/';
}

void fault_disk_sync(const char *path) {
    pthread_mutex_lock(&lock);
    for (struct step **at = &latest; *at;) {
        struct step *step = *at;
        if (is_durable_by(step, path)) {
            *at = step->before;
            free_step(step);
        } else {
            at = &step->before;
        }
    }
    pthread_mutex_unlock(&lock);
}

// MARK: The cut

static void put(const char *path, const void *bytes, size_t count, off_t offset, off_t size) {
    int file = raw_open(path, O_WRONLY | O_CREAT);
    if (file < 0) return;
    if (count) (void)!pwrite(file, bytes, count, offset);
    (void)!ftruncate(file, size);
    close(file);
}

static void take_back(const struct step *step) {
    if (step->change == WROTE) {
        put(step->path, step->old, step->old_count, step->offset, step->size_before);
        return;
    }
    (void)syscall(SYS_renameat2, AT_FDCWD, step->to, AT_FDCWD, step->path, 0);
    if (step->size_before >= 0) put(step->to, step->old, step->old_count, 0, step->size_before);
}

// A write that is kept may stand behind a hole; its own end is then the file's.
static void do_again(const struct step *step) {
    if (step->change == RENAMED) return;
    off_t size = size_of(step->path), end = step->offset + (off_t)step->new_count;
    if (step->new_count == 0) size = step->size_after;
    put(step->path, step->new, step->new_count, step->offset, end > size ? end : size);
}

void fault_disk_cut(int keeps_every_other) {
    pthread_mutex_lock(&lock);
    struct step *oldest = 0;
    while (latest) {
        struct step *step = latest;
        latest = step->before;
        take_back(step);
        step->before = oldest;
        oldest = step;
    }
    for (int number = 0; oldest; number++) {
        struct step *step = oldest;
        oldest = step->before;
        if (keeps_every_other && number % 2) do_again(step);
        free_step(step);
    }
    pthread_mutex_unlock(&lock);
}

void fault_disk_forget(void) {
    pthread_mutex_lock(&lock);
    while (latest) {
        struct step *step = latest;
        latest = step->before;
        free_step(step);
    }
    pthread_mutex_unlock(&lock);
}
