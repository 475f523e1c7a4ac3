#pragma once
// Gradient flow under the backward stage: norm of dL/da<t> from all losses and from one, the share of each loss
// (mock-2), aligned with the stage's columns; and the list "gradient at t, by loss" for the inspector.

#include "scene.h"

void view_flow(struct ui *ui, rect r, const struct scene *scene);
void view_flow_by_loss(struct ui *ui, rect r, const struct scene *scene);
int view_flow_losses(const struct scene *scene, int t); // rows of that list: the losses that come back to t
// Columns shared by stage and flow: the x of column t's box and the pitch, for a stage rectangle. Timesteps first ..
// first + count - 1 are seen. In a score (pitch under 48) the running timestep is opened: its column is lens_width
// wide.
struct stage_columns {
    float x0, pitch, width;
    int first, count;
    int lens; // timestep, or -1
    float lens_width;
};
struct stage_columns stage_columns(rect stage, int T, float scroll);           // without a lens
struct stage_columns stage_columns_for(rect stage, const struct scene *scene); // as the stage draws them
float stage_column_x(const struct stage_columns *columns, int t);              // left edge
float stage_column_center(const struct stage_columns *columns, int t);
