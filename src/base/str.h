#pragma once
// A growing text buffer. `data` is always terminated (never NULL after the first put; str_text() gives "" before).

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    char *data;
    size_t size, capacity;
};

void str_release(struct str *str);
void str_clear(struct str *str);
const char *str_text(const struct str *str);
// Room for so many bytes more, so that putting them does not end the program; false when memory ran out.
bool str_room(struct str *str, size_t more);
void str_put(struct str *str, const char *text);
void str_put_n(struct str *str, const char *text, size_t length);
void str_put_char(struct str *str, char c);
void str_printf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vprintf(struct str *str, const char *format, va_list args);

// The shape of an array, "(256, 28)"; returns out.
const char *shape_text(int dims, const int64_t *shape, char *out, size_t size);

// UTF-8: the code point at text (length bytes left), its size in *used (at least 1); U+FFFD for a bad sequence.
unsigned utf8_next(const char *text, size_t length, size_t *used);
size_t utf8_put(unsigned codepoint, char out[5]); // bytes written, out is terminated
size_t utf8_count(const char *text, size_t length);
// Offset of the first byte that is not part of valid UTF-8 (overlong forms, surrogates, > U+10FFFF are faults), or
// length.
size_t utf8_check(const char *text, size_t length);
// A text as one line of valid UTF-8: as many whole code points as fit, line ends as "↵", other control characters as
// spaces, what is no UTF-8 as U+FFFD. Always terminated; size at least 1.
void str_line(const char *text, size_t length, char *out, size_t size);
// A number as a person types it: 0.43, 0,43, the minus sign of the screen, 1/3 and 5%. False: it is none.
bool text_number(const char *text, double *out);
