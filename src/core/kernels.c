#include "blas.h"
#include "check.h"
#include "mem.h"
#include "slab.h"
#include "workspace.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

// --- memory: laid out twice, once to count and once to hand out ---

struct carver {
    char *base; // NULL while counting
    size_t used;
};

static void *carve(struct carver *carver, size_t rows, size_t columns) {
    void *at = carver->base ? carver->base + carver->used : NULL;
    size_t bytes = size_mul_add(size_mul_add(rows, columns, 0), sizeof(float), 63);
    carver->used = size_mul_add(bytes == (size_t)-1 ? bytes : bytes / 64 * 64, 1, carver->used);
    return at;
}

static void carve_lane(struct carver *carver, struct lane *lane, const struct workspace *ws, size_t N, size_t B,
                       size_t H) {
    const struct cell_desc *cell = ws->cell;
    bool memory = cell->state_count > 1;
    lane->gates = carve(carver, N, (size_t)cell->block_count * H);
    lane->h0 = carve(carver, B, H);
    for (int s = 0; s < WORKSPACE_STATES; s++)
        lane->last_h[s] = carve(carver, B, H);
    if (ws->keeps) lane->carry = carve(carver, B, H);
    if (ws->encoder) lane->d_h0 = carve(carver, B, H);
    if (ws->last_block != LAST_DIRECT) lane->mixed = carve(carver, N, H);
    if (cell->two_biases) lane->both = carve(carver, (size_t)cell->block_count, H);
    if (ws->last_block == LAST_MIXED) lane->d_mixed = carve(carver, B, H);
    if (!memory) return;
    lane->c = carve(carver, N, H);
    lane->tanh_c = carve(carver, N, H);
    lane->c0 = carve(carver, B, H);
    lane->dc = carve(carver, B, H);
    for (int s = 0; s < WORKSPACE_STATES; s++)
        lane->last_c[s] = carve(carver, B, H);
}

static void carve_workspace(struct carver *carver, struct workspace *ws) {
    const struct net_spec *spec = &ws->layout->spec;
    size_t B = (size_t)ws->max_B, N = size_mul_add((size_t)ws->max_T, B, 0), H = (size_t)spec->hidden;
    size_t DH = H * (size_t)spec->directions;
    for (int l = 0; l < spec->layers; l++) {
        for (int d = 0; d < spec->directions; d++)
            carve_lane(carver, &ws->lanes[l][d], ws, N, B, H);
        ws->out[l] = carve(carver, N, DH);
    }
    ws->d_out = carve(carver, N, DH);
    ws->d_below = carve(carver, spec->layers > 1 ? N : 0, DH);
    size_t rows = net_one_answer(spec) ? B : N;
    ws->logits = carve(carver, rows, (size_t)spec->outputs); // none of an encoder
    ws->lengths = carve(carver, B, 1);
    if (spec->embed > 0) ws->embedded = carve(carver, embed_room(ws), 1);
    if (spec->outputs == 0) return;
    ws->rows = carve(carver, rows, 1);
    ws->answers = carve(carver, rows, 1);
    if (net_one_answer(spec)) ws->head_in = carve(carver, B, DH);
}

// Weights of this many floats are packed: smaller ones lie in the first cache however they are laid out.
enum { PACK_FROM = 16384 };

static void carve_packed(struct carver *carver, struct workspace *ws) {
    const struct net_spec *spec = &ws->layout->spec;
    size_t H = (size_t)spec->hidden, GH = (size_t)ws->cell->block_count * H;
    for (int l = 0; l < spec->layers; l++) {
        for (int d = 0; d < spec->directions; d++) {
            ws->lanes[l][d].recurrent_t = carve(carver, GH, H);
            if (H * GH >= PACK_FROM) {
                size_t direct = (size_t)ws->direct_blocks * H; // the blocks after these are packed by themselves
                size_t floats = product_packed_size(H, direct) + product_packed_size(H, GH - direct);
                ws->lanes[l][d].recurrent_packed = carve(carver, floats, 1);
                ws->lanes[l][d].recurrent_t_packed = carve(carver, product_packed_size(GH, H), 1);
            }
            bool sends = l > 0 || spec->embed > 0; // a gradient goes on to what the layer reads
            ws->lanes[l][d].input_t = sends ? carve(carver, GH, (size_t)net_layer_inputs(spec, l)) : NULL;
        }
    }
    ws->head_t = carve(carver, (size_t)spec->outputs, H * (size_t)spec->directions);
}

