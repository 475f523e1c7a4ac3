// A small corpus for a language model, in which "pear" and "pair" sound the same and only the words around them tell
// which is meant: P("the apple and pear salad") is much larger than P("the apple and pair salad"). Words that occur
// once are <UNK>.
#include "task.h"

#include "str.h"

#include <string.h>

static const char *const fruits[] = {"apple", "plum", "lemon", "cherry", "peach"};
static const char *const dishes[] = {"salad", "cake", "pie", "juice"};
static const char *const tastes[] = {"sweet", "fresh", "good", "cold"};
static const char *const worn[] = {"shoes", "gloves", "socks", "boots"};
static const char *const looks[] = {"new", "clean", "warm", "red"};
struct slots {
    char mark;
    const char *const *words;
    int count;
};
#define LIST(mark, list)                                                                                               \
    { mark, list, (int)(sizeof(list) / sizeof *(list)) }
static const struct slots slots[] = {LIST('F', fruits), LIST('D', dishes), LIST('T', tastes), LIST('W', worn),
                                     LIST('L', looks)};
#define COUNT(list) (int)(sizeof(list) / sizeof *(list))
static const char *const sentences[] = {
    "the F and pear D is T",    "the F and pear D was T",
    "we ate the F and pear D",  "she made a F and pear D",
    "the pear D is T",          "a T pear is better than a F",
    "he cut a pear and a F",    "the F D is T",
    "a pair of W is L",         "he has a L pair of W",
    "she bought a pair of L W", "we need a pair of W",
    "the pair of W is L",       "the L W are T",
};
// Each with a word that stands nowhere else.
static const char *const rare[] = {
    "the pear salad was delicious", "a pair of trousers is new",  "the apple and pear tart is sweet",
    "the happy pair sang",          "she made a pear sorbet",     "we ate the quince",
    "he has a pair of skates",      "a pair of pigeons was cold",
};

static void text(const struct task_settings *settings, int index, struct str *input, struct str *answer) {
    (void)settings;
    (void)answer;
    if (index < COUNT(rare)) {
        str_put(input, rare[index]);
        return;
    }
    struct rng rng = rng_seed((uint64_t)index);
    for (const char *at = sentences[index % COUNT(sentences)]; *at; at++) {
        const struct slots *slot = NULL;
        for (int k = 0; k < COUNT(slots); k++)
            if (*at == slots[k].mark) slot = &slots[k];
        if (slot)
            str_put(input, slot->words[rng_below(&rng, (uint64_t)slot->count)]);
        else
            str_put_char(input, *at);
    }
}

const struct task task_pear = {
    .id = "pear",
    .title = "Pear or pair",
    .story =
        "Short sentences word by word: say which word comes next, so that \"the apple and pear salad\" is likelier "
        "than \"the apple and pair salad\".",
    .answers = ANSWERS_NEXT,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .train_count = 260,
    .validation_count = 40,
    .text = text,
    .stock = 2000,
    .min_count = 2,
    .recipe = {.cell = "lstm", .layers = 1, .hidden = 12, .steps = 500, .batch = 16, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 400},
    .measure = MEASURE_LOSS,
    .level = 1.2,
    .level_note = "going by how often each word occurs it is 3.35",
};
