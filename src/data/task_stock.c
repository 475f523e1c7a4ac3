#include "task_stock.h"

#include "check.h"
#include "counter.h"
#include "str.h"
#include "task.h"
#include "tokens.h"

bool task_stock_words(struct dataset *d, struct err *err) {
    const struct task *task = d->task;
    struct task_settings settings = task_settings_default(task);
    struct token_counter words, answers;
    bool labels = task->answers == ANSWERS_ONE || task->answers == ANSWERS_EACH;
    token_counter_start(&words, TOKENS_WORD, false);
    token_counter_start(&answers, labels ? TOKENS_LABEL : TOKENS_WORD, false);
    struct str input = {0}, answer = {0};
    for (int index = 0; index < task->stock; index++) {
        task->text(&settings, index, &input, &answer);
        token_counter_add(&words, input.data, input.size);
        struct token_walk walk = token_walk_start(TOKENS_WORD, str_text(&answer), answer.size);
        while (token_next(&walk))
            token_counter_add_whole(&answers, walk.token, walk.size);
        str_clear(&input);
        str_clear(&answer);
    }
    str_release(&input);
    str_release(&answer);
    bool good = token_counter_make(&words, task->min_count, NULL, &d->vocabulary, err) &&
                (task->answers == ANSWERS_NEXT || token_counter_make(&answers, 0, NULL, &d->labels, err));
    token_counter_release(&words);
    token_counter_release(&answers);
    return good;
}

void task_stock_example(const struct dataset *d, int index, struct builder *out) {
    struct str input = {0}, answer = {0};
    d->task->text(&d->settings, index, &input, &answer);
    struct token_walk walk = token_walk_start(TOKENS_WORD, str_text(&input), input.size);
    while (token_next(&walk))
        builder_symbol(out, vocabulary_find(&d->vocabulary, walk.token, walk.size));
    walk = token_walk_start(TOKENS_WORD, str_text(&answer), answer.size);
    while (token_next(&walk)) {
        int symbol = vocabulary_find(&d->labels, walk.token, walk.size);
        check(symbol >= vocabulary_first(&d->labels), "the task %s has no answer \"%.*s\"", d->task->id, (int)walk.size,
              walk.token);
        builder_answer(out, symbol);
    }
    str_release(&input);
    str_release(&answer);
}
