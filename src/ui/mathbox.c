// Parsing into a small tree, boxes from the leaves up, drawing from the root down. The rules (sizes, shifts, gaps) are those of
// the visual guide's own mock-ups; after Knuth, The TeXbook, appendix G, much simplified.
#include "mathbox.h"

#include "str.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { ROW, GLYPHS, OPERATOR, STAR, PUNCT, SPACE, BIG, SCRIPTS, FRACTION, HAT, TILDE, NORM, COLORED, STRONG, VALUE };

struct node {
    enum kind kind;
    enum font font;    // GLYPHS
    char text[24];     // GLYPHS, OPERATOR, PUNCT, BIG
    float amount;      // SPACE: in sizes
    int child, child2, child3; // ROW: first item; SCRIPTS: base, super, sub; FRACTION: above, below; the others: content. -1 = none
    int next;          // in a row
    char hue;          // COLORED
    int value, digits; // VALUE
    bool sign;
    // layout
    float size, x, width, ascent, descent, lean, scale;
    bool small;
};

enum { NODES_MAX = 400, DEPTH_MAX = 24, WORD_MAX = 24 };

struct formula {
    struct node nodes[NODES_MAX];
    int count;
    const char *text;
    int at, depth;
    const char *fault; // NULL = none
    int fault_at;
};

