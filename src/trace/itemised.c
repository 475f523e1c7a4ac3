#include "itemised.h"

#include "mem.h"
#include "slab.h"
#include <stdio.h>
#include <string.h>

// --- chains and paths ---

const struct tape *chain_tape(const struct record *record, struct chain chain) {
    return chain.side ? tape_encoder(record->tape) : record->tape;
}

static int side_count(const struct net_spec *spec) {
    return spec->layers * spec->directions;
}

int chain_count(const struct record *record) {
    const struct tape *encoder = tape_encoder(record->tape);
    return side_count(tape_spec(record->tape)) + (encoder ? side_count(tape_spec(encoder)) : 0);
}

struct chain chain_get(const struct record *record, int index) {
    int own = side_count(tape_spec(record->tape)), side = index >= own;
    const struct tape *tape = side ? tape_encoder(record->tape) : record->tape;
    int at = side ? index - own : index, directions = tape_spec(tape)->directions;
    return (struct chain){side, at / directions, at % directions};
}

static void mask_of(const struct cell_desc *cell, int path, struct path_mask *mask) {
    if (path == PATH_ALL)
        path_all(cell, mask);
    else if (path == PATH_MEMORY)
        path_memory(cell, mask);
    else
        path_through(cell, path, mask);
}

int path_list(const struct cell_desc *cell, int paths[CELL_MAX_SLOTS]) {
    int count = 0;
    struct path_mask lane = {0}, none = {0};
    paths[count++] = PATH_ALL;
    for (int s = 0; s < cell->slot_count; s++)
        if (cell->slots[s].role == SLOT_GATE || cell->slots[s].role == SLOT_CANDIDATE) paths[count++] = s;
    path_memory(cell, &lane);
    path_none(cell, &none);
    bool carries = false; // what the lane follows from a state that enters
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++)
            carries |= cell->steps[i].in[k] >= 0 && lane.follow[i][k] && !none.follow[i][k];
    if (carries) paths[count++] = PATH_MEMORY;
    return count;
}

void itemised_name(char out[ITEMISED_NAME], const struct record *record, struct chain chain, int path,
                   enum itemised_what what, int state) {
    const struct cell_desc *cell = record_cell(record);
    static const char *const folders[] = {
        [ITEMISED_VECTORS] = "itemised", [ITEMISED_NORMS] = "norm/itemised", [ITEMISED_TOTAL] = "norm/backward"};
    const char *through = path == PATH_ALL ? "" : path == PATH_MEMORY ? "memory/" : cell->slots[path].id;
    snprintf(out, ITEMISED_NAME, "%s%s%s%s%s/l%d%s/%s", chain.side ? "encoder/" : "",
             path == PATH_ALL ? "" : "through/", through, path >= 0 ? "/" : "", folders[what], chain.layer,
             chain.direction ? "_reverse" : "", cell->slots[cell->state_out[state]].id);
}

// (T) masks of a path, or NULL for all paths. False when memory ran out.
static bool make_masks(const struct record *record, struct chain chain, int path, struct path_mask **masks,
                       struct err *err) {
    *masks = NULL;
    if (path == PATH_ALL) return true;
    int T = tape_length(chain_tape(record, chain));
    *masks = slab_alloc((size_t)T, sizeof **masks, "the paths through a cell", err);
    for (int t = 0; *masks && t < T; t++)
        mask_of(record_cell(record), path, &(*masks)[t]);
    return *masks != NULL;
}

// --- all pairs ---

static bool has_loss(const struct record *record, int t) {
    const double *d = tape_logits_grad(record->tape, t);
    for (int k = 0; k < record->layout.spec.outputs; k++)
        if (d[k] != 0) return true;
    return false;
}

size_t itemised_bytes(const struct record *record, struct chain chain) {
    size_t taus = (size_t)record_T(record), T = (size_t)tape_length(chain_tape(record, chain));
    return size_mul_add(taus, T, T) * (size_t)record_cell(record)->state_count * sizeof(double);
}

// dL/d(state)<t>: the record's own for all paths.
static bool make_totals(const struct record *record, struct itemised *items, const struct path_mask *masks,
                        struct err *err) {
    const struct cell_desc *cell = record_cell(record);
    const struct tape *tape = chain_tape(record, items->chain);
    size_t H = (size_t)tape_spec(tape)->hidden, T = (size_t)items->T;
    double *grads = NULL, *own[CELL_MAX_STATES] = {0};
    if (masks) {
        grads = slab_alloc(T * H, (size_t)items->states * sizeof *grads, "gradients by path", err);
        if (!grads) return false;
        for (int s = 0; s < items->states; s++)
            own[s] = grads + (size_t)s * T * H;
        if (!analysis_path(tape, &record->layout, record->params, &record->example, items->chain.layer,
                           items->chain.direction, masks, own, err)) {
            mem_free(grads);
            return false;
        }
    }
    for (int s = 0; s < items->states; s++)
        for (int t = 0; t < items->T; t++) {
            const double *row =
                masks ? own[s] + (size_t)t * H
                      : tape_grad(tape, items->chain.layer, items->chain.direction, cell->state_out[s], t);
            items->totals[s][t] = record_norm(row, (int)H);
        }
    mem_free(grads);
    return true;
}

