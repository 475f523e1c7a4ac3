// Maths markup read into a tree.
#include "mathtree.h"
#include "mathbox.h"
#include "str.h"
#include <string.h>

enum { WORD_MAX = 64 };

static const struct {
    const char *word, *text;
    enum math_kind kind;
    enum font font;
} words[] = {
    // clang-format off
    {"Gamma", "Γ", MATH_GLYPHS, FONT_MATH}, {"sigma", "σ", MATH_GLYPHS, FONT_MATH_ITALIC},
    {"tau", "τ", MATH_GLYPHS, FONT_MATH_ITALIC}, {"eta", "η", MATH_GLYPHS, FONT_MATH_ITALIC},
    {"theta", "θ", MATH_GLYPHS, FONT_MATH_ITALIC}, {"epsilon", "ε", MATH_GLYPHS, FONT_MATH_ITALIC},
    {"beta", "β", MATH_GLYPHS, FONT_MATH_ITALIC}, {"partial", "∂", MATH_GLYPHS, FONT_MATH},
    {"top", "⊤", MATH_GLYPHS, FONT_MATH}, {"ldots", "…", MATH_GLYPHS, FONT_MATH},
    {"infty", "∞", MATH_GLYPHS, FONT_MATH}, {"tanh", "tanh", MATH_GLYPHS, FONT_MATH},
    {"ln", "ln", MATH_GLYPHS, FONT_MATH}, {"exp", "exp", MATH_GLYPHS, FONT_MATH},
    {"softmax", "softmax", MATH_GLYPHS, FONT_MATH}, {"max", "max", MATH_GLYPHS, FONT_MATH},
    {"min", "min", MATH_GLYPHS, FONT_MATH}, {"relu", "relu", MATH_GLYPHS, FONT_MATH},
    {"log", "log", MATH_GLYPHS, FONT_MATH}, {"cdot", "⋅", MATH_OPERATOR, FONT_MATH},
    {"odot", "⊙", MATH_OPERATOR, FONT_MATH}, {"approx", "≈", MATH_OPERATOR, FONT_MATH},
    {"le", "≤", MATH_OPERATOR, FONT_MATH}, {"ge", "≥", MATH_OPERATOR, FONT_MATH},
    {"times", "×", MATH_OPERATOR, FONT_MATH}, {"in", "∈", MATH_OPERATOR, FONT_MATH},
    {"to", "→", MATH_OPERATOR, FONT_MATH}, {"gets", "←", MATH_OPERATOR, FONT_MATH}, {"sum", "∑", MATH_BIG, FONT_MATH},
    {"prod", "∏", MATH_BIG, FONT_MATH},
    // clang-format on
};

static int new_node(struct math_formula *f, enum math_kind kind) {
    if (f->count == MATH_NODES) {
        if (!f->fault) f->fault = "the formula is too long", f->fault_at = f->at;
        return MATH_NODES - 1;
    }
    f->nodes[f->count] = (struct math_node){.kind = kind, .child = -1, .child2 = -1, .child3 = -1, .next = -1};
    return f->count++;
}

static int fault(struct math_formula *f, const char *what, int at) {
    if (!f->fault) f->fault = what, f->fault_at = at;
    return new_node(f, MATH_SPACE);
}

static int parse_row(struct math_formula *f, char end);

static int parse_group(struct math_formula *f);

// What stands between braces, which the cursor is at.
static bool braced(struct math_formula *f, const char **out, int *length) {
    if (f->text[f->at] != '{') return fault(f, "expected {", f->at), false;
    *out = f->text + f->at + 1;
    const char *close = strchr(*out, '}');
    if (!close) return fault(f, "a { is not closed", f->at), false;
    *length = (int)(close - *out);
    f->at = (int)(close - f->text) + 1;
    return true;
}

static int braced_number(struct math_formula *f, bool below_zero) {
    const char *text;
    int length, at = f->at, value = 0;
    if (!braced(f, &text, &length)) return 0;
    bool minus = below_zero && length > 1 && text[0] == '-', good = length > 0 && length < 5;
    for (int i = minus; i < length && good; i++) {
        good = text[i] >= '0' && text[i] <= '9';
        value = value * 10 + (text[i] - '0');
    }
    if (!good) fault(f, "expected a whole number in braces", at);
    return !good ? 0 : minus ? -value : value;
}

