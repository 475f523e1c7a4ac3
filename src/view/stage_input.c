// What goes into the columns: symbols with their one-hot vector or their embedding, and real numbers; and the t under
// them.
#include "stage_inner.h"
#include "str.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WORD_TEXT = 16 };

static const struct net_spec *spec_of(const struct stage *s, int column) {
    return &stage_side_of(s, column)->record->layout.spec;
}

// The vector that the first layer reads: an embedding, or real numbers. (I)
static const double *input_values(const struct stage *s, int column, int *n) {
    const struct record *record = stage_side_of(s, column)->record;
    *n = net_layer_inputs(&record->layout.spec, 0);
    return tape_value(record->tape, 0, 0, s->cell->input, stage_t(s, column));
}

const char *stage_input_tensor(const struct stage *s, int column) {
    return stage_side_of(s, column)->encoder ? "encoder/input" : "input";
}

// What a column reads, or "".
static const char *read_symbol(const struct stage *s, int column) {
    int symbol = spec_of(s, column)->real_input ? -1 : stage_symbol(s, column);
    return symbol < 0 ? "" : record_symbol(stage_side_of(s, column)->record, symbol);
}

// Longer than a character: its box is as wide as the column lets it be.
static bool is_word(const struct stage *s, int column) {
    const char *text = read_symbol(s, column);
    return *text != '<' && utf8_count(text, strlen(text)) > 1;
}

void stage_symbol_draw(struct stage *s, int column, float x, float baseline, float size, enum font font, color ink) {
    token_draw(s->list, x, baseline, record_symbol(stage_side_of(s, column)->record, stage_symbol(s, column)), size,
               font, ink);
}

// --- strips between the token and the box ---

static void one_hot(struct stage *s, int column) {
    float x = stage_x(s, column), y = s->plan.one_hot;
    int symbol = stage_symbol(s, column), V = spec_of(s, column)->inputs;
    if (V > 60) {
        if (symbol < 0) return;
        char text[32];
        format_count(text, sizeof text, symbol + 1);
        draw_text(s->list, stage_center(s, column), y + 9, text,
                  (struct text_style){FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_CENTER});
        return;
    }
    float room = s->columns.width + 3.6f, pitch = room / (float)V, width = fmaxf(1, pitch * 0.7f);
    for (int k = 0; k < V; k++)
        draw_rect_exact(s->list, (rect){x - 1.5f + (float)k * pitch, y, width, 10}, s->theme->line2, 0);
    if (symbol < 0) return;
    rect bar = {x - 1.5f + (float)symbol * pitch + width / 2 - 1.8f, y - 2, 3.6f, 14};
    draw_rect_exact(s->list, bar, s->theme->ink1, 1);
}

static void value_strip(struct stage *s, int column, rect area) {
    int n;
    const double *values = input_values(s, column, &n);
    struct strip_style style = strip_style_default(STRIP_VALUE, 0, 0, 0);
    style.max = stage_side_of(s, column)->input_scale;
    style.sign_marks = s->scene->state->sign_marks;
    strip_block(s->list, s->theme, area, values, n, &style);
    int unit = s->hovered ? strip_hit(area, n, s->ui->pointer) : -1;
    if (unit < 0) return;
    s->track = stage_bottom_track(s, 0);
    stage_find(s, column, s->cell->input, unit, strip_tile(area, n, unit));
}

static void input_vector(struct stage *s, int column, bool ahead) {
    if (s->plan.one_hot <= 0 || ahead) return;
    if (spec_of(s, column)->embed > 0)
        value_strip(s, column, (rect){stage_x(s, column) + 4, s->plan.one_hot - 3, s->columns.width - 8, 16});
    else
        one_hot(s, column);
}

// --- the token, or the numbers ---

static void frame(struct stage *s, rect r, bool dashed, bool ahead, color ground) {
    color edge = ahead ? s->theme->ghost : s->backward ? s->theme->line2 : s->theme->ink2;
    float radius = s->backward ? 5 : 6;
    if (!s->backward) draw_rect(s->list, r, ground, radius);
    if (dashed) {
        draw_box_dashed(s->list, r, edge, radius, 1, 3, 3);
    } else if (s->backward) {
        draw_box(s->list, r, edge, radius, 1);
    } else { // an outline of 1 or 1.5 px, which a snapped box cannot have
        float line = ahead ? 1 : 1.5f;
        draw_rect_exact(s->list, r, edge, radius);
        draw_rect_exact(s->list, rect_inset(r, line), ground, radius - line);
    }
}

