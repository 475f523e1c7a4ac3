#include "share.h"
#include "finite.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <string.h>

// --- whether a network can read it ---

// One side: the network's own, or the encoder's source.
struct side {
    const struct net_spec *spec;
    const struct batch *batch;
    const char *whose; // "the minibatch", "the minibatch's source"
    struct err *err;
};

static bool symbols_check(const struct side *side, const char *what, const int *symbols, int limit) {
    int largest = -1, N = side->batch->T * side->batch->B, n = 0;
    for (int i = 0; i < N; i++)
        largest = symbols[i] > largest ? symbols[i] : largest;
    if (largest < limit) return true;
    while (symbols[n] < limit)
        n++;
    return err_set(side->err, ERR_VALUE, "%s has %s %d at timestep %d of sequence %d, expected less than %d",
                   side->whose, what, symbols[n], n / side->batch->B + 1, n % side->batch->B + 1, limit);
}

static bool number_error(const struct side *side, const char *what, double value, size_t at, int width,
                         const char *expected) {
    size_t n = at / (size_t)width, B = (size_t)side->batch->B;
    if (isnan(value)) value = fabs(value); // a NaN's sign says nothing
    return err_set(side->err, ERR_VALUE, "%s has %s %g in number %zu at timestep %zu of sequence %zu, expected %s",
                   side->whose, what, value, at % (size_t)width + 1, n / B + 1, n % B + 1, expected);
}

static bool input_check(const struct side *side, int max_T, int max_B) {
    const struct batch *batch = side->batch;
    const struct net_spec *spec = side->spec;
    if (batch->T < 1 || batch->B < 1 || batch->T > max_T || batch->B > max_B)
        return err_set(side->err, ERR_VALUE, "%s is %d timesteps x %d sequences, expected 1 x 1 to %d x %d",
                       side->whose, batch->T, batch->B, max_T, max_B);
    if (spec->real_input ? !batch->x_real : !batch->x)
        return err_set(side->err, ERR_VALUE, "%s has no input", side->whose);
    if (!spec->real_input) return symbols_check(side, "symbol", batch->x, spec->inputs);
    size_t n = (size_t)batch->T * (size_t)batch->B * (size_t)spec->inputs, at = first_not_finite(batch->x_real, n);
    return at == n || number_error(side, "input", (double)batch->x_real[at], at, spec->inputs, "a finite number");
}

static bool numbers_check(const struct side *side) {
    const struct batch *batch = side->batch;
    int O = side->spec->outputs, N = batch->T * batch->B;
    for (int n = 0; n < N; n++) {
        if (batch->target[n] < 0) continue;
        if (!batch->target_real)
            return err_set(side->err, ERR_VALUE, "%s has no numbers as targets, which a %s output needs", side->whose,
                           net_output_names[side->spec->output]);
        size_t first = (size_t)n * (size_t)O;
        for (size_t at = first; at < first + (size_t)O; at++) {
            float y = batch->target_real[at];
            if (!isfinite(y)) return number_error(side, "a target of", (double)y, at, O, "a finite number");
            if (side->spec->output == OUTPUT_SIGMOID && !(y >= 0.0f && y <= 1.0f))
                return number_error(side, "a target of", (double)y, at, O, "0 to 1");
        }
    }
    return true;
}

// One target a sequence, and nothing behind it.
static bool answers_check(const struct side *side) {
    const struct batch *batch = side->batch;
    for (int b = 0; b < batch->B; b++) {
        int answer = -1;
        for (int t = 0; t < batch->T; t++) {
            int n = t * batch->B + b;
            bool target = batch->target[n] >= 0, input = batch->x && batch->x[n] >= 0;
            if (answer >= 0 && (target || input))
                return err_set(side->err, ERR_VALUE,
                               "%s has its target at timestep %d of sequence %d and %s at timestep %d: a %s network "
                               "answers at the last one",
                               side->whose, answer + 1, b + 1, target ? "another" : "an input", t + 1,
                               net_kind_names[side->spec->kind]);
            if (target) answer = t;
        }
    }
    return true;
}

