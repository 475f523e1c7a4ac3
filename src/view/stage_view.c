// The network unrolled in time: the stage, what happens as a sentence, and on the way back the gradient flow.

#include "flow.h"
#include "stage.h"
#include "views.h"
#include <math.h>

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    float story = view_narration_height(ui, r.w, scene);
    // In a low window the chart takes the place of the sentence, and only where it was asked for.
    bool low = r.h < 640;
    bool flow = scene_backward(scene) && scene->state->flow && scene->itemised && (!low || scene->state->flow_asked);
    rect below = {0}, text = {0};
    const struct net_spec *spec = &scene->record->layout.spec;
    bool deep = spec->layers * spec->directions > 2; // the tracks need the height
    if (flow) below = rect_cut_bottom(&r, floorf(low ? r.h * 0.36f : deep ? 176 : fmaxf(190, r.h * 0.3f)));
    if (!flow || !low) text = rect_cut_bottom(&r, story);
    view_stage(ui, r, scene);
    if (text.h > 0) view_narration(ui, text, scene);
    if (flow) view_flow(ui, below, scene);
}

const struct view view_of_stage = {
    .name = "stage",
    .title = "Unrolled in time",
    .about = "all timesteps side by side, forward and backward",
    .memory = sizeof(struct stage_memory),
    .draw = draw,
};
