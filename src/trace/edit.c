#include "edit.h"

#include "check.h"
#include "mem.h"

#include <math.h>
#include <string.h>

bool edit_holds(const struct edit *edit) {
    return edit->kind == EDIT_CLAMP || edit->kind == EDIT_FREEZE;
}

int edits_active(const struct edits *edits) {
    int count = 0;
    for (int k = 0; k < edits->count; k++)
        count += !edits->list[k].muted;
    return count;
}

void edits_remove(struct edits *edits, int k) {
    check(k >= 0 && k < edits->count, "edit %d of %d", k, edits->count);
    edits->count--;
    memmove(&edits->list[k], &edits->list[k + 1], (size_t)(edits->count - k) * sizeof *edits->list);
}

static bool same_thing(const struct edit *a, const struct edit *b) {
    if (a->kind != b->kind && !(edit_holds(a) && edit_holds(b))) return false;
    if (a->kind == EDIT_WEIGHT) return a->param == b->param && a->row == b->row && a->column == b->column;
    if (a->encoder != b->encoder || a->from != b->from) return false;
    if (a->kind == EDIT_SYMBOL || a->kind == EDIT_TARGET) return true;
    if (a->unit != b->unit) return false;
    if (!edit_holds(a)) return true;
    return a->slot == b->slot && a->layer == b->layer && a->direction == b->direction && a->to == b->to;
}

int edits_find(const struct edits *edits, const struct edit *like) {
    for (int k = edits->count - 1; k >= 0; k--)
        if (same_thing(&edits->list[k], like)) return k;
    return -1;
}

int edits_put(struct edits *edits, const struct edit *edit) {
    int k = edits_find(edits, edit);
    if (k < 0 && edits->count == EDITS_MAX) return -1;
    if (k < 0) k = edits->count++;
    edits->list[k] = *edit;
    return k;
}

// --- checking ---

static struct clamp clamp_of(const struct edit *edit, const struct tape *like) {
    return (struct clamp){.layer = edit->layer,
                          .direction = edit->direction,
                          .slot = edit->slot,
                          .unit = edit->unit,
                          .from = edit->from,
                          .to = edit->to,
                          .value = edit->kind == EDIT_FREEZE ? 0 : edit->value,
                          .encoder = edit->encoder,
                          .like = edit->kind == EDIT_FREEZE ? like : NULL};
}

// Who is edited: one side of a network and what it reads.
struct side {
    struct net_spec spec;
    const struct example *example;
};

static bool side_of(const struct edit *edit, const struct net_spec *spec, const struct example *example,
                    struct side *side, struct err *err) {
    bool pair = spec->kind == NET_ENCODER_DECODER;
    if (edit->encoder && !pair)
        return err_set(err, ERR_VALUE, "an edit of the encoder: a %s network has none", net_kind_names[spec->kind]);
    side->spec = !pair ? *spec : edit->encoder ? net_encoder_spec(spec) : net_decoder_spec(spec);
    side->example = edit->encoder ? example->source : example;
    return true;
}

static bool in_range(const char *what, int found, int low, int high, struct err *err) {
    if (found >= low && found <= high) return true;
    return err_set(err, ERR_VALUE, "%s: expected %d to %d, found %d", what, low, high, found);
}

static bool check_weight(const struct edit *edit, const struct layout *layout, struct err *err) {
    if (edit->param < 0 || edit->param >= layout->count)
        return err_set(err, ERR_VALUE, "an edit of a weight: expected parameter 0 to %d, found %d", layout->count - 1,
                       edit->param);
    const struct param *param = &layout->params[edit->param];
    int columns = param_is_vector(param->role) ? 1 : param_columns(param);
    if (edit->row < 0 || edit->row >= param_rows(param) || edit->column < 0 || edit->column >= columns)
        return err_set(err, ERR_VALUE, "%s: expected a row from 1 to %d and a column from 1 to %d, found %d and %d",
                       param->name, param_rows(param), columns, edit->row + 1, edit->column + 1);
    return isfinite((float)edit->value) || err_set(err, ERR_VALUE, "%s: expected a finite weight", param->name);
}

