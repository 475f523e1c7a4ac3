#include "trace_out.h"

#include "insight.h"
#include "file.h"
#include "mem.h"
#include "npy_save.h"
#include "safetensors.h"
#include "slab.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

// Where the tensors go: one of the three.
struct sink {
    struct tensor_writer *writer; // a .safetensors
    FILE *table;                  // a .csv
    const char *folder;           // .npy
    struct err *err;
    bool failed; // of a folder: a file could not be saved
};

enum { TABLE_INDICES = 3 };

// One line a number: the tensor, its indices from 1 (empty where there are fewer), the number to its last digit.
static void put_rows(FILE *table, const char *name, int dims, const int64_t *shape, const double *data) {
    int64_t size = 1, at[TABLE_INDICES] = {0};
    for (int k = 0; k < dims; k++)
        size *= shape[k];
    for (int64_t i = 0; i < size; i++) {
        fprintf(table, "%s", name);
        for (int k = 0; k < TABLE_INDICES; k++)
            if (k < dims)
                fprintf(table, ",%lld", (long long)at[k] + 1);
            else
                fputc(',', table);
        fprintf(table, ",%.17g\n", data[i]);
        for (int k = dims - 1; k >= 0 && ++at[k] == shape[k]; k--)
            at[k] = 0;
    }
}

// Every part of a tensor's name but the last is a folder.
static bool save_array(struct sink *sink, const char *name, int dims, const int64_t *shape, const double *data) {
    struct str path = {0};
    str_printf(&path, "%s%s", sink->folder, name);
    char *last = strrchr(path.data, '/');
    *last = 0;
    bool good = file_make_directories(path.data, sink->err);
    *last = '/';
    str_put(&path, ".npy");
    good = good && npy_save(path.data, TENSOR_F64, dims, shape, data, sink->err);
    str_release(&path);
    return good;
}

static void add_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct sink *sink = context;
    if (sink->writer)
        tensor_writer_add(sink->writer, name, TENSOR_F64, dims, shape, data);
    else if (sink->table)
        put_rows(sink->table, name, dims, shape, data);
    else if (!sink->failed)
        sink->failed = !save_array(sink, name, dims, shape, data);
}

// dL<tau>/d(state)<t> of one chain over the paths of `path`, (T tau, T t, H), its norms (T tau, T t), and of a path the
// norms over all losses (T).
static bool add_itemised(const struct record *record, struct chain chain, int path, struct sink *sink,
                         struct err *err) {
    struct itemised *items = itemised_new(record, chain, path, NULL, err);
    if (!items) return false;
    const int64_t taus = items->taus, T = items->T, H = record_H(record);
    const size_t all = (size_t)(taus * T * H), one = (size_t)(T * H);
    double *vectors = slab_alloc(all, (size_t)items->states * sizeof *vectors, "the itemised gradients", err);
    bool good = vectors != NULL;
    for (int tau = 0; good && tau < taus; tau++) {
        struct loss_gradient *gradient = loss_gradient_new(record, chain, path, tau, err);
        good = gradient != NULL;
        for (int s = 0; good && s < items->states; s++)
            memcpy(vectors + (size_t)s * all + (size_t)tau * one, gradient->vectors[s], one * sizeof *vectors);
        loss_gradient_free(gradient);
    }
    for (int s = 0; good && s < items->states; s++) {
        char name[ITEMISED_NAME];
        itemised_name(name, record, chain, path, ITEMISED_VECTORS, s);
        add_tensor(sink, items->norm_name[s], 2, (const int64_t[]){taus, T}, items->norms[s]);
        add_tensor(sink, name, 3, (const int64_t[]){taus, T, H}, vectors + (size_t)s * all);
        if (path != PATH_ALL) add_tensor(sink, items->total_name[s], 1, (const int64_t[]){T}, items->totals[s]);
    }
    mem_free(vectors);
    itemised_free(items);
    return good;
}

