// Lists of what is wrong with a lesson, and what is only too long.
#include "lesson.h"

#include "mem.h"

#include <stdlib.h>
#include <string.h>

void lesson_problems_add(struct lesson_problems *problems, const struct err *err, bool warning) {
    problems->items = mem_room(problems->items, problems->count, &problems->capacity, 8, sizeof *problems->items);
    problems->items[problems->count++] = (struct lesson_problem){*err, warning};
    problems->errors += !warning;
}

void lesson_problems_release(struct lesson_problems *problems) {
    mem_free(problems->items);
    *problems = (struct lesson_problems){0};
}

static int by_line(const void *a, const void *b) {
    const struct err *x = &((const struct lesson_problem *)a)->err, *y = &((const struct lesson_problem *)b)->err;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

void lesson_problems_sort(struct lesson_problems *problems) {
    if (problems->count > 1) qsort(problems->items, (size_t)problems->count, sizeof *problems->items, by_line);
}

// Blanks part words; a formula counts as one, whatever blanks it has.
static int count_words(const char *text) {
    int words = 0;
    bool maths = false, word = false;
    for (; text && *text; text++) {
        if (*text == '$') maths = !maths;
        bool blank = !maths && (*text == ' ' || *text == '\n');
        words += !blank && !word;
        word = !blank;
    }
    return words;
}

static void warn(const struct lesson *lesson, struct lesson_problems *problems, long line, long column,
                 const char *what, int most, int words) {
    struct err err = {0};
    if (words <= most) return;
    err_at(&err, ERR_VALUE, lesson->path, line, column, "expected at most %d words in %s, found %d", most, what, words);
    lesson_problems_add(problems, &err, true);
}

// A task that asks for what the lesson locks cannot be done.
static void warn_of_lock(const struct lesson *lesson, struct lesson_problems *problems,
                         const struct lesson_task *task) {
    static const struct {
        enum condition_kind kind;
        unsigned lock;
    } needs[] = {{CONDITION_CELL, LOCK_MODEL},   {CONDITION_UNITS, LOCK_MODEL}, {CONDITION_LAYERS, LOCK_MODEL},
                 {CONDITION_EDITED, LOCK_EDITS}, {CONDITION_PAGE, LOCK_PAGES},  {CONDITION_WORD, LOCK_DATA},
                 {CONDITION_SEED, LOCK_SEED}};
    for (size_t k = 0; k < sizeof needs / sizeof *needs; k++)
        for (int i = 0; i < LOCK_COUNT; i++) {
            struct err err = {0};
            if (task->faulty || task->kind != needs[k].kind || !(lesson->lock & needs[k].lock & 1u << i)) continue;
            err_at(&err, ERR_VALUE, lesson->path, task->goal_at.line, task->goal_at.column,
                   "expected a goal that can be reached while \"%s\" is locked, found \"%s\"", lesson_lock_names[i],
                   task->argument);
            lesson_problems_add(problems, &err, true);
        }
}

void lesson_warn(const struct lesson *lesson, struct lesson_problems *problems) {
    for (int p = 0; p < lesson->part_count; p++) {
        const struct lesson_part *part = &lesson->parts[p];
        int words = 0;
        for (int k = 0; k < part->block_count; k++)
            words += count_words(part->blocks[k].text);
        warn(lesson, problems, part->line, 1, "the text of a part", LESSON_PART_WORDS, words);
        for (int k = 0; k < part->task_count; k++)
            warn_of_lock(lesson, problems, &part->tasks[k]);
        for (int k = 0; k < part->task_count; k++)
            warn(lesson, problems, part->tasks[k].line, part->tasks[k].column, "the text of a task", LESSON_TASK_WORDS,
                 count_words(part->tasks[k].text));
    }
    lesson_problems_sort(problems);
}
