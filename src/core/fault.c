#include "fault.h"
#include "finite.h"
#include <math.h>
#include <stdio.h>

struct place {
    int order; // steps into the pass
    int t, sequence;
};
static const struct place nowhere = {.order = -1};

static bool before(struct place a, struct place b) {
    if (a.order < 0 || b.order < 0) return a.order >= 0;
    return a.order != b.order ? a.order < b.order : a.sequence < b.sequence;
}

// Column of the first of B rows (width; stride) that holds one; -1.
static int column_of(const float *rows, int B, size_t stride, size_t width) {
    for (int b = 0; rows && b < B; b++)
        if (first_not_finite(rows + (size_t)b * stride, width) < width) return b;
    return -1;
}

// The first timestep of a layer and direction in forward order, or in backward order where `back`: of the states, or of
// dL/dz.
static struct place in_lane(const struct workspace *ws, const struct batch *batch, int first, int layer, int direction,
                            bool back) {
    size_t H = (size_t)ws->layout->spec.hidden, GH = (size_t)ws->cell->block_count * H;
    for (int n = 0; n < batch->T; n++) {
        int t = (direction == 0) != back ? n : batch->T - 1 - n;
        struct cell_rows rows = workspace_rows(ws, layer, direction, t, batch->T, batch->B);
        int b = back ? column_of(rows.gates, batch->B, GH, GH) : column_of(rows.h, batch->B, rows.stride, H);
        int c = back ? -1 : column_of(rows.c, batch->B, H, H);
        if (b < 0 || (c >= 0 && c < b)) b = c;
        if (b >= 0) return (struct place){n, t, first + b};
    }
    return nowhere;
}

// The first row of the outputs, or of their gradients.
static struct place in_head(const struct workspace *ws, const struct batch *batch, int first) {
    size_t O = (size_t)ws->layout->spec.outputs;
    for (int r = 0; r < ws->head_rows; r++) {
        const float *row = ws->logits + (size_t)r * O;
        int n = ws->gathered ? ws->rows[r] : r;
        bool bad = first_not_finite(row, O) < O;
        for (size_t i = 0; ws->layout->spec.output == OUTPUT_LINEAR && !bad && i < O; i++)
            bad = !isfinite(row[i] * row[i]); // finite, with a loss that is not
        if (bad) return (struct place){n / batch->B, n / batch->B, first + n % batch->B};
    }
    return nowhere;
}

static bool say(struct place at, const char *what, char text[FAULT_TEXT]) {
    if (at.order < 0) return false;
    snprintf(text, FAULT_TEXT, "%s at timestep %d of sequence %d", what, at.t + 1, at.sequence + 1);
    return true;
}

static bool in_outputs(const struct fault_view *views, int count, bool back, char text[FAULT_TEXT]) {
    struct place best = nowhere;
    for (int v = 0; v < count; v++) {
        struct place at = in_head(views[v].workspace, views[v].batch, views[v].first);
        if (before(at, best)) best = at;
    }
    return say(best, back ? "the gradient of the output" : "the output", text);
}

// One network: where `encoder`, that half of each.
static bool in_layers(const struct fault_view *views, int count, bool encoder, bool back, char text[FAULT_TEXT]) {
    const struct workspace *one = encoder ? views[0].workspace->encoder : views[0].workspace;
    const struct net_spec *spec = &one->layout->spec;
    const char *side = encoder ? " of the encoder" : one->encoder ? " of the decoder" : "";
    for (int k = 0; k < spec->layers; k++) {
        int layer = back ? spec->layers - 1 - k : k;
        for (int d = 0; d < spec->directions; d++) {
            struct place best = nowhere;
            for (int v = 0; v < count; v++) {
                const struct fault_view *view = &views[v];
                struct place at = in_lane(encoder ? view->workspace->encoder : view->workspace,
                                          encoder ? view->batch->source : view->batch, view->first, layer, d, back);
                if (before(at, best)) best = at;
            }
            char what[80];
            snprintf(what, sizeof what, "the %s of layer %d%s%s", back ? "gradient" : "state", layer + 1,
                     d ? ", backward in time," : "", side);
            if (say(best, what, text)) return true;
        }
    }
    return false;
}

bool fault_forward(const struct fault_view *views, int count, char text[FAULT_TEXT]) {
    bool pair = count > 0 && views[0].workspace->encoder;
    if (pair && in_layers(views, count, true, false, text)) return true;
    return count > 0 && (in_layers(views, count, false, false, text) || in_outputs(views, count, false, text));
}

bool fault_backward(const struct fault_view *views, int count, char text[FAULT_TEXT]) {
    if (count == 0) return false;
    if (in_outputs(views, count, true, text) || in_layers(views, count, false, true, text)) return true;
    return views[0].workspace->encoder && in_layers(views, count, true, true, text);
}
