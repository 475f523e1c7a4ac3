// Built-in tasks made of words: what their texts promise, checked by lists and rules that were written apart from them.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task_data.h"
#include "tokens.h"

static const struct task *of(const char *id) {
    const struct task *task = task_find(id, strlen(id));
    if (!task) fail_msg("there is no task %s", id);
    return task;
}

// Text `index` of the stock; both to be released.
static void stock_text(const struct task *task, int index, struct str *input, struct str *answer) {
    struct task_settings settings = task_settings_default(task);
    *input = *answer = (struct str){0};
    task->text(&settings, index, input, answer);
}

enum { WORDS = 40, SIZE = 24 };
static int cut(const char *text, char out[WORDS][SIZE]) {
    int count = 0;
    struct token_walk walk = token_walk_start(TOKENS_WORD, text, strlen(text));
    while (token_next(&walk)) {
        assert_true(count < WORDS && walk.size < SIZE);
        snprintf(out[count++], SIZE, "%.*s", (int)walk.size, walk.token);
    }
    return count;
}

static bool among(const char *word, const char *list) {
    char padded[SIZE + 2];
    snprintf(padded, sizeof padded, " %s ", word);
    return strstr(list, padded) != NULL;
}

// No text of validation stands in training; all tasks that say so.
static void test_parts_are_apart(void **state) {
    (void)state;
    int checked = 0;
    for (int k = 0; tasks[k]; k++) {
        if (!tasks[k]->distinct && !tasks[k]->text && !tasks[k]->new_validation) continue;
        struct dataset d = make(tasks[k]->id);
        for (int v = 0; v < d.validation_count; v++) {
            for (int i = 0; i < d.train_count; i++)
                if (dataset_same_input(&d, d.validation[v], d.train[i]))
                    fail_msg("%s: example %d of validation stands in training", d.name, v);
        }
        dataset_release(&d);
        checked++;
    }
    assert_true(checked >= 8);
}

// Words of a task are one vocabulary, whatever its parameters and the seed.
static void test_one_vocabulary(void **state) {
    (void)state;
    struct dataset near = make("agreement:gap=9"), far = make_seeded("agreement:gap=31", 3);
    assert_int_equal(near.vocabulary.tokens, TOKENS_WORD);
    assert_int_equal(near.vocabulary.count, far.vocabulary.count);
    for (int k = 0; k < near.vocabulary.count; k++)
        assert_string_equal(near.vocabulary.texts[k], far.vocabulary.texts[k]);
    for (size_t k = 0; k < far.symbol_count; k++)
        assert_true(dataset_symbol(&far, k) >= VOCABULARY_FIRST);
    dataset_release(&near);
    dataset_release(&far);
}

static void test_agreement(void **state) {
    (void)state;
    static const char many[] = " cats dogs birds horses mice geese foxes rabbits ";
    static const char foods[] = " worms apples cakes eggs berries carrots plums tomatoes ";
    for (int gap = 8; gap <= 20; gap++) {
        char words[32];
        snprintf(words, sizeof words, "agreement:gap=%d", gap);
        struct dataset d = make(words);
        int plural = 0, misleading = 0;
        for (int i = 0; i < d.example_count; i++) {
            char text[512], word[WORDS][SIZE];
            dataset_example_text(&d, i, 100, text, sizeof text);
            int n = cut(text, word);
            assert_int_equal(n, 2 + gap); // the cat, and what stands between it and the verb
            assert_string_equal(word[2], ",");
            assert_string_equal(word[n - 1], ",");
            bool were = among(word[1], many), last = among(word[n - 2], foods);
            assert_string_equal(d.labels.texts[d.answer_symbols[dataset_answer(&d, i).start]], were ? "were" : "was");
            plural += were;
            misleading += were != last;
        }
        assert_true(abs(2 * plural - d.example_count) < d.example_count / 5);
        assert_true(abs(2 * misleading - d.example_count) < d.example_count / 5);
        dataset_release(&d);
    }
}

// ---- French ----

enum { M1 = 1, M2 = 2, F1 = 4, F2 = 8 }; // masculine and feminine, one and many
static const struct {
    int forms;
    const char *words;
} lexicon[] = {
    {M1, " le un ce cet mon chat chien oiseau garçon livre gâteau l'oiseau petit grand joli noir blanc vert heureux "
         "fatigué "},
    {M2, " les des ces mes de chats chiens oiseaux garçons livres gâteaux petits grands jolis noirs blancs verts "
         "heureux fatigués "},
    {F1, " la une cette ma mon fille reine vache souris fleur pomme orange l'orange petite grande jolie noire blanche "
         "verte heureuse fatiguée "},
    {F2, " les des ces mes de filles reines vaches souris fleurs pommes oranges petites grandes jolies noires blanches "
         "vertes heureuses fatiguées "},
};
static const char french_verbs[] = " dort chante voit veut aime est n'est n'aime ";
static const char french_many[] = " dorment chantent voient veulent aiment sont n'aiment ";
static const char determiners[] = " le la les l'oiseau l'orange un une des de ce cet cette ces mon ma mes ";
static const char vowels[] = " oiseau orange ";

