#include "place.h"

#include "analysis.h"
#include "check.h"
#include "mem.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a tensor's rows and columns are.
enum form { FORM_ONE, FORM_TIMES, FORM_OUTPUTS, FORM_INPUTS, FORM_TRACK, FORM_PARAM, FORM_PARAM_TIMES };

// A name without its layer, slot or parameter; those of tracks and parameters end with a slash.
static const struct {
    const char *name;
    enum form form;
} kinds[PLACE_KIND_COUNT] = {
    [PLACE_INPUT] = {"input", FORM_INPUTS},
    [PLACE_SYMBOL] = {"symbol", FORM_TIMES},
    [PLACE_TARGET] = {"target", FORM_TIMES},
    [PLACE_MASK] = {"mask", FORM_TIMES},
    [PLACE_LOGITS] = {"forward/logits", FORM_OUTPUTS},
    [PLACE_Y_HAT] = {"forward/y_hat", FORM_OUTPUTS},
    [PLACE_LOSS] = {"forward/loss", FORM_TIMES},
    [PLACE_TOTAL_LOSS] = {"forward/total_loss", FORM_ONE},
    [PLACE_LOGITS_GRAD] = {"backward/logits", FORM_OUTPUTS},
    [PLACE_INPUT_GRAD] = {"backward/input", FORM_INPUTS},
    [PLACE_GRAD_NORM] = {"clip/grad_norm", FORM_ONE},
    [PLACE_CLIPPED_NORM] = {"clip/clipped_norm", FORM_ONE},
    [PLACE_MAX_NORM] = {"clip/max_norm", FORM_ONE},
    [PLACE_MAX_VALUE] = {"clip/max_value", FORM_ONE},
    [PLACE_CLIP_SCALE] = {"clip/scale", FORM_ONE},
    [PLACE_OWN_NORM] = {"clip/own_norm", FORM_ONE},
    [PLACE_REST_NORM] = {"clip/rest_norm", FORM_ONE},
    [PLACE_BATCH_LOSS] = {"minibatch/loss", FORM_ONE},
    [PLACE_REST_LOSS] = {"minibatch/rest_loss", FORM_ONE},
    [PLACE_VALUE] = {"forward/", FORM_TRACK},
    [PLACE_GRAD] = {"backward/", FORM_TRACK},
    [PLACE_FROM_LOSS] = {"backward/from_loss/", FORM_TRACK},
    [PLACE_FROM_FUTURE] = {"backward/from_future/", FORM_TRACK},
    [PLACE_SENT] = {"backward/sent/", FORM_TRACK},
    [PLACE_PARAM] = {"param/", FORM_PARAM},
    [PLACE_PARAM_GRAD] = {"grad/", FORM_PARAM},
    [PLACE_CLIPPED] = {"clip/grad/", FORM_PARAM},
    [PLACE_PARAM_AFTER] = {"param_after/", FORM_PARAM},
    [PLACE_DELTA] = {"delta/", FORM_PARAM},
    [PLACE_MOMENT] = {"optimizer/m/", FORM_PARAM},
    [PLACE_SQUARE] = {"optimizer/v/", FORM_PARAM},
    [PLACE_REST] = {"rest/", FORM_PARAM},
    [PLACE_TOTAL] = {"total/", FORM_PARAM},
    [PLACE_GRAD_AT] = {"grad_at/", FORM_PARAM_TIMES},
};

static const enum record_param_kind param_kinds[PLACE_KIND_COUNT] = {
    [PLACE_PARAM] = RECORD_PARAM,     [PLACE_PARAM_GRAD] = RECORD_GRAD,
    [PLACE_CLIPPED] = RECORD_CLIPPED, [PLACE_PARAM_AFTER] = RECORD_PARAM_AFTER,
    [PLACE_DELTA] = RECORD_DELTA,     [PLACE_MOMENT] = RECORD_MOMENT,
    [PLACE_SQUARE] = RECORD_SQUARE,   [PLACE_REST] = RECORD_REST,
    [PLACE_TOTAL] = RECORD_TOTAL,     [PLACE_GRAD_AT] = RECORD_GRAD_AT,
};

// --- sides ---

struct place_side side_of(const struct record *record, bool encoder) {
    const struct layout *whole = &record->layout, *own = !whole->encoder ? whole
                                                         : encoder       ? whole->encoder
                                                                         : whole->decoder;
    struct place_side side = {.tape = encoder ? tape_encoder(record->tape) : record->tape,
                              .layout = own,
                              .example = encoder ? &record->source : &record->example,
                              .encoder = encoder};
    side.spec = tape_spec(side.tape);
    side.cell = net_cell(side.spec);
    side.T = tape_length(side.tape);
    side.first_param = (int)(own->params - whole->params);
    return side;
}

