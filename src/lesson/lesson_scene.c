// ```scene blocks: the network and the place that a part starts with.
#include "lesson_internal.h"

#include "init.h"
#include "trainer.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum scene_key {
    SCENE_DATA,
    SCENE_TASK,
    SCENE_WORD,
    SCENE_KIND,
    SCENE_CELL,
    SCENE_UNITS,
    SCENE_LAYERS,
    SCENE_EMBED,
    SCENE_DIRECTIONS,
    SCENE_ACTIVATION,
    SCENE_INIT,
    SCENE_OPTIMIZER,
    SCENE_LR,
    SCENE_CLIP,
    SCENE_BATCH,
    SCENE_SEED,
    SCENE_TRAIN,
    SCENE_GOTO,
    SCENE_UNIT,
    SCENE_T,
    SCENE_LAYER,
    SCENE_DIRECTION,
    SCENE_BY,
    SCENE_FIGURE,
    SCENE_FLOW,
    SCENE_PAGE,
    SCENE_VIEW,
    SCENE_COMPARE,
    SCENE_EDITS,
    SCENE_START,
    SCENE_TEMPERATURE,
    SCENE_SENTENCES,
    SCENE_TERMS,
    SCENE_KEYS
};
static const char *const scene_keys[SCENE_KEYS] = {
    "data",       "task",  "word",      "kind",        "cell",      "units",  "layers", "embed", "directions",
    "activation", "init",  "optimizer", "lr",          "clip",      "batch",  "seed",   "train", "goto",
    "unit",       "t",     "layer",     "direction",   "by",        "figure", "flow",   "page",  "view",
    "compare",    "edits", "start",     "temperature", "sentences", "terms"};

// Keys whose value is kept as a text. words: what it may be, NULL = anything; nothing: the word for "".
static const char *const activations[] = {"tanh", "relu"},
                         *const by[] = {"operation", "cell", "timestep", "pass", "update"},
                         *const figures[] = {"forward", "backward"}, *const pages[] = {"workbench", "train"};
#define TEXT(field) offsetof(struct lesson_scene, field), sizeof(((struct lesson_scene *)0)->field)
static const struct scene_text {
    enum scene_key key;
    size_t offset, size;
    const char *nothing;
    const char *const *words;
    int count;
} texts[] = {
    {SCENE_DATA, TEXT(data), NULL, NULL, 0},
    {SCENE_TASK, TEXT(task), NULL, NULL, 0},
    {SCENE_WORD, TEXT(word), NULL, NULL, 0},
    {SCENE_GOTO, TEXT(goto_), NULL, NULL, 0},
    {SCENE_VIEW, TEXT(view), NULL, NULL, 0},
    {SCENE_COMPARE, TEXT(compare), "none", NULL, 0},
    {SCENE_EDITS, TEXT(edits), "none", NULL, 0},
    {SCENE_START, TEXT(start), "none", NULL, 0},
    {SCENE_SENTENCES, TEXT(sentences), NULL, NULL, 0},
    {SCENE_TERMS, TEXT(terms), NULL, NULL, 0},
    {SCENE_KIND, TEXT(kind), "auto", net_kind_names, NET_KIND_COUNT},
    {SCENE_ACTIVATION, TEXT(activation), "auto", activations, 2},
    {SCENE_INIT, TEXT(init), "auto", init_names, INIT_COUNT},
    {SCENE_OPTIMIZER, TEXT(optimizer), "auto", optimizer_names, OPTIMIZER_COUNT},
    {SCENE_BY, TEXT(granularity), NULL, by, 5},
    {SCENE_FIGURE, TEXT(figure), "auto", figures, 2},
    {SCENE_PAGE, TEXT(page), NULL, pages, 2},
};

static bool scene_text(struct lesson_scene *scene, const struct scene_text *to, const struct lesson_source *source,
                       const struct lesson_field *field, struct err *err) {
    char *out = (char *)scene + to->offset;
    const char *text = lesson_field_text(field), *words[16];
    int count = 0, k;
    if (to->nothing && strcmp(text, to->nothing) == 0) return out[0] = '\0', true;
    for (; count < to->count; count++)
        words[count] = to->words[count];
    if (to->nothing) words[count++] = to->nothing;
    return (!to->words || lesson_field_word(source, field, words, count, &k, err)) &&
           lesson_field_copy(source, field, out, to->size, err);
}

static bool scene_index(const struct lesson_source *source, const struct lesson_field *field, int *out,
                        struct lesson_mark *mark, struct err *err) {
    long n;
    *mark = lesson_field_mark(source, field);
    if (strcmp(lesson_field_text(field), "none") == 0) return *out = LESSON_NONE, true;
    if (strcmp(lesson_field_text(field), "last") == 0) return *out = LESSON_LAST, true;
    if (!lesson_field_whole(source, field, 1, 100000, &n, err)) return false;
    *out = (int)n - 1;
    return true;
}

