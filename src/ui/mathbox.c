// Parsing into a small tree, boxes from the leaves up, drawing from the root down. The rules (sizes, shifts, gaps) are those of
// the visual guide's own mock-ups; after Knuth, The TeXbook, appendix G, much simplified.
#include "mathbox.h"

#include "str.h"
#include <math.h>
#include <string.h>

enum kind { ROW, GLYPHS, OPERATOR, STAR, PUNCT, SPACE, BIG, SCRIPTS, FRACTION, HAT, TILDE, NORM, COLORED, STRONG, VALUE };

struct node {
    enum kind kind;
    enum font font;    // GLYPHS
    const char *text;  // GLYPHS, OPERATOR, PUNCT, BIG: in the markup or static
    int length;
    float amount;      // SPACE: in sizes
    int child, child2, child3; // ROW: first item; SCRIPTS: base, super, sub; FRACTION: above, below; the others: content. -1 = none
    int next;          // in a row
    char hue;          // COLORED
    int value, digits; // VALUE
    bool sign;
    // layout
    float size, x, width, ascent, descent, lean, scale;
    bool small, named; // named: GLYPHS of a word such as \ln
};

enum { NODES_MAX = 400, DEPTH_MAX = 24, WORD_MAX = 64 };

struct formula {
    struct node nodes[NODES_MAX];
    int count;
    const char *text;
    int at, depth, scripts; // nesting of braces; of ^ and _
    const char *fault; // NULL = none
    int fault_at;
};

struct drawing { // one formula on its way to a draw list
    struct draw_list *list;
    const struct theme *theme;
    const struct source *values;
    int value_count;
    bool strong; // on the highlighter everything is in its ink
};

static const struct { const char *word, *text; enum kind kind; enum font font; } words[] = {
    {"Gamma", "Γ", GLYPHS, FONT_MATH},      {"sigma", "σ", GLYPHS, FONT_MATH_ITALIC}, {"tau", "τ", GLYPHS, FONT_MATH_ITALIC},
    {"eta", "η", GLYPHS, FONT_MATH_ITALIC}, {"theta", "θ", GLYPHS, FONT_MATH_ITALIC}, {"epsilon", "ε", GLYPHS, FONT_MATH_ITALIC},
    {"beta", "β", GLYPHS, FONT_MATH_ITALIC}, {"partial", "∂", GLYPHS, FONT_MATH},     {"top", "⊤", GLYPHS, FONT_MATH},
    {"ldots", "…", GLYPHS, FONT_MATH},      {"infty", "∞", GLYPHS, FONT_MATH},        {"tanh", "tanh", GLYPHS, FONT_MATH},
    {"ln", "ln", GLYPHS, FONT_MATH},        {"exp", "exp", GLYPHS, FONT_MATH},        {"softmax", "softmax", GLYPHS, FONT_MATH},
    {"max", "max", GLYPHS, FONT_MATH},      {"min", "min", GLYPHS, FONT_MATH},        {"relu", "relu", GLYPHS, FONT_MATH},
    {"log", "log", GLYPHS, FONT_MATH},      {"cdot", "⋅", OPERATOR, FONT_MATH},       {"odot", "⊙", OPERATOR, FONT_MATH},
    {"approx", "≈", OPERATOR, FONT_MATH},   {"le", "≤", OPERATOR, FONT_MATH},         {"ge", "≥", OPERATOR, FONT_MATH},
    {"times", "×", OPERATOR, FONT_MATH},    {"in", "∈", OPERATOR, FONT_MATH},         {"to", "→", OPERATOR, FONT_MATH},
    {"sum", "∑", BIG, FONT_MATH},           {"prod", "∏", BIG, FONT_MATH}};

// --- parsing ---

static int new_node(struct formula *f, enum kind kind) {
    if (f->count == NODES_MAX) {
        if (!f->fault) f->fault = "the formula is too long", f->fault_at = f->at;
        return NODES_MAX - 1;
    }
    f->nodes[f->count] = (struct node){.kind = kind, .child = -1, .child2 = -1, .child3 = -1, .next = -1};
    return f->count++;
}