static bool targets_check(const struct side *side) {
    const struct batch *batch = side->batch;
    if (!batch->target) return err_set(side->err, ERR_VALUE, "%s has no targets", side->whose);
    if (net_one_answer(side->spec) && !answers_check(side)) return false;
    if (side->spec->output != OUTPUT_SOFTMAX) return numbers_check(side);
    return symbols_check(side, "target", batch->target, side->spec->outputs);
}

static bool carry_check(const struct net_spec *spec, struct err *err) {
    if (spec->directions > 1)
        return err_set(err, ERR_VALUE, "a state is carried forward in time: not in a bidirectional network");
    if (net_one_answer(spec) || spec->kind == NET_ENCODER_DECODER)
        return err_set(err, ERR_VALUE, "a state is carried where a sequence goes on: not in a network of kind %s",
                       net_kind_names[spec->kind]);
    return true;
}

bool source_check(const struct net_spec *spec, const struct batch *source, struct batch_room room, struct err *err) {
    struct net_spec encoder = net_encoder_spec(spec);
    struct side side = {&encoder, source, "the minibatch's source", err};
    return input_check(&side, room.max_source_T, room.max_B);
}

bool batch_check(const struct net_spec *spec, const struct batch *batch, struct batch_room room, bool needs_targets,
                 struct err *err) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    struct net_spec decoder = net_decoder_spec(spec);
    struct side own = {pair ? &decoder : spec, batch, "the minibatch", err};
    if (!input_check(&own, room.max_T, room.max_B)) return false;
    if (needs_targets && !targets_check(&own)) return false;
    if (batch->carry && !carry_check(spec, err)) return false;
    if (!pair) return true;
    if (!batch->source) return err_set(err, ERR_VALUE, "the minibatch has no source for the encoder to read");
    if (batch->source->B != batch->B)
        return err_set(err, ERR_VALUE, "the minibatch's source has %d sequences, expected %d", batch->source->B,
                       batch->B);
    return source_check(spec, batch->source, room, err);
}

// --- some of its columns ---

struct side_sizes {
    size_t T, B;
    const struct net_spec *spec;
    bool copies, masks, targets;
};

static void *owned(size_t count, size_t size, const char *what, size_t *bytes, struct err *err) {
    void *memory = slab_alloc(count, size, what, err);
    if (memory) *bytes += count * size;
    return memory;
}

static bool side_init(struct share_side *side, struct side_sizes sizes, size_t *bytes, struct err *err) {
    const char *what = "a worker's share of the minibatch";
    const struct net_spec *spec = sizes.spec;
    size_t N = size_mul_add(sizes.T, sizes.B, 0);
    if (sizes.masks && spec->layers > 1) {
        size_t width = (size_t)(spec->layers - 1) * (size_t)spec->hidden * (size_t)spec->directions;
        side->dropout = owned(size_mul_add(N, width, 0), sizeof(float), "the masks of dropout", bytes, err);
        if (!side->dropout) return false;
    }
    if (!sizes.copies) return true;
    if (!(side->x = owned(N, sizeof(int), what, bytes, err))) return false;
    if (sizes.targets && !(side->target = owned(N, sizeof(int), what, bytes, err))) return false;
    if (spec->real_input &&
        !(side->x_real = owned(size_mul_add(N, (size_t)spec->inputs, 0), sizeof(float), what, bytes, err)))
        return false;
    if (!sizes.targets || spec->output == OUTPUT_SOFTMAX) return true;
    side->target_real = owned(size_mul_add(N, (size_t)spec->outputs, 0), sizeof(float), what, bytes, err);
    return side->target_real != NULL;
}