static int glyphs(struct math_formula *f, enum font font, const char *text, int length) {
    int n = new_node(f, MATH_GLYPHS);
    f->nodes[n].font = font;
    f->nodes[n].text = text;
    f->nodes[n].length = length;
    return n;
}

static int parse_word(struct math_formula *f, const char *word, int at) {
    static const struct {
        const char *word;
        enum math_kind kind;
    } holders[] = {{"hat", MATH_HAT}, {"tilde", MATH_TILDE}, {"norm", MATH_NORM}, {"strong", MATH_STRONG}};
    for (size_t k = 0; k < sizeof holders / sizeof *holders; k++)
        if (!strcmp(word, holders[k].word)) {
            int n = new_node(f, holders[k].kind), inside = parse_group(f);
            f->nodes[n].child = inside;
            return n;
        }
    if (!strcmp(word, "frac")) {
        int n = new_node(f, MATH_FRACTION), above = parse_group(f), below = parse_group(f);
        f->nodes[n].child = above;
        f->nodes[n].child2 = below;
        return n;
    }
    const char *inside;
    int length;
    if (!strcmp(word, "col")) {
        if (!braced(f, &inside, &length)) return new_node(f, MATH_SPACE);
        if (length != 1 || !strchr("afuocr", *inside)) return fault(f, "\\col knows the hues a, f, u, o, c and r", at);
        int n = new_node(f, MATH_COLORED), content = parse_group(f);
        f->nodes[n].hue = *inside;
        f->nodes[n].child = content;
        return n;
    }
    if (!strcmp(word, "link")) {
        if (!braced(f, &inside, &length)) return new_node(f, MATH_SPACE);
        int n = new_node(f, MATH_LINK), content = parse_group(f);
        f->nodes[n].text = inside;
        f->nodes[n].length = length;
        f->nodes[n].child = content;
        return n;
    }
    if (!strcmp(word, "t") || !strcmp(word, "s")) {
        if (!braced(f, &inside, &length)) return new_node(f, MATH_SPACE);
        return glyphs(f, *word == 't' ? FONT_MATH : FONT_SANS_MEDIUM, inside, length);
    }
    if (!strcmp(word, "v") || !strcmp(word, "V")) {
        int value = braced_number(f, false), digits = braced_number(f, true), n = new_node(f, MATH_VALUE);
        f->nodes[n].value = value;
        f->nodes[n].digits = digits;
        f->nodes[n].sign = *word == 'V';
        return n;
    }
    if (!strcmp(word, "quad") || !strcmp(word, ",")) {
        int n = new_node(f, MATH_SPACE);
        f->nodes[n].amount = *word == ',' ? 0.17f : 0.9f;
        return n;
    }
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (!strcmp(word, words[k].word)) {
            int n = glyphs(f, words[k].font, words[k].text, (int)strlen(words[k].text));
            f->nodes[n].kind = words[k].kind;
            f->nodes[n].named = true;
            return n;
        }
    return fault(f, "the word is not known", at);
}