static int fault(struct formula *f, const char *what, int at) {
    if (!f->fault) f->fault = what, f->fault_at = at;
    return new_node(f, SPACE);
}

static int parse_row(struct formula *f, char end);

static int parse_group(struct formula *f);

// What stands between braces, which the cursor is at.
static bool braced(struct formula *f, const char **out, int *length) {
    if (f->text[f->at] != '{') return fault(f, "expected {", f->at), false;
    *out = f->text + f->at + 1;
    const char *close = strchr(*out, '}');
    if (!close) return fault(f, "a { is not closed", f->at), false;
    *length = (int)(close - *out);
    f->at = (int)(close - f->text) + 1;
    return true;
}

static int braced_number(struct formula *f) {
    const char *text;
    int length, at = f->at, value = 0;
    if (!braced(f, &text, &length)) return 0;
    bool good = length > 0 && length < 5;
    for (int i = 0; i < length && good; i++) {
        good = text[i] >= '0' && text[i] <= '9';
        value = value * 10 + (text[i] - '0');
    }
    if (!good) fault(f, "expected a whole number in braces", at);
    return good ? value : 0;
}

static int glyphs(struct formula *f, enum font font, const char *text, int length) {
    int n = new_node(f, GLYPHS);
    f->nodes[n].font = font;
    f->nodes[n].text = text;
    f->nodes[n].length = length;
    return n;
}

