#include "trace_out.h"

#include "analysis.h"
#include "file.h"
#include "mem.h"
#include "npy.h"
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

// itemised/l{k}[_reverse]/{state} (T tau, T t, H): dL<tau>/d(state)<t>, and their norms (T tau, T t) under norm/; of an
// encoder under encoder/, with t its own timesteps.
static bool add_side(const struct record *record, const struct tape *tape, const char *prefix, struct sink *sink,
                     struct err *err) {
    const struct cell_desc *cell = record_cell(record);
    const struct net_spec *spec = tape_spec(tape);
    const int64_t tau = record_T(record), T = tape_length(tape), H = record_H(record);
    size_t pairs = (size_t)tau * (size_t)T, row = pairs * (size_t)(H + 1);
    double *memory = slab_alloc(row, CELL_MAX_STATES * sizeof *memory, "the itemised gradients", err);
    double *const norms[CELL_MAX_STATES] = {memory, memory + pairs};
    double *const vectors[CELL_MAX_STATES] = {memory + 2 * pairs, memory + pairs * (size_t)(H + 2)};
    bool good = memory != NULL;
    for (int l = 0; good && l < spec->layers; l++)
        for (int d = 0; good && d < spec->directions; d++) {
            good =
                analysis_itemised(tape, &record->layout, record->params, &record->example, l, d, norms, vectors, err);
            for (int s = 0; good && s < cell->state_count; s++) {
                char name[128], norm[160];
                snprintf(name, sizeof name, "itemised/l%d%s/%s", l, d ? "_reverse" : "",
                         cell->slots[cell->state_out[s]].id);
                snprintf(norm, sizeof norm, "%snorm/%s", prefix, name);
                add_tensor(sink, norm, 2, (const int64_t[]){tau, T}, norms[s]);
                snprintf(norm, sizeof norm, "%s%s", prefix, name);
                add_tensor(sink, norm, 3, (const int64_t[]){tau, T, H}, vectors[s]);
            }
        }
    mem_free(memory);
    return good;
}

static bool add_itemised(const struct record *record, struct sink *sink, struct err *err) {
    const struct tape *encoder = tape_encoder(record->tape);
    return add_side(record, record->tape, "", sink, err) &&
           (!encoder || add_side(record, encoder, "encoder/", sink, err));
}

enum { META = 6 };

static void describe(const struct trace_file *file, char update[32], struct npy_word meta[META]) {
    const struct record *record = file->record;
    const struct net_spec *spec = &record->layout.spec;
    snprintf(update, 32, "%lld", (long long)record->update);
    meta[0] = (struct npy_word){"example", file->example};
    meta[1] = (struct npy_word){"cell", record_cell(record)->name};
    meta[2] = (struct npy_word){"kind", net_kind_names[spec->kind]};
    meta[3] = (struct npy_word){"update", update};
    meta[4] = (struct npy_word){"reduction", record->reduction == REDUCTION_SUM ? "sum" : "mean"};
    meta[5] = (struct npy_word){"clamp", file->clamp};
}

static bool each_tensor(const struct trace_file *file, struct sink *sink, struct err *err) {
    if (!record_each(file->record, add_tensor, sink) && !sink->failed)
        return err_set(err, ERR_MEMORY, "no memory for the arrays of %d timesteps", record_T(file->record));
    return !sink->failed && (!file->itemised || add_itemised(file->record, sink, err)) && !sink->failed;
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
    char update[32];
    struct npy_word meta[META];
    size_t length = strlen(path);
    if (length > 4 && !strcmp(path + length - 4, ".csv")) return save_table(file, path, err);
    bool folder = length > 0 && path[length - 1] == '/';
    describe(file, update, meta);
    struct sink sink = {.writer = folder ? NULL : tensor_writer_new(), .folder = path, .err = err};
    for (int i = 0; sink.writer && i < META; i++)
        if (meta[i].value) tensor_writer_meta(sink.writer, meta[i].key, meta[i].value);
    bool good = each_tensor(file, &sink, err) &&
                (folder ? npy_save_words(path, meta, META, err) : tensor_writer_save(sink.writer, path, err));
    tensor_writer_free(sink.writer);
    return good;
}
