#include "network.h"
#include "check.h"
#include "finite.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const net_kind_names[NET_KIND_COUNT] = {
    [NET_ONE_TO_ONE] = "one-to-one",     [NET_ONE_TO_MANY] = "one-to-many",         [NET_MANY_TO_ONE] = "many-to-one",
    [NET_MANY_TO_MANY] = "many-to-many", [NET_ENCODER_DECODER] = "encoder-decoder",
};

const char *const net_output_names[OUTPUT_COUNT] = {
    [OUTPUT_SOFTMAX] = "softmax",
    [OUTPUT_SIGMOID] = "sigmoid",
    [OUTPUT_LINEAR] = "linear",
};

static bool in_range(const char *what, int value, int low, int high, struct err *err) {
    if (value >= low && value <= high) return true;
    return err_set(err, ERR_VALUE, "%s must be %d to %d, found %d", what, low, high, value);
}

bool net_spec_check(const struct net_spec *spec, struct err *err) {
    if ((unsigned)spec->cell >= CELL_COUNT) return err_set(err, ERR_VALUE, "unknown cell %d", (int)spec->cell);
    if ((unsigned)spec->activation >= ACTIVATION_COUNT)
        return err_set(err, ERR_VALUE, "unknown activation %d", (int)spec->activation);
    if ((unsigned)spec->kind >= NET_KIND_COUNT) return err_set(err, ERR_VALUE, "unknown kind %d", (int)spec->kind);
    if ((unsigned)spec->output >= OUTPUT_COUNT) return err_set(err, ERR_VALUE, "unknown output %d", (int)spec->output);
    if (spec->kind == NET_ENCODER_DECODER && spec->output != OUTPUT_SOFTMAX)
        return err_set(err, ERR_VALUE,
                       "the decoder of an encoder-decoder writes symbols: expected a softmax output, found %s",
                       net_output_names[spec->output]);
    if (spec->real_input && spec->embed > 0)
        return err_set(err, ERR_VALUE, "symbols are embedded, real inputs are not: expected no embedding, found %d",
                       spec->embed);
    bool symbols_out = spec->output == OUTPUT_SOFTMAX;
    return in_range("the number of layers", spec->layers, 1, NET_MAX_LAYERS, err) &&
           in_range("the number of hidden units", spec->hidden, 1, NET_MAX_HIDDEN, err) &&
           in_range("the number of directions", spec->directions, 1, NET_MAX_DIRECTIONS, err) &&
           in_range(spec->real_input ? "the number of input channels" : "the size of the input vocabulary",
                    spec->inputs, spec->real_input ? 1 : 2, NET_MAX_VOCABULARY, err) &&
           in_range("the size of the embedding", spec->embed, 0, NET_MAX_HIDDEN, err) &&
           in_range(symbols_out ? "the size of the output vocabulary" : "the number of outputs", spec->outputs,
                    symbols_out ? 2 : 1, NET_MAX_VOCABULARY, err);
}

const struct cell_desc *net_cell(const struct net_spec *spec) {
    return cell_describe(spec->cell, spec->activation);
}

int net_layer_inputs(const struct net_spec *spec, int layer) {
    if (layer > 0) return spec->hidden * spec->directions;
    return spec->embed > 0 ? spec->embed : spec->inputs;
}

enum { SLAB_ALIGN = 16 }; // floats: 64 bytes

// `prefix`: "encoder." and the like, or "".
static void add_param(struct layout *layout, const char *prefix, enum param_role role, int layer, int direction, int in,
                      int out) {
    static const char *const words[] = {
        [PARAM_INPUT] = "weight_ih",    [PARAM_RECURRENT] = "weight_hh", [PARAM_BIAS] = "bias_ih",
        [PARAM_HEAD] = "head.weight",   [PARAM_HEAD_BIAS] = "head.bias", [PARAM_RECURRENT_BIAS] = "bias_hh",
        [PARAM_DIAGONAL] = "weight_ch", [PARAM_EMBED] = "embed.weight",
    };
    struct param *param = &layout->params[layout->count++];
    *param = (struct param){
        .role = role, .layer = layer, .direction = direction, .in = in, .out = out, .offset = layout->size};
    if (layer < 0)
        snprintf(param->name, sizeof param->name, "%s%s", prefix, words[role]);
    else
        snprintf(param->name, sizeof param->name, "%srnn.%s_l%d%s", prefix, words[role], layer,
                 direction ? "_reverse" : "");
    size_t count = size_mul_add((size_t)in, (size_t)out, 0);
    layout->weights += count;
    layout->size += (count + SLAB_ALIGN - 1) / SLAB_ALIGN * SLAB_ALIGN;
}

// Of one network: embedding, layers, head (none where there are no outputs).
static void add_network(struct layout *layout, const char *prefix, const struct net_spec *spec) {
    const struct cell_desc *cell = net_cell(spec);
    int H = spec->hidden, GH = cell->block_count * H, diagonals = cell_diagonal_count(cell);
    if (spec->embed > 0) add_param(layout, prefix, PARAM_EMBED, -1, -1, spec->inputs, spec->embed);
    for (int l = 0; l < spec->layers; l++) {
        for (int d = 0; d < spec->directions; d++) {
            add_param(layout, prefix, PARAM_INPUT, l, d, net_layer_inputs(spec, l), GH);
            add_param(layout, prefix, PARAM_RECURRENT, l, d, H, GH);
            add_param(layout, prefix, PARAM_BIAS, l, d, 1, GH);
            if (cell->two_biases) add_param(layout, prefix, PARAM_RECURRENT_BIAS, l, d, 1, GH);
            if (diagonals > 0) add_param(layout, prefix, PARAM_DIAGONAL, l, d, 1, diagonals * H);
        }
    }
    if (spec->outputs == 0) return;
    add_param(layout, prefix, PARAM_HEAD, -1, -1, H * spec->directions, spec->outputs);
    add_param(layout, prefix, PARAM_HEAD_BIAS, -1, -1, 1, spec->outputs);
}

