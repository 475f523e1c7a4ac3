#pragma once
// The stage: the unrolled timesteps, forward and backward (mock-1, mock-2), at every level of detail, with its header
// and legends; and the narration under it. Clicking a tile selects its unit, clicking a column its timestep.

#include "scene.h"

void view_stage(struct ui *ui, rect r, const struct scene *scene);
void view_narration(struct ui *ui, rect r, const struct scene *scene);
float view_narration_height(struct ui *ui, float width, const struct scene *scene);
