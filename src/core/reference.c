#include "check.h"
#include "mem.h"
#include "slab.h"
#include "tape.h"
#include <math.h>
#include <string.h>

// --- memory: one allocation, laid out twice: once to count, once to hand out ---

struct carver {
    double *base; // NULL while counting
    size_t used;  // doubles
};

static double *carve(struct carver *carver, size_t rows, size_t columns) {
    double *at = carver->base ? carver->base + carver->used : NULL;
    carver->used = size_mul_add(rows, columns, carver->used);
    return at;
}

static void carve_track(struct carver *carver, struct track *track, const struct cell_desc *cell, size_t T, size_t H) {
    for (int s = 0; s < cell->slot_count; s++) {
        size_t width = s == cell->input ? (size_t)track->inputs : H;
        track->value[s] = carve(carver, T, width);
        track->grad[s] = carve(carver, T, width);
    }
    for (int i = 0; i < cell->step_count; i++) {
        for (int k = 0; k < 2; k++) {
            int in = cell->steps[i].in[k];
            if (in < 0) continue;
            track->sent[i][k] = carve(carver, T, in == cell->input ? (size_t)track->inputs : H);
        }
    }
    for (int s = 0; s < cell->state_count; s++) {
        track->from_loss[s] = carve(carver, T, H);
        track->from_future[s] = carve(carver, T, H);
    }
}

static void carve_tape(struct carver *carver, struct tape *tape) {
    size_t T = (size_t)tape->T, O = (size_t)tape->spec.outputs;
    for (int l = 0; l < tape->spec.layers; l++) {
        for (int d = 0; d < tape->spec.directions; d++) {
            tape->tracks[l][d].inputs = net_layer_inputs(&tape->spec, l);
            carve_track(carver, &tape->tracks[l][d], tape->cell, T, (size_t)tape->spec.hidden);
        }
    }
    tape->logits = carve(carver, T, O);
    tape->y_hat = carve(carver, T, O);
    tape->logits_grad = carve(carver, T, O);
    tape->loss = carve(carver, T, 1);
}

static struct tape *tape_make(const struct net_spec *spec, int T, struct err *err) {
    if (T < 1) {
        err_set(err, ERR_LIMIT, "a tape needs at least 1 timestep, found %d", T);
        return NULL;
    }
    struct tape *tape = slab_alloc(1, sizeof *tape, "a tape", err);
    if (!tape) return NULL;
    tape->spec = *spec;
    tape->cell = net_cell(spec);
    tape->T = tape->length = T;
    tape->factor = 1.0;
    struct carver count = {0};
    carve_tape(&count, tape);
    struct carver carver = {.base = slab_alloc(count.used, sizeof(double), "the tape of one example", err)};
    tape->memory = carver.base;
    if (!tape->memory) {
        mem_free(tape);
        return NULL;
    }
    carve_tape(&carver, tape);
    return tape;
}

struct tape *tape_new(const struct net_spec *spec, int T, struct err *err) {
    if (!net_spec_check(spec, err)) return NULL;
    if (spec->kind != NET_ENCODER_DECODER) return tape_make(spec, T, err);
    err_set(err, ERR_VALUE,
            "the tape of an encoder-decoder needs the encoder's timesteps and the decoder's, found one");
    return NULL;
}

struct tape *tape_new_pair(const struct net_spec *spec, int source_T, int T, struct err *err) {
    if (spec->kind != NET_ENCODER_DECODER || !net_spec_check(spec, err)) return tape_new(spec, T, err);
    struct net_spec encoder = net_encoder_spec(spec), decoder = net_decoder_spec(spec);
    struct tape *tape = tape_make(&decoder, T, err);
    if (!tape) return NULL;
    tape->encoder = tape_make(&encoder, source_T, err);
    if (!tape->encoder) {
        tape_free(tape);
        return NULL;
    }
    tape->encoder->decoder = tape;
    return tape;
}

void tape_free(struct tape *tape) {
    if (!tape) return;
    tape_free(tape->encoder);
    mem_free(tape->memory);
    mem_free(tape);
}

const struct tape *tape_encoder(const struct tape *tape) {
    return tape->encoder;
}

void tape_scale_loss(struct tape *tape, double factor) {
    tape->factor = factor;
}

