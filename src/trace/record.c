#include "record.h"

#include "clipping.h"
#include "mem.h"
#include "record_names.h"
#include "record_rest.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

// --- copies of what came in ---

static void *copy_of(const void *from, size_t count, size_t size) {
    void *to = mem_array(count ? count : 1, size);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

static char **copy_list(char *const *texts, int count, int *copied) {
    *copied = 0;
    if (!texts || count <= 0) return NULL;
    char **copies = mem_need((size_t)count, sizeof *copies);
    for (int i = 0; i < count; i++)
        copies[i] = mem_copy_text(texts[i] ? texts[i] : "");
    *copied = count;
    return copies;
}

static void release_list(char **texts, int count) {
    for (int i = 0; i < count; i++)
        mem_free(texts[i]);
    mem_free(texts);
}

static void copy_texts(struct record *record, const struct record_texts *texts) {
    if (!texts) return;
    record->symbols = copy_list(texts->symbols, texts->symbol_count, &record->symbol_count);
    record->answers = copy_list(texts->answers, texts->answer_count, &record->answer_count);
}

// --- the sides of an encoder-decoder ---

static struct record *make_side(const struct record *record, bool encoder) {
    struct record *side = mem_need(1, sizeof *side);
    *side = *record;
    side->whole = record;
    side->layout = encoder ? *record->layout.encoder : *record->layout.decoder;
    side->encoder = side->decoder = NULL;
    if (encoder) {
        side->tape = (struct tape *)tape_encoder(record->tape);
        side->example = record->source;
    } else if (record->answers) { // the decoder reads what it writes
        side->symbols = record->answers;
        side->symbol_count = record->answer_count;
    }
    side->names = record_names_new(side, encoder ? "encoder/" : "");
    return side;
}

static void make_sides(struct record *record) {
    if (!record->layout.encoder) return;
    struct record *encoder = make_side(record, true), *decoder = make_side(record, false);
    record->encoder = encoder;
    record->decoder = decoder;
}

// What is known only after the passes.
static void finish_side(const struct record *record, struct record *side) {
    if (!side) return;
    side->loss = record->loss;
    side->loss_scale = record->loss_scale;
    side->grad_norm = record->grad_norm;
    side->clip_scale = record->clip_scale;
    side->clipped_norm = record->clipped_norm;
    side->own_norm = record->own_norm;
    side->rest_norm = record->rest_norm;
    side->rest_loss = record->rest_loss;
    side->batch_tokens = record->batch_tokens;
}

static void free_side(struct record *side) {
    if (side) record_names_free(side->names);
    mem_free(side);
}

const struct record *record_side(const struct record *record, bool encoder) {
    const struct record *whole = record->whole;
    if (!whole->encoder) return whole;
    return encoder ? whole->encoder : whole->decoder;
}

const struct record *record_side_of_param(const struct record *record, int param) {
    return record->encoder ? record_side(record, param < record->encoder->layout.count) : record;
}

bool record_is_encoder(const struct record *side) {
    return side->whole->encoder == side;
}
bool record_is_decoder(const struct record *side) {
    return side->whole->decoder == side;
}

// State before the update (NULL: zeros), twice: the second copy is the one that moves.
static bool keep_state(size_t n, const float *from, float **before, float **after) {
    *before = from ? copy_of(from, n, sizeof *from) : mem_array(n, sizeof *from);
    *after = from ? copy_of(from, n, sizeof *from) : mem_array(n, sizeof *from);
    return *before && *after;
}

static bool make_slabs(struct record *record, const float *m, const float *v) {
    size_t n = record->layout.size;
    record->params = mem_array(n, sizeof *record->params);
    record->grads = mem_array(n, sizeof *record->grads);
    record->clipped = mem_array(n, sizeof *record->clipped);
    record->params_after = mem_array(n, sizeof *record->params_after);
    record->total = record->grads;
    if (!record->params || !record->grads || !record->clipped || !record->params_after) return false;
    if (record->batch && !record_rest_room(record)) return false;
    int slabs = optimizer_slabs(record->options.optimizer);
    if (slabs > 0 && !keep_state(n, m, &record->m_before, &record->m_after)) return false;
    return slabs < 2 || keep_state(n, v, &record->v_before, &record->v_after);
}

// --- what is not finite, and where it was first ---

static bool report(struct err *err, const char *title, const char *name, double value, int t, int index,
                   const char *word) {
    return err_set(err, ERR_VALUE, "%s is %s at t = %d, %s %d (%s); everything before it is finite", title,
                   isnan(value) ? "not a number" : "infinite", t + 1, word, index + 1, name);
}

static int not_finite(const double *values, int n) {
    for (int i = 0; i < n; i++)
        if (!isfinite(values[i])) return i;
    return -1;
}

static bool params_finite(const struct record *record, const double *slab, const char *prefix, const char *what,
                          struct err *err) {
    for (int p = 0; p < record->layout.count; p++) {
        const struct param *param = &record->layout.params[p];
        for (size_t i = 0; i < (size_t)param->in * (size_t)param->out; i++) {
            double value = slab[param->offset + i];
            if (isfinite(value)) continue;
            return err_set(err, ERR_VALUE, "%s is %s in row %d, column %d (%s%s)", what,
                           isnan(value) ? "not a number" : "infinite", (int)(i % (size_t)param->out) + 1,
                           (int)(i / (size_t)param->out) + 1, prefix, param->name);
        }
    }
    return true;
}

static int width_of(const struct tape *tape, int layer, int slot) {
    const struct net_spec *spec = tape_spec(tape);
    return slot == net_cell(spec)->input ? net_layer_inputs(spec, layer) : spec->hidden;
}

// Slots in the order they were computed: what comes in first, then the steps.
static bool cell_finite(const struct record *record, const struct tape *tape, int layer, int direction, int t,
                        struct err *err) {
    const struct cell_desc *cell = record_cell(record);
    for (int k = -1 - cell->state_count; k < cell->step_count; k++) {
        int slot = k >= 0 ? cell->steps[k].out : k == -1 ? cell->input : cell->state_in[-2 - k];
        const double *values = tape_value(tape, layer, direction, slot, t);
        int i = not_finite(values, width_of(tape, layer, slot));
        if (i >= 0)
            return report(err, cell->slots[slot].title, record_name(record, RECORD_FORWARD, layer, direction, slot),
                          values[i], t, i, slot == cell->input ? "entry" : "unit");
    }
    return true;
}

static bool cell_grads_finite(const struct record *record, const struct tape *tape, int layer, int direction, int t,
                              struct err *err) {
    const struct cell_desc *cell = record_cell(record);
    for (int k = cell->step_count - 1; k >= -1 - cell->state_count; k--) {
        int slot = k >= 0 ? cell->steps[k].out : k == -1 ? cell->input : cell->state_in[-2 - k];
        const double *values = tape_grad(tape, layer, direction, slot, t);
        int i = not_finite(values, width_of(tape, layer, slot));
        char title[96];
        snprintf(title, sizeof title, "the gradient of the %s", cell->slots[slot].title);
        if (i >= 0)
            return report(err, title, record_name(record, RECORD_BACKWARD, layer, direction, slot), values[i], t, i,
                          slot == cell->input ? "entry" : "unit");
    }
    return true;
}

// Layers one after the other, each in its own order of time: no layer reads from one above it.
static bool cells_finite(const struct record *whole, bool encoder, struct err *err) {
    const struct record *record = record_side(whole, encoder);
    const struct tape *tape = record->tape;
    const struct net_spec *spec = tape_spec(tape);
    int T = tape_length(tape);
    for (int l = 0; l < spec->layers; l++)
        for (int d = 0; d < spec->directions; d++)
            for (int n = 0; n < T; n++)
                if (!cell_finite(record, tape, l, d, d == 0 ? n : T - 1 - n, err)) return false;
    return true;
}

static bool forward_finite(const struct record *record, struct err *err) {
    const struct net_spec *spec = tape_spec(record->tape);
    const char *entry = spec->output == OUTPUT_SOFTMAX ? "symbol" : "output";
    if (record->encoder && !cells_finite(record, true, err)) return false;
    if (!cells_finite(record, false, err)) return false;
    for (int t = 0; t < record_T(record); t++) {
        int i = not_finite(tape_logits(record->tape, t), spec->outputs);
        if (i >= 0) return report(err, "the logit", "forward/logits", tape_logits(record->tape, t)[i], t, i, entry);
        i = not_finite(tape_y_hat(record->tape, t), spec->outputs);
        if (i >= 0)
            return report(err, spec->output == OUTPUT_LINEAR ? "the output" : "the probability", "forward/y_hat",
                          tape_y_hat(record->tape, t)[i], t, i, entry);
    }
    return isfinite(record->loss) || err_set(err, ERR_VALUE, "the loss is not finite");
}

static bool cells_grads_finite(const struct record *whole, bool encoder, struct err *err) {
    const struct record *record = record_side(whole, encoder);
    const struct tape *tape = record->tape;
    const struct net_spec *spec = tape_spec(tape);
    int T = tape_length(tape);
    for (int l = spec->layers - 1; l >= 0; l--)
        for (int d = spec->directions - 1; d >= 0; d--)
            for (int n = T - 1; n >= 0; n--)
                if (!cell_grads_finite(record, tape, l, d, d == 0 ? n : T - 1 - n, err)) return false;
    return true;
}

static bool backward_finite(const struct record *record, struct err *err) {
    if (!cells_grads_finite(record, false, err)) return false;
    if (record->encoder && !cells_grads_finite(record, true, err)) return false;
    if (!params_finite(record, record->grads, "grad/", "a gradient", err)) return false;
    if (!params_finite(record, record->total, "total/", "a gradient of the whole minibatch", err)) return false;
    return isfinite(record->grad_norm) || err_set(err, ERR_VALUE, "the norm of the gradient is not finite");
}

// --- forward, backward, clip, update ---

// The rule of the trainer on float copies, so that a step walked through is the step that training takes.
static bool apply_update(struct record *record, struct err *err) {
    size_t n = record->layout.size;
    float *params = mem_array(n, sizeof *params), *grads = mem_array(n, sizeof *grads);
    if (params && grads) {
        for (size_t i = 0; i < n; i++) {
            params[i] = (float)record->params[i];
            grads[i] = (float)record->total[i];
        }
        clip_hold(grads, n, record->options.clip_value);
        optimizer_apply(&record->options, n, params, grads, record->m_after, record->v_after, record->update,
                        record->clip_scale);
        for (size_t i = 0; i < n; i++)
            record->params_after[i] = params[i];
    }
    bool good = params && grads;
    mem_free(params);
    mem_free(grads);
    return good ? params_finite(record, record->params_after, "param_after/", "a parameter after the update", err)
                : err_set(err, ERR_MEMORY, "no memory for the update of %zu parameters", n);
}

static bool run(struct record *record, const struct model *model, const struct clamps *clamps,
                const struct record *like, struct err *err) {
    const struct layout *layout = &record->layout;
    reference_params(model, record->params);
    if (!params_finite(record, record->params, "param/", "a parameter", err)) return false;
    double sum = reference_forward_with(record->tape, layout, record->params, &record->example, clamps);
    long tokens = record->batch_tokens = record_rest_tokens(record) + example_tokens(&record->example);
    record->loss_scale = record->reduction == REDUCTION_MEAN && tokens > 0 ? 1.0 / (double)tokens : 1.0;
    record->loss = record->loss_scale * sum;
    if (!forward_finite(record, err)) return false;

    tape_scale_loss(record->tape, record->loss_scale);
    reference_backward(record->tape, layout, record->params, &record->example, record->grads);
    record->own_norm = record_norm(record->grads, (int)layout->size);
    if (record->batch && !record_find_rest(record, like, err)) return false;
    struct clipping clipping;
    clip_gradient(layout, record->total, record->options.clip_norm, record->options.clip_value, &clipping,
                  record->clipped);
    record->grad_norm = clipping.before;
    record->clipped_norm = clipping.after;
    record->clip_scale = clipping.scale;
    if (!backward_finite(record, err)) return false;
    return apply_update(record, err);
}

struct record *record_new(const struct model *model, const struct example *example, char *const *symbols,
                          int symbol_count, enum reduction reduction, const struct train_options *options,
                          const float *m, const float *v, int64_t update, struct err *err) {
    struct record_texts texts = {.symbols = symbols, .symbol_count = symbol_count};
    return record_new_with(model, example, NULL, &texts, reduction, options, m, v, update, err);
}

static struct record *make(const struct model *model, const struct example *example, const struct record_within *within,
                           const struct clamps *clamps, const struct record_texts *texts, enum reduction reduction,
                           const struct train_options *options, const float *m, const float *v, int64_t update,
                           struct err *err) {
    if (!example_check(&model->layout.spec, example, err)) return NULL;
    int source_T = example->source ? example->source->T : 0;
    if (clamps && !clamps_check_pair(clamps, &model->layout.spec, source_T, example->T, err)) return NULL;
    struct record *record = mem_alloc(sizeof *record);
    if (!record) {
        err_set(err, ERR_MEMORY, "no memory for a record");
        return NULL;
    }
    static atomic_ulong serial;
    record->serial = atomic_fetch_add(&serial, 1) + 1;
    record->whole = record;
    atomic_init(&record->holders, 1);
    record->reduction = reduction;
    record->options = *options;
    record->update = update < 1 ? 1 : update;
    record->batch = example_batch_hold(within ? within->batch : NULL);
    record->batch_index = within ? within->index : 0;
    record->batch_edited = record->batch && (example != example_batch_get(record->batch, record->batch_index) ||
                                             (clamps && clamps->count > 0));
    if (!layout_init(&record->layout, &model->layout.spec, err)) goto fail;
    record->tape = tape_new_pair(&record->layout.spec, source_T, example->T, err);
    if (!record->tape) goto fail;
    if (!example_copy(&record->layout, example, &record->example, &record->source) || !make_slabs(record, m, v)) {
        err_set(err, ERR_MEMORY, "no memory for the record of %d timesteps and %zu parameters", example->T,
                record->layout.size);
        goto fail;
    }
    copy_texts(record, texts);
    record->names = record_names_new(record, "");
    make_sides(record);
    if (run(record, model, clamps, within ? within->like : NULL, err)) {
        finish_side(record, record->encoder);
        finish_side(record, record->decoder);
        return record;
    }
fail:
    record_free(record);
    return NULL;
}

struct record *record_new_with(const struct model *model, const struct example *example, const struct clamps *clamps,
                               const struct record_texts *texts, enum reduction reduction,
                               const struct train_options *options, const float *m, const float *v, int64_t update,
                               struct err *err) {
    return make(model, example, NULL, clamps, texts, reduction, options, m, v, update, err);
}

struct record *record_new_within(const struct model *model, const struct example *example,
                                 const struct record_within *within, const struct clamps *clamps,
                                 const struct record_texts *texts, const struct train_options *options, const float *m,
                                 const float *v, int64_t update, struct err *err) {
    if (!example) example = example_batch_get(within->batch, within->index);
    return make(model, example, within, clamps, texts, REDUCTION_MEAN, options, m, v, update, err);
}

const struct record *record_hold(const struct record *record) {
    atomic_fetch_add(&((struct record *)record)->holders, 1);
    return record;
}

void record_free(const struct record *held) {
    struct record *record = (struct record *)held;
    if (!record || atomic_fetch_sub(&record->holders, 1) > 1) return;
    record_free(record->like);
    example_release(&record->example);
    example_release(&record->source);
    example_batch_free(record->batch);
    free_side(record->encoder);
    free_side(record->decoder);
    release_list(record->symbols, record->symbol_count);
    release_list(record->answers, record->answer_count);
    mem_free(record->params);
    if (record->total != record->grads) mem_free(record->total);
    mem_free(record->rest);
    mem_free(record->grads);
    mem_free(record->clipped);
    mem_free(record->params_after);
    mem_free(record->m_before);
    mem_free(record->v_before);
    mem_free(record->m_after);
    mem_free(record->v_after);
    tape_free(record->tape);
    record_names_free(record->names);
    layout_release(&record->layout);
    mem_free(record);
}

const struct cell_desc *record_cell(const struct record *record) {
    return net_cell(&record->layout.spec);
}
int record_T(const struct record *record) {
    return record->example.T;
}
int record_H(const struct record *record) {
    return record->layout.spec.hidden;
}

const char *record_symbol(const struct record *record, int symbol) {
    if (symbol < 0) return "0";
    if (symbol < record->symbol_count) return record->symbols[symbol];
    return record_number_name(record, symbol);
}

const char *record_answer(const struct record *record, int output) {
    if (record->answers && output >= 0 && output < record->answer_count) return record->answers[output];
    if (record->layout.spec.output != OUTPUT_SOFTMAX) return record_number_name(record, output + 1);
    return record_symbol(record, output);
}

int record_input_width(const struct record *side) {
    return net_layer_inputs(&side->layout.spec, 0);
}

double record_input_grad(const struct record *side, int t, int k) {
    double sum = 0;
    for (int d = 0; d < side->layout.spec.directions; d++)
        sum += tape_grad(side->tape, 0, d, record_cell(side)->input, t)[k];
    return sum;
}

const char *record_input_name(const struct record *side, bool grad) {
    static const char *const names[2][2] = {{"input", "backward/input"}, {"encoder/input", "encoder/backward/input"}};
    return names[record_is_encoder(side)][grad];
}

// --- neighbours in time ---

static int inside(const struct record *side, int t) {
    return t >= 0 && t < record_T(side) ? t : -1;
}
int record_before(const struct record *side, int direction, int t) {
    return inside(side, direction == 1 ? t + 1 : t - 1);
}
int record_after(const struct record *side, int direction, int t) {
    return inside(side, direction == 1 ? t - 1 : t + 1);
}
bool record_has_past(const struct record *side, int direction, int t) {
    return record_before(side, direction, t) >= 0 || record_is_decoder(side);
}
bool record_has_future(const struct record *side, int direction, int t) {
    return record_after(side, direction, t) >= 0 || record_is_encoder(side);
}

bool record_has_target(const struct record *side, int t) {
    return side->layout.spec.outputs > 0 && inside(side, t) >= 0 && side->example.target[t] >= 0;
}

int record_loss_time(const struct record *side, int direction, int t) {
    if (direction == 1 && net_one_answer(&side->layout.spec)) t = t == 0 ? record_T(side) - 1 : -1;
    return record_has_target(side, t) ? t : -1;
}

bool record_hears_loss(const struct record *side, int layer, int direction, int t) {
    return layer < side->layout.spec.layers - 1 || record_loss_time(side, direction, t) >= 0;
}

bool record_shows_output(const struct record *side, int t) {
    const struct net_spec *spec = &side->layout.spec;
    return spec->outputs > 0 && (!net_one_answer(spec) || t == record_T(side) - 1);
}

double record_norm(const double *values, int n) {
    double square = 0;
    for (int i = 0; i < n; i++)
        square += values[i] * values[i];
    return sqrt(square);
}
