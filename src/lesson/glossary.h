#pragma once
// The glossary: every symbol and term of the course, in words, and the lessons that teach them. Read from a text file
// (assets/glossary.md); it owns all its texts and is read-only afterwards, so any thread may read it. Errors have file,
// line and column.
//
//   # GROUP                     a heading: the terms below belong to it
//   ## term-id                  begins a term: small letters, digits, "-"
//   symbol: a^{<t>}             maths markup (ui/mathbox.h), where the term has one
//   name: hidden activation     in plain words (needed)
//   text: ...                   rich text (needed); goes on in lines that begin with a blank
//   lesson: notation            a lesson that teaches it, by its id; one behind another, the first one first
// Empty lines do not count.

#include "arena.h"
#include "err.h"
#include "lesson.h"

enum { GLOSSARY_LESSONS = 4 };
struct glossary_term {
    const char *id, *group, *symbol, *name, *text; // symbol: NULL = it has none; group: "" = none
    const char *lessons[GLOSSARY_LESSONS];
    int lesson_count;
    long line;
};
struct glossary {
    struct glossary_term *terms;
    int count, capacity;
    struct arena arena; // all texts
};

struct glossary *glossary_read(const char *path, struct err *err); // NULL with err
struct glossary *glossary_parse(const char *path, const char *text, size_t size, struct err *err);
void glossary_free(struct glossary *glossary);                                              // may be NULL
const struct glossary_term *glossary_find(const struct glossary *glossary, const char *id); // NULL: there is none
// The part of a lesson that speaks of the term first: by its symbol or its name; 0 where none does.
int glossary_part(const struct glossary_term *term, const struct lesson *lesson);