int side_param(const struct place_side *side, enum param_role role, int layer, int direction) {
    int index = layout_param(side->layout, role, layer, direction);
    return index < 0 ? -1 : side->first_param + index;
}

int side_width(const struct place_side *side, int layer, int slot) {
    return slot == side->cell->input ? net_layer_inputs(side->spec, layer) : side->spec->hidden;
}

static bool of_encoder(const struct record *record, int param) {
    const struct layout *encoder = record->layout.encoder;
    return encoder && param < encoder->count;
}

// --- names and sizes ---

static bool is_param(enum place_kind kind) {
    return kinds[kind].form == FORM_PARAM || kinds[kind].form == FORM_PARAM_TIMES;
}

static int width_of(const struct record *record, const struct place *place) {
    struct place_side side = side_of(record, place->encoder);
    int slot = place->kind == PLACE_SENT ? side.cell->steps[place->step].in[place->operand] : place->slot;
    return side_width(&side, place->layer, slot);
}

static int sizes_of_param(const struct record *record, const struct place *place, int64_t *shape) {
    const struct param *param = &record->layout.params[place->param];
    bool turned = param->role != PARAM_EMBED;
    shape[0] = turned ? param->out : param->in;
    shape[1] = turned ? param->in : param->out;
    return param_is_vector(param->role) ? 1 : 2;
}

static int sizes_of(const struct record *record, const struct place *place, int64_t *shape) {
    struct place_side side = side_of(record, is_param(place->kind) ? of_encoder(record, place->param) : place->encoder);
    shape[0] = side.T;
    if (place->norm) return 1;
    switch (kinds[place->kind].form) {
    case FORM_ONE:
        shape[0] = 1;
        return 1;
    case FORM_TIMES:
        shape[1] = side.spec->outputs;
        return place->kind == PLACE_TARGET && side.example->target_real ? 2 : 1;
    case FORM_OUTPUTS:
        shape[1] = side.spec->outputs;
        return 2;
    case FORM_INPUTS:
        shape[1] = net_layer_inputs(side.spec, 0);
        return 2;
    case FORM_TRACK:
        shape[1] = width_of(record, place);
        return 2;
    case FORM_PARAM:
        return sizes_of_param(record, place, shape);
    case FORM_PARAM_TIMES:
        return 1 + sizes_of_param(record, place, shape + 1);
    }
    return 0;
}

int place_tensor(const struct record *record, const struct place *place, char name[PLACE_NAME], int64_t shape[3]) {
    const char *folder = kinds[place->kind].name, *side = place->encoder ? "encoder/" : "",
               *norm = place->norm ? "norm/" : "";
    char track[32];
    snprintf(track, sizeof track, "l%d%s", place->layer, place->direction ? "_reverse" : "");
    switch (kinds[place->kind].form) {
    case FORM_TRACK:
        if (place->kind == PLACE_SENT)
            snprintf(name, PLACE_NAME, "%s%s%s%s/%d_%d", side, norm, folder, track, place->step, place->operand);
        else
            snprintf(name, PLACE_NAME, "%s%s%s%s/%s", side, norm, folder, track,
                     record_cell(record)->slots[place->slot].id);
        break;
    case FORM_PARAM:
    case FORM_PARAM_TIMES:
        snprintf(name, PLACE_NAME, "%s%s%s", norm, folder, record->layout.params[place->param].name);
        break;
    default:
        snprintf(name, PLACE_NAME, "%s%s%s", side, norm, folder);
    }
    return sizes_of(record, place, shape);
}

// --- what there is ---

static bool has_norm(enum place_kind kind) {
    return kind == PLACE_LOGITS_GRAD || kind == PLACE_GRAD_AT ||
           (kinds[kind].form == FORM_TRACK && kind != PLACE_VALUE);
}

// A tensor of its own, or one of the other side's.
static bool kind_exists(const struct record *record, enum place_kind kind, bool encoder) {
    struct place_side side = side_of(record, encoder);
    if (kind == PLACE_SYMBOL) return !side.spec->real_input;
    if (kind >= PLACE_OWN_NORM && kind <= PLACE_REST_LOSS && !record->batch) return false;
    if (!encoder || kinds[kind].form == FORM_TRACK) return true;
    return kind == PLACE_INPUT || kind == PLACE_INPUT_GRAD;
}

struct visit {
    const struct record *record;
    place_each_fn *each;
    void *context;
};