static int parse_atom(struct math_formula *f) {
    const char *text = f->text + f->at;
    int at = f->at;
    if (*text == '\\') {
        char word[WORD_MAX];
        int n = 0;
        f->at++;
        while (n + 1 < WORD_MAX && ((f->text[f->at] | 32) >= 'a' && (f->text[f->at] | 32) <= 'z'))
            word[n++] = f->text[f->at++];
        if (n == 0 && f->text[f->at]) word[n++] = f->text[f->at++];
        word[n] = 0;
        return parse_word(f, word, at);
    }
    if (*text == '{') return parse_group(f);
    size_t used;
    utf8_next(text, strlen(text), &used);
    f->at += (int)used;
    bool angle = f->scripts > 0 && (*text == '<' || *text == '>');
    if (angle && *text == '<' && text[1 + strcspn(text + 1, ">}")] != '>')
        return fault(f, "a time index needs its >", at);
    if (angle) return glyphs(f, FONT_MATH, *text == '<' ? "⟨" : "⟩", 3);
    if ((*text | 32) >= 'a' && (*text | 32) <= 'z') return glyphs(f, FONT_MATH_ITALIC, text, 1);
    if (*text == '*') return new_node(f, MATH_STAR);
    if (text[0] == ':' && text[1] == '=') {
        f->at++;
        int n = glyphs(f, FONT_MATH, text, 2);
        f->nodes[n].kind = MATH_OPERATOR;
        return n;
    }
    if (*text && strchr("-+=<>", *text)) {
        int n = glyphs(f, FONT_MATH, *text == '-' ? "−" : text, *text == '-' ? 3 : 1);
        f->nodes[n].kind = MATH_OPERATOR;
        return n;
    }
    if (*text == '~' || *text == ' ') {
        int n = new_node(f, MATH_SPACE);
        f->nodes[n].amount = *text == '~' ? 0.28f : 0;
        return n;
    }
    int n = glyphs(f, FONT_MATH, text, (int)used);
    if (*text == ',') f->nodes[n].kind = MATH_PUNCT;
    return n;
}

static int parse_group(struct math_formula *f) {
    if (f->text[f->at] == '{') {
        int at = f->at++;
        int n = parse_row(f, '}');
        if (f->text[f->at] == '}')
            f->at++;
        else
            fault(f, "a { is not closed", at);
        return n;
    }
    int row = new_node(f, MATH_ROW);
    if (!f->text[f->at]) return fault(f, "expected something to write here", f->at), row;
    int n = parse_atom(f);
    f->nodes[row].child = n;
    return row;
}

static int parse_row(struct math_formula *f, char end) {
    int row = new_node(f, MATH_ROW), last = -1;
    if (++f->depth > MATH_DEPTH) {
        fault(f, "braces are nested too deeply", f->at);
        f->at += (int)strlen(f->text + f->at);
    }
    while (f->text[f->at] && f->text[f->at] != end && !f->fault) {
        char c = f->text[f->at];
        if (c == '}') {
            fault(f, "a } closes nothing", f->at);
            break;
        }
        int n;
        if (c == '_' || c == '^') {
            f->at++;
            if (last < 0) {
                last = new_node(f, MATH_SPACE);
                f->nodes[row].child = last;
            }
            if (f->nodes[last].kind != MATH_SCRIPTS) { // the base moves down, so that `last` keeps its place in the row
                int base = new_node(f, MATH_SPACE);
                int next = f->nodes[base].next;
                f->nodes[base] = f->nodes[last];
                f->nodes[base].next = next;
                f->nodes[last] =
                    (struct math_node){.kind = MATH_SCRIPTS, .child = base, .child2 = -1, .child3 = -1, .next = -1};
            }
            f->scripts++;
            n = parse_group(f);
            f->scripts--;
            if (c == '^')
                f->nodes[last].child2 = n;
            else
                f->nodes[last].child3 = n;
            continue;
        }
        n = parse_atom(f);
        if (last < 0)
            f->nodes[row].child = n;
        else
            f->nodes[last].next = n;
        last = n;
    }
    f->depth--;
    return row;
}

int math_parse(struct math_formula *f, const char *markup) {
    f->text = markup;
    f->count = f->at = f->depth = f->scripts = 0;
    f->fault = NULL;
    return parse_row(f, 0);
}

int math_plain(struct math_formula *f, const char *markup) {
    f->count = 0;
    return glyphs(f, FONT_MONO, markup, (int)strlen(markup));
}

bool math_check(const char *markup, struct err *err) {
    struct math_formula f;
    math_parse(&f, markup);
    if (!f.fault) return true;
    long column = (long)utf8_count(markup, (size_t)f.fault_at) + 1;
    return err_at(err, ERR_FORMAT, "", 0, column, "maths: %s, found \"%.24s\"", f.fault, markup + f.fault_at);
}
