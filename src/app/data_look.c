#include "data_look.h"

#include "bench_example.h"
#include "file.h"
#include "mem.h"
#include "str.h"
#include "task.h"
#include "tokens.h"
#include "training.h"

#include <stdio.h>
#include <string.h>

// ---- made in the worker ----

// One pass goes on where the other ended.
struct pace {
    workbench_progress *progress;
    void *context;
    double done, share;
};

static bool go_on(void *context, double part) {
    const struct pace *pace = context;
    return !pace->progress || pace->progress(pace->context, pace->done + pace->share * part);
}

static long most_of(const struct data_look *look, const struct vocabulary *vocabulary) {
    long most = 1;
    for (int k = 0; k < vocabulary->count; k++)
        if (data_look_count(look, vocabulary, k) > most) most = data_look_count(look, vocabulary, k);
    return most;
}

static void count(struct data_look *look) {
    const struct dataset *d = look->data;
    struct net_spec spec = {.directions = 1};
    dataset_length_bins(d, false, &look->lengths);
    if (d->answers == ANSWERS_SEQUENCE) dataset_length_bins(d, true, &look->answer_lengths);
    dataset_parts(d, look->parts);
    look->classes = dataset_class_parts(d);
    for (int k = 0; data_look_labels(look) && k < d->labels.count; k++)
        if (d->labels.counts[k] > look->class_most) look->class_most = d->labels.counts[k];
    look->symbol_most = most_of(look, &d->vocabulary);
    look->target_most = most_of(look, &d->labels);
    look->bytes = *look->path ? file_size(look->path) : 0;
    look->remarks = d->problem_totals[PROBLEM_OTHER];
    look->problems_apart = d->problem_total - look->remarks - d->problem_totals[PROBLEM_DUPLICATE];
    look->kind = training_network(d, -1, &spec, NULL) ? spec.kind : NET_MANY_TO_MANY;
    look->limit = training_length(d);
}

struct data_look *data_look_new(const struct setup *setup, workbench_progress *progress, void *context,
                                struct err *err) {
    struct data_look *look = mem_need(1, sizeof *look);
    struct pace pace = {progress, context, 0, 0.8};
    bool good = *setup->task || setup_data_path(setup, look->path, err);
    if (good) look->data = setup_read_data(setup, go_on, &pace, err);
    pace = (struct pace){progress, context, 0.8, 0.2};
    if (look->data) look->preview = preview_new(look->path, look->data, go_on, &pace, err);
    if (look->preview) {
        count(look);
        return look;
    }
    data_look_free(look);
    return NULL;
}

void data_look_free(struct data_look *look) {
    if (!look) return;
    preview_free(look->preview);
    setup_free_data(look->data);
    mem_free(look->classes);
    mem_free(look);
}

// ---- asked by the page ----

const struct vocabulary *data_look_labels(const struct data_look *look) {
    const struct dataset *d = look->data;
    bool labels = d->labels.count > 0 && (d->answers == ANSWERS_ONE || d->answers == ANSWERS_EACH);
    return labels ? &d->labels : NULL;
}

long data_look_count(const struct data_look *look, const struct vocabulary *vocabulary, int symbol) {
    const struct dataset *d = look->data;
    bool answers = vocabulary == dataset_answer_vocabulary(d),
         ends = d->answers == ANSWERS_SEQUENCE || d->answers == ANSWERS_NEXT;
    if (symbol == VOCABULARY_EOS && vocabulary_first(vocabulary) > 0)
        return answers && ends && d->shape == TEXT_LINES ? d->example_count : 0;
    return vocabulary->counts[symbol];
}

long data_look_examples(const struct data_look *look) {
    return look->data->shape == TEXT_LINES ? look->data->example_count : 1;
}

const char *data_look_name(const struct data_look *look) {
    return look->data->task ? look->data->task->title : look->data->name;
}

const char *data_look_kind(const struct data_look *look) {
    static const char *const titles[NET_KIND_COUNT] = {[NET_ONE_TO_ONE] = "One to one",
                                                       [NET_ONE_TO_MANY] = "One to many",
                                                       [NET_MANY_TO_ONE] = "Many to one",
                                                       [NET_MANY_TO_MANY] = "Many to many",
                                                       [NET_ENCODER_DECODER] = "Encoder and decoder"};
    return titles[look->kind];
}

