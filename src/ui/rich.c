// Rich text: words, maths, code and numbers are pieces; pieces that touch form a token that is not broken;
// tokens fill lines.
#include "mathbox.h"
#include "str.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum piece_kind { WORD, CODE, FORMULA, NUMBER };

struct piece {
    enum piece_kind kind;
    const char *text;
    size_t length;
    bool bold;
    int value, digits; // NUMBER
    bool plus;
    float width;
};

enum { TOKEN_PIECES = 32 };

struct writer {
    struct draw_list *list;
    const struct theme *theme;
    struct rich_style style;
    const struct source *values;
    const int *digits;
    int value_count;
    float left, baseline, width, space_width;
    bool draw;
    int lines;       // finished ones
    float x;         // of the end of the present line
    bool any, space; // something stands on it; a space is due before the next token
    struct piece token[TOKEN_PIECES];
    int count;
    float token_width;
    struct str scratch;
};

static struct text_style piece_style(const struct writer *w, const struct piece *p) {
    if (p->kind == CODE) return (struct text_style){FONT_MONO, w->style.size * 0.95f, w->style.ink, ALIGN_LEFT};
    if (p->kind == NUMBER || p->bold)
        return (struct text_style){FONT_SANS_SEMIBOLD, w->style.size, w->style.bold, ALIGN_LEFT};
    return (struct text_style){FONT_SANS, w->style.size, w->style.ink, ALIGN_LEFT};
}

static const char *terminated(struct writer *w, const struct piece *p) {
    str_clear(&w->scratch);
    str_put_n(&w->scratch, p->text, p->length);
    return str_text(&w->scratch);
}

static float formula_size(const struct writer *w) {
    return w->style.size * 1.18f;
}

static float piece_width(struct writer *w, const struct piece *p) {
    const struct font_source *fonts = w->list->fonts;
    struct text_style style = piece_style(w, p);
    if (p->kind == FORMULA) return math_measure(w->list, terminated(w, p), formula_size(w)).width;
    if (p->kind == NUMBER) {
        char number[64];
        format_value(number, sizeof number, w->values[p->value].value, p->digits, p->plus);
        return text_width(w->list, number, style);
    }
    return fonts ? fonts->width(fonts->context, style.font, style.size, p->text, p->length) : 0;
}

static void draw_piece(struct writer *w, const struct piece *p, float x, float y) {
    struct text_style style = piece_style(w, p);
    if (p->kind == FORMULA) {
        color ink = p->bold ? w->style.bold : w->style.ink;
        math_draw(w->list, w->theme, x, y, terminated(w, p), formula_size(w), ink, ALIGN_LEFT);
    } else if (p->kind == NUMBER) {
        draw_value(w->list, x, y, w->values[p->value], p->digits, p->plus, style);
    } else
        draw_text_n(w->list, x, y, p->text, p->length, style);
}

static void new_line(struct writer *w) {
    w->lines++;
    w->x = 0;
    w->any = w->space = false;
}

static void put_token(struct writer *w) {
    if (w->count == 0) return;
    float space = w->space && w->any ? w->space_width : 0;
    if (w->any && w->x + space + w->token_width > w->width) {
        new_line(w);
        space = 0;
    }
    float x = w->left + w->x + space, y = w->baseline + (float)w->lines * w->style.line_height;
    for (int i = 0; i < w->count; i++) {
        if (w->draw) draw_piece(w, &w->token[i], x, y);
        x += w->token[i].width;
    }
    w->x += space + w->token_width;
    w->any = true;
    w->space = false;
    w->count = 0;
    w->token_width = 0;
}

static void add_piece(struct writer *w, struct piece p) {
    if (w->count == TOKEN_PIECES) put_token(w);
    w->token[w->count++] = p;
    w->token_width += p.width;
}

// The longest beginning of p (at least one character) that is not wider than the line.
static size_t fitting(struct writer *w, struct piece p) {
    size_t low = 1, high = p.length; // in bytes; what counts is the start of a character
    while (low < high) {
        p.length = (low + high + 1) / 2;
        if (piece_width(w, &p) <= w->width)
            low = p.length;
        else
            high = p.length - 1;
    }
    while (low > 1 && ((unsigned char)p.text[low] & 0xc0) == 0x80)
        low--;
    while (((unsigned char)p.text[low] & 0xc0) == 0x80)
        low++; // the first character alone is wider
    return low;
}

