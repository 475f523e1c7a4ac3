#include "problems.h"

#include "mem.h"
#include "str.h"
#include "text_encoding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { KEPT_EACH = PROBLEM_MAX / PROBLEM_KIND_COUNT, ODD_CHARACTERS_MAX = 40 };

void problem_log_release(struct problem_log *log) {
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        mem_free(log->kept[kind]);
    *log = (struct problem_log){0};
}

// What is usual for each kind, how --on-problem names it, and whether a plain "stop" means it.
static const struct kind {
    const char *option;
    enum problem_action usual;
    bool stops;
    bool skip, keep, repair; // what can be asked for beside stop
} kinds[PROBLEM_KIND_COUNT] = {
    [PROBLEM_EMPTY_LINE] = {"empty", ACTION_SKIP, true, .skip = true},
    [PROBLEM_LONG_LINE] = {"long", ACTION_KEEP, false, .keep = true},
    [PROBLEM_DUPLICATE] = {"duplicate", ACTION_KEEP, false, .keep = true, .skip = true},
    [PROBLEM_SKIPPED] = {"unusable", ACTION_SKIP, true, .skip = true},
    [PROBLEM_MISSING] = {"missing", ACTION_REPAIR, true, .skip = true, .repair = true},
    [PROBLEM_RAGGED] = {"ragged", ACTION_SKIP, true, .skip = true, .repair = true},
    [PROBLEM_QUOTE] = {"quote", ACTION_REPAIR, true, .skip = true, .repair = true},
    [PROBLEM_BROKEN] = {"broken", ACTION_STOP, true, .skip = true},
    [PROBLEM_ENCODING] = {"encoding", ACTION_REPAIR, true, .repair = true},
    [PROBLEM_OTHER] = {"", ACTION_KEEP, false, .keep = true},
};

enum problem_action problem_choice(const struct data_options *options, enum problem_kind kind, long line) {
    for (int k = 0; k < options->exception_count; k++)
        if (options->exceptions[k].line == line && options->exceptions[k].kind == kind)
            return options->exceptions[k].action;
    enum problem_action asked = options->actions[kind];
    return asked != ACTION_NONE ? asked : kinds[kind].usual;
}

enum problem_action problem_usual(enum problem_kind kind) {
    return kinds[kind].usual;
}

static void add(struct problem_log *log, enum problem_kind kind, enum problem_action done, long line, long column,
                const char *format, va_list args) {
    log->totals[kind]++;
    log->actions[done]++;
    if (log->counts[kind] == KEPT_EACH) return;
    if (!log->kept[kind]) log->kept[kind] = mem_need(KEPT_EACH, sizeof **log->kept);
    struct problem *problem = &log->kept[kind][log->counts[kind]++];
    *problem = (struct problem){.kind = kind, .done = done, .line = line, .column = column};
    vsnprintf(problem->what, sizeof problem->what, format, args);
    for (size_t bad; (bad = utf8_check(problem->what, strlen(problem->what))) < strlen(problem->what);)
        problem->what[bad] = bad + 4 > sizeof problem->what - 1 ? 0 : '?'; // the end may cut a character
}

void problem_add(struct problem_log *log, enum problem_kind kind, long line, long column, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(log, kind, kinds[kind].usual, line, column, format, args);
    va_end(args);
}

void problem_add_done(struct problem_log *log, enum problem_kind kind, enum problem_action done, long line, long column,
                      const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(log, kind, done, line, column, format, args);
    va_end(args);
}

bool problem_can(enum problem_kind k, enum problem_action action) {
    const struct kind *kind = &kinds[k];
    return (action == ACTION_STOP && *kind->option) || (action == ACTION_SKIP && kind->skip) ||
           (action == ACTION_KEEP && kind->keep) || (action == ACTION_REPAIR && kind->repair);
}

static bool read_action(const char *text, size_t size, enum problem_action *out) {
    for (int k = ACTION_KEEP; k < ACTION_COUNT; k++)
        if (strlen(problem_action_names[k]) == size && memcmp(problem_action_names[k], text, size) == 0) {
            *out = (enum problem_action)k;
            return true;
        }
    return false;
}

static bool action_error(const char *text, struct err *err) {
    struct str known = {0};
    for (int k = 0; k < PROBLEM_OTHER; k++)
        str_printf(&known, "%s%s", k ? ", " : "", kinds[k].option);
    err_set(err, ERR_USAGE,
            "--on-problem: expected keep, skip, repair or stop, alone or behind a kind and '=' (%s), as in "
            "missing=skip,ragged=repair,missing@12=repair (of line 12); found \"%s\"",
            known.data, text);
    str_release(&known);
    return false;
}

// One word for all kinds that it makes sense for.
static void all_actions(enum problem_action action, enum problem_action actions[PROBLEM_KIND_COUNT]) {
    for (int k = 0; k < PROBLEM_OTHER; k++)
        if (action == ACTION_STOP ? kinds[k].stops : kinds[k].stops && problem_can((enum problem_kind)k, action))
            actions[k] = action;
}

// "missing" or "missing@12" of `size` bytes; line 0: of all lines.
static bool read_kind(const char *text, size_t size, int *kind, long *line) {
    const char *at = memchr(text, '@', size);
    size_t name = at ? (size_t)(at - text) : size;
    char *end = NULL;
    *line = at ? strtol(at + 1, &end, 10) : 0;
    if (at && (end != text + size || *line < 1)) return false;
    for (*kind = 0; *kind < PROBLEM_OTHER; ++*kind)
        if (strlen(kinds[*kind].option) == name && memcmp(kinds[*kind].option, text, name) == 0) return true;
    return false;
}