static void give(const struct visit *v, struct place place) {
    char name[PLACE_NAME];
    int64_t shape[3];
    for (int norm = 0; norm < 1 + has_norm(place.kind); norm++) {
        place.norm = norm;
        int dims = place_tensor(v->record, &place, name, shape);
        v->each(v->context, &place, name, dims, shape);
    }
}

static void give_track(const struct visit *v, struct place place) {
    const struct cell_desc *cell = record_cell(v->record);
    if (place.kind != PLACE_SENT)
        for (place.slot = 0; place.slot < cell->slot_count; place.slot++) {
            bool source = place.kind == PLACE_FROM_LOSS || place.kind == PLACE_FROM_FUTURE;
            if (!source || cell_state_index(cell, place.slot) >= 0) give(v, place);
        }
    else
        for (place.step = 0; place.step < cell->step_count; place.step++)
            for (place.operand = 0; place.operand < 2; place.operand++)
                if (cell->steps[place.step].in[place.operand] >= 0) give(v, place);
}

static void give_side(const struct visit *v, bool encoder) {
    const struct net_spec *spec = side_of(v->record, encoder).spec;
    for (int kind = 0; kind < PLACE_PARAM; kind++) {
        struct place place = {.kind = (enum place_kind)kind, .encoder = encoder};
        if (!kind_exists(v->record, place.kind, encoder)) continue;
        if (kinds[kind].form != FORM_TRACK) {
            give(v, place);
            continue;
        }
        for (place.layer = 0; place.layer < spec->layers; place.layer++)
            for (place.direction = 0; place.direction < spec->directions; place.direction++)
                give_track(v, place);
    }
}

void place_each_tensor(const struct record *record, place_each_fn *each, void *context) {
    struct visit v = {record, each, context};
    give_side(&v, false);
    if (tape_encoder(record->tape)) give_side(&v, true);
    for (int kind = PLACE_PARAM; kind < PLACE_KIND_COUNT; kind++)
        for (int p = 0; p < record->layout.count && record_has(record, param_kinds[kind]); p++)
            give(&v, (struct place){.kind = (enum place_kind)kind, .encoder = of_encoder(record, p), .param = p});
}

// --- from names ---

static bool skip(const char **at, const char *word) {
    size_t n = strlen(word);
    if (strncmp(*at, word, n) != 0) return false;
    *at += n;
    return true;
}

static bool number(const char **at, int *out) {
    if (!isdigit((unsigned char)**at)) return false;
    char *end;
    long value = strtol(*at, &end, 10);
    *at = end;
    *out = value > 1000000000 ? 1000000000 : (int)value;
    return true;
}

// "l0_reverse/gate_f", "l0/3_1"
static bool read_track(const struct place_side *side, const char *at, struct place *out) {
    const struct cell_desc *cell = side->cell;
    if (!skip(&at, "l") || !number(&at, &out->layer)) return false;
    out->direction = skip(&at, "_reverse");
    if (!skip(&at, "/") || out->layer >= side->spec->layers || out->direction >= side->spec->directions) return false;
    if (out->kind == PLACE_SENT)
        return number(&at, &out->step) && skip(&at, "_") && number(&at, &out->operand) && !*at &&
               out->step < cell->step_count && out->operand < 2 && cell->steps[out->step].in[out->operand] >= 0;
    out->slot = cell_slot_by_id(cell, at);
    bool source = out->kind == PLACE_FROM_LOSS || out->kind == PLACE_FROM_FUTURE;
    return out->slot >= 0 && (!source || cell_state_index(cell, out->slot) >= 0);
}

static bool read_tensor(const struct record *record, const char *name, struct place *out) {
    *out = (struct place){0};
    if (skip(&name, "encoder/")) {
        if (!tape_encoder(record->tape)) return false;
        out->encoder = true;
    }
    out->norm = skip(&name, "norm/");
    struct place_side side = side_of(record, out->encoder);
    for (int kind = 0; kind < PLACE_KIND_COUNT; kind++) {
        const char *rest = name;
        out->kind = (enum place_kind)kind;
        if (!skip(&rest, kinds[kind].name) || (out->norm && !has_norm(out->kind))) continue;
        if (is_param(out->kind)) {
            out->param = layout_find(&record->layout, rest);
            if (out->encoder || out->param < 0 || !record_has(record, param_kinds[kind])) continue;
            out->encoder = of_encoder(record, out->param);
            return true;
        }
        if (!kind_exists(record, out->kind, out->encoder)) continue;
        if (kinds[kind].form == FORM_TRACK ? read_track(&side, rest, out) : !*rest) return true;
    }
    return false;
}