static size_t offset_of(const struct layout *layout, enum param_role role, int layer, int direction) {
    int p = layout_param(layout, role, layer, direction);
    check(p >= 0, "no parameter of role %d in layer %d", (int)role, layer);
    return layout->params[p].offset;
}

// From the description: which blocks multiply the state, and whether an elementwise step reads it.
static void find_plan(struct workspace *ws) {
    const struct cell_desc *cell = ws->cell;
    int state = cell->state_in[0];
    ws->direct_blocks = cell->block_count;
    for (int i = 0; i < cell->step_count; i++) {
        const struct cell_step *step = &cell->steps[i];
        bool affine = step->op == OP_AFFINE;
        if (!affine && (step->in[0] == state || step->in[1] == state)) ws->keeps = true;
        if (!affine || step->in[0] < 0 || (step->in[0] == state && step->in[1] >= 0)) continue;
        check(step->block == cell->block_count - 1, "%s: only the last block may stand apart", cell->name);
        ws->last_block = step->in[0] == state ? LAST_APART : LAST_MIXED;
        ws->direct_blocks = step->block;
    }
}

static void find_offsets(struct workspace *ws) {
    const struct layout *layout = ws->layout;
    for (int l = 0; l < layout->spec.layers; l++) {
        for (int d = 0; d < layout->spec.directions; d++) {
            struct lane *lane = &ws->lanes[l][d];
            lane->input_at = offset_of(layout, PARAM_INPUT, l, d);
            lane->recurrent_at = offset_of(layout, PARAM_RECURRENT, l, d);
            lane->bias_at = offset_of(layout, PARAM_BIAS, l, d);
            if (ws->cell->two_biases) lane->recurrent_bias_at = offset_of(layout, PARAM_RECURRENT_BIAS, l, d);
            if (ws->diagonals) lane->diagonal_at = offset_of(layout, PARAM_DIAGONAL, l, d);
        }
    }
    if (layout->spec.embed > 0) ws->embed_at = offset_of(layout, PARAM_EMBED, -1, -1);
    if (layout->spec.outputs == 0) return;
    ws->head_at = offset_of(layout, PARAM_HEAD, -1, -1);
    ws->head_bias_at = offset_of(layout, PARAM_HEAD_BIAS, -1, -1);
}

static void *carve_all(struct workspace *ws, void (*lay_out)(struct carver *, struct workspace *), const char *what,
                       struct err *err) {
    struct carver count = {0};
    lay_out(&count, ws);
    struct carver carver = {.base = slab_alloc(count.used, 1, what, err)};
    if (!carver.base) return NULL;
    lay_out(&carver, ws);
    ws->bytes += count.used;
    return carver.base;
}

static void borrow_packed(struct workspace *ws, const struct workspace *owner) {
    for (int l = 0; l < ws->layout->spec.layers; l++) {
        for (int d = 0; d < ws->layout->spec.directions; d++) {
            ws->lanes[l][d].recurrent_t = owner->lanes[l][d].recurrent_t;
            ws->lanes[l][d].recurrent_packed = owner->lanes[l][d].recurrent_packed;
            ws->lanes[l][d].recurrent_t_packed = owner->lanes[l][d].recurrent_t_packed;
            ws->lanes[l][d].input_t = owner->lanes[l][d].input_t;
        }
    }
    ws->head_t = owner->head_t;
    ws->shared = true;
}

