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
//   also: hidden-state          another id that finds it; one behind another
//   lesson: notation            a lesson that teaches it, by its id; one behind another, the first one first
// Empty lines do not count.

#include "arena.h"
#include "err.h"
#include "lesson.h"

enum { GLOSSARY_LESSONS = 4, GLOSSARY_ALSO = 4 };
struct glossary_term {
    const char *id, *group, *symbol, *name, *text; // symbol: NULL = it has none; group: "" = none
    const char *lessons[GLOSSARY_LESSONS];
    int lesson_count;
    const char *also[GLOSSARY_ALSO];
    int also_count;
    long line;
};
struct glossary {
    struct glossary_term *terms;
    int count, capacity;
    struct arena arena; // all texts
};

struct glossary *glossary_read(const char *path, struct err *err); // NULL with err
struct glossary *glossary_parse(const char *path, const char *text, size_t size, struct err *err);
void glossary_free(struct glossary *glossary); // may be NULL
// By its id or another one that finds it; NULL: there is none.
const struct glossary_term *glossary_find(const struct glossary *glossary, const char *id);
// The terms that a scene names (lesson_scene.terms: ids, separated by commas), at most max; returns how many there are.
// missing: the first id that there is not, "" = none; may be NULL.
int glossary_terms(const struct glossary *glossary, const char *ids, const struct glossary_term **out, int max,
                   char missing[64]);
// A term that a lesson names and the glossary does not have is a dead link: each becomes a problem.
void glossary_check(const struct glossary *glossary, const struct lesson *lesson, struct lesson_problems *problems);
// The part of a lesson that teaches the term first: that names it, else that speaks of it by its name or its symbol; 0
// where none does.
int glossary_part(const struct glossary *glossary, const struct glossary_term *term, const struct lesson *lesson);
