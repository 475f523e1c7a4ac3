// Parts that both figures of the stage are made of: strips, rings, labels, tokens, predictions, legends.
#include "stage_inner.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

// The box of a column: the opened one of a score stands a little inside its place.
static rect column_box(const struct stage *s, int column) {
    float x = stage_x(s, column);
    if (s->detail == STAGE_SCORE && column == s->columns.lens) return (rect){x + 5, 0, 72, 0};
    return (rect){x, 0, s->columns.width, 0};
}

// The strip keeps 63 px in a full column; the narrowest compact one leaves 34 (tiles of 3.4 px).
rect stage_strip_area(const struct stage *s, int row, int column) {
    rect box = column_box(s, column);
    float w = box.w - (s->detail == STAGE_COMPACT ? 7 : 9), h = s->track->rows[row].height;
    return (rect){box.x + (box.w - w) / 2, s->track->rows[row].y - h / 2, w, h};
}

// --- strips ---

// Puts the k-th smallest of values[low .. high - 1] in its place, smaller ones before it, larger ones behind.
static void put_kth(double *values, int low, int high, int k) {
    while (high - low > 1) {
        double pivot = values[low + (high - low) / 2];
        int i = low, j = high - 1;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i > j) break;
            double swap = values[i];
            values[i++] = values[j];
            values[j--] = swap;
        }
        if (k > j && k < i) return;
        if (k <= j)
            high = j + 1;
        else
            low = i;
    }
}

// Too many units for the height: a line from the least to the largest, a box for the middle half, a mark at
// the median.
static void summary_band(const struct stage *s, const struct stage_row *row, rect area, const double *values) {
    double sorted[NET_MAX_HIDDEN]; // as far as the five marks need it
    int n = 0;
    for (int i = 0; i < s->H && i < NET_MAX_HIDDEN; i++)
        if (isfinite(values[i])) sorted[n++] = values[i];
    if (!n) return;
    for (int k = 0; k <= 4; k++)
        put_kth(sorted, k > 0 ? (n - 1) * (k - 1) / 4 : 0, n, (n - 1) * k / 4);
    float at[5], low = row->kind == STRIP_GATE ? 0 : -1;
    double largest = fmax(fabs(sorted[0]), fabs(sorted[n - 1]));
    double scale = row->kind == STRIP_GRADIENT ? (largest > 0 ? largest : 1) : row->scale;
    for (int k = 0; k < 5; k++) {
        float v = (float)(sorted[(n - 1) * k / 4] / scale);
        at[k] = area.x + area.w * (fminf(1, fmaxf(low, v)) - low) / (1 - low);
    }
    float y = area.y + area.h / 2;
    color ink = row->kind == STRIP_GRADIENT ? s->theme->gr_p : s->theme->ink3;
    draw_rect(s->list, (rect){area.x, y - 7, area.w, 14}, s->theme->sunk, 1.5f);
    draw_rect_exact(s->list, (rect){at[0], y - 1, at[4] - at[0], 2}, ink, 0);
    draw_rect_exact(s->list, (rect){at[1], y - 5, fmaxf(1, at[3] - at[1]), 10}, ink, 1);
    draw_rect_exact(s->list, (rect){at[2] - 1, y - 7, 2, 14}, s->theme->ink1, 0);
    if (low < 0) draw_rect(s->list, (rect){area.x + area.w / 2, y - 7, 1, 14}, s->theme->line2, 0);
}

void stage_question(struct stage *s, rect r, float size) {
    draw_rect(s->list, r, s->theme->panel, 2);
    draw_box_dashed(s->list, r, s->theme->ink2, 2, 1, 3, 2);
    draw_text(s->list, r.x + r.w / 2, r.y + r.h / 2 + size * 0.36f, "?",
              (struct text_style){FONT_SANS_SEMIBOLD, size, s->theme->ink1, ALIGN_CENTER});
}

static void hide_units(struct stage *s, int row, int column, rect area) {
    if (!s->scene->hidden_count) return;
    const char *tensor = stage_tensor(s, s->track, s->track->rows[row].slot, column);
    int t = stage_t(s, column);
    for (int i = 0; i < s->H; i++)
        if (scene_is_hidden(s->scene, tensor, t, i)) stage_question(s, strip_tile(area, s->H, i), 10);
}

void stage_find(struct stage *s, int column, int slot, int unit, rect tile) {
    s->found_column = column;
    s->found_track = s->track;
    s->found_slot = slot;
    s->found_unit = unit;
    s->found_grad = s->backward && slot != s->cell->input;
    s->found_tile = tile;
}