static int forms_of(const char *word) {
    int forms = 0;
    for (size_t k = 0; k < sizeof lexicon / sizeof *lexicon; k++)
        if (among(word, lexicon[k].words)) forms |= lexicon[k].forms;
    return forms;
}

// Every word of a phrase, and the mood behind "is", agrees with the others; so does the verb with the first phrase.
static void check_french(const char *text) {
    char word[WORDS][SIZE];
    int n = cut(text, word), forms = 15, subject = 0;
    for (int i = 0; i < n; i++) {
        bool one = among(word[i], french_verbs), many = among(word[i], french_many);
        if (i + 1 < n && among(word[i], " le la ce ma ") && among(word[i + 1], vowels))
            fail_msg("%s before a vowel: %s", word[i], text);
        if (i + 1 < n && among(word[i], " cet ") && !among(word[i + 1], vowels)) fail_msg("cet: %s", text);
        if (i + 1 < n && !strcmp(word[i], "de") != among(word[i + 1], " petits petites grands grandes jolis jolies ") &&
            (!strcmp(word[i], "de") || !strcmp(word[i], "des")))
            fail_msg("de and des: %s", text);
        if (i + 2 < n && among(word[i], " mon ") && (forms_of(word[i + 1]) & F1) && !among(word[i + 1], vowels))
            fail_msg("mon: %s", text);
        if (!strcmp(word[i], "ne") || !strcmp(word[i], "pas")) continue;
        if (one || many) {
            if (!(forms & (one ? M1 | F1 : M2 | F2))) fail_msg("the verb: %s", text);
            subject = forms & (one ? M1 | F1 : M2 | F2);
            bool is = among(word[i], " est sont n'est ");
            forms = is ? subject : 15;
            continue;
        }
        if (among(word[i], determiners)) forms = 15;
        forms &= forms_of(word[i]);
        if (!forms) fail_msg("\"%s\" does not agree, or is not known: %s", word[i], text);
    }
    assert_true(subject != 0);
}

static void test_french(void **state) {
    (void)state;
    static const char *const known[][2] = {
        {"the bird sings", "l'oiseau chante"},
        {"these birds sing", "ces oiseaux chantent"},
        {"this bird sleeps", "cet oiseau dort"},
        {"my girl is happy", "ma fille est heureuse"},
        {"my girls are not happy", "mes filles ne sont pas heureuses"},
        {"the queen is not tired", "la reine n'est pas fatiguée"},
        {"some small cats sleep", "de petits chats dorment"},
        {"some girls sleep", "des filles dorment"},
        {"the boy does not sing", "le garçon ne chante pas"},
        {"the boy wants an orange", "le garçon veut une orange"},
        {"a white cow sleeps", "une vache blanche dort"},
    };
    const struct task *task = of("french");
    bool found[sizeof known / sizeof *known] = {false};
    size_t count = 0;
    for (int index = 0; index < task->stock; index++) {
        struct str english, french;
        stock_text(task, index, &english, &french);
        check_french(french.data);
        if (strstr(english.data, "a orange") || strstr(english.data, "a apple") || strstr(english.data, "an small"))
            fail_msg("%s", english.data);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (strcmp(english.data, known[k][0]) != 0) continue;
            assert_string_equal(french.data, known[k][1]);
            count += !found[k];
            found[k] = true;
        }
        str_release(&english);
        str_release(&french);
    }
    assert_true(count >= 7);
}

// ---- names ----

static void test_entities(void **state) {
    (void)state;
    const struct task *task = of("entities");
    static const struct {
        const char *words, *tags; // beginnings
    } notes[] = {{"he said , teddy bears are on sale", "O O O O O O O O"},
                 {"he said , teddy roosevelt was a great president", "O O O B-PER I-PER O O O O"}};
    bool seen[2] = {false}, person = false, place = false, outside = false;
    for (int index = 0; index < task->stock; index++) {
        struct str input, answer;
        stock_text(task, index, &input, &answer);
        char word[WORDS][SIZE], tag[WORDS][SIZE];
        int n = cut(input.data, word);
        assert_int_equal(n, cut(answer.data, tag));
        for (int t = 0; t < n; t++) {
            if (tag[t][0] == 'I') { // goes on with the same kind of name
                assert_true(t > 0 && tag[t - 1][0] != 'O');
                assert_string_equal(tag[t] + 1, tag[t - 1] + 1);
            } else
                assert_true(!strcmp(tag[t], "O") || tag[t][0] == 'B');
            if (strcmp(word[t], "jordan") != 0) continue;
            person |= !strcmp(tag[t], "B-PER");
            place |= !strcmp(tag[t], "B-LOC");
            outside |= !strcmp(tag[t], "O");
        }
        for (int k = 0; k < 2; k++) {
            if (strcmp(input.data, notes[k].words) != 0) continue;
            assert_string_equal(answer.data, notes[k].tags);
            seen[k] = true;
        }
        str_release(&input);
        str_release(&answer);
    }
    assert_true(seen[0] && seen[1]);
    assert_true(person && place && outside); // the word alone does not tell
    assert_true(task->recipe.bidirectional);
}