// Behind what slab_alloc said: the minibatch that there would be room for. The workspace grows with B; weights,
// gradients and optimiser state want a share too.
static void say_what_fits(struct workspace *ws, struct err *err) {
    if (!err || err->code != ERR_MEMORY) return;
    struct carver count = {0};
    carve_workspace(&count, ws);
    size_t parameters = size_mul_add(ws->layout->size, 4 * sizeof(float), 0), room = mem_available();
    size_t each = count.used / (size_t)ws->max_B + 1, fits = room > parameters ? (room - parameters) / each : 0;
    size_t used = strlen(err->message);
    char *behind = err->message + used;
    if (fits > 0 && fits < (size_t)ws->max_B)
        snprintf(behind, sizeof err->message - used, "; %zu sequence%s of %d timesteps would fit", fits,
                 fits == 1 ? "" : "s", ws->max_T);
    else if (fits == 0)
        snprintf(behind, sizeof err->message - used,
                 "; not one sequence of %d timesteps would fit: fewer units or layers would", ws->max_T);
}

// Of one network; `encoder` is taken over unless this fails.
static struct workspace *new_workspace(const struct layout *layout, const struct workspace *owner,
                                       struct workspace *encoder, int max_T, int max_B, struct err *err) {
    if (max_T < 1 || max_B < 1) {
        err_set(err, ERR_VALUE, "a minibatch needs at least 1 timestep and 1 sequence, found %d and %d", max_T, max_B);
        return NULL;
    }
    if (max_B > INT_MAX / max_T) {
        err_set(err, ERR_LIMIT, "a minibatch of %d timesteps x %d sequences is more than can be counted", max_T, max_B);
        return NULL;
    }
    blas_set_threads(1); // the batch is what is split over threads: each of them multiplies alone
    struct workspace *ws = slab_alloc(1, sizeof *ws, "a workspace", err);
    if (!ws) return NULL;
    ws->layout = layout;
    ws->cell = net_cell(&layout->spec);
    ws->diagonals = cell_diagonal_count(ws->cell) > 0;
    ws->loops = loops_best();
    ws->max_T = max_T;
    ws->max_B = max_B;
    ws->bytes = sizeof *ws;
    ws->encoder = encoder;
    find_plan(ws);
    find_offsets(ws);
    if (owner)
        borrow_packed(ws, owner);
    else
        ws->packed = carve_all(ws, carve_packed, "the packed weights", err);
    ws->packed_bytes = ws->bytes - sizeof *ws;
    if (owner || ws->packed) ws->memory = carve_all(ws, carve_workspace, "the workspace of a minibatch", err);
    if (ws->memory && encoder) encoder->decoder = ws;
    if (ws->memory) return ws;
    if (owner || ws->packed) say_what_fits(ws, err);
    ws->encoder = NULL;
    workspace_free(ws);
    return NULL;
}

static struct workspace *with_encoder(const struct layout *layout, const struct workspace *owner,
                                      struct workspace *encoder, int max_T, int max_B, struct err *err) {
    if (!encoder) return NULL;
    struct workspace *ws = new_workspace(layout, owner, encoder, max_T, max_B, err);
    if (!ws) workspace_free(encoder);
    return ws;
}

struct workspace *workspace_new(const struct layout *layout, int max_T, int max_B, struct err *err) {
    return workspace_new_pair(layout, max_T, max_T, max_B, err);
}

struct workspace *workspace_new_pair(const struct layout *layout, int max_source_T, int max_T, int max_B,
                                     struct err *err) {
    if (!layout->encoder) return new_workspace(layout, NULL, NULL, max_T, max_B, err);
    return with_encoder(layout->decoder, NULL, new_workspace(layout->encoder, NULL, NULL, max_source_T, max_B, err),
                        max_T, max_B, err);
}