static int parse_word(struct formula *f, const char *word, int at) {
    static const struct { const char *word; enum kind kind; } holders[] = {{"hat", HAT}, {"tilde", TILDE}, {"norm", NORM}, {"strong", STRONG}};
    for (size_t k = 0; k < sizeof holders / sizeof *holders; k++)
        if (!strcmp(word, holders[k].word)) {
            int n = new_node(f, holders[k].kind), inside = parse_group(f);
            f->nodes[n].child = inside;
            return n;
        }
    if (!strcmp(word, "frac")) {
        int n = new_node(f, FRACTION), above = parse_group(f), below = parse_group(f);
        f->nodes[n].child = above;
        f->nodes[n].child2 = below;
        return n;
    }
    const char *inside;
    int length;
    if (!strcmp(word, "col")) {
        if (!braced(f, &inside, &length)) return new_node(f, SPACE);
        if (length != 1 || !strchr("afuocr", *inside)) return fault(f, "\\col knows the hues a, f, u, o, c and r", at);
        int n = new_node(f, COLORED), content = parse_group(f);
        f->nodes[n].hue = *inside;
        f->nodes[n].child = content;
        return n;
    }
    if (!strcmp(word, "t") || !strcmp(word, "s")) {
        if (!braced(f, &inside, &length)) return new_node(f, SPACE);
        return glyphs(f, *word == 't' ? FONT_MATH : FONT_SANS_MEDIUM, inside, length);
    }
    if (!strcmp(word, "v") || !strcmp(word, "V")) {
        int value = braced_number(f), digits = braced_number(f), n = new_node(f, VALUE);
        f->nodes[n].value = value;
        f->nodes[n].digits = digits;
        f->nodes[n].sign = *word == 'V';
        return n;
    }
    if (!strcmp(word, "quad") || !strcmp(word, ",")) {
        int n = new_node(f, SPACE);
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

static int parse_atom(struct formula *f) {
    const char *text = f->text + f->at;
    int at = f->at;
    if (*text == '\\') {
        char word[WORD_MAX];
        int n = 0;
        f->at++;
        while (n + 1 < WORD_MAX && ((f->text[f->at] | 32) >= 'a' && (f->text[f->at] | 32) <= 'z')) word[n++] = f->text[f->at++];
        if (n == 0 && f->text[f->at]) word[n++] = f->text[f->at++];
        word[n] = 0;
        return parse_word(f, word, at);
    }
    if (*text == '{') return parse_group(f);
    size_t used;
    utf8_next(text, strlen(text), &used);
    f->at += (int)used;
    bool angle = f->scripts > 0 && (*text == '<' || *text == '>');
    if (angle && *text == '<' && text[1 + strcspn(text + 1, ">}")] != '>') return fault(f, "a time index needs its >", at);
    if (angle) return glyphs(f, FONT_MATH, *text == '<' ? "⟨" : "⟩", 3);
    if ((*text | 32) >= 'a' && (*text | 32) <= 'z') return glyphs(f, FONT_MATH_ITALIC, text, 1);
    if (*text == '*') return new_node(f, STAR);
    if (*text && strchr("-+=<>", *text)) {
        int n = glyphs(f, FONT_MATH, *text == '-' ? "−" : text, *text == '-' ? 3 : 1);
        f->nodes[n].kind = OPERATOR;
        return n;
    }
    if (*text == '~' || *text == ' ') {
        int n = new_node(f, SPACE);
        f->nodes[n].amount = *text == '~' ? 0.28f : 0;
        return n;
    }
    int n = glyphs(f, FONT_MATH, text, (int)used);
    if (*text == ',') f->nodes[n].kind = PUNCT;
    return n;
}

static int parse_group(struct formula *f) {
    if (f->text[f->at] == '{') {
        int at = f->at++;
        int n = parse_row(f, '}');
        if (f->text[f->at] == '}') f->at++;
        else fault(f, "a { is not closed", at);
        return n;
    }
    int row = new_node(f, ROW);
    if (!f->text[f->at]) return fault(f, "expected something to write here", f->at), row;
    int n = parse_atom(f);
    f->nodes[row].child = n;
    return row;
}

static int parse_row(struct formula *f, char end) {
    int row = new_node(f, ROW), last = -1;
    if (++f->depth > DEPTH_MAX) {
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
                last = new_node(f, SPACE);
                f->nodes[row].child = last;
            }
            if (f->nodes[last].kind != SCRIPTS) { // the base moves down, so that `last` keeps its place in the row
                int base = new_node(f, SPACE);
                int next = f->nodes[base].next;
                f->nodes[base] = f->nodes[last];
                f->nodes[base].next = next;
                f->nodes[last] = (struct node){.kind = SCRIPTS, .child = base, .child2 = -1, .child3 = -1, .next = -1};
            }
            f->scripts++;
            n = parse_group(f);
            f->scripts--;
            if (c == '^') f->nodes[last].child2 = n;
            else f->nodes[last].child3 = n;
            continue;
        }
        n = parse_atom(f);
        if (last < 0) f->nodes[row].child = n;
        else f->nodes[last].next = n;
        last = n;
    }
    f->depth--;
    return row;
}

static int parse(struct formula *f, const char *markup) {
    f->text = markup;
    f->count = f->at = f->depth = f->scripts = 0;
    f->fault = NULL;
    return parse_row(f, 0);
}

bool math_check(const char *markup, struct err *err) {
    struct formula f;
    parse(&f, markup);
    if (!f.fault) return true;
    long column = (long)utf8_count(markup, (size_t)f.fault_at) + 1;
    return err_at(err, ERR_FORMAT, "", 0, column, "maths: %s, found \"%.24s\"", f.fault, markup + f.fault_at);
}

// --- layout ---

static void measure_glyphs(const struct drawing *d, struct node *n, float size, const char *text, int length) {
    const struct font_source *fonts = d->list->fonts;
    n->width = fonts->width(fonts->context, n->font, size, text, (size_t)length);
    n->ascent = n->descent = n->lean = 0;
    struct glyph_extent e = {0};
    size_t used;
    for (int k = 0; k < length; k += (int)used) {
        e = fonts->extent(fonts->context, n->font, size, utf8_next(text + k, (size_t)(length - k), &used));
        n->ascent = fmaxf(n->ascent, e.ascent);
        n->descent = fmaxf(n->descent, e.descent);
    }
    if (n->font == FONT_MATH_ITALIC) n->lean = fmaxf(0, e.right - e.advance);
}

static double value_of(const struct drawing *d, const struct node *n) {
    return n->value >= 0 && n->value < d->value_count ? d->values[n->value].value : NAN;
}

