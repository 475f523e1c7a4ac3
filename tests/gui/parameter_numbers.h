#pragma once
// The numbers of the views of parameters that are no tensors of the trace file, worked out anew from the record.

#include "app.h"
#include "check_view.h"
#include "clip_view.h"
#include "tape.h"
#include <math.h>
#include <string.h>

static inline bool same_number(double found, double expected) {
    return found == expected || fabs(found - expected) <= 1e-12 * fmax(1, fabs(expected)) ||
           (isnan(found) && isnan(expected));
}

// "check/..." of the chosen weight, at the step size of the slider.
static inline bool check_number(const struct app *app, const struct source *source, double *expected) {
    const struct record *record = app->bench->record;
    const struct check_memory *memory = app->view_memory[view_find("check")];
    struct err err = {0};
    if (!strcmp(source->tensor, "check/tensor_error")) {
        struct tensor_check tensors[CHECK_TENSORS];
        int count = checker_tensors(app->checker, record, tensors, CHECK_TENSORS);
        if (source->row >= count) return false;
        // The entry that it names is as wrong as it says.
        const struct weight w = tensors[source->row].weight;
        const struct param *p = &record->layout.params[w.param];
        size_t at = record_param_index(record, w.param, w.row, w.column), index = at - p->offset;
        struct numeric_gradient n;
        if (!analysis_numeric(&record->layout, record->params, &record->example, &record->tape->clamps,
                              record->loss_scale, w.param, (int)(index / (size_t)p->out), (int)(index % (size_t)p->out),
                              1e-3, &n, &err))
            return false;
        *expected = source->value; // of fourth order there, of second here: the same to the core's tolerance
        return tensors[source->row].worst == source->value && source->value <= 1e-6 &&
               fabs(n.analytic - tensors[source->row].analytic) <= 1e-12;
    }
    const struct weight w = app->view.weight;
    const struct param *p = &record->layout.params[w.param];
    size_t index = record_param_index(record, w.param, w.row, w.column) - p->offset;
    struct numeric_gradient n;
    if (source->row != w.row || source->column != w.column) return false;
    if (!analysis_numeric(&record->layout, record->params, &record->example, &record->tape->clamps, record->loss_scale,
                          w.param, (int)(index / (size_t)p->out), (int)(index % (size_t)p->out), pow(10, memory->power),
                          &n, &err))
        return false;
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"check/minus", n.minus},      {"check/plus", n.plus},   {"check/difference", n.plus - n.minus},
                   {"check/numeric", n.estimate}, {"check/error", n.error}, {"check/digits", check_digits(n.error)}};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        if (!strcmp(source->tensor, numbers[k].name)) {
            *expected = numbers[k].value;
            return true;
        }
    return false;
}

// "clipping/..." at the limits of the sliders.
static inline bool clip_number(const struct app *app, const struct source *source, double *expected) {
    const struct record *record = app->bench->record;
    const struct clip_memory *memory = app->view_memory[view_find("clip")];
    struct err err = {0};
    struct clip_step norm, value;
    if (!clip_step_of(record, memory->limit[CLIP_BY_NORM], 0, &norm, &err) ||
        !clip_step_of(record, 0, memory->limit[CLIP_BY_VALUE], &value, &err))
        return false;
    bool by_norm = !strncmp(source->tensor, "clipping/norm/", 14);
    const struct clip_step *step = by_norm ? &norm : &value;
    const char *name = strrchr(source->tensor, '/') + 1;
    const int row = source->row >= 0 ? source->row : 0;
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"after", step->clipping.after},
                   {"scale", step->clipping.scale},
                   {"cut", (double)step->clipping.cut},
                   {"angle", step->clipping.angle},
                   {"step", step->moved},
                   {"tensor_after", step->clipping.tensors[row].after},
                   {"tensor_before", step->clipping.tensors[row].before},
                   {"unclipped_step", step->unclipped}};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        if (!strcmp(name, numbers[k].name)) {
            *expected = numbers[k].value;
            return true;
        }
    return false;
}

// Is this a number of the views of parameters, and the one that it says it is?
static inline bool parameter_number(const struct app *app, const struct source *source) {
    double expected = NAN;
    bool known = !strncmp(source->tensor, "check/", 6)      ? check_number(app, source, &expected)
                 : !strncmp(source->tensor, "clipping/", 9) ? clip_number(app, source, &expected)
                                                            : false;
    return known && same_number(source->value, expected);
}