// Indices from 0, as many as dims.
static void put_indices(struct place *place, int dims, const int *index) {
    bool timeless = kinds[place->kind].form == FORM_PARAM || kinds[place->kind].form == FORM_ONE;
    int at = 0;
    place->t = timeless ? 0 : index[at++];
    place->row = at < dims ? index[at++] : 0;
    place->column = at < dims ? index[at] : 0;
}

static bool within(const char *name, int dims, const int64_t *shape, const int *index, struct err *err) {
    for (int k = 0; k < dims; k++)
        if (index[k] < 0 || index[k] >= shape[k])
            return err_set(err, ERR_VALUE, "%s: expected index %d to lie between 1 and %d, found %d", name, k + 1,
                           (int)shape[k], index[k] + 1);
    return true;
}

static bool unknown(const char *tensor, struct err *err) {
    return err_set(err, ERR_VALUE,
                   "expected the name of a tensor of this trace, such as forward/y_hat; found \"%.80s\"", tensor);
}

bool place_find(const struct record *record, const char *tensor, int row, int column, struct place *out,
                struct err *err) {
    char name[PLACE_NAME];
    int64_t shape[3];
    if (!tensor || !read_tensor(record, tensor, out)) return unknown(tensor ? tensor : "", err);
    int dims = place_tensor(record, out, name, shape);
    if (kinds[out->kind].form == FORM_ONE) row = 0; // there is but one
    int index[3] = {row < 0 && dims == 1 ? column : row, column, 0};
    if (dims == 3) {
        index[2] = column;
        index[1] = row < 0 ? row : row % (int)shape[1];
        index[0] = row < 0 ? row : row / (int)shape[1];
    }
    if (!within(name, dims, shape, index, err)) return false;
    put_indices(out, dims, index);
    return true;
}

bool place_parse(const struct record *record, const char *text, struct place *out, struct err *err) {
    char tensor[PLACE_NAME], name[PLACE_NAME];
    int64_t shape[3];
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strcspn(text, " \t");
    if (length >= sizeof tensor) length = sizeof tensor - 1;
    snprintf(tensor, sizeof tensor, "%.*s", (int)length, text);
    if (!read_tensor(record, tensor, out)) return unknown(tensor, err);
    int dims = place_tensor(record, out, name, shape), index[3] = {0}, found = 0;
    text += length;
    while (*text && found <= dims) {
        if (isspace((unsigned char)*text) || *text == ',') {
            text++;
            continue;
        }
        int value;
        if (!number(&text, &value))
            return err_set(err, ERR_VALUE, "%s: expected whole numbers from 1, found \"%.20s\"", name, text);
        if (found < dims) index[found] = value - 1;
        found++;
    }
    bool one = kinds[out->kind].form == FORM_ONE && found == 0;
    if (found != dims && !one)
        return err_set(err, ERR_VALUE, "%s: expected %d ind%s, found %s%d", name, dims, dims == 1 ? "ex" : "ices",
                       found > dims ? "more than " : "", found > dims ? dims : found);
    if (!within(name, dims, shape, index, err)) return false;
    put_indices(out, dims, index);
    return true;
}

static int indices_of(const struct place *place, int dims, int index[3]) {
    bool timeless = kinds[place->kind].form == FORM_PARAM || kinds[place->kind].form == FORM_ONE;
    int at = 0;
    if (!timeless) index[at++] = place->t;
    if (at < dims) index[at++] = place->row;
    if (at < dims) index[at++] = place->column;
    return at;
}

void place_text(const struct record *record, const struct place *place, char *out, size_t size) {
    char name[PLACE_NAME];
    int64_t shape[3];
    int dims = place_tensor(record, place, name, shape), index[3];
    indices_of(place, dims, index);
    size_t used = (size_t)snprintf(out, size, "%s", name);
    for (int k = 0; k < dims && used < size && kinds[place->kind].form != FORM_ONE; k++)
        used += (size_t)snprintf(out + used, size - used, " %d", index[k] + 1);
}

void place_index(const struct record *record, const struct place *place, int *row, int *column) {
    int64_t shape[3];
    int dims = sizes_of(record, place, shape), index[3];
    indices_of(place, dims, index);
    *row = dims == 3 ? index[0] * (int)shape[1] + index[1] : index[0];
    *column = dims == 1 ? -1 : index[dims - 1];
}

bool place_equal(const struct place *a, const struct place *b) {
    if (a->kind != b->kind || a->norm != b->norm || a->t != b->t || a->row != b->row || a->column != b->column)
        return false;
    if (is_param(a->kind)) return a->param == b->param;
    if (a->encoder != b->encoder) return false;
    if (kinds[a->kind].form != FORM_TRACK) return true;
    if (a->layer != b->layer || a->direction != b->direction) return false;
    return a->kind == PLACE_SENT ? a->step == b->step && a->operand == b->operand : a->slot == b->slot;
}

