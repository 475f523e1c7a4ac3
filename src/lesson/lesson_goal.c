// Goals: their words read against the scene's network, and whether they hold on what is on screen.
#include "lesson_internal.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum takes {
    TAKES_PLACE,
    TAKES_INDEX,
    TAKES_SUM,
    TAKES_COMPARISON,
    TAKES_NOTHING,
    TAKES_WORD,
    TAKES_CELL,
    TAKES_NUMBER,
    TAKES_FIGURE,
    TAKES_FLOW,
    TAKES_PAGE,
    TAKES_SENTENCE,
    TAKES_EDIT
};
static const struct {
    const char *word;
    enum condition_kind kind;
    enum takes takes;
} goals[] = {
    {"at", CONDITION_AT, TAKES_PLACE},          {"past", CONDITION_PAST, TAKES_PLACE},
    {"unit", CONDITION_UNIT, TAKES_INDEX},      {"timestep", CONDITION_TIMESTEP, TAKES_INDEX},
    {"number", CONDITION_ANSWER, TAKES_SUM},    {"choice", CONDITION_CHOICE, TAKES_NOTHING},
    {"cell", CONDITION_CELL, TAKES_CELL},       {"word", CONDITION_WORD, TAKES_WORD},
    {"seed", CONDITION_SEED, TAKES_NUMBER},     {"units", CONDITION_UNITS, TAKES_NUMBER},
    {"layers", CONDITION_LAYERS, TAKES_NUMBER}, {"when", CONDITION_WHEN, TAKES_COMPARISON},
    {"figure", CONDITION_FIGURE, TAKES_FIGURE}, {"flow", CONDITION_FLOW, TAKES_FLOW},
    {"view", CONDITION_VIEW, TAKES_WORD},       {"task", CONDITION_TASK, TAKES_WORD},
    {"page", CONDITION_PAGE, TAKES_PAGE},       {"layer", CONDITION_LAYER, TAKES_NUMBER},
    {"edited", CONDITION_EDITED, TAKES_EDIT},   {"direction", CONDITION_DIRECTION, TAKES_FIGURE},
    {"compare", CONDITION_COMPARE, TAKES_CELL}, {"sentence", CONDITION_SENTENCE, TAKES_SENTENCE},
};

// "unit 3", or one extreme of a tensor: "unit argmax" is written "unit a t=4 argmax".
static bool goal_index(struct lesson_task *task, const char *at, const struct lesson_shape *shape, struct err *err) {
    static const char encoder[] = "encoder ";
    int limit = task->kind == CONDITION_UNIT ? shape->units : shape->T;
    // "timestep encoder 2", "timestep encoder da norm argmax"
    if (task->kind == CONDITION_TIMESTEP && strncmp(at, encoder, sizeof encoder - 1) == 0) {
        task->encoder = true;
        limit = shape->encoder.T;
        if (isdigit((unsigned char)at[sizeof encoder - 1])) at += sizeof encoder - 1;
    }
    struct lesson_scope scope = {.shape = *shape};
    double n;
    if (!lesson_expression(at, &scope, &n, err)) return false;
    if (scope.value_count == 1 && scope.plain && strncmp(scope.values[0].reduce, "arg", 3) == 0) {
        task->value = scope.values[0];
        return true;
    }
    if (scope.value_count || !(n >= 1) || (limit > 0 && n > limit) || n != (int)n)
        return lesson_err_in(err, at, at,
                             "expected a number 1 to %d, or one of argmax, argmin, argabsmax of a tensor, found \"%s\"",
                             limit, at);
    task->number = (int)n - 1;
    return true;
}

static bool goal_number(struct lesson_task *task, const char *at, struct err *err) {
    if (!*at) return task->number = LESSON_NONE, true;
    char *end;
    long n = strtol(at, &end, 10);
    if (end == at || *end || n < 0 || n > 1000000000)
        return lesson_err_in(err, at, at, "expected a whole number or nothing, found \"%s\"", at);
    task->number = (int)n;
    return true;
}

static bool goal_word(const char *at, const char *first, const char *second, struct err *err) {
    if (strcmp(at, first) == 0 || strcmp(at, second) == 0) return true;
    return lesson_err_in(err, at, at, "expected %s or %s, found \"%s\"", first, second, *at ? at : "the end");
}

