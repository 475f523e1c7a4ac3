// Arrays of numpy as data: (N, T, D), or (N, T) with labels, are N series; (T, D) and (T) one long one. Labels lie
// beside X.npy: X.labels.npy, whole numbers (N), or X.labels, a label a line. NaN is a missing number.
#include "cases.h"
#include "file.h"
#include "lines.h"
#include "mem.h"
#include "npy.h"
#include "str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHANNELS_MOST = 1 << 16, LABELS_BYTES = 64 << 20 };

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    snprintf(why, why_size, "an array of numpy");
    return input->size >= 6 && memcmp(input->bytes, "\x93NUMPY", 6) == 0;
}

struct labels {
    struct npy array;
    struct text_file file;
    struct line *lines; // of the file, those that are not empty
    size_t count;
    char name[64];
};

static void labels_release(struct labels *l) {
    npy_release(&l->array);
    text_file_release(&l->file);
    mem_free(l->lines);
}

static bool read_lines(struct labels *l, const char *path, struct err *err) {
    if (!text_file_read(&l->file, path, LABELS_BYTES, ENCODING_AUTO, err)) return false;
    struct lines lines = lines_of(l->file.text.bytes, l->file.text.size), again = lines;
    struct line line;
    size_t count = 0;
    while (lines_next(&lines, &line))
        count += line.size > 0;
    l->lines = mem_array(count, sizeof *l->lines);
    if (!l->lines) return err_set(err, ERR_MEMORY, "no memory for %zu labels", count);
    while (lines_next(&again, &line))
        if (line.size > 0) l->lines[l->count++] = line;
    return true;
}

// True with count 0 where there are none.
static bool find_labels(struct labels *l, const struct reader_input *input, struct err *err) {
    struct str path = {0};
    size_t stem = strlen(input->path);
    bool good = true;
    if (input->in_memory) return true;
    if (stem > 4 && strcmp(input->path + stem - 4, ".npy") == 0) stem -= 4;
    str_put_n(&path, input->path, stem);
    str_put(&path, ".labels.npy");
    if (file_exists(path.data)) {
        good = npy_read(&l->array, path.data, err);
        if (good && (l->array.dims != 1 || !l->array.whole))
            good = err_at(err, ERR_FORMAT, path.data, 0, 0, "expected whole numbers of shape (N), the labels");
        l->count = l->array.count;
    } else {
        path.size -= 4;
        path.data[path.size] = 0;
        if (file_exists(path.data)) good = read_lines(l, path.data, err);
    }
    if (l->count > 0) snprintf(l->name, sizeof l->name, "%.60s", file_name(path.data));
    str_release(&path);
    return good;
}

static struct line label_at(const struct labels *l, size_t i, char room[32]) {
    if (l->lines) return l->lines[i];
    int size = snprintf(room, 32, "%lld", (long long)l->array.whole[i]);
    return (struct line){.text = room, .size = (size_t)size};
}

struct reading {
    const struct npy *array;
    const struct reader_input *input;
    const struct data_options *options;
    struct problem_log *log;
    size_t series, T, D;
    float *values; // a timestep
    struct err *err;
};

// A timestep; what is missing keeps what stands there. Returns how many were.
static int take_timestep(struct reading *r, size_t at) {
    int missing = 0;
    for (size_t d = 0; d < r->D; d++) {
        double value = r->array->real ? r->array->real[at * r->D + d] : (double)r->array->whole[at * r->D + d];
        if (fabs(value) <= FLT_MAX)
            r->values[d] = (float)value;
        else
            missing++;
    }
    return missing;
}

static void tell_missing(struct reading *r, long missing, size_t first) {
    if (missing > 0)
        problem_add(
            r->log, PROBLEM_MISSING, (long)first + 1, 1,
            "%ld number%s missing (NaN or infinite), first in timestep %zu; the one before is taken again (0 at the "
            "start)",
            missing, missing == 1 ? " is" : "s are", first + 1);
}

