// The overview: all columns in a strip of 40 px, above whatever part of them is in the window; to be dragged and
// clicked. And the ramp of colours that it shares with the score.
#include "stage_inner.h"
#include <math.h>

enum { OVERVIEW = 40, BELOW = 12, LINES = 8 };

float stage_overview_height(const struct stage *s) {
    return s->columns.count < s->T ? OVERVIEW + BELOW : 0;
}

// --- colours ---

void stage_make_ramps(struct stage *s) {
    for (int kind = STRIP_VALUE; kind <= STRIP_GRADIENT; kind++)
        strip_make_ramp(s->theme, (enum strip_kind)kind, s->ramp[kind]);
}

color stage_value_ink(const struct stage *s, float v) {
    return stage_ink(s, &(struct stage_row){.kind = STRIP_VALUE, .scale = 1}, v);
}

color stage_ink(const struct stage *s, const struct stage_row *row, float v) {
    if (!isfinite(v)) return s->theme->err;
    if (row->kind == STRIP_GRADIENT) v = copysignf(gradient_length(v), v);
    if (row->kind == STRIP_VALUE) v /= row->scale;
    return s->ramp[row->kind][STRIP_RAMP + (int)lroundf(STRIP_RAMP * fminf(1, fmaxf(-1, v)))];
}

// --- the strip ---

// The activation of the track that is shown, averaged over the columns that share 2 px.
static void map(struct stage *s, rect r) {
    const struct stage_row *a = &s->track->rows[s->track->row_a];
    int places = (int)(r.w / 2) < s->T ? (int)(r.w / 2) : s->T, lines = s->H < LINES ? s->H : LINES;
    float h = r.h / (float)lines, w = r.w / (float)places;
    for (int k = 0; k < places; k++) {
        int from = (int)((long)k * s->T / places), to = (int)((long)(k + 1) * s->T / places);
        double sums[LINES] = {0};
        int counted = 0;
        for (int column = from; column < to; column++) {
            if (!stage_exists(s, column) || !stage_has(s, s->track->row_a, column)) continue;
            const double *values = stage_values(s, s->track->row_a, column);
            for (int line = 0; line < lines; line++)
                for (int i = line * s->H / lines; i < (line + 1) * s->H / lines; i++)
                    sums[line] += values[i];
            counted++;
        }
        for (int line = 0; counted && line < lines; line++) {
            int units = (line + 1) * s->H / lines - line * s->H / lines;
            float mean = (float)(sums[line] / (double)(counted * units));
            draw_rect(s->list, (rect){r.x + (float)k * w, r.y + (float)line * h, w, h}, stage_ink(s, a, mean), 0);
        }
    }
}

void stage_overview(struct stage *s) {
    if (s->columns.count >= s->T) return;
    const rect r = {s->columns.x0, s->r.y + 46, s->r.x + s->r.w - 10 - s->columns.x0, OVERVIEW};
    struct view_state *state = s->scene->state;
    ui_id id = ui_make_id(s->ui, "overview");
    struct ui_result result = ui_control(s->ui, id, rect_inset(r, -4), true);
    float most = (float)(s->T - s->columns.count), by = fmaxf(1, floorf((float)s->columns.count / 2));
    if (result.held && s->ui->pointer_inside)
        state->scroll = (s->ui->pointer.x - r.x) / r.w * (float)s->T - (float)s->columns.count / 2;
    if (result.focused && ui_take_key(s->ui, KEY_LEFT, 0)) state->scroll -= by;
    if (result.focused && ui_take_key(s->ui, KEY_RIGHT, 0)) state->scroll += by;
    state->scroll = fminf(most, fmaxf(0, state->scroll));
    if (result.held || result.focused) s->ui->animating |= (int)state->scroll != s->columns.first;
    s->track = &s->tracks[s->shown];
    draw_rect(s->list, r, s->theme->sunk, 2);
    map(s, r);
    float x = r.x + r.w * (float)s->columns.first / (float)s->T, w = r.w * (float)s->columns.count / (float)s->T;
    draw_box(s->list, (rect){x - 1, r.y - 3, w + 2, r.h + 6}, s->theme->ink1, 4, 2);
    float now = r.x + r.w * ((float)s->t + 0.5f) / (float)s->T;
    draw_rect(s->list, (rect){now - 2, r.y - 6, 4, r.h + 12}, s->theme->hi, 2);
    draw_box(s->list, (rect){now - 2, r.y - 6, 4, r.h + 12}, s->theme->ink1, 2, 1);
    if (result.held || result.hovered) s->ui->cursor = CURSOR_RESIZE_H;
    ui_focus_ring(s->ui, id, rect_inset(r, -4), 5);
}