static struct itemised *itemised_room(const struct record *record, struct chain chain, int path, struct err *err) {
    const struct tape *tape = chain_tape(record, chain);
    struct itemised *items = mem_alloc(sizeof *items);
    if (!items) {
        err_set(err, ERR_MEMORY, "no memory for gradients by loss");
        return NULL;
    }
    *items = (struct itemised){.chain = chain,
                               .path = path,
                               .taus = record_T(record),
                               .T = tape_length(tape),
                               .states = record_cell(record)->state_count};
    size_t taus = (size_t)items->taus, T = (size_t)items->T, each = taus * T + T;
    items->memory = slab_alloc(each, (size_t)items->states * sizeof(double), "gradients by loss", err);
    items->losses = items->memory ? slab_alloc(taus, sizeof(int), "the list of losses", err) : NULL;
    if (!items->losses) {
        itemised_free(items);
        return NULL;
    }
    for (int s = 0; s < items->states; s++) {
        items->norms[s] = items->memory + (size_t)s * each;
        items->totals[s] = items->norms[s] + taus * T;
        itemised_name(items->norm_name[s], record, chain, path, ITEMISED_NORMS, s);
        itemised_name(items->total_name[s], record, chain, path, ITEMISED_TOTAL, s);
    }
    for (int t = 0; t < items->taus; t++)
        if (has_loss(record, t)) items->losses[items->loss_count++] = t;
    return items;
}

struct itemised *itemised_new(const struct record *record, struct chain chain, int path,
                              const struct analysis_watch *watch, struct err *err) {
    struct path_mask *masks;
    if (!make_masks(record, chain, path, &masks, err)) return NULL;
    struct itemised *items = itemised_room(record, chain, path, err);
    bool good = items &&
                analysis_itemised_path(chain_tape(record, chain), &record->layout, record->params, &record->example,
                                       chain.layer, chain.direction, masks, watch, items->norms, NULL, err) &&
                make_totals(record, items, masks, err);
    mem_free(masks);
    if (good) return items;
    itemised_free(items);
    return NULL;
}

void itemised_free(struct itemised *items) {
    if (!items) return;
    mem_free(items->memory);
    mem_free(items->losses);
    mem_free(items);
}

double itemised_norm(const struct itemised *items, int state, int tau, int t) {
    return items->norms[state][(size_t)tau * (size_t)items->T + (size_t)t];
}

int itemised_farthest(const struct itemised *items) {
    if (items->loss_count == 0) return -1;
    return items->losses[items->chain.direction && items->chain.side == 0 ? 0 : items->loss_count - 1];
}

// --- one loss ---

struct loss_gradient *loss_gradient_new(const struct record *record, struct chain chain, int path, int tau,
                                        struct err *err) {
    const struct tape *tape = chain_tape(record, chain);
    size_t T = (size_t)tape_length(tape), H = (size_t)tape_spec(tape)->hidden;
    struct path_mask *masks;
    if (!make_masks(record, chain, path, &masks, err)) return NULL;
    struct loss_gradient *gradient = mem_need(1, sizeof *gradient);
    *gradient =
        (struct loss_gradient){.tau = tau, .T = (int)T, .H = (int)H, .states = record_cell(record)->state_count};
    gradient->memory = slab_alloc(T * H, (size_t)gradient->states * sizeof(double), "the gradient of a loss", err);
    for (int s = 0; gradient->memory && s < gradient->states; s++) {
        gradient->vectors[s] = gradient->memory + (size_t)s * T * H;
        itemised_name(gradient->name[s], record, chain, path, ITEMISED_VECTORS, s);
    }
    bool good =
        gradient->memory && analysis_path_of_loss(tape, &record->layout, record->params, &record->example, chain.layer,
                                                  chain.direction, masks, tau, gradient->vectors, err);
    mem_free(masks);
    if (good) return gradient;
    loss_gradient_free(gradient);
    return NULL;
}

void loss_gradient_free(struct loss_gradient *gradient) {
    if (!gradient) return;
    mem_free(gradient->memory);
    mem_free(gradient);
}