// With a sign, the sign is an operator and the number behind it is written without one.
static void value_text(const struct drawing *d, const struct node *n, char *out, size_t size) {
    double value = value_of(d, n);
    format_value(out, size, n->sign ? fabs(value) : value, n->digits, false);
}

static bool is(const struct node *n, const char *text) {
    return n->length == (int)strlen(text) && memcmp(n->text, text, (size_t)n->length) == 0;
}

// ln, tanh, softmax ... : a name of several letters, also with scripts. A thin gap parts it from what it is applied to.
static bool is_function(const struct formula *f, const struct node *n) {
    if (n->kind == SCRIPTS) n = &f->nodes[n->child];
    return n->kind == GLYPHS && n->named && n->length > 1 && n->text[0] >= 'a' && n->text[0] <= 'z';
}

static bool is_ordinary(const struct node *n) {
    if (n->kind == GLYPHS) return !(n->length == 1 && strchr("()[],/|", n->text[0]));
    return n->kind == SCRIPTS || n->kind == FRACTION || n->kind == HAT || n->kind == TILDE || n->kind == NORM || n->kind == COLORED ||
           n->kind == VALUE || n->kind == BIG;
}

// Gaps left and right of an operator; a first sign, or one behind another operator or a bracket, belongs to what follows.
static void operator_gaps(const struct node *n, const struct node *before, float size, bool small, float *left, float *right) {
    bool open = before && before->kind == GLYPHS && (is(before, "(") || is(before, "[") || is(before, "⟨"));
    bool unary = !before || before->kind == OPERATOR || before->kind == STAR || before->kind == PUNCT || open;
    bool wide = false;
    static const char *const relations[] = {"=", "≈", "≤", "≥", "→", "<", ">"};
    for (size_t k = 0; n->kind == OPERATOR && k < sizeof relations / sizeof *relations; k++) wide = wide || is(n, relations[k]);
    *left = *right = 0;
    if (small) *left = *right = unary ? 0 : 0.06f * size;
    else if (unary) *right = 0.05f * size;
    else *left = *right = (n->kind == STAR ? 0.16f : wide ? 0.27f : 0.2f) * size;
}

static void layout(const struct drawing *d, struct formula *f, int index, float size, bool small);

static void layout_row(const struct drawing *d, struct formula *f, struct node *row, float size, bool small) {
    float x = 0;
    const struct node *before = NULL;
    for (int k = row->child; k >= 0; k = f->nodes[k].next) {
        struct node *n = &f->nodes[k];
        layout(d, f, k, size, small);
        float left = 0, right = 0;
        if (n->kind == OPERATOR || n->kind == STAR) operator_gaps(n, before, size, small, &left, &right);
        if (n->kind == PUNCT) right = (small ? 0.08f : 0.2f) * size;
        if (n->kind == VALUE && n->sign) { // its sign and the gap behind it are part of its width
            operator_gaps(n, before, size, small, &left, &right);
            n->amount = right;
            n->width += right;
            right = 0;
        }
        bool applied = before && !small && is_ordinary(before) && is_ordinary(n) && (is_function(f, before) || is_function(f, n));
        if (applied) left += 0.17f * size;
        n->x = x + left;
        x += left + n->width + right;
        row->ascent = fmaxf(row->ascent, n->ascent);
        row->descent = fmaxf(row->descent, n->descent);
        row->lean = n->lean;
        if (n->kind != SPACE || n->amount > 0) before = n; // a blank in the markup is nothing
    }
    row->width = x;
}