void reference_params(const struct model *model, double *out) {
    for (size_t i = 0; i < model->layout.size; i++)
        out[i] = model->params[i];
}

struct track_params track_params_of(const struct layout *layout, const double *params, double *grads, int layer,
                                    int direction) {
    size_t at[3];
    for (int role = PARAM_INPUT; role <= PARAM_BIAS; role++) {
        int p = layout_param(layout, (enum param_role)role, layer, direction);
        check(p >= 0, "layer %d has no parameter of role %d", layer, role);
        at[role] = layout->params[p].offset;
    }
    int second = layout_param(layout, PARAM_RECURRENT_BIAS, layer, direction);
    int diagonal = layout_param(layout, PARAM_DIAGONAL, layer, direction);
    size_t second_at = second < 0 ? 0 : layout->params[second].offset,
           diagonal_at = diagonal < 0 ? 0 : layout->params[diagonal].offset;
    return (struct track_params){
        .recurrent_bias = second < 0 ? NULL : params + second_at,
        .recurrent_bias_grad = second < 0 || !grads ? NULL : grads + second_at,
        .diagonal = diagonal < 0 ? NULL : params + diagonal_at,
        .diagonal_grad = diagonal < 0 || !grads ? NULL : grads + diagonal_at,
        .input = params + at[PARAM_INPUT],
        .recurrent = params + at[PARAM_RECURRENT],
        .bias = params + at[PARAM_BIAS],
        .input_grad = grads ? grads + at[PARAM_INPUT] : NULL,
        .recurrent_grad = grads ? grads + at[PARAM_RECURRENT] : NULL,
        .bias_grad = grads ? grads + at[PARAM_BIAS] : NULL,
    };
}

// --- forward ---

// Zeros are skipped: a one-hot vector costs one row.
void reference_add_product(double *restrict z, const double *v, int n, const double *weights, size_t stride, int H) {
    for (int j = 0; j < n; j++) {
        double factor = v[j];
        if (factor == 0.0) continue;
        const double *restrict row = weights + (size_t)j * stride;
        for (int i = 0; i < H; i++)
            z[i] += factor * row[i];
    }
}

static void add_to(double *z, const double *v, int n) {
    for (int i = 0; i < n; i++)
        z[i] += v[i];
}

static void forward_affine(const struct tape *tape, struct track *track, const struct track_params *p,
                           const struct cell_step *step, int t) {
    int H = tape->spec.hidden, I = track->inputs;
    size_t GH = (size_t)tape->cell->block_count * (size_t)H, at = (size_t)step->block * (size_t)H;
    double *z = track->value[step->out] + (size_t)t * (size_t)H;
    memset(z, 0, (size_t)H * sizeof *z);
    if (!p->recurrent_bias || step->in[1] >= 0) add_to(z, p->bias + at, H);
    if (p->recurrent_bias && step->in[0] >= 0) add_to(z, p->recurrent_bias + at, H);
    if (step->in[0] >= 0)
        reference_add_product(z, track->value[step->in[0]] + (size_t)t * (size_t)H, H, p->recurrent + at, GH, H);
    if (step->in[1] >= 0)
        reference_add_product(z, track->value[step->in[1]] + (size_t)t * (size_t)I, I, p->input + at, GH, H);
}

static void forward_step(const struct tape *tape, struct track *track, const struct track_params *params,
                         const struct cell_step *step, int t) {
    int H = tape->spec.hidden;
    size_t row = (size_t)t * (size_t)H;
    double *out = track->value[step->out] + row;
    const double *a = step->in[0] < 0 ? NULL : track->value[step->in[0]] + row;
    const double *b = step->in[1] < 0 || step->op == OP_AFFINE ? NULL : track->value[step->in[1]] + row;
    switch (step->op) {
    case OP_AFFINE:
        forward_affine(tape, track, params, step, t);
        break;
    case OP_SIGMOID:
        for (int i = 0; i < H; i++)
            out[i] = 1.0 / (1.0 + exp(-a[i]));
        break;
    case OP_TANH:
        for (int i = 0; i < H; i++)
            out[i] = tanh(a[i]);
        break;
    case OP_RELU: // written so that NaN stays NaN
        for (int i = 0; i < H; i++)
            out[i] = a[i] < 0.0 ? 0.0 : a[i];
        break;
    case OP_MUL:
        for (int i = 0; i < H; i++)
            out[i] = a[i] * b[i];
        break;
    case OP_ADD:
        for (int i = 0; i < H; i++)
            out[i] = a[i] + b[i];
        break;
    case OP_ONE_MINUS:
        for (int i = 0; i < H; i++)
            out[i] = 1.0 - a[i];
        break;
    case OP_DIAGONAL: {
        const double *w = params->diagonal + (size_t)cell_diagonal_row(tape->cell, step->block) * (size_t)H;
        for (int i = 0; i < H; i++)
            out[i] = w[i] * a[i];
        break;
    }
    case OP_COUNT:
        break;
    }
}

