#include "workspace.h"
#include <string.h>

// --- which rows the head reads ---

// The last timestep of sequence b with a target; without any the last one that holds an input, or the last of all. -1:
// no target where one is asked for.
static int answer_time(const struct batch *batch, int b, bool needs_target) {
    for (int t = batch->T - 1; batch->target && t >= 0; t--)
        if (batch->target[t * batch->B + b] >= 0) return t;
    if (needs_target) return -1;
    for (int t = batch->T - 1; batch->x && t >= 0; t--)
        if (batch->x[t * batch->B + b] >= 0) return t;
    return batch->T - 1;
}

static void choose_one_answer(struct workspace *ws, const struct batch *batch, bool needs_target) {
    ws->gathered = true;
    ws->head_rows = 0;
    for (int b = 0; b < batch->B; b++) {
        int t = answer_time(batch, b, needs_target), row = t * batch->B + b;
        if (t < 0) continue;
        ws->rows[ws->head_rows] = row;
        ws->answers[ws->head_rows++] = batch->target && batch->target[row] >= 0 ? batch->target[row] : 0;
    }
}

// All rows as they lie, unless an eighth of them or more carry no loss. Returns how many do.
static int choose_several(struct workspace *ws, const struct batch *batch) {
    int N = batch->T * batch->B, tokens = 0;
    for (int n = 0; n < N; n++)
        tokens += batch->target[n] >= 0;
    ws->gathered = tokens <= N - N / 8 - 1;
    ws->head_rows = ws->gathered ? tokens : N;
    for (int n = 0, r = 0; ws->gathered && n < N; n++) {
        if (batch->target[n] < 0) continue;
        ws->rows[r] = n;
        ws->answers[r++] = batch->target[n];
    }
    return tokens;
}

// What the head reads. Gathered rows of several answers lie in d_out, which is free until backward writes it.
static float *head_input(const struct workspace *ws) {
    if (!ws->gathered) return ws->out[ws->layout->spec.layers - 1];
    return ws->head_in ? ws->head_in : ws->d_out;
}

// One answer: the state of the answer's timestep, and of the backward direction that of the first timestep.
static void gather_rows(struct workspace *ws, const struct batch *batch) {
    const struct net_spec *spec = &ws->layout->spec;
    size_t H = (size_t)spec->hidden, DH = H * (size_t)spec->directions, B = (size_t)batch->B;
    const float *out = ws->out[spec->layers - 1];
    float *to = head_input(ws);
    for (int r = 0; r < ws->head_rows; r++, to += DH) {
        size_t row = (size_t)ws->rows[r];
        memcpy(to, out + row * DH, DH * sizeof *to);
        if (ws->head_in && DH > H) memcpy(to + H, out + row % B * DH + H, H * sizeof *to);
    }
}

static void affine(struct workspace *ws, const float *params, int rows, const float *in, float *logits) {
    const struct net_spec *spec = &ws->layout->spec;
    int DH = spec->hidden * spec->directions, O = spec->outputs;
    if (rows > 0)
        product_affine(ws->loops, rows, O, DH, in, (size_t)DH, params + ws->head_at, (size_t)O,
                       params + ws->head_bias_at, logits, (size_t)O);
}

static struct head_rows rows_of(const struct workspace *ws, const struct batch *batch) {
    return (struct head_rows){.N = ws->head_rows,
                              .O = ws->layout->spec.outputs,
                              .logits = ws->logits,
                              .target = ws->gathered ? ws->answers : batch->target,
                              .target_real = batch->target_real,
                              .rows = ws->gathered ? ws->rows : NULL};
}

// --- forward ---

double kernel_head_forward(struct workspace *ws, const float *params, const struct batch *batch, long *tokens,
                           long *right) {
    const struct net_spec *spec = &ws->layout->spec;
    if (net_one_answer(spec)) {
        choose_one_answer(ws, batch, true);
        *tokens = ws->head_rows;
    } else
        *tokens = choose_several(ws, batch);
    *right = 0;
    if (ws->gathered) gather_rows(ws, batch);
    affine(ws, params, ws->head_rows, head_input(ws), ws->logits);
    struct head_rows rows = rows_of(ws, batch);
    return ws->loops->loss[spec->output](&rows, right);
}

void kernel_logits(struct workspace *ws, const float *params, const struct batch *batch, float *logits) {
    const struct net_spec *spec = &ws->layout->spec;
    kernel_states(ws, params, batch);
    ws->gathered = false;
    ws->head_rows = batch->T * batch->B;
    if (net_one_answer(spec)) {
        choose_one_answer(ws, batch, false);
        gather_rows(ws, batch);
    }
    affine(ws, params, ws->head_rows, head_input(ws), logits);
}

void kernel_outputs(const struct workspace *ws, int rows, float *logits) {
    const struct net_spec *spec = &ws->layout->spec;
    ws->loops->outputs[spec->output](logits, rows, spec->outputs);
}

// --- backward ---

// From one behind the other to where they belong, the last first, so that none is written over; zeros between.
static void spread_rows(const struct workspace *ws, int N) {
    size_t DH = (size_t)ws->layout->spec.hidden * (size_t)ws->layout->spec.directions;
    int r = ws->head_rows - 1;
    for (int n = N - 1; n >= 0; n--) {
        float *to = ws->d_out + (size_t)n * DH;
        if (r < 0 || ws->rows[r] != n)
            memset(to, 0, DH * sizeof *to);
        else if (r-- != n)
            memcpy(to, ws->d_out + (size_t)(r + 1) * DH, DH * sizeof *to);
    }
}

static void spread_answers(const struct workspace *ws, const struct batch *batch) {
    size_t H = (size_t)ws->layout->spec.hidden, DH = H * (size_t)ws->layout->spec.directions, B = (size_t)batch->B;
    memset(ws->d_out, 0, (size_t)batch->T * B * DH * sizeof(float));
    const float *from = ws->head_in;
    for (int r = 0; r < ws->head_rows; r++, from += DH) {
        size_t row = (size_t)ws->rows[r];
        memcpy(ws->d_out + row * DH, from, H * sizeof *from);
        if (DH > H) memcpy(ws->d_out + row % B * DH + H, from + H, H * sizeof *from);
    }
}

void kernel_head_backward(struct workspace *ws, const struct batch *batch, float scale, float *grads) {
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, DH = spec->hidden * spec->directions, O = spec->outputs, R = ws->head_rows;
    struct head_rows rows = rows_of(ws, batch);
    ws->loops->loss_back[spec->output](&rows, scale);
    if (R > 0) {
        float *in = head_input(ws), *d_in = ws->head_in ? ws->head_in : ws->d_out;
        ws->loops->scatter(NULL, grads + ws->head_bias_at, ws->logits, NULL, R, O);
        product_outer(ws->loops, DH, O, R, in, (size_t)DH, ws->logits, (size_t)O, grads + ws->head_at, (size_t)O);
        product_plain(ws->loops, R, DH, O, ws->logits, (size_t)O, ws->head_t, (size_t)DH, 0.0f, d_in, (size_t)DH);
    }
    if (ws->head_in)
        spread_answers(ws, batch);
    else if (ws->gathered)
        spread_rows(ws, N);
}