static bool check_number(const struct edit *edit, const struct side *side, struct err *err) {
    bool input = edit->kind == EDIT_REAL;
    const struct net_spec *spec = &side->spec;
    const char *what = input ? "an edit of the input" : "an edit of the target";
    if (input ? !spec->real_input : spec->output == OUTPUT_SOFTMAX || !side->example->target_real)
        return err_set(err, ERR_VALUE, "%s: expected a network with numbers there, found symbols", what);
    if (!in_range(what, edit->unit + 1, 1, input ? spec->inputs : spec->outputs, err)) return false;
    if (!isfinite(edit->value)) return err_set(err, ERR_VALUE, "%s: expected a finite number", what);
    bool probability = !input && spec->output == OUTPUT_SIGMOID;
    return !probability || (edit->value >= 0 && edit->value <= 1) ||
           err_set(err, ERR_VALUE, "%s: expected a number from 0 to 1, found %g", what, edit->value);
}

static bool check_symbol(const struct edit *edit, const struct side *side, struct err *err) {
    const struct net_spec *spec = &side->spec;
    if (edit->kind == EDIT_SYMBOL)
        return spec->real_input ? err_set(err, ERR_VALUE, "an edit of the input: expected a network that reads symbols")
                                : in_range("an edit of the input: a symbol", edit->symbol, -1, spec->inputs - 1, err);
    if (spec->output != OUTPUT_SOFTMAX)
        return err_set(err, ERR_VALUE, "an edit of the target: expected a network that names symbols");
    if (net_one_answer(spec) && edit->from < side->example->T - 1)
        return err_set(err, ERR_VALUE, "an edit of the target: a %s network answers at t = %d, found t = %d",
                       net_kind_names[spec->kind], side->example->T, edit->from + 1);
    return in_range("an edit of the target: a symbol", edit->symbol, -1, spec->outputs - 1, err);
}

static bool check_one(const struct edit *edit, const struct layout *layout, const struct example *example,
                      struct err *err) {
    struct side side = {0};
    if ((unsigned)edit->kind >= EDIT_KIND_COUNT)
        return err_set(err, ERR_VALUE, "an edit of an unknown kind, %d", (int)edit->kind);
    if (edit->kind == EDIT_WEIGHT) return check_weight(edit, layout, err);
    if (edit_holds(edit)) {
        struct clamps one = {.count = 1, .list = {clamp_of(edit, NULL)}};
        return clamps_check_pair(&one, &layout->spec, example->source ? example->source->T : 0, example->T, err);
    }
    if (!side_of(edit, &layout->spec, example, &side, err) ||
        !in_range(edit->kind == EDIT_TARGET || edit->kind == EDIT_ANSWER ? "an edit of the target: t"
                                                                         : "an edit of the input: t",
                  edit->from + 1, 1, side.example->T, err))
        return false;
    if (edit->encoder && (edit->kind == EDIT_TARGET || edit->kind == EDIT_ANSWER))
        return err_set(err, ERR_VALUE, "an edit of the target: an encoder has none");
    return edit->kind == EDIT_REAL || edit->kind == EDIT_ANSWER ? check_number(edit, &side, err)
                                                                : check_symbol(edit, &side, err);
}

bool edits_check(const struct edits *edits, const struct layout *layout, const struct example *example,
                 struct err *err) {
    if (edits->count < 0 || edits->count > EDITS_MAX)
        return err_set(err, ERR_LIMIT, "expected at most %d edits, found %d", EDITS_MAX, edits->count);
    for (int k = 0; k < edits->count; k++)
        if (!check_one(&edits->list[k], layout, example, err)) return false;
    return true;
}

// --- applying ---

// The owned copy behind *own, made from `from` the first time it is asked for.
static void *writable(void *own, const void *from, size_t count, size_t size) {
    if (own) return own;
    own = mem_array(count, size);
    if (own && from) memcpy(own, from, count * size);
    return own;
}

