// The learner's way through a lesson. Whether a goal is reached is always asked of what is on screen now;
// nothing is remembered but what was done.
#include "lesson_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct lesson_part *current_part(const struct player *player) {
    return &player->lesson->parts[player->part];
}

static unsigned bit(int task) {
    return 1u << task;
}

void player_start(struct player *player, const struct lesson *lesson, int part) {
    *player = (struct player){.lesson = lesson};
    player_go(player, part);
}

void player_go(struct player *player, int part) {
    if (part < 0) part = 0;
    if (part >= player->lesson->part_count) part = player->lesson->part_count - 1;
    player->part = part;
    player->skipped[part] = 0;
    player->begun = false;
    player->kept_count = 0;
    for (int k = 0; k < LESSON_MAX_TASKS; k++) {
        player->hints[k] = 0;
        player->chosen[k] = -1;
        player->feedback[k][0] = '\0';
        player->feedback_right[k] = false;
    }
}

void player_repeat(struct player *player) {
    player->done[player->part] = 0;
    player_go(player, player->part);
}

static bool task_exists(const struct player *player, int task) {
    return task >= 0 && task < current_part(player)->task_count;
}

int player_current_task(const struct player *player) {
    unsigned over = player->done[player->part] | player->skipped[player->part];
    for (int k = 0; k < current_part(player)->task_count; k++)
        if (!(over & bit(k))) return k;
    return -1;
}

int player_done_count(const struct player *player, int part) {
    int count = 0;
    for (int k = 0; k < player->lesson->parts[part].task_count; k++)
        count += (player->done[part] & bit(k)) != 0;
    return count;
}

bool player_part_done(const struct player *player, int part) {
    return player_done_count(player, part) == player->lesson->parts[part].task_count;
}

static void finish(struct player *player, int task, const char *feedback) {
    player->done[player->part] |= bit(task);
    player->skipped[player->part] &= ~bit(task);
    player->feedback_right[task] = true;
    snprintf(player->feedback[task], sizeof player->feedback[task], "%s", feedback ? feedback : "");
}

static void refuse(struct player *player, int task, const char *feedback) {
    player->feedback_right[task] = false;
    snprintf(player->feedback[task], sizeof player->feedback[task], "%s", feedback);
}

void player_begin(struct player *player, const struct lesson_now *now) {
    const struct lesson_part *part = current_part(player);
    if (player->begun || !now->record) return;
    player->begun = true;
    for (int k = 0; k < part->expect_count; k++) {
        struct lesson_scope scope = lesson_scope_live(now);
        bool holds;
        double left, right;
        if (strncmp(part->expects[k], "keep ", 5) != 0) continue;
        struct err ignored = {0}; // `lesson check` tells it
        lesson_expect_read(part->expects[k], &scope, player->kept, &player->kept_count, &holds, &left, &right,
                           &ignored);
    }
}

bool player_update(struct player *player, const struct lesson_now *now) {
    int k = player_current_task(player);
    if (k < 0 || !now->record || !now->script) return false;
    const struct lesson_part *part = current_part(player);
    bool reached = false;
    if (!lesson_goal_reached(&part->tasks[k], &part->scene, now, &reached, NULL) || !reached) return false;
    finish(player, k, part->tasks[k].right);
    return true;
}

// A number as the screen writes it: three digits that count, the minus sign of the type.
static void write_number(double x, char *out, size_t size) {
    char plain[24];
    double magnitude = fabs(x);
    if (magnitude >= 100 || x == round(x))
        snprintf(plain, sizeof plain, "%.0f", magnitude);
    else if (magnitude >= 10)
        snprintf(plain, sizeof plain, "%.1f", magnitude);
    else if (magnitude >= 0.001)
        snprintf(plain, sizeof plain, magnitude >= 1 ? "%.2f" : "%.3f", magnitude);
    else
        snprintf(plain, sizeof plain, "%.2g", magnitude);
    snprintf(out, size, "%s%s", x < 0 ? "\xe2\x88\x92" : "", plain);
}

static bool close_enough(const struct lesson_task *task, double answer, double value) {
    double tolerance = task->tolerance_relative ? task->tolerance * fabs(value) : task->tolerance;
    return fabs(answer - value) <= tolerance + 1e-9 * fmax(1, fabs(value)); // room for rounding only
}

