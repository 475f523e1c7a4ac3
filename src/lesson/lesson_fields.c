// The fenced blocks of a lesson: lines of `key: value` into its structs. Texts are inline Markdown; all else
// is taken as it is written. Names and indices are checked later, when the scene is known (lesson_verify.c).
#include "lesson_internal.h"

#include "mem.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lesson_fence_release(struct lesson_fence *fence) {
    for (int i = 0; i < fence->count; i++)
        str_release(&fence->lines[i].pieces.text);
    mem_free(fence->lines);
    *fence = (struct lesson_fence){0};
}

void lesson_fields_release(struct lesson_fields *fields) {
    for (int i = 0; i < fields->count; i++)
        str_release(&fields->items[i].value.text);
    mem_free(fields->items);
}

const char *lesson_field_text(const struct lesson_field *field) {
    return str_text(&field->value.text);
}

size_t lesson_field_at(const struct lesson_field *field) {
    return field->value.count ? field->value.from[0] : field->key_at;
}

struct lesson_mark lesson_field_mark(const struct lesson_source *source, const struct lesson_field *field) {
    struct lesson_mark mark;
    lesson_locate(source, lesson_field_at(field), &mark.line, &mark.column);
    return mark;
}

// A line's text from `skip` on, blanks at both ends cut off, behind what the field has already.
static void add_line(struct lesson_field *field, const struct lesson_line *line, size_t skip) {
    const char *text = str_text(&line->pieces.text);
    skip += strspn(text + skip, " \t");
    size_t length = strlen(text + skip);
    while (length && strchr(" \t\r", text[skip + length - 1]))
        length--;
    if (length == 0) return;
    if (field->value.text.size) str_put_char(&field->value.text, ' ');
    lesson_pieces_add(&field->value, text + skip, length, lesson_pieces_offset(&line->pieces, skip));
}

static bool blank_or_comment(const char *text) {
    size_t skip = strspn(text, " \t\r");
    return !text[skip] || text[skip] == '#';
}

static bool split_line(const struct lesson_source *source, const struct lesson_line *line, struct lesson_field *field,
                       struct err *err) {
    const char *text = str_text(&line->pieces.text), *colon = strchr(text, ':');
    size_t at = lesson_pieces_offset(&line->pieces, 0), length = colon ? (size_t)(colon - text) : 0;
    *field = (struct lesson_field){.key_at = at};
    while (length && text[length - 1] == ' ')
        length--;
    if (!colon || length == 0 || length >= sizeof field->key || strspn(text, "abcdefghijklmnopqrstuvwxyz") != length)
        return lesson_fail(source, at, err, "expected \"key: value\", found \"%.40s\"", text);
    memcpy(field->key, text, length);
    add_line(field, line, (size_t)(colon - text) + 1);
    return true;
}

bool lesson_fields_read(struct lesson_fields *fields, const struct lesson_source *source,
                        const struct lesson_fence *fence, struct err *err) {
    *fields = (struct lesson_fields){.items = mem_need((size_t)fence->count + 1, sizeof *fields->items)};
    for (int i = 0; i < fence->count; i++) {
        const struct lesson_line *line = &fence->lines[i];
        if (blank_or_comment(str_text(&line->pieces.text))) continue;
        if (line->continued) {
            if (fields->count == 0)
                return lesson_fail(source, lesson_pieces_offset(&line->pieces, 0), err,
                                   "expected \"key: value\" in the first column, found a blank");
            struct lesson_field *last = &fields->items[fields->count - 1];
            last->continued = true;
            add_line(last, line, 0);
        } else if (!split_line(source, line, &fields->items[fields->count], err)) {
            return false;
        } else {
            fields->count++;
        }
    }
    return true;
}

int lesson_field_key(const struct lesson_source *source, const struct lesson_field *field, const char *const *keys,
                     int count, const char *block, struct err *err) {
    char known[320] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(keys[i], field->key) == 0) return i;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", keys[i]);
    }
    lesson_fail(source, field->key_at, err, "expected a key of a %s block (%s), found \"%s\"", block, known,
                field->key);
    return -1;
}