struct drawing { // one formula on its way to a draw list
    struct draw_list *list;
    const struct theme *theme;
    const struct source *values;
    int value_count;
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

// Copies what stands between braces, which the cursor is at.
static bool braced(struct formula *f, char *out, size_t size) {
    if (f->text[f->at] != '{') return fault(f, "expected {", f->at), false;
    const char *start = f->text + f->at + 1, *close = strchr(start, '}');
    if (!close) return fault(f, "a { is not closed", f->at), false;
    if ((size_t)(close - start) >= size) return fault(f, "the text in braces is too long", f->at), false;
    memcpy(out, start, (size_t)(close - start));
    out[close - start] = 0;
    f->at = (int)(close - f->text) + 1;
    return true;
}

static int glyphs(struct formula *f, enum font font, const char *text, size_t length) {
    int n = new_node(f, GLYPHS);
    f->nodes[n].font = font;
    snprintf(f->nodes[n].text, sizeof f->nodes[n].text, "%.*s", (int)length, text);
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
    char inside[WORD_MAX];
    if (!strcmp(word, "col")) {
        if (!braced(f, inside, sizeof inside)) return new_node(f, SPACE);
        if (strlen(inside) != 1 || !strchr("afuocr", *inside)) return fault(f, "\\col knows the hues a, f, u, o, c and r", at);
        int n = new_node(f, COLORED), content = parse_group(f);
        f->nodes[n].hue = *inside;
        f->nodes[n].child = content;
        return n;
    }
    if (!strcmp(word, "t") || !strcmp(word, "s")) {
        if (!braced(f, inside, sizeof inside)) return new_node(f, SPACE);
        return glyphs(f, *word == 't' ? FONT_MATH : FONT_SANS_MEDIUM, inside, strlen(inside));
    }
    if (!strcmp(word, "v") || !strcmp(word, "V")) {
        char digits[WORD_MAX];
        if (!braced(f, inside, sizeof inside) || !braced(f, digits, sizeof digits)) return new_node(f, SPACE);
        int n = new_node(f, VALUE);
        f->nodes[n].value = atoi(inside);
        f->nodes[n].digits = atoi(digits);
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
            int n = glyphs(f, words[k].font, words[k].text, strlen(words[k].text));
            f->nodes[n].kind = words[k].kind;
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
    if (*text == '<' && text[1 + strcspn(text + 1, ">}")] != '>') return fault(f, "a time index needs its >", at);
    if (*text == '<' || *text == '>') return glyphs(f, FONT_MATH, *text == '<' ? "⟨" : "⟩", 3);
    if ((*text | 32) >= 'a' && (*text | 32) <= 'z') return glyphs(f, FONT_MATH_ITALIC, text, 1);
    if (*text == '*') return new_node(f, STAR);
    if (*text == '-' || *text == '+' || *text == '=') {
        int n = glyphs(f, FONT_MATH, *text == '-' ? "−" : text, *text == '-' ? 3 : 1);
        f->nodes[n].kind = OPERATOR;
        return n;
    }
    if (*text == '~' || *text == ' ') {
        int n = new_node(f, SPACE);
        f->nodes[n].amount = *text == '~' ? 0.28f : 0;
        return n;
    }
    int n = glyphs(f, FONT_MATH, text, used);
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
            n = parse_group(f);
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
    f->count = f->at = f->depth = 0;
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

static void measure_glyphs(const struct drawing *d, struct node *n, float size, const char *text) {
    size_t length = strlen(text), used;
    const struct font_source *fonts = d->list->fonts;
    n->width = fonts->width(fonts->context, n->font, size, text, length);
    n->ascent = n->descent = n->lean = 0;
    struct glyph_extent e = {0};
    for (size_t k = 0; k < length; k += used) {
        e = fonts->extent(fonts->context, n->font, size, utf8_next(text + k, length - k, &used));
        n->ascent = fmaxf(n->ascent, e.ascent);
        n->descent = fmaxf(n->descent, e.descent);
    }
    if (n->font == FONT_MATH_ITALIC) n->lean = fmaxf(0, e.right - e.advance);
}

static void value_text(const struct drawing *d, const struct node *n, char *out, size_t size) {
    double value = n->value >= 0 && n->value < d->value_count ? d->values[n->value].value : NAN;
    format_value(out, size, value, n->digits, n->sign);
}

static void layout(const struct drawing *d, struct formula *f, int index, float size, bool small);

static void layout_row(const struct drawing *d, struct formula *f, struct node *row, float size, bool small) {
    float x = 0;
    const struct node *before = NULL;
    for (int k = row->child; k >= 0; k = f->nodes[k].next) {
        struct node *n = &f->nodes[k];
        layout(d, f, k, size, small);
        float left = 0, right = 0;
        if (n->kind == OPERATOR || n->kind == STAR) {
            bool open = before && before->kind == GLYPHS && (!strcmp(before->text, "(") || !strcmp(before->text, "[") || !strcmp(before->text, "⟨"));
            bool unary = !before || before->kind == OPERATOR || before->kind == STAR || open;
            bool wide = !strcmp(n->text, "=") || !strcmp(n->text, "≈") || !strcmp(n->text, "≤") || !strcmp(n->text, "≥") || !strcmp(n->text, "→");
            if (small) left = right = unary ? 0 : 0.06f * size;
            else if (unary) right = 0.05f * size;
            else left = right = (n->kind == STAR ? 0.16f : wide ? 0.27f : 0.2f) * size;
        }
        if (n->kind == PUNCT) right = (small ? 0.08f : 0.2f) * size;
        if (n->kind == VALUE && n->sign && before && !small) left = right = 0.12f * size;
        n->x = x + left;
        x += left + n->width + right;
        row->ascent = fmaxf(row->ascent, n->ascent);
        row->descent = fmaxf(row->descent, n->descent);
        row->lean = n->lean;
        before = n;
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
    case PUNCT: measure_glyphs(d, n, n->font == FONT_SANS_MEDIUM ? size * 0.82f : size, n->text); return;
    case BIG: measure_glyphs(d, n, size * 1.25f, n->text); return;
    case STAR:
        n->width = size * 0.45f;
        n->ascent = size * 0.5f;
        return;
    case VALUE:
        n->font = FONT_SANS_MEDIUM;
        value_text(d, n, text, sizeof text);
        measure_glyphs(d, n, size * 0.82f, text);
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
        draw_text(list, x, y, n->text, (struct text_style){n->font, n->font == FONT_SANS_MEDIUM ? size * 0.82f : size, ink, ALIGN_LEFT});
        return;
    case BIG: draw_text(list, x, y + size * 0.12f, n->text, (struct text_style){n->font, size * 1.25f, ink, ALIGN_LEFT}); return;
    case STAR: paint_star(list, n, x, y, ink); return;
    case VALUE:
        if (n->value < 0 || n->value >= d->value_count) return;
        draw_value(list, x, y, d->values[n->value], n->digits, n->sign, (struct text_style){FONT_SANS_MEDIUM, size * 0.82f, ink, ALIGN_LEFT});
        return;
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
    case COLORED: paint(d, f, n->child, x, y, hue_ink(d, n->hue)); return;
    case STRONG:
        draw_rect(list, (rect){x, y - size * 0.95f, n->width, size * 1.38f}, d->theme->hi, 3);
        paint(d, f, n->child, x + 3, y, d->theme->on_hi);
        return;
    }
}

static int prepare(const struct drawing *d, struct formula *f, const char *markup, float size) {
    int root = parse(f, markup);
    if (f->fault) { // shown as it is written, so that nothing is lost
        f->count = 0;
        root = new_node(f, ROW);
        int n = glyphs(f, FONT_MONO, markup, strlen(markup));
        f->nodes[root].child = n;
    }
    layout(d, f, root, size, false);
    return root;
}

struct math_box math_measure(struct draw_list *list, const char *markup, float size) {
    struct formula f;
    struct drawing d = {.list = list};
    const struct node *root = &f.nodes[prepare(&d, &f, markup, size)];
    return (struct math_box){root->width, root->ascent, root->descent};
}

float math_draw(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size, color ink, enum align align) {
    struct formula f;
    struct drawing d = {.list = list, .theme = theme};
    int root = prepare(&d, &f, markup, size);
    float width = f.nodes[root].width;
    paint(&d, &f, root, align == ALIGN_RIGHT ? x - width : align == ALIGN_CENTER ? x - width / 2 : x, y, ink);
    return width;
}

float math_draw_fit(struct draw_list *list, const struct theme *theme, float x, float y, float max_width, const char *markup, float size, color ink, enum align align) {
    float width = math_measure(list, markup, size).width;
    if (width > max_width) size *= fmaxf(0.7f, max_width / width);
    return math_draw(list, theme, x, y, markup, size, ink, align);
}

float math_draw_values(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size, color ink, const struct source *values, int count) {
    struct formula f;
    struct drawing d = {.list = list, .theme = theme, .values = values, .value_count = count};
    int root = prepare(&d, &f, markup, size);
    paint(&d, &f, root, x, y, ink);
    return f.nodes[root].width;
}