struct net_spec net_encoder_spec(const struct net_spec *spec) {
    struct net_spec encoder = *spec;
    encoder.kind = NET_MANY_TO_MANY;
    encoder.outputs = 0;
    return encoder;
}

struct net_spec net_decoder_spec(const struct net_spec *spec) {
    struct net_spec decoder = *spec;
    decoder.kind = NET_MANY_TO_MANY;
    decoder.inputs = spec->outputs;
    decoder.real_input = false;
    decoder.directions = 1;
    return decoder;
}

// One network of the two, as a layout that borrows its rows of the list.
static struct layout *add_view(struct layout *layout, const char *prefix, struct net_spec spec, struct err *err) {
    struct layout *view = slab_alloc(1, sizeof *view, "the list of parameters", err);
    if (!view) return NULL;
    int first = layout->count;
    size_t before = layout->weights;
    add_network(layout, prefix, &spec);
    *view = (struct layout){.spec = spec,
                            .params = layout->params + first,
                            .count = layout->count - first,
                            .weights = layout->weights - before};
    return view;
}

bool layout_init(struct layout *layout, const struct net_spec *spec, struct err *err) {
    *layout = (struct layout){0};
    if (!net_spec_check(spec, err)) return false;
    bool two = spec->kind == NET_ENCODER_DECODER;
    int rows = (5 * spec->layers * spec->directions + 3) * (two ? 2 : 1);
    layout->spec = *spec;
    layout->params = slab_alloc((size_t)rows, sizeof *layout->params, "the list of parameters", err);
    if (!layout->params) return false;
    if (!two) {
        add_network(layout, "", spec);
        return true;
    }
    layout->encoder = add_view(layout, "encoder.", net_encoder_spec(spec), err);
    if (layout->encoder) layout->decoder = add_view(layout, "decoder.", net_decoder_spec(spec), err);
    if (!layout->decoder) {
        layout_release(layout);
        return false;
    }
    layout->encoder->size = layout->decoder->size = layout->size;
    return true;
}

void layout_release(struct layout *layout) {
    mem_free(layout->encoder);
    mem_free(layout->decoder);
    mem_free(layout->params);
    *layout = (struct layout){0};
}

int layout_find(const struct layout *layout, const char *name) {
    for (int i = 0; i < layout->count; i++)
        if (strcmp(layout->params[i].name, name) == 0) return i;
    return -1;
}

int layout_param(const struct layout *layout, enum param_role role, int layer, int direction) {
    check(!layout->encoder, "an encoder-decoder has parameters of this role twice");
    bool alone = role == PARAM_HEAD || role == PARAM_HEAD_BIAS || role == PARAM_EMBED;
    for (int i = 0; i < layout->count; i++) {
        const struct param *param = &layout->params[i];
        if (param->role == role && (alone || (param->layer == layer && param->direction == direction))) return i;
    }
    return -1;
}

bool model_init(struct model *model, const struct net_spec *spec, struct err *err) {
    *model = (struct model){0};
    if (!layout_init(&model->layout, spec, err)) return false;
    model->params = slab_alloc(model->layout.size, sizeof *model->params, "the model's parameters", err);
    if (model->params) return true;
    layout_release(&model->layout);
    return false;
}

void model_release(struct model *model) {
    mem_free(model->params);
    layout_release(&model->layout);
    model->params = NULL;
}

bool model_copy(struct model *to, const struct model *from, struct err *err) {
    if (!model_init(to, &from->layout.spec, err)) return false;
    memcpy(to->params, from->params, from->layout.size * sizeof *from->params);
    return true;
}

static int head_fan_in(const struct layout *layout) {
    const struct layout *net = layout->decoder ? layout->decoder : layout;
    return net->params[layout_param(net, PARAM_HEAD, -1, -1)].in;
}

void model_randomise(struct model *model, struct rng *rng, float forget_bias) {
    const struct layout *layout = &model->layout;
    const struct cell_desc *cell = net_cell(&layout->spec);
    int H = layout->spec.hidden;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        int fan_in = param->role == PARAM_HEAD || param->role == PARAM_HEAD_BIAS ? head_fan_in(layout) : H;
        double bound = 1.0 / sqrt(fan_in);
        float *values = model->params + param->offset;
        size_t count = (size_t)param->in * (size_t)param->out;
        bool normal = param->role == PARAM_EMBED;
        for (size_t i = 0; i < count; i++)
            values[i] = (float)(normal ? rng_normal(rng) : (2.0 * rng_uniform(rng) - 1.0) * bound);
        if (param->role != PARAM_BIAS) continue;
        for (int k = 0; k < cell->block_count; k++)
            for (int i = 0; cell->blocks[k].identity == IDENTITY_F && i < H; i++)
                values[k * H + i] = forget_bias;
    }
}

int model_not_finite(const struct layout *layout, const float *slab) {
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        const float *values = slab + param->offset;
        size_t count = (size_t)param->in * (size_t)param->out;
        if (first_not_finite(values, count) < count) return p;
    }
    return -1;
}
