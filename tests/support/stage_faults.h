#pragma once
// What can be wrong with a frame of the stage: a text that is cut or lies on another one, a number without a source or
// with another value than the record's, a coordinate that is not finite.

#include "stage_scene.h"

// The ink of a text: from above the x-height of capitals to a little under the baseline.
static inline rect text_box(const struct draw_list *list, const struct draw_command *c) {
    (void)list;
    return (rect){c->rect.x, c->rect.y - c->size * 0.72f, c->rect.w, c->size * 0.74f};
}

static inline bool maths(const struct draw_command *c) {
    return c->font == FONT_MATH || c->font == FONT_MATH_ITALIC;
}

static inline int complain(const struct fixture *f, const struct draw_command *c, const char *what) {
    print_message("step %d at %g x %g: \"%s\" %s (%g, %g)\n", f->scene.position, (double)f->width, (double)f->height,
                  f->list.texts + c->text, what, (double)c->rect.x, (double)c->rect.y);
    return 1;
}

// Texts outside the window or their clip, and pairs that overlap. Scripts of one formula sit close: maths is
// checked against other texts only.
static inline int text_faults(const struct fixture *f) {
    const struct draw_list *list = &f->list;
    int faults = 0;
    rect clip = {0, 0, f->width * f->scale, f->height * f->scale};
    for (int i = 0; i < list->count; i++) {
        const struct draw_command *a = &list->commands[i];
        if (a->op == DRAW_CLIP) clip = a->rect;
        if (a->op != DRAW_TEXT) continue;
        rect box = text_box(list, a);
        if (box.x < clip.x - 1 || box.y < clip.y - 1 || box.x + box.w > clip.x + clip.w + 1 ||
            box.y + box.h > clip.y + clip.h + 1)
            faults += complain(f, a, "is cut");
        for (int j = 0; j < i; j++) {
            const struct draw_command *b = &list->commands[j];
            if (b->op != DRAW_TEXT || (maths(a) && maths(b))) continue;
            rect other = text_box(list, b);
            float w = fminf(box.x + box.w, other.x + other.w) - fmaxf(box.x, other.x);
            float h = fminf(box.y + box.h, other.y + other.h) - fmaxf(box.y, other.y);
            if (w > 1.5f * f->scale && h > 1.5f * f->scale) faults += complain(f, a, list->texts + b->text);
        }
    }
    return faults;
}

static inline bool finite_list(const struct draw_list *list) {
    for (int k = 0; k < list->count; k++) {
        const rect r = list->commands[k].rect;
        if (!isfinite(r.x) || !isfinite(r.y) || !isfinite(r.w) || !isfinite(r.h)) return false;
    }
    return true;
}

struct look {
    const struct draw_list *list;
    bool *found, *right; // of each source
};

static inline void look_up(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct look *look = context;
    for (int k = 0; k < look->list->source_count; k++) {
        const struct source *source = &look->list->sources[k];
        if (!source->tensor || strcmp(name, source->tensor) != 0) continue;
        look->found[k] = true;
        int64_t columns = dims > 1 ? shape[dims - 1] : 1;
        int64_t at = dims == 0 ? 0 : dims == 1 ? source->row : source->row * columns + source->column;
        look->right[k] = fabs(data[at] - source->value) <= 1e-12 * fmax(1, fabs(data[at]));
    }
}

// Every number carries a source; one that names a tensor of the trace has its value.
static inline int source_faults(const struct fixture *f, int *checked) {
    enum { MOST = 4096 };
    static bool found[MOST], right[MOST];
    int faults = 0, count = f->list.source_count < MOST ? f->list.source_count : MOST;
    memset(found, 0, sizeof found);
    struct look look = {&f->list, found, right};
    record_each(f->record, look_up, &look);
    for (int k = 0; k < f->list.count; k++) {
        const struct draw_command *c = &f->list.commands[k];
        if (c->op != DRAW_TEXT || c->source < 0 || c->source >= count) continue;
        if (!f->list.sources[c->source].tensor) return complain(f, c, "has no source");
        *checked += found[c->source];
        if (found[c->source] && !right[c->source]) faults += complain(f, c, f->list.sources[c->source].tensor);
    }
    return faults;
}
