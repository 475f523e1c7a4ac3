#include "preview_examples.h"

#include "mem.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_TOKENS = 400, SHOWN_TIMESTEPS = 40, TEXT_ROOM = 4 * SHOWN_TOKENS };

static bool answers_apart(const struct dataset *d) {
    return d->answers != ANSWERS_NEXT;
}

// A long series: a column a channel.
static struct dataset_column *channel_columns(const struct dataset *d, int *count) {
    *count = d->symbols ? 1 : d->channels < PREVIEW_CELLS_MOST ? d->channels : PREVIEW_CELLS_MOST;
    struct dataset_column *columns = mem_array((size_t)*count, sizeof *columns);
    for (int k = 0; columns && k < *count; k++)
        columns[k].role = d->symbols ? ROLE_TEXT : ROLE_VALUE;
    return columns;
}

struct dataset_column *example_columns(const struct dataset *d, int *count) {
    if (d->shape == TEXT_WHOLE) return channel_columns(d, count);
    *count = answers_apart(d) ? 2 : 1;
    struct dataset_column *columns = mem_array((size_t)*count, sizeof *columns);
    if (!columns) return NULL;
    struct dataset_column *input = &columns[0], *answer = &columns[*count - 1];
    if (d->answers == ANSWERS_ONE && d->labels.count > 0) { // short: before what goes in
        input = &columns[1];
        answer = &columns[0];
    }
    if (answers_apart(d)) answer->role = d->answers == ANSWERS_ONE && d->labels.count > 0 ? ROLE_LABEL : ROLE_TARGET;
    input->role = d->symbols ? ROLE_TEXT : ROLE_VALUE;
    snprintf(input->name, sizeof input->name, "%s",
             d->symbols                ? "text"
             : d->input == VALUES_SETS ? "notes, timestep by timestep"
                                       : "numbers, timestep by timestep");
    if (answers_apart(d))
        snprintf(answer->name, sizeof answer->name, "%s", answer->role == ROLE_LABEL ? "class" : "answer");
    return columns;
}

// "C4": the note that MIDI number is, 60 = C4.
static void put_note(struct str *out, int pitch) {
    static const char *const names[] = {"C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"};
    str_printf(out, "%s%d", names[pitch % 12], pitch / 12 - 1);
}

static void put_set(const float *values, int channels, int lowest, struct str *out) {
    bool any = false;
    for (int c = 0; c < channels; c++) {
        if (values[c] == 0) continue;
        if (any) str_put(out, " ");
        if (lowest > 0)
            put_note(out, lowest + c);
        else
            str_printf(out, "%d", c + 1);
        any = true;
    }
    if (!any) str_put(out, "–");
}

// In the file's own units.
static double number_of(const struct dataset *d, const float *values, int channel) {
    return d->scale ? (double)values[channel] * (double)d->scale[channel] + (double)d->mean[channel]
                    : (double)values[channel];
}

static void put_values(const struct dataset *d, const float *values, int channels, enum data_values kind, bool scaled,
                       struct str *out) {
    if (kind == VALUES_SETS) {
        struct picture_of_input picture = dataset_picture(d);
        put_set(values, channels, picture.kind == PICTURE_PIANO_ROLL ? picture.lowest : 0, out);
        return;
    }
    if (channels > 1) str_put(out, "(");
    for (int c = 0; c < channels; c++)
        str_printf(out, "%s%.4g", c ? ", " : "", scaled ? number_of(d, values, c) : (double)values[c]);
    if (channels > 1) str_put(out, ")");
}

static void put_input(const struct dataset *d, int index, struct str *out) {
    const struct dataset_example *example = &d->examples[index];
    if (d->symbols) {
        char text[TEXT_ROOM];
        dataset_example_text(d, index, SHOWN_TOKENS, text, sizeof text);
        str_put(out, text);
        return;
    }
    for (int t = 0; t < example->length && t < SHOWN_TIMESTEPS; t++) {
        if (t > 0) str_put(out, d->input == VALUES_SETS ? " | " : "  ");
        put_values(d, d->values + (example->start + (size_t)t) * (size_t)d->channels, d->channels, d->input, true, out);
    }
    if (example->length > SHOWN_TIMESTEPS) str_put(out, " ...");
}

static void put_answer(const struct dataset *d, int index, struct str *out) {
    const struct dataset_answer answer = dataset_answer(d, index);
    int n = answer.length < SHOWN_TOKENS ? answer.length : SHOWN_TOKENS;
    if (d->output != VALUES_SYMBOLS) {
        for (int t = 0; t < n && t < SHOWN_TIMESTEPS; t++) {
            if (t > 0) str_put(out, "  ");
            put_values(d, d->answer_values + (answer.start + (size_t)t) * (size_t)d->answer_channels,
                       d->answer_channels, d->output, false, out);
        }
        return;
    }
    const struct vocabulary *vocabulary = dataset_answer_vocabulary(d);
    const int *symbols = d->answer_symbols + answer.start;
    if (d->answers == ANSWERS_SEQUENCE) {
        vocabulary_decode(vocabulary, symbols, n, out);
        return;
    }
    for (int t = 0; t < n; t++)
        str_printf(out, "%s%s", t ? " " : "", symbols[t] >= 0 ? vocabulary->texts[symbols[t]] : "–");
}

static int timestep_cells(const struct dataset *d, long t, struct str *made, struct preview_cell *cells) {
    int n = d->symbols ? 1 : d->channels < PREVIEW_CELLS_MOST ? d->channels : PREVIEW_CELLS_MOST;
    size_t ends[PREVIEW_CELLS_MOST];
    for (int k = 0; k < n; k++) {
        if (d->symbols)
            str_put(made, d->vocabulary.texts[dataset_symbol(d, (size_t)t)]);
        else
            str_printf(made, "%.6g", number_of(d, d->values + (size_t)t * (size_t)d->channels, k));
        ends[k] = made->size;
    }
    for (int k = 0; k < n; k++) {
        size_t start = k > 0 ? ends[k - 1] : 0;
        cells[k] = (struct preview_cell){str_text(made) + start, ends[k] - start};
    }
    return n;
}

int example_cells(const struct dataset *d, long row, struct str *made, struct preview_cell *cells, long *line) {
    str_clear(made);
    if (d->shape == TEXT_WHOLE) return timestep_cells(d, row, made, cells);
    int index = (int)row;
    bool apart = d->examples[0].line != d->examples[d->example_count - 1].line; // else a file of one line
    *line = apart ? d->examples[index].line : 0;
    put_input(d, index, made);
    size_t end = made->size;
    if (answers_apart(d)) put_answer(d, index, made);
    bool label_first = d->answers == ANSWERS_ONE && d->labels.count > 0;
    const char *text = str_text(made);
    cells[label_first] = (struct preview_cell){text, end};
    if (answers_apart(d)) cells[!label_first] = (struct preview_cell){text + end, made->size - end};
    return answers_apart(d) ? 2 : 1;
}
