// The verb agrees with a noun that is far away: "the cat, which already ate the cake and the apples, was", "the cats,
// ... , were". Other nouns stand between, of either number.
#include "task.h"

#include "str.h"

static const char *const eaters[][2] = {{"cat", "cats"},     {"dog", "dogs"},      {"bird", "birds"},
                                        {"horse", "horses"}, {"mouse", "mice"},    {"goose", "geese"},
                                        {"fox", "foxes"},    {"rabbit", "rabbits"}};
static const char *const foods[][2] = {{"worm", "worms"}, {"apple", "apples"},   {"cake", "cakes"},
                                       {"egg", "eggs"},   {"berry", "berries"},  {"carrot", "carrots"},
                                       {"plum", "plums"}, {"tomato", "tomatoes"}};
static const char *const adjectives[] = {"big", "small", "red", "fresh", "sweet", "old"};
static const char *const determiners[] = {"the", "my", "her", "our"};
#define COUNT(list) (sizeof(list) / sizeof *(list))
#define DRAW(list, rng) (list)[rng_below(rng, COUNT(list))]

enum { FIXED = 5 }; // words of the gap that are always there: , which already ate ,

// A noun phrase of `words` words: a determiner, adjectives, a noun of either number.
static void put_food(long words, struct rng *rng, struct str *out) {
    str_printf(out, " %s", DRAW(determiners, rng));
    for (long k = 2; k < words; k++)
        str_printf(out, " %s", DRAW(adjectives, rng));
    str_printf(out, " %s", DRAW(foods, rng)[rng_below(rng, 2)]);
}

static void text(const struct task_settings *settings, int index, struct str *input, struct str *answer) {
    struct rng rng = rng_seed((uint64_t)index);
    int many = index % 2;
    str_printf(input, "the %s , which already ate", DRAW(eaters, &rng)[many]);
    for (long left = settings->values[0] - FIXED; left > 0;) {
        long words = left <= 4 ? left : left == 5 ? 2 : 2 + (long)rng_below(&rng, 2);
        put_food(words, &rng, input);
        left -= words;
        if (left == 0) break;
        str_put(input, " and");
        left--;
    }
    str_put(input, " ,");
    str_put(answer, many ? "were" : "was");
}

const struct task task_agreement = {
    .id = "agreement",
    .title = "Agreement",
    .story = "\"The cat, which already ate the cake and the apples, ...\": say whether was or were comes next.",
    .answers = ANSWERS_ONE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .parameters = {{"gap", 11, 8, 400, "words between the noun and its verb"}},
    .length = "gap",
    .train_count = 1500,
    .validation_count = 300,
    .text = text,
    .stock = 4000,
    .recipe =
        {.cell = "lstm", .layers = 1, .hidden = 12, .embed = 0, .steps = 1000, .batch = 32, .lr = 0.01, .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 500},
    .measure = MEASURE_ACCURACY,
    .level = 0.99,
    .level_note = "guessing, or going by the last noun, has 0.5",
};
