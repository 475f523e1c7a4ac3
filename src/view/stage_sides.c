// What an encoder-decoder has on the stage beside its columns: the names of its two sides, the line between them, and
// the last states of a reverse encoder on their way to the decoder. Those of the forward direction go along its lanes.
#include "stage_inner.h"
#include <math.h>

enum { CAPTIONS = 14 };

float stage_sides_height(const struct stage *s) {
    return s->side_count > 1 ? CAPTIONS : 0;
}

void stage_captions(struct stage *s, float bottom) {
    static const char *const names[] = {"Encoder", "Decoder"}, *const does[] = {"reads the source",
                                                                                "writes the target"};
    const struct text_style name = {FONT_SANS_SEMIBOLD, 13, s->theme->ink2, ALIGN_LEFT};
    const struct text_style words = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT};
    float y = s->r.y + 54 + stage_overview_height(s);
    for (int k = 0; s->side_count > 1 && k < 2; k++) {
        const struct stage_side *side = &s->sides[k];
        int first = side->first > s->columns.first ? side->first : s->columns.first, last = side->first + side->T - 1;
        if (last >= stage_end(s)) last = stage_end(s) - 1;
        if (last < first) continue;
        float x = stage_x(s, first), right = stage_x(s, last) + s->columns.pitch;
        float used = draw_text_fit(s->list, x, y, right - x, names[k], name) + 7;
        if (used + text_width(s->list, does[k], words) <= right - x) draw_text(s->list, x + used, y, does[k], words);
        if (k == 1 && first == side->first && first > s->columns.first)
            draw_vline(s->list, roundf(x - s->columns.split_gap / 2 - stage_gap(s) / 2) - 1, y - 10, bottom,
                       s->theme->line);
    }
}

// From the reverse direction's last state, which is that of the first column, over the boxes of its track and down to
// the lanes of the decoder, where both directions are added.
static int path(struct stage *s, point *p) {
    const struct stage_track *track = s->track, *forward = s->track + 1;
    int column = s->sides[0].first, first = s->sides[1].first;
    float x = stage_seen(s, column) ? stage_riser(s, column) : s->columns.x0 - 12, over = track->box_top - 5;
    float down = stage_x(s, first) - 11;
    p[0] = (point){x, track->rows[track->row_a].y};
    p[1] = (point){x, over};
    p[2] = (point){down, over};
    p[3] = (point){down, forward->rows[forward->row_in].y};
    return 4;
}

static bool known(struct stage *s) {
    int column = s->sides[0].first;
    return s->backward ? stage_has_from_future(s, column) : stage_has(s, s->track->row_a, column);
}

void stage_hand_over(struct stage *s) {
    for (int k = 0; s->side_count > 1 && k < s->track_count; k++) {
        s->track = &s->tracks[k];
        if (s->track->direction != 1 || !stage_seen(s, s->sides[1].first)) continue;
        const struct stage_track *forward = s->track + 1;
        const struct step *step = s->step;
        point p[STAGE_PATH];
        int n = path(s, p);
        bool runs = step && step->kind == STEP_HAND_OVER && step->layer == s->track->layer && s->focus.running;
        color ink = !known(s)     ? s->theme->ghost
                    : s->backward ? s->theme->grad_f
                    : runs        ? s->theme->on_hi
                                  : s->theme->ink2;
        if (runs) wire_marker(s->list, p, n, s->theme->hi, 11, 10, s->marker);
        wire_draw(s->list, p, n, (struct wire_style){ink, .head = -1, .corner = 7});
        if (s->backward) wire_head(s->list, (point){p[0].x, p[0].y}, 0, 1, 6, ink);
        for (int i = 0; i < forward->row_count; i++)
            if (forward->rows[i].lane || i == forward->row_in)
                wire_plus(s->list, (point){p[3].x, forward->rows[i].y}, 5, ink, runs ? s->theme->hi : s->theme->panel);
    }
}