bool lesson_field_twice(const struct lesson_source *source, const struct lesson_field *field, uint64_t *seen, int key,
                        struct err *err) {
    if (*seen & UINT64_C(1) << key) {
        lesson_fail(source, field->key_at, err, "expected \"%s\" once in this block, found it again", field->key);
        return true;
    }
    *seen |= UINT64_C(1) << key;
    return false;
}

bool lesson_field_need(const struct lesson_source *source, const struct lesson_field *field, struct err *err) {
    return field->value.text.size > 0 ||
           lesson_fail(source, field->key_at, err, "expected something behind \"%s:\", found nothing", field->key);
}

bool lesson_field_copy(const struct lesson_source *source, const struct lesson_field *field, char *out, size_t size,
                       struct err *err) {
    if (field->continued)
        return lesson_fail(source, field->key_at, err, "expected \"%s\" on one line, found several", field->key);
    if (field->value.text.size >= size)
        return lesson_fail(source, lesson_field_at(field), err, "expected at most %zu bytes, found %zu", size - 1,
                           field->value.text.size);
    snprintf(out, size, "%s", lesson_field_text(field));
    return true;
}

bool lesson_field_whole(const struct lesson_source *source, const struct lesson_field *field, long low, long high,
                        long *out, struct err *err) {
    char *end;
    long n = strtol(lesson_field_text(field), &end, 10);
    if (end == lesson_field_text(field) || *end || n < low || n > high || field->continued)
        return lesson_fail(source, lesson_field_at(field), err, "expected a whole number %ld to %ld, found \"%s\"", low,
                           high, lesson_field_text(field));
    *out = n;
    return true;
}

bool lesson_field_word(const struct lesson_source *source, const struct lesson_field *field, const char *const *words,
                       int count, int *out, struct err *err) {
    char known[128] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(lesson_field_text(field), words[i]) == 0) return *out = i, true;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? (i + 1 == count ? " or " : ", ") : "", words[i]);
    }
    return lesson_fail(source, lesson_field_at(field), err, "expected %s, found \"%s\"", known,
                       lesson_field_text(field));
}

// --- ```lesson ---