struct workspace *workspace_new_shared(const struct workspace *owner, int max_T, int max_B, struct err *err) {
    const struct workspace *encoder = owner->encoder;
    if (!encoder) return new_workspace(owner->layout, owner, NULL, max_T, max_B, err);
    return with_encoder(owner->layout, owner, new_workspace(encoder->layout, encoder, NULL, encoder->max_T, max_B, err),
                        max_T, max_B, err);
}

struct workspace *workspace_new_alone(const struct workspace *owner, int max_T, int max_B, struct err *err) {
    return new_workspace(owner->layout, owner, NULL, max_T, max_B, err);
}

void workspace_free(struct workspace *workspace) {
    if (!workspace) return;
    workspace_free(workspace->encoder);
    mem_free(workspace->packed);
    mem_free(workspace->memory);
    mem_free(workspace);
}

size_t workspace_memory(const struct workspace *workspace) {
    return workspace->bytes + (workspace->encoder ? workspace->encoder->bytes : 0);
}
size_t workspace_packed_memory(const struct workspace *workspace) {
    return workspace->packed_bytes + (workspace->encoder ? workspace->encoder->packed_bytes : 0);
}

// --- carried state ---

void workspace_use_state(struct workspace *workspace, enum workspace_state state) {
    workspace->state = (int)state;
    if (workspace->encoder) workspace->encoder->state = (int)state;
}
void workspace_forget_state(struct workspace *workspace) {
    workspace->carried[workspace->state] = 0;
}
int workspace_carried(const struct workspace *workspace) {
    return workspace->carried[workspace->state];
}

void workspace_copy_state(struct workspace *ws, enum workspace_state to, enum workspace_state from) {
    size_t bytes = (size_t)ws->carried[from] * (size_t)ws->layout->spec.hidden * sizeof(float);
    for (int l = 0; l < ws->layout->spec.layers; l++) {
        for (int d = 0; d < ws->layout->spec.directions; d++) {
            struct lane *lane = &ws->lanes[l][d];
            memcpy(lane->last_h[to], lane->last_h[from], bytes);
            if (lane->c0) memcpy(lane->last_c[to], lane->last_c[from], bytes);
        }
    }
    ws->carried[to] = ws->carried[from];
}

static void begin_state(struct workspace *ws, const struct batch *batch) {
    int have = ws->carried[ws->state];
    ws->started = batch->carry && have > 0;
    check(!ws->started || have == batch->B, "a state of %d sequences carried into %d", have, batch->B);
    size_t bytes = (size_t)batch->B * (size_t)ws->layout->spec.hidden * sizeof(float);
    for (int l = 0; l < ws->layout->spec.layers; l++) {
        for (int d = 0; d < ws->layout->spec.directions; d++) {
            struct lane *lane = &ws->lanes[l][d];
            bool carried = ws->started && d == 0;
            if (carried)
                memcpy(lane->h0, lane->last_h[ws->state], bytes);
            else
                memset(lane->h0, 0, bytes);
            if (carried && lane->c0)
                memcpy(lane->c0, lane->last_c[ws->state], bytes);
            else if (lane->c0)
                memset(lane->c0, 0, bytes);
        }
    }
}

static void end_state(struct workspace *ws, const struct batch *batch) {
    int B = batch->B, last = batch->T - 1;
    size_t H = (size_t)ws->layout->spec.hidden;
    for (int l = 0; l < ws->layout->spec.layers; l++) {
        struct lane *lane = &ws->lanes[l][0];
        struct cell_rows rows = workspace_rows(ws, l, 0, last, batch->T, B);
        for (int b = 0; b < B; b++)
            memcpy(lane->last_h[ws->state] + (size_t)b * H, rows.h + (size_t)b * rows.stride, H * sizeof(float));
        if (lane->c0) memcpy(lane->last_c[ws->state], rows.c, (size_t)B * H * sizeof(float));
    }
    ws->carried[ws->state] = B;
}

// --- packed copies ---