static void layout_scripts(const struct drawing *d, struct formula *f, struct node *n, float size, bool small) {
    layout(d, f, n->child, size, small);
    const struct node *base = &f->nodes[n->child];
    float script = fmaxf(size * 0.68f, small ? 8 : 9.5f);
    float up = fmaxf(size * 0.4f, base->ascent - script * 0.34f), down = base->kind == BIG ? size * 0.42f : size * 0.2f;
    n->width = base->width;
    n->ascent = base->ascent;
    n->descent = base->descent;
    if (n->child2 >= 0) {
        layout(d, f, n->child2, script, true);
        struct node *s = &f->nodes[n->child2];
        s->x = base->width + base->lean + size * 0.05f;
        n->width = fmaxf(n->width, s->x + s->width);
        n->ascent = fmaxf(n->ascent, up + s->ascent);
    }
    if (n->child3 >= 0) {
        layout(d, f, n->child3, script, true);
        struct node *s = &f->nodes[n->child3];
        s->x = base->width + size * 0.02f;
        n->width = fmaxf(n->width, s->x + s->width);
        n->descent = fmaxf(n->descent, down + s->descent);
    }
    n->width += size * 0.04f;
}

// Numbers in equations are Inter at 0.82 of the size.
static float glyph_size(const struct node *n) {
    return n->size * (n->kind == BIG ? 1.25f : n->font == FONT_SANS_MEDIUM ? 0.82f : 1);
}

static float sign_width(const struct drawing *d, float size) {
    const struct font_source *fonts = d->list->fonts;
    return fonts->width(fonts->context, FONT_MATH, size, "−", strlen("−"));
}

static void layout(const struct drawing *d, struct formula *f, int index, float size, bool small) {
    struct node *n = &f->nodes[index];
    n->size = size;
    n->small = small;
    n->width = n->ascent = n->descent = n->lean = 0;
    char text[48];
    switch (n->kind) {
    case ROW: layout_row(d, f, n, size, small); return;
    case SCRIPTS: layout_scripts(d, f, n, size, small); return;
    case SPACE: n->width = n->amount * size; return;
    case GLYPHS:
    case OPERATOR:
    case PUNCT:
    case BIG: measure_glyphs(d, n, glyph_size(n), n->text, n->length); return;
    case STAR:
        n->width = size * 0.45f;
        n->ascent = size * 0.5f;
        return;
    case VALUE:
        n->font = FONT_SANS_MEDIUM;
        value_text(d, n, text, sizeof text);
        measure_glyphs(d, n, glyph_size(n), text, (int)strlen(text));
        if (n->sign) n->width += sign_width(d, size);
        return;
    case FRACTION: {
        layout(d, f, n->child, size * 0.86f, small);
        layout(d, f, n->child2, size * 0.86f, small);
        const struct node *p = &f->nodes[n->child], *q = &f->nodes[n->child2];
        n->width = fmaxf(p->width, q->width) + size * 0.3f;
        n->ascent = p->ascent + p->descent + size * 0.47f;
        n->descent = fmaxf(0, q->ascent + q->descent - size * 0.07f);
        return;
    }
    default: break;
    }
    layout(d, f, n->child, size, small);
    const struct node *inside = &f->nodes[n->child];
    n->width = inside->width;
    n->ascent = inside->ascent;
    n->descent = inside->descent;
    n->lean = inside->lean;
    if (n->kind == HAT || n->kind == TILDE) n->ascent += size * 0.24f;
    if (n->kind == NORM) {
        n->width += size * 0.78f;
        n->ascent = fmaxf(n->ascent, size * 0.72f);
        n->descent = fmaxf(n->descent, size * 0.2f);
        n->lean = 0;
    }
    if (n->kind == STRONG) {
        n->width += 6;
        n->ascent += 3;
        n->descent += 3;
    }
}

// --- drawing ---

static void paint(const struct drawing *d, struct formula *f, int index, float x, float y, color ink);

static void paint_star(struct draw_list *list, const struct node *n, float x, float y, color ink) {
    float cx = x + n->width / 2, cy = y - n->size * 0.26f, r = n->size * 0.17f, width = fmaxf(1.1f, n->size * 0.062f);
    static const float cosines[3] = {0, 0.8660254f, -0.8660254f}, sines[3] = {1, 0.5f, 0.5f};
    for (int k = 0; k < 3; k++) {
        draw_path_move(list, cx - r * cosines[k], cy - r * sines[k]);
        draw_path_line(list, cx + r * cosines[k], cy + r * sines[k]);
        draw_path_stroke(list, ink, width, false, true);
    }
}

