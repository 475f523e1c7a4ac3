#include "glossary.h"

#include "file.h"
#include "mem.h"
#include "str.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { GLOSSARY_MAX_BYTES = 1 << 20 };

enum field { FIELD_SYMBOL, FIELD_NAME, FIELD_TEXT, FIELD_LESSON, FIELD_ALSO, FIELD_COUNT };
static const char *const field_names[FIELD_COUNT] = {"symbol", "name", "text", "lesson", "also"};

struct reader {
    struct glossary *glossary;
    const char *path;
    struct err *err;
    const char *line; // the present one, without its end
    size_t length;
    long number;
    const char *group;
    struct glossary_term *term; // the present one, or NULL
    struct str text;            // of it
    long text_line, text_column;
};

static bool fail(const struct reader *r, size_t at, const char *what) {
    return err_at(r->err, ERR_FORMAT, r->path, r->number, (long)utf8_count(r->line, at) + 1, "expected %s", what);
}

static char *keep(struct reader *r, const char *text, size_t length) {
    return arena_text(&r->glossary->arena, text, length);
}

// Errors inside a value are told by their column in it.
static bool check_value(const struct reader *r, long line, long column, const char *value,
                        bool (*check)(const char *, struct err *)) {
    struct err why = {0};
    if (check(value, &why)) return true;
    return err_at(r->err, ERR_FORMAT, r->path, line, column + (why.column > 0 ? why.column - 1 : 0), "%.400s",
                  why.message);
}

// The formulas of a rich text.
static bool check_text(const struct reader *r, const char *text) {
    for (const char *open; (open = strchr(text, '$'));) {
        const char *close = strchr(open + 1, '$');
        if (!close) return err_at(r->err, ERR_FORMAT, r->path, r->text_line, 0, "expected a $ that closes the formula");
        char *markup = mem_need((size_t)(close - open), 1);
        memcpy(markup, open + 1, (size_t)(close - open - 1));
        struct err why = {0};
        bool good = lesson_check_math(markup, &why);
        if (!good) err_at(r->err, ERR_FORMAT, r->path, r->text_line, 0, "in $%.60s$: %.300s", markup, why.message);
        mem_free(markup);
        if (!good) return false;
        text = close + 1;
    }
    return true;
}

static bool end_term(struct reader *r) {
    struct glossary_term *term = r->term;
    if (!term) return true;
    const char *missing = !term->name ? "a name" : !r->text.size ? "a text" : NULL;
    if (missing)
        return err_at(r->err, ERR_FORMAT, r->path, term->line, 1, "expected %s for the term \"%s\", found none",
                      missing, term->id);
    if (!check_text(r, r->text.data)) return false;
    term->text = keep(r, r->text.data, r->text.size);
    str_clear(&r->text);
    r->term = NULL;
    return true;
}

static bool begin_term(struct reader *r) {
    if (!end_term(r)) return false;
    const char *id = r->line + 3;
    size_t length = r->length - 3;
    for (size_t k = 0; k < length; k++)
        if (!islower((unsigned char)id[k]) && !isdigit((unsigned char)id[k]) && id[k] != '-')
            return fail(r, 3 + k, "an id of small letters, digits and \"-\" behind ##");
    if (length == 0) return fail(r, r->length, "the id of a term behind ##");
    struct glossary *g = r->glossary;
    const char *kept = keep(r, id, length);
    if (glossary_find(g, kept)) return fail(r, 3, "an id of its own; another term has this one");
    g->terms = mem_room(g->terms, g->count, &g->capacity, 64, sizeof *g->terms);
    r->term = &g->terms[g->count++];
    *r->term = (struct glossary_term){.id = kept, .group = r->group, .line = r->number};
    return true;
}

static bool take_field(struct reader *r, enum field field, size_t at) {
    struct glossary_term *term = r->term;
    const char *value = keep(r, r->line + at, r->length - at);
    if (!*value) return fail(r, at, "a value behind the colon");
    const char **once = field == FIELD_SYMBOL ? &term->symbol : field == FIELD_NAME ? &term->name : NULL;
    if ((once && *once) || (field == FIELD_TEXT && r->text.size)) return fail(r, 0, "each key once in a term");
    if (once) *once = value;
    if (field == FIELD_SYMBOL) return check_value(r, r->number, (long)at + 1, value, lesson_check_math);
    if (field == FIELD_TEXT) {
        r->text_line = r->number;
        str_put(&r->text, value);
    }
    if (field == FIELD_LESSON) {
        if (term->lesson_count == GLOSSARY_LESSONS) return fail(r, 0, "at most four lessons for a term");
        term->lessons[term->lesson_count++] = value;
    }
    if (field == FIELD_ALSO) {
        if (term->also_count == GLOSSARY_ALSO) return fail(r, 0, "at most four other ids for a term");
        if (glossary_find(r->glossary, value)) return fail(r, at, "an id of its own; a term has this one");
        term->also[term->also_count++] = value;
    }
    return true;
}

