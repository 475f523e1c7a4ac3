// The named tensors of a record, one after the other, as the trace file holds them.
#include "analysis.h"
#include "check.h"
#include "mem.h"
#include "record.h"

#include <stdio.h>
#include <string.h>

struct visit {
    const struct record *record;
    const struct tape *tape; // the decoder's, or the only one; or the encoder's
    const struct example *example;
    const char *prefix; // "encoder/", or ""
    trace_each_fn *each;
    void *context;
    double *buffer; // grows to the largest tensor that has to be put together
    size_t room;
    bool failed;
};

static double *room_for(struct visit *v, size_t count) {
    if (count > v->room) {
        mem_free(v->buffer);
        v->buffer = mem_array(count, sizeof *v->buffer);
        v->room = v->buffer ? count : 0;
        if (!v->buffer) v->failed = true;
    }
    return v->buffer;
}

static void give(struct visit *v, const char *name, int dims, int64_t a, int64_t b, int64_t c, const double *data) {
    char whole[160];
    if (v->failed) return;
    snprintf(whole, sizeof whole, "%s%s", v->prefix, name);
    v->each(v->context, whole, dims, (const int64_t[]){a, b, c}, data);
}

static void give_scalar(struct visit *v, const char *name, double value) {
    give(v, name, 1, 1, 0, 0, &value);
}

// --- over time ---

static void give_rows(struct visit *v, const char *name, const double *first, int width) {
    give(v, name, 2, v->example->T, width, 0, first);
}

static void give_norms(struct visit *v, const char *name, const double *rows, int width) {
    int T = v->example->T;
    double *norms = room_for(v, (size_t)T);
    for (int t = 0; norms && t < T; t++)
        norms[t] = record_norm(rows + (size_t)t * (size_t)width, width);
    give(v, name, 1, T, 0, 0, norms);
}

static int width_of(const struct visit *v, int layer, int slot) {
    const struct net_spec *spec = tape_spec(v->tape);
    return slot == net_cell(spec)->input ? net_layer_inputs(spec, layer) : spec->hidden;
}

static void give_input(struct visit *v) {
    int T = v->example->T, slot = record_cell(v->record)->input;
    give_rows(v, "input", tape_value(v->tape, 0, 0, slot, 0), width_of(v, 0, slot));
    if (tape_spec(v->tape)->real_input) return;
    double *row = room_for(v, (size_t)T);
    for (int t = 0; row && t < T; t++)
        row[t] = v->example->x[t];
    give(v, "symbol", 1, T, 0, 0, row);
}

static void give_target(struct visit *v) {
    const struct example *example = v->example;
    int T = example->T, O = tape_spec(v->tape)->outputs;
    double *row = room_for(v, (size_t)T * (size_t)O);
    if (example->target_real) give_rows(v, "target", example->target_real, O);
    for (int t = 0; row && t < T; t++)
        row[t] = example->target[t];
    if (!example->target_real) give(v, "target", 1, T, 0, 0, row);
    for (int t = 0; row && t < T; t++)
        row[t] = example->target[t] >= 0;
    give(v, "mask", 1, T, 0, 0, row);
}

static void give_outputs(struct visit *v) {
    const struct record *record = v->record;
    int T = record_T(record), O = record->layout.spec.outputs;
    give_rows(v, "forward/logits", tape_logits(record->tape, 0), O);
    give_rows(v, "forward/y_hat", tape_y_hat(record->tape, 0), O);
    double *losses = room_for(v, (size_t)T);
    for (int t = 0; losses && t < T; t++)
        losses[t] = tape_loss(record->tape, t);
    give(v, "forward/loss", 1, T, 0, 0, losses);
    give_scalar(v, "forward/total_loss", record->loss);
    give_rows(v, "backward/logits", tape_logits_grad(record->tape, 0), O);
    give_norms(v, "norm/backward/logits", tape_logits_grad(record->tape, 0), O);
}

static void give_sent(struct visit *v, int layer, int direction) {
    const struct record *record = v->record;
    const struct cell_desc *cell = record_cell(record);
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++) {
            const double *rows = tape_sent(v->tape, layer, direction, i, k, 0);
            if (!rows) continue;
            int width = width_of(v, layer, cell->steps[i].in[k]);
            give_rows(v, record_sent_name(record, layer, direction, i, k), rows, width);
            give_norms(v, record_sent_norm_name(record, layer, direction, i, k), rows, width);
        }
}

