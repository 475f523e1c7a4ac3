// The table of the thumbnails, and the pen that all of them draw with.
#include "lesson_thumbs.h"

#include "diagram.h"
#include "mathbox.h"
#include "thumb_pen.h"
#include "token.h"
#include "wire.h"
#include <math.h>
#include <string.h>

enum { WIDTH = 252, HEIGHT = 130 }; // that the drawings are designed for

static const struct {
    const char *id;
    thumb_draw *draw; // NULL: the diagram of the cell
    enum cell_id cell;
} thumbs[] = {{"why-sequence-models", thumb_why, CELL_RNN},
              {"notation", thumb_notation, CELL_RNN},
              {"forward-pass", thumb_forward, CELL_RNN},
              {"backpropagation-through-time", thumb_backward, CELL_RNN},
              {"types-of-rnn", thumb_types, CELL_RNN},
              {"language-models", thumb_language, CELL_RNN},
              {"sampling", thumb_sampling, CELL_RNN},
              {"vanishing-and-exploding-gradients", thumb_vanishing, CELL_RNN},
              {"gru", NULL, CELL_GRU},
              {"lstm", NULL, CELL_LSTM},
              {"bidirectional-rnn", thumb_bidirectional, CELL_RNN},
              {"deep-rnn", thumb_deep, CELL_RNN},
              {"encoder-decoder", thumb_encoder, CELL_RNN}};
enum { THUMBS = sizeof thumbs / sizeof *thumbs };

static int find(const char *id) {
    for (int k = 0; k < THUMBS; k++)
        if (!strcmp(thumbs[k].id, id)) return k;
    return -1;
}

bool lesson_thumb_has(const char *id) {
    return find(id) >= 0;
}

void lesson_thumb_draw(struct draw_list *list, const struct theme *theme, rect r, const char *id, enum cell_id cell,
                       const struct thumb_numbers *numbers) {
    int at = find(id);
    float k = fminf(r.w / WIDTH, r.h / HEIGHT);
    struct thumb_pen pen = {list,
                            theme,
                            numbers && numbers->ready ? numbers : NULL,
                            r.x + (r.w - k * WIDTH) / 2,
                            r.y + (r.h - k * HEIGHT) / 2,
                            k};
    draw_clip_push(list, r);
    if (at >= 0 && thumbs[at].draw)
        thumbs[at].draw(&pen);
    else
        diagram_draw(list, theme, thumb_rect(&pen, 18, 8, WIDTH - 36, HEIGHT - 16), at >= 0 ? thumbs[at].cell : cell,
                     DIAGRAM_THUMBNAIL, NULL);
    draw_clip_pop(list);
}

// --- the pen ---

rect thumb_rect(const struct thumb_pen *p, float x, float y, float w, float h) {
    return (rect){p->x + p->k * x, p->y + p->k * y, p->k * w, p->k * h};
}

void thumb_fill(const struct thumb_pen *p, float x, float y, float w, float h, color fill, float radius) {
    draw_rect(p->list, thumb_rect(p, x, y, w, h), fill, radius * p->k);
}

void thumb_box(const struct thumb_pen *p, float x, float y, float w, float h, float radius, bool strong) {
    rect r = thumb_rect(p, x, y, w, h);
    draw_rect(p->list, r, p->theme->panel, radius * p->k);
    draw_box(p->list, r, strong ? p->theme->ink1 : p->theme->ink2, radius * p->k, strong ? 2 : 1.5f);
}

void thumb_line(const struct thumb_pen *p, const point *points, int count, color ink, bool dashed, bool head) {
    point at[8];
    for (int k = 0; k < count && k < 8; k++)
        at[k] = (point){p->x + p->k * points[k].x, p->y + p->k * points[k].y};
    struct wire_style style = {.ink = ink,
                               .width = 1.5f,
                               .head = head ? 6 * p->k : -1,
                               .corner = 5 * p->k,
                               .dash = dashed ? 3 : 0,
                               .gap = dashed ? 3 : 0};
    wire_draw(p->list, at, count < 8 ? count : 8, style);
}

void thumb_arrow(const struct thumb_pen *p, float x0, float y0, float x1, float y1, color ink, float width) {
    const point at[2] = {{p->x + p->k * x0, p->y + p->k * y0}, {p->x + p->k * x1, p->y + p->k * y1}};
    wire_draw(p->list, at, 2, (struct wire_style){.ink = ink, .width = width, .head = (4 + 1.5f * width) * p->k});
}

void thumb_text(const struct thumb_pen *p, float x, float y, const char *text, enum font font, float size, color ink,
                enum align align) {
    draw_text(p->list, p->x + p->k * x, p->y + p->k * y, text, text_of(font, p->k * size, ink, align));
}

void thumb_math(const struct thumb_pen *p, float x, float y, const char *markup, float size, color ink) {
    math_draw(p->list, p->theme, p->x + p->k * x, p->y + p->k * y, markup, p->k * size, ink, ALIGN_CENTER);
}

void thumb_strip(const struct thumb_pen *p, float x, float y, float w, float h, enum strip_kind kind,
                 const double *values) {
    float gap = w * p->k / THUMB_UNITS * 0.18f, tile = (w * p->k + gap) / THUMB_UNITS - gap;
    struct strip_style style = strip_style_default(values ? kind : STRIP_GHOST, tile, gap, h * p->k);
    style.radius = 0.5f;
    if (kind == STRIP_GRADIENT) style.radius = -1;
    strip_draw(p->list, p->theme, p->x + p->k * x, p->y + p->k * y, values, THUMB_UNITS, &style);
}

void thumb_token(const struct thumb_pen *p, float x, float y, const char *symbol, bool filled) {
    const struct theme *theme = p->theme;
    rect r = thumb_rect(p, x, y, 19, 19);
    draw_rect(p->list, r, filled ? theme->ink1 : theme->panel, 3);
    if (!filled) draw_box(p->list, r, theme->line2, 3, 1);
    token_draw(p->list, r.x + r.w / 2, r.y + r.h * 0.7f, symbol, 13 * p->k, FONT_MONO,
               filled ? theme->panel : theme->ink1);
}
