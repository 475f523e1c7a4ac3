// A small English grammar and its French: articles, adjectives and verbs agree in gender and number, most colours stand
// behind their noun, le and la lose their vowel before one, "des" is "de" before an adjective.
#include "task.h"

#include "str.h"

#include <string.h>

enum { SINGULAR, PLURAL, MASCULINE = 0, FEMININE = 2 };
struct noun {
    const char *english[2], *french[2];
    int gender;
    bool person; // of no colour
};
struct adjective {
    const char *english, *french[4]; // masculine: one, many; feminine: one, many
};
struct verb {
    const char *english[2], *french[2];
};
static const struct noun beings[] = {
    {{"cat", "cats"}, {"chat", "chats"}, MASCULINE},
    {{"dog", "dogs"}, {"chien", "chiens"}, MASCULINE},
    {{"bird", "birds"}, {"oiseau", "oiseaux"}, MASCULINE},
    {{"boy", "boys"}, {"garçon", "garçons"}, MASCULINE, true},
    {{"girl", "girls"}, {"fille", "filles"}, FEMININE, true},
    {{"queen", "queens"}, {"reine", "reines"}, FEMININE, true},
    {{"cow", "cows"}, {"vache", "vaches"}, FEMININE},
    {{"mouse", "mice"}, {"souris", "souris"}, FEMININE},
};
static const struct noun things[] = {
    {{"book", "books"}, {"livre", "livres"}, MASCULINE},      {{"cake", "cakes"}, {"gâteau", "gâteaux"}, MASCULINE},
    {{"flower", "flowers"}, {"fleur", "fleurs"}, FEMININE},   {{"apple", "apples"}, {"pomme", "pommes"}, FEMININE},
    {{"orange", "oranges"}, {"orange", "oranges"}, FEMININE},
};
static const struct adjective before_noun[] = {
    {"small", {"petit", "petits", "petite", "petites"}},
    {"big", {"grand", "grands", "grande", "grandes"}},
    {"pretty", {"joli", "jolis", "jolie", "jolies"}},
};
static const struct adjective behind_noun[] = {
    {"black", {"noir", "noirs", "noire", "noires"}},
    {"white", {"blanc", "blancs", "blanche", "blanches"}},
    {"green", {"vert", "verts", "verte", "vertes"}},
};
static const struct adjective moods[] = {
    {"happy", {"heureux", "heureux", "heureuse", "heureuses"}},
    {"tired", {"fatigué", "fatigués", "fatiguée", "fatiguées"}},
    {"small", {"petit", "petits", "petite", "petites"}},
    {"big", {"grand", "grands", "grande", "grandes"}},
};
static const struct verb alone[] = {
    {{"sleeps", "sleep"}, {"dort", "dorment"}},
    {{"sings", "sing"}, {"chante", "chantent"}},
};
static const struct verb with_object[] = {
    {{"sees", "see"}, {"voit", "voient"}},
    {{"wants", "want"}, {"veut", "veulent"}},
    {{"likes", "like"}, {"aime", "aiment"}},
};
enum { LIKES = 2 };
enum determiner { THE, THIS, MY, A, DETERMINERS, DEFINITE = A };

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define DRAW(list, rng) (&(list)[rng_below(rng, COUNT(list))])

static bool elides(const char *word) {
    return strchr("aeio", *word) != NULL; // no noun here begins with another vowel, or a silent h
}

// The determiner and what stands between it and the next French word: a space, or the apostrophe.
static void put_determiner(enum determiner which, const struct noun *noun, int number, bool adjective, const char *next,
                           struct str *out) {
    static const char *const forms[DETERMINERS][4] = {
        [THE] = {"le ", "les ", "la ", "les "},
        [THIS] = {"ce ", "ces ", "cette ", "ces "},
        [MY] = {"mon ", "mes ", "ma ", "mes "},
        [A] = {"un ", "des ", "une ", "des "},
    };
    const char *form = forms[which][noun->gender + number];
    if (number == SINGULAR && elides(next)) {
        if (which == THE) form = "l'";
        if (which == THIS && noun->gender == MASCULINE) form = "cet ";
        if (which == MY) form = "mon ";
    }
    if (which == A && number == PLURAL && adjective) form = "de ";
    str_put(out, form);
}

