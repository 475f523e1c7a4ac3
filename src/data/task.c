#include "task.h"

#include "check.h"
#include "finish.h"
#include "mem.h"
#include "str.h"
#include "task_stock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASK_ENTRY(name) &task_##name,
const struct task *const tasks[] = {TASK_LIST(TASK_ENTRY) NULL};
#undef TASK_ENTRY

const char *const task_measure_names[MEASURE_COUNT] = {
    [MEASURE_LOSS] = "loss",
    [MEASURE_ACCURACY] = "accuracy",
    [MEASURE_SEQUENCE_ACCURACY] = "sequence_accuracy",
};

const struct task *task_find(const char *id, size_t length) {
    for (int k = 0; tasks[k]; k++)
        if (strlen(tasks[k]->id) == length && memcmp(tasks[k]->id, id, length) == 0) return tasks[k];
    return NULL;
}

static bool unknown_task(const char *id, size_t length, struct err *err) {
    struct str known = {0};
    for (int k = 0; tasks[k]; k++)
        str_printf(&known, "%s%s", k ? ", " : "", tasks[k]->id);
    err_set(err, ERR_USAGE, "--task: there is no built-in task \"%.*s\"; there are %s", (int)length, id,
            str_text(&known));
    str_release(&known);
    return false;
}

static bool set_parameter(const struct task *task, const char *text, size_t length, struct task_settings *settings,
                          struct err *err) {
    const char *equals = memchr(text, '=', length);
    size_t name = equals ? (size_t)(equals - text) : length;
    struct str known = {0};
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++) {
        const struct task_parameter *p = &task->parameters[k];
        str_printf(&known, "%s%s", k ? ", " : "", p->name);
        if (strlen(p->name) != name || memcmp(p->name, text, name) != 0) continue;
        str_release(&known);
        char *end;
        long value = equals ? strtol(equals + 1, &end, 10) : 0;
        if (!equals || end == equals + 1 || end != text + length || value < p->low || value > p->high)
            return err_set(err, ERR_USAGE, "--task %s: expected %s=N, N from %ld to %ld (%s), found \"%.*s\"", task->id,
                           p->name, p->low, p->high, p->help, (int)length, text);
        settings->values[k] = value;
        return true;
    }
    err_set(err, ERR_USAGE, "--task %s: \"%.*s\" is no parameter of it; there are %s", task->id, (int)name, text,
            known.size > 0 ? known.data : "none");
    str_release(&known);
    return false;
}

struct task_settings task_settings_default(const struct task *task) {
    struct task_settings settings = {0};
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++)
        settings.values[k] = task->parameters[k].value;
    return settings;
}

bool task_parse(const char *text, const struct task **task, struct task_settings *settings, struct err *err) {
    size_t id = strcspn(text, ":");
    *task = task_find(text, id);
    if (!*task) return unknown_task(text, id, err);
    *settings = task_settings_default(*task);
    for (const char *at = text + id; *at;) {
        at++;
        size_t length = strcspn(at, ",");
        if (!set_parameter(*task, at, length, settings, err)) return false;
        at += length;
    }
    if ((*task)->variant) *task = (*task)->variant(settings);
    if (!(*task)->refuse) return true;
    const char *wrong = (*task)->refuse(settings);
    return !wrong || err_set(err, ERR_USAGE, "--task %s: %s", (*task)->id, wrong);
}

static int length_index(const struct task *task) {
    for (int k = 0; task->length && k < TASK_PARAMETERS && task->parameters[k].name; k++)
        if (strcmp(task->parameters[k].name, task->length) == 0) return k;
    return -1;
}

bool task_length(const char *text, struct task_length *out) {
    struct err err = {0};
    const struct task *task;
    struct task_settings settings;
    if (!task_parse(text, &task, &settings, &err)) return false;
    int k = length_index(task);
    if (k < 0) return false;
    const struct task_parameter *p = &task->parameters[k];
    *out = (struct task_length){p, settings.values[k], p->low, p->high < TASK_LENGTH_MOST ? p->high : TASK_LENGTH_MOST};
    return true;
}

bool task_with_length(const char *text, long length, char *out, size_t size, struct err *err) {
    const struct task *task;
    struct task_settings settings;
    if (!task_parse(text, &task, &settings, err)) return false;
    int at = length_index(task);
    if (at < 0) return err_set(err, ERR_USAGE, "--task %s: no parameter of it is a length", task->id);
    settings.values[at] = length;
    struct str with = {0};
    str_printf(&with, "%s:%s=%ld", task->id, task->length, length);
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++)
        if (k != at && settings.values[k] != task->parameters[k].value)
            str_printf(&with, ",%s=%ld", task->parameters[k].name, settings.values[k]);
    bool good = task_parse(str_text(&with), &task, &settings, err); // in range, and not refused
    if (good && with.size >= size) good = err_set(err, ERR_LIMIT, "--task %s: too long a text", task->id);
    if (good) snprintf(out, size, "%s", str_text(&with));
    str_release(&with);
    return good;
}