void kernel_refresh(struct workspace *ws, const float *params) {
    check(!ws->shared, "the packed weights belong to another workspace");
    if (ws->encoder) kernel_refresh(ws->encoder, params);
    const struct net_spec *spec = &ws->layout->spec;
    int H = spec->hidden, GH = ws->cell->block_count * H, direct = ws->direct_blocks * H;
    for (int l = 0; l < spec->layers; l++) {
        for (int d = 0; d < spec->directions; d++) {
            struct lane *lane = &ws->lanes[l][d];
            const float *recurrent = params + lane->recurrent_at;
            ws->loops->transpose(recurrent, lane->recurrent_t, H, GH);
            if (lane->recurrent_packed) {
                product_pack(recurrent, (size_t)GH, H, direct, lane->recurrent_packed);
                product_pack(recurrent + direct, (size_t)GH, H, GH - direct,
                             lane->recurrent_packed + product_packed_size((size_t)H, (size_t)direct));
                product_pack(lane->recurrent_t, (size_t)H, GH, H, lane->recurrent_t_packed);
            }
            if (lane->input_t)
                ws->loops->transpose(params + lane->input_at, lane->input_t, net_layer_inputs(spec, l), GH);
        }
    }
    if (spec->outputs > 0) ws->loops->transpose(params + ws->head_at, ws->head_t, H * spec->directions, spec->outputs);
}

// --- forward ---

void workspace_measure(struct workspace *ws, const struct batch *batch) {
    for (int b = 0; b < batch->B; b++) {
        int t = batch->T;
        for (; (batch->target || batch->x) && t > 0; t--) {
            size_t at = (size_t)(t - 1) * (size_t)batch->B + (size_t)b;
            if ((batch->target && batch->target[at] >= 0) || (batch->x && batch->x[at] >= 0)) break;
        }
        ws->lengths[b] = t;
    }
}

struct cell_rows workspace_rows(const struct workspace *ws, int layer, int direction, int t, int T, int B) {
    const struct lane *lane = &ws->lanes[layer][direction];
    size_t H = (size_t)ws->layout->spec.hidden, GH = (size_t)ws->cell->block_count * H;
    size_t stride = H * (size_t)ws->layout->spec.directions, side = (size_t)direction * H;
    size_t row = (size_t)t * (size_t)B;
    int before = direction == 0 ? t - 1 : t + 1;
    struct cell_rows rows = {.B = B,
                             .H = (int)H,
                             .stride = stride,
                             .gates = lane->gates + row * GH,
                             .h = ws->out[layer] + row * stride + side,
                             .dh = ws->d_out + row * stride + side,
                             .dc = lane->dc,
                             .h_prev = lane->h0,
                             .h_stride = H,
                             .d_mixed = lane->d_mixed,
                             .carry = lane->carry};
    if (before >= 0 && before < T) {
        rows.h_prev = ws->out[layer] + (size_t)before * (size_t)B * stride + side;
        rows.h_stride = stride;
    }
    if (lane->mixed) rows.mixed = lane->mixed + row * H;
    if (ws->diagonals) rows.diagonal = ws->params + lane->diagonal_at;
    if (ws->diagonals && ws->grads) rows.d_diagonal = ws->grads + lane->diagonal_at;
    if (!lane->c) return rows;
    rows.c = lane->c + row * H;
    rows.tanh_c = lane->tanh_c + row * H;
    rows.c_prev = before < 0 || before >= T ? lane->c0 : lane->c + (size_t)before * (size_t)B * H;
    return rows;
}

const float *workspace_below(struct workspace *ws, const struct batch *batch, int layer) {
    const float *out = ws->out[layer - 1];
    if (!batch->dropout) return out;
    size_t n = (size_t)batch->T * (size_t)batch->B * (size_t)net_layer_inputs(&ws->layout->spec, layer);
    const float *factors = batch->dropout + (size_t)(layer - 1) * n;
    for (size_t i = 0; i < n; i++)
        ws->d_below[i] = out[i] * factors[i];
    return ws->d_below;
}

