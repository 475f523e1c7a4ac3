#pragma once
// Inside of the view of clipping: what its files share for one frame.

#include "clip_view.h"
#include "mathbox.h"
#include "scene.h"

struct clip_page {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct record *record;
    struct clip_memory *memory;
    struct clip_check answer; // what is drawn; its limits may lag behind those of the sliders
};

// Names with which tests find the numbers again.
struct clip_names {
    const char *after, *scale, *cut, *angle, *moved, *tensor_after; // tensor_after: row = parameter
};
extern const struct clip_names clip_names[CLIP_RULES];
#define CLIP_TENSOR_BEFORE "clipping/tensor_before"
#define CLIP_UNCLIPPED "clipping/unclipped_step"

void clip_histogram(struct clip_page *p, rect r, enum clip_rule rule); // entries by size, before and after
void clip_arrows(struct clip_page *p, rect r, enum clip_rule rule);    // the gradient before and after, as it turns
void clip_tensors(struct clip_page *p, rect r);                        // each parameter's norm, for both rules
float clip_tensors_height(const struct clip_page *p);                  // that shows all of them
