// Who and what is named: every word gets a tag, B- where a name begins, I- inside of it, O outside. All is in lower
// case, and the same word may be a person, a place, a company or none: what comes behind decides as often as what came
// before.
#include "task.h"

#include "str.h"

#include <string.h>

struct list {
    char mark;       // in the sentences
    const char *tag; // NULL: outside
    const char *const *phrases;
    int count;
};
static const char *const first_names[] = {"teddy", "jordan", "paris",  "mary",  "john", "bill",
                                          "rose",  "george", "austin", "henry", "anna", "mark"};
static const char *const last_names[] = {"roosevelt", "ford",    "washington", "smith",
                                         "hill",      "lincoln", "jordan",     "brown"};
static const char *const places[] = {"paris",   "jordan",  "washington", "turkey",       "london",  "austin",
                                     "lincoln", "georgia", "new york",   "south africa", "san jose"};
static const char *const companies[] = {"apple",  "amazon",         "ford",           "shell",
                                        "target", "general motors", "bank of london", "hill and brown"};
static const char *const things[] = {"teddy bears",     "apple pies",    "roast turkeys", "ford cars",
                                     "sea shells",      "brown shoes",   "rose gardens",  "electric bills",
                                     "target practice", "jordan almonds"};
#define COUNT(list) (int)(sizeof(list) / sizeof *(list))
static const struct list lists[] = {
    {'P', "PER", first_names, COUNT(first_names)},
    {'L', "LOC", places, COUNT(places)},
    {'C', "ORG", companies, COUNT(companies)},
    {'X', NULL, things, COUNT(things)},
};
// P: a first name, or two times of three a first and a last name.
static const char *const sentences[] = {
    "he said , P was a great president",
    "he said , X are on sale",
    "she said , P is in L",
    "she said , L is in the news",
    "P flew to L",
    "P works for C",
    "C opened an office in L",
    "P bought X in L",
    "shares of C fell in L",
    "C hired P",
    "we met P in L",
    "X are made in L",
    "C sells X",
    "L is larger than L",
    "P and P moved to L",
    "the king of L met P",
    "P said , X are on sale",
    "the price of X rose again",
    "C said , P is the new head",
    "a flight from L to L",
    "P likes X",
    "bill the man for X",
};

static void put_words(const char *phrase, const char *tag, bool goes_on, struct str *input, struct str *answer) {
    while (*phrase) {
        size_t length = strcspn(phrase, " ");
        if (input->size > 0) str_put_char(input, ' '), str_put_char(answer, ' ');
        str_put_n(input, phrase, length);
        if (tag)
            str_printf(answer, "%c-%s", goes_on ? 'I' : 'B', tag);
        else
            str_put(answer, "O");
        goes_on = true;
        phrase += length + strspn(phrase + length, " ");
    }
}

// A phrase of the list, another than `last`.
static const char *put_name(const struct list *list, const char *last, struct rng *rng, struct str *input,
                            struct str *answer) {
    const char *phrase;
    do
        phrase = list->phrases[rng_below(rng, (uint64_t)list->count)];
    while (phrase == last);
    put_words(phrase, list->tag, false, input, answer);
    if (list->mark == 'P' && rng_below(rng, 3) > 0)
        put_words(last_names[rng_below(rng, COUNT(last_names))], list->tag, true, input, answer);
    return phrase;
}

static const struct list *list_of(const char *word, size_t length) {
    for (int k = 0; k < COUNT(lists); k++)
        if (length == 1 && *word == lists[k].mark) return &lists[k];
    return NULL;
}

static void text(const struct task_settings *settings, int index, struct str *input, struct str *answer) {
    (void)settings;
    struct rng rng = rng_seed((uint64_t)index);
    const char *last = NULL;
    for (const char *at = sentences[index % COUNT(sentences)]; *at;) {
        size_t length = strcspn(at, " ");
        const struct list *list = list_of(at, length);
        char word[32] = "";
        memcpy(word, at, length);
        if (list)
            last = put_name(list, last, &rng, input, answer);
        else
            put_words(word, NULL, false, input, answer);
        at += length + strspn(at + length, " ");
    }
}

const struct task task_entities = {
    .id = "entities",
    .title = "Names in sentences",
    .story = "A sentence is read, all in small letters; say of every word whether it names a person, a place or a "
             "company.",
    .answers = ANSWERS_EACH,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .train_count = 1200,
    .validation_count = 300,
    .text = text,
    .stock = 6000,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 16,
               .bidirectional = true,
               .steps = 800,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 8, .steps = 500},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 0.98,
    .level_note = "whole sentences right, of sentences that are not in training",
};
