// A long series of numbers: a row a timestep. The first column may hold dates; every other is a channel. The next row
// is to be said. Rows of words behind the last number (a footer) are left out, and said.
#include "builder.h"
#include "mem.h"
#include "table_values.h"

#include <stdio.h>

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    struct columns columns;
    if (!columns_find(input, options, TABLE_SERIES, &columns, err)) return false;
    snprintf(why, why_size, "rows of %d number%s%s: a series to be continued", columns.value_count,
             columns.value_count == 1 ? "" : "s", columns.time >= 0 ? " behind a first column of words" : "");
    return true;
}

static bool read_rows(struct table_walk *walk, struct builder *builder, struct err *err) {
    struct table_row row;
    float *values = mem_array((size_t)walk->columns->value_count, sizeof *values);
    if (!values) return err_set(err, ERR_MEMORY, "no memory for a row of %d numbers", walk->columns->value_count);
    builder_example(builder, 1);
    while (table_walk_next(walk, &row, false))
        if (table_values(walk, &row, values, walk->out->symbol_count > 0)) builder_vector(builder, values);
    mem_free(values);
    return !walk->failed && builder_finish(builder, err);
}

static bool read_series(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                        struct problem_log *log, struct err *err) {
    struct columns columns;
    if (!columns_find(input, options, TABLE_SERIES, &columns, err))
        return err->code != ERR_NONE
                   ? false
                   : err_at(err, ERR_FORMAT, input->path, 0, 0,
                            "expected at least 10 rows of numbers with the same number of columns, found fewer");
    out->answers = ANSWERS_NEXT;
    out->input = out->output = VALUES_REALS;
    out->channels = out->answer_channels = columns.value_count;
    out->shape = TEXT_WHOLE;
    struct builder builder;
    struct table_walk walk;
    builder_start(&builder, out);
    bool good = table_walk_start(&walk, input, options, &columns, out, log, err) && read_rows(&walk, &builder, err);
    table_walk_release(&walk);
    if (!good) return false;
    snprintf(out->shape_reason, sizeof out->shape_reason, "one long series: %zu rows%s", out->symbol_count,
             columns.header ? " under a header" : "");
    reader_note_ends(input, out);
    return true;
}

const struct reader reader_series = {
    .id = "series", .title = "a long series of numbers", .sniff = sniff, .read = read_series};