static bool set_weight(struct edited *out, const struct edit *edit, const struct model *model) {
    out->params = writable(out->params, model->params, model->layout.size, sizeof *out->params);
    if (!out->params) return false;
    out->model.params = out->params;
    out->params[param_index(&model->layout.params[edit->param], edit->row, edit->column)] = (float)edit->value;
    return true;
}

static bool set_symbol(const struct edit *edit, int **own, const int **seen, int T) {
    *own = writable(*own, *seen, (size_t)T, sizeof **own);
    if (!*own) return false;
    for (int t = 0; !*seen && t < T; t++)
        (*own)[t] = -1;
    (*own)[edit->from] = edit->symbol;
    *seen = *own;
    return true;
}

static bool set_real(const struct edit *edit, double **own, const double **seen, int T, int width) {
    *own = writable(*own, *seen, (size_t)T * (size_t)width, sizeof **own);
    if (!*own) return false;
    (*own)[edit->from * width + edit->unit] = edit->value;
    *seen = *own;
    return true;
}

static bool apply(struct edited *out, const struct edit *edit, const struct model *model, const struct tape *like) {
    struct example *read = edit->encoder ? &out->source : &out->example, *asked = &out->example;
    const struct net_spec *spec = &model->layout.spec;
    switch (edit->kind) {
    case EDIT_CLAMP:
    case EDIT_FREEZE:
        out->clamps.list[out->clamps.count++] = clamp_of(edit, like);
        return true;
    case EDIT_SYMBOL:
        return set_symbol(edit, edit->encoder ? &out->source_x : &out->x, &read->x, read->T);
    case EDIT_REAL:
        return set_real(edit, edit->encoder ? &out->source_real : &out->x_real, &read->x_real, read->T, spec->inputs);
    case EDIT_TARGET:
        return set_symbol(edit, &out->target, &asked->target, asked->T);
    case EDIT_ANSWER:
        return set_real(edit, &out->target_real, &asked->target_real, asked->T, spec->outputs);
    default:
        return set_weight(out, edit, model);
    }
}

bool edited_init(struct edited *out, const struct edits *edits, const struct model *model,
                 const struct example *example, const struct tape *like, struct err *err) {
    *out = (struct edited){.model = *model, .example = *example};
    if (!edits_check(edits, &model->layout, example, err)) return false;
    if (example->source) {
        out->source = *example->source;
        out->example.source = &out->source;
    }
    for (int k = 0; k < edits->count; k++) {
        const struct edit *edit = &edits->list[k];
        if (edit->muted) continue;
        if (edit->kind == EDIT_FREEZE && !like)
            return err_set(err, ERR_VALUE, "a frozen vector: there is no pass without edits to take its values from");
        if (apply(out, edit, model, like)) continue;
        edited_release(out);
        return err_set(err, ERR_MEMORY, "no memory for the edited copy of %d timesteps and %zu parameters", example->T,
                       model->layout.size);
    }
    return true;
}

void edited_release(struct edited *edited) {
    mem_free(edited->params);
    mem_free(edited->x);
    mem_free(edited->source_x);
    mem_free(edited->target);
    mem_free(edited->x_real);
    mem_free(edited->source_real);
    mem_free(edited->target_real);
    *edited = (struct edited){0};
}

struct record *record_edited(const struct record *plain, const struct model *model, const struct edits *edits,
                             enum reduction reduction, struct err *err) {
    struct edited edited;
    if (!edited_init(&edited, edits, model, &plain->example, plain->tape, err)) return NULL;
    struct record_texts texts = {plain->symbols, plain->symbol_count, plain->answers, plain->answer_count};
    struct record_within within = {plain->batch, plain->batch_index, plain};
    struct record *record =
        plain->batch ? record_new_within(&edited.model, &edited.example, &within, &edited.clamps, &texts,
                                         &plain->options, plain->m_before, plain->v_before, plain->update, err)
                     : record_new_with(&edited.model, &edited.example, &edited.clamps, &texts, reduction,
                                       &plain->options, plain->m_before, plain->v_before, plain->update, err);
    for (int i = 0; record && i < edited.clamps.count; i++) // the record may be run again (checker.h)
        if (edited.clamps.list[i].like && !record->like) record->like = record_hold(plain);
    edited_release(&edited);
    return record;
}