static void put_piece(struct writer *w, struct piece p) {
    if (p.length == 0) return;
    p.width = piece_width(w, &p);
    bool breaks = p.kind == WORD || p.kind == CODE;
    while (breaks && p.width > w->width && p.length > 1) { // a path, a long number: cut where it has to be
        struct piece head = p;
        head.length = fitting(w, p);
        if (head.length >= p.length) break;
        head.width = piece_width(w, &head);
        put_token(w);
        add_piece(w, head);
        put_token(w);
        p.text += head.length;
        p.length -= head.length;
        p.width = piece_width(w, &p);
    }
    add_piece(w, p);
}

static void put_words(struct writer *w, const char *text, size_t length, bool bold) {
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        bool space = i < length && strchr(" \n\t", text[i]);
        if (i < length && !space) continue;
        put_piece(w, (struct piece){.kind = WORD, .text = text + start, .length = i - start, .bold = bold});
        if (space) {
            put_token(w);
            w->space = true;
            if (text[i] == '\n' && i + 1 < length && text[i + 1] == '\n') new_line(w), new_line(w);
        }
        start = i + 1;
    }
}

// A number's marker: 0x01, index, perhaps ";" and digits (with "+": a plus is written), 0x02.
static const char *put_number(struct writer *w, const char *mark) {
    char *at;
    struct piece p = {.kind = NUMBER, .text = mark, .length = 1, .digits = 2};
    p.value = (int)strtol(mark + 1, &at, 10);
    if (p.value >= 0 && p.value < w->value_count && w->digits) p.digits = w->digits[p.value];
    if (*at == ';') {
        at++;
        p.plus = *at == '+';
        if (p.plus) at++;
        p.digits = (int)strtol(at, &at, 10);
    }
    while (*at && *at != '\x02')
        at++;
    if (p.value >= 0 && p.value < w->value_count) put_piece(w, p);
    return *at ? at + 1 : at;
}

static struct writer writer_at(struct draw_list *list, float x, float baseline, float width, struct rich_style style,
                               bool draw) {
    struct writer w = {.list = list, .left = x, .baseline = baseline, .width = width, .style = style, .draw = draw};
    struct piece space = {.text = " ", .length = 1};
    w.space_width = piece_width(&w, &space);
    return w;
}

static float finish(struct writer *w) {
    put_token(w);
    str_release(&w->scratch);
    return (float)(w->lines + (w->any ? 1 : 0)) * w->style.line_height;
}

float rich_text_values(struct draw_list *list, const struct theme *theme, float x, float y, float width,
                       const char *text, struct rich_style style, const struct source *values, const int *digits,
                       int count, bool draw) {
    struct writer w = writer_at(list, x, y, width, style, draw);
    w.theme = theme;
    w.values = values;
    w.digits = digits;
    w.value_count = count;
    bool bold = false;
    for (const char *at = text; *at;) {
        size_t plain = strcspn(at, "*$`\x01");
        const char *mark = at + plain, *close = NULL;
        bool star = mark[0] == '*' && mark[1] == '*';
        if (*mark == '$' || *mark == '`') close = strchr(mark + 1, *mark);
        bool alone = *mark && !star && !close && *mark != '\x01';
        put_words(&w, at, plain + alone, bold);
        if (!*mark) break;
        at = mark + 1;
        if (star) {
            bold = !bold;
            at = mark + 2;
        } else if (close) {
            struct piece p = {.kind = *mark == '$' ? FORMULA : CODE,
                              .text = mark + 1,
                              .length = (size_t)(close - mark - 1),
                              .bold = bold};
            put_piece(&w, p);
            at = close + 1;
        } else if (*mark == '\x01')
            at = put_number(&w, mark);
    }
    return finish(&w);
}

float rich_text(struct draw_list *list, const struct theme *theme, float x, float y, float width, const char *text,
                struct rich_style style, bool draw) {
    return rich_text_values(list, theme, x, y, width, text, style, NULL, NULL, 0, draw);
}

float plain_text(struct draw_list *list, float x, float y, float width, const char *text, struct rich_style style,
                 bool draw) {
    struct writer w = writer_at(list, x, y + style.line_height * 0.5f + style.size * 0.36f, width, style, draw);
    put_words(&w, text, strlen(text), false);
    return finish(&w);
}