// "", "input", "target", "weight", or a vector of a cell that may run.
static bool goal_edit(const char *at, const struct lesson_shape *shape, struct err *err) {
    bool known = !*at || !strcmp(at, "input") || !strcmp(at, "target") || !strcmp(at, "weight");
    for (int k = 0; k < shape->cell_count; k++)
        known = known || cell_slot_by_id(shape->cells[k], at) >= 0;
    return known ||
           lesson_err_in(err, at, at, "expected nothing, input, target, weight or a vector of the %s, found \"%s\"",
                         shape->cell_count ? shape->cells[0]->title : "network", at);
}

// A number of this network's own, as it is on the screen.
static bool can_hide(const struct lesson_value *v) {
    return !v->reduce[0] && !lesson_value_is_live(v) && !v->rival && !v->original;
}

static bool goal_argument(struct lesson_task *task, enum takes takes, const char *at, struct lesson_scope scope,
                          struct err *err) {
    const struct lesson_shape *shape = &scope.shape;
    struct lesson_place place;
    double left, right;
    bool holds;
    enum cell_id id;
    switch (takes) {
    case TAKES_PLACE:
        return lesson_place_parse(at, shape, &place, err);
    case TAKES_INDEX:
        return goal_index(task, at, shape, err);
    case TAKES_SUM:
        if (!lesson_expression(at, &scope, &left, err)) return false;
        if (scope.value_count) task->value = scope.values[0];
        if (scope.plain && !task->hide && can_hide(&task->value)) task->hidden[task->hidden_count++] = task->value;
        return true;
    case TAKES_COMPARISON:
        return lesson_comparison(at, &scope, &holds, &left, &right, err);
    case TAKES_NOTHING:
        return !*at || lesson_err_in(err, at, at, "expected nothing behind \"choice\", found \"%s\"", at);
    case TAKES_CELL:
        return !*at || cell_by_name(at, &id) ||
               lesson_err_in(err, at, at, "expected a cell such as rnn or lstm, or nothing, found \"%s\"", at);
    case TAKES_NUMBER:
        return goal_number(task, at, err);
    case TAKES_FIGURE:
        return goal_word(at, "forward", "backward", err);
    case TAKES_FLOW:
        return goal_word(at, "on", "off", err);
    case TAKES_PAGE:
        return goal_word(at, "workbench", "train", err);
    case TAKES_SENTENCE:
        return (at[0] >= '1' && at[0] < '1' + LESSON_SENTENCES && (!at[1] || at[1] == ' ')) ||
               lesson_err_in(err, at, at, "expected the number of a sentence, 1 or 2, found \"%s\"", at);
    case TAKES_EDIT:
        return goal_edit(at, shape, err);
    case TAKES_WORD:
        break;
    }
    return true;
}

bool lesson_goal_parse(struct lesson *lesson, struct lesson_task *task, const struct lesson_shape *shape,
                       const struct lesson_kept *kept, int kept_count, struct err *err) {
    struct lesson_scope scope = {.shape = *shape, .kept = kept, .kept_count = kept_count};
    const char *words = task->argument;
    size_t length = strcspn(words, " "), i = 0;
    while (i < sizeof goals / sizeof *goals &&
           (strlen(goals[i].word) != length || strncmp(words, goals[i].word, length) != 0))
        i++;
    if (i == sizeof goals / sizeof *goals)
        return lesson_err_in(
            err, words, words,
            "expected a goal (at, past, unit, timestep, number, choice, cell, word, seed, units, "
            "when, figure, flow, task, view, page, layer, direction, edited, compare, sentence), found \"%.*s\"",
            (int)length, words);
    task->kind = goals[i].kind;
    size_t skip = length + strspn(words + length, " ");
    task->argument = arena_text(&lesson->arena, words + skip, strlen(words + skip));
    if (goal_argument(task, goals[i].takes, task->argument, scope, err)) return true;
    if (err) err->column += (long)utf8_count(words, skip);
    return false;
}

static bool index_reached(const struct lesson_task *task, const struct lesson_now *now, int selected, bool *out,
                          struct err *err) {
    double index = task->number + 1;
    *out = false;
    if (selected < 0) return true;
    if (task->value.tensor[0] && !lesson_value_now(&task->value, now, &index, err)) return false;
    *out = selected + 1 == (int)index;
    return true;
}

