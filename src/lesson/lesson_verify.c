// What can be checked before any network exists: every name, place, index and word of a lesson against its
// scenes.
#include "lesson_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lesson_err_at(struct err *err, const struct lesson *lesson, struct lesson_mark mark) {
    if (!err) return false;
    snprintf(err->file, sizeof err->file, "%s", lesson->path);
    err->line = mark.line;
    err->column = mark.column + (err->column > 0 ? err->column - 1 : 0);
    return false;
}

bool lesson_next_word(const char *list, char between, size_t *cursor, char *out, size_t size, size_t *at) {
    while (list[*cursor]) {
        size_t length = strcspn(list + *cursor, (char[]){between, 0}), start = *cursor;
        *cursor += length + (list[start + length] ? 1 : 0);
        size_t skip = strspn(list + start, " ");
        if (skip >= length) continue;
        length -= skip;
        while (length && list[start + skip + length - 1] == ' ')
            length--;
        *at = start + skip;
        snprintf(out, size, "%.*s", (int)(length < size ? length : size - 1), list + *at);
        return true;
    }
    return false;
}

bool lesson_next_action(const char *solve, size_t *cursor, char *out, size_t size, size_t *at) {
    return lesson_next_word(solve, ';', cursor, out, size, at);
}

static int timesteps(const char *word) { // one for <EOS>; 0 = not known
    return *word ? (int)utf8_count(word, strlen(word)) + 1 : 0;
}

static void add_cell(struct lesson_shape *shape, enum cell_id id) {
    const struct cell_desc *cell = cell_describe(id, ACTIVATION_TANH);
    for (int k = 0; k < shape->cell_count; k++)
        if (shape->cells[k] == cell) return;
    if (shape->cell_count < CELL_COUNT) shape->cells[shape->cell_count++] = cell;
}

static void add_cell_named(struct lesson_shape *shape, const char *name) {
    enum cell_id id;
    if (cell_by_name(name, &id)) add_cell(shape, id);
}

static struct lesson_shape scene_shape(const struct lesson_scene *scene) {
    bool open = *scene->task || *scene->kind;
    struct lesson_shape shape = {.layers = scene->layers > 0 ? scene->layers : NET_MAX_LAYERS,
                                 .directions = scene->directions == 2 ? 2 : 1,
                                 .units = scene->units,
                                 .T = open ? 0 : timesteps(scene->word),
                                 .inputs = scene->embed,
                                 .numbers = scene->embed > 0,
                                 .embed = scene->embed,
                                 .open = open};
    if (*scene->task && scene->directions == 0) shape.directions = NET_MAX_DIRECTIONS;
    char word[32];
    size_t cursor = 0, at;
    if (*scene->cell)
        add_cell_named(&shape, scene->cell);
    else
        for (int id = 0; id < CELL_COUNT; id++)
            add_cell(&shape, (enum cell_id)id);
    while (lesson_next_word(scene->compare, ',', &cursor, word, sizeof word, &at))
        add_cell_named(&shape, word);
    return shape;
}

// Tasks may change the network: what they change it to is possible too.
static void widen(struct lesson_shape *shape, const struct lesson_part *part) {
    for (int k = 0; k < part->task_count; k++) {
        char words[160];
        size_t cursor = 0, at;
        const char *solve = part->tasks[k].solve ? part->tasks[k].solve : ""; // of a faulty one it may be missing
        while (lesson_next_action(solve, &cursor, words, sizeof words, &at)) {
            struct lesson_action action;
            if (!lesson_action_parse(words, &action, NULL)) continue;
            if (action.kind == ACTION_CELL || action.kind == ACTION_COMPARE) add_cell_named(shape, action.text);
            if (action.kind == ACTION_TASK) { // any network
                shape->open = true;
                shape->T = shape->units = 0;
                shape->layers = NET_MAX_LAYERS;
                for (int id = 0; id < CELL_COUNT; id++)
                    add_cell(shape, (enum cell_id)id);
            }
            if (action.kind == ACTION_UNITS && shape->units > 0 && action.number > shape->units)
                shape->units = (int)action.number;
            if (action.kind == ACTION_WORD && shape->T && timesteps(action.text) > shape->T)
                shape->T = timesteps(action.text);
        }
    }
}

