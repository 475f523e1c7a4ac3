// The tree of a formula as MathML Core.
#include "html.h"
#include "mathtree.h"
#include "theme.h"

#include <string.h>

struct writer {
    struct str *out;
    const struct math_formula *formula;
    bool block;
};

static void write_node(struct writer *w, int node);

static void write_all(struct writer *w, int node) {
    str_put(w->out, "<mrow>");
    write_node(w, node);
    str_put(w->out, "</mrow>");
}

static void element(struct writer *w, const char *begin, const char *text, size_t length, const char *end) {
    str_put(w->out, begin);
    html_text(w->out, text, length);
    str_put(w->out, end);
}

static bool is_number(const struct math_node *n) {
    return n->kind == MATH_GLYPHS && !n->named && n->length == 1 && strchr("0123456789.", *n->text);
}

static bool is_bracket(const struct math_node *n) {
    static const char *const brackets[] = {"(", ")", "[", "]", "|", "⟨", "⟩"};
    for (size_t k = 0; n->kind == MATH_GLYPHS && k < sizeof brackets / sizeof *brackets; k++)
        if ((size_t)n->length == strlen(brackets[k]) && !memcmp(n->text, brackets[k], (size_t)n->length)) return true;
    return false;
}

static bool is_function(const struct math_node *n) {
    return n->kind == MATH_GLYPHS && n->named && n->length > 1 && n->text[0] >= 'a' && n->text[0] <= 'z';
}

static void glyphs(struct writer *w, const struct math_node *n) {
    size_t length = (size_t)n->length;
    if (is_bracket(n))
        element(w, "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">", n->text, length, "</mo>");
    else if (is_number(n))
        element(w, "<mn>", n->text, length, "</mn>");
    else if (n->font == FONT_SANS_MEDIUM || (n->font == FONT_MATH && !n->named && length > 1))
        element(w, "<mtext>", n->text, length, "</mtext>");
    else if (n->font == FONT_MATH_ITALIC || utf8_count(n->text, length) > 1)
        element(w, "<mi>", n->text, length, "</mi>"); // one letter leans, a word stands
    else
        element(w, "<mi mathvariant=\"normal\">", n->text, length, "</mi>");
}

// A row's items; figures that follow each other are one number, a function stands off from what it is of.
static void row(struct writer *w, int node) {
    const struct math_node *nodes = w->formula->nodes;
    while (node >= 0) {
        const struct math_node *n = &nodes[node];
        if (is_number(n)) {
            str_put(w->out, "<mn>");
            for (; node >= 0 && is_number(&nodes[node]); node = nodes[node].next)
                str_put_n(w->out, nodes[node].text, 1);
            str_put(w->out, "</mn>");
            continue;
        }
        write_node(w, node);
        node = n->next;
        bool stands_off = is_function(n) && node >= 0 && !is_bracket(&nodes[node]) && nodes[node].kind != MATH_OPERATOR;
        if (stands_off) str_put(w->out, "<mspace width=\"0.17em\"/>");
    }
}

static void scripts(struct writer *w, const struct math_node *n) {
    bool big = w->block && w->formula->nodes[n->child].kind == MATH_BIG, above = n->child2 >= 0, below = n->child3 >= 0;
    const char *name = above && below ? (big ? "munderover" : "msubsup")
                       : above        ? (big ? "mover" : "msup")
                                      : (big ? "munder" : "msub");
    str_printf(w->out, "<%s>", name);
    write_all(w, n->child);
    if (below) write_all(w, n->child3);
    if (above) write_all(w, n->child2);
    str_printf(w->out, "</%s>", name);
}

static void accent(struct writer *w, const struct math_node *n, const char *mark) {
    str_put(w->out, "<mover accent=\"true\">");
    write_all(w, n->child);
    str_printf(w->out, "<mo stretchy=\"false\">%s</mo></mover>", mark);
}

static void colored(struct writer *w, const struct math_node *n) {
    static const char hues[] = "afuocr"; // in the order of enum theme_identity
    color c = theme_get(THEME_LIGHT)->identity_ink[strchr(hues, n->hue) - hues];
    str_printf(w->out, "<mrow style=\"color:#%02x%02x%02x\">", c.r, c.g, c.b);
    write_node(w, n->child);
    str_put(w->out, "</mrow>");
}

static void write_node(struct writer *w, int node) {
    const struct math_node *n = &w->formula->nodes[node];
    switch (n->kind) {
    case MATH_ROW:
        row(w, n->child);
        break;
    case MATH_GLYPHS:
        glyphs(w, n);
        break;
    case MATH_OPERATOR:
    case MATH_PUNCT:
        element(w, "<mo>", n->text, (size_t)n->length, "</mo>");
        break;
    case MATH_STAR:
        str_put(w->out, "<mo>∗</mo>");
        break;
    case MATH_BIG:
        element(w, "<mo>", n->text, (size_t)n->length, "</mo>");
        break;
    case MATH_SPACE:
        if (n->amount > 0) str_printf(w->out, "<mspace width=\"%.2fem\"/>", (double)n->amount);
        break;
    case MATH_SCRIPTS:
        scripts(w, n);
        break;
    case MATH_FRACTION:
        str_put(w->out, "<mfrac>");
        write_all(w, n->child);
        write_all(w, n->child2);
        str_put(w->out, "</mfrac>");
        break;
    case MATH_HAT:
        accent(w, n, "^");
        break;
    case MATH_TILDE:
        accent(w, n, "~");
        break;
    case MATH_NORM:
        str_put(w->out, "<mrow><mo stretchy=\"false\">‖</mo>");
        write_node(w, n->child);
        str_put(w->out, "<mo stretchy=\"false\">‖</mo></mrow>");
        break;
    case MATH_COLORED:
        colored(w, n);
        break;
    case MATH_STRONG:
        str_put(w->out, "<mrow class=\"strong\">");
        write_node(w, n->child);
        str_put(w->out, "</mrow>");
        break;
    case MATH_VALUE:
        str_put(w->out, "<mn>?</mn>");
        break;
    case MATH_LINK:
        write_node(w, n->child);
        break;
    }
}

void html_math(struct str *out, const char *markup, bool block) {
    struct math_formula formula;
    int root = math_parse(&formula, markup);
    if (formula.fault) {
        str_put(out, "<code>");
        html_text(out, markup, strlen(markup));
        str_put(out, "</code>");
        return;
    }
    struct writer w = {.out = out, .formula = &formula, .block = block};
    str_put(out, block ? "<math display=\"block\">" : "<math>");
    write_all(&w, root);
    str_put(out, "</math>");
}
