// The floor under our figures: the least that this machine, this SQLite and this event table cost
// when no program of ours stands between. Benchmarks/run prints our own figures beside it.
//
//   floor record|ingest|pull|noop FOLDER COUNT EVENT_BYTES
//
// record  one durable commit per event
// ingest  batches of 1,000 events a commit, from 8 replicas in turn, in order of arrival
// pull    every event read in order of position and stored in a second database, 1,000 a commit
// noop    one HTTP/1.1 request and response over loopback, each with a body of EVENT_BYTES
//
// Prints one line of JSON. FOLDER must exist; floor.db and floor-copy.db in it are replaced.
// Build: cc -std=c11 -O2 -Wall -Wextra -o floor floor.c -lsqlite3 -lpthread

#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    REPLICAS = 8,
    BATCH_EVENTS = 1000,
    EVENT_BYTES_MAX = 60000,  // the largest event that the format allows
    COUNT_MAX = 100000000,
    PATH_BYTES = 4096,
    HEAD_BYTES_MAX = 512,
};

static const char *const SCHEMA =
    "CREATE TABLE event (position INTEGER PRIMARY KEY, replica INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, event BLOB NOT NULL, UNIQUE (replica, sequence)) STRICT";
static const char *const INSERT =
    "INSERT INTO event (position, replica, sequence, event) VALUES (?, ?, ?, ?)";

