#pragma once
// check(): a broken promise inside the program (a bug) prints where it was and aborts. It is never used for
// input, files or memory; those answer through struct err (err.h).

#define check(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) check_failed(__FILE__, __LINE__, #condition, __VA_ARGS__);                                   \
    } while (0)

_Noreturn void check_failed(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
