#pragma once
// The stage: the unrolled timesteps, forward and backward (mock-1, mock-2), at every level of detail, with its header
// and legends; and the narration under it. All layers and directions stand over one another; the one that runs, or the
// one that was chosen (view_state.place_pinned), is drawn in full. Clicking a tile selects its unit, clicking a
// column its timestep, clicking another layer shows that one in full. The wheel zooms, dragging pans.

#include "scene.h"

// What the stage keeps from frame to frame (scene.memory; NULL: nothing is kept).
struct stage_memory {
    bool cursor; // a tile has the keyboard: its column, track, slot and unit
    int column, layer, direction, slot, unit;
    bool dragging; // the pointer pans: where it was pressed, and the scroll then
    float drag_x, drag_scroll;
};

void view_stage(struct ui *ui, rect r, const struct scene *scene);
void view_narration(struct ui *ui, rect r, const struct scene *scene);
float view_narration_height(struct ui *ui, float width, const struct scene *scene);