static bool lesson_id(struct lesson *lesson, const struct lesson_source *source, const struct lesson_field *field,
                      struct err *err) {
    size_t length = strspn(lesson_field_text(field), "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (lesson_field_text(field)[length] || length > 60)
        return lesson_fail(source, lesson_field_at(field) + (lesson_field_text(field)[length] ? length : 0), err,
                           "expected an id of small letters, digits and \"-\", at most 60, found \"%s\"",
                           lesson_field_text(field));
    lesson->id = arena_text(&lesson->arena, lesson_field_text(field), length);
    lesson->id_at = lesson_field_mark(source, field);
    return true;
}

const char *const lesson_lock_names[LOCK_COUNT] = {"model", "data", "seed", "edits", "training", "pages"};

// "model, seed" or "all"
static bool lesson_lock(struct lesson *lesson, const struct lesson_source *source, const struct lesson_field *field,
                        struct err *err) {
    const char *text = lesson_field_text(field);
    lesson->lock = 0;
    for (size_t at = 0; text[at];) {
        at += strspn(text + at, ", ");
        size_t length = strcspn(text + at, ", ");
        unsigned lock = length == 3 && !strncmp(text + at, "all", 3) ? LOCK_ALL : 0;
        for (int k = 0; k < LOCK_COUNT; k++)
            if (strlen(lesson_lock_names[k]) == length && !strncmp(text + at, lesson_lock_names[k], length))
                lock = 1u << k;
        if (length > 0 && !lock)
            return lesson_fail(source, lesson_pieces_offset(&field->value, at), err,
                               "expected model, data, seed, edits, training, pages or all, found \"%.*s\"", (int)length,
                               text + at);
        lesson->lock |= lock;
        at += length;
    }
    return true;
}

bool lesson_fields_lesson(struct lesson *lesson, const struct lesson_source *source, const struct lesson_fence *fence,
                          struct err *err) {
    static const char *const keys[] = {"id", "number", "lock"};
    struct lesson_fields fields;
    uint64_t seen = 0;
    bool ok = lesson_fields_read(&fields, source, fence, err);
    for (int i = 0; ok && i < fields.count; i++) {
        const struct lesson_field *field = &fields.items[i];
        int key = lesson_field_key(source, field, keys, 3, "lesson", err);
        ok = key >= 0 && !lesson_field_twice(source, field, &seen, key, err) && lesson_field_need(source, field, err);
        long number = 0;
        if (ok && key == 2) ok = lesson_lock(lesson, source, field, err);
        if (ok && key == 0) ok = lesson_id(lesson, source, field, err);
        if (ok && key == 1) {
            ok = lesson_field_whole(source, field, 1, 999, &number, err);
            lesson->number = (int)number;
            lesson->number_at = lesson_field_mark(source, field);
        }
    }
    lesson_fields_release(&fields);
    if (ok && (seen & 3) != 3 && !fence->partial)
        ok = lesson_fail(source, fence->at, err, "expected \"%s:\" in the lesson block", seen & 1 ? "number" : "id");
    return ok;
}

// --- ```expect ---

bool lesson_fields_expect(struct lesson *lesson, struct lesson_part *part, const struct lesson_source *source,
                          const struct lesson_fence *fence, struct err *err) {
    for (int i = 0; i < fence->count; i++) {
        const struct lesson_line *line = &fence->lines[i];
        const char *text = str_text(&line->pieces.text);
        if (blank_or_comment(text)) continue;
        size_t skip = strspn(text, " \t"), length = strlen(text + skip);
        while (length && strchr(" \t\r", text[skip + length - 1]))
            length--;
        size_t at = lesson_pieces_offset(&line->pieces, skip);
        int k = part->expect_count;
        if (k == LESSON_MAX_ACTIONS)
            return lesson_fail(source, at, err, "expected at most %d expectations in a part", LESSON_MAX_ACTIONS);
        part->expects[k] = arena_text(&lesson->arena, text + skip, length);
        lesson_locate(source, at, &part->expect_lines[k], &part->expect_columns[k]);
        part->expect_count++;
    }
    return true;
}

// --- ```task ---

enum task_key {
    TASK_TEXT,
    TASK_GOAL,
    TASK_TOLERANCE,
    TASK_CHOICE,
    TASK_RIGHT,
    TASK_WHEN,
    TASK_WHY,
    TASK_HINT,
    TASK_HIDE,
    TASK_THEN,
    TASK_ELSE,
    TASK_SOLVE,
    TASK_EXPECT,
    TASK_KEYS
};
static const char *const task_keys[TASK_KEYS] = {"text", "goal", "tolerance", "choice", "right", "when",  "why",
                                                 "hint", "hide", "then",      "else",   "solve", "expect"};

struct task_reader {
    struct lesson *lesson;
    struct lesson_task *task;
    const struct lesson_source *source;
    struct err *err;
    bool has_tolerance;
};

static bool rich(struct task_reader *r, const struct lesson_field *field, char **out) {
    if (!lesson_rich_value(r->lesson, r->source, &field->value, out, r->err)) return false;
    if (strlen(*out) > LESSON_TEXT)
        return lesson_fail(r->source, lesson_field_at(field), r->err, "expected a text of at most %d bytes, found %zu",
                           LESSON_TEXT, strlen(*out));
    return true;
}

static bool one_line(struct task_reader *r, const struct lesson_field *field, char **out, struct lesson_mark *mark) {
    if (field->continued)
        return lesson_fail(r->source, field->key_at, r->err, "expected \"%s\" on one line, found several", field->key);
    *out = arena_text(&r->lesson->arena, lesson_field_text(field), field->value.text.size);
    *mark = lesson_field_mark(r->source, field);
    return true;
}

static bool tolerance(struct task_reader *r, const struct lesson_field *field) {
    const char *text = lesson_field_text(field);
    size_t length = strlen(text);
    double x;
    r->has_tolerance = true;
    r->task->tolerance_relative = length && text[length - 1] == '%';
    if (!lesson_parse_number(text, &x) || x < 0)
        return lesson_fail(r->source, lesson_field_at(field), r->err,
                           "expected a tolerance such as 0.02 or 5%%, found \"%s\"", text);
    r->task->tolerance = x;
    return true;
}

static bool choice(struct task_reader *r, const struct lesson_field *field, bool right) {
    struct lesson_task *task = r->task;
    int k = task->choice_count;
    if (k == LESSON_MAX_CHOICES)
        return lesson_fail(r->source, field->key_at, r->err, "expected at most %d choices", LESSON_MAX_CHOICES);
    if (right && task->right_choice >= 0)
        return lesson_fail(r->source, field->key_at, r->err, "expected one right choice, found a second");
    if (right) task->right_choice = k;
    task->choice_at[k] = lesson_field_mark(r->source, field);
    task->choice_count++;
    return rich(r, field, &task->choices[k]);
}

// "why" and "when" belong to the choice above them.
static bool of_choice(struct task_reader *r, const struct lesson_field *field, bool why) {
    struct lesson_task *task = r->task;
    int k = task->choice_count - 1;
    if (k < 0)
        return lesson_fail(r->source, field->key_at, r->err, "expected \"%s\" below a choice, found it first",
                           field->key);
    if (why ? task->why[k] : task->when[k])
        return lesson_fail(r->source, field->key_at, r->err, "expected \"%s\" once below a choice, found it again",
                           field->key);
    return why ? rich(r, field, &task->why[k]) : one_line(r, field, &task->when[k], &task->when_at[k]);
}

static bool solve(struct task_reader *r, const struct lesson_field *field) {
    char *text = NULL;
    return one_line(r, field, &text, &r->task->solve_at) && (r->task->solve = text, true);
}

static bool task_field(struct task_reader *r, enum task_key key, const struct lesson_field *field) {
    struct lesson_task *task = r->task;
    switch (key) {
    case TASK_TEXT:
        return rich(r, field, &task->text);
    case TASK_GOAL:
        return one_line(r, field, &task->argument, &task->goal_at);
    case TASK_TOLERANCE:
        return tolerance(r, field);
    case TASK_CHOICE:
        return choice(r, field, false);
    case TASK_RIGHT:
        return choice(r, field, true);
    case TASK_WHEN:
        return of_choice(r, field, false);
    case TASK_WHY:
        return of_choice(r, field, true);
    case TASK_THEN:
        return rich(r, field, &task->right);
    case TASK_ELSE:
        return rich(r, field, &task->wrong);
    case TASK_HIDE:
        return one_line(r, field, &task->hide, &task->hide_at);
    case TASK_SOLVE:
        return solve(r, field);
    case TASK_HINT:
        if (task->hint_count == 2)
            return lesson_fail(r->source, field->key_at, r->err, "expected at most two hints, found a third");
        return rich(r, field, &task->hints[task->hint_count++]);
    case TASK_EXPECT: {
        int k = task->expect_count;
        if (k == LESSON_MAX_HIDDEN)
            return lesson_fail(r->source, field->key_at, r->err, "expected at most %d expectations in a task",
                               LESSON_MAX_HIDDEN);
        task->expect_count++;
        return one_line(r, field, &task->expects[k], &task->expect_at[k]);
    }
    default:
        return true;
    }
}

// What every task must have, and what only goes with a kind of goal.
static bool complete(struct task_reader *r, size_t at, uint64_t seen) {
    struct lesson_task *task = r->task;
    static const enum task_key needed[] = {TASK_TEXT, TASK_GOAL, TASK_SOLVE};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!(seen & UINT64_C(1) << needed[i]))
            return lesson_fail(r->source, at, r->err, "expected \"%s:\" in every task, found none",
                               task_keys[needed[i]]);
    bool number = strncmp(task->argument, "number", 6) == 0 && (!task->argument[6] || task->argument[6] == ' ');
    bool choices = strcmp(task->argument, "choice") == 0;
    if (number && !r->has_tolerance)
        return lesson_fail(r->source, at, r->err, "expected \"tolerance:\" beside a goal that asks for a number");
    if (!number && (r->has_tolerance || task->wrong))
        return lesson_fail(r->source, at, r->err, "expected \"%s:\" only beside a goal that asks for a number",
                           r->has_tolerance ? "tolerance" : "else");
    if (choices != (task->choice_count > 0))
        return lesson_fail(r->source, at, r->err,
                           choices ? "expected choices beside \"goal: choice\", found none"
                                   : "expected \"goal: choice\" beside choices");
    return true;
}

