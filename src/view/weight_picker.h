#pragma once
// Choosing an entry of the parameters, the same way in all views of parameters: a menu of the network's parameters, the
// gates of a stacked one as segments, and the entry itself on a map. What is chosen is kept in view_state.weight.

#include "scene.h"

// The menu and the segments in one row of 32 px that ends at r.x + r.w; returns the x where it begins.
float weight_picker(struct ui *ui, rect r, const struct scene *scene);
// First of all in a frame: an entry is chosen, and Alt with an arrow goes to its neighbour in the block.
void weight_begin(struct ui *ui, const struct scene *scene);
void weight_choose(const struct scene *scene, struct weight weight);
// Do the rows of a parameter run across on a map? Those of vectors, of the output and of the embedding.
bool weight_turned(const struct record *record, int param);
// So many entries further down and across, as the map lies; inside the block.
void weight_step(const struct scene *scene, int down, int across);