// What an input adds to: the biases, together.
static const float *input_bias(struct workspace *ws, const float *params, const struct lane *lane) {
    if (!lane->both) return params + lane->bias_at;
    size_t H = (size_t)ws->layout->spec.hidden;
    memcpy(lane->both, params + lane->bias_at, (size_t)ws->cell->block_count * H * sizeof(float));
    ws->loops->add(lane->both, params + lane->recurrent_bias_at, (size_t)ws->direct_blocks * H);
    return lane->both;
}

// gates = b + W_x x for all timesteps at once: a lookup for symbols, one product for vectors.
static void project_input(struct workspace *ws, const float *params, const struct batch *batch, int layer,
                          int direction, const float *bias) {
    const struct lane *lane = &ws->lanes[layer][direction];
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, I = net_layer_inputs(spec, layer), GH = ws->cell->block_count * spec->hidden;
    if (layer == 0 && spec->embed > 0) {
        embed_forward(ws, params, batch, lane, bias);
        return;
    }
    if (layer == 0 && !spec->real_input) {
        ws->loops->gather(lane->gates, params + lane->input_at, bias, batch->x, N, GH);
        return;
    }
    const float *in = layer == 0 ? batch->x_real : workspace_below(ws, batch, layer);
    product_affine(ws->loops, N, GH, I, in, (size_t)I, params + lane->input_at, (size_t)GH, bias, lane->gates,
                   (size_t)GH);
}

void lane_weights(const struct workspace *ws, const struct lane *lane, const float *params, bool last,
                  struct product *p) {
    size_t H = (size_t)ws->layout->spec.hidden, GH = (size_t)ws->cell->block_count * H;
    size_t direct = (size_t)ws->direct_blocks * H;
    p->k = (int)H;
    p->n = (int)(last ? GH - direct : direct);
    p->a_step = 1;
    p->add = true;
    if (lane->recurrent_packed) {
        p->b = lane->recurrent_packed + (last ? product_packed_size(H, direct) : 0);
        p->ldb = PRODUCT_PANEL;
        p->panel = H * PRODUCT_PANEL;
    } else {
        p->b = params + lane->recurrent_at + (last ? direct : 0);
        p->ldb = GH;
        p->panel = PRODUCT_PANEL;
    }
}

void lane_weights_back(const struct workspace *ws, const struct lane *lane, bool last, struct product *p) {
    size_t H = (size_t)ws->layout->spec.hidden, GH = (size_t)ws->cell->block_count * H;
    size_t direct = (size_t)ws->direct_blocks * H, from = last ? direct : 0;
    p->k = (int)(last ? GH - direct : direct);
    p->n = (int)H;
    p->a_step = 1;
    p->add = true;
    if (lane->recurrent_t_packed) {
        p->b = lane->recurrent_t_packed + from * PRODUCT_PANEL;
        p->ldb = PRODUCT_PANEL;
        p->panel = GH * PRODUCT_PANEL;
    } else {
        p->b = lane->recurrent_t + from * H;
        p->ldb = H;
        p->panel = PRODUCT_PANEL;
    }
}

struct single workspace_single(const struct workspace *ws, int layer, int T, int t) {
    return (struct single){.T = T,
                           .gates = (size_t)ws->cell->block_count * (size_t)ws->layout->spec.hidden,
                           .started = ws->started,
                           .rows = workspace_rows(ws, layer, 0, t, T, 1),
                           .product = {.m = 1},
                           .last = {.m = 1},
                           .direct = (size_t)ws->direct_blocks * (size_t)ws->layout->spec.hidden,
                           .c0 = ws->lanes[layer][0].c0};
}

