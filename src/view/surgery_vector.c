// The comparison's vector, timestep by timestep, and y-hat at the selected one.

#include "surgery_effect.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

// --- one vector ---

static const double *values_of(const struct effect *e, const struct record *record, int t) {
    return tape_value(record->tape, e->layer, e->direction, e->slot, t);
}

static double largest_difference(const struct effect *e, double *room) {
    double most = 0;
    for (int t = e->first; t < e->first + e->count; t++) {
        record_difference(e->after, e->before, false, e->layer, e->direction, e->slot, t, room);
        for (int i = 0; i < record_H(e->after); i++)
            most = fmax(most, fabs(room[i]));
    }
    return most;
}

enum strip_line { LINE_BEFORE, LINE_AFTER, LINE_DIFFERENCE };

static void strips(struct effect *e, rect r, enum strip_line what, float scale) {
    const struct cell_slot *slot = &e->s->cell->slots[e->slot];
    int H = record_H(e->after);
    double difference[NET_MAX_HIDDEN];
    bool gate = slot->role == SLOT_GATE && what != LINE_DIFFERENCE;
    struct strip_style style = strip_style_default(gate ? STRIP_GATE : STRIP_VALUE, 0, 0, 0);
    style.max = scale;
    style.sign_marks = e->s->scene->state->sign_marks;
    const char *name = record_name(e->after, RECORD_FORWARD, e->layer, e->direction, e->slot);
    float gap = e->pitch >= 20 ? 6 : e->pitch >= 8 ? 1 : 0, width = fminf(78, e->pitch - gap);
    int unit = e->s->scene->state->unit;
    for (int t = e->first; t < e->first + e->count; t++) {
        rect area = {effect_x(e, t) + (e->pitch - width) / 2, r.y, width, r.h};
        const double *values = values_of(e, what == LINE_BEFORE ? e->before : e->after, t);
        if (what == LINE_DIFFERENCE) {
            record_difference(e->after, e->before, false, e->layer, e->direction, e->slot, t, difference);
            values = difference;
        }
        bool asked = false;
        for (int i = 0; e->s->scene->hidden_count && i < H; i++)
            asked |= effect_hides(e, name, t, i);
        strip_block(e->list, e->theme, area, asked ? NULL : values, H, &style);
        if (unit >= 0 && unit < H && width >= 30 && t == e->t)
            strip_outline(e->list, strip_tile(area, H, unit), e->theme->ink1, 2);
    }
}

static void vector_caption(struct effect *e, rect r) {
    const struct cell_slot *slot = &e->s->cell->slots[e->slot];
    char markup[96], words[96];
    struct text_style quiet = effect_text(FONT_SANS_MEDIUM, 13, e->theme->ink3, ALIGN_LEFT);
    label_slot(markup, sizeof markup, e->s->cell, e->slot, LABEL_SYMBOLIC, LABEL_NO_UNIT, e->s->label);
    float x = r.x, y = r.y + 16;
    x += math_draw(e->list, e->theme, x, y, markup, 16, e->theme->ink1, ALIGN_LEFT) + 8;
    int n = snprintf(words, sizeof words, "%s", slot->title);
    if (e->after->layout.spec.layers > 1)
        n += snprintf(words + n, sizeof words - (size_t)n, ", layer %d", e->layer + 1);
    if (e->after->layout.spec.directions > 1)
        snprintf(words + n, sizeof words - (size_t)n, e->direction ? ", backward" : ", forward");
    int unit = e->s->memory->draft.unit;
    if (unit < 0 || !edit_holds(&e->s->memory->draft)) unit = e->s->scene->state->unit;
    x += draw_text_fit(e->list, x, y, r.w * 0.5f, words, quiet) + 16;
    if (unit < 0 || unit >= record_H(e->after)) return;
    const char *name = record_name(e->after, RECORD_FORWARD, e->layer, e->direction, e->slot);
    double before = values_of(e, e->before, e->t)[unit], after = values_of(e, e->after, e->t)[unit];
    snprintf(words, sizeof words, "unit %d, t = %d:", unit + 1, e->t + 1);
    float width = effect_change_width(e, before, after, 14) + text_width(e->list, words, quiet) + 8;
    float at = r.x + r.w - width;
    if (at < x) return;
    at += draw_text(e->list, at, y, words, quiet) + 8;
    effect_change(e, at, y, name, e->t, unit, before, after, 14);
}

void effect_vector(struct effect *e, rect r) {
    static const char *const words[] = {"before", "after", "change"};
    double room[NET_MAX_HIDDEN];
    vector_caption(e, rect_cut_top(&r, CAPTION));
    float scale = fmaxf(scene_row_scale(e->before, e->layer, e->direction, e->slot),
                        scene_row_scale(e->after, e->layer, e->direction, e->slot));
    double most = e->edited ? largest_difference(e, room) : 0;
    int lines = e->edited ? 3 : 1;
    float height = (r.h - 4 * (float)(lines - 1)) / (float)lines;
    height = fminf(height, 63);
    for (int k = 0; k < lines; k++) {
        enum strip_line what = e->edited ? (enum strip_line)k : LINE_AFTER;
        rect row = {r.x, r.y + (float)k * (height + 4), r.w, height};
        double shown = what == LINE_DIFFERENCE ? edit_round_up(most) : (double)scale;
        struct text_style style = effect_text(FONT_SANS_MEDIUM, 12, e->theme->ink3, ALIGN_RIGHT);
        bool noted = shown != 1 && height >= 24 && (e->s->cell->slots[e->slot].role != SLOT_GATE || k == 2);
        if (e->edited) draw_text(e->list, e->x0 - 10, row.y + height / 2 + (noted ? -1 : 4), words[what], style);
        if (noted && (what != LINE_DIFFERENCE || most > 0)) {
            char text[32];
            snprintf(text, sizeof text, "\u00B1%.3g", shown);
            style.size = 11;
            draw_text(e->list, e->x0 - 10, row.y + height / 2 + (e->edited ? 12 : 4), text, style);
        }
        strips(e, row, what, (float)shown);
    }
}