// The tile that the pointer is on, or the keyboard.
static void track_hover(struct stage *s, int row, int column, rect area) {
    const struct stage_memory *at = s->memory;
    const struct stage_track *track = s->track;
    if (track->rows[row].band) return;
    int unit = s->hovered ? strip_hit(area, s->H, s->ui->pointer) : -1;
    bool keys = s->keys && at->column == column && at->layer == track->layer && at->direction == track->direction &&
                at->slot == track->rows[row].slot && at->unit < s->H;
    if (keys) {
        unit = at->unit;
        draw_box(s->list, rect_inset(area, -4), s->theme->ink1, 5, 2); // the focus ring of a row of tiles
    }
    if (unit >= 0) stage_find(s, column, track->rows[row].slot, unit, strip_tile(area, s->H, unit));
}

void stage_strip(struct stage *s, int row, int column, bool running, const color *cover) {
    const struct stage_row *about = &s->track->rows[row];
    rect area = stage_strip_area(s, row, column);
    bool known = stage_has(s, row, column);
    if (cover) draw_rect(s->list, rect_inset(area, -1), *cover, 3);
    struct strip_style style = strip_style_default(known ? about->kind : STRIP_GHOST, 0, 0, 0);
    style.max = about->scale;
    style.ramp = s->ramp[about->kind];
    style.sign_marks = s->scene->state->sign_marks;
    if (running && (s->track->focus.result[row] || s->scene->slide != 0)) style.fill = s->fill;
    if (cover && !known) style.ghost_fill = *cover;
    const double *values = known ? stage_values(s, row, column) : NULL;
    if (about->band && known)
        summary_band(s, about, area, values);
    else if (about->band)
        draw_box(s->list, (rect){area.x, about->y - 7, area.w, 14}, s->theme->ghost, 1.5f, 1);
    else
        strip_block(s->list, s->theme, area, values, s->H, &style);
    stage_edit_marks(s, row, column, area);
    if (!known || about->band) return;
    if (s->unit >= 0) {
        rect tile = strip_tile(area, s->H, s->unit);
        bool here = column == s->t;
        float out = here ? 1.5f : 1;
        if (tile.w >= 3)
            draw_box(s->list, rect_inset(tile, -out), here ? s->theme->ink1 : s->theme->ink3, here ? 2.5f : 2,
                     here ? 2 : 1);
    }
    hide_units(s, row, column, area);
    stage_mark_homework(s, row, column, area);
    track_hover(s, row, column, area);
}

void stage_each(struct stage *s, void (*draw)(struct stage *s, int column)) {
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        for (int column = s->columns.first; column < stage_end(s); column++)
            if (stage_exists(s, column)) draw(s, column);
    }
}

void stage_ring(struct stage *s, int row, int column) {
    rect box = column_box(s, column);
    float half = s->track->rows[row].height / 2, x = box.x, w = box.w;
    float y = s->track->rows[row].y;
    float in = stage_runs(s, column) ? 2 : 0.5f,
          out = s->track->form == TRACK_FULL ? 5 : 3; // the running box keeps its own frame
    draw_rect(s->list, (rect){x + in, y - half - out, w - 2 * in, 2 * (half + out)}, s->theme->hi, 6);
    draw_rect(s->list, (rect){x + 3, y - half - 1.5f, w - 6, 2 * half + 3}, s->theme->panel, 3);
}

// --- labels ---

void stage_slot_label(const struct stage *s, const struct stage_track *track, int slot, int t, int unit, char *out,
                      size_t size) {
    struct label_style style = {s->scene->state->notation, true};
    if (s->backward && slot != s->cell->input)
        label_grad_of(out, size, s->record, track->layer, s->directions > 1 ? track->direction : -1, slot, t, unit,
                      style);
    else
        label_slot_of(out, size, s->record, track->layer, s->directions > 1 ? track->direction : -1, slot, t, unit,
                      style);
}

void stage_side_label(struct stage *s, const char *markup, float y, float size) {
    float right = s->columns.x0 - 23, room = right - s->r.x - 2;
    struct math_box box = math_measure(s->list, markup, size);
    if (box.width > fminf(room, 49)) size *= fmaxf(0.6f, fminf(room, 49) / box.width);
    math_draw(s->list, s->theme, right, y + size * 0.32f, markup, size, s->theme->ink1, ALIGN_RIGHT);
}