// "after the last one predict its class, one of 5."
static void say_answer(const struct dataset *d, const char *unit, char *out, size_t size) {
    bool lines = d->shape == TEXT_LINES;
    switch (d->answers) {
    case ANSWERS_ONE:
        if (d->labels.count > 0)
            snprintf(out, size, "after the last one predict its class, one of %d.", d->labels.count);
        else
            snprintf(out, size, "after the last one predict %s.", d->answer_channels == 1 ? "a number" : "numbers");
        return;
    case ANSWERS_EACH:
        if (d->labels.count > 0)
            snprintf(out, size, "for every %s predict its tag, one of %d.", unit, d->labels.count);
        else
            snprintf(out, size, "for every %s predict an answer.", unit);
        return;
    case ANSWERS_SEQUENCE:
        snprintf(out, size, "then write another text, %s by %s, up to <EOS>.", unit, unit);
        return;
    default:
        snprintf(out, size, "at every timestep predict the next one%s.",
                 lines && d->symbols ? ", and <EOS> behind the last" : "");
    }
}

void data_look_sentence(const struct data_look *look, char *out, size_t size) {
    const struct dataset *d = look->data;
    if (d->task) {
        snprintf(out, size, "%s", d->task->story);
        return;
    }
    const char *unit = d->input == VALUES_SETS ? "chord" : data_unit_word(d);
    const char *what = d->shape == TEXT_WHOLE       ? d->symbols ? "the text" : "the series"
                       : d->input == VALUES_SETS    ? "a piece"
                       : !d->symbols                ? "a series"
                       : d->answers == ANSWERS_EACH ? "a sentence"
                       : d->answers == ANSWERS_NEXT ? "a line"
                                                    : "a text";
    char answer[128];
    say_answer(d, unit, answer, sizeof answer);
    snprintf(out, size, "Read %s %s by %s; %s", what, unit, unit, answer);
}

const struct problem *data_look_problem(const struct data_look *look, long line) {
    const struct dataset *d = look->data;
    int low = 0, high = d->problem_count;
    if (!preview_of_file(look->preview) || line < 1) return NULL;
    while (low < high) {
        int middle = (low + high) / 2;
        if (d->problems[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < d->problem_count && d->problems[low].line == line; low++)
        if (d->problems[low].done != ACTION_KEEP) return &d->problems[low];
    return NULL;
}

// ---- what <UNK> was ----

static int column_of(const struct preview *preview, enum column_role role) {
    const struct dataset_column *columns;
    int count = preview_columns(preview, &columns);
    for (int k = 0; k < count; k++)
        if (columns[k].role == role) return k;
    return -1;
}

static bool copy_token(const char *text, size_t size, char *out, size_t room) {
    snprintf(out, room, "%.*s", (int)size, text);
    return size > 0 && size < room;
}

static bool token_of(const struct vocabulary *vocabulary, struct preview_cell cell, int wanted, int expected, char *out,
                     size_t size) {
    struct str lowered = {0};
    if (vocabulary->lower) text_lower(cell.text, cell.size, &lowered);
    bool lower = vocabulary->lower, found = false;
    struct token_walk walk =
        token_walk_start(vocabulary->tokens, lower ? str_text(&lowered) : cell.text, lower ? lowered.size : cell.size);
    int n = 0;
    for (; token_next(&walk); n++)
        if (n == wanted) found = copy_token(walk.token, walk.size, out, size);
    str_release(&lowered);
    return found && n == expected; // else the file's row is cut in another way than the example
}

static struct preview_cell trimmed(struct preview_cell cell) {
    while (cell.size > 0 && (*cell.text == ' ' || *cell.text == '\t')) {
        cell.text++;
        cell.size--;
    }
    while (cell.size > 0 && (cell.text[cell.size - 1] == ' ' || cell.text[cell.size - 1] == '\t'))
        cell.size--;
    return cell;
}

bool data_look_original(struct data_look *look, int example, int index, char *out, size_t size) {
    const struct dataset *d = look->data;
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long line;
    if (!preview_of_file(look->preview) || d->shape != TEXT_LINES || !d->symbols) return false;
    bool tagged = strcmp(d->reader, "conll") == 0;
    int column = column_of(look->preview, tagged ? ROLE_TOKENS : ROLE_TEXT);
    long row = preview_find(look->preview, d->examples[example].line) + (tagged ? index : 0);
    if (column < 0 || preview_row(look->preview, row, cells, &line) <= column) return false;
    if (tagged) return copy_token(cells[column].text, cells[column].size, out, size);
    return token_of(&d->vocabulary, trimmed(cells[column]), index, d->examples[example].length, out, size);
}