long task_value(const struct task *task, const struct task_settings *settings, const char *name) {
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++)
        if (strcmp(task->parameters[k].name, name) == 0) return settings->values[k];
    check(false, "the task %s has no parameter %s", task->id, name);
}

static int place_of(const char *symbols, char c) {
    const char *at = strchr(symbols, c);
    check(at && c, "the task has no symbol '%c'", c);
    return (int)(at - symbols);
}

static bool answers_are_labels(const struct task *task) {
    return task->answers == ANSWERS_ONE || task->answers == ANSWERS_EACH;
}

int task_symbol(const struct task *task, char c) {
    return VOCABULARY_FIRST + place_of(task->symbols, c);
}

int task_answer(const struct task *task, char c) {
    return place_of(task->answer_symbols, c) + (answers_are_labels(task) ? 0 : VOCABULARY_FIRST);
}

// One a character, or words.
static void add_symbols(struct vocabulary *vocabulary, const char *symbols, const char *const *words) {
    for (; !words && *symbols; symbols++)
        check(vocabulary_add(vocabulary, symbols, 1) >= 0, "memory ran out");
    for (; words && *words; words++)
        check(vocabulary_add(vocabulary, *words, strlen(*words)) >= 0, "memory ran out");
}

static void count_anew(struct dataset *d) {
    struct vocabulary *inputs = &d->vocabulary, *answers = &d->labels;
    for (int k = 0; k < inputs->count; k++)
        inputs->counts[k] = 0; // of words those of the whole stock
    for (int k = 0; k < answers->count; k++)
        answers->counts[k] = 0;
    for (size_t i = 0; inputs->count > 0 && d->symbols && i < d->symbol_count; i++)
        inputs->counts[dataset_symbol(d, i)]++;
    for (size_t i = 0; answers->count > 0 && i < d->answer_count; i++)
        if (d->answer_symbols[i] >= 0) answers->counts[d->answer_symbols[i]]++;
}

static void name_it(struct dataset *d, const struct task *task, const struct task_settings *settings) {
    size_t used = (size_t)snprintf(d->name, sizeof d->name, "%s", task->id);
    for (int k = 0; k < TASK_PARAMETERS && task->parameters[k].name; k++)
        used += (size_t)snprintf(d->name + used, sizeof d->name - used, "%c%s=%ld", k ? ',' : ':',
                                 task->parameters[k].name, settings->values[k]);
    snprintf(d->reader, sizeof d->reader, "task");
    snprintf(d->reason, sizeof d->reason, "a built-in task");
    snprintf(d->shape_reason, sizeof d->shape_reason, "%s",
             task->train_count > 0 ? "generated" : "generated, new ones for every minibatch");
}

// Hashes of examples so far, for tasks that do not repeat them.
struct seen {
    uint64_t *table; // open addressing, 0 = free
    size_t size;     // a power of two
};

static uint64_t hash_last(const struct dataset *d) {
    const struct dataset_example *example = &d->examples[d->example_count - 1];
    uint64_t h = 0xCBF29CE484222325u;
    for (int t = 0; t < example->length; t++)
        h = (h ^ (uint64_t)dataset_symbol(d, example->start + (size_t)t)) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
    return h ? h : 1;
}

static size_t place_of_hash(const struct seen *seen, uint64_t hash) {
    size_t place = hash & (seen->size - 1);
    while (seen->table[place] && seen->table[place] != hash)
        place = (place + 1) & (seen->size - 1);
    return place;
}

static bool knows(const struct seen *seen, uint64_t hash) {
    return seen->table[place_of_hash(seen, hash)] != 0;
}

// True when it was not there.
static bool note(struct seen *seen, uint64_t hash) {
    size_t place = place_of_hash(seen, hash);
    if (seen->table[place]) return false;
    seen->table[place] = hash;
    return true;
}

enum { TRIES = 1000 };

// Whether the task wants another example instead of the last one.
static bool repeats(struct seen *seen, const struct dataset *d, bool training) {
    const struct task *task = d->task;
    if (!seen->table) return false;
    if (task->distinct || task->text) return !note(seen, hash_last(d));
    if (!training) return knows(seen, hash_last(d));
    note(seen, hash_last(d));
    return false;
}