// --- y-hat at the selected timestep ---

// The outputs that matter most: the largest of either record, the targets of both among them.
static int top_outputs(const struct effect *e, int *out, int most) {
    const double *a = tape_y_hat(e->before->tape, e->answer), *b = tape_y_hat(e->after->tape, e->answer);
    int O = e->after->layout.spec.outputs, found = 0;
    for (int i = 0; i < O; i++) {
        double size = fmax(fabs(a[i]), fabs(b[i]));
        int k = found < most ? found++ : most;
        while (k > 0 && !(fmax(fabs(a[out[k - 1]]), fabs(b[out[k - 1]])) >= size)) {
            if (k < most) out[k] = out[k - 1];
            k--;
        }
        if (k < most) out[k] = i;
    }
    if (e->s->spec->output != OUTPUT_SOFTMAX || found == 0) return found;
    for (int which = 0; which < 2; which++) {
        int target = (which ? e->after : e->before)->example.target[e->answer];
        bool there = target < 0;
        for (int k = 0; k < found; k++)
            there |= out[k] == target;
        if (!there) out[found - 1 - which] = target;
    }
    return found;
}

static void output_row(struct effect *e, rect r, int output, double most) {
    bool softmax = e->s->spec->output == OUTPUT_SOFTMAX;
    bool target = softmax && e->after->example.target[e->answer] == output;
    double before = tape_y_hat(e->before->tape, e->answer)[output],
           after = tape_y_hat(e->after->tape, e->answer)[output];
    rect chip = {r.x, r.y + 1, 22, r.h - 2};
    if (target) draw_rect(e->list, chip, e->theme->ink1, 4);
    color ink = target ? e->theme->panel : e->theme->ink2;
    if (softmax)
        token_draw(e->list, chip.x + 11, r.y + 16, record_answer(e->after, output), 14,
                   target ? FONT_MONO_SEMIBOLD : FONT_MONO, ink);
    else
        draw_text_fit(e->list, r.x, r.y + 16, 30, record_answer(e->after, output),
                      effect_text(FONT_SANS_MEDIUM, 13, ink, ALIGN_LEFT));
    struct text_style style = effect_text(FONT_SANS_MEDIUM, 13, e->theme->ink2, ALIGN_RIGHT);
    float numbers = e->edited ? 92 : 44;
    rect track = {r.x + 32, r.y + 3, r.w - 32 - numbers, r.h - 6};
    bool asked = effect_hides(e, "forward/y_hat", e->answer, output);
    float k = asked || !(most > 0) ? 0 : track.w / (float)most, half = e->edited ? track.h / 2 : track.h;
    if (e->edited) {
        draw_rect_exact(e->list, (rect){track.x, track.y, fmaxf(1, k * (float)fabs(before)), half - 1}, e->theme->m_a,
                        1);
        effect_number(e, r.x + r.w - 48, r.y + 16, true, "forward/y_hat", e->answer, output, before, 2, style);
    }
    draw_rect_exact(e->list, (rect){track.x, track.y + track.h - half, fmaxf(1, k * (float)fabs(after)), half},
                    e->theme->m_b, 1);
    style.font = FONT_SANS_SEMIBOLD;
    style.color = e->theme->ink1;
    effect_number(e, r.x + r.w, r.y + 16, false, "forward/y_hat", e->answer, output, after, 2, style);
}

void effect_outputs(struct effect *e, rect r) {
    char markup[96];
    int shown[Y_ROWS], rows = (int)((r.h - 46) / Y_ROW);
    if (rows < 1) return;
    label_output(markup, sizeof markup, "\\hat{y}", e->answer, e->s->label);
    math_draw(e->list, e->theme, r.x, r.y + 16, markup, 17, e->theme->ink1, ALIGN_LEFT);
    struct text_style quiet = effect_text(FONT_SANS_MEDIUM, 12, e->theme->ink3, ALIGN_RIGHT);
    if (e->edited) {
        draw_text(e->list, r.x + r.w - 48, r.y + 16, "before", quiet);
        draw_text(e->list, r.x + r.w, r.y + 16, "after", quiet);
    }
    rows = top_outputs(e, shown, rows < Y_ROWS ? rows : Y_ROWS);
    double most = 0;
    for (int k = 0; k < rows; k++)
        most = fmax(most, fmax(fabs(tape_y_hat(e->before->tape, e->answer)[shown[k]]),
                               fabs(tape_y_hat(e->after->tape, e->answer)[shown[k]])));
    for (int k = 0; k < rows; k++)
        output_row(e, (rect){r.x, r.y + 28 + Y_ROW * (float)k, r.w, Y_ROW}, shown[k], most);
    if (e->s->spec->output != OUTPUT_SOFTMAX) return;
    draw_text(e->list, r.x, r.y + 28 + Y_ROW * (float)rows + 16, "filled: the target",
              effect_text(FONT_SANS_MEDIUM, 12, e->theme->ink3, ALIGN_LEFT));
}
