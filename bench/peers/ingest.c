/*
 * Lines of JSON into SQLite and no more: members in any order, numbers as whole millionths, WAL, synced. It checks no
 * CRC, no plausibility, no order, and computes nothing. Lines that it can't read are left out.
 *
 *     ingest <database> [rows a transaction] < lines
 */
#include <math.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MICRO 1000000
#define DECIMALS 6

typedef struct {
    int64_t us, seq, v, a, w;
    const char *status;
    int status_length;
    unsigned seen;
} Row;

enum { V = 1, A = 2, W = 4, TS = 8, SEQ = 16, STATUS = 32, ALL = 63 };

static const char *blanks(const char *p) {
    while (*p == ' ' || *p == '\t') p++;
    return p;
}

/* A number in millionths; the usual form digit by digit, others with strtod. NULL: none. */
static const char *number(const char *p, int64_t *millionths) {
    const char *begin = p;
    int negative = *p == '-';
    p += negative;
    if (*p < '0' || *p > '9') return NULL;
    int64_t value = 0;
    int digits = 0, decimals = 0;
    for (; *p >= '0' && *p <= '9'; p++, digits++) value = value * 10 + (*p - '0');
    if (*p == '.') {
        for (p++; *p >= '0' && *p <= '9'; p++, decimals++) value = value * 10 + (*p - '0');
        if (decimals == 0) return NULL;
    }
    if (*p == 'e' || *p == 'E' || decimals > DECIMALS || digits + DECIMALS > 18) {
        char *end;
        *millionths = llround(strtod(begin, &end) * MICRO);
        return end;
    }
    for (; decimals < DECIMALS; decimals++) value *= 10;
    *millionths = negative ? -value : value;
    return p;
}

/* A text up to its closing quote, which is not looked into. */
static const char *text(const char *p, const char **from, int *length) {
    if (*p != '"') return NULL;
    *from = ++p;
    for (; *p != '"'; p++) {
        if (*p == '\0') return NULL;
        if (*p == '\\' && *++p == '\0') return NULL;
    }
    *length = (int)(p - *from);
    return p + 1;
}

static const char *member(const char *p, Row *row) {
    const char *name;
    int length;
    int64_t value;
    if ((p = text(p, &name, &length)) == NULL) return NULL;
    p = blanks(p);
    if (*p++ != ':') return NULL;
    p = blanks(p);
    if (*p == '"') {
        const char *from;
        int size;
        if ((p = text(p, &from, &size)) == NULL) return NULL;
        if (length == 6 && memcmp(name, "status", 6) == 0) {
            row->status = from;
            row->status_length = size;
            row->seen |= STATUS;
        }
        return p;
    }
    if ((p = number(p, &value)) == NULL) return NULL;
    if (length == 1 && *name == 'v') row->v = value, row->seen |= V;
    else if (length == 1 && *name == 'a') row->a = value, row->seen |= A;
    else if (length == 1 && *name == 'w') row->w = value, row->seen |= W;
    else if (length == 2 && memcmp(name, "ts", 2) == 0) row->us = value, row->seen |= TS;
    else if (length == 3 && memcmp(name, "seq", 3) == 0) row->seq = value / MICRO, row->seen |= SEQ;
    return p;
}

/* A line that ends with a 0. */
static int parse(const char *p, Row *row) {
    row->seen = 0;
    p = blanks(p);
    if (*p++ != '{') return 0;
    for (;;) {
        if ((p = member(blanks(p), row)) == NULL) return 0;
        p = blanks(p);
        if (*p == '}') return row->seen == ALL;
        if (*p++ != ',') return 0;
    }
}

static void check(int code, sqlite3 *db) {
    if (code == SQLITE_OK || code == SQLITE_DONE) return;
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(sqlite3 *db, const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL), db); }

int main(int argc, char **argv) {
    static char buffer[(1 << 18) + 1];
    sqlite3 *db;
    sqlite3_stmt *insert, *begin, *commit;
    if (argc < 2) return 2;
    int batch = argc > 2 ? atoi(argv[2]) : 10000, pending = 0;
    check(sqlite3_open(argv[1], &db), db);
    run(db, "PRAGMA journal_mode = WAL");
    run(db, "PRAGMA synchronous = FULL");
    run(db, "CREATE TABLE sample (id INTEGER PRIMARY KEY, seq INTEGER, v INTEGER, a INTEGER, w INTEGER, status TEXT) STRICT");
    check(sqlite3_prepare_v3(db, "INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)", -1,
                             SQLITE_PREPARE_PERSISTENT, &insert, NULL), db);
    check(sqlite3_prepare_v2(db, "BEGIN", -1, &begin, NULL), db);
    check(sqlite3_prepare_v2(db, "COMMIT", -1, &commit, NULL), db);
    size_t kept = 0;
    for (;;) {
        ssize_t got = read(0, buffer + kept, sizeof buffer - 1 - kept);
        if (got <= 0) break;
        char *line = buffer, *end = buffer + kept + got, *newline;
        while ((newline = memchr(line, '\n', end - line)) != NULL) {
            Row row;
            *newline = '\0';
            if (parse(line, &row)) {
                if (pending == 0) sqlite3_step(begin), sqlite3_reset(begin);
                sqlite3_bind_int64(insert, 1, row.us);
                sqlite3_bind_int64(insert, 2, row.seq);
                sqlite3_bind_int64(insert, 3, row.v);
                sqlite3_bind_int64(insert, 4, row.a);
                sqlite3_bind_int64(insert, 5, row.w);
                sqlite3_bind_text(insert, 6, row.status, row.status_length, SQLITE_STATIC);
                check(sqlite3_step(insert), db);
                sqlite3_reset(insert);
                if (++pending == batch) {
                    check(sqlite3_step(commit), db);
                    sqlite3_reset(commit);
                    pending = 0;
                }
            }
            line = newline + 1;
        }
        kept = end - line;
        if (kept == sizeof buffer - 1) kept = 0; /* Longer than any line: not one. */
        memmove(buffer, line, kept);
    }
    if (pending > 0) check(sqlite3_step(commit), db);
    sqlite3_finalize(insert);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    check(sqlite3_close(db), db);
    return 0;
}