// ---- the corpus ----

// What a model has that knows only how often each word occurs.
static double unigram_loss(const struct dataset *d) {
    long counts[256] = {0}, total = 0;
    double sum = 0;
    assert_true(d->vocabulary.count < 256);
    for (int i = 0; i < d->train_count; i++, counts[VOCABULARY_EOS]++, total++)
        for (int t = 0; t < d->examples[d->train[i]].length; t++, total++)
            counts[dataset_symbol(d, d->examples[d->train[i]].start + (size_t)t)]++;
    for (int k = 0; k < d->vocabulary.count; k++)
        if (counts[k] > 0) sum -= (double)counts[k] / (double)total * log((double)counts[k] / (double)total);
    return sum;
}

static void test_pear(void **state) {
    (void)state;
    struct dataset d = make("pear");
    long unknown = 0, pears = 0, pairs = 0;
    int pear = vocabulary_find(&d.vocabulary, "pear", 4), pair = vocabulary_find(&d.vocabulary, "pair", 4);
    int salad = vocabulary_find(&d.vocabulary, "salad", 5);
    assert_true(pear >= VOCABULARY_FIRST && pair >= VOCABULARY_FIRST && salad >= VOCABULARY_FIRST);
    for (size_t k = 0; k + 1 < d.symbol_count; k++) {
        unknown += dataset_symbol(&d, k) == VOCABULARY_UNK;
        pears += dataset_symbol(&d, k) == pear;
        pairs += dataset_symbol(&d, k) == pair;
        if (dataset_symbol(&d, k) == pair) assert_int_not_equal(dataset_symbol(&d, k + 1), salad);
    }
    assert_true(pears > 50 && pairs > 50);
    struct str input, answer;
    stock_text(d.task, 0, &input, &answer); // a word that stands once is <UNK>
    int symbols[WORDS], n = vocabulary_encode(&d.vocabulary, input.data, input.size, symbols, WORDS), rare = 0;
    for (int t = 0; t < n; t++)
        rare += symbols[t] == VOCABULARY_UNK;
    assert_int_equal(rare, 1);
    assert_true(unknown <= 8);
    assert_true(fabs(unigram_loss(&d) - 3.35) < 0.1); // what level_note says
    str_release(&input);
    str_release(&answer);
    dataset_release(&d);
}

static void test_sentiment(void **state) {
    (void)state;
    static const char *const known[][2] = {{"not good at all", "2"},
                                           {"not bad at all , i liked it", "4"},
                                           {"the film was not good at all", "2"},
                                           {"the film was not bad at all", "4"},
                                           {"good acting but a weak story", "3"},
                                           {"a wonderful book", "5"},
                                           {"this is the worst song of all", "1"}};
    const struct task *task = of("sentiment");
    int stars[6] = {0}, found = 0;
    struct str *inputs = calloc((size_t)task->stock, sizeof *inputs), answer;
    for (int index = 0; index < task->stock; index++) {
        stock_text(task, index, &inputs[index], &answer);
        int value = atoi(answer.data);
        assert_true(value >= 1 && value <= 5);
        stars[value]++;
        for (int other = 0; other < index; other++)
            if (!strcmp(inputs[other].data, inputs[index].data)) fail_msg("twice: %s", inputs[index].data);
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (!strcmp(inputs[index].data, known[k][0])) {
                assert_string_equal(answer.data, known[k][1]);
                found++;
            }
        str_release(&answer);
    }
    assert_int_equal(found, sizeof known / sizeof *known);
    for (int k = 1; k <= 5; k++)
        assert_true(abs(stars[k] - task->stock / 5) <= 3);
    assert_true(task->stock >= 280 && task->train_count + task->validation_count == task->stock);
    for (int index = 0; index < task->stock; index++)
        str_release(&inputs[index]);
    free(inputs);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_parts_are_apart), cmocka_unit_test(test_one_vocabulary),
                                       cmocka_unit_test(test_agreement),       cmocka_unit_test(test_french),
                                       cmocka_unit_test(test_entities),        cmocka_unit_test(test_pear),
                                       cmocka_unit_test(test_sentiment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