static void give_track(struct visit *v, int layer, int direction) {
    const struct record *record = v->record;
    const struct cell_desc *cell = record_cell(record);
    for (int s = 0; s < cell->slot_count; s++) {
        int width = width_of(v, layer, s);
        const double *grad = tape_grad(v->tape, layer, direction, s, 0);
        give_rows(v, record_name(record, RECORD_FORWARD, layer, direction, s),
                  tape_value(v->tape, layer, direction, s, 0), width);
        give_rows(v, record_name(record, RECORD_BACKWARD, layer, direction, s), grad, width);
        give_norms(v, record_norm_name(record, RECORD_BACKWARD, layer, direction, s), grad, width);
    }
    for (int s = 0; s < cell->state_count; s++) {
        int slot = cell->state_out[s], H = record_H(record);
        for (int kind = RECORD_FROM_LOSS; kind <= RECORD_FROM_FUTURE; kind++) {
            const double *rows = kind == RECORD_FROM_LOSS ? tape_from_loss(v->tape, layer, direction, s, 0)
                                                          : tape_from_future(v->tape, layer, direction, s, 0);
            give_rows(v, record_name(record, (enum record_kind)kind, layer, direction, slot), rows, H);
            give_norms(v, record_norm_name(record, (enum record_kind)kind, layer, direction, slot), rows, H);
        }
    }
    give_sent(v, layer, direction);
}

// dL/dx of the whole network: both directions read the input.
static void give_input_grad(struct visit *v) {
    int slot = record_cell(v->record)->input, I = width_of(v, 0, slot);
    size_t count = (size_t)v->example->T * (size_t)I;
    double *sum = room_for(v, count);
    if (!sum) return;
    memcpy(sum, tape_grad(v->tape, 0, 0, slot, 0), count * sizeof *sum);
    for (int d = 1; d < tape_spec(v->tape)->directions; d++) {
        const double *other = tape_grad(v->tape, 0, d, slot, 0);
        for (size_t i = 0; i < count; i++)
            sum[i] += other[i];
    }
    give_rows(v, "backward/input", sum, I);
}

static void give_tracks(struct visit *v) {
    const struct net_spec *spec = tape_spec(v->tape);
    for (int l = 0; l < spec->layers; l++)
        for (int d = 0; d < spec->directions; d++)
            give_track(v, l, d);
    give_input_grad(v);
}

// What the loss makes of each value set by hand.
static void give_clamps(struct visit *v) {
    int count = tape_clamp_count(v->tape);
    double grads[CLAMP_MAX];
    for (int i = 0; i < count; i++)
        grads[i] = tape_clamp_grad(v->tape, i);
    if (count > 0) give(v, "clamp/grad", 1, count, 0, 0, grads);
}

static void give_encoder(struct visit *v) {
    struct visit own = *v;
    own.tape = tape_encoder(v->record->tape);
    own.example = &v->record->source;
    own.prefix = "encoder/";
    give_input(&own);
    give_tracks(&own);
    v->buffer = own.buffer;
    v->room = own.room;
    v->failed = own.failed;
}

// --- parameters ---

static const double *slab_of(const struct record *record, enum record_param_kind kind) {
    switch (kind) {
    case RECORD_PARAM:
        return record->params;
    case RECORD_GRAD:
        return record->grads;
    case RECORD_CLIPPED:
        return record->clipped;
    case RECORD_REST:
        return record->rest;
    case RECORD_TOTAL:
        return record->total;
    default:
        return record->params_after;
    }
}

// Matrices stand turned in files, (out, in); an embedding, one row a symbol in both, does not.
static bool is_turned(const struct param *param) {
    return param->role != PARAM_EMBED;
}
int param_rows(const struct param *param) {
    return is_turned(param) ? param->out : param->in;
}
int param_columns(const struct param *param) {
    return is_turned(param) ? param->in : param->out;
}
size_t param_index(const struct param *param, int row, int column) {
    int in = is_turned(param) ? column : row, out = is_turned(param) ? row : column;
    check(out >= 0 && out < param->out && in >= 0 && in < param->in, "%s: row %d, column %d", param->name, row, column);
    return param->offset + (size_t)in * (size_t)param->out + (size_t)out;
}

void record_param_shape(const struct record *record, int param, int *rows, int *columns) {
    check(param >= 0 && param < record->layout.count, "parameter %d", param);
    *rows = param_rows(&record->layout.params[param]);
    *columns = param_columns(&record->layout.params[param]);
}

bool record_has(const struct record *record, enum record_param_kind kind) {
    switch (kind) {
    case RECORD_MOMENT:
        return record->m_before != NULL;
    case RECORD_SQUARE:
        return record->v_before != NULL;
    case RECORD_REST:
    case RECORD_TOTAL:
        return record->batch != NULL;
    default:
        return true;
    }
}

enum record_param_kind record_total_kind(const struct record *record) {
    return record->batch ? RECORD_TOTAL : RECORD_GRAD;
}

double record_batch_loss(const struct record *record) {
    return record->loss + record->rest_loss;
}