static bool add_jacobian(const struct trace_file *file, struct chain chain, int state, struct sink *sink,
                         struct err *err) {
    const struct record *record = file->record;
    struct jacobian j;
    int from = file->jacobian[0], to = file->jacobian[1];
    if (chain.direction == 1) { // the later one in this direction's own order is the earlier timestep
        from = file->jacobian[1];
        to = file->jacobian[0];
    }
    if (!jacobian_init(&j, chain_tape(record, chain), &record->layout, record->params, chain.layer, chain.direction, to,
                       state, from, state, err))
        return false;
    const int64_t steps = j.steps, size = j.size, least = j.rows < j.columns ? j.rows : j.columns;
    const struct {
        int dims;
        int64_t shape[3];
        const double *data;
    } parts[JACOBIAN_PARTS] = {[JACOBIAN_PRODUCT] = {2, {j.rows, j.columns}, j.product},
                               [JACOBIAN_SINGULAR] = {1, {least}, j.singular},
                               [JACOBIAN_FACTOR] = {3, {steps, size, size}, j.factors},
                               [JACOBIAN_FACTOR_NORM] = {1, {steps}, j.factor_frobenius},
                               [JACOBIAN_FACTOR_LARGEST] = {1, {steps}, j.factor_largest},
                               [JACOBIAN_RUNNING_NORM] = {1, {steps}, j.running_frobenius},
                               [JACOBIAN_RUNNING_LARGEST] = {1, {steps}, j.running_largest},
                               [JACOBIAN_BOUND_NORM] = {1, {steps}, j.bound_frobenius},
                               [JACOBIAN_BOUND_LARGEST] = {1, {steps}, j.bound_largest}};
    for (int part = 0; part < JACOBIAN_PARTS; part++) {
        char name[ITEMISED_NAME];
        jacobian_name(name, record, chain, state, state, (enum jacobian_part)part);
        if (parts[part].data) add_tensor(sink, name, parts[part].dims, parts[part].shape, parts[part].data);
    }
    jacobian_release(&j);
    return true;
}

static bool add_analyses(const struct trace_file *file, struct sink *sink, struct err *err) {
    const struct record *record = file->record;
    int paths[CELL_MAX_SLOTS], path_count = file->paths ? path_list(record_cell(record), paths) : 1;
    if (!file->paths) paths[0] = PATH_ALL;
    bool good = true;
    for (int c = 0; good && c < chain_count(record); c++) {
        struct chain chain = chain_get(record, c);
        for (int w = 0; good && file->itemised && w < path_count; w++)
            good = add_itemised(record, chain, paths[w], sink, err);
        if (file->jacobian[1] <= 0 || chain.side == 1) continue;
        for (int s = record_cell(record)->state_count > 1 ? -1 : 0; good && s < record_cell(record)->state_count; s++)
            good = add_jacobian(file, chain, s, sink, err);
    }
    return good;
}

enum { META = 8 };

static void describe(const struct trace_file *file, char update[32], char minibatch[64], struct npy_word meta[META]) {
    const struct record *record = file->record;
    const struct net_spec *spec = &record->layout.spec;
    snprintf(update, 32, "%lld", (long long)record->update);
    meta[0] = (struct npy_word){"example", file->example};
    meta[1] = (struct npy_word){"cell", record_cell(record)->name};
    meta[2] = (struct npy_word){"kind", net_kind_names[spec->kind]};
    meta[3] = (struct npy_word){"update", update};
    meta[4] = (struct npy_word){"reduction", record->reduction == REDUCTION_SUM ? "sum" : "mean"};
    meta[5] = (struct npy_word){"clamp", file->clamp};
    meta[6] = (struct npy_word){"edit", file->edit};
    snprintf(minibatch, 64, "example %d of %d, %ld tokens", record->batch_index + 1, record_batch_count(record),
             record->batch_tokens);
    meta[7] = (struct npy_word){"minibatch", record->batch ? minibatch : NULL};
}

static bool each_tensor(const struct trace_file *file, struct sink *sink, struct err *err) {
    if (!record_each(file->record, add_tensor, sink) && !sink->failed)
        return err_set(err, ERR_MEMORY, "no memory for the arrays of %d timesteps", record_T(file->record));
    return !sink->failed && add_analyses(file, sink, err) && !sink->failed;
}

static bool save_table(const struct trace_file *file, const char *path, struct err *err) {
    struct file_save save;
    if (!file_save_begin(&save, path, err)) return false;
    fputs("tensor,index_1,index_2,index_3,value\n", save.stream);
    struct sink sink = {.table = save.stream, .err = err};
    if (each_tensor(file, &sink, err)) return file_save_commit(&save, err);
    file_save_abandon(&save);
    return false;
}

bool trace_save(const struct trace_file *file, const char *path, struct err *err) {
    char update[32], minibatch[64];
    struct npy_word meta[META];
    size_t length = strlen(path);
    if (file_ends_with(path, ".csv")) return save_table(file, path, err);
    bool folder = length > 0 && path[length - 1] == '/';
    describe(file, update, minibatch, meta);
    struct sink sink = {.writer = folder ? NULL : tensor_writer_new(), .folder = path, .err = err};
    for (int i = 0; sink.writer && i < META; i++)
        if (meta[i].value) tensor_writer_meta(sink.writer, meta[i].key, meta[i].value);
    bool good = each_tensor(file, &sink, err) &&
                (folder ? npy_save_words(path, meta, META, err) : tensor_writer_save(sink.writer, path, err));
    tensor_writer_free(sink.writer);
    return good;
}