static bool choices_complete(struct task_reader *r, size_t at) {
    struct lesson_task *task = r->task;
    int when = 0;
    for (int k = 0; k < task->choice_count; k++) {
        when += task->when[k] != NULL;
        if (task->why[k]) continue;
        return err_at(r->err, ERR_FORMAT, r->source->path, task->choice_at[k].line, task->choice_at[k].column,
                      "expected \"why:\" below every choice, found none");
    }
    if (task->choice_count == 1) return lesson_fail(r->source, at, r->err, "expected two choices or more, found one");
    if (task->choice_count && when && (when < task->choice_count || task->right_choice >= 0))
        return lesson_fail(r->source, at, r->err,
                           "expected \"when:\" below every choice, or one \"right:\" and no \"when:\"");
    if (task->choice_count && !when && task->right_choice < 0)
        return lesson_fail(r->source, at, r->err, "expected one choice to be \"right:\", found none");
    return true;
}

// The learner is told how close is close enough.
static void state_tolerance(struct lesson *lesson, struct lesson_task *task) {
    if (!(task->tolerance > 0)) return;
    if (task->tolerance_relative)
        task->text = arena_printf(&lesson->arena, "%s Within %g%% counts.", task->text, task->tolerance * 100);
    else
        task->text = arena_printf(&lesson->arena, "%s Within %g counts.", task->text, task->tolerance);
}