static bool read_whole(struct reading *r, struct dataset *out) {
    struct builder builder;
    long missing = 0;
    size_t first = 0;
    out->answers = ANSWERS_NEXT;
    out->input = out->output = VALUES_REALS;
    out->channels = out->answer_channels = (int)r->D;
    out->shape = TEXT_WHOLE;
    builder_start(&builder, out);
    builder_example(&builder, 1);
    for (size_t t = 0; t < r->T; t++) {
        int more = take_timestep(r, t);
        if (missing == 0 && more > 0) first = t;
        missing += more;
        builder_vector(&builder, r->values);
    }
    if (!builder_finish(&builder, r->err)) return false;
    tell_missing(r, missing, first);
    snprintf(out->shape_reason, sizeof out->shape_reason, "one long series: %zu timesteps of %zu", r->T, r->D);
    return true;
}

static bool read_series(struct reading *r, struct dataset *out, const struct labels *labels) {
    struct cases cases;
    char room[32];
    long missing = 0;
    size_t first = 0;
    cases_start(&cases, out, (int)r->D, labels->count > 0);
    for (size_t n = 0; n < r->series; n++) {
        struct line label = labels->count > 0 ? label_at(labels, n, room) : (struct line){0};
        cases_begin(&cases, (long)n + 1, label.text, label.size);
        memset(r->values, 0, r->D * sizeof *r->values);
        for (size_t t = 0; t < r->T; t++) {
            int more = take_timestep(r, n * r->T + t);
            if (missing == 0 && more > 0) first = t;
            missing += more;
            cases_vector(&cases, r->values);
        }
    }
    tell_missing(r, missing, first);
    if (labels->count > 0) problem_add(r->log, PROBLEM_OTHER, 1, 1, "labels are those of %s", labels->name);
    bool good = cases_finish(&cases, r->input, r->options, r->log, r->err);
    cases_release(&cases);
    return good;
}

// What the dimensions are. Of two, labels tell whether the first counts series or timesteps.
static bool take_shape(struct reading *r, const struct labels *labels) {
    const struct npy *a = r->array;
    char shape[160];
    bool rows = a->dims == 2 && labels->count > 0 && (int64_t)labels->count == a->shape[0];
    bool good = a->dims >= 1 && a->dims <= 3 && a->count > 0;
    if (good && (a->dims == 3 || rows)) r->series = (size_t)a->shape[0];
    if (good) r->T = (size_t)(a->dims == 3 || rows ? a->shape[1] : a->shape[0]);
    if (good) r->D = a->count / (r->series ? r->series : 1) / r->T;
    if (good && r->D <= CHANNELS_MOST && r->series <= DATASET_MAX_EXAMPLES && r->T <= INT32_MAX) {
        if (labels->count == 0 || labels->count == r->series) return true;
        return err_at(r->err, ERR_VALUE, r->input->path, 0, 0,
                      "expected as many labels as series (%zu), found %zu in %s", r->series, labels->count,
                      labels->name);
    }
    return err_at(r->err, ERR_VALUE, r->input->path, 0, 0,
                  "expected an array of shape (N, T, D), (T, D) or (T), found %s",
                  shape_text(a->dims, a->shape, shape, sizeof shape));
}

static bool read_npy(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                     struct problem_log *log, struct err *err) {
    struct npy array;
    struct labels labels = {0};
    if (!npy_parse(&array, input->path, input->bytes, input->size, err)) return false;
    struct reading r = {.array = &array, .input = input, .options = options, .log = log, .err = err};
    bool good = find_labels(&labels, input, err) && take_shape(&r, &labels);
    if (good) {
        r.values = mem_array(r.D, sizeof *r.values);
        if (!r.values)
            good = err_set(err, ERR_MEMORY, "no memory for %zu channels", r.D);
        else
            good = r.series > 0 ? read_series(&r, out, &labels) : read_whole(&r, out);
    }
    mem_free(r.values);
    labels_release(&labels);
    npy_release(&array);
    return good;
}

const struct reader reader_npy = {
    .id = "npy", .title = "an array of numpy", .binary = true, .sniff = sniff, .read = read_npy};
