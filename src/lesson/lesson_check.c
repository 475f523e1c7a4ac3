// Plays a lesson to its end on a world: every scene, every expectation, every task by its own `solve`.
#include "lesson_internal.h"

#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct checker {
    const struct lesson *lesson;
    const struct lesson_world *world;
    struct player player;
    struct lesson_kept kept[LESSON_MAX_KEPT];
    int kept_count;
    struct err *err;
    struct lesson_problems *all; // or NULL: the first problem ends it
};

static struct lesson_now look(const struct checker *c) {
    struct lesson_now now = {0};
    c->world->look(c->world->context, &now);
    now.kept = c->kept;
    now.kept_count = c->kept_count;
    return now;
}

static bool __attribute__((format(printf, 3, 4)))
fail_at(struct checker *c, struct lesson_mark mark, const char *format, ...) {
    char message[sizeof c->err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return err_at(c->err, ERR_VALUE, c->lesson->path, mark.line, mark.column, "%s", message);
}

// A world's own error becomes one of the line that asked for it.
static bool world_failed(struct checker *c, struct lesson_mark mark, size_t offset) {
    if (!c->err) return false;
    c->err->column = 0;
    lesson_err_at(c->err, c->lesson, mark);
    c->err->column += (long)offset;
    return false;
}

static bool expect(struct checker *c, const char *text, struct lesson_mark mark) {
    struct lesson_now now = look(c);
    struct lesson_scope scope = lesson_scope_live(&now);
    bool holds;
    double left, right;
    if (!lesson_expect_read(text, &scope, c->kept, &c->kept_count, &holds, &left, &right, c->err))
        return lesson_err_at(c->err, c->lesson, mark);
    if (holds) return true;
    return fail_at(c, mark, "expected \"%s\", found %.6g and %.6g", text, left, right);
}

static bool reached(struct checker *c, const struct lesson_task *task, bool *out) {
    struct lesson_now now = look(c);
    const struct lesson_part *part = &c->lesson->parts[c->player.part];
    return lesson_goal_reached(task, &part->scene, &now, out, c->err) ||
           lesson_err_at(c->err, c->lesson, task->goal_at);
}

static bool act(struct checker *c, const char *words) {
    return c->world->act(c->world->context, words, c->err);
}

// "unit a t=4 argmax" becomes "unit 3": a world knows numbers only.
static bool act_index(struct checker *c, const struct lesson_action *action) {
    struct lesson_now now = look(c);
    double index = (double)action->number;
    char words[64];
    if (index == 0 && !lesson_number(action->text, &now, &index, c->err)) return false;
    snprintf(words, sizeof words, "%s %s%.0f", action->kind == ACTION_UNIT ? "unit" : "timestep",
             action->encoder ? "encoder " : "", index);
    return act(c, words);
}

// Selects one after the other until the goal is reached.
static bool act_try(struct checker *c, const struct lesson_task *task, const struct lesson_action *action) {
    struct lesson_now now = look(c);
    bool units = strcmp(action->text, "unit") == 0, encoder = strncmp(action->text, "encoder", 7) == 0, done = false;
    const struct record *side = record_side(now.record, encoder);
    int count = units ? now.units : record_T(side);
    for (int i = 1; i <= count && !done; i++) {
        char words[32];
        snprintf(words, sizeof words, "%s %s%d", units ? "unit" : "timestep", encoder ? "encoder " : "", i);
        if (!act(c, words) || !reached(c, task, &done)) return false;
    }
    return done || err_set(c->err, ERR_VALUE, "expected a %s that reaches the goal, found none", action->text);
}

static bool act_answer(struct checker *c, int k, const struct lesson_task *task, const struct lesson_action *action) {
    struct lesson_now now = look(c);
    double value;
    char words[64];
    if (task->kind != CONDITION_ANSWER)
        return err_set(c->err, ERR_VALUE, "expected a goal that asks for a number beside \"answer\"");
    if (!lesson_number(task->argument, &now, &value, c->err)) return false;
    if (!isfinite(value)) return err_set(c->err, ERR_VALUE, "expected a number to ask for, found %g", value);
    double tolerance = task->tolerance_relative ? task->tolerance * fabs(value) : task->tolerance;
    snprintf(words, sizeof words, "%.9g", value + 2 * tolerance + 1e-3 * fmax(1, fabs(value)));
    if (player_answer(&c->player, &now, k, words))
        return err_set(c->err, ERR_VALUE, "expected the wrong answer %s to be refused, found it accepted", words);
    if (action->text[0]) {
        if (player_answer(&c->player, &now, k, action->text)) return true;
        return err_set(c->err, ERR_VALUE, "expected the answer %s to be right, found %g", action->text, value);
    }
    snprintf(words, sizeof words, "%.9g", value);
    return player_answer(&c->player, &now, k, words) ||
           err_set(c->err, ERR_VALUE, "expected the network's own number %s to be right", words);
}

// Every wrong choice is tried first; exactly one may be right.
static bool act_choose(struct checker *c, int k, const struct lesson_task *task, const struct lesson_action *action) {
    struct lesson_now now = look(c);
    int right = -1;
    if (task->kind != CONDITION_CHOICE)
        return err_set(c->err, ERR_VALUE, "expected \"goal: choice\" beside \"choose\"");
    for (int i = 0; i < task->choice_count; i++) {
        bool holds = i == task->right_choice;
        if (task->when[i] && !lesson_holds(task->when[i], &now, &holds, c->err)) return false;
        if (holds && right >= 0)
            return err_set(c->err, ERR_VALUE, "expected one right choice, found %d and %d", right + 1, i + 1);
        if (holds) right = i;
        if (!holds && player_choose(&c->player, &now, k, i))
            return err_set(c->err, ERR_VALUE, "expected choice %d to be refused", i + 1);
    }
    if (right < 0) return err_set(c->err, ERR_VALUE, "expected one right choice, found none");
    if (action->text[0] && action->number != right + 1)
        return err_set(c->err, ERR_VALUE, "expected choice %d, found that %d is right", (int)action->number, right + 1);
    return player_choose(&c->player, &now, k, right);
}

static bool solve(struct checker *c, int k, const struct lesson_task *task) {
    char words[160];
    size_t cursor = 0, at;
    while (lesson_next_action(task->solve, &cursor, words, sizeof words, &at)) {
        struct lesson_action action;
        bool ok = lesson_action_parse(words, &action, c->err);
        if (ok && action.kind == ACTION_ANSWER)
            ok = act_answer(c, k, task, &action);
        else if (ok && action.kind == ACTION_CHOOSE)
            ok = act_choose(c, k, task, &action);
        else if (ok && action.kind == ACTION_TRY)
            ok = act_try(c, task, &action);
        else if (ok && (action.kind == ACTION_UNIT || action.kind == ACTION_TIMESTEP))
            ok = act_index(c, &action);
        else if (ok)
            ok = act(c, words);
        if (!ok) return world_failed(c, task->solve_at, utf8_count(task->solve, at));
    }
    return true;
}

static bool check_task(struct checker *c, int k) {
    const struct lesson_task *task = &c->lesson->parts[c->player.part].tasks[k];
    bool done;
    if (!reached(c, task, &done)) return false;
    if (done)
        return fail_at(c, task->goal_at, "expected a goal that is still to be reached, found that \"%s\" holds already",
                       task->argument);
    check(player_current_task(&c->player) == k, "task %d is not the current one", k);
    if (!solve(c, k, task)) return false;
    struct lesson_now now = look(c);
    player_update(&c->player, &now);
    if (!(c->player.done[c->player.part] & 1u << k))
        return fail_at(c, task->solve_at, "expected these actions to reach the goal \"%s\", found it not reached",
                       task->argument);
    for (int i = 0; i < task->expect_count; i++)
        if (!expect(c, task->expects[i], task->expect_at[i])) return false;
    if (c->world->solved) c->world->solved(c->world->listener, &c->player, k);
    return true;
}

// Can it go on? What is not good is kept where all is asked for.
static bool go_on(struct checker *c, bool good) {
    if (good) return true;
    if (!c->all) return false;
    lesson_problems_add(c->all, c->err, false);
    *c->err = (struct err){0};
    return true;
}

static bool is_faulty(const struct lesson_part *part) {
    bool faulty = part->faulty;
    for (int k = 0; k < part->task_count; k++)
        faulty = faulty || part->tasks[k].faulty;
    return faulty;
}

static bool check_part(struct checker *c, int p) {
    const struct lesson_part *part = &c->lesson->parts[p];
    struct lesson_mark mark = part->scene.at.line ? part->scene.at : (struct lesson_mark){part->line, 1};
    player_go(&c->player, p);
    c->kept_count = 0;
    if (!c->world->apply_scene(c->world->context, &part->scene, c->err)) return world_failed(c, mark, 0);
    struct lesson_now now = look(c);
    if (!now.record || !now.script) return fail_at(c, mark, "expected a network after the scene, found none");
    for (int k = 0; k < part->expect_count; k++)
        if (!go_on(c,
                   expect(c, part->expects[k], (struct lesson_mark){part->expect_lines[k], part->expect_columns[k]})))
            return false;
    for (int k = 0; k < part->task_count; k++)
        if (!check_task(c, k)) return false;
    check(player_part_done(&c->player, p), "part %d is not done", p);
    return true;
}

bool lesson_check(const struct lesson *lesson, const struct lesson_world *world, struct err *err) {
    struct err own = {0};
    struct checker c = {.lesson = lesson, .world = world, .err = err ? err : &own};
    player_start(&c.player, lesson, 0);
    for (int p = 0; p < lesson->part_count; p++)
        if (!check_part(&c, p)) return false;
    return true;
}

void lesson_check_all(const struct lesson *lesson, const struct lesson_world *world, struct lesson_problems *problems) {
    struct err err = {0};
    struct checker c = {.lesson = lesson, .world = world, .err = &err, .all = problems};
    if (lesson->part_count > 0) player_start(&c.player, lesson, 0);
    for (int p = 0; p < lesson->part_count; p++)
        if (!is_faulty(&lesson->parts[p])) go_on(&c, check_part(&c, p));
    lesson_problems_sort(problems);
}