static void paint_accent(struct draw_list *list, const struct node *n, const struct node *inside, float x, float y, color ink) {
    float size = n->size, cx = x + inside->width / 2 + size * 0.07f, top = y - inside->ascent - size * 0.14f, w = size * 0.17f;
    if (n->kind == HAT) {
        draw_path_move(list, cx - w, top + size * 0.06f);
        draw_path_line(list, cx, top - size * 0.08f);
        draw_path_line(list, cx + w, top + size * 0.06f);
    } else {
        draw_path_move(list, cx - w * 1.15f, top + size * 0.03f);
        draw_path_cubic(list, cx - w * 0.5f, top - size * 0.12f, cx + w * 0.4f, top + size * 0.14f, cx + w * 1.15f, top - size * 0.03f);
    }
    draw_path_stroke(list, ink, fmaxf(1.1f, size * 0.06f), false, true);
}

static void paint_norm(const struct drawing *d, struct formula *f, const struct node *n, float x, float y, color ink) {
    float size = n->size, gap = size * 0.17f, w = f->nodes[n->child].width;
    float top = y - size * 0.78f, height = size * 1.02f, at[4] = {0.5f * gap, 1.45f * gap, w + 2.55f * gap + size * 0.1f, w + 3.5f * gap + size * 0.1f};
    for (int k = 0; k < 4; k++) draw_rect(d->list, (rect){x + at[k], top, fmaxf(1, size * 0.055f), height}, ink, 0);
    paint(d, f, n->child, x + 2 * gap + size * 0.02f, y, ink);
}

static void paint_strong(const struct drawing *d, struct formula *f, const struct node *n, float x, float y) {
    const struct node *inside = &f->nodes[n->child];
    float top = fmaxf(n->size * 0.95f, inside->ascent + 3), bottom = fmaxf(n->size * 0.43f, inside->descent + 3);
    struct drawing on = *d;
    on.strong = true;
    draw_rect(d->list, (rect){x, y - top, n->width, top + bottom}, d->theme->hi, 3);
    paint(&on, f, n->child, x + 3, y, d->theme->on_hi);
}

static void paint_value(const struct drawing *d, const struct node *n, float x, float y, color ink) {
    if (n->value < 0 || n->value >= d->value_count) return;
    struct draw_list *list = d->list;
    struct source source = d->values[n->value];
    if (n->sign) {
        draw_text(list, x, y, source.value < 0 ? "−" : "+", (struct text_style){FONT_MATH, n->size, ink, ALIGN_LEFT});
        x += sign_width(d, n->size) + n->amount;
        source.value = fabs(source.value);
    }
    int before = list->source_count;
    draw_value(list, x, y, source, n->digits, false, (struct text_style){FONT_SANS_MEDIUM, glyph_size(n), ink, ALIGN_LEFT});
    if (list->source_count > before) list->sources[before].value = d->values[n->value].value;
}

static color hue_ink(const struct drawing *d, char hue) {
    static const char letters[] = "afuocr"; // the order of enum theme_identity
    const char *at = strchr(letters, hue);
    return d->theme->identity_ink[at ? at - letters : 0];
}

