#pragma once
// What went wrong, said to a person: what was expected, what was found, and where. A function that can fail
// returns bool and fills a struct err that the caller owns; the caller may pass NULL when it does not care.
// Values only: nothing to free. Any thread, each with its own struct. A message is one line of valid UTF-8, whatever
// the arguments hold: what is neither becomes '?'.

#include <stdbool.h>
#include <stddef.h>

enum err_code {
    ERR_NONE,
    ERR_IO,      // the operating system said no (missing, unreadable, disk full)
    ERR_FORMAT,  // the bytes of a file break a rule of its format
    ERR_VALUE,   // a setting or a number makes no sense
    ERR_LIMIT,   // more than this program takes
    ERR_MEMORY,  // memory ran out; the message says what was asked for
    ERR_STOPPED, // the user asked to stop
    ERR_USAGE,   // the words of a command are wrong (exit status 2)
};

struct err {
    enum err_code code;
    char file[256]; // "" where there is no file
    long line;      // from 1; 0 = unknown
    long column;    // in characters, from 1; 0 = unknown
    char message[512];
};

// Both fill *err (if not NULL) and return false, so that `return err_set(...)` reads well.
bool err_set(struct err *err, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool err_at(struct err *err, enum err_code code, const char *file, long line, long column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

// Writes "FILE:LINE:COLUMN: message" (parts that are unknown left out) to buffer; always terminated.
void err_format(const struct err *err, char *buffer, size_t size);