static bool read_wish(const char *text, size_t size, const char *equals, struct data_options *options) {
    enum problem_action action;
    int kind;
    long line;
    if (!read_kind(text, (size_t)(equals - text), &kind, &line) ||
        !read_action(equals + 1, size - (size_t)(equals - text) - 1, &action) ||
        !problem_can((enum problem_kind)kind, action))
        return false;
    if (line == 0) {
        options->actions[kind] = action;
        return true;
    }
    if (action == ACTION_STOP || options->exception_count == PROBLEM_EXCEPTIONS) return false;
    options->exceptions[options->exception_count++] = (struct problem_exception){line, (enum problem_kind)kind, action};
    return true;
}

bool problem_actions_read(const char *text, struct data_options *options, struct err *err) {
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ",");
        const char *equals = memchr(at, '=', size);
        enum problem_action action;
        if (equals ? !read_wish(at, size, equals, options) : !read_action(at, size, &action))
            return action_error(text, err);
        if (!equals) all_actions(action, options->actions);
        at += size + (at[size] == ',');
    }
    return true;
}

bool problem_actions_write(const struct data_options *options, char *out, size_t size) {
    struct str text = {0};
    for (int k = 0; k < PROBLEM_OTHER; k++)
        if (options->actions[k] != ACTION_NONE)
            str_printf(&text, ",%s=%s", kinds[k].option, problem_action_names[options->actions[k]]);
    for (int k = 0; k < options->exception_count; k++) {
        const struct problem_exception *exception = &options->exceptions[k];
        str_printf(&text, ",%s@%ld=%s", kinds[exception->kind].option, exception->line,
                   problem_action_names[exception->action]);
    }
    bool fits = text.size <= size;
    snprintf(out, size, "%s", fits && text.size > 0 ? text.data + 1 : "");
    str_release(&text);
    return fits;
}

bool problem_log_check(const struct problem_log *log, const struct data_options *options, const char *name,
                       struct err *err) {
    const struct problem *first = NULL;
    for (int k = 0; k < PROBLEM_OTHER; k++)
        if (log->counts[k] > 0 && options->actions[k] == ACTION_STOP && (!first || log->kept[k][0].line < first->line))
            first = &log->kept[k][0];
    return !first || err_at(err, ERR_VALUE, name, first->line, first->column, "%s (--on-problem stop)", first->what);
}

const struct problem *problem_log_first(const struct problem_log *log, enum problem_action done) {
    const struct problem *first = NULL;
    for (int k = 0; k < PROBLEM_KIND_COUNT; k++)
        for (int i = 0; i < log->counts[k]; i++)
            if (log->kept[k][i].done == done && (!first || log->kept[k][i].line < first->line))
                first = &log->kept[k][i];
    return first;
}

// Why a character is odd, or NULL.
static const char *oddity(unsigned codepoint) {
    if (codepoint == '\n' || codepoint == '\t' || codepoint == ' ') return NULL;
    if (codepoint == 0xFFFD) return "the mark of a character lost in an earlier conversion";
    if (codepoint >= 0x300 && codepoint < 0x370) return "a combining mark, a symbol apart from its letter";
    switch (utf8proc_category((utf8proc_int32_t)codepoint)) {
    case UTF8PROC_CATEGORY_CC:
        return "a control character";
    case UTF8PROC_CATEGORY_CF:
        return "an invisible formatting character";
    case UTF8PROC_CATEGORY_CO:
        return "a private-use character";
    case UTF8PROC_CATEGORY_CN:
        return "not an assigned character";
    case UTF8PROC_CATEGORY_ZS:
        return "a space, but not the ordinary one";
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return "a separator that is not taken as a line end";
    default:
        return NULL;
    }
}

void problems_of_characters(struct problem_log *log, const struct vocabulary *vocabulary, const char *bytes,
                            size_t size) {
    int found = 0;
    if (vocabulary->tokens != TOKENS_CHARACTER) return;
    for (int i = VOCABULARY_FIRST; i < vocabulary->count && found < ODD_CHARACTERS_MAX; i++) {
        const char *text = vocabulary->texts[i];
        size_t length = strlen(text), used;
        unsigned codepoint = utf8_next(text, length, &used);
        const char *why = oddity(codepoint);
        if (!why || vocabulary->counts[i] == 0) continue; // a given vocabulary may hold what this text does not
        found++;
        long line = 1, column = 1;
        const char *at = memmem(bytes, size, text, length);
        if (at) text_position(bytes, size, (size_t)(at - bytes), &line, &column);
        problem_add(log, PROBLEM_OTHER, line, column, "U+%04X is %s: %ld in all, first here; kept", codepoint, why,
                    vocabulary->counts[i]);
    }
}

static int compare_problems(const void *a, const void *b) {
    const struct problem *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

bool problem_log_finish(struct problem_log *log, struct dataset *dataset) {
    int count = 0;
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        count += log->counts[kind];
    dataset->problems = mem_array((size_t)count, sizeof *dataset->problems);
    if (!dataset->problems) return false;
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++) {
        for (int i = 0; i < log->counts[kind]; i++)
            dataset->problems[dataset->problem_count++] = log->kept[kind][i];
        dataset->problem_totals[kind] = log->totals[kind];
        dataset->problem_total += log->totals[kind];
    }
    memcpy(dataset->action_totals, log->actions, sizeof log->actions);
    qsort(dataset->problems, (size_t)count, sizeof *dataset->problems, compare_problems);
    return true;
}
