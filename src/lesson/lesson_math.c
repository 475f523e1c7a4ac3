// The grammar of maths markup (ui/mathbox.h), checked without a font: unknown words, groups left open,
// arguments missing.
#include "lesson_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 12, MAX_WORDS = 23 }; // of \t{...}, in bytes
struct math_reader {
    const char *text, *at;
    struct err *err;
    int depth;
    bool script; // inside ^{...} or _{...}
};

static const char *const plain_words[] = {"Gamma", "sigma", "partial", "tau",     "eta",  "theta", "epsilon", "beta",
                                          "infty", "ldots", "sum",     "prod",    "cdot", "odot",  "times",   "approx",
                                          "le",    "ge",    "in",      "to",      "gets", "top",   "quad",    "tanh",
                                          "ln",    "log",   "exp",     "softmax", "max",  "min",   "relu"};
static const struct {
    const char *word;
    int groups;
} group_words[] = {{"hat", 1}, {"tilde", 1}, {"norm", 1}, {"frac", 2}, {"t", 1}, {"s", 1}, {"strong", 1}, {"col", 2}};

static bool fail(struct math_reader *r, const char *at, const char *expected) {
    char found[24];
    size_t length = strnlen(at, 12);
    while (length && ((unsigned char)at[length] & 0xc0) == 0x80)
        length--; // whole characters
    snprintf(found, sizeof found, "%.*s", (int)length, at);
    return lesson_err_in(r->err, r->text, at, "expected %s, found %s%s%s", expected, *at ? "\"" : "",
                         *at ? found : "the end", *at ? "\"" : "");
}

static bool sequence(struct math_reader *r, bool group);

static bool group(struct math_reader *r, const char *what) {
    if (*r->at != '{') return fail(r, r->at, what);
    if (++r->depth > MAX_DEPTH) return fail(r, r->at, "fewer groups inside each other");
    const char *open = r->at++;
    if (!sequence(r, true)) return false;
    if (*r->at != '}') return fail(r, open, "a } for this group");
    r->at++;
    r->depth--;
    return true;
}

// The letters of \t{...}: nothing is read as markup.
static bool plain_group(struct math_reader *r) {
    const char *open = r->at;
    if (*open != '{') return fail(r, open, "a group {...}");
    const char *end = strchr(open, '}');
    if (!end) return fail(r, open, "a } for this group");
    if (end - open - 1 > MAX_WORDS) return fail(r, open, "a shorter text");
    r->at = end + 1;
    return true;
}

static bool identity(struct math_reader *r) {
    if (r->at[0] == '{' && r->at[1] && strchr("fuocra", r->at[1]) && r->at[2] == '}') return r->at += 3, true;
    return fail(r, r->at, "one of {f} {u} {o} {c} {r} {a}");
}

static bool word(struct math_reader *r) {
    const char *start = r->at++;
    if (*r->at == ',') return r->at++, true; // a thin space
    size_t length = 0;
    while (isalpha((unsigned char)r->at[length]))
        length++;
    for (size_t i = 0; i < sizeof plain_words / sizeof *plain_words; i++)
        if (strlen(plain_words[i]) == length && strncmp(r->at, plain_words[i], length) == 0)
            return r->at += length, true;
    for (size_t i = 0; i < sizeof group_words / sizeof *group_words; i++) {
        const char *name = group_words[i].word;
        if (strlen(name) != length || strncmp(r->at, name, length) != 0) continue;
        r->at += length;
        if (length == 1) return plain_group(r);
        if (strcmp(name, "col") == 0 && !identity(r)) return false;
        for (int k = strcmp(name, "col") == 0 ? 1 : 0; k < group_words[i].groups; k++)
            if (!group(r, "a group {...}")) return false;
        return true;
    }
    return fail(r, start, "a word of the maths markup such as \\Gamma or \\frac");
}

static bool script(struct math_reader *r) {
    const char *start = r->at++;
    bool outer = r->script;
    r->script = true;
    bool ok = true;
    if (*r->at == '{') {
        ok = group(r, "a group {...}");
    } else if (*r->at == '\\') {
        ok = word(r);
    } else if (isalnum((unsigned char)*r->at) || *r->at == '*') {
        r->at++;
    } else {
        ok = fail(r, start, "a letter, a number or {...} behind ^ or _");
    }
    r->script = outer;
    return ok;
}

// <t>, <t-1>, <T_x>: the time index.
static bool time_index(struct math_reader *r) {
    const char *end = strchr(r->at, '>');
    if (!end || end == r->at + 1) return fail(r, r->at, "a time index such as <t-1>");
    const char *stop = strpbrk(r->at, "}");
    if (stop && stop < end) return fail(r, r->at, "a > for this time index");
    r->at = end + 1;
    return true;
}

static bool sequence(struct math_reader *r, bool in_group) {
    while (*r->at) {
        bool ok = true;
        switch (*r->at) {
        case '}':
            if (in_group) return true;
            return fail(r, r->at, "no } without its {");
        case '{':
            return fail(r, r->at, "a { only behind ^, _ or a word");
        case '\\':
            ok = word(r);
            break;
        case '^':
        case '_':
            ok = script(r);
            break;
        case '<':
            if (!r->script) return fail(r, r->at, "a time index only behind ^ (and no comparison)");
            ok = time_index(r);
            break;
        case '$':
            return fail(r, r->at, "no $ inside maths");
        default:
            r->at++;
        }
        if (!ok) return false;
    }
    return true;
}

bool lesson_check_math(const char *markup, struct err *err) {
    struct math_reader r = {.text = markup, .at = markup, .err = err};
    if (!markup[strspn(markup, " ")]) return fail(&r, markup, "a formula");
    return sequence(&r, false);
}