static _Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static _Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("floor: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long peak_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static int64_t replica_of(int64_t position) { return (position - 1) % REPLICAS + 1; }

static int64_t sequence_of(int64_t position) { return (position - 1) / REPLICAS + 1; }

// Bytes that no compression and no page of zeros makes cheaper (xorshift64).
static void fill(uint8_t *bytes, size_t count, uint64_t seed) {
    uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
    for (size_t i = 0; i < count; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes[i] = (uint8_t)state;
    }
}

// The database.

static void expect(sqlite3 *db, int code, int wanted) {
    if (code != wanted) fail("SQLite: %s", sqlite3_errmsg(db));
}

static void execute(sqlite3 *db, const char *sql) {
    expect(db, sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement = NULL;
    expect(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static void remove_old(const char *path) {
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char file[PATH_BYTES + 8];
        snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
        if (unlink(file) != 0 && errno != ENOENT) fail("%s: %s", file, strerror(errno));
    }
}

// The settings of our own stores: WAL, and every commit on the disk before it returns.
static sqlite3 *create(const char *folder, const char *name) {
    char path[PATH_BYTES];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) fail("the folder's path is too long");
    remove_old(path);
    sqlite3 *db = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) fail("%s: cannot be made", path);
    execute(db, "PRAGMA journal_mode = WAL");
    execute(db, "PRAGMA synchronous = FULL");
    execute(db, SCHEMA);
    return db;
}

static void close_all(sqlite3_stmt *statement, sqlite3 *db) {
    sqlite3_finalize(statement);
    expect(db, sqlite3_close(db), SQLITE_OK);
}

static void insert(
    sqlite3 *db, sqlite3_stmt *statement, int64_t position, int64_t replica, int64_t sequence,
    const void *event, int bytes
) {
    sqlite3_bind_int64(statement, 1, position);
    sqlite3_bind_int64(statement, 2, replica);
    sqlite3_bind_int64(statement, 3, sequence);
    sqlite3_bind_blob(statement, 4, event, bytes, SQLITE_STATIC);
    expect(db, sqlite3_step(statement), SQLITE_DONE);
    sqlite3_reset(statement);
}

static void print_rate(const char *mode, int64_t count, int bytes, double seconds) {
    printf(
        "{\"mode\":\"%s\",\"count\":%lld,\"event_bytes\":%d,\"seconds\":%.4f,"
        "\"events_per_second\":%.0f,\"microseconds_per_event\":%.2f,\"peak_rss_kib\":%ld,"
        "\"sqlite\":\"%s\"}\n",
        mode, (long long)count, bytes, seconds, (double)count / seconds,
        seconds * 1e6 / (double)count, peak_kib(), sqlite3_libversion());
}

static void record(const char *folder, int64_t count, int bytes) {
    sqlite3 *db = create(folder, "floor.db");
    sqlite3_stmt *statement = prepare(db, INSERT);
    uint8_t event[EVENT_BYTES_MAX];
    double start = now_seconds();
    for (int64_t position = 1; position <= count; position++) {
        fill(event, (size_t)bytes, (uint64_t)position);
        execute(db, "BEGIN IMMEDIATE");
        insert(db, statement, position, 1, position, event, bytes);
        execute(db, "COMMIT");
    }
    double seconds = now_seconds() - start;
    close_all(statement, db);
    print_rate("record", count, bytes, seconds);
}

// Returns the seconds it took; the database stays for `pull` to read.
static double ingest_into(sqlite3 *db, int64_t count, int bytes) {
    sqlite3_stmt *statement = prepare(db, INSERT);
    uint8_t event[EVENT_BYTES_MAX];
    double start = now_seconds();
    for (int64_t position = 1; position <= count; position++) {
        fill(event, (size_t)bytes, (uint64_t)position);
        if (position % BATCH_EVENTS == 1) execute(db, "BEGIN IMMEDIATE");
        insert(
            db, statement, position, replica_of(position), sequence_of(position), event, bytes);
        if (position % BATCH_EVENTS == 0 || position == count) execute(db, "COMMIT");
    }
    double seconds = now_seconds() - start;
    sqlite3_finalize(statement);
    return seconds;
}

static void ingest(const char *folder, int64_t count, int bytes) {
    sqlite3 *db = create(folder, "floor.db");
    double seconds = ingest_into(db, count, bytes);
    close_all(NULL, db);
    print_rate("ingest", count, bytes, seconds);
}

static void pull(const char *folder, int64_t count, int bytes) {
    sqlite3 *from = create(folder, "floor.db");
    ingest_into(from, count, bytes);
    sqlite3 *to = create(folder, "floor-copy.db");
    sqlite3_stmt *reader =
        prepare(from, "SELECT position, replica, sequence, event FROM event ORDER BY position");
    sqlite3_stmt *writer = prepare(to, INSERT);
    double start = now_seconds();
    int64_t copied = 0;
    while (sqlite3_step(reader) == SQLITE_ROW) {
        if (copied % BATCH_EVENTS == 0) execute(to, "BEGIN IMMEDIATE");
        insert(
            to, writer, sqlite3_column_int64(reader, 0), sqlite3_column_int64(reader, 1),
            sqlite3_column_int64(reader, 2), sqlite3_column_blob(reader, 3),
            sqlite3_column_bytes(reader, 3));
        copied++;
        if (copied % BATCH_EVENTS == 0 || copied == count) execute(to, "COMMIT");
    }
    double seconds = now_seconds() - start;
    if (copied != count) fail("copied %lld of %lld events", (long long)copied, (long long)count);
    close_all(reader, from);
    close_all(writer, to);
    print_rate("pull", count, bytes, seconds);
}

// The network: one connection, kept alive; the server on a thread of its own.

struct peer {
    int socket;
    int64_t count;
    int body_bytes;
};

static void send_all(int to, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(to, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) fail("send: %s", strerror(errno));
        bytes += sent;
        count -= (size_t)sent;
    }
}

// Reads one message: a head up to the empty line, then as many bytes as Content-Length says.
static void receive_message(int from) {
    static const char FIELD[] = "Content-Length: ";
    char buffer[HEAD_BYTES_MAX + EVENT_BYTES_MAX + 1];
    size_t have = 0, wanted = 0;
    while (wanted == 0 || have < wanted) {
        ssize_t got = recv(from, buffer + have, sizeof buffer - 1 - have, 0);
        if (got <= 0) fail("receive: %s", got == 0 ? "closed" : strerror(errno));
        have += (size_t)got;
        buffer[have] = 0;
        char *end = wanted == 0 ? strstr(buffer, "\r\n\r\n") : NULL;
        if (end == NULL) continue;
        char *length = strstr(buffer, FIELD);
        if (length == NULL || length > end) fail("a message without Content-Length");
        wanted = (size_t)(end + 4 - buffer) + strtoul(length + sizeof FIELD - 1, NULL, 10);
        if (wanted >= sizeof buffer) fail("a message of %zu bytes", wanted);
    }
    if (have != wanted) fail("%zu bytes where %zu were due", have, wanted);
}