static void paint(const struct drawing *d, struct formula *f, int index, float x, float y, color ink) {
    struct node *n = &f->nodes[index];
    struct draw_list *list = d->list;
    const float size = n->size;
    switch (n->kind) {
    case ROW:
        for (int k = n->child; k >= 0; k = f->nodes[k].next) paint(d, f, k, x + f->nodes[k].x, y, ink);
        return;
    case SPACE: return;
    case GLYPHS:
    case OPERATOR:
    case PUNCT:
    case BIG:
        if (n->kind == BIG) y += size * 0.12f;
        draw_text_n(list, x, y, n->text, (size_t)n->length, (struct text_style){n->font, glyph_size(n), ink, ALIGN_LEFT});
        return;
    case STAR: paint_star(list, n, x, y, ink); return;
    case VALUE: paint_value(d, n, x, y, ink); return;
    case SCRIPTS: {
        const struct node *base = &f->nodes[n->child];
        float script = fmaxf(size * 0.68f, n->small ? 8 : 9.5f);
        float up = fmaxf(size * 0.4f, base->ascent - script * 0.34f), down = base->kind == BIG ? size * 0.42f : size * 0.2f;
        paint(d, f, n->child, x, y, ink);
        if (n->child2 >= 0) paint(d, f, n->child2, x + f->nodes[n->child2].x, y - up, ink);
        if (n->child3 >= 0) paint(d, f, n->child3, x + f->nodes[n->child3].x, y + down, ink);
        return;
    }
    case FRACTION: {
        const struct node *p = &f->nodes[n->child], *q = &f->nodes[n->child2];
        float axis = size * 0.27f;
        paint(d, f, n->child, x + (n->width - p->width) / 2, y - axis - size * 0.16f - p->descent, ink);
        draw_path_move(list, x + size * 0.05f, y - axis);
        draw_path_line(list, x + n->width - size * 0.05f, y - axis);
        draw_path_stroke(list, ink, fmaxf(1, size * 0.055f), false, false);
        paint(d, f, n->child2, x + (n->width - q->width) / 2, y - axis + size * 0.17f + q->ascent, ink);
        return;
    }
    case HAT:
    case TILDE:
        paint(d, f, n->child, x, y, ink);
        paint_accent(list, n, &f->nodes[n->child], x, y, ink);
        return;
    case NORM: paint_norm(d, f, n, x, y, ink); return;
    case COLORED: paint(d, f, n->child, x, y, d->strong ? ink : hue_ink(d, n->hue)); return;
    case STRONG: paint_strong(d, f, n, x, y); return;
    }
}

static int prepare(const struct drawing *d, struct formula *f, const char *markup, float size) {
    int root = parse(f, markup);
    if (f->fault) { // shown as it is written, so that nothing is lost
        f->count = 0;
        root = glyphs(f, FONT_MONO, markup, (int)strlen(markup));
    }
    layout(d, f, root, size, false);
    return root;
}

struct math_box math_measure(struct draw_list *list, const char *markup, float size) {
    return math_measure_values(list, markup, size, NULL, 0);
}

struct math_box math_measure_values(struct draw_list *list, const char *markup, float size, const struct source *values, int count) {
    struct formula f;
    struct drawing d = {.list = list, .values = values, .value_count = count};
    const struct node *root = &f.nodes[prepare(&d, &f, markup, size)];
    return (struct math_box){root->width, root->ascent, root->descent};
}

static float draw_aligned(struct draw_list *list, const struct theme *theme, float x, float y, float room, const char *markup, float size, color ink, enum align align) {
    struct formula f;
    struct drawing d = {.list = list, .theme = theme};
    int root = prepare(&d, &f, markup, size);
    float width = f.nodes[root].width;
    const float least = 0.7f * size;
    for (int k = 0; k < 3 && width > room && size > least; k++) { // scripts have a least size: not quite in proportion
        size = fmaxf(least, size * room / width);
        layout(&d, &f, root, size, false);
        width = f.nodes[root].width;
    }
    paint(&d, &f, root, align == ALIGN_RIGHT ? x - width : align == ALIGN_CENTER ? x - width / 2 : x, y, ink);
    return width;
}

float math_draw(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size, color ink, enum align align) {
    return draw_aligned(list, theme, x, y, INFINITY, markup, size, ink, align);
}

float math_draw_fit(struct draw_list *list, const struct theme *theme, float x, float y, float max_width, const char *markup, float size, color ink, enum align align) {
    return draw_aligned(list, theme, x, y, max_width, markup, size, ink, align);
}

float math_draw_values(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size, color ink, const struct source *values, int count) {
    struct formula f;
    struct drawing d = {.list = list, .theme = theme, .values = values, .value_count = count};
    int root = prepare(&d, &f, markup, size);
    paint(&d, &f, root, x, y, ink);
    return f.nodes[root].width;
}