// x (E) of a symbol: one-hot, or its row of the embedding.
static void look_up(const struct tape *tape, const struct layout *layout, const double *params, int symbol, double *x) {
    size_t I = (size_t)tape->tracks[0][0].inputs;
    memset(x, 0, I * sizeof *x);
    check(symbol < tape->spec.inputs, "symbol %d of %d", symbol, tape->spec.inputs);
    if (symbol < 0) return;
    if (tape->spec.embed == 0) {
        x[symbol] = 1.0;
        return;
    }
    const double *rows = params + layout->params[layout_param(layout, PARAM_EMBED, -1, -1)].offset;
    memcpy(x, rows + (size_t)symbol * I, I * sizeof *x);
}

// The input slot of a layer at t: the example's, or the states of the layer below, both directions side by
// side.
static void forward_input(struct tape *tape, const struct layout *layout, const double *params,
                          const struct example *example, int layer, int direction, int t) {
    struct track *track = &tape->tracks[layer][direction];
    size_t I = (size_t)track->inputs, H = (size_t)tape->spec.hidden;
    double *x = track->value[tape->cell->input] + (size_t)t * I;
    if (layer > 0) {
        for (int d = 0; d < tape->spec.directions; d++)
            memcpy(x + (size_t)d * H, tape->tracks[layer - 1][d].value[tape->cell->state_out[0]] + (size_t)t * H,
                   H * sizeof *x);
        for (size_t i = 0; example->dropout && i < I; i++)
            x[i] *= example->dropout[((size_t)(layer - 1) * (size_t)example->T + (size_t)t) * I + i];
    } else if (tape->spec.real_input) {
        memcpy(x, example->x_real + (size_t)t * I, I * sizeof *x);
    } else {
        look_up(tape, layout, params, example->x[t], x);
    }
}

// The state that enters the first timestep: zero, or what an encoder's directions left, added up.
static void first_state(const struct tape *tape, int layer, int state, double *in) {
    size_t H = (size_t)tape->spec.hidden;
    memset(in, 0, H * sizeof *in);
    for (int d = 0; tape->encoder && d < tape->encoder->spec.directions; d++)
        add_to(in, tape_value(tape->encoder, layer, d, tape->cell->state_out[state], last_time(tape->encoder, d)),
               tape->spec.hidden);
}

static void forward_track(struct tape *tape, const struct layout *layout, const double *params,
                          const struct example *example, int layer, int direction) {
    const struct cell_desc *cell = tape->cell;
    struct track *track = &tape->tracks[layer][direction];
    struct track_params weights = track_params_of(layout, params, NULL, layer, direction);
    size_t H = (size_t)tape->spec.hidden;
    int T = example->T;
    for (int n = 0; n < T; n++) {
        int t = direction == 0 ? n : T - 1 - n, before = time_before(direction, t);
        forward_input(tape, layout, params, example, layer, direction, t);
        clamp_values(tape, layer, direction, cell->input, t,
                     track->value[cell->input] + (size_t)t * (size_t)track->inputs);
        for (int s = 0; s < cell->state_count; s++) {
            double *in = track->value[cell->state_in[s]] + (size_t)t * H;
            if (n == 0)
                first_state(tape, layer, s, in);
            else
                memcpy(in, track->value[cell->state_out[s]] + (size_t)before * H, H * sizeof *in);
            clamp_values(tape, layer, direction, cell->state_in[s], t, in);
        }
        for (int i = 0; i < cell->step_count; i++) {
            int out = cell->steps[i].out;
            forward_step(tape, track, &weights, &cell->steps[i], t);
            clamp_values(tape, layer, direction, out, t, track->value[out] + (size_t)t * H);
        }
    }
}

