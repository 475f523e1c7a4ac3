// Rich text: words, maths and code are pieces; pieces that touch form a token that is never broken; tokens fill lines.
#include "mathbox.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PIECE_TEXT = 400 };

struct piece {
    const char *text;
    size_t length;
    bool math, bold, mono;
    float width;
};

struct line { // what stands on the line that is being filled
    float x;
    bool any, space; // something stands there; a space is due before the next
};

struct writer {
    struct draw_list *list;
    const struct theme *theme;
    struct rich_style style;
    float left, top, width, baseline;
    int lines;
    bool draw;
    struct line line;
    struct piece token[32]; // the token being collected
    int count;
    float token_width;
};

static struct text_style piece_style(const struct writer *w, const struct piece *p) {
    if (p->mono) return (struct text_style){FONT_MONO, w->style.size * 0.95f, w->style.ink, ALIGN_LEFT};
    if (p->bold) return (struct text_style){FONT_SANS_SEMIBOLD, w->style.size, w->style.bold, ALIGN_LEFT};
    return (struct text_style){FONT_SANS, w->style.size, w->style.ink, ALIGN_LEFT};
}

static float piece_width(const struct writer *w, const struct piece *p) {
    char text[PIECE_TEXT];
    snprintf(text, sizeof text, "%.*s", (int)p->length, p->text);
    if (p->math) return math_measure(w->list, text, w->style.size * 1.18f).width;
    return text_width(w->list, text, piece_style(w, p));
}

static void new_line(struct writer *w) {
    w->lines++;
    w->line = (struct line){0};
}

static void put_token(struct writer *w) {
    if (w->count == 0) return;
    float space = w->line.space && w->line.any ? w->style.size * 0.28f : 0;
    if (w->line.any && w->line.x + space + w->token_width > w->width) {
        new_line(w);
        space = 0;
    }
    float x = w->left + w->line.x + space, y = w->top + w->baseline + (float)w->lines * w->style.line_height;
    for (int k = 0; k < w->count; k++) {
        const struct piece *p = &w->token[k];
        char text[PIECE_TEXT];
        snprintf(text, sizeof text, "%.*s", (int)p->length, p->text);
        if (w->draw && p->math) math_draw(w->list, w->theme, x, y, text, w->style.size * 1.18f, p->bold ? w->style.bold : w->style.ink, ALIGN_LEFT);
        else if (w->draw) draw_text(w->list, x, y, text, piece_style(w, p));
        x += p->width;
    }
    w->line.x += space + w->token_width;
    w->line.any = true;
    w->line.space = false;
    w->count = 0;
    w->token_width = 0;
}

// A word wider than the line is cut where it has to be.
static void put_piece(struct writer *w, struct piece p) {
    if (p.length == 0) return;
    p.width = piece_width(w, &p);
    if (!p.math && p.width > w->width && p.length > 1) {
        put_token(w);
        size_t n = p.length;
        struct piece head = p;
        while (head.width > w->width && n > 1) {
            do n--;
            while (n > 1 && ((unsigned char)p.text[n] & 0xC0) == 0x80);
            head.length = n;
            head.width = piece_width(w, &head);
        }
        w->token[w->count++] = head;
        w->token_width = head.width;
        put_token(w);
        put_piece(w, (struct piece){.text = p.text + n, .length = p.length - n, .bold = p.bold, .mono = p.mono});
        return;
    }
    if (w->count == (int)(sizeof w->token / sizeof *w->token)) put_token(w);
    w->token[w->count++] = p;
    w->token_width += p.width;
}

static void put_words(struct writer *w, const char *text, size_t length, bool bold) {
    size_t start = 0;
    for (size_t k = 0; k <= length; k++) {
        bool space = k < length && (text[k] == ' ' || text[k] == '\n' || text[k] == '\t');
        if (k < length && !space) continue;
        put_piece(w, (struct piece){.text = text + start, .length = k - start, .bold = bold});
        if (space) {
            put_token(w);
            w->line.space = true;
            if (text[k] == '\n' && k + 1 < length && text[k + 1] == '\n') new_line(w), new_line(w);
        }
        start = k + 1;
    }
}

float rich_text(struct draw_list *list, const struct theme *theme, float x, float y, float width, const char *text, struct rich_style style, bool draw) {
    struct writer w = {.list = list, .theme = theme, .style = style, .left = x, .top = y, .width = width, .draw = draw};
    bool bold = false;
    const char *at = text;
    while (*at) {
        size_t plain = strcspn(at, "*$`");
        const char *mark = at + plain, *close = NULL;
        bool star = mark[0] == '*' && mark[1] == '*';
        if (*mark == '$' || *mark == '`') close = strchr(mark + 1, *mark);
        if (star || close) {
            put_words(&w, at, plain, bold);
            if (star) bold = !bold;
            else put_piece(&w, (struct piece){.text = mark + 1, .length = (size_t)(close - mark - 1), .math = *mark == '$', .mono = *mark == '`', .bold = bold});
            at = star ? mark + 2 : close + 1;
            continue;
        }
        put_words(&w, at, plain + (*mark != 0), bold);
        at = mark + (*mark != 0);
    }
    put_token(&w);
    return (float)(w.lines + (w.line.any ? 1 : 0)) * style.line_height;
}

float plain_text(struct draw_list *list, float x, float y, float width, const char *text, struct rich_style style, bool draw) {
    struct writer w = {.list = list, .left = x, .top = y, .width = width, .style = style, .draw = draw};
    w.baseline = style.line_height * 0.5f + style.size * 0.36f;
    put_words(&w, text, strlen(text), false);
    put_token(&w);
    return (float)(w.lines + (w.line.any ? 1 : 0)) * style.line_height;
}
