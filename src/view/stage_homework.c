// Where a learner's arrays differ, on the stage's tiles.

#include "stage_inner.h"

// In the colour of errors, with a sign above the one that comes first.
void stage_mark_homework(struct stage *s, int row, int column, rect area) {
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