// --- values ---

bool place_clamped(const struct record *record, const struct place *place) {
    struct place_side side = side_of(record, place->encoder);
    return tape_clamped(side.tape, place->layer, place->direction, place->slot, place->t, place->row);
}

// The row of a tensor over time that a place lies in.
static const double *row_of(const struct place_side *side, const struct place *place) {
    int l = place->layer, d = place->direction, t = place->t;
    switch (place->kind) {
    case PLACE_INPUT:
        return tape_value(side->tape, 0, 0, side->cell->input, t);
    case PLACE_LOGITS:
        return tape_logits(side->tape, t);
    case PLACE_Y_HAT:
        return tape_y_hat(side->tape, t);
    case PLACE_LOGITS_GRAD:
        return tape_logits_grad(side->tape, t);
    case PLACE_VALUE:
        return tape_value(side->tape, l, d, place->slot, t);
    case PLACE_GRAD:
        return tape_grad(side->tape, l, d, place->slot, t);
    case PLACE_FROM_LOSS:
        return tape_from_loss(side->tape, l, d, cell_state_index(side->cell, place->slot), t);
    case PLACE_FROM_FUTURE:
        return tape_from_future(side->tape, l, d, cell_state_index(side->cell, place->slot), t);
    case PLACE_SENT:
        return tape_sent(side->tape, l, d, place->step, place->operand, t);
    default:
        check(false, "a place of kind %d has no row", place->kind);
        return NULL;
    }
}

static double input_grad(const struct place_side *side, const struct place *place) {
    double sum = 0;
    for (int d = 0; d < side->spec->directions; d++)
        sum += tape_grad(side->tape, 0, d, side->cell->input, place->t)[place->row];
    return sum;
}

static double grad_at(const struct record *record, const struct place *place) {
    const struct param *param = &record->layout.params[place->param];
    bool turned = param->role != PARAM_EMBED;
    return analysis_entry_part(record->tape, &record->layout, &record->example, place->param,
                               turned ? place->column : place->row, turned ? place->row : place->column, place->t);
}

// The trace file has these lengths for all timesteps at once.
static double part_norm(const struct record *record, const struct place_side *side, const struct place *place) {
    struct err err = {0};
    double *norms = mem_need((size_t)side->T, sizeof *norms), norm = NAN;
    if (analysis_part_norms(record->tape, &record->layout, &record->example, place->param, norms, &err))
        norm = norms[place->t];
    mem_free(norms);
    return norm;
}

enum place_kind place_total(const struct record *record) {
    return record->batch ? PLACE_TOTAL : PLACE_PARAM_GRAD;
}

double place_value(const struct record *record, const struct place *place) {
    struct place_side side = side_of(record, place->encoder);
    const struct example *example = side.example;
    int t = place->t;
    if (place->norm && place->kind == PLACE_GRAD_AT) return part_norm(record, &side, place);
    if (place->norm) {
        int width = place->kind == PLACE_LOGITS_GRAD ? side.spec->outputs : width_of(record, place);
        return record_norm(row_of(&side, place), width);
    }
    switch (place->kind) {
    case PLACE_SYMBOL:
        return example->x[t];
    case PLACE_TARGET:
        return example->target_real ? example->target_real[(size_t)t * (size_t)side.spec->outputs + (size_t)place->row]
                                    : example->target[t];
    case PLACE_MASK:
        return example->target[t] >= 0;
    case PLACE_LOSS:
        return tape_loss(side.tape, t);
    case PLACE_TOTAL_LOSS:
        return record->loss;
    case PLACE_INPUT_GRAD:
        return input_grad(&side, place);
    case PLACE_GRAD_NORM:
        return record->grad_norm;
    case PLACE_CLIPPED_NORM:
        return record->clipped_norm;
    case PLACE_MAX_NORM:
        return record->options.clip_norm;
    case PLACE_MAX_VALUE:
        return record->options.clip_value;
    case PLACE_CLIP_SCALE:
        return record->clip_scale;
    case PLACE_OWN_NORM:
        return record->own_norm;
    case PLACE_REST_NORM:
        return record->rest_norm;
    case PLACE_BATCH_LOSS:
        return record_batch_loss(record);
    case PLACE_REST_LOSS:
        return record->rest_loss;
    case PLACE_GRAD_AT:
        return grad_at(record, place);
    default:
        break;
    }
    if (is_param(place->kind))
        return record_param_value(record, param_kinds[place->kind], place->param, place->row, place->column);
    return row_of(&side, place)[place->row];
}