// word: stands for `nothing`; NULL: there is no such word.
static bool scene_number(struct lesson_scene *scene, enum scene_key key, const struct lesson_source *source,
                         const struct lesson_field *field, struct err *err) {
    const struct {
        enum scene_key key;
        long low, high;
        const char *word;
        int *small;
        long *large;
        int nothing;
    } numbers[] = {{SCENE_UNITS, 1, 1024, "task", &scene->units, NULL, 0},
                   {SCENE_LAYERS, 1, NET_MAX_LAYERS, "task", &scene->layers, NULL, 0},
                   {SCENE_EMBED, 0, NET_MAX_HIDDEN, NULL, &scene->embed, NULL, 0},
                   {SCENE_DIRECTIONS, 1, NET_MAX_DIRECTIONS, NULL, &scene->directions, NULL, 0},
                   {SCENE_BATCH, 1, 4096, "auto", &scene->batch, NULL, 0},
                   {SCENE_LAYER, 1, NET_MAX_LAYERS, NULL, &scene->layer, NULL, 0},
                   {SCENE_SEED, 0, 1000000000, NULL, NULL, &scene->seed, 0},
                   {SCENE_TRAIN, 0, 1000000, "task", NULL, &scene->train, LESSON_TASK}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].key != key) continue;
        long n = numbers[i].nothing;
        bool word = numbers[i].word && strcmp(lesson_field_text(field), numbers[i].word) == 0;
        if (!word && !lesson_field_whole(source, field, numbers[i].low, numbers[i].high, &n, err)) return false;
        if (numbers[i].small) *numbers[i].small = (int)n;
        if (numbers[i].large) *numbers[i].large = n;
    }
    if (key == SCENE_LAYER) scene->layer--;
    return true;
}

static bool scene_real(const struct lesson_source *source, const struct lesson_field *field, bool automatic,
                       double *out, struct err *err) {
    if (automatic && strcmp(lesson_field_text(field), "auto") == 0) return *out = LESSON_AUTO, true;
    if (lesson_parse_number(lesson_field_text(field), out) && *out >= 0) return true;
    return lesson_fail(source, lesson_field_at(field), err, "expected a number of 0 or more, found \"%s\"",
                       lesson_field_text(field));
}

static bool scene_cell(struct lesson_scene *scene, const struct lesson_source *source, const struct lesson_field *field,
                       struct err *err) {
    enum cell_id id;
    if (strcmp(lesson_field_text(field), "task") == 0) return scene->cell[0] = '\0', true;
    if (!cell_by_name(lesson_field_text(field), &id))
        return lesson_fail(source, lesson_field_at(field), err, "expected a cell such as rnn or lstm, found \"%s\"",
                           lesson_field_text(field));
    return lesson_field_copy(source, field, scene->cell, sizeof scene->cell, err);
}

static bool scene_field(struct lesson_scene *scene, enum scene_key key, const struct lesson_source *source,
                        const struct lesson_field *field, struct err *err) {
    static const char *const flow[] = {"off", "on"};
    int k = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].key == key && !scene_text(scene, &texts[i], source, field, err)) return false;
    switch (key) {
    case SCENE_DATA:
        return scene->task[0] = '\0', true;
    case SCENE_TASK:
        return scene->data[0] = '\0', true;
    case SCENE_CELL:
        return scene_cell(scene, source, field, err);
    case SCENE_GOTO:
        return scene->goto_at = lesson_field_mark(source, field), true;
    case SCENE_TERMS:
        return scene->terms_at = lesson_field_mark(source, field), true;
    case SCENE_EDITS:
        return scene->edits_at = lesson_field_mark(source, field), true;
    case SCENE_UNIT:
        return scene_index(source, field, &scene->unit, &scene->unit_at, err);
    case SCENE_T:
        return scene_index(source, field, &scene->t, &scene->t_at, err);
    case SCENE_LR:
        return scene_real(source, field, true, &scene->lr, err);
    case SCENE_CLIP:
        return scene_real(source, field, true, &scene->clip, err);
    case SCENE_TEMPERATURE:
        return scene_real(source, field, false, &scene->temperature, err);
    case SCENE_FLOW:
        if (!lesson_field_word(source, field, flow, 2, &k, err)) return false;
        return scene->flow = k == 1, true;
    case SCENE_DIRECTION:
        if (!lesson_field_word(source, field, figures, 2, &k, err)) return false;
        return scene->direction = k, true;
    default:
        return scene_number(scene, key, source, field, err);
    }
}

bool lesson_fields_scene(struct lesson_scene *scene, const struct lesson_source *source,
                         const struct lesson_fence *fence, struct err *err) {
    struct lesson_fields fields;
    uint64_t seen = 0;
    bool ok = lesson_fields_read(&fields, source, fence, err);
    lesson_locate(source, fence->at, &scene->at.line, &scene->at.column);
    for (int i = 0; ok && i < fields.count; i++) {
        const struct lesson_field *field = &fields.items[i];
        int key = lesson_field_key(source, field, scene_keys, SCENE_KEYS, "scene", err);
        ok = key >= 0 && !lesson_field_twice(source, field, &seen, key, err) && lesson_field_need(source, field, err) &&
             scene_field(scene, (enum scene_key)key, source, field, err);
    }
    lesson_fields_release(&fields);
    return ok;
}

void lesson_scene_defaults(struct lesson_scene *scene) {
    *scene = (struct lesson_scene){.cell = "rnn",
                                   .units = 8,
                                   .layers = 1,
                                   .seed = 1,
                                   .lr = LESSON_AUTO,
                                   .clip = LESSON_AUTO,
                                   .temperature = 1,
                                   .unit = LESSON_NONE,
                                   .t = LESSON_NONE,
                                   .view = "stage",
                                   .page = "workbench"};
}

void lesson_scene_next(struct lesson_scene *scene) {
    struct lesson_scene first;
    lesson_scene_defaults(&first);
    static const struct {
        size_t offset, size;
    } passing[] = {{TEXT(view)}, {TEXT(page)}, {TEXT(compare)}, {TEXT(edits)}, {TEXT(sentences)}, {TEXT(terms)}};
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        memcpy((char *)scene + passing[i].offset, (char *)&first + passing[i].offset, passing[i].size);
    scene->layer = scene->direction = 0;
    scene->at = (struct lesson_mark){0};
}