static bool take_line(struct reader *r) {
    if (r->length == 0) return true;
    if (r->length >= 3 && !strncmp(r->line, "## ", 3)) return begin_term(r);
    if (r->length >= 2 && !strncmp(r->line, "# ", 2)) {
        r->group = keep(r, r->line + 2, r->length - 2);
        return end_term(r);
    }
    if (!r->term) return fail(r, 0, "a term (\"## id\") or a heading (\"# ...\") first");
    if (r->line[0] == ' ') {
        if (!r->text.size) return fail(r, 0, "a text before a line that begins with a blank");
        size_t skip = strspn(r->line, " ");
        str_put_char(&r->text, ' ');
        str_put_n(&r->text, r->line + skip, r->length - skip);
        return true;
    }
    for (int k = 0; k < FIELD_COUNT; k++) {
        size_t n = strlen(field_names[k]);
        if (r->length > n && !strncmp(r->line, field_names[k], n) && r->line[n] == ':')
            return take_field(r, (enum field)k, n + 1 + strspn(r->line + n + 1, " "));
    }
    return fail(r, 0, "symbol:, name:, text:, lesson: or also:, or a line that begins with a blank");
}

static bool take_lines(struct reader *r, const char *text, size_t size) {
    size_t bad = utf8_check(text, size);
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        r->line = text + at;
        r->length = length;
        r->number++;
        if (bad < at + length) return fail(r, bad - at, "UTF-8");
        while (r->length > 0 && strchr(" \r\t", r->line[r->length - 1]))
            r->length--;
        if (!take_line(r)) return false;
        at += length + 1;
    }
    return end_term(r);
}

struct glossary *glossary_parse(const char *path, const char *text, size_t size, struct err *err) {
    struct reader r = {.glossary = mem_need(1, sizeof *r.glossary), .path = path, .err = err, .group = ""};
    arena_init(&r.glossary->arena);
    // Lines of text, none of them longer than what is there: a copy that ends with 0.
    char *copy = mem_need(size + 1, 1);
    if (size) memcpy(copy, text, size);
    bool good = take_lines(&r, copy, size);
    mem_free(copy);
    str_release(&r.text);
    if (good) return r.glossary;
    glossary_free(r.glossary);
    return NULL;
}

struct glossary *glossary_read(const char *path, struct err *err) {
    struct bytes bytes;
    if (!file_read(path, GLOSSARY_MAX_BYTES, &bytes, err)) return NULL;
    struct glossary *glossary = glossary_parse(path, bytes.data, bytes.size, err);
    bytes_release(&bytes);
    return glossary;
}

void glossary_free(struct glossary *glossary) {
    if (!glossary) return;
    arena_release(&glossary->arena);
    mem_free(glossary->terms);
    mem_free(glossary);
}

static bool is_called(const struct glossary_term *term, const char *id) {
    bool found = !strcmp(term->id, id);
    for (int k = 0; k < term->also_count && !found; k++)
        found = !strcmp(term->also[k], id);
    return found;
}

const struct glossary_term *glossary_find(const struct glossary *glossary, const char *id) {
    for (int k = 0; k < glossary->count; k++)
        if (is_called(&glossary->terms[k], id)) return &glossary->terms[k];
    return NULL;
}

int glossary_terms(const struct glossary *glossary, const char *ids, const struct glossary_term **out, int max,
                   char missing[64]) {
    int count = 0;
    if (missing) missing[0] = 0;
    for (const char *at = ids; *(at += strspn(at, " ,"));) {
        char id[64];
        size_t n = strcspn(at, " ,");
        snprintf(id, sizeof id, "%.*s", (int)n, at);
        const struct glossary_term *term = glossary_find(glossary, id);
        if (term && count < max) out[count++] = term;
        if (!term && missing && !*missing) memcpy(missing, id, sizeof id);
        at += n;
    }
    return count;
}

static bool speaks(const struct lesson_part *part, const char *word) {
    if (strcasestr(part->title, word)) return true;
    for (int k = 0; k < part->block_count; k++) {
        const struct lesson_block *block = &part->blocks[k];
        if ((block->text && strcasestr(block->text, word)) || (block->equation && strstr(block->equation, word)))
            return true;
    }
    return false;
}

static bool names(const struct glossary *glossary, const struct lesson_part *part, const struct glossary_term *term) {
    const struct glossary_term *terms[16];
    int count = glossary_terms(glossary, part->scene.terms, terms, 16, NULL);
    for (int k = 0; k < count; k++)
        if (terms[k] == term) return true;
    return false;
}

int glossary_part(const struct glossary *glossary, const struct glossary_term *term, const struct lesson *lesson) {
    for (int k = 0; k < lesson->part_count; k++)
        if (names(glossary, &lesson->parts[k], term)) return k;
    const char *const words[] = {term->name, term->symbol};
    for (int w = 0; w < 2; w++)
        for (int k = 0; words[w] && k < lesson->part_count; k++)
            if (speaks(&lesson->parts[k], words[w])) return k;
    return 0;
}

void glossary_check(const struct glossary *glossary, const struct lesson *lesson, struct lesson_problems *problems) {
    for (int p = 0; p < lesson->part_count; p++) {
        const struct lesson_scene *scene = &lesson->parts[p].scene;
        for (const char *at = scene->terms; *(at += strspn(at, " ,"));) {
            char id[64];
            struct err err = {0};
            size_t n = strcspn(at, " ,"), before = utf8_count(scene->terms, (size_t)(at - scene->terms));
            snprintf(id, sizeof id, "%.*s", (int)n, at);
            at += n;
            if (glossary_find(glossary, id)) continue;
            err_at(&err, ERR_VALUE, lesson->path, scene->terms_at.line, scene->terms_at.column + (long)before,
                   "expected the id of a term of the glossary, found \"%s\"", id);
            lesson_problems_add(problems, &err, false);
        }
    }
}