double reference_forward(struct tape *tape, const struct layout *layout, const double *params,
                         const struct example *example) {
    return reference_forward_with(tape, layout, params, example, NULL);
}

static double forward_network(struct tape *tape, const struct layout *layout, const double *params,
                              const struct example *example, const struct clamps *clamps) {
    clamps_keep(tape, clamps);
    check(example->T >= 1 && example->T <= tape->T, "%d timesteps on a tape of %d", example->T, tape->T);
    tape->length = example->T;
    for (int l = 0; l < tape->spec.layers; l++)
        for (int d = 0; d < tape->spec.directions; d++)
            forward_track(tape, layout, params, example, l, d);
    double loss = 0.0;
    for (int t = 0; tape->spec.outputs > 0 && t < example->T; t++)
        loss += head_forward(tape, layout, params, example, t);
    return loss;
}

double reference_forward_with(struct tape *tape, const struct layout *layout, const double *params,
                              const struct example *example, const struct clamps *clamps) {
    if (tape->encoder) {
        check(layout->encoder && example->source, "an encoder needs its layout and something to read");
        forward_network(tape->encoder, layout->encoder, params, example->source, clamps);
    }
    return forward_network(tape, tape_layout(tape, layout), params, example, clamps);
}

// --- reading ---

const struct net_spec *tape_spec(const struct tape *tape) {
    return &tape->spec;
}
int tape_length(const struct tape *tape) {
    return tape->length;
}

static const struct track *track_at(const struct tape *tape, int layer, int direction, int t) {
    check(layer >= 0 && layer < tape->spec.layers && direction >= 0 && direction < tape->spec.directions,
          "layer %d, direction %d", layer, direction);
    check(t >= 0 && t < tape->length, "timestep %d of %d", t, tape->length);
    return &tape->tracks[layer][direction];
}

const double *tape_value(const struct tape *tape, int layer, int direction, int slot, int t) {
    const struct track *track = track_at(tape, layer, direction, t);
    check(slot >= 0 && slot < tape->cell->slot_count, "slot %d", slot);
    return track->value[slot] + (size_t)t * (size_t)slot_width(tape, layer, slot);
}

const double *tape_grad(const struct tape *tape, int layer, int direction, int slot, int t) {
    const struct track *track = track_at(tape, layer, direction, t);
    check(slot >= 0 && slot < tape->cell->slot_count, "slot %d", slot);
    return track->grad[slot] + (size_t)t * (size_t)slot_width(tape, layer, slot);
}

const double *tape_sent(const struct tape *tape, int layer, int direction, int step, int k, int t) {
    const struct track *track = track_at(tape, layer, direction, t);
    check(step >= 0 && step < tape->cell->step_count && (k == 0 || k == 1), "step %d, operand %d", step, k);
    if (!track->sent[step][k]) return NULL;
    return track->sent[step][k] + (size_t)t * (size_t)slot_width(tape, layer, tape->cell->steps[step].in[k]);
}

const double *tape_from_loss(const struct tape *tape, int layer, int direction, int state, int t) {
    const struct track *track = track_at(tape, layer, direction, t);
    check(state >= 0 && state < tape->cell->state_count, "state %d", state);
    return track->from_loss[state] + (size_t)t * (size_t)tape->spec.hidden;
}

const double *tape_from_future(const struct tape *tape, int layer, int direction, int state, int t) {
    const struct track *track = track_at(tape, layer, direction, t);
    check(state >= 0 && state < tape->cell->state_count, "state %d", state);
    return track->from_future[state] + (size_t)t * (size_t)tape->spec.hidden;
}

const double *tape_logits(const struct tape *tape, int t) {
    return tape->logits + (size_t)t * (size_t)tape->spec.outputs;
}
const double *tape_y_hat(const struct tape *tape, int t) {
    return tape->y_hat + (size_t)t * (size_t)tape->spec.outputs;
}
const double *tape_logits_grad(const struct tape *tape, int t) {
    return tape->logits_grad + (size_t)t * (size_t)tape->spec.outputs;
}
double tape_loss(const struct tape *tape, int t) {
    return tape->loss[t];
}
