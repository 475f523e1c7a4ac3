#pragma once
// Gradient flow under the backward stage: norm of dL/da<t> from all losses and from one, the share of each loss
// (mock-2), aligned with the stage's columns; and the list "gradient at t, by loss" for the inspector.

#include "scene.h"

void view_flow(struct ui *ui, rect r, const struct scene *scene);
void view_flow_by_loss(struct ui *ui, rect r, const struct scene *scene);
// Columns shared by stage and flow: the x of a column's box and the pitch, for a stage rectangle. A column is a
// timestep; of an encoder-decoder first those of the encoder. Columns first .. first + count - 1 are seen. In a score
// (level under 48) the timestep that is looked at is opened: its column is lens_width wide.
struct stage_columns {
    float x0, pitch, width;
    float level; // the pitch by which the level of detail is chosen
    int first, count, all;
    int lens; // column, or -1
    float lens_width;
    int split; // first column of the decoder, which stands apart by split_gap; 0 = none
    float split_gap;
};
struct stage_columns stage_columns_for(rect stage, const struct scene *scene); // moves view_state.scroll to the cursor
// The same with the timesteps of the side that is looked at in place of columns.
struct stage_columns stage_columns_here(rect stage, const struct scene *scene);
int stage_column_of(const struct scene *scene, bool encoder, int t);
float stage_column_x(const struct stage_columns *columns, int column); // left edge
float stage_column_center(const struct stage_columns *columns, int column);