static bool scene_index(const struct lesson *lesson, int index, int limit, const char *what, struct lesson_mark mark,
                        struct err *err) {
    if (limit <= 0 || index < limit) return true;
    err_set(err, ERR_FORMAT, "expected %s 1 to %d, found %d", what, limit, index + 1);
    return lesson_err_at(err, lesson, mark);
}

static void scene_last(int *index, int limit) { // what is not known yet stays "last" until the example is there
    if (*index == LESSON_LAST && limit > 0) *index = limit - 1;
}

static bool verify_scene(const struct lesson *lesson, struct lesson_scene *scene, const struct lesson_shape *shape,
                         struct err *err) {
    struct lesson_place place;
    if (scene->goto_[0] && !lesson_place_parse(scene->goto_, shape, &place, err))
        return lesson_err_at(err, lesson, scene->goto_at);
    scene_last(&scene->unit, shape->units);
    scene_last(&scene->t, shape->T);
    return scene_index(lesson, scene->unit, shape->units, "unit", scene->unit_at, err) &&
           scene_index(lesson, scene->t, shape->T, "t", scene->t_at, err);
}

static bool verify_hide(struct lesson *lesson, struct lesson_task *task, const struct lesson_shape *shape,
                        struct err *err) {
    if (!task->hide || strcmp(task->hide, "nothing") == 0) return true;
    char words[160];
    size_t cursor = 0, at;
    while (lesson_next_action(task->hide, &cursor, words, sizeof words, &at)) {
        struct lesson_scope scope = {.shape = *shape};
        double x;
        bool ok = lesson_expression(words, &scope, &x, err);
        if (ok && (!scope.plain || scope.values[0].reduce[0]))
            ok =
                lesson_err_in(err, words, words, "expected one number of a tensor or \"nothing\", found \"%s\"", words);
        if (ok && task->hidden_count == LESSON_MAX_HIDDEN)
            ok = lesson_err_in(err, words, words, "expected at most %d hidden numbers", LESSON_MAX_HIDDEN);
        if (!ok) {
            if (err) err->column += (long)utf8_count(task->hide, at);
            return lesson_err_at(err, lesson, task->hide_at);
        }
        task->hidden[task->hidden_count++] = scope.values[0];
    }
    return true;
}

static bool verify_solve(const struct lesson *lesson, const struct lesson_task *task, const struct lesson_shape *shape,
                         struct err *err) {
    char words[160];
    size_t cursor = 0, at;
    int count = 0;
    while (lesson_next_action(task->solve, &cursor, words, sizeof words, &at)) {
        count++;
        if (lesson_action_check(words, shape, err)) continue;
        if (err) err->column += (long)utf8_count(task->solve, at);
        return lesson_err_at(err, lesson, task->solve_at);
    }
    if (count) return true;
    err_set(err, ERR_FORMAT, "expected actions behind \"solve:\", found none");
    return lesson_err_at(err, lesson, task->solve_at);
}

static bool verify_expect(const struct lesson *lesson, const char *text, struct lesson_mark mark,
                          const struct lesson_shape *shape, struct lesson_kept *kept, int *kept_count,
                          struct err *err) {
    struct lesson_scope scope = {.shape = *shape};
    bool holds;
    double left, right;
    return lesson_expect_read(text, &scope, kept, kept_count, &holds, &left, &right, err) ||
           lesson_err_at(err, lesson, mark);
}

// --- all of it, to the first problem or to the last ---

struct verifier {
    struct lesson *lesson;
    struct lesson_problems *all; // or NULL: the first problem ends it
    struct err *err;
    struct lesson_kept kept[LESSON_MAX_KEPT]; // of the part
    int kept_count;
};

// Can it go on? What is not good is kept where all is asked for, and makes *faulty true (may be NULL).
static bool go_on(struct verifier *v, bool good, bool *faulty) {
    if (good) return true;
    if (faulty) *faulty = true;
    if (!v->all) return false;
    lesson_problems_add(v->all, v->err, false);
    *v->err = (struct err){0};
    return true;
}