bool share_init(struct share *share, const struct net_spec *spec, struct batch_room room, bool copies, bool masks,
                size_t *bytes, struct err *err) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    struct net_spec encoder = net_encoder_spec(spec), decoder = net_decoder_spec(spec);
    struct side_sizes own = {.T = (size_t)room.max_T,
                             .B = (size_t)room.max_B,
                             .spec = pair ? &decoder : spec,
                             .copies = copies,
                             .masks = masks,
                             .targets = true};
    if (!side_init(&share->own, own, bytes, err)) return false;
    if (!pair) return true;
    own.T = (size_t)room.max_source_T;
    own.spec = &encoder;
    own.targets = false;
    return side_init(&share->of_source, own, bytes, err);
}

static void side_release(struct share_side *side) {
    mem_free(side->x);
    mem_free(side->target);
    mem_free(side->x_real);
    mem_free(side->target_real);
    mem_free(side->dropout);
}

void share_release(struct share *share) {
    side_release(&share->own);
    side_release(&share->of_source);
    *share = (struct share){0};
}

// Some columns of an array (T, B, width) of 4-byte items. NULL stays NULL.
static void *columns(void *to, const void *from, const struct batch *batch, int first, int count, int width) {
    if (!to || !from) return NULL;
    size_t item = (size_t)width * sizeof(float), row = (size_t)batch->B * item, part = (size_t)count * item;
    for (int t = 0; t < batch->T; t++)
        memcpy((char *)to + (size_t)t * part, (const char *)from + (size_t)t * row + (size_t)first * item, part);
    return to;
}

static struct batch side_take(const struct share_side *side, const struct net_spec *spec, const struct batch *batch,
                              int first, int count) {
    struct batch part = *batch;
    part.dropout = NULL; // of the one who drew the whole, if anyone did
    if (!side->x) return part;
    part.B = count;
    part.x = columns(side->x, batch->x, batch, first, count, 1);
    part.target = columns(side->target, batch->target, batch, first, count, 1);
    part.x_real = columns(side->x_real, batch->x_real, batch, first, count, spec->inputs);
    part.target_real = columns(side->target_real, batch->target_real, batch, first, count, spec->outputs);
    return part;
}

void share_take(struct share *share, const struct net_spec *spec, const struct batch *batch, int first, int count) {
    share->batch = side_take(&share->own, spec, batch, first, count);
    share->batch.source = NULL;
    if (spec->kind != NET_ENCODER_DECODER) return;
    share->source = side_take(&share->of_source, spec, batch->source, first, count);
    share->source.target = NULL;
    share->batch.source = &share->source;
}

static void side_drop(const struct share_side *side, struct batch *batch, size_t layers, size_t width, double p,
                      uint64_t key, int first) {
    if (!side->dropout) return;
    size_t B = (size_t)batch->B, rows = (layers - 1) * (size_t)batch->T;
    float kept = (float)(1.0 / (1.0 - p));
    for (size_t b = 0; b < B; b++) {
        struct rng rng = rng_seed(key + (uint64_t)first + b);
        for (size_t row = 0; row < rows; row++)
            for (size_t i = 0; i < width; i++)
                side->dropout[(row * B + b) * width + i] = rng_uniform(&rng) < p ? 0.0f : kept;
    }
    batch->dropout = side->dropout;
}

void share_drop(struct share *share, const struct net_spec *spec, const struct train_options *options, int64_t update,
                int first) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    size_t H = (size_t)spec->hidden, DH = H * (size_t)spec->directions, L = (size_t)spec->layers;
    struct rng of_update = rng_seed(options->dropout_seed);
    of_update = rng_seed(rng_next(&of_update) + (uint64_t)update);
    uint64_t own = rng_next(&of_update), of_source = rng_next(&of_update);
    side_drop(&share->own, &share->batch, L, pair ? H : DH, options->dropout, own, first);
    if (pair) side_drop(&share->of_source, &share->source, L, DH, options->dropout, of_source, first);
}