// Builds a whole message once; a body of 'x' keeps the head's empty line the only one.
static size_t build_message(uint8_t *message, const char *first_line, int body_bytes) {
    int head = snprintf(
        (char *)message, HEAD_BYTES_MAX,
        "%s\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: %d\r\n\r\n",
        first_line, body_bytes);
    memset(message + head, 'x', (size_t)body_bytes);
    return (size_t)(head + body_bytes);
}

static void *answer(void *argument) {
    const struct peer *peer = argument;
    int client = accept(peer->socket, NULL, NULL);
    if (client < 0) fail("accept: %s", strerror(errno));
    int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    uint8_t message[HEAD_BYTES_MAX + EVENT_BYTES_MAX];
    size_t bytes = build_message(message, "HTTP/1.1 200 OK", peer->body_bytes);
    for (int64_t i = 0; i < peer->count; i++) {
        receive_message(client);
        send_all(client, message, bytes);
    }
    close(client);
    return NULL;
}

static int listen_on_loopback(struct sockaddr_in *address) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof *address;
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)address, size) != 0
        || listen(listener, 1) != 0
        || getsockname(listener, (struct sockaddr *)address, &size) != 0)
        fail("listen: %s", strerror(errno));
    return listener;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void noop(int64_t count, int body_bytes) {
    struct sockaddr_in address;
    struct peer peer = {listen_on_loopback(&address), count, body_bytes};
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer, &peer) != 0) fail("no thread");
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0)
        fail("connect: %s", strerror(errno));
    int on = 1;
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    uint8_t message[HEAD_BYTES_MAX + EVENT_BYTES_MAX];
    size_t bytes = build_message(message, "POST /v1/sync HTTP/1.1", body_bytes);
    double *microseconds = calloc((size_t)count, sizeof *microseconds);
    if (microseconds == NULL) fail("no memory");
    for (int64_t i = 0; i < count; i++) {
        double start = now_seconds();
        send_all(server, message, bytes);
        receive_message(server);
        microseconds[i] = (now_seconds() - start) * 1e6;
    }
    close(server);
    pthread_join(thread, NULL);
    close(peer.socket);
    qsort(microseconds, (size_t)count, sizeof *microseconds, compare_doubles);
    printf(
        "{\"mode\":\"noop\",\"count\":%lld,\"body_bytes\":%d,\"request_bytes\":%zu,"
        "\"median_microseconds\":%.1f,\"p99_microseconds\":%.1f,\"peak_rss_kib\":%ld}\n",
        (long long)count, body_bytes, bytes, microseconds[count / 2],
        microseconds[count * 99 / 100], peak_kib());
    free(microseconds);
}

static int64_t number(const char *text, int64_t max, const char *name) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno != 0 || *text == 0 || *end != 0 || value < 1 || value > max)
        fail("%s must be a number from 1 to %lld, not %s", name, (long long)max, text);
    return value;
}

int main(int argc, char **argv) {
    if (argc != 5) fail("usage: floor record|ingest|pull|noop FOLDER COUNT EVENT_BYTES");
    const char *mode = argv[1], *folder = argv[2];
    int64_t count = number(argv[3], COUNT_MAX, "COUNT");
    int bytes = (int)number(argv[4], EVENT_BYTES_MAX, "EVENT_BYTES");
    if (strcmp(mode, "record") == 0) record(folder, count, bytes);
    else if (strcmp(mode, "ingest") == 0) ingest(folder, count, bytes);
    else if (strcmp(mode, "pull") == 0) pull(folder, count, bytes);
    else if (strcmp(mode, "noop") == 0) noop(count, bytes);
    else fail("unknown mode %s", mode);
    return 0;
}