// Under its label; where the next row is too near, beside it, over the lane.
static void scale_note(struct stage *s, const struct stage_row *row, float apart) {
    if (row->scale == 1 || row->kind != STRIP_VALUE) return;
    char text[24];
    snprintf(text, sizeof text, "\u00B1%g", (double)row->scale);
    bool subscript = s->cell->slots[row->slot].symbol[s->scene->state->notation].sub[0] != 0;
    float below = row->lane || subscript ? 25 : 18;
    bool under = apart > below + 13;
    if (!under && apart < 24) return;          // the labels leave it no room
    float beside = s->directions > 1 ? 13 : 3; // left of the wires past the box
    draw_text(s->list, s->columns.x0 - (under ? 25 : beside), row->y + (under ? below : 11), text,
              (struct text_style){FONT_SANS_MEDIUM, under ? 11 : 9.5f, s->theme->ink3, ALIGN_RIGHT});
}

void stage_row_label(struct stage *s, int row) {
    char markup[STAGE_LABEL];
    int slot = s->track->rows[row].slot;
    stage_slot_label(s, s->track, slot, LABEL_SYMBOLIC, LABEL_NO_UNIT, markup, sizeof markup);
    float size = s->backward && !s->track->rows[row].state ? 17 : 19, apart = 1000;
    for (int k = 0; k < s->track_count; k++) // smaller where rows are close
        for (int i = 0; i < s->tracks[k].row_count; i++)
            if (&s->tracks[k] != s->track || i != row)
                apart = fminf(apart, fabsf(s->tracks[k].rows[i].y - s->track->rows[row].y));
    stage_side_label(s, markup, s->track->rows[row].y, fminf(size, fmaxf(10, apart * 0.62f)));
    if (s->track->form == TRACK_FULL) scale_note(s, &s->track->rows[row], apart);
}

void stage_labels(struct stage *s) {
    char markup[STAGE_LABEL];
    const struct stage_plan *plan = &s->plan;
    struct label_style style = {s->scene->state->notation, true};
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, plan->loss, 19);
    label_output(markup, sizeof markup, "\\hat{y}", LABEL_SYMBOLIC, style);
    bool numbers = s->record->layout.spec.output != OUTPUT_SOFTMAX && plan->y_hat_rows == 0;
    float high = plan->y_hat_bottom - plan->y_hat, middle = high * 0.5f - (s->backward ? 0 : 4);
    stage_side_label(s, markup, plan->y_hat + (numbers ? high * 0.25f : fminf(46, middle)), numbers ? 16 : 19);
    if (numbers) { // what was asked for, under it
        label_output(markup, sizeof markup, "y", LABEL_SYMBOLIC, style);
        stage_side_label(s, markup, plan->y_hat + high * 0.75f, 16);
    }
    for (int k = 0; k < s->track_count; k++) {
        s->track = &s->tracks[k];
        for (int i = 0; i < s->track->row_count; i++)
            stage_row_label(s, i);
    }
    label_output(markup, sizeof markup, "x", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, plan->token + plan->token_size / 2, 19);
    if (plan->one_hot <= 0 || s->sides[0].record->layout.spec.embed == 0) return;
    label_output(markup, sizeof markup, "e", LABEL_SYMBOLIC, style);
    stage_side_label(s, markup, plan->one_hot + 4, 16);
}

// --- ground ---

// The band of the memory: firm as far as the walk has come, pale from there on.
void stage_belt(struct stage *s) {
    if (s->track->row_c < 0) return;
    int first = s->columns.first, end = stage_end(s), reached[2] = {end, first - 1}, last = first;
    for (int column = first; column < end; column++) {
        if (!stage_exists(s, column)) continue;
        last = column;
        if (stage_state(s, column) == COLUMN_AHEAD) continue;
        reached[0] = column < reached[0] ? column : reached[0];
        reached[1] = column;
    }
    if (!stage_exists(s, first)) return;
    float half = stage_belt_half(s), y = s->track->rows[s->track->row_c].y - half, w = s->columns.width;
    float left = s->backward ? s->columns.x0 + 8 : s->columns.x0;
    float right = fminf(stage_x(s, last) + w + (s->backward ? 0 : 10), s->r.x + s->r.w - 12);
    draw_rect(s->list, (rect){left, y, right - left, 2 * half}, color_mix(s->theme->stage, s->theme->belt, 0.45f), 0);
    if (reached[1] < reached[0]) return;
    float from = reached[0] == first ? left : stage_x(s, reached[0]) - fminf(18, stage_gap(s));
    float to = reached[1] == last ? right : stage_x(s, reached[1]) + 4;
    draw_rect(s->list, (rect){from, y, to - from, 2 * half}, s->theme->belt, 0);
}