// One noun phrase in both languages.
static void put_phrase(const struct noun *noun, int number, enum determiner which, struct rng *rng, struct str *english,
                       struct str *french) {
    static const char *const determiners[DETERMINERS][2] = {
        [THE] = {"the", "the"}, [THIS] = {"this", "these"}, [MY] = {"my", "my"}, [A] = {"a", "some"}};
    int agreement = noun->gender + number, place = (int)rng_below(rng, 4); // two of four have no adjective
    const struct adjective *before = place == 0 ? DRAW(before_noun, rng) : NULL;
    const struct adjective *behind = place == 1 && !noun->person ? DRAW(behind_noun, rng) : NULL;
    const struct adjective *any = before ? before : behind;
    const char *next = any ? any->english : noun->english[number];
    bool an = which == A && number == SINGULAR && elides(next);
    str_printf(english, "%s ", an ? "an" : determiners[which][number]);
    if (any) str_printf(english, "%s ", any->english);
    str_put(english, noun->english[number]);
    put_determiner(which, noun, number, before != NULL, before ? before->french[agreement] : noun->french[number],
                   french);
    if (before) str_printf(french, "%s ", before->french[agreement]);
    str_put(french, noun->french[number]);
    if (behind) str_printf(french, " %s", behind->french[agreement]);
}

static void put_verb(const struct verb *verb, int number, bool no, struct str *english, struct str *french) {
    if (!no) {
        str_printf(english, " %s", verb->english[number]);
        str_printf(french, " %s", verb->french[number]);
        return;
    }
    str_printf(english, " %s not %s", number == PLURAL ? "do" : "does", verb->english[PLURAL]);
    str_printf(french, " %s%s pas", elides(verb->french[number]) ? "n'" : "ne ", verb->french[number]);
}

static void put_mood(const struct noun *noun, int number, bool no, struct rng *rng, struct str *english,
                     struct str *french) {
    const struct adjective *mood = DRAW(moods, rng);
    str_printf(english, " %s%s %s", number == PLURAL ? "are" : "is", no ? " not" : "", mood->english);
    const char *is = number == PLURAL ? "sont" : "est";
    str_printf(french, no ? (number == PLURAL ? " ne %s pas %s" : " n'%s pas %s") : " %s %s", is,
               mood->french[noun->gender + number]);
}

static void text(const struct task_settings *settings, int index, struct str *english, struct str *french) {
    (void)settings;
    struct rng rng = rng_seed((uint64_t)index);
    const struct noun *subject = DRAW(beings, &rng);
    int number = (int)rng_below(&rng, 2), rest = (int)rng_below(&rng, 4);
    bool no = rng_below(&rng, 4) == 0;
    put_phrase(subject, number, (enum determiner)rng_below(&rng, DETERMINERS), &rng, english, french);
    if (rest == 0) {
        put_verb(DRAW(alone, &rng), number, no, english, french);
    } else if (rest == 1) {
        put_mood(subject, number, no, &rng, english, french);
    } else {
        const struct verb *verb = DRAW(with_object, &rng);
        put_verb(verb, number, no, english, french);
        str_put_char(english, ' ');
        str_put_char(french, ' ');
        // "does not see a cat" is "ne voit pas de chat", and one likes all of a kind: those keep to what is definite.
        bool definite = no || verb == &with_object[LIKES];
        const struct noun *object = DRAW(things, &rng);
        put_phrase(object, (int)rng_below(&rng, 2), (enum determiner)rng_below(&rng, definite ? DEFINITE : DETERMINERS),
                   &rng, english, french);
    }
}

const struct task task_french = {
    .id = "french",
    .title = "English to French",
    .story = "A short English sentence is read word by word and written in French, where articles and adjectives agree "
             "with their noun.",
    .answers = ANSWERS_SEQUENCE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .reverse_source = true,
    .train_count = 2000,
    .validation_count = 200,
    .text = text,
    .stock = 6000,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 64,
               .embed = 24,
               .schedule = "cosine",
               .steps = 2500,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 1500},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 0.9,
    .level_note = "whole sentences right, of sentences that are not in training",
};
