// Marks on the stage's tiles: the number that the origin view is about and what it is made of; where a learner's arrays
// differ.

#include "stage_inner.h"

// In ink: thick for the number itself, thin for what it is made of.
static void mark_lit(struct stage *s, int row, int column, rect area) {
    if (s->scene->state->lit.count == 0) return;
    const struct stage_track *track = s->track;
    const char *name = record_name(stage_side_of(s, column)->record, s->backward ? RECORD_BACKWARD : RECORD_FORWARD,
                                   track->layer, track->direction, track->rows[row].slot);
    for (int unit = 0; unit < s->H; unit++) {
        enum scene_light light = scene_lit(s->scene, name, stage_t(s, column), unit);
        if (light == LIT_NOT) continue;
        strip_outline(s->list, strip_tile(area, s->H, unit), s->theme->ink2, light == LIT_NUMBER ? 2.5f : 1.5f);
    }
}

// In the colour of errors, with a sign above the one that comes first.
static void mark_homework(struct stage *s, int row, int column, rect area) {
    const struct homework *work = s->scene->homework;
    const struct stage_track *track = s->track;
    for (int k = 0; work && k < work->count; k++) {
        const struct homework_finding *f = &work->list[k];
        if (f->verdict != HOMEWORK_DIFFERS || f->t != stage_t(s, column) || f->gradient != s->backward ||
            f->slot != track->rows[row].slot || f->layer != track->layer || f->direction != track->direction ||
            stage_side_of(s, column)->encoder)
            continue;
        rect tile = strip_tile(area, s->H, f->unit);
        strip_outline(s->list, tile, s->theme->err, 2);
        if (k != work->first) continue;
        rect sign = {tile.x + tile.w / 2 - 8, tile.y - 17, 16, 16};
        draw_rect(s->list, sign, s->theme->panel, 8);
        icon_draw(s->list, ICON_WARN, sign.x, sign.y, 16, s->theme->err, 2);
    }
}

void stage_marks(struct stage *s, int row, int column, rect area) {
    mark_lit(s, row, column, area);
    mark_homework(s, row, column, area);
}