// c (B, ...; stride ldc) += a W, or = bias + a W, for the B rows of a timestep.
static void step_product(const struct workspace *ws, const struct lane *lane, const float *params, bool last, int B,
                         const float *a, size_t a_row, float *c, size_t ldc, const float *bias) {
    struct product p = {.m = B, .a = a, .a_row = a_row, .c = c, .ldc = ldc, .bias = bias};
    lane_weights(ws, lane, params, last, &p);
    if (bias) p.add = false;
    ws->loops->product(&p);
}

static void forward_lane(struct workspace *ws, const float *params, const struct batch *batch, int layer,
                         int direction) {
    const struct lane *lane = &ws->lanes[layer][direction];
    const struct net_spec *spec = &ws->layout->spec;
    int T = batch->T, B = batch->B, H = spec->hidden;
    size_t GH = (size_t)ws->cell->block_count * (size_t)H, direct = (size_t)ws->direct_blocks * (size_t)H;
    const float *last_bias = ws->last_block == LAST_APART ? params + lane->recurrent_bias_at + direct : NULL;
    const float *bias = input_bias(ws, params, lane);
    bool look_up =
        layer == 0 && !spec->real_input && spec->embed == 0 && B > 1; // at each timestep: its rows stay in the cache
    if (!look_up) project_input(ws, params, batch, layer, direction, bias);
    if (B == 1 && direction == 0 && ws->loops->forward_single[spec->cell]) {
        struct single single = workspace_single(ws, layer, T, 0);
        single.product.a = lane->h0;
        lane_weights(ws, lane, params, false, &single.product);
        lane_weights(ws, lane, params, true, &single.last);
        if (last_bias) single.last.add = false;
        single.last.bias = last_bias;
        ws->loops->forward_single[spec->cell](&single, spec->activation);
        return;
    }
    for (int n = 0; n < T; n++) {
        int t = direction == 0 ? n : T - 1 - n;
        struct cell_rows rows = workspace_rows(ws, layer, direction, t, T, B);
        bool reads = n > 0 || ws->started; // else the state is zero
        if (look_up)
            ws->loops->gather(rows.gates, params + lane->input_at, bias, batch->x + (size_t)t * (size_t)B, B, (int)GH);
        if (reads) step_product(ws, lane, params, false, B, rows.h_prev, rows.h_stride, rows.gates, GH, NULL);
        if (ws->last_block == LAST_APART && reads)
            step_product(ws, lane, params, true, B, rows.h_prev, rows.h_stride, rows.mixed, (size_t)H, last_bias);
        else if (ws->last_block == LAST_APART)
            ws->loops->gather(rows.mixed, NULL, last_bias, NULL, B, H);
        if (ws->last_block == LAST_MIXED) {
            ws->loops->forward_first[spec->cell](&rows);
            if (reads) step_product(ws, lane, params, true, B, rows.mixed, (size_t)H, rows.gates + direct, GH, NULL);
        }
        ws->loops->forward[spec->cell](&rows, spec->activation);
        for (int b = 0; direction == 1 && b < B; b++) {
            if (t < ws->lengths[b]) continue; // padding: the sequence has not begun yet in this direction
            memset(rows.h + (size_t)b * rows.stride, 0, (size_t)H * sizeof(float));
            if (rows.c) memset(rows.c + (size_t)b * (size_t)H, 0, (size_t)H * sizeof(float));
        }
    }
}

void layers_forward(struct workspace *ws, const float *params, const struct batch *batch) {
    const struct net_spec *spec = &ws->layout->spec;
    check(batch->T <= ws->max_T && batch->B <= ws->max_B, "a minibatch of %d x %d in room for %d x %d", batch->T,
          batch->B, ws->max_T, ws->max_B);
    ws->params = params;
    ws->grads = NULL;
    begin_state(ws, batch);
    if (spec->directions > 1 || ws->decoder) workspace_measure(ws, batch);
    for (int l = 0; l < spec->layers; l++)
        for (int d = 0; d < spec->directions; d++)
            forward_lane(ws, params, batch, l, d);
    end_state(ws, batch);
}
