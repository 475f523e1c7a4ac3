#include "cell_view.h"
#include "diagram.h"
#include "views.h"
#include <math.h>

static float mix(float a, float b, float k) {
    return a + (b - a) * k;
}

void cell_zoom(struct ui *ui, rect r, const struct scene *scene, const struct view *stage) {
    const enum cell_id cell = record_cell(scene->record)->id;
    const rect from = scene->state->stage_box, figure = cell_figure(r);
    struct diagram_ends ends;
    stage->draw(ui, r, scene);
    if (from.w <= 0 || !diagram_ends(figure, cell, DIAGRAM_FULL, &ends)) return;
    float k = scene->zoom_out ? scene->zoom : 1 - scene->zoom;
    k = k * k * (3 - 2 * k); // eases in and out
    const rect to = ends.box;
    rect box = {mix(from.x, to.x, k), mix(from.y, to.y, k), mix(from.w, to.w, k), mix(from.h, to.h, k)};
    // The figure stands to its box as it will in the end.
    float sx = box.w / to.w, sy = box.h / to.h;
    rect now = {box.x - (to.x - figure.x) * sx, box.y - (to.y - figure.y) * sy, figure.w * sx, figure.h * sy};
    draw_clip_push(ui->list, r);
    draw_rect(ui->list, r, color_alpha(ui->theme->stage, k), 0);
    draw_rect(ui->list, box, ui->theme->panel, mix(8, 18, k));
    if (k > 0.35f) diagram_draw(ui->list, ui->theme, now, cell, DIAGRAM_FULL, scene);
    draw_box(ui->list, box, color_mix(ui->theme->ink1, ui->theme->line2, k), mix(8, 18, k), mix(2, 1.5f, k));
    draw_clip_pop(ui->list);
}