// --- what it did ---

// One number of one layer and direction: then *layer and *direction say which.
static bool one_number(const struct edit *edit, const struct record *side, int *layer, int *direction) {
    const struct net_spec *spec = &side->layout.spec;
    *layer = spec->layers == 1 ? 0 : edit->layer;
    *direction = spec->directions == 1 ? 0 : edit->direction;
    return *layer >= 0 && *direction >= 0 && edit->unit >= 0 && edit->from == edit->to;
}

static struct edit_number of_weight(const struct edit *edit, const struct record *record, enum record_param_kind kind) {
    bool vector = param_is_vector(record->layout.params[edit->param].role);
    return (struct edit_number){record_param_name_of(record, kind, edit->param), edit->row, vector ? -1 : edit->column,
                                record_param_value(record, kind, edit->param, edit->row, edit->column)};
}

bool edit_value_before(const struct edit *edit, const struct record *before, struct edit_number *out) {
    const struct record *side = record_side(before, edit->encoder);
    int layer, direction;
    if (edit_holds(edit)) {
        if (!one_number(edit, side, &layer, &direction)) return false;
        *out = (struct edit_number){record_name(side, RECORD_FORWARD, layer, direction, edit->slot), edit->from,
                                    edit->unit,
                                    tape_value(side->tape, layer, direction, edit->slot, edit->from)[edit->unit]};
        return true;
    }
    if (edit->kind == EDIT_WEIGHT) *out = of_weight(edit, before, RECORD_PARAM);
    if (edit->kind == EDIT_REAL)
        *out = (struct edit_number){record_input_name(side, false), edit->from, edit->unit,
                                    side->example.x_real[edit->from * record_input_width(side) + edit->unit]};
    return edit->kind == EDIT_WEIGHT || edit->kind == EDIT_REAL;
}

bool edit_grad_of(const struct edits *edits, int k, const struct record *record, struct edit_number *out) {
    const struct edit *edit = &edits->list[k];
    const struct record *side = record_side(record, edit->encoder);
    int clamp = 0, layer, direction;
    if (edit->muted) return false;
    if (edit->kind == EDIT_WEIGHT) *out = of_weight(edit, record, RECORD_GRAD);
    if (edit->kind == EDIT_REAL)
        *out = (struct edit_number){record_input_name(side, true), edit->from, edit->unit,
                                    record_input_grad(side, edit->from, edit->unit)};
    if (!edit_holds(edit)) return edit->kind == EDIT_WEIGHT || edit->kind == EDIT_REAL;
    if (edit->kind == EDIT_FREEZE && !one_number(edit, side, &layer, &direction)) return false;
    for (int i = 0; i < k; i++)
        clamp += edit_holds(&edits->list[i]) && !edits->list[i].muted;
    *out = (struct edit_number){"clamp/grad", clamp, -1, tape_clamp_grad(record->tape, clamp)};
    return true;
}

static const double *row_of(const struct record *record, bool grad, int layer, int direction, int slot, int t) {
    return (grad ? tape_grad : tape_value)(record->tape, layer, direction, slot, t);
}

static int width_of(const struct record *record, int layer, int slot) {
    const struct net_spec *spec = tape_spec(record->tape);
    return slot == record_cell(record)->input ? net_layer_inputs(spec, layer) : spec->hidden;
}

void record_difference(const struct record *after, const struct record *before, bool grad, int layer, int direction,
                       int slot, int t, double *out) {
    const double *a = row_of(after, grad, layer, direction, slot, t);
    const double *b = row_of(before, grad, layer, direction, slot, t);
    for (int i = 0, n = width_of(after, layer, slot); i < n; i++)
        out[i] = a[i] - b[i];
}

bool record_differs(const struct record *after, const struct record *before, bool grad, int layer, int direction,
                    int slot, int t) {
    const double *a = row_of(after, grad, layer, direction, slot, t);
    const double *b = row_of(before, grad, layer, direction, slot, t);
    for (int i = 0, n = width_of(after, layer, slot); i < n; i++)
        if (a[i] != b[i]) return true;
    return false;
}
