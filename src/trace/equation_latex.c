#include "equation_latex.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct latex {
    char *out;
    size_t size, used; // used: also of what was cut
    const char *at;
    latex_value_fn *value;
    void *context;
    int scripts; // nesting of ^ and _: a time index stands only there
};

static void put(struct latex *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct latex *l, const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t room = l->used < l->size ? l->size - l->used : 0;
    int n = vsnprintf(room ? l->out + l->used : NULL, room, format, args);
    va_end(args);
    if (n > 0) l->used += (size_t)n;
}

// Plain text between braces, for \text{}.
static void put_plain(struct latex *l, const char *text, size_t length) {
    static const struct {
        char c;
        const char *latex;
    } escapes[] = {{'_', "\\_"},
                   {'%', "\\%"},
                   {'&', "\\&"},
                   {'#', "\\#"},
                   {'$', "\\$"},
                   {'<', "\\textless{}"},
                   {'>', "\\textgreater{}"},
                   {'^', "\\textasciicircum{}"},
                   {'~', "\\textasciitilde{}"}};
    for (size_t i = 0; i < length; i++) {
        const char *latex = NULL;
        for (size_t k = 0; k < sizeof escapes / sizeof *escapes; k++)
            if (text[i] == escapes[k].c) latex = escapes[k].latex;
        if (latex)
            put(l, "%s", latex);
        else
            put(l, "%c", text[i]);
    }
}

// The text of a {group} without markup of its own; the cursor moves behind it.
static const char *group_text(struct latex *l, size_t *length) {
    *length = 0;
    if (*l->at != '{') return l->at;
    const char *text = ++l->at;
    while (*l->at && *l->at != '}')
        l->at++;
    *length = (size_t)(l->at - text);
    if (*l->at) l->at++;
    return text;
}

static int group_number(struct latex *l) {
    size_t length;
    const char *text = group_text(l, &length);
    int value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static void put_atom(struct latex *l);

// What stands between braces, in braces of its own where `braces`.
static void put_group(struct latex *l, bool braces) {
    if (braces) put(l, "{");
    if (*l->at == '{') {
        l->at++;
        while (*l->at && *l->at != '}')
            put_atom(l);
        if (*l->at) l->at++;
    } else if (*l->at)
        put_atom(l);
    if (braces) put(l, "}");
}

static void put_value(struct latex *l, bool sign) {
    int k = group_number(l), digits = group_number(l);
    double value = l->value ? l->value(l->context, k) : NAN;
    if (sign) put(l, value < 0 ? "-" : "+");
    if (isfinite(value))
        put(l, "%.*f", digits, sign ? fabs(value) : value);
    else
        put(l, "?");
}

static bool is_word(const char *word, const char *const *list) {
    for (; *list; list++)
        if (!strcmp(word, *list)) return true;
    return false;
}

static void put_word(struct latex *l) {
    static const char *const holders[] = {"hat", "tilde", NULL}, *const names[] = {"softmax", "relu", NULL},
                             *const left_out[] = {"col", "link", NULL};
    char word[32];
    size_t n = 0, length;
    const char *text;
    l->at++;
    while (n + 1 < sizeof word && ((l->at[0] | 32) >= 'a' && (l->at[0] | 32) <= 'z'))
        word[n++] = *l->at++;
    if (n == 0 && *l->at) word[n++] = *l->at++;
    word[n] = '\0';
    if (!strcmp(word, "t") || !strcmp(word, "s")) {
        text = group_text(l, &length);
        put(l, *word == 't' ? "\\text{" : "\\textsf{");
        put_plain(l, text, length);
        put(l, "}");
    } else if (!strcmp(word, "v") || !strcmp(word, "V"))
        put_value(l, *word == 'V');
    else if (is_word(word, left_out)) {
        group_text(l, &length);
        put_group(l, false);
    } else if (!strcmp(word, "strong"))
        put_group(l, false);
    else if (!strcmp(word, "norm")) {
        put(l, "\\lVert ");
        put_group(l, false);
        put(l, "\\rVert ");
    } else if (!strcmp(word, "frac")) {
        put(l, "\\frac");
        put_group(l, true);
        put_group(l, true);
    } else if (is_word(word, holders)) {
        put(l, "\\%s", word);
        put_group(l, true);
    } else if (is_word(word, names))
        put(l, "\\operatorname{%s}", word);
    else
        put(l, word[0] == ',' ? "\\," : "\\%s ", word);
}

static void put_atom(struct latex *l) {
    char c = *l->at;
    if (c == '\\') {
        put_word(l);
        return;
    }
    if (c == '{') {
        put_group(l, true);
        return;
    }
    l->at++;
    if (c == '^' || c == '_') {
        put(l, "%c", c);
        l->scripts++;
        put_group(l, true);
        l->scripts--;
    } else if (c == '*')
        put(l, "\\ast ");
    else if (l->scripts > 0 && (c == '<' || c == '>'))
        put(l, c == '<' ? "\\langle " : "\\rangle ");
    else if (c == '%' || c == '#' || c == '&' || c == '$')
        put(l, "\\%c", c);
    else
        put(l, "%c", c);
}

// The first "=" of a line is where lines of an aligned environment meet.
static void put_line(struct latex *l, bool aligned) {
    bool met = !aligned;
    if (aligned && (*l->at == '+' || *l->at == '-')) {
        put(l, "&\\quad ");
        met = true;
    }
    while (*l->at && *l->at != '\n') {
        if (!met && (*l->at == '=' || (l->at[0] == ':' && l->at[1] == '='))) {
            put(l, "&");
            met = true;
        }
        put_atom(l);
    }
}

size_t equation_latex(char *out, size_t size, const char *markup, latex_value_fn *value, void *context) {
    struct latex l = {.out = out, .size = size, .at = markup, .value = value, .context = context};
    const bool aligned = strchr(markup, '\n') != NULL;
    if (size) out[0] = '\0';
    if (aligned) put(&l, "\\begin{aligned}\n");
    while (*l.at) {
        put_line(&l, aligned);
        if (*l.at != '\n') break;
        l.at++;
        put(&l, " \\\\\n");
    }
    if (aligned) put(&l, "\n\\end{aligned}");
    return l.used;
}