void stage_box(struct stage *s, int column) {
    const struct theme *theme = s->theme;
    const struct stage_track *track = s->track;
    float top = track->box_top, radius = track->form == TRACK_FULL ? 8 : 5;
    rect r = {stage_x(s, column), top, s->columns.width, track->box_bottom - top};
    if (stage_state(s, column) == COLUMN_AHEAD) {
        draw_box_dashed(s->list, r, theme->ghost, radius, 1, 4, 4);
        return;
    }
    bool run = stage_runs(s, column) && s->scene->slide == 0; // a frame on its way is drawn last
    float in = run ? 2 : 1, half = stage_belt_half(s);
    draw_rect(s->list, r, theme->panel, radius);
    if (track->row_c >= 0)
        draw_rect(s->list, (rect){r.x + in, track->rows[track->row_c].y - half, r.w - 2 * in, 2 * half}, theme->belt,
                  0);
    draw_box(s->list, r, run ? theme->ink1 : theme->line2, radius, in);
}

// --- numbers ---

bool stage_number(struct stage *s, float x, float baseline, const char *tensor, int row, int column, double value,
                  int digits, struct text_style style) {
    style.align = ALIGN_CENTER;
    if (scene_is_hidden(s->scene, tensor, row, column)) {
        stage_question(s, (rect){x - 14, baseline - style.size * 0.36f - 11, 28, 22}, 14);
        return false;
    }
    draw_value(s->list, x, baseline, (struct source){tensor, row, column, value}, digits, false, style);
    return true;
}

// --- legends ---

void stage_legend_values(struct stage *s, float x, float y, bool gates) {
    struct draw_list *list = s->list;
    struct text_style name = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT}, end = name;
    end.size = 12;
    draw_text(list, x, y + 4.5f, "value", name);
    x += 44;
    draw_text(list, x, y + 4.5f, "\u22121", end);
    x += 20;
    double steps[9], levels[5] = {0.02, 0.25, 0.5, 0.75, 1};
    for (int k = 0; k < 9; k++)
        steps[k] = -1 + k / 4.0;
    struct strip_style tiles = strip_style_default(STRIP_VALUE, 8, 1, 14);
    tiles.sign_marks = s->scene->state->sign_marks;
    strip_draw(list, s->theme, x, y - 7, steps, 9, &tiles);
    x += 88;
    draw_text(list, x, y + 4.5f, "1", end);
    if (!gates) return;
    x += 28;
    draw_text(list, x, y + 4.5f, "gate", name);
    x += 38;
    draw_text(list, x, y + 4.5f, "0", end);
    x += 13;
    struct strip_style vessels = strip_style_default(STRIP_GATE, 8, 1, 14);
    strip_draw(list, s->theme, x, y - 7, levels, 5, &vessels);
    x += 52;
    draw_text(list, x, y + 4.5f, "1", end);
}

float stage_legend_gradient(struct stage *s, float x, float y, bool with_length, bool draw) {
    struct draw_list *list = s->list;
    struct text_style name = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT};
    struct text_style small = {FONT_SANS_MEDIUM, 12, s->theme->ink3, ALIGN_LEFT};
    struct text_style sign = {FONT_SANS_SEMIBOLD, 14, s->theme->ink2, ALIGN_RIGHT};
    const double minus[] = {-10, -0.3, -0.01}, plus[] = {0.01, 0.3, 10};
    float start = x;
    struct strip_style pills = strip_style_default(STRIP_GRADIENT, 8, 4, 24);
    pills.sign_marks = s->scene->state->sign_marks;
    if (draw) draw_text(list, x, y + 4.5f, "gradient", name);
    x += 82;
    if (draw) {
        draw_text(list, x - 8, y + 5, "\u2212", sign);
        strip_draw(list, s->theme, x, y - 12, minus, 3, &pills);
    }
    x += 40;
    if (draw) {
        strip_draw(list, s->theme, x, y - 12, plus, 3, &pills);
        sign.align = ALIGN_LEFT;
        draw_text(list, x + 40, y + 5, "+", sign);
    }
    x += 40 + 10;
    if (!with_length) return x - start;
    x += 16;
    if (draw) draw_text(list, x, y + 4.5f, "length: 10", small);
    x += text_width(list, "length: 10", small) + 1;
    struct text_style exponent = {FONT_SANS_MEDIUM, 9.5f, s->theme->ink3, ALIGN_LEFT};
    if (draw) draw_text(list, x, y, "\u22123", exponent);
    x += 16;
    if (draw) draw_text(list, x, y + 4.5f, "to 10", small);
    return x + text_width(list, "to 10", small) - start;
}