// Where examples come from. Two generators, neither of them that of the minibatches: fresh examples never repeat those
// of validation.
struct supply {
    struct rng train, validation;
    int *order, taken; // of the stock; NULL where there is none
};

static int *shuffled(int n, struct rng *rng) {
    int *order = mem_array((size_t)n, sizeof *order);
    for (int i = 0; order && i < n; i++)
        order[i] = i;
    if (order) rng_shuffle(rng, order, n);
    return order;
}

static void supply_example(struct supply *supply, const struct dataset *d, enum dataset_part part,
                           struct builder *out) {
    const struct task *task = d->task;
    if (!supply->order) {
        task->generate(&d->settings, part, part == DATASET_TRAIN ? &supply->train : &supply->validation, out);
        return;
    }
    check(supply->taken < task->stock, "the task %s has too few different texts", task->id);
    task_stock_example(d, supply->order[supply->taken++], out);
}

static bool generate_all(struct dataset *d, struct builder *builder, uint64_t seed, struct err *err) {
    const struct task *task = d->task;
    int all = task->train_count + task->validation_count;
    struct seen seen = {.size = 16};
    struct rng rng = rng_seed(seed ^ 0x6B736174u);
    while (seen.size < 2 * (size_t)all)
        seen.size *= 2;
    bool looks_back = task->distinct || task->new_validation || task->text;
    struct supply supply = {.train = rng_fork(&rng, 1)};
    supply.validation = rng_fork(&rng, 2);
    if ((looks_back && !(seen.table = mem_array(seen.size, sizeof *seen.table))) ||
        (task->text && !(supply.order = shuffled(task->stock, &supply.train)))) {
        mem_free(seen.table);
        return err_set(err, ERR_MEMORY, "no memory for %d examples", all);
    }
    for (int i = 0; i < all && !builder->asked; i++) {
        enum dataset_part part = i < task->train_count ? DATASET_TRAIN : DATASET_VALIDATION;
        int tries = 0;
        do {
            if (tries > 0) builder_drop(builder);
            builder_example(builder, 0);
            supply_example(&supply, d, part, builder);
        } while (!builder->asked && repeats(&seen, d, part == DATASET_TRAIN) && ++tries < TRIES);
        check(tries < TRIES, "the task %s has too few different examples", task->id);
    }
    mem_free(supply.order);
    mem_free(seen.table);
    return builder_finish(builder, err);
}

// The training examples, then those of validation.
static bool set_parts(struct dataset *d, int train, int validation, struct err *err) {
    d->train = mem_array((size_t)train, sizeof *d->train);
    d->validation = mem_array((size_t)validation, sizeof *d->validation);
    if (!d->train || !d->validation) return err_set(err, ERR_MEMORY, "no memory for %d examples", train + validation);
    for (int i = 0; i < train; i++)
        d->train[i] = i;
    for (int i = 0; i < validation; i++)
        d->validation[i] = train + i;
    d->train_count = train;
    d->validation_count = validation;
    return true;
}

static bool make_vocabularies(struct dataset *d, struct err *err) {
    const struct task *task = d->task;
    if (task->text) {
        if (!task_stock_words(d, err)) return false;
    } else if (task->input == VALUES_SYMBOLS) {
        vocabulary_init(&d->vocabulary);
        if (task->words) d->vocabulary.tokens = TOKENS_WORD;
        add_symbols(&d->vocabulary, task->symbols, task->words);
    }
    if (*task->answer_symbols || task->answer_words) {
        (answers_are_labels(task) ? vocabulary_init_labels : vocabulary_init)(&d->labels);
        add_symbols(&d->labels, task->answer_symbols, task->answer_words);
    }
    d->vocabulary.reversed = d->reverse_source;
    return true;
}

bool dataset_from_task(struct dataset *d, const struct task *task, const struct task_settings *settings,
                       const struct data_options *options, struct err *err) {
    *d = (struct dataset){.answers = task->answers,
                          .input = task->input,
                          .output = task->output,
                          .shape = TEXT_LINES,
                          .channels = task->channels,
                          .answer_channels = task->answer_channels,
                          .reverse_source = options->reverse_source,
                          .task = task,
                          .settings = *settings,
                          .fresh = task->train_count == 0};
    name_it(d, task, settings);
    if (!make_vocabularies(d, err)) {
        dataset_release(d);
        return false;
    }
    struct builder builder;
    builder_start(&builder, d);
    struct problem_log log = {0};
    bool good = generate_all(d, &builder, options->seed, err) &&
                set_parts(d, task->train_count, task->validation_count, err) && dataset_finish(d, options, &log, err);
    problem_log_release(&log);
    if (good) count_anew(d);
    if (!good) dataset_release(d);
    return good;
}