bool lesson_fields_task(struct lesson *lesson, struct lesson_task *task, const struct lesson_source *source,
                        const struct lesson_fence *fence, struct err *err) {
    struct task_reader r = {.lesson = lesson, .task = task, .source = source, .err = err};
    struct lesson_fields fields;
    uint64_t seen = 0;
    *task = (struct lesson_task){.right_choice = -1, .number = LESSON_NONE};
    lesson_locate(source, fence->at, &task->line, &task->column);
    bool ok = lesson_fields_read(&fields, source, fence, err);
    for (int i = 0; ok && i < fields.count; i++) {
        const struct lesson_field *field = &fields.items[i];
        int key = lesson_field_key(source, field, task_keys, TASK_KEYS, "task", err);
        bool many = key == TASK_CHOICE || key == TASK_RIGHT || key == TASK_WHEN || key == TASK_WHY ||
                    key == TASK_HINT || key == TASK_EXPECT;
        uint64_t ignored = 0;
        ok = key >= 0 && !lesson_field_twice(source, field, many ? &ignored : &seen, key, err) &&
             lesson_field_need(source, field, err) && task_field(&r, (enum task_key)key, field);
    }
    lesson_fields_release(&fields);
    task->faulty = fence->partial;
    ok = ok && (fence->partial || (complete(&r, fence->at, seen) && choices_complete(&r, fence->at)));
    if (ok) state_tolerance(lesson, task);
    return ok;
}
