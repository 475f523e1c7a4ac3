// Boxes of a formula's tree from the leaves up, drawing from the root down. The rules (sizes, shifts, gaps)
// are those of the visual guide's own mock-ups; after Knuth, The TeXbook, appendix G, much simplified.
#include "mathbox.h"
#include "mathtree.h"
#include "str.h"
#include <math.h>
#include <string.h>

struct drawing { // one formula on its way to a draw list
    struct draw_list *list;
    const struct theme *theme;
    const struct source *values;
    int value_count;
    bool strong;         // on the highlighter everything is in its ink
    struct links *links; // looked for, or NULL
};

struct links {
    struct math_link *out;
    int count, max;
};

// --- layout ---

static void measure_glyphs(const struct drawing *d, struct math_node *n, float size, const char *text, int length) {
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

static double value_of(const struct drawing *d, const struct math_node *n) {
    return n->value >= 0 && n->value < d->value_count ? d->values[n->value].value : NAN;
}

// With a sign, the sign is an operator and the number behind it is written without one.
static void value_text(const struct drawing *d, const struct math_node *n, char *out, size_t size) {
    double value = value_of(d, n);
    format_value(out, size, n->sign ? fabs(value) : value, n->digits, false);
}

static bool is(const struct math_node *n, const char *text) {
    return n->length == (int)strlen(text) && memcmp(n->text, text, (size_t)n->length) == 0;
}

// ln, tanh, softmax ... : a name of several letters, also with scripts. A thin gap parts it from what it is
// applied to.
static bool is_function(const struct math_formula *f, const struct math_node *n) {
    if (n->kind == MATH_SCRIPTS) n = &f->nodes[n->child];
    return n->kind == MATH_GLYPHS && n->named && n->length > 1 && n->text[0] >= 'a' && n->text[0] <= 'z';
}

static bool is_ordinary(const struct math_node *n) {
    if (n->kind == MATH_GLYPHS) return !(n->length == 1 && strchr("()[],/|", n->text[0]));
    return n->kind == MATH_SCRIPTS || n->kind == MATH_FRACTION || n->kind == MATH_HAT || n->kind == MATH_TILDE ||
           n->kind == MATH_NORM || n->kind == MATH_COLORED || n->kind == MATH_VALUE || n->kind == MATH_BIG ||
           n->kind == MATH_LINK;
}

// Gaps left and right of an operator; a first sign, or one behind another operator or a bracket, belongs to
// what follows.
static void operator_gaps(const struct math_node *n, const struct math_node *before, float size, bool small,
                          float *left, float *right) {
    bool open = before && before->kind == MATH_GLYPHS && (is(before, "(") || is(before, "[") || is(before, "⟨"));
    bool unary =
        !before || before->kind == MATH_OPERATOR || before->kind == MATH_STAR || before->kind == MATH_PUNCT || open;
    bool wide = false;
    static const char *const relations[] = {"=", ":=", "≈", "≤", "≥", "→", "<", ">"};
    for (size_t k = 0; n->kind == MATH_OPERATOR && k < sizeof relations / sizeof *relations; k++)
        wide = wide || is(n, relations[k]);
    *left = *right = 0;
    if (small)
        *left = *right = unary ? 0 : 0.06f * size;
    else if (unary)
        *right = 0.05f * size;
    else
        *left = *right = (n->kind == MATH_STAR ? 0.16f : wide ? 0.27f : 0.2f) * size;
}

static void layout(const struct drawing *d, struct math_formula *f, int index, float size, bool small);

static void layout_row(const struct drawing *d, struct math_formula *f, struct math_node *row, float size, bool small) {
    float x = 0;
    const struct math_node *before = NULL;
    for (int k = row->child; k >= 0; k = f->nodes[k].next) {
        struct math_node *n = &f->nodes[k];
        layout(d, f, k, size, small);
        float left = 0, right = 0;
        if (n->kind == MATH_OPERATOR || n->kind == MATH_STAR) operator_gaps(n, before, size, small, &left, &right);
        if (n->kind == MATH_PUNCT) right = (small ? 0.08f : 0.2f) * size;
        if (n->kind == MATH_VALUE && n->sign) { // its sign and the gap behind it are part of its width
            operator_gaps(n, before, size, small, &left, &right);
            n->amount = right;
            n->width += right;
            right = 0;
        }
        bool applied =
            before && !small && is_ordinary(before) && is_ordinary(n) && (is_function(f, before) || is_function(f, n));
        if (applied) left += 0.17f * size;
        n->x = x + left;
        x += left + n->width + right;
        row->ascent = fmaxf(row->ascent, n->ascent);
        row->descent = fmaxf(row->descent, n->descent);
        row->lean = n->lean;
        if (n->kind != MATH_SPACE || n->amount > 0) before = n; // a blank in the markup is nothing
    }
    row->width = x;
}

static void layout_scripts(const struct drawing *d, struct math_formula *f, struct math_node *n, float size,
                           bool small) {
    layout(d, f, n->child, size, small);
    const struct math_node *base = &f->nodes[n->child];
    float script = fmaxf(size * 0.68f, small ? 8 : 9.5f);
    float up = fmaxf(size * 0.4f, base->ascent - script * 0.34f),
          down = base->kind == MATH_BIG ? size * 0.42f : size * 0.2f;
    n->width = base->width;
    n->ascent = base->ascent;
    n->descent = base->descent;
    if (n->child2 >= 0) {
        layout(d, f, n->child2, script, true);
        struct math_node *s = &f->nodes[n->child2];
        s->x = base->width + base->lean + size * 0.05f;
        n->width = fmaxf(n->width, s->x + s->width);
        n->ascent = fmaxf(n->ascent, up + s->ascent);
    }
    if (n->child3 >= 0) {
        layout(d, f, n->child3, script, true);
        struct math_node *s = &f->nodes[n->child3];
        s->x = base->width + size * 0.02f;
        n->width = fmaxf(n->width, s->x + s->width);
        n->descent = fmaxf(n->descent, down + s->descent);
    }
    n->width += size * 0.04f;
}

// Numbers in equations are Inter at 0.82 of the size.
static float glyph_size(const struct math_node *n) {
    return n->size * (n->kind == MATH_BIG ? 1.25f : n->font == FONT_SANS_MEDIUM ? 0.82f : 1);
}

static float sign_width(const struct drawing *d, float size) {
    const struct font_source *fonts = d->list->fonts;
    return fonts->width(fonts->context, FONT_MATH, size, "−", strlen("−"));
}

static void layout(const struct drawing *d, struct math_formula *f, int index, float size, bool small) {
    struct math_node *n = &f->nodes[index];
    n->size = size;
    n->small = small;
    n->width = n->ascent = n->descent = n->lean = 0;
    char text[48];
    switch (n->kind) {
    case MATH_ROW:
        layout_row(d, f, n, size, small);
        return;
    case MATH_SCRIPTS:
        layout_scripts(d, f, n, size, small);
        return;
    case MATH_SPACE:
        n->width = n->amount * size;
        return;
    case MATH_GLYPHS:
    case MATH_OPERATOR:
    case MATH_PUNCT:
    case MATH_BIG:
        measure_glyphs(d, n, glyph_size(n), n->text, n->length);
        return;
    case MATH_STAR:
        n->width = size * 0.45f;
        n->ascent = size * 0.5f;
        return;
    case MATH_VALUE:
        n->font = FONT_SANS_MEDIUM;
        value_text(d, n, text, sizeof text);
        measure_glyphs(d, n, glyph_size(n), text, (int)strlen(text));
        if (n->sign) n->width += sign_width(d, size);
        return;
    case MATH_FRACTION: {
        layout(d, f, n->child, size * 0.86f, small);
        layout(d, f, n->child2, size * 0.86f, small);
        const struct math_node *p = &f->nodes[n->child], *q = &f->nodes[n->child2];
        n->width = fmaxf(p->width, q->width) + size * 0.3f;
        n->ascent = p->ascent + p->descent + size * 0.47f;
        n->descent = fmaxf(0, q->ascent + q->descent - size * 0.07f);
        return;
    }
    default:
        break;
    }
    layout(d, f, n->child, size, small);
    const struct math_node *inside = &f->nodes[n->child];
    n->width = inside->width;
    n->ascent = inside->ascent;
    n->descent = inside->descent;
    n->lean = inside->lean;
    if (n->kind == MATH_HAT || n->kind == MATH_TILDE) n->ascent += size * 0.24f;
    if (n->kind == MATH_NORM) {
        n->width += size * 0.78f;
        n->ascent = fmaxf(n->ascent, size * 0.72f);
        n->descent = fmaxf(n->descent, size * 0.2f);
        n->lean = 0;
    }
    if (n->kind == MATH_STRONG) {
        n->width += 6;
        n->ascent += 3;
        n->descent += 3;
    }
}

// --- drawing ---

static void paint(const struct drawing *d, struct math_formula *f, int index, float x, float y, color ink);

static void paint_star(struct draw_list *list, const struct math_node *n, float x, float y, color ink) {
    float cx = x + n->width / 2, cy = y - n->size * 0.26f, r = n->size * 0.17f, width = fmaxf(1.1f, n->size * 0.062f);
    static const float cosines[3] = {0, 0.8660254f, -0.8660254f}, sines[3] = {1, 0.5f, 0.5f};
    for (int k = 0; k < 3; k++) {
        draw_path_move(list, cx - r * cosines[k], cy - r * sines[k]);
        draw_path_line(list, cx + r * cosines[k], cy + r * sines[k]);
        draw_path_stroke(list, ink, width, false, true);
    }
}

static void paint_accent(struct draw_list *list, const struct math_node *n, const struct math_node *inside, float x,
                         float y, color ink) {
    float size = n->size, cx = x + inside->width / 2 + size * 0.07f, top = y - inside->ascent - size * 0.14f,
          w = size * 0.17f;
    if (n->kind == MATH_HAT) {
        draw_path_move(list, cx - w, top + size * 0.06f);
        draw_path_line(list, cx, top - size * 0.08f);
        draw_path_line(list, cx + w, top + size * 0.06f);
    } else {
        draw_path_move(list, cx - w * 1.15f, top + size * 0.03f);
        draw_path_cubic(list, cx - w * 0.5f, top - size * 0.12f, cx + w * 0.4f, top + size * 0.14f, cx + w * 1.15f,
                        top - size * 0.03f);
    }
    draw_path_stroke(list, ink, fmaxf(1.1f, size * 0.06f), false, true);
}

static void paint_norm(const struct drawing *d, struct math_formula *f, const struct math_node *n, float x, float y,
                       color ink) {
    float size = n->size, gap = size * 0.17f, w = f->nodes[n->child].width;
    float top = y - size * 0.78f, height = size * 1.02f,
          at[4] = {0.5f * gap, 1.45f * gap, w + 2.55f * gap + size * 0.1f, w + 3.5f * gap + size * 0.1f};
    for (int k = 0; k < 4; k++)
        draw_rect(d->list, (rect){x + at[k], top, fmaxf(1, size * 0.055f), height}, ink, 0);
    paint(d, f, n->child, x + 2 * gap + size * 0.02f, y, ink);
}

static void paint_strong(const struct drawing *d, struct math_formula *f, const struct math_node *n, float x, float y) {
    const struct math_node *inside = &f->nodes[n->child];
    float top = fmaxf(n->size * 0.95f, inside->ascent + 3), bottom = fmaxf(n->size * 0.43f, inside->descent + 3);
    struct drawing on = *d;
    on.strong = true;
    draw_rect(d->list, (rect){x, y - top, n->width, top + bottom}, d->theme->hi, 3);
    paint(&on, f, n->child, x + 3, y, d->theme->on_hi);
}

static void paint_value(const struct drawing *d, const struct math_node *n, float x, float y, color ink) {
    if (n->value < 0 || n->value >= d->value_count) return;
    struct draw_list *list = d->list;
    struct source source = d->values[n->value];
    if (n->sign) {
        draw_text(list, x, y, source.value < 0 ? "−" : "+", (struct text_style){FONT_MATH, n->size, ink, ALIGN_LEFT});
        x += sign_width(d, n->size) + n->amount;
        source.value = fabs(source.value);
    }
    int before = list->source_count;
    draw_value(list, x, y, source, n->digits, false,
               (struct text_style){FONT_SANS_MEDIUM, glyph_size(n), ink, ALIGN_LEFT});
    if (list->source_count > before) list->sources[before].value = d->values[n->value].value;
}

static color hue_ink(const struct drawing *d, char hue) {
    static const char letters[] = "afuocr"; // the order of enum theme_identity
    const char *at = strchr(letters, hue);
    return d->theme->identity_ink[at ? at - letters : 0];
}

static void note_link(struct links *links, const struct math_node *n, float x, float y) {
    if (links->count == links->max) return;
    float top = fmaxf(n->ascent, n->size * 0.7f) + 2, bottom = fmaxf(n->descent, n->size * 0.2f) + 2;
    links->out[links->count++] =
        (struct math_link){n->text, n->length, {x - 2, y - top, n->width + n->lean + 4, top + bottom}};
}

static void paint(const struct drawing *d, struct math_formula *f, int index, float x, float y, color ink) {
    struct math_node *n = &f->nodes[index];
    struct draw_list *list = d->list;
    const float size = n->size;
    switch (n->kind) {
    case MATH_ROW:
        for (int k = n->child; k >= 0; k = f->nodes[k].next)
            paint(d, f, k, x + f->nodes[k].x, y, ink);
        return;
    case MATH_SPACE:
        return;
    case MATH_GLYPHS:
    case MATH_OPERATOR:
    case MATH_PUNCT:
    case MATH_BIG:
        if (n->kind == MATH_BIG) y += size * 0.12f;
        draw_text_n(list, x, y, n->text, (size_t)n->length,
                    (struct text_style){n->font, glyph_size(n), ink, ALIGN_LEFT});
        return;
    case MATH_STAR:
        paint_star(list, n, x, y, ink);
        return;
    case MATH_VALUE:
        paint_value(d, n, x, y, ink);
        return;
    case MATH_SCRIPTS: {
        const struct math_node *base = &f->nodes[n->child];
        float script = fmaxf(size * 0.68f, n->small ? 8 : 9.5f);
        float up = fmaxf(size * 0.4f, base->ascent - script * 0.34f),
              down = base->kind == MATH_BIG ? size * 0.42f : size * 0.2f;
        paint(d, f, n->child, x, y, ink);
        if (n->child2 >= 0) paint(d, f, n->child2, x + f->nodes[n->child2].x, y - up, ink);
        if (n->child3 >= 0) paint(d, f, n->child3, x + f->nodes[n->child3].x, y + down, ink);
        return;
    }
    case MATH_FRACTION: {
        const struct math_node *p = &f->nodes[n->child], *q = &f->nodes[n->child2];
        float axis = size * 0.27f;
        paint(d, f, n->child, x + (n->width - p->width) / 2, y - axis - size * 0.16f - p->descent, ink);
        draw_path_move(list, x + size * 0.05f, y - axis);
        draw_path_line(list, x + n->width - size * 0.05f, y - axis);
        draw_path_stroke(list, ink, fmaxf(1, size * 0.055f), false, false);
        paint(d, f, n->child2, x + (n->width - q->width) / 2, y - axis + size * 0.17f + q->ascent, ink);
        return;
    }
    case MATH_HAT:
    case MATH_TILDE:
        paint(d, f, n->child, x, y, ink);
        paint_accent(list, n, &f->nodes[n->child], x, y, ink);
        return;
    case MATH_NORM:
        paint_norm(d, f, n, x, y, ink);
        return;
    case MATH_COLORED:
        paint(d, f, n->child, x, y, d->strong ? ink : hue_ink(d, n->hue));
        return;
    case MATH_LINK:
        if (d->links) note_link(d->links, n, x, y);
        paint(d, f, n->child, x, y, ink);
        return;
    case MATH_STRONG:
        paint_strong(d, f, n, x, y);
        return;
    }
}

static int prepare(const struct drawing *d, struct math_formula *f, const char *markup, float size) {
    int root = math_parse(f, markup);
    if (f->fault) root = math_plain(f, markup); // nothing is lost
    layout(d, f, root, size, false);
    return root;
}

struct math_box math_measure(struct draw_list *list, const char *markup, float size) {
    return math_measure_values(list, markup, size, NULL, 0);
}

struct math_box math_measure_values(struct draw_list *list, const char *markup, float size, const struct source *values,
                                    int count) {
    struct math_formula f;
    struct drawing d = {.list = list, .values = values, .value_count = count};
    const struct math_node *root = &f.nodes[prepare(&d, &f, markup, size)];
    return (struct math_box){root->width, root->ascent, root->descent};
}

// Shrinks a formula into its room; returns its width.
static float squeeze(const struct drawing *d, struct math_formula *f, int root, float room, float size) {
    float width = f->nodes[root].width;
    const float least = 0.7f * size;
    for (int k = 0; k < 3 && width > room && size > least; k++) { // scripts have a least size: not quite in proportion
        size = fmaxf(least, size * room / width);
        layout(d, f, root, size, false);
        width = f->nodes[root].width;
    }
    return width;
}

static float draw_aligned(struct draw_list *list, const struct theme *theme, float x, float y, float room,
                          const char *markup, float size, color ink, enum align align) {
    struct math_formula f;
    struct drawing d = {.list = list, .theme = theme};
    int root = prepare(&d, &f, markup, size);
    float width = squeeze(&d, &f, root, room, size);
    paint(&d, &f, root, align == ALIGN_RIGHT ? x - width : align == ALIGN_CENTER ? x - width / 2 : x, y, ink);
    return width;
}

float math_draw(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup, float size,
                color ink, enum align align) {
    return draw_aligned(list, theme, x, y, INFINITY, markup, size, ink, align);
}

float math_draw_fit(struct draw_list *list, const struct theme *theme, float x, float y, float max_width,
                    const char *markup, float size, color ink, enum align align) {
    return draw_aligned(list, theme, x, y, max_width, markup, size, ink, align);
}

float math_draw_values(struct draw_list *list, const struct theme *theme, float x, float y, const char *markup,
                       float size, color ink, const struct source *values, int count) {
    struct math_formula f;
    struct drawing d = {.list = list, .theme = theme, .values = values, .value_count = count};
    int root = prepare(&d, &f, markup, size);
    paint(&d, &f, root, x, y, ink);
    return f.nodes[root].width;
}

// The layout is walked as for drawing, onto a list that takes nothing.
int math_links(struct draw_list *list, float x, float y, float max_width, const char *markup, float size,
               struct math_link *out, int max) {
    struct math_formula f;
    struct links links = {out, 0, max};
    struct draw_list nowhere;
    draw_init(&nowhere, list->fonts);
    draw_begin(&nowhere, 1, 1, 1);
    struct drawing d = {.list = &nowhere, .theme = theme_get(THEME_LIGHT), .links = &links};
    int root = prepare(&d, &f, markup, size);
    squeeze(&d, &f, root, max_width, size);
    paint(&d, &f, root, x, y, d.theme->ink1);
    draw_release(&nowhere);
    return links.count;
}