static bool verify_claim(struct verifier *v, const char *text, struct lesson_mark mark,
                         const struct lesson_shape *shape, bool *faulty) {
    return go_on(v, verify_expect(v->lesson, text, mark, shape, v->kept, &v->kept_count, v->err), faulty);
}

static bool verify_task(struct verifier *v, struct lesson_task *task, const struct lesson_shape *shape) {
    struct lesson *lesson = v->lesson;
    bool *faulty = &task->faulty;
    if (*faulty) return true; // parts of it are missing
    if (!go_on(v,
               lesson_goal_parse(lesson, task, shape, v->kept, v->kept_count, v->err) ||
                   lesson_err_at(v->err, lesson, task->goal_at),
               faulty) ||
        !go_on(v, verify_hide(lesson, task, shape, v->err), faulty) ||
        !go_on(v, verify_solve(lesson, task, shape, v->err), faulty))
        return false;
    for (int k = 0; k < task->choice_count; k++)
        if (task->when[k] && !verify_claim(v, task->when[k], task->when_at[k], shape, faulty)) return false;
    for (int k = 0; k < task->expect_count; k++)
        if (!verify_claim(v, task->expects[k], task->expect_at[k], shape, faulty)) return false;
    return true;
}

static bool verify_part(struct verifier *v, struct lesson_part *part) {
    struct lesson *lesson = v->lesson;
    struct lesson_shape shape = scene_shape(&part->scene);
    v->kept_count = 0;
    bool text = part->block_count > 0 || err_at(v->err, ERR_FORMAT, lesson->path, part->line, 1,
                                                "expected a text in the part \"%s\", found none", part->title);
    if (!go_on(v, text, NULL)) return false;
    bool task = part->task_count > 0 || part->faulty ||
                err_at(v->err, ERR_FORMAT, lesson->path, part->line, 1,
                       "expected a task in the part \"%s\", found none", part->title);
    if (!go_on(v, task, NULL)) return false;
    if (part->faulty) return true; // what the rest speaks of is not known
    if (!go_on(v, verify_scene(lesson, &part->scene, &shape, v->err), &part->faulty)) return false;
    for (int k = 0; k < part->expect_count; k++) {
        struct lesson_mark mark = {part->expect_lines[k], part->expect_columns[k]};
        if (!verify_claim(v, part->expects[k], mark, &shape, &part->faulty)) return false;
    }
    widen(&shape, part);
    for (int k = 0; k < part->task_count; k++)
        if (!verify_task(v, &part->tasks[k], &shape)) return false;
    return true;
}

static bool own_title(const struct lesson *lesson, int p, struct err *err) {
    for (int q = 0; q < p; q++)
        if (strcmp(lesson->parts[p].title, lesson->parts[q].title) == 0)
            return err_at(err, ERR_FORMAT, lesson->path, lesson->parts[p].line, 4,
                          "expected a title of its own for every part, found \"%s\" again", lesson->parts[p].title);
    return true;
}

static bool is_whole(const struct lesson *lesson, struct err *err) {
    const char *expected = !lesson->title            ? "a title (\"# ...\") on the first line"
                           : !lesson->block_seen     ? "a ```lesson block with id and number below the title"
                           : lesson->part_count == 0 ? "a part (\"## ...\")"
                                                     : NULL;
    return !expected || err_at(err, ERR_FORMAT, lesson->path, 1, 1, "expected %s, found none", expected);
}

bool lesson_verify(struct lesson *lesson, struct lesson_problems *all, struct err *err) {
    struct verifier v = {.lesson = lesson, .all = all, .err = err};
    if (!go_on(&v, is_whole(lesson, err), NULL)) return false;
    if (!lesson->title) lesson->title = arena_text(&lesson->arena, "", 0);
    if (!lesson->id) lesson->id = arena_text(&lesson->arena, "", 0);
    for (int p = 0; p < lesson->part_count; p++)
        if (!go_on(&v, own_title(lesson, p, err), NULL) || !verify_part(&v, &lesson->parts[p])) return false;
    return true;
}