int record_batch_count(const struct record *record) {
    return record->batch ? example_batch_count(record->batch) : 1;
}

size_t record_param_index(const struct record *record, int param, int row, int column) {
    const struct param *p = &record->layout.params[param];
    return param_index(p, row, column);
}

double record_param_value(const struct record *record, enum record_param_kind kind, int param, int row, int column) {
    check(kind < RECORD_GRAD_AT, "a timestep's part of %s", record->layout.params[param].name);
    size_t at = record_param_index(record, param, row, column);
    if (kind == RECORD_DELTA) return record->params_after[at] - record->params[at];
    if (kind == RECORD_MOMENT) return record->m_before[at];
    if (kind == RECORD_SQUARE) return record->v_before[at];
    return slab_of(record, kind)[at];
}

static bool is_bias(const struct param *param) {
    return param_is_vector(param->role);
}

static void give_param(struct visit *v, enum record_param_kind kind, int index) {
    const struct param *param = &v->record->layout.params[index];
    int rows = param_rows(param), columns = param_columns(param);
    double *out = room_for(v, (size_t)rows * (size_t)columns);
    for (int r = 0; out && r < rows; r++)
        for (int c = 0; c < columns; c++)
            out[(size_t)r * (size_t)columns + (size_t)c] = record_param_value(v->record, kind, index, r, c);
    const char *name = record_param_name_of(v->record, kind, index);
    if (is_bias(param))
        give(v, name, 1, rows, 0, 0, out);
    else
        give(v, name, 2, rows, columns, 0, out);
}

int record_param_T(const struct record *record, int index) {
    const struct layout *encoder = record->layout.encoder;
    return encoder && index < encoder->count ? record->source.T : record_T(record);
}

// (T, rows, columns): each timestep's part of a gradient.
static void give_param_parts(struct visit *v, int index) {
    const struct record *record = v->record;
    const struct param *param = &record->layout.params[index];
    int T = record_param_T(record, index), rows = param_rows(param), columns = param_columns(param);
    size_t size = (size_t)param->in * (size_t)param->out;
    double *out = room_for(v, size * (size_t)(T + 1)), *part = out ? out + size * (size_t)T : NULL;
    for (int t = 0; out && t < T; t++) {
        tape_param_grad_at(record->tape, &record->layout, &record->example, index, t, part);
        double *to = out + size * (size_t)t;
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) {
                int in = is_turned(param) ? c : r, o = is_turned(param) ? r : c;
                to[(size_t)r * (size_t)columns + (size_t)c] = part[(size_t)in * (size_t)param->out + (size_t)o];
            }
    }
    const char *name = record_param_name_of(record, RECORD_GRAD_AT, index);
    if (is_bias(param))
        give(v, name, 2, T, rows, 0, out);
    else
        give(v, name, 3, T, rows, columns, out);
    struct err err = {0};
    double *norms = room_for(v, (size_t)T);
    if (norms && !analysis_part_norms(record->tape, &record->layout, &record->example, index, norms, &err))
        v->failed = true;
    give(v, record_param_name_of(record, RECORD_GRAD_AT_NORM, index), 1, T, 0, 0, norms);
}

static void give_batch(struct visit *v) {
    const struct record *record = v->record;
    give_scalar(v, "clip/own_norm", record->own_norm);
    give_scalar(v, "clip/rest_norm", record->rest_norm);
    give_scalar(v, "minibatch/loss", record_batch_loss(record));
    give_scalar(v, "minibatch/rest_loss", record->rest_loss);
}

bool record_each(const struct record *record, trace_each_fn *each, void *context) {
    struct visit v = {.record = record,
                      .tape = record->tape,
                      .example = &record->example,
                      .prefix = "",
                      .each = each,
                      .context = context};
    give_input(&v);
    give_target(&v);
    give_outputs(&v);
    give_tracks(&v);
    if (tape_encoder(record->tape)) give_encoder(&v);
    give_clamps(&v);
    for (int p = 0; p < record->layout.count; p++) {
        for (int kind = RECORD_PARAM; kind < RECORD_GRAD_AT; kind++)
            if (record_has(record, (enum record_param_kind)kind)) give_param(&v, (enum record_param_kind)kind, p);
        give_param_parts(&v, p);
    }
    give_scalar(&v, "clip/grad_norm", record->grad_norm);
    give_scalar(&v, "clip/clipped_norm", record->clipped_norm);
    give_scalar(&v, "clip/max_norm", record->options.clip_norm);
    give_scalar(&v, "clip/max_value", record->options.clip_value);
    give_scalar(&v, "clip/scale", record->clip_scale);
    if (record->batch) give_batch(&v);
    mem_free(v.buffer);
    return !v.failed;
}