static void explain_number(struct player *player, int task, double answer, double value) {
    const struct lesson_task *asked = &current_part(player)->tasks[task];
    const char *how = answer * value < 0 ? "The sign is the other one"
                      : answer > value   ? "That is too high"
                                         : "That is too low";
    char text[LESSON_TEXT + 1];
    snprintf(text, sizeof text, "%s.%s%s", how, asked->wrong ? " " : "", asked->wrong ? asked->wrong : "");
    refuse(player, task, text);
}

bool player_answer(struct player *player, const struct lesson_now *now, int task, const char *text) {
    if (!task_exists(player, task) || current_part(player)->tasks[task].kind != CONDITION_ANSWER) return false;
    const struct lesson_task *asked = &current_part(player)->tasks[task];
    double answer, value;
    struct err err = {0};
    char words[LESSON_TEXT + 1], number[32];
    if (!lesson_parse_number(text, &answer))
        return refuse(player, task,
                      "Type a number, such as 0.25 or \xe2\x88\x92"
                      "1.3."),
               false;
    if (!now->record) return refuse(player, task, "There is no network to compare with yet."), false;
    if (!lesson_number(asked->argument, now, &value, &err)) {
        snprintf(words, sizeof words, "This network cannot answer that: %.300s.", err.message);
        return refuse(player, task, words), false;
    }
    if (!close_enough(asked, answer, value)) return explain_number(player, task, answer, value), false;
    write_number(value, number, sizeof number);
    snprintf(words, sizeof words, "It is %s.%s%s", number, asked->right ? " " : "", asked->right ? asked->right : "");
    finish(player, task, words);
    return true;
}

bool player_choose(struct player *player, const struct lesson_now *now, int task, int choice) {
    if (!task_exists(player, task)) return false;
    const struct lesson_task *asked = &current_part(player)->tasks[task];
    if (asked->kind != CONDITION_CHOICE || choice < 0 || choice >= asked->choice_count) return false;
    bool right = choice == asked->right_choice;
    struct err err = {0};
    player->chosen[task] = choice;
    if (asked->when[choice]) {
        if (!now->record || !lesson_holds(asked->when[choice], now, &right, &err)) {
            char words[LESSON_TEXT + 1];
            snprintf(words, sizeof words, "This network cannot answer that: %.300s.",
                     now->record ? err.message : "it is not there yet");
            return refuse(player, task, words), false;
        }
        if (right && asked->right) return finish(player, task, asked->right), true;
    }
    if (right)
        finish(player, task, asked->why[choice]);
    else
        refuse(player, task, asked->why[choice]);
    return right;
}

void player_hint(struct player *player, int task) {
    if (task_exists(player, task) && player->hints[task] < current_part(player)->tasks[task].hint_count)
        player->hints[task]++;
}

void player_skip(struct player *player) {
    int k = player_current_task(player);
    if (k >= 0) player->skipped[player->part] |= bit(k);
}

int player_hidden(const struct player *player, struct lesson_value *out, int max) {
    int k = player_current_task(player), count = 0;
    if (k < 0) return 0;
    const struct lesson_task *task = &current_part(player)->tasks[k];
    for (int i = 0; i < task->hidden_count && count < max; i++)
        out[count++] = task->hidden[i];
    return count;
}

int player_hidden_now(const struct player *player, const struct lesson_now *now, struct lesson_value *out, int max) {
    struct lesson_value values[LESSON_MAX_HIDDEN];
    int given = player_hidden(player, values, LESSON_MAX_HIDDEN), count = 0;
    for (int i = 0; now->record && i < given && count < max; i++)
        if (lesson_resolve(&values[i], now, &out[count], NULL)) count++;
    return count;
}

void player_task(const struct player *player, int k, struct player_task *out) {
    const struct lesson_task *task = &current_part(player)->tasks[k];
    bool done = (player->done[player->part] & bit(k)) != 0, now = player_current_task(player) == k;
    bool open = now || (!done && player->feedback[k][0]); // an answer to a later task was tried
    *out = (struct player_task){.text = task->text, .chosen = player->chosen[k]};
    out->state = done ? PLAYER_TASK_DONE : now ? PLAYER_TASK_NOW : PLAYER_TASK_LATER;
    if (open && player->hints[k]) out->hint = task->hints[player->hints[k] - 1];
    out->more_hints = open && player->hints[k] < task->hint_count;
    if (player->feedback[k][0]) out->feedback = player->feedback[k];
    out->feedback_right = player->feedback_right[k];
    if (task->kind == CONDITION_CHOICE && (open || player->chosen[k] >= 0)) {
        out->choices = (const char *const *)task->choices;
        out->choice_count = task->choice_count;
    }
    out->asks_number = task->kind == CONDITION_ANSWER && open;
}