static void symbol_box(struct stage *s, int column, rect r, bool ahead, bool read) {
    int symbol = stage_symbol(s, column);
    float c = stage_center(s, column), k = r.h / (s->backward ? 28 : 40);
    frame(s, r, symbol < 0, ahead, read ? s->theme->panel : s->theme->stage);
    if (symbol < 0) {
        draw_text(s->list, c, r.y + r.h * (s->backward ? 0.71f : 0.675f), "0",
                  (struct text_style){FONT_MONO, (s->backward ? 15 : 20) * k, s->theme->ink3, ALIGN_CENTER});
        return;
    }
    color ink = ahead ? s->theme->ink3 : s->backward ? s->theme->ink2 : s->theme->ink1;
    float size = (s->backward ? 16 : 23) * k, baseline = r.y + r.h * (s->backward ? 0.71f : 0.7f);
    ink = stage_token_ink(s, column, ink);
    stage_token_mark(s, column, r.y + r.h);
    if (is_word(s, column))
        token_draw_fit(s->list, c, baseline, r.w - 6, read_symbol(s, column), fminf(size, WORD_TEXT),
                       FONT_MONO_SEMIBOLD, ink);
    else
        stage_symbol_draw(s, column, c, baseline, fminf(size, r.w * 0.66f), FONT_MONO_SEMIBOLD, ink);
}

// One or two features have their numbers under the tiles, where there is room.
static void numbers(struct stage *s, int column, rect r, color ink) {
    int n;
    const double *values = input_values(s, column, &n);
    float size = 12, each = r.w / (float)n;
    if (n > 2) return;
    for (int i = 0; i < n; i++)
        stage_number(s, r.x + each * ((float)i + 0.5f), r.y + r.h - 2, stage_input_tensor(s, column),
                     stage_t(s, column), i, values[i], 2,
                     (struct text_style){FONT_SANS_MEDIUM, size, ink, ALIGN_CENTER});
}

static void real_box(struct stage *s, int column, rect r, bool ahead) {
    int n = net_layer_inputs(spec_of(s, column), 0);
    float w = s->columns.width;
    bool numbered = n <= 2 && w >= 34 * (float)n && r.h >= 24;
    rect area = {stage_x(s, column) + 4, r.y, w - 8, numbered ? r.h - 14 : fminf(r.h, 26)};
    value_strip(s, column, area);
    if (numbered) numbers(s, column, (rect){stage_x(s, column), r.y, w, r.h}, ahead ? s->theme->ink3 : s->theme->ink2);
}

void stage_input_numbers(struct stage *s, int column, rect r) {
    numbers(s, column, r, s->theme->ink1);
}

void stage_input(struct stage *s, int column, bool ahead, bool read) {
    bool real = spec_of(s, column)->real_input, picture = stage_is_picture(s, column);
    float c = stage_center(s, column), room = real || picture ? 0 : stage_picture_room(s);
    float h = s->plan.token_size - room; // tokens beside pictures stay as large as ever
    float w = s->backward ? fminf(h + 2, s->columns.pitch - 8) : fminf(h, s->columns.pitch - 12);
    if (real) w = s->columns.width;
    if (is_word(s, column))
        w = fmaxf(w, fminf(token_width(s->list, read_symbol(s, column), WORD_TEXT, FONT_MONO_SEMIBOLD) + 12,
                           s->columns.pitch - 8));
    rect r = {c - w / 2, s->plan.token + room / 2, w, h};
    if (picture) r = stage_picture_place(s, column, s->plan.token, h);
    if (read) draw_rect(s->list, (rect){r.x - 4, r.y - 5, r.w + 8, r.h + 10}, s->theme->hi, 9);
    if (read) draw_rect(s->list, r, s->theme->panel, 6);
    if (picture)
        stage_picture(s, column, r, ahead);
    else if (real)
        real_box(s, column, r, ahead);
    else
        symbol_box(s, column, r, ahead, read);
    if (s->backward) return;
    input_vector(s, column, ahead);
    if (read) return;
    for (int k = 0; k < s->track_count; k++) { // up to the lowest box
        s->track = &s->tracks[k];
        if (s->track->layer != 0 || s->track->direction != 0) continue;
        float from = ahead || s->plan.one_hot <= 0 ? r.y - 2 : s->plan.one_hot - (spec_of(s, column)->embed ? 5 : 3);
        wire_draw(s->list, (point[]){{c, from}, {c, s->track->box_bottom}}, 2,
                  (struct wire_style){ahead ? s->theme->ghost : s->theme->ink2, .head = 6});
    }
}

// Of an encoder-decoder each side counts its own timesteps.
void stage_time_label(struct stage *s, int column, bool running, bool ahead) {
    char text[32];
    float width = s->columns.pitch;
    const struct stage_side *side = stage_side_of(s, column);
    const struct view_state *state = s->scene->state;
    bool chosen =
        running || (state->t == stage_t(s, column) && (s->side_count == 1 || state->encoder == side->encoder));
    enum font font = chosen ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM;
    color ink = chosen ? s->theme->ink1 : ahead ? s->theme->ink3 : s->theme->ink2;
    snprintf(text, sizeof text, "t = %d", stage_t(s, column) + 1);
    draw_text(s->list, stage_center(s, column), s->plan.t_label + 4, text,
              (struct text_style){font, width < 56 ? 13 : 14, ink, ALIGN_CENTER});
}
