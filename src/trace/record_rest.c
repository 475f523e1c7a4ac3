#include "record_rest.h"

#include "mem.h"
#include <math.h>
#include <string.h>

bool record_rest_room(struct record *record) {
    record->rest = mem_array(record->layout.size, sizeof *record->rest);
    record->total = mem_array(record->layout.size, sizeof *record->total);
    return record->rest && record->total;
}

long record_rest_tokens(const struct record *record) {
    long tokens = 0;
    for (int k = 0; record->batch && k < example_batch_count(record->batch); k++)
        if (k != record->batch_index) tokens += example_tokens(example_batch_get(record->batch, k));
    return tokens;
}

// The gradient of one of the others, to a slab.
static bool find_example(struct record *record, int index, double *scratch, struct err *err) {
    const struct layout *layout = &record->layout;
    const struct example *example = example_batch_get(record->batch, index);
    struct tape *tape = tape_new_pair(&layout->spec, example->source ? example->source->T : 0, example->T, err);
    if (!tape) return false;
    memset(scratch, 0, layout->size * sizeof *scratch);
    double loss = reference_forward(tape, layout, record->params, example);
    tape_scale_loss(tape, record->loss_scale);
    reference_backward(tape, layout, record->params, example, scratch);
    tape_free(tape);
    if (!isfinite(loss))
        return err_set(err, ERR_VALUE, "the loss of example %d of the minibatch is not finite", index + 1);
    record->rest_loss += record->loss_scale * loss;
    return true;
}

static void add(double *to, const double *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

// The whole is added up in the order of the minibatch, so it is the same bits whichever example the record is of.
static bool add_all(struct record *record, struct err *err) {
    double *scratch = mem_array(record->layout.size, sizeof *scratch);
    if (!scratch) return err_set(err, ERR_MEMORY, "no memory for a gradient of %zu parameters", record->layout.size);
    const size_t n = record->layout.size;
    bool good = true;
    for (int k = 0; good && k < example_batch_count(record->batch); k++) {
        bool own = k == record->batch_index;
        good = own || find_example(record, k, scratch, err);
        add(record->total, own ? record->grads : scratch, n);
        if (!own) add(record->rest, scratch, n);
    }
    mem_free(scratch);
    return good;
}

static bool alike(const struct record *record, const struct record *like) {
    return like && like->batch == record->batch && like->batch_tokens == record->batch_tokens &&
           (like->batch_index == record->batch_index || !like->batch_edited) &&
           !memcmp(like->params, record->params, record->layout.size * sizeof *record->params);
}

// Of the same example, edited or not, what the other record found; of another one the whole less what is its own.
static void take_over(struct record *record, const struct record *like) {
    bool same = record->batch_index == like->batch_index, whole = !record->batch_edited && !like->batch_edited;
    for (size_t i = 0; i < record->layout.size; i++) {
        record->rest[i] = same ? like->rest[i] : like->total[i] - record->grads[i];
        record->total[i] = whole ? like->total[i] : record->grads[i] + record->rest[i];
    }
    record->rest_loss = same ? like->rest_loss : record_batch_loss(like) - record->loss;
}

bool record_find_rest(struct record *record, const struct record *like, struct err *err) {
    if (alike(record, like))
        take_over(record, like);
    else if (!add_all(record, err))
        return false;
    record->rest_norm = record_norm(record->rest, (int)record->layout.size);
    return true;
}