static bool same(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

static bool differs(const char *now, const char *scene, const char *wanted) {
    return *wanted ? same(now, wanted) : now && strcmp(now, scene) != 0;
}

// "#17", and of data that are numbers "17": which example, from 0; -1 = it is a text. "" is the first one.
static int number_of(const char *word) {
    const char *digits = word + (word[0] == '#');
    if (!*word) return 0;
    return *digits && strspn(digits, "0123456789") == strlen(digits) ? atoi(digits) - 1 : -1;
}

// The same but for blanks: "said," has two tokens, as "said ,".
static bool same_tokens(const char *a, const char *b) {
    while (*a || *b) {
        a += strspn(a, " ");
        b += strspn(b, " ");
        if (*a != *b) return false;
        if (*a) a++, b++;
    }
    return true;
}

static bool is_word(const char *word, const struct lesson_now *now) {
    return (now->word && same_tokens(now->word, word)) || (now->example >= 0 && now->example == number_of(word));
}

static bool word_reached(const char *wanted, const char *scene, const struct lesson_now *now) {
    return *wanted ? is_word(wanted, now) : now->word && !is_word(scene, now);
}

static bool place_reached(const struct lesson_task *task, const struct lesson_now *now, bool *out, struct err *err) {
    struct lesson_shape shape = lesson_shape_of(now->record);
    struct lesson_place place;
    if (!lesson_place_parse(task->argument, &shape, &place, err)) return false;
    int end = lesson_place_end(&place, now->script);
    *out = task->kind == CONDITION_AT ? lesson_place_matches(&place, now->script, now->position)
                                      : end >= 0 && now->position >= end;
    return true;
}

// A goal that speaks of what is selected is not reached while nothing is.
static bool selection_missing(const char *words, const struct lesson_now *now) {
    return (now->t < 0 && strstr(words, " t=selected")) ||
           (now->unit < 0 && (strstr(words, "unit=selected") || strstr(words, "from=selected")));
}

// "gate_f" is a slot; "input", "target" are what is read and asked for; else the name of a parameter.
static bool edit_is_of(const struct edit *edit, const char *name, const struct record *record) {
    record = record_side(record, edit->encoder);
    switch (edit->kind) {
    case EDIT_CLAMP:
    case EDIT_FREEZE:
        return strcmp(record_cell(record)->slots[edit->slot].id, name) == 0;
    case EDIT_SYMBOL:
    case EDIT_REAL:
        return strcmp("input", name) == 0;
    case EDIT_TARGET:
    case EDIT_ANSWER:
        return strcmp("target", name) == 0;
    case EDIT_WEIGHT:
        return strcmp("weight", name) == 0;
    default:
        return false;
    }
}

static bool edited(const char *name, const struct lesson_now *now) {
    bool any = false;
    for (int k = 0; now->edits && k < now->edits->count; k++)
        any |= !now->edits->list[k].muted && (!*name || edit_is_of(&now->edits->list[k], name, now->record));
    return any;
}

static bool compared(const char *cell, const struct lesson_now *now) {
    for (int k = 0; k < now->rival_count; k++)
        if (!*cell || same(record_cell(now->rivals[k])->name, cell)) return true;
    return false;
}

// "1" or "1 the apple": what is measured, and not the scene's.
static bool sentence_reached(const char *words, const struct lesson_scene *scene, const struct lesson_now *now) {
    int k = words[0] - '1';
    const char *wanted = words + 1 + strspn(words + 1, " "), *is = now->sentences[k];
    char first[sizeof scene->sentences] = "";
    size_t cursor = 0, at;
    if (!is || isnan(now->log_p[k])) return false;
    if (*wanted) return strcmp(is, wanted) == 0;
    for (int n = 0; n <= k; n++)
        if (!lesson_next_word(scene->sentences, '/', &cursor, first, sizeof first, &at)) first[0] = '\0';
    return strcmp(is, first) != 0 && (first[0] || !now->word || strcmp(is, now->word) != 0);
}

// Its parameters do not matter where none are asked for: "adding" is also "adding:T=12".
static bool task_open(const char *wanted, const char *is) {
    size_t length = strlen(wanted);
    return is && strncmp(is, wanted, length) == 0 && (!is[length] || is[length] == ':');
}

// What is not known yet is not reached yet.
static bool when_holds(const char *words, const struct lesson_now *now, bool *out, struct err *err) {
    struct err own = {0};
    if (lesson_holds(words, now, out, &own)) return true;
    *out = false;
    if (own.code == ERR_STOPPED) return true;
    if (err) *err = own;
    return false;
}

bool lesson_goal_reached(const struct lesson_task *task, const struct lesson_scene *scene, const struct lesson_now *now,
                         bool *out, struct err *err) {
    *out = false;
    switch (task->kind) {
    case CONDITION_AT:
    case CONDITION_PAST:
        return place_reached(task, now, out, err);
    case CONDITION_UNIT:
        return index_reached(task, now, now->unit, out, err);
    case CONDITION_TIMESTEP:
        return index_reached(task, now, task->encoder == now->encoder || !now->record->encoder ? now->t : -1, out, err);
    case CONDITION_CELL:
        return *out = differs(now->cell, scene->cell, task->argument), true;
    case CONDITION_WORD:
        return *out = word_reached(task->argument, scene->word, now), true;
    case CONDITION_SEED:
        return *out = task->number == LESSON_NONE ? now->seed != scene->seed : now->seed == task->number, true;
    case CONDITION_LAYERS:
        return *out = task->number == LESSON_NONE ? now->layers != scene->layers : now->layers == task->number, true;
    case CONDITION_UNITS:
        return *out = task->number == LESSON_NONE ? now->units != scene->units : now->units == task->number, true;
    case CONDITION_FIGURE:
        return *out = same(now->figure, task->argument), true;
    case CONDITION_FLOW:
        return *out = now->flow == (strcmp(task->argument, "on") == 0), true;
    case CONDITION_TASK:
        return *out = task_open(task->argument, now->task), true;
    case CONDITION_VIEW:
        return *out = same(now->view, task->argument), true;
    case CONDITION_PAGE:
        return *out = same(now->page, task->argument), true;
    case CONDITION_LAYER:
        return *out = task->number == LESSON_NONE ? now->layer != scene->layer : now->layer + 1 == task->number, true;
    case CONDITION_DIRECTION:
        return *out = now->direction == (strcmp(task->argument, "backward") == 0), true;
    case CONDITION_EDITED:
        return *out = edited(task->argument, now), true;
    case CONDITION_COMPARE:
        return *out = compared(task->argument, now), true;
    case CONDITION_SENTENCE:
        return *out = sentence_reached(task->argument, scene, now), true;
    case CONDITION_WHEN:
        return selection_missing(task->argument, now) || when_holds(task->argument, now, out, err);
    default:
        return true;
    }
}

static bool read_keep(const char *text, struct lesson_scope *scope, struct lesson_kept *kept, int *kept_count,
                      double *value, struct err *err) {
    const char *name = text + 5 + strspn(text + 5, " ");
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz_");
    const char *equal = name + length + strspn(name + length, " ");
    if (length == 0 || length >= sizeof kept->name || *equal != '=')
        return lesson_err_in(err, text, name,
                             "expected \"keep name = a number\", the name of small letters, found \"%s\"", name);
    if (*kept_count == LESSON_MAX_KEPT)
        return lesson_err_in(err, text, name, "expected at most %d kept numbers in a part", LESSON_MAX_KEPT);
    const char *rest = equal + 1;
    if (!lesson_expression(rest, scope, value, err)) {
        if (err) err->column += (long)utf8_count(text, (size_t)(rest - text));
        return false;
    }
    struct lesson_kept *k = &kept[(*kept_count)++];
    snprintf(k->name, sizeof k->name, "%.*s", (int)length, name);
    k->value = *value;
    return true;
}

bool lesson_expect_read(const char *text, struct lesson_scope *scope, struct lesson_kept *kept, int *kept_count,
                        bool *holds, double *left, double *right, struct err *err) {
    scope->kept = kept;
    scope->kept_count = *kept_count;
    if (strncmp(text, "keep ", 5) != 0) return lesson_comparison(text, scope, holds, left, right, err);
    *holds = true;
    *right = 0;
    return read_keep(text, scope, kept, kept_count, left, err);
}
